"""Fields that take one of a few values, in the very capitals of the documentation."""

from __future__ import annotations

from collections.abc import Callable

from contracts.judging import require, same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import Client
from contracts.zuora.scenarios import CATALOG

Values = dict[str, object]


def _account(client: Client) -> Values:
    del client
    return {"Batch": "Batch1", "BillCycleDay": 1, "Currency": "USD", "Name": "Linden", "Status": "Draft"}


def _product(client: Client) -> Values:
    del client
    return {"EffectiveEndDate": "2040-01-01", "EffectiveStartDate": "2020-01-01", "Name": "Desk"}


def _check(client: Client) -> Values:
    return {"AccountId": client.target.id("hazel"), "Type": "Check"}


def _takes(
    object_name: str, field: str, good: tuple[object, ...], bad: tuple[object, ...], rest: Callable[[Client], Values]
) -> None:
    def check(client: Client) -> None:
        for value in good:
            made = client.made(object_name, {**rest(client), field: value})
            same(client.row(object_name, made, field), {field: str(value)}, f"{field} of the new row")
        for value in bad:
            (outcome,) = client.create(object_name, {**rest(client), field: value})
            require(not outcome.success, f"{field} {value!r} is taken")
            same(outcome.code, "INVALID_VALUE", f"the code of {field} {value!r}")

    taken = ", ".join(str(each) for each in good)
    ZUORA.fact(
        f"zuora.choices.{object_name.lower()}-{field.lower()}",
        f"{object_name}.{field} takes {taken}, and refuses {', '.join(str(each) for each in bad)}.",
        source=sources.object_page(object_name),
        sure=Sure.DOCUMENTED,
        scenario=CATALOG,
        needs=[Capability.WRITABLE],
    )(check)


_takes("Account", "Status", ("Draft",), ("draft", "Closed"), _account)
_takes("Account", "Batch", ("Batch1", "Batch20", "Batch50"), ("Batch51", "batch1"), _account)
_takes("Account", "BcdSettingOption", ("AutoSet", "ManualSet"), ("Manual",), _account)
_takes("Account", "BillCycleDay", (1, 31), (32, -1), _account)
_takes("Account", "TaxExemptStatus", ("Yes", "No", "PendingVerification"), ("Maybe",), _account)
_takes(
    "Product",
    "Category",
    ("Base Products", "Add On Services", "Miscellaneous Products"),
    ("Extra Products",),
    _product,
)
_takes("PaymentMethod", "Type", ("Cash", "Check", "Other", "WireTransfer"), ("Cheque", "cash"), _check)
