"""The currencies of an org: one for all of it, or several, each record in its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mock_salesforce.schema import Field, Kind

FIELD = "CurrencyIsoCode"
TYPES = "CurrencyType"
OWN_CURRENCY = "DefaultCurrencyIsoCode"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "$", "AUD": "$", "CHF": "CHF"}


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of an org that has several: its ISO code, how much of it the corporate currency's unit is worth, and
    whether new records may be in it.
    """

    code: str
    rate: float = 1.0
    decimal_places: int = 2
    active: bool = True


@dataclass(frozen=True, slots=True)
class Currencies:
    """What an org deals in. `several` are none, or the corporate currency and others; `single` counts when none are."""

    single: str
    several: tuple[Currency, ...] = ()

    def check(self, wanted: Sequence[str]) -> None:
        """Raise `ValueError` when a code is given twice, the corporate one is not active, or users want one that is
        not active.
        """
        codes = [each.code for each in self.several]
        if len(set(codes)) < len(codes):
            msg = f"a currency is given twice: {', '.join(codes)}"
            raise ValueError(msg)
        if self.several and not self.several[0].active:
            msg = f"the first currency is the corporate one and must be active: {self.corporate}"
            raise ValueError(msg)
        active = {each.code for each in self.several if each.active} or {self.single}
        for code in wanted:
            if code and code not in active:
                msg = f"a user's currency {code} is not an active one of the org: {', '.join(sorted(active))}"
                raise ValueError(msg)

    @property
    def corporate(self) -> str:
        """The code of the org's own currency."""
        return self.several[0].code if self.several else self.single

    def field(self) -> Field:
        """The field that says a record's currency."""
        return replace(
            Field(FIELD, "Currency ISO Code", Kind.PICKLIST, length=3, system=True, restricted=True),
            values=tuple(each.code for each in self.several),
            inactive_values=tuple(each.code for each in self.several if not each.active),
        )

    def rows(self) -> list[dict[str, object]]:
        """The records that tell of the currencies."""
        return [
            {
                "IsoCode": each.code,
                "ConversionRate": each.rate,
                "DecimalPlaces": each.decimal_places,
                "IsActive": each.active,
                "IsCorporate": each.code == self.corporate,
            }
            for each in self.several
        ]

    def user_info(self, own: str) -> Mapping[str, str | None]:
        """What getUserInfo tells of currencies to a user whose own currency is `own`, "" for the corporate one."""
        if self.several:
            return {
                "currencySymbol": None,
                "orgDefaultCurrencyIsoCode": None,
                "organizationMultiCurrency": "true",
                "userDefaultCurrencyIsoCode": own or self.corporate,
            }
        return {
            "currencySymbol": _SYMBOLS.get(self.single, self.single),
            "orgDefaultCurrencyIsoCode": self.single,
            "organizationMultiCurrency": "false",
            "userDefaultCurrencyIsoCode": None,
        }
