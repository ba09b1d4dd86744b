"""What several facts ask in the same way: a refusal beside a query that is answered, the rows a condition finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.zuora.client import Client, element
from contracts.zuora.replies import Reply
from contracts.zuora.scenarios import ACCOUNTS

PLAIN = "select Id from Account"


def refused(
    client: Client,
    zoql: str,
    code: str,
    text: str = "",
    *,
    kind: str = "MalformedQueryFault",
    beside: str = PLAIN,
    version: str = "",
) -> None:
    """`zoql` is refused with this fault while `beside`, a query of the same form, is answered with rows.

    With `text` "" any message will do, as long as there is one.
    """
    answered(client, beside, version=version)
    reply = client.query_reply(zoql, version=version)
    fault = reply.fault()
    same(fault.short, (kind, code), f"the fault of {zoql[:200]!r}")
    if text:
        same(fault.text, text, f"the message of {zoql[:200]!r}")
    require(fault.text.strip(), "the fault has no message")


def answered(client: Client, zoql: str, *, version: str = "") -> None:
    """`zoql` is answered with at least one row."""
    require(client.query(zoql, version=version).records, f"{zoql[:200]!r} finds nothing")


def finds(
    client: Client,
    where: str,
    names: Iterable[str],
    *,
    of: str = "Account",
    version: str = "",
    case_sensitive: bool | None = None,
) -> None:
    """The condition finds exactly these of the scenario's rows."""
    found = client.names(f"select Id from {of} where {where}", version=version, case_sensitive=case_sensitive)
    same(sorted(found), sorted(names), f"what `{where}` finds")


def compares(id_: str, sentence: str, cases: Mapping[str, Iterable[str]], *, source: str) -> None:
    """State a fact whose check is that each of these conditions finds exactly those accounts."""

    def check(client: Client) -> None:
        for where, names in cases.items():
            finds(client, where, names)

    ZUORA.fact(id_, sentence, source=source, sure=Sure.DOCUMENTED, scenario=ACCOUNTS)(check)


def password_first(client: Client) -> Reply:
    """The reply to a login whose password comes before its username."""
    who = client.target.who(client.role)
    inside = element("password", who.password) + element("username", who.username)
    return client.call(f"<api:login>{inside}</api:login>", session="")
