"""Rows read by what they have in common are the rows that are read element by element."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mock_salesforce.dml import sent
from mock_salesforce.dml.alike import likeness
from mock_salesforce.dml.rows import SentRow
from mock_salesforce.schema import Schema, catalogue
from simulator.soap import SoapFault, escape

XSI = "http://www.w3.org/2001/XMLSchema-instance"
OPEN = (
    f'<p:upsert xmlns:p="urn:partner.soap.sforce.com" xmlns:o="urn:sobject.partner.soap.sforce.com" xmlns:xsi="{XSI}"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema">'
)


@cache
def schema() -> Schema:
    """The org's objects."""
    return catalogue.plain(("Zuora", "zqu"))


def elements(rows: list[str]) -> list[etree._Element]:
    """The rows of a request."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False)
    return list(etree.fromstring(f"{OPEN}{''.join(rows)}</p:upsert>", parser))


def one_by_one(found: list[etree._Element]) -> list[SentRow] | str:
    """What is read without likenesses, or the fault's text."""
    try:
        return [row for each in found for row in sent.sent_rows([each], schema())]
    except SoapFault as fault:
        return str(fault)


TEXTS = st.text("abc <>&\"'\r\n\t\u00e4\U0001f600;", max_size=6)
ATTRIBUTES = st.sampled_from(
    [*[""] * 12, ' xsi:type="xs:string"', ' xsi:nil="true"', ' xsi:nil="false"', ' xmlns:p="urn:other"', ' a="b>"']
)


@st.composite
def leaves(draw: st.DrawFn, names: st.SearchStrategy[str], texts: st.SearchStrategy[str] = TEXTS) -> str:
    """An element with text, or an empty one, in one of the ways that there are of writing it."""
    name, attributes, text = draw(names), draw(ATTRIBUTES), draw(texts)
    prefix = draw(st.sampled_from(["o:"] * 19 + ["p:", ""]))
    written = f"<![CDATA[{text}]]>" if draw(st.integers(0, 9)) == 0 else escape(text).decode()
    if not text and draw(st.booleans()):
        return f"<{prefix}{name}{attributes}/>"
    return f"<{prefix}{name}{attributes}>{written}</{prefix}{name}>"


NAMES = st.sampled_from(["Name", "name", "Zuora__External_Id__c", "Zuora__Batch__c", "Id", "Zuora__Balance__c"])
NULLED = st.sampled_from(["Name", *["Zuora__Batch__c"] * 5, " Zuora__AutoPay__c", "", "Zuora__Nothing__c"])
OBJECT = "Zuora__CustomerAccount__c"
TYPES = st.sampled_from([*[OBJECT] * 6, OBJECT.lower(), f" {OBJECT} ", "Account"])


@st.composite
def parents(draw: st.DrawFn) -> str:
    """A parent named by a key, rightly or wrongly."""
    keys = st.sampled_from([*["Zuora__External_Id__c"] * 8, "Id", "Name", "Zuora__Batch__c"])
    most = draw(st.sampled_from([1, 1, 1, 2]))
    parts = [draw(leaves(st.just("type"), TYPES)), *draw(st.lists(leaves(keys), min_size=1, max_size=most))]
    return f"<o:Zuora__Parent__r{draw(ATTRIBUTES)}>{''.join(parts)}</o:Zuora__Parent__r>"


PARTS = st.one_of(leaves(NAMES), leaves(NAMES), leaves(NAMES), leaves(st.just("fieldsToNull"), NULLED), parents())


@st.composite
def requests(draw: st.DrawFn) -> list[str]:
    """Rows made from one list of parts: each has most of them, and sometimes one of its own."""
    shared = [draw(st.sampled_from([leaves(st.just(draw(NAMES))), PARTS])) for _ in range(draw(st.integers(0, 6)))]
    rows = []
    for _ in range(draw(st.integers(1, 14))):
        said = draw(leaves(st.just("type"), st.sampled_from([OBJECT] * 19 + ["Account"])))
        parts = [draw(each) for each in shared if draw(st.integers(0, 7))]
        gap = draw(st.sampled_from(["", "", "\n  ", "stray"]))
        rows.append(f"<p:sObjects{draw(ATTRIBUTES)}>{gap.join([said, *parts])}</p:sObjects>{gap}")
    return rows


@given(requests())
def test_rows_are_read_the_same_together_and_one_by_one(rows: list[str]) -> None:
    found = elements(rows)
    apart = one_by_one(found)
    try:
        together: list[SentRow] | str = sent.sent_rows(found * 2, schema())
    except SoapFault as fault:
        together = str(fault)
    assert together == (apart if isinstance(apart, str) else apart * 2)


@given(requests())
def test_a_likeness_reads_the_row_it_was_made_from_and_what_it_reads_of_others_is_right(rows: list[str]) -> None:
    found = elements(rows)
    apart = one_by_one(found)
    if isinstance(apart, str):
        return
    for row, element in zip(apart, found, strict=True):
        alike = likeness(row, element, schema())
        if alike is not None:
            for other, read in zip(found, apart, strict=True):
                assert alike.read(other) in (read, None)


def test_plain_rows_are_read_by_their_likeness() -> None:
    row = (
        "<p:sObjects><o:type>Zuora__CustomerAccount__c</o:type><o:fieldsToNull>Zuora__Batch__c</o:fieldsToNull>"
        '<o:Name xsi:type="xs:string">A &amp; {}</o:Name><o:Zuora__Account__r><o:type>Account</o:type>'
        "<o:Id>001000000000001</o:Id></o:Zuora__Account__r><o:Zuora__Balance__c>{}</o:Zuora__Balance__c></p:sObjects>"
    )
    found = elements([row.format(n, n) for n in range(3)])
    (first,) = sent.sent_rows(found[:1], schema())
    alike = likeness(first, found[0], schema())
    assert alike is not None
    read = alike.read(found[2])
    assert read is not None
    assert read == sent.sent_rows(found[2:], schema())[0]
    assert read.values == {"Name": "A & 2", "Zuora__Balance__c": "2"}
    assert [each.name for each in read.nulls] == ["Zuora__Batch__c"]
    assert [each.value for each in read.parents] == ["001000000000001"]


def test_a_row_that_is_not_alike_after_all_is_told_in_one_pass() -> None:
    key = "<o:Zuora__External_Id__c>{:032x}</o:Zuora__External_Id__c>"
    parent = f"<o:Zuora__Parent__r><o:type>{OBJECT}</o:type>{key}</o:Zuora__Parent__r>"
    inside = "".join(parent.format(n) for n in range(12))
    row = f"<p:sObjects><o:type>{OBJECT}</o:type>{inside}<o:Name>a</o:Name>{{}}</p:sObjects>"
    plain, other = elements([row.format(""), row.format("<o:Zuora__Batch__c>more</o:Zuora__Batch__c>")])
    (first,) = sent.sent_rows([plain], schema())
    alike = likeness(first, plain, schema())
    assert alike is not None
    assert alike.read(other) is None  # an expression that tries every way would take longer than anyone waits
