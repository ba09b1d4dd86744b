"""The eight products of the scenario `demo`, six in one entity and two in the other: every charge model and type."""

from __future__ import annotations

from mock_zuora.pricing import (
    DISCOUNT_FIXED,
    DISCOUNT_PERCENTAGE,
    FLAT_FEE,
    ONE_TIME,
    OVERAGE,
    PER_UNIT,
    RECURRING,
    TIERED,
    TIERED_WITH_OVERAGE,
    USAGE,
    VOLUME,
)
from offline.scenarios.catalog import ChargeSpec, PlanSpec, ProductSpec

SEAT = "Each"
CALL = "Call"
HOUR = "Hour"
UNITS = (SEAT, CALL, HOUR)

FIRST_ENTITY: tuple[ProductSpec, ...] = (
    ProductSpec(
        "Product 01",
        "Flat fee",
        (
            PlanSpec(
                "Monthly",
                (
                    ChargeSpec("Monthly fee", FLAT_FEE, RECURRING, ((None, "49.00"),)),
                    ChargeSpec("Set-up fee", FLAT_FEE, ONE_TIME, ((None, "199.00"),)),
                ),
            ),
            PlanSpec("Annual", (ChargeSpec("Annual fee", FLAT_FEE, RECURRING, ((None, "500.00"),), period="Annual"),)),
            PlanSpec("Metered", (ChargeSpec("Metered fee", FLAT_FEE, USAGE, ((None, "15.00"),), unit=HOUR),)),
        ),
    ),
    ProductSpec(
        "Product 02",
        "Per unit",
        (
            PlanSpec(
                "Monthly",
                (
                    ChargeSpec("Seats", PER_UNIT, RECURRING, ((None, "12.50"),), unit=SEAT),
                    ChargeSpec("Seat set-up", PER_UNIT, ONE_TIME, ((None, "5.00"),), unit=SEAT),
                ),
            ),
            PlanSpec("Metered", (ChargeSpec("Calls", PER_UNIT, USAGE, ((None, "0.25"),), unit=CALL),)),
        ),
    ),
    ProductSpec(
        "Product 03",
        "Overage",
        (
            PlanSpec(
                "Overage", (ChargeSpec("Calls over", OVERAGE, USAGE, ((None, "0.50"),), unit=CALL, included=100),)
            ),
            PlanSpec(
                "Tiered with overage",
                (
                    ChargeSpec(
                        "Calls in steps and over",
                        TIERED_WITH_OVERAGE,
                        USAGE,
                        ((50, "0.40"), (150, "0.30"), (None, "0.60")),
                        unit=CALL,
                    ),
                ),
            ),
        ),
    ),
    ProductSpec(
        "Product 04",
        "Tiered",
        (
            PlanSpec(
                "Monthly",
                (
                    ChargeSpec(
                        "Hours in steps", TIERED, RECURRING, ((10, "20.00"), (50, "18.00"), (None, "15.00")), unit=HOUR
                    ),
                    ChargeSpec("Training", TIERED, ONE_TIME, ((5, "40.00"), (None, "30.00")), unit=HOUR),
                ),
            ),
            PlanSpec(
                "Metered",
                (
                    ChargeSpec(
                        "Calls in steps", TIERED, USAGE, ((100, "0.30"), (200, "0.20"), (None, "0.10")), unit=CALL
                    ),
                ),
            ),
        ),
    ),
    ProductSpec(
        "Product 05",
        "Volume",
        (
            PlanSpec(
                "Quarterly",
                (
                    ChargeSpec(
                        "Seats by volume",
                        VOLUME,
                        RECURRING,
                        ((10, "30.00"), (50, "27.00"), (None, "24.00")),
                        period="Quarter",
                        unit=SEAT,
                    ),
                    ChargeSpec("Seat set-up by volume", VOLUME, ONE_TIME, ((10, "4.00"), (None, "3.00")), unit=SEAT),
                ),
            ),
            PlanSpec(
                "Metered",
                (ChargeSpec("Calls by volume", VOLUME, USAGE, ((100, "0.30"), (None, "0.20")), unit=CALL),),
            ),
        ),
    ),
    ProductSpec(
        "Product 06",
        "Discount",
        (
            PlanSpec(
                "Fixed",
                (
                    ChargeSpec("Amount off", DISCOUNT_FIXED, RECURRING, ((None, "10.00"),)),
                    ChargeSpec("Amount off at the start", DISCOUNT_FIXED, ONE_TIME, ((None, "20.00"),)),
                ),
            ),
            PlanSpec(
                "Percentage",
                (
                    ChargeSpec("Percentage off", DISCOUNT_PERCENTAGE, RECURRING, ((None, "10"),)),
                    ChargeSpec("Percentage off at the start", DISCOUNT_PERCENTAGE, ONE_TIME, ((None, "25"),)),
                ),
            ),
        ),
    ),
)

SECOND_ENTITY: tuple[ProductSpec, ...] = (
    ProductSpec(
        "Product 07",
        "Flat fee and per unit",
        (
            PlanSpec(
                "Monthly",
                (
                    ChargeSpec("Monthly fee", FLAT_FEE, RECURRING, ((None, "80.00"),)),
                    ChargeSpec("Set-up fee", FLAT_FEE, ONE_TIME, ((None, "120.00"),)),
                ),
            ),
            PlanSpec("Seats", (ChargeSpec("Seats", PER_UNIT, RECURRING, ((None, "9.00"),), unit=SEAT),)),
        ),
    ),
    ProductSpec(
        "Product 08",
        "Volume and discount",
        (
            PlanSpec(
                "Volume",
                (ChargeSpec("Seats by volume", VOLUME, RECURRING, ((20, "8.00"), (None, "7.00")), unit=SEAT),),
            ),
            PlanSpec("Percentage", (ChargeSpec("Percentage off", DISCOUNT_PERCENTAGE, RECURRING, ((None, "5"),)),)),
        ),
    ),
)
