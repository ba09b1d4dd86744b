"""Coverage-guided fuzzing of SOQL: any text gives rows or a declared fault, and a count agrees with what is counted.

The first byte of an input chooses the API version and whether deleted records are asked for; the rest is the query.
"""

from __future__ import annotations

import random
import sys

try:
    import atheris
except ImportError:
    sys.stdout.write(
        "Skipped: the fuzzer needs atheris (fuzz/requirements.txt), which is not installed. It has wheels for Linux on "
        f"CPython 3.11 to 3.13; this is {sys.implementation.name} {sys.version.split()[0]} on {sys.platform}.\n"
    )
    sys.exit(0)

with atheris.instrument_imports(include=["mock_salesforce.soql", "mock_salesforce.pages", "lark"]):
    from mock_salesforce import Org, OrgSpec, OrgUser, SalesforceMock
    from mock_salesforce.pages import Reader
    from mock_salesforce.queries import Question
    from mock_salesforce.soql.plan import Plan
    from simulator.clock import VirtualClock
    from simulator.soap import SoapFault

VERSIONS = (31.0, 50.0, 64.0, 68.0)
CODES = frozenset(
    {
        "INVALID_FIELD", "INVALID_TYPE", "MALFORMED_QUERY", "INVALID_QUERY_FILTER_OPERATOR", "QUERY_TOO_COMPLICATED",
        "NUMBER_OUTSIDE_VALID_RANGE", "EXCEEDED_ID_LIMIT", "UNSUPPORTED_API_VERSION",
    }
)  # fmt: skip
PAGE = 200


class Broken(AssertionError):
    """What must never happen did."""


def filled() -> tuple[SalesforceMock, Org]:
    """An org with a few accounts and contacts, some values of them awkward, some null, some records deleted."""
    mock = SalesforceMock(clock=VirtualClock(), chance=random.Random(1))
    org = mock.add_org(OrgSpec("00D5e000000FUZZ", "Fuzzed", (OrgUser("fuzz@example.com", "fuzz"),)))
    texts = ["a", "<A&b>", "a_c%*", "\u00e9", "A", None]
    accounts = org.load(
        "Account",
        [
            {"Name": text or "x", "Site": text, "AnnualRevenue": number, "IsDeleted": number == 4}
            for number, text in enumerate(texts)
        ],
    )
    org.load(
        "Contact",
        [{"LastName": text or "y", "AccountId": parent} for text, parent in zip(texts, accounts, strict=True)],
    )
    return mock, org


MOCK, ORG = filled()


def try_one(data: bytes) -> None:
    """One input."""
    if not data:
        return
    version, everything = VERSIONS[data[0] % 4], bool(data[0] & 4)
    text = data[1:].decode("utf-8", "replace")
    question = Question(ORG, ORG.user_id(ORG.users[0]), None, version, everything)
    try:
        run(question.plan(text))
    except SoapFault as fault:
        if fault.code.removeprefix("sf:") not in CODES:
            raise Broken(f"{fault.code} is no fault of a query") from fault


def run(plan: Plan) -> None:
    """What a plan finds is what it counts, and can be written."""
    limit = -1 if plan.limit is None else plan.limit
    if plan.grouped:
        ORG.store.execute(plan.rows(), (*plan.parameters, limit, plan.offset))
        return
    ((counted,),) = ORG.store.execute(plan.statement("COUNT(*)"), plan.parameters)
    if plan.count:
        return
    rows = ORG.store.execute(plan.rows(), (*plan.parameters, limit, plan.offset))
    if plan.rows_of(int(counted)) != len(rows):
        raise Broken(f"{plan.rows_of(int(counted))} are counted, and {len(rows)} found")
    Reader(ORG, MOCK.cursors, "").first(plan, PAGE)


def main() -> None:
    """Run the fuzzer: `python -m fuzz.soql [libFuzzer's options] [corpus folders]`."""
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
