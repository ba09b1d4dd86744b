"""Deletes, the recycle bin and merges."""

from __future__ import annotations

from contracts.judging import require, same
from contracts.registry import SALESFORCE, Sure
from contracts.salesforce import sources
from contracts.salesforce.client import SalesforceClient
from contracts.salesforce.scenarios import BILLING, ORG
from contracts.target import Capability

fact = SALESFORCE.fact
WRITABLE = (Capability.WRITABLE,)


@fact(
    "salesforce.rows.cascade",
    "A deleted master takes its details along, and brings them back.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def cascade(client: SalesforceClient) -> None:
    id_ = client.target.id("alpha")
    same(client.by_ids("delete", id_).result["success"], "true", "success")
    same(client.names(f"SELECT Id FROM {BILLING}"), {"second billing"}, "the details left")
    client.by_ids("undelete", id_)
    same(client.names(f"SELECT Id FROM {BILLING}"), {"billing", "second billing"}, "the details afterwards")


@fact(
    "salesforce.rows.set-null",
    "A lookup at a deleted record becomes empty.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def set_null(client: SalesforceClient) -> None:
    client.by_ids("delete", client.target.id("alpha"))
    same(client.names("SELECT Id FROM Account WHERE ParentId = null"), {"beta", "gamma"}, "those without a parent")


@fact(
    "salesforce.rows.bin",
    "What has left the recycle bin does not come back.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def recycle_bin(client: SalesforceClient) -> None:
    id_ = client.target.id("gamma")
    client.by_ids("delete", id_)
    same(client.by_ids("emptyRecycleBin", id_).result["success"], "true", "success")
    same(client.by_ids("undelete", id_).result["success"], "false", "the success of undelete")


@fact(
    "salesforce.rows.delete-twice",
    "A record that is deleted already is ENTITY_IS_DELETED.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def delete_twice(client: SalesforceClient) -> None:
    same(client.by_ids("delete", client.target.id("binned")).result["statusCode"], "ENTITY_IS_DELETED", "the code")


@fact(
    "salesforce.rows.delete-malformed",
    "An id that is none is MALFORMED_ID: malformed id ….",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def delete_malformed(client: SalesforceClient) -> None:
    found = client.by_ids("delete", "nonsense").result
    same((found["statusCode"], found["message"]), ("MALFORMED_ID", "malformed id nonsense"), "the error")


@fact(
    "salesforce.rows.merge",
    "A merge moves what points at the losers to the master, and deletes them.",
    source=sources.WSDL_66,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def merge(client: SalesforceClient) -> None:
    ids = client.target.id
    master = f"<p:masterRecord><o:type>Account</o:type><o:Id>{ids('beta')}</o:Id></p:masterRecord>"
    reply = client.call(
        "merge", f"<p:request>{master}<p:recordToMergeIds>{ids('alpha')}</p:recordToMergeIds></p:request>"
    )
    same(reply.one("success"), "true", "success")
    same(reply.texts("mergedRecordIds"), [ids("alpha")], "the merged")
    same(
        client.names(f"SELECT Id FROM Contact WHERE AccountId = '{ids('beta')}'"),
        {"contact"},
        "what points at the master",
    )
    same(client.names("SELECT Id FROM Account"), {"beta", "gamma"}, "what is left")


@fact(
    "salesforce.rows.merge-most",
    "A merge is of at most three records.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
)
def merge_most(client: SalesforceClient) -> None:
    ids = client.target.id
    losers = "".join(f"<p:recordToMergeIds>{ids(each)}</p:recordToMergeIds>" for each in ("beta", "gamma", "binned"))
    master = f"<p:masterRecord><o:type>Account</o:type><o:Id>{ids('alpha')}</o:Id></p:masterRecord>"
    same(client.call("merge", f"<p:request>{master}{losers}</p:request>").one("success"), "false", "success")


@fact(
    "salesforce.rows.delete-bad-id",
    "Versions before 40.0 call it: bad id ….",
    source=sources.LAZERBEEZ,
    sure=Sure.RECORDED,
    scenario=ORG,
)
def delete_bad_id(client: SalesforceClient) -> None:
    found = client.another(version="31.0").by_ids("delete", "nonsense").result
    same((found["statusCode"], found["message"]), ("MALFORMED_ID", "bad id nonsense"), "the error")


@fact(
    "salesforce.rows.delete-blocked",
    "A record that others hold on to is DELETE_FAILED, and says so.",
    source=sources.GUIDE,
    sure=Sure.DOCUMENTED,
    scenario=ORG,
    needs=WRITABLE,
)
def delete_blocked(client: SalesforceClient) -> None:
    contact = client.made("Zuora__ZContact__c", {"Name": "x", "Zuora__External_Id__c": "c-1"})
    account = {"Id": client.target.id("billing"), "Zuora__BillToContact__c": contact}
    same(client.update(BILLING, account).result["success"], "true", "the success of the update")
    found = client.by_ids("delete", contact).result
    same(found["statusCode"], "DELETE_FAILED", "the code")
    message = found["message"]
    require(
        message.startswith("Your attempt to delete ")
        and "could not be completed because it is associated with the following" in message,
        message,
    )


@fact(
    "salesforce.rows.touched",
    "What becomes empty by another record's deletion has a later SystemModstamp, and the same LastModifiedDate.",
    source=sources.GUIDE,
    sure=Sure.INFERRED,
    scenario=ORG,
    needs=(*WRITABLE, Capability.CLOCK),
)
def touched(client: SalesforceClient) -> None:
    asked = f"SELECT SystemModstamp, LastModifiedDate FROM Account WHERE Id = '{client.target.id('gamma')}'"
    before = client.query(asked).record
    client.target.advance(60)
    client.by_ids("delete", client.target.id("alpha"))
    after = client.query(asked).record
    same(after["LastModifiedDate"], before["LastModifiedDate"], "LastModifiedDate")
    require(after["SystemModstamp"] > before["SystemModstamp"], f"SystemModstamp is still {after['SystemModstamp']}")
