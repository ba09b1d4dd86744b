"""create, update and delete: results, errors of rows, nulls, and how many rows a call takes."""

from __future__ import annotations

from contracts.facts.zuora.writing import contact, failed
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client, element, z_objects
from contracts.zuora.replies import local
from contracts.zuora.scenarios import ACCOUNTS, READERS

fact = ZUORA.fact

WRITING = [Capability.WRITABLE]
CREATE, UPDATE = sources.soap_docs("soap-api-calls/create"), sources.soap_docs("soap-api-calls/update")
DELETE = sources.soap_docs("soap-api-calls/delete")


@fact(
    "zuora.writes.created",
    "A row that is created can be read by the id that comes back.",
    source=CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def created(client: Client) -> None:
    made = client.made("Contact", contact(client, "Found"))
    same(client.row("Contact", made, "LastName"), {"LastName": "Found"}, "the new contact")


@fact(
    "zuora.writes.result-good",
    "The result of a row that went well holds Id and Success, in this order.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def result_good(client: Client) -> None:
    (outcome,) = client.create("Contact", contact(client))
    same((outcome.names, outcome.success), (("Id", "Success"), True), "the result")


@fact(
    "zuora.writes.result-bad",
    "The result of a row that failed holds Errors with Code and Message, then Success; no Id and no Field.",
    source=f"{sources.CASSETTES}; {sources.FIXTURES}",
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def result_bad(client: Client) -> None:
    (outcome,) = client.create("Contact", {"FirstName": "No", "LastName": "Account"})
    same((outcome.names, outcome.success), (("Errors", "Success"), False), "the result")
    same(outcome.error_parts, ("Code", "Message"), "the error")


@fact(
    "zuora.writes.delete-result",
    "The results of delete are spelled in lower case: id and success, errors and success.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def delete_result(client: Client) -> None:
    good, bad = client.delete("Contact", client.target.id("ben"), "f" * 32)
    same((good.names, good.done_id), (("id", "success"), client.target.id("ben")), "the row that went well")
    same((bad.names, bad.success), (("errors", "success"), False), "the row that failed")


@fact(
    "zuora.writes.deleted",
    "A deleted row is gone from queries, without a trace.",
    source=DELETE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def deleted(client: Client) -> None:
    zoql = "select Id from Contact where LastName = 'Birch'"
    same(client.query(zoql).size, 1, "contacts before")
    require(client.delete("Contact", client.target.id("ben"))[0].success, "the contact is not deleted")
    same(client.query(zoql).size, 0, "contacts after")


@fact(
    "zuora.writes.updated",
    "An update changes the fields it names and no others.",
    source=UPDATE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def updated(client: Client) -> None:
    id_ = client.target.id("ben")
    same(client.update("Contact", {"Id": id_, "Country": "France"})[0].done_id, id_, "the id of the result")
    same(client.row("Contact", id_, "Country", "LastName"), {"Country": "France", "LastName": "Birch"}, "the contact")


@fact(
    "zuora.writes.unknown-fields",
    "Update passes over fields that it does not know.",
    source=UPDATE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def unknown_fields(client: Client) -> None:
    id_ = client.target.id("ben")
    outcome = client.update("Contact", {"Id": id_, "Bogus": "x", "Country": "Spain"})[0]
    same(outcome.done_id, id_, "the id of the result")
    same(client.row("Contact", id_, "Country"), {"Country": "Spain"}, "the contact")


@fact(
    "zuora.writes.any-order",
    "The fields of a row are taken in any order.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def any_order(client: Client) -> None:
    values = {"LastName": "Mixed", "AccountId": client.target.id("alder"), "FirstName": "Up"}
    made = client.made("Contact", values)
    same(client.row("Contact", made, "FirstName", "LastName"), {"FirstName": "Up", "LastName": "Mixed"}, "the contact")


@fact(
    "zuora.writes.rows-alone",
    "Each row is saved by itself: those that fail take no others with them.",
    source=sources.CALLS,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def rows_alone(client: Client) -> None:
    bad = {"FirstName": "No", "LastName": "Account"}
    outcomes = client.create("Contact", contact(client, "One"), bad, contact(client, "Three"))
    same([each.success for each in outcomes], [True, False, True], "the outcomes, in the order of the rows")
    same(client.query("select Id from Contact where FirstName = 'Someone'").size, 2, "contacts saved")


@fact(
    "zuora.writes.single-transaction",
    "With useSingleTransaction one row that fails leaves nothing of the call.",
    source=sources.soap_docs("soap-api-complex-types/calloptions"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def single_transaction(client: Client) -> None:
    bad = {"FirstName": "No", "LastName": "Account"}
    outcomes = client.create("Contact", contact(client, "One"), bad, contact(client, "Three"), single=True)
    same([each.success for each in outcomes], [False] * 3, "the outcomes")
    same(outcomes[1].code, "MISSING_REQUIRED_VALUE", "the code of the row at fault")
    same(client.query("select Id from Contact where FirstName = 'Someone'").size, 0, "contacts saved")


@fact(
    "zuora.writes.single-transaction-good",
    "With useSingleTransaction a call without a bad row saves every row.",
    source=sources.soap_docs("soap-api-complex-types/calloptions"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def single_transaction_good(client: Client) -> None:
    outcomes = client.create("Contact", contact(client, "One"), contact(client, "Two"), single=True)
    same([each.success for each in outcomes], [True, True], "the outcomes")
    same(client.query("select Id from Contact where FirstName = 'Someone'").size, 2, "contacts saved")


@fact(
    "zuora.writes.transaction-failed",
    "The rows that a single transaction takes back are TRANSACTION_FAILED.",
    source=sources.ERRORS,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def transactionfailed(client: Client) -> None:
    bad = {"FirstName": "No", "LastName": "Account"}
    outcomes = client.create("Contact", contact(client), bad, single=True)
    failed(outcomes[0], "TRANSACTION_FAILED")


@fact(
    "zuora.writes.fields-to-null",
    "The fields that fieldsToNull names, one an element, are emptied.",
    source=sources.soap_docs("soap-api-complex-types/zobject"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def fields_to_null(client: Client) -> None:
    id_ = client.target.id("alder")
    require({"CrmId", "Notes"} <= set(client.row("Account", id_, "CrmId", "Notes")), "the account has no such values")
    client.update("Account", {"fieldsToNull": ["CrmId", "Notes"], "Id": id_})[0].done_id.strip()
    same(client.row("Account", id_, "CrmId", "Notes", "Name"), {"Name": "Alder"}, "the account")


@fact(
    "zuora.writes.empty-changes-nothing",
    "An empty or nil element does not empty its field.",
    source=sources.soap_docs("soap-api-complex-types/zobject"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def empty_changes_nothing(client: Client) -> None:
    id_ = client.target.id("alder")
    before = client.row("Account", id_, "CrmId")
    for written in ("<obj:CrmId/>", '<obj:CrmId xsi:nil="true"/>'):
        body = f'<api:zObjects xsi:type="obj:Account">{element("Id", id_, "obj")}{written}</api:zObjects>'
        require(client.act("update", body).outcomes("update")[0].success, f"the update with {written} fails")
    same(client.row("Account", id_, "CrmId"), before, "CrmId")
    require(before, "the account has no CrmId")


@fact(
    "zuora.writes.one-type-a-call",
    "All rows of a call are of one type.",
    source=CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def one_type_a_call(client: Client) -> None:
    client.made("Contact", contact(client))
    rows = "".join(
        f'<api:zObjects xsi:type="obj:{kind}">{element("Name", "x", "obj")}</api:zObjects>'
        for kind in ("Account", "Product")
    )
    require(client.act("create", rows).fault().code, "a mixed call is no fault")


@fact(
    "zuora.writes.type-required",
    "A row without a type is an InvalidTypeFault.",
    source=sources.WSDL_83,
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def type_required(client: Client) -> None:
    client.made("Contact", contact(client))
    reply = client.act("create", f"<api:zObjects>{element('Name', 'x', 'obj')}</api:zObjects>")
    same(reply.fault().short, ("InvalidTypeFault", "INVALID_TYPE"), "the fault")


def _fifty(operation: str) -> None:
    def check(client: Client) -> None:
        def send(many: int) -> tuple[int, str]:
            ids = [client.target.id("ben")] * many
            if operation == "delete":
                reply = client.delete_reply("Contact", *(f"{n:032x}" for n in range(many)))
            elif operation == "update":
                rows = [{"Id": id_, "Country": "Peru"} for id_ in ids]
                reply = client.act("update", z_objects("Contact", rows))
            else:
                reply = client.create_reply("Contact", *(contact(client, f"N{n}") for n in range(many)))
            if b"Fault>" in reply.bytes:
                return 0, reply.fault().fault_code
            return len(reply.outcomes(operation, many)), ""

        same(send(50), (50, ""), "results for 50 rows")
        same(send(51), (0, "MAX_RECORDS_EXCEEDED"), "the fault for 51 rows")

    fact(
        f"zuora.writes.fifty-{operation}",
        f"One {operation} takes 50 rows; 51 are MAX_RECORDS_EXCEEDED.",
        source=f"{sources.soap_docs(f'soap-api-calls/{operation}')}; {sources.ERRORS}",
        sure=Sure.INFERRED,
        scenario=ACCOUNTS,
        needs=WRITING,
    )(check)


for _operation in ("create", "update", "delete"):
    _fifty(_operation)


@fact(
    "zuora.writes.reader",
    "A user whose role has no API write permission may query but not write.",
    source=sources.docs("create-an-api-user"),
    sure=Sure.DOCUMENTED,
    scenario=READERS,
    needs=WRITING,
)
def reader(client: Client) -> None:
    client.made("Contact", contact(client))
    reading = client.another(role="reader")
    require("alder" in reading.names("select Id from Account"), "the reader finds nothing")
    reply = reading.create_reply("Contact", contact(client))
    if b"Fault>" in reply.bytes:
        same(reply.fault().fault_code, "NO_PERMISSION", "the fault")
    else:
        same(reply.outcomes("create")[0].code, "NO_PERMISSION", "the row's code")


@fact(
    "zuora.writes.results-in-order",
    "Results come in the order of the rows that were sent.",
    source=CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def results_in_order(client: Client) -> None:
    names = [f"N{number}" for number in range(10)]
    made = [each.done_id for each in client.create("Contact", *(contact(client, name) for name in names))]
    found = [client.row("Contact", each, "LastName")["LastName"] for each in made]
    same(found, names, "the names by the results' ids")


@fact(
    "zuora.writes.update-result",
    "The answer to update holds one SaveResult a row.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def update_result(client: Client) -> None:
    body = z_objects("Contact", [{"Id": client.target.id(name), "Country": "Peru"} for name in ("anna", "ben")])
    answer = client.act("update", body).answer("update")
    same(
        [(local(each), [local(part) for part in each]) for each in answer],
        [("result", ["Id", "Success"])] * 2,
        "results",
    )


@fact(
    "zuora.writes.no-null-rows",
    "A nil row among the rows of a call is refused.",
    source=CREATE,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def no_null_rows(client: Client) -> None:
    client.made("Contact", contact(client))
    reply = client.act("create", '<api:zObjects xsi:nil="true"/>')
    if b"Fault>" in reply.bytes:
        require(reply.fault().code, "the fault has no code")
    else:
        require(not reply.outcomes("create")[0].success, "the nil row goes well")


@fact(
    "zuora.writes.no-such-fields-to-null",
    "A name in fieldsToNull that is no field fails that row.",
    source=sources.soap_docs("soap-api-complex-types/zobject"),
    sure=Sure.INFERRED,
    scenario=ACCOUNTS,
    needs=WRITING,
)
def no_such_fields_to_null(client: Client) -> None:
    id_ = client.target.id("ben")
    same(client.update("Contact", {"fieldsToNull": ["Country"], "Id": id_})[0].done_id, id_, "a field that there is")
    require(not client.update("Contact", {"fieldsToNull": ["Bogus"], "Id": id_})[0].success, "the update goes well")
