from __future__ import annotations

import time
from pathlib import Path

import pytest
import zeep
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sync_engine.model import ParentRef, TargetRow
from sync_engine.salesforce import messages
from sync_engine.soap import load_wsdl
from tests.sync_engine.clients.fakes import row, texts

P = "{urn:partner.soap.sforce.com}"
E = "{urn:sobject.partner.soap.sforce.com}"


def sobjects(message: bytes) -> list[etree._Element]:
    return list(etree.fromstring(message).iter(f"{P}sObjects"))


def parts(element: etree._Element) -> list[tuple[str, str | None]]:
    return [(str(item.tag), item.text) for item in element]


def test_an_upsert_has_its_parts_in_the_order_the_schema_wants() -> None:
    target = row("k1", fields={"Name": "Customer 01"}, nulls=("Zuora__Notes__c",), parent="p1")
    message = messages.upsert("s1", "Zuora__X__c", "Zuora__External_Id__c", [target], all_or_none=False)
    (sent,) = sobjects(message)
    assert parts(sent)[:4] == [
        (f"{E}type", "Zuora__X__c"),
        (f"{E}fieldsToNull", "Zuora__Notes__c"),
        (f"{E}Zuora__External_Id__c", "k1"),
        (f"{E}Name", "Customer 01"),
    ]
    parent = sent[4]
    assert parent.tag == f"{E}Zuora__Parent__r"
    assert parts(parent) == [(f"{E}type", "Zuora__Parent__c"), (f"{E}Zuora__External_Id__c", "p1")]
    assert texts(etree.fromstring(message), "externalIDFieldName") == ["Zuora__External_Id__c"]


def test_the_key_is_sent_once_even_when_it_is_among_the_fields() -> None:
    target = row("k1", fields={"Zuora__External_Id__c": "k1", "Name": "n"})
    (sent,) = sobjects(messages.upsert("s", "X__c", "Zuora__External_Id__c", [target], all_or_none=False))
    assert [tag for tag, _ in parts(sent)].count(f"{E}Zuora__External_Id__c") == 1


def test_all_or_none_is_said_only_when_meant() -> None:
    for wanted in (True, False):
        message = messages.delete("s", ["a1"], all_or_none=wanted)
        assert texts(etree.fromstring(message), "allOrNone") == (["true"] if wanted else [])
        assert texts(etree.fromstring(message), "ids") == ["a1"]


@pytest.mark.parametrize("name", ["a b", "a>", "", "1x", "x:y"])
def test_a_name_cannot_smuggle_markup_in(name: str) -> None:
    for target in (
        row("k", fields={name: "v"}),
        row("k", nulls=(name,)),
        TargetRow("X__c", "E__c", "k", {}, (), {name: ParentRef("A", "B", "c")}, "Account", "k", "r"),
    ):
        with pytest.raises(ValueError, match="not an API name"):
            messages.upsert("s", "X__c", "E__c", [target], all_or_none=False)


@given(st.text())
def test_any_text_arrives_as_it_was_but_for_what_xml_cannot_carry(text: str) -> None:
    message = messages.save("s", "create", "X__c", [{"Name": text}], all_or_none=False)
    (sent,) = sobjects(message)
    arrived = sent[1].text or ""
    assert arrived.strip() == messages.sendable(text)
    if text.isprintable():
        assert arrived == text


def test_the_messages_are_what_zeep_reads_with_the_wsdl(salesforce_wsdl: Path) -> None:
    client = zeep.Client(load_wsdl(salesforce_wsdl), transport=object())  # type: ignore[no-untyped-call]
    target = row("k1", parent="p1", nulls=("Zuora__Notes__c",))
    for message in (
        messages.upsert("s", "X__c", "Zuora__External_Id__c", [target, target], all_or_none=True),
        messages.save("s", "create", "X__c", [{"Name": "n"}, {"Name": None}], all_or_none=False),
        messages.delete("s", ["001000000000001AAA"], all_or_none=False),
    ):
        call = etree.fromstring(message).find("{*}Body")[0]  # type: ignore[index]
        # The schema demands the Id of every sObject, even of one to be created; the service does not.
        for kind in list(call.iter(f"{E}type")):
            sent = kind.getparent()
            assert sent is not None
            nil = etree.Element(f"{E}Id", {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"})
            sent.insert(1 + len(sent.findall(f"{E}fieldsToNull")), nil)
        element = client.get_element(call.tag)  # type: ignore[no-untyped-call]
        read = element.parse(call, client.wsdl.types)
        assert len(read.sObjects if call.tag != f"{P}delete" else read.ids) in (1, 2)


def test_a_full_batch_is_written_in_milliseconds() -> None:
    fields = {f"Zuora__Field{number}__c": f"value {number} & more" for number in range(40)}
    rows = [row(f"k{number}", fields=fields, parent="p") for number in range(200)]
    began = time.perf_counter()
    message = messages.upsert("s", "X__c", "Zuora__External_Id__c", rows, all_or_none=False)
    assert len(sobjects(message)) == 200
    assert time.perf_counter() - began < 1.0
