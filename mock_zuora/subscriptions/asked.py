"""What subscribe and amend are asked for, read from their nested elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from mock_zuora.books import Row
from mock_zuora.faults import RowError
from mock_zuora.objects import Catalogue
from mock_zuora.reading import SentRow, named, named_all, sent_row, sent_text

Values = Callable[[SentRow], Row]
"""Turns a row as sent into values; raises `RowError` for one that is not of its field's type."""


@dataclass(frozen=True)
class AskedCharge:
    """What is to be different of one charge, and the steps of its price where they are."""

    row: Row
    tiers: tuple[Row, ...] = ()


@dataclass(frozen=True)
class AskedPlan:
    """A rate plan to add, change or remove."""

    row: Row
    charges: tuple[AskedCharge, ...] = ()
    features: tuple[Row, ...] = ()


@dataclass(frozen=True)
class AskedPreview:
    """Whether nothing is to be written, and what is wanted to be seen."""

    enabled: bool = False
    kind: str = "InvoiceItem"
    periods: int | None = None
    through_term_end: bool = False


@dataclass(frozen=True)
class AskedBilling:
    """Whether to invoice and to collect, and how."""

    invoice: bool = False
    collect: bool = False
    account_wide: bool = True
    invoice_date: date | None = None
    target_date: date | None = None
    method_id: str = ""
    external: Row = field(default_factory=dict)


class Reader:
    """Reads the parts of a request; `values` reads a row."""

    def __init__(self, catalogue: Catalogue, version: float, values: Values) -> None:
        self._catalogue = catalogue
        self._version = version
        self._values = values

    def sent(self, parent: etree._Element, name: str, kind: str) -> SentRow | None:
        """The record in the child of this name; None when there is no such child, or it is nil."""
        element = named(parent, name)
        return None if element is None else sent_row(element, self._catalogue[kind], self._catalogue, self._version)

    def row(self, parent: etree._Element, name: str, kind: str) -> Row | None:
        """The values of the record in the child of this name, its `Id` among them when it was sent."""
        sent = self.sent(parent, name, kind)
        return None if sent is None else self._row(sent)

    def _row(self, sent: SentRow) -> Row:
        return self._values(sent) | ({"Id": sent.id} if sent.id else {})

    def amendment(self, element: etree._Element) -> Row:
        """The values of an amendment, without the rate plan inside it."""
        return self._row(sent_row(element, self._catalogue["Amendment"], self._catalogue, self._version))

    def plan(self, element: etree._Element) -> AskedPlan:
        """A RatePlanData."""
        row = self.row(element, "RatePlan", "RatePlan")
        if row is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: RatePlan")
        listed = named(element, "SubscriptionProductFeatureList")
        features = [] if listed is None else named_all(listed, "SubscriptionProductFeature")
        return AskedPlan(
            row,
            tuple(self._charge(each) for each in named_all(element, "RatePlanChargeData")),
            self._rows(features, "SubscriptionProductFeature"),
        )

    def _charge(self, element: etree._Element) -> AskedCharge:
        row = self.row(element, "RatePlanCharge", "RatePlanCharge")
        if row is None:
            raise RowError("MISSING_REQUIRED_VALUE", "Missing required value: RatePlanCharge")
        return AskedCharge(row, self._rows(named_all(element, "RatePlanChargeTier"), "RatePlanChargeTier"))

    def _rows(self, elements: list[etree._Element], kind: str) -> tuple[Row, ...]:
        target = self._catalogue[kind]
        return tuple(self._row(sent_row(each, target, self._catalogue, self._version)) for each in elements)

    def preview(self, parent: etree._Element) -> AskedPreview:
        """PreviewOptions."""
        options = named(parent, "PreviewOptions")
        if options is None:
            return AskedPreview()
        periods = sent_text(options, "NumberOfPeriods")
        return AskedPreview(
            _yes(options, "EnablePreviewMode"),
            sent_text(options, "PreviewType") or "InvoiceItem",
            None if not periods else _whole(periods, "NumberOfPeriods"),
            _yes(options, "PreviewThroughTermEnd"),
        )

    def billing(self, parent: etree._Element, name: str, processing: str) -> AskedBilling:
        """SubscribeOptions or AmendOptions; `processing` names their part about the invoice."""
        options = named(parent, name)
        if options is None:
            return AskedBilling()
        about = named(options, processing)
        electronic = named(options, "ElectronicPaymentOptions")
        external = named(options, "ExternalPaymentOptions")
        return AskedBilling(
            invoice=_yes(options, "GenerateInvoice"),
            collect=_yes(options, "ProcessPayments"),
            account_wide=about is None or sent_text(about, "InvoiceProcessingScope").lower() != "subscription",
            invoice_date=None if about is None else self._day(about, "InvoiceDate", "InvoiceDate"),
            target_date=None if about is None else self._day(about, "InvoiceTargetDate", "TargetDate"),
            method_id="" if electronic is None else sent_text(electronic, "PaymentMethodId"),
            external={} if external is None else self._external(external),
        )

    def _day(self, parent: etree._Element, name: str, field_name: str) -> date | None:
        target = self._catalogue["Invoice"]
        text = sent_text(parent, name)
        day: date | None = self._values(SentRow(target, values={field_name.lower(): text})).get(field_name)
        return day

    def _external(self, options: etree._Element) -> Row:
        names = ("Amount", "EffectiveDate", "GatewayOrderId", "PaymentMethodId", "ReferenceId")
        texts = {name.lower(): sent_text(options, name) for name in names}
        return self._values(SentRow(self._catalogue["Payment"], values={k: v for k, v in texts.items() if v}))


def _yes(parent: etree._Element, name: str) -> bool:
    return sent_text(parent, name).lower() in ("true", "1")


def _whole(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RowError("INVALID_VALUE", f"Invalid value {text} for type int, field {name}") from None
