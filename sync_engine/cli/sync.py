"""`sync accounts` and `sync products`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from sync_engine.admission import Origin, SyncRequest
from sync_engine.cli.context import Json, engine, run
from sync_engine.cli.plan import tell_plan
from sync_engine.cli.progress import LiveProgress
from sync_engine.cli.results import Report, finish, tell
from sync_engine.errors import RequestRefused
from sync_engine.model import ObjectKind

_ACCOUNT_PREFIX = "001"
_SALESFORCE_ID_LENGTH_MAX = 18

DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Go the whole way and write nothing; show what would be."),
]
OnlyChanged = Annotated[
    bool, typer.Option("--only-changed", help="Read the org first, and send only rows that say something new.")
]
Entity = Annotated[str, typer.Option("--entity", metavar="ID", help="The entity that Zuora ids belong to.")]


def register(app: typer.Typer) -> None:
    """Add the command `sync`."""
    sync = typer.Typer(no_args_is_help=True, help="Sync billing accounts or products.")
    sync.command("accounts")(accounts)
    sync.command("products")(products)
    app.add_typer(sync, name="sync")
    plan = typer.Typer(no_args_is_help=True, help="Show what a sync would write and cost, and write nothing.")
    plan.command("accounts")(plan_accounts)
    plan.command("products")(plan_products)
    app.add_typer(plan, name="plan")


def plan_accounts(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Zuora ids, or Salesforce ids of billing accounts.")],
    *,
    entity: Entity = "",
    as_json: Json = False,
) -> None:
    """Plan a sync of billing accounts."""
    accounts(context, ids, entity=entity, dry_run=True, as_json=as_json)


def plan_products(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Zuora ids, or Salesforce ids of ZProducts.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every product of the entity.")] = False,
    entity: Entity = "",
    as_json: Json = False,
) -> None:
    """Plan a sync of products."""
    products(context, ids, everything=everything, entity=entity, dry_run=True, as_json=as_json)


def accounts(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="Zuora ids, or Salesforce ids of billing accounts.")],
    *,
    from_account_page: Annotated[
        bool,
        typer.Option(
            "--from-account-page",
            help="As the button on the Account page does: at most 8; a single Account id means all its accounts.",
        ),
    ] = False,
    entity: Entity = "",
    dry_run: DryRun = False,
    only_changed: OnlyChanged = False,
    report: Report = None,
    as_json: Json = False,
) -> None:
    """Sync billing accounts with everything that belongs to them."""
    object_ids, zuora_ids = split(ids)
    page_account = object_ids[0] if from_account_page and object_ids[:1] == list(ids) else ""
    with LiveProgress() as progress, engine(context, progress, only_changed=only_changed) as made:
        if page_account.startswith(_ACCOUNT_PREFIX) and dry_run:
            raise RequestRefused("A dry run needs the ids of billing accounts.", "Leave out --from-account-page.")
        if page_account.startswith(_ACCOUNT_PREFIX):
            done = run(finish(made, made.request_from_account_page(page_account)))
        else:
            request = SyncRequest(
                ObjectKind.BILLING_ACCOUNT,
                object_ids=object_ids,
                zuora_ids=zuora_ids,
                origin=Origin.ACCOUNT_PAGE if from_account_page else Origin.API,
                entity_id=entity,
            )
            if dry_run:
                raise typer.Exit(tell_plan(run(made.plan(request)), as_json=as_json))
            done = run(finish(made, made.request(request)))
    tell(done, as_json=as_json, report=report)


def products(
    context: typer.Context,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Zuora ids, or Salesforce ids of ZProducts.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every product of the entity.")] = False,
    entity: Entity = "",
    dry_run: DryRun = False,
    only_changed: OnlyChanged = False,
    report: Report = None,
    as_json: Json = False,
) -> None:
    """Sync products with their rate plans, charges and tiers."""
    if everything == bool(ids):
        raise RequestRefused("Give the ids of products, or --all for every one of them.")
    object_ids, zuora_ids = split(ids or [])
    with LiveProgress() as progress, engine(context, progress, only_changed=only_changed) as made:
        if dry_run:
            if everything:
                zuora_ids = run(made.product_ids(entity))
            request = SyncRequest(
                ObjectKind.ZPRODUCT,
                object_ids=object_ids,
                zuora_ids=zuora_ids,
                origin=Origin.CATALOG if everything else Origin.API,
                entity_id=entity,
            )
            raise typer.Exit(tell_plan(run(made.plan(request)), as_json=as_json))
        if everything:
            done = run(finish(made, made.request_all_products(entity)))
        else:
            request = SyncRequest(ObjectKind.ZPRODUCT, object_ids=object_ids, zuora_ids=zuora_ids, entity_id=entity)
            done = run(finish(made, made.request(request)))
    tell(done, as_json=as_json, report=report)


def split(ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """The ids that must be Salesforce's and those that must be Zuora's, by their length."""
    object_ids = [each for each in ids if len(each.strip()) <= _SALESFORCE_ID_LENGTH_MAX]
    return object_ids, [each for each in ids if each not in object_ids]
