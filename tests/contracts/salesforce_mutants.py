"""Planted bugs: the Salesforce mock with one thing wrong on its way over the wire, and the facts that must notice."""

from __future__ import annotations

from dataclasses import dataclass

from tests.contracts.salesforce_sabotage import Exchange, in_reply, plain, reads, says, with_status, without_header


@dataclass(frozen=True)
class Mutant:
    """A service with one bug, and the facts that must break on it, without the service's name."""

    name: str
    caught_by: tuple[str, ...]
    exchange: Exchange = plain
    pace: float = 1.0
    lasting: float = 1.0


_made = [0]


def _another_session(body: bytes) -> bytes:
    if b"<sessionId>" not in body:
        return body
    _made[0] += 1
    return body.replace(b"</sessionId>", b"%d</sessionId>" % _made[0])


MUTANTS = (
    Mutant("every fault has the login's type", ("faults.unexpected",), says(rb"UnexpectedErrorFault", rb"LoginFault")),
    Mutant(
        "what is covered has seconds",
        ("replication.covered",),
        says(rb"(<latestDateCovered>[^<]*:)00\.000Z", rb"\g<1>07.000Z"),
    ),
    Mutant("rows that stay locked are not counted", ("locks.many",), says(rb", \.\.\. \(\d+ more\)", rb"")),
    Mutant("old versions have the newer words", ("rows.delete-bad-id",), says(rb">bad id", rb">malformed id")),
    Mutant("codes are left out of the WSDL", ("wsdl.codes",), says(rb'<enumeration value="ALREADY_APPLIED"/>', rb"")),
    Mutant("a fault has no place", ("wsdl.fault-types",), says(rb'base="fns:ApiQueryFault"', rb'base="fns:ApiFault"')),
    Mutant(
        "a third pass fails like a second",
        ("triggers.three-passes",),
        says(rb"Too many batch retries in the presence of Apex triggers", rb"later is refused"),
    ),
    Mutant("faults are HTTP 200", ("wire.fault-status",), with_status(500, 200)),
    Mutant("successes are HTTP 201", ("wire.ok-status",), with_status(200, 201)),
    Mutant("Id is there once", ("wire.id-twice",), says(rb"(<sf:Id>\w+</sf:Id>)\1", rb"\1")),
    Mutant("Id is empty rather than nil", ("wire.id-nil",), says(rb'<sf:Id xsi:nil="true"/>', rb"<sf:Id></sf:Id>")),
    Mutant(
        "nulls are empty elements",
        ("wire.select-order",),
        says(rb'<sf:Phone xsi:nil="true"/>', rb"<sf:Phone></sf:Phone>"),
    ),
    Mutant("doubles have no point", ("wire.values",), says(rb"350000\.0", rb"350000")),
    Mutant("moments have no milliseconds", ("wire.values",), says(rb"(\d\d:\d\d:\d\d)\.000Z", rb"\1Z")),
    Mutant(
        "no LimitInfoHeader",
        ("wire.limit-info", "limits.counts"),
        says(rb"<LimitInfoHeader>.*?</LimitInfoHeader>", rb""),
    ),
    Mutant(
        "LimitInfoHeader counts nothing", ("limits.counts",), says(rb"<current>\d+</current>", rb"<current>1</current>")
    ),
    Mutant(
        "another limit is told",
        ("limits.developer", "limits.enterprise"),
        says(rb"<limit>\d+</limit>", rb"<limit>1</limit>"),
    ),
    Mutant(
        "success says nothing of errors but an empty element",
        ("wire.save-success",),
        says(rb"<success>true", rb"<errors/><success>true"),
    ),
    Mutant(
        "a failed update tells its id",
        ("wire.save-failure",),
        says(rb'<id xsi:nil="true"/>', rb"<id>001000000000000AAA</id>"),
    ),
    Mutant(
        "results come the other way round",
        ("wire.result-order",),
        in_reply(
            lambda body: (
                body.replace(b"<success>true", b"<success>?", 1)
                .replace(b"<success>false", b"<success>true")
                .replace(b"<success>?", b"<success>false")
            )
        ),
    ),
    Mutant(
        "the session is told",
        ("faults.session-words",),
        says(rb"missing session hash: [^\n]*", rb"missing session: made-up-session"),
    ),
    Mutant(
        "faults have no sf prefix", ("faults.shape", "faults.unknown-field"), says(rb"<faultcode>sf:", rb"<faultcode>")
    ),
    Mutant("faults have no detail", ("faults.shape", "faults.query-place"), says(rb"(?s)<detail>.*?</detail>", rb"")),
    Mutant("row and column are missing", ("faults.query-place",), says(rb"<sf:(row|column)>-?\d+</sf:\1>", rb"")),
    Mutant(
        "locator faults have a place",
        ("faults.locator-place",),
        says(rb"(</sf:InvalidQueryLocatorFault>)", rb"<sf:row>1</sf:row>\1"),
    ),
    Mutant("the caret is off by one", ("soql.no-column",), says(rb"\n( +)\^\n", rb"\n\1 ^\n")),
    Mutant("columns count from 0", ("soql.no-column", "soql.bad-id"), says(rb"Column:(\d)\d?\n", rb"Column:0\n")),
    Mutant(
        "an unexpected token is not told",
        ("soql.end-of-text", "soql.unexpected"),
        says(rb"unexpected token", rb"syntax error"),
    ),
    Mutant("LIKE is forgotten", ("soql.like",), reads(rb" LIKE 'a_b'", rb" = 'a_b'")),
    Mutant("NOT is forgotten", ("soql.not-in",), reads(rb"NOT IN", rb"IN")),
    Mutant("ORDER BY is forgotten", ("soql.order",), reads(rb" ORDER BY [^<]*", rb"")),
    Mutant("NULLS LAST is forgotten", ("soql.order",), reads(rb" NULLS LAST", rb"")),
    Mutant("LIMIT is forgotten", ("soql.limit-offset",), reads(rb" LIMIT 1 OFFSET 1", rb"")),
    Mutant("queryAll is query", ("soql.everything",), reads(rb"p:queryAll>", rb"p:query>")),
    Mutant("query is queryAll", ("soql.hides-deleted",), reads(rb"p:query>", rb"p:queryAll>")),
    Mutant("HAVING is forgotten", ("soql.having",), reads(rb" HAVING [^<]*", rb" ")),
    Mutant("functions go without number", ("soql.groups",), says(rb"sf:expr0", rb"sf:expr")),
    Mutant("batch sizes are forgotten", ("paging.least",), without_header("QueryOptions")),
    Mutant(
        "locators have another prefix", ("paging.locator-form",), says(rb"<queryLocator>0r8", rb"<queryLocator>01g")
    ),
    Mutant("pages are always done", ("paging.default", "paging.all-once"), says(rb"<done>false", rb"<done>true")),
    Mutant("AllOrNone is forgotten", ("rows.all-or-none",), without_header("AllOrNoneHeader")),
    Mutant("truncation is forgotten", ("wire.truncate",), without_header("AllowFieldTruncationHeader")),
    Mutant(
        "fields of errors are not told",
        ("rows.required", "rows.too-long", "rows.rule-field"),
        says(rb"<fields>[^<]*</fields>", rb""),
    ),
    Mutant("labels are names", ("rows.too-long",), says(rb"TotoId: ", rb"TotoId__c: ")),
    Mutant(
        "status codes are one",
        ("rows.required", "rows.deleted", "rows.unique"),
        says(rb"<statusCode>\w+", rb"<statusCode>UNKNOWN_EXCEPTION"),
    ),
    Mutant("everything is created", ("rows.upsert-one",), says(rb"<created>false", rb"<created>true")),
    Mutant(
        "upsert is create",
        ("rows.upsert-one",),
        reads(rb"<p:externalIDFieldName>Zuora__External_Id__c", rb"<p:externalIDFieldName>Id"),
    ),
    Mutant("deletes are forgotten", ("rows.cascade", "rows.set-null"), reads(rb"p:delete>", rb"p:describeGlobal>")),
    Mutant("sessions last too long", ("login.idle",), pace=0.5),
    Mutant("cursors last too long", ("paging.two-days",), pace=0.5),
    Mutant("the day never ends", ("limits.rolling",), pace=0.9),
    Mutant("lockouts last too long", ("login.lockout",), pace=0.5),
    Mutant("locks last twice as long", ("locks.waits", "locks.ends"), lasting=2.0),
    Mutant("there are no locks", ("locks.fails", "locks.master", "locks.whole-batch"), lasting=0.0),
    Mutant("a lock's ids are not told", ("locks.fails",), says(rb"or 1 records: \w+", rb"or 1 records")),
    Mutant(
        "limit exceptions go without number",
        ("triggers.soql",),
        says(rb"Too many SOQL queries: \d+", rb"Too many SOQL queries"),
    ),
    Mutant("namespaces are not told", ("triggers.namespace",), says(rb"npsp:", rb"")),
    Mutant("exceptions say not when", ("triggers.exception",), says(rb"execution of AfterInsert", rb"execution")),
    Mutant("serverUrl has no org", ("wire.server-url",), says(rb"(/services/Soap/[um]/64\.0)/\w+", rb"\1")),
    Mutant(
        "login is refused in other words",
        ("login.wrong",),
        says(rb"Invalid username, password, security token; or user locked out\.", rb"Wrong password."),
    ),
    Mutant("every login is a session of its own", ("login.shared",), in_reply(_another_session)),
    Mutant(
        "requests are always accepted",
        ("apex.callouts-used-up",),
        says(rb"<success>false</success>", rb"<success>true</success>"),
    ),
    Mutant(
        "the class has another namespace",
        ("apex.response",),
        says(rb"schemas/class/Zuora/OnDemandSync", rb"schemas/class/OnDemandSync"),
    ),
)
