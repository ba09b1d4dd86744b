"""Dates and date times in conditions, by WSDL version, and how rows are found that changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from contracts.facts.zuora.asking import compares, finds, refused
from contracts.judging import same
from contracts.registry import ZUORA, Sure
from contracts.target import Capability
from contracts.zuora import sources
from contracts.zuora.client import OLD_DATES, Client
from contracts.zuora.scenarios import ACCOUNTS, CATALOG

fact = ZUORA.fact


compares(
    "zuora.dates.date-comparisons",
    "Dates compare with = != > >= < <=.",
    {
        "LastInvoiceDate = '2024-03-01'": ("birch",),
        "LastInvoiceDate != '2024-03-01' and LastInvoiceDate != null": ("alder", "dogwood"),
        "LastInvoiceDate > '2024-03-01'": ("dogwood",),
        "LastInvoiceDate >= '2024-03-01'": ("birch", "dogwood"),
        "LastInvoiceDate < '2024-03-01'": ("alder",),
        "LastInvoiceDate <= '2024-03-01'": ("alder", "birch"),
    },
    source=sources.ZOQL_EXAMPLES,
)
compares(
    "zuora.dates.date-unquoted",
    "A date may stand with or without quotes.",
    {"LastInvoiceDate = 2024-03-01": ("birch",), "LastInvoiceDate = '2024-03-01'": ("birch",)},
    source=sources.ZOQL_EXAMPLES,
)
compares(
    "zuora.dates.date-time-comparisons",
    "Date times compare by the moment they mean.",
    {
        "CreatedDate = '2024-01-10T20:00:00+00:00'": ("alder",),
        "CreatedDate > '2024-01-10T20:00:00+00:00' and CreatedDate < '2024-02-01T00:00:00+00:00'": ("birch",),
        "CreatedDate >= '2025-01-01T08:00:00+00:00'": ("elm",),
        "CreatedDate <= '2024-01-10T20:00:00+00:00'": ("alder",),
    },
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.dates.date-time-unquoted",
    "A date time may stand with or without quotes.",
    {
        "CreatedDate <= 2024-01-10T20:00:00+00:00": ("alder",),
        "CreatedDate <= '2024-01-10T20:00:00+00:00'": ("alder",),
    },
    source=sources.ZOQL_FILTERS,
)
compares(
    "zuora.dates.date-time-offset",
    "The offset of a date time is honoured.",
    {
        "CreatedDate >= '2024-01-11T00:30:00-07:00' and CreatedDate <= '2024-01-11T16:30:00+09:00'": ("birch",),
        "CreatedDate < '2024-01-10T12:00:00-08:00'": (),
        "CreatedDate <= '2024-01-10T12:00:00-08:00'": ("alder",),
    },
    source=sources.docs("dates-in-zuora"),
)


@fact(
    "zuora.dates.date-time-no-offset",
    "A date time without offset is in the tenant's time zone.",
    source=sources.docs("dates-in-zuora"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def date_time_no_offset(client: Client) -> None:
    text = client.row("Account", client.target.id("alder"), "CreatedDate")["CreatedDate"]
    there = datetime.fromisoformat(text).astimezone(client.target.time_zone).replace(tzinfo=None)
    for operator, names in (("<=", ["alder"]), ("<", [])):
        finds(client, f"CreatedDate {operator} '{there.isoformat(timespec='seconds')}'", names)


@fact(
    "zuora.dates.new-date-takes-no-time",
    "From WSDL 69 on a date field compared with a date time is INVALID_VALUE.",
    source=sources.DATES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def new_date_takes_no_time(client: Client) -> None:
    zoql = "select Id from Account where LastInvoiceDate = "
    for version in ("69.0", "83.0"):
        bad, good = f"{zoql}'2024-03-01T00:00:00'", f"{zoql}'2024-03-01'"
        refused(client, bad, "INVALID_VALUE", beside=good, version=version)


@fact(
    "zuora.dates.new-date-time-takes-no-date",
    "From WSDL 69 on a date time field compared with a date is INVALID_VALUE.",
    source=sources.DATES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def new_date_time_takes_no_date(client: Client) -> None:
    zoql = "select Id from Account where CreatedDate > "
    good = f"{zoql}'2024-01-01T00:00:00'"
    refused(client, f"{zoql}'2024-01-01'", "INVALID_VALUE", beside=good, version="69.0")


@fact(
    "zuora.dates.old-either",
    "Up to WSDL 68 a date and a date time may be compared with either.",
    source=sources.DATES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def old_either(client: Client) -> None:
    for where in ("LastInvoiceDate = '2024-03-01'", "LastInvoiceDate = '2024-03-01T00:00:00'"):
        finds(client, where, ["birch"], version=OLD_DATES)
    finds(client, "CreatedDate < '2024-01-11'", ["alder", "birch"], version=OLD_DATES)
    finds(client, "CreatedDate < '2024-01-10T23:00:00'", ["alder"], version=OLD_DATES)


@fact(
    "zuora.dates.old-date-offset-shifts",
    "Up to WSDL 68 a date time with offset is moved to the Pacific before it is taken for a date.",
    source=sources.DATES,
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
)
def old_date_offset_shifts(client: Client) -> None:
    finds(client, "LastInvoiceDate = '2024-03-02T03:00:00+00:00'", ["birch"], version=OLD_DATES)
    finds(client, "LastInvoiceDate = '2024-03-01T03:00:00+00:00'", ["alder"], version=OLD_DATES)


@fact(
    "zuora.dates.rising-dates",
    "UpdatedDate moves when a row is changed, so that it can be asked for what is new.",
    source=sources.object_page("Account"),
    sure=Sure.DOCUMENTED,
    scenario=ACCOUNTS,
    needs=[Capability.WRITABLE, Capability.CLOCK],
)
def rising_dates(client: Client) -> None:
    id_ = client.target.id("alder")
    same(client.update("Account", {"Id": id_, "BillCycleDay": 2})[0].done_id, id_, "the id of the update")
    before = client.row("Account", id_, "UpdatedDate")["UpdatedDate"]
    client.target.advance(60)
    finds(client, f"UpdatedDate > '{before}'", [])
    same(client.update("Account", {"Id": id_, "BillCycleDay": 3})[0].done_id, id_, "the id of the update")
    after = client.row("Account", id_, "UpdatedDate")["UpdatedDate"]
    same(datetime.fromisoformat(after) - datetime.fromisoformat(before), timedelta(seconds=60), "how far it moved")
    finds(client, f"UpdatedDate > '{before}'", ["alder"])


@fact(
    "zuora.dates.short-date-time",
    "A row's date time of under 19 characters is a fault: `date string can not be less than 19 charactors`.",
    source=sources.LOGIN_GEM,
    sure=Sure.INFERRED,
    scenario=CATALOG,
    needs=[Capability.WRITABLE],
)
def short_date_time(client: Client) -> None:
    usage = {"AccountId": client.target.id("hazel"), "Quantity": 1, "UOM": "Each"}
    client.made("Usage", {**usage, "StartDateTime": "2026-01-10T00:00:00"})
    fault = client.create_reply("Usage", {**usage, "StartDateTime": "2026-01-10T00:00"}).fault()
    same(fault.text, "date string can not be less than 19 charactors", "the message")
