"""The operations by their names: two answers of a shape of their own, what there is not, and where to call."""

from __future__ import annotations

import re

from contracts.facts.zuora.asking import PLAIN, answered
from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora import sources
from contracts.zuora.client import Client, endpoint
from contracts.zuora.replies import local, only, texts
from contracts.zuora.scenarios import ACCOUNTS, EMPTY

fact = ZUORA.fact


@fact(
    "zuora.wire.get-user-info",
    "The answer to getUserInfo holds its six values directly, with no `result` around them.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def get_user_info(client: Client) -> None:
    answer = client.call("<api:getUserInfo/>").answer("getUserInfo")
    names = ["TenantId", "TenantName", "UserEmail", "UserFullName", "UserId", "Username"]
    same([local(each) for each in answer], names, "what the answer holds")
    same(dict(texts(answer))["Username"], client.target.who("api").username, "Username")


@fact(
    "zuora.wire.rasd",
    "The request named `rasdRequest` is answered with `rasdResponse`.",
    source=sources.WSDL_83,
    sure=Sure.WSDL,
    scenario=EMPTY,
)
def rasd(client: Client) -> None:
    answer = client.call("<api:rasdRequest/>").answer("rasd")
    allowed = ["overlap", "startDate", "updatedBy", "updatedOn"]
    require(all(local(each) in allowed for each in answer), f"the answer holds {[local(e) for e in answer]}")


def _not_an_operation(name: str) -> None:
    dashed = re.sub("([A-Z])", r"-\1", name).lower()

    def check(client: Client) -> None:
        answered(client, PLAIN)
        reply = client.call(f"<api:{name}><api:type>Account</api:type></api:{name}>")
        fault = reply.fault()
        require(name in fault.text and not fault.kind, f"the fault of {name}: {fault}")

    fact(
        f"zuora.wire.no-{dashed}",
        f"There is no operation `{name}`.",
        source=f"{sources.WSDL_83}; {sources.WSDL_78}",
        sure=Sure.WSDL,
        scenario=ACCOUNTS,
    )(check)


for _name in ("upsert", "logout", "describe", "queryAll", "retrieve", "subscribeWithExistingAccount"):
    _not_an_operation(_name)


@fact(
    "zuora.wire.server-url-same",
    "A login's ServerUrl is the address that was called, with the WSDL version that was called.",
    source=sources.CASSETTES,
    sure=Sure.RECORDED,
    scenario=EMPTY,
)
def server_url_same(client: Client) -> None:
    for version in ("83.0", "68.0"):
        result = only(client.login(version=version).answer("login"), "result")
        same([local(each) for each in result], ["Session", "ServerUrl"], "what the result holds")
        url = only(result, "ServerUrl").text or ""
        require(re.fullmatch(rf"https?://[^/]+{re.escape(endpoint(version))}", url), f"ServerUrl {url}")


@fact(
    "zuora.wire.version-in-path",
    "The WSDL version in the path decides which fields there are.",
    source=sources.object_page("Invoice"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def version_in_path(client: Client) -> None:
    client.query("select AutoPay from Invoice", version="89.0")
    same(client.query_reply("select AutoPay from Invoice", version="88.0").fault().fault_code, "INVALID_FIELD", "code")
    answered(client, PLAIN, version="88.0")
