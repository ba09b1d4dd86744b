from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_engine.admission import Origin, SyncRequest, admit, check_characters, salesforce_id, zuora_id
from sync_engine.errors import RequestRefused
from sync_engine.model import ObjectKind

ids15 = st.text(alphabet=string.ascii_letters + string.digits, min_size=15, max_size=15)
zuora_ids = st.text(alphabet="0123456789abcdef", min_size=32, max_size=32)


def z(number: int) -> str:
    return f"{number:032x}"


def test_known_pairs_of_15_and_18_characters() -> None:
    for full in ("001Vr00000m4eGCIAY", "0030W00003M7aeKQAR", "a0H1I00000BhsluUAB"):
        assert salesforce_id(full[:15]) == salesforce_id(full) == full


@given(ids15)
def test_both_forms_of_a_salesforce_id_are_one_record(identifier: str) -> None:
    full = identifier + check_characters(identifier)
    assert salesforce_id(identifier) == salesforce_id(full) == salesforce_id(identifier + full[15:].lower()) == full
    assert len(admit(SyncRequest(object_ids=[identifier, full])).objects) == 1


@given(ids15, st.text(alphabet=string.ascii_uppercase + "012345", min_size=3, max_size=3))
def test_wrong_check_characters_are_refused(identifier: str, suffix: str) -> None:
    expected = check_characters(identifier)
    assert (salesforce_id(identifier + suffix) is None) == (suffix != expected)


@pytest.mark.parametrize("text", ["", "001", "001d000000N3Ec!", "001d000000N3EcxAA", "001d000000N3EcxAAFK", "٠" * 15])
def test_other_texts_are_no_salesforce_id(text: str) -> None:
    assert salesforce_id(text) is None


@pytest.mark.parametrize("text", ["", "2c92", z(1)[:-1] + "g", z(1) + "0", "٠" * 32])
def test_other_texts_are_no_zuora_id(text: str) -> None:
    assert zuora_id(text) is None


@given(st.lists(zuora_ids, min_size=1, max_size=10))
def test_duplicates_collapse_and_order_stays(ids: list[str]) -> None:
    admitted = admit(SyncRequest(zuora_ids=[*ids, *(each.upper() for each in ids)])).objects
    assert [each.zuora_id for each in admitted] == list(dict.fromkeys(ids))


@pytest.mark.parametrize(("origin", "cap"), [(Origin.API, 10), (Origin.ACCOUNT_PAGE, 8)])
def test_a_request_over_the_cap_is_refused_whole(origin: Origin, cap: int) -> None:
    assert len(admit(SyncRequest(zuora_ids=[z(n) for n in range(cap)], origin=origin)).objects) == cap
    with pytest.raises(RequestRefused, match=rf"names {cap + 1} billing accounts; .* may name {cap}"):
        admit(SyncRequest(zuora_ids=[z(n) for n in range(cap + 1)], origin=origin))


def test_the_cap_counts_all_three_ways_of_naming_an_account() -> None:
    with pytest.raises(RequestRefused, match="names 11"):
        admit(
            SyncRequest(
                object_ids=["001d000000N3Ecx"],
                zuora_ids=[z(n) for n in range(5)],
                zuora_ids_by_entity={z(n): "e1" for n in range(5, 10)},
            )
        )


@given(st.integers(min_value=1, max_value=150), st.integers(min_value=0, max_value=100))
def test_products_have_no_cap_but_the_callout_budget(count: int, used: int) -> None:
    asked = SyncRequest(ObjectKind.ZPRODUCT, zuora_ids=[z(n) for n in range(count)], callouts_used=used)
    admitted = admit(asked)
    assert len(admitted.objects) == min(count, 100 - used)
    assert [each.zuora_id for each in admitted.objects + admitted.past_budget] == [z(n) for n in range(count)]


def test_a_catalog_sync_has_no_callout_budget() -> None:
    asked = SyncRequest(ObjectKind.ZPRODUCT, zuora_ids=[z(n) for n in range(300)], origin=Origin.CATALOG)
    assert len(admit(asked).objects) == 300


def test_accounts_past_the_callout_budget_are_left_out() -> None:
    admitted = admit(SyncRequest(zuora_ids=[z(n) for n in range(10)], callouts_used=97))
    assert (len(admitted.objects), len(admitted.past_budget)) == (3, 7)


@pytest.mark.parametrize("used", [-1, 101])
def test_a_callout_count_that_cannot_be_is_refused(used: int) -> None:
    with pytest.raises(RequestRefused, match="callouts"):
        admit(SyncRequest(zuora_ids=[z(1)], callouts_used=used))


@pytest.mark.parametrize(
    ("kind", "noun"), [(ObjectKind.BILLING_ACCOUNT, "billing account"), (ObjectKind.ZPRODUCT, "product")]
)
def test_an_empty_request_is_refused(kind: ObjectKind, noun: str) -> None:
    with pytest.raises(RequestRefused, match=rf"names no {noun}"):
        admit(SyncRequest(kind))


def test_every_wrong_id_is_named_at_once() -> None:
    with pytest.raises(RequestRefused) as refused:
        admit(SyncRequest(object_ids=["nonsense", "001d000000N3EcxAAZ"], zuora_ids=["42"]))
    for part in ("'nonsense'", "they would be AAF", "'42' is not a Zuora id"):
        assert part in refused.value.message


def test_many_wrong_ids_are_counted() -> None:
    with pytest.raises(RequestRefused, match="and 4 more"):
        admit(SyncRequest(zuora_ids=[str(n) for n in range(9)]))


def test_a_set_is_put_in_order() -> None:
    admitted = admit(SyncRequest(zuora_ids={z(n) for n in (5, 2, 9)}))
    assert [each.zuora_id for each in admitted.objects] == [z(2), z(5), z(9)]


def test_a_named_entity_completes_a_bare_id() -> None:
    (only,) = admit(SyncRequest(zuora_ids=[z(1)], zuora_ids_by_entity={z(1): "e1"})).objects
    assert only.entity_id == "e1"


def test_one_record_under_two_entities_is_refused() -> None:
    with pytest.raises(RequestRefused, match="two entities"):
        admit(SyncRequest(zuora_ids_by_entity={"a" * 32: "e1", "A" * 32: "e2"}))


def test_an_entity_id_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(RequestRefused, match="not an entity id"):
        admit(SyncRequest(zuora_ids_by_entity={z(1): "no such"}))
