"""The commands `tidewaiter alerts` for bulk decisions and for results of inspections."""

from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import click

from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import (
    Day,
    found_or_hint,
    json_option,
    needs_db,
    printable,
    rows_option,
)
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.alerts.bulk_decisions import (
    Batch,
    batch_of,
    batches,
    members_of,
    settle_batch,
    undo_batch,
)
from tidewaiter.store.alerts.decisions import alert_id
from tidewaiter.store.alerts.result_entry import add_result, withdraw_result
from tidewaiter.store.core.database import open_database
from tidewaiter.trade.rules.results import (
    Analysed,
    Check,
    Finding,
    Inspected,
    Kind,
    Observed,
    load_result_rules,
)

_OUTCOMES = (*get_args(Inspected), *get_args(Analysed))


@click.command()
@click.argument("name", metavar="ID")
@click.argument("outcome", type=click.Choice(_OUTCOMES))
@needs_db
@click.option("--by", "person", required=True, help="Officer, team or laboratory.")
@click.option(
    "--on", "day", type=Day(), help="Date of the inspection or analysis (default: today)."
)
@click.option("--place", default="", help="Where.")
@click.option("--reference", default="", help="Number of the report.")
@click.option(
    "--check",
    "checks",
    type=click.Choice(get_args(Check)),
    multiple=True,
    help="Type of inspection.",
)
@click.option(
    "--method",
    "methods",
    type=click.Choice(list(load_result_rules().method)),
    multiple=True,
    help="Method of the laboratory.",
)
@click.option(
    "--confirmatory",
    "strength",
    flag_value="confirmatory",
    help="The laboratory reports the result as proof of the substance.",
)
@click.option(
    "--presumptive",
    "strength",
    flag_value="presumptive",
    help="The result indicates the substance but does not prove it.",
)
@click.option(
    "--found",
    multiple=True,
    help="Substance found (slug, CAS number or name), with its content: ephedrine=98.5.",
)
@click.option("--not-found", "absent", multiple=True, help="Substance tested for but not detected.")
@click.option("--quantity", default="", help='Quantity found, with its unit: "25 kg".')
@click.option("--note", default="", help="Note, in your own words.")
@click.option("--replaces", type=int, help="Number of the result that this one corrects.")
@click.option(
    "--own",
    multiple=True,
    envvar="TIDEWAITER_OWN",
    help="A folder with your own controlled substances.",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
def result(name: str, outcome: str, db: str, replaces: int | None, **options: Any) -> None:
    """Record what an inspection or a laboratory found in the goods of alert ID.

    OUTCOME of an inspection: as-declared, not-as-declared, not-found, could-not-inspect; of a
    laboratory: identified, not-detected, inconclusive.

    Example: tidewaiter alerts result 12b0f39e as-declared --by Lee --check opened --db cases.db
    """
    observed = _observed(outcome, options)
    with open_database(db) as database, database.work(own_stamp()) as work:
        full = alert_id(work, printable(name))
        made = add_result(work, full, observed, replaces=replaces)
    click.echo(f"{full}: result {made.id}", err=True)


@click.command(name="withdraw")
@click.argument("number", type=int)
@needs_db
@click.option(
    "--reason",
    required=True,
    type=click.Choice(list(load_result_rules().withdrawal)),
    help="Reason why it is no longer valid.",
)
@click.option("--note", default="", help="Note, in your own words.")
def withdraw_(number: int, db: str, *, reason: str, note: str) -> None:
    """Withdraw result NUMBER: it stays on record but no longer counts.

    Example: tidewaiter alerts withdraw 3 --reason mixed-up --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        gone = withdraw_result(work, number, reason, printable(note))
    click.echo(f"{gone.alert}: result {gone.id} withdrawn", err=True)


@click.command(name="recount")
@needs_db
def recount_(db: str) -> None:
    """Rebuild the counts of the overview, after an upgrade or manual changes to tables.

    Example: tidewaiter alerts recount --db cases.db
    """
    from tidewaiter.node.context import count_anew  # noqa: PLC0415  # the whole screening

    with open_database(db) as database:
        told = count_anew(database, own_stamp)
    click.echo(
        f"{how_many(told.alerts, 'alert')} counted; "
        f"{told.wrong:,} of {told.counts:,} counts were wrong",
        err=True,
    )


def _observed(outcome: str, said: dict[str, Any]) -> Observed:
    """Return a result from the options."""
    kind: Kind = "inspection" if outcome in get_args(Inspected) else "laboratory"
    named = [(text, True) for text in said["found"]] + [(text, False) for text in said["absent"]]
    findings: list[Finding] = []
    if named:
        # Imported here: only results that name substances need them.
        from tidewaiter.law.registry import load_registry  # noqa: PLC0415
        from tidewaiter.trade.substance_lookup import finding_of  # noqa: PLC0415

        registry = load_registry(said["own"])
        findings = [finding_of(printable(text), registry, found=found) for text, found in named]
    words = ("person", "place", "reference", "quantity", "note")
    texts: dict[str, Any] = {name: printable(said[name]) for name in words}
    return Observed(
        kind=kind,
        outcome=outcome,
        day=said["day"] or date.today(),  # noqa: DTZ011 - the user's own calendar
        findings=tuple(findings),
        **{name: said[name] for name in ("checks", "methods", "strength")},
        **texts,
    )


_NUMBER = click.argument("number", type=click.IntRange(1))


@click.group(name="bulk")
def bulk() -> None:
    """List, undo and settle bulk decisions: several alerts decided at once.

    Example: tidewaiter alerts bulk list --db cases.db
    """


@bulk.command(name="list")
@needs_db
@rows_option
@json_option
def list_(db: str, rows: int, *, as_json: bool) -> None:
    """List bulk decisions, the newest first.

    Example: tidewaiter alerts bulk list --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        found = batches(work, rows=rows)
    hint = "decide several alerts at once with tidewaiter alerts decide"
    for each in found_or_hint(found, hint):
        click.echo(english_json(each) if as_json else visible(_in_words(each)))


@bulk.command(name="show")
@_NUMBER
@needs_db
def show(number: int, db: str) -> None:
    """Show bulk decision NUMBER, and the status of each of its alerts.

    Example: tidewaiter alerts bulk show 7 --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        batch, members = batch_of(work, number), members_of(work, number)
    click.echo(visible(_in_words(batch)))
    for name, became in members.items():
        click.echo(f"{name}  {became}")


@bulk.command(name="undo")
@_NUMBER
@needs_db
def undo(number: int, db: str) -> None:
    """Undo bulk decision NUMBER; alerts decided since then stay as they are.

    Example: tidewaiter alerts bulk undo 7 --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        undone = undo_batch(work, number)
    click.echo(
        (
            f"restored: {undone.reopened:,}, proposals withdrawn: {undone.withdrawn:,}, "
            f"skipped because decided since: {undone.left:,}"
        ),
        err=True,
    )


@bulk.command(name="settle")
@_NUMBER
@click.argument("how", type=click.Choice(["confirm", "reject"]))
@needs_db
@click.option(
    "--alert",
    "alerts",
    multiple=True,
    help="ID of one pending alert; can be repeated (default: all).",
)
@click.option("--note", default="", help="Note, in your own words; required for a rejection.")
def settle(
    number: int, how: Literal["confirm", "reject"], db: str, alerts: tuple[str, ...], note: str
) -> None:
    """Confirm or reject what bulk decision NUMBER proposed, as a second officer.

    Example: tidewaiter alerts bulk settle 7 confirm --db cases.db
    """
    names = [printable(each) for each in alerts] or None
    with open_database(db) as database, database.work(own_stamp()) as work:
        told = settle_batch(work, number, names, confirm=how == "confirm", note=printable(note))
    click.echo(f"{how}ed: {told.settled:,}, skipped: {told.left:,}", err=True)


def _in_words(batch: Batch) -> str:
    counts = (
        ("decided", batch.decided),
        ("awaiting a second officer", batch.waiting),
        ("rejected", batch.rejected),
        ("skipped", batch.left),
    )
    told = ", ".join(f"{count:,} {what}" for what, count in counts if count) or "nothing"
    undone = f"; undone by {batch.undone_by}" if batch.undone_by else ""
    return (
        f"{batch.number}  {batch.verdict}/{batch.reason}  {told}{undone}  "
        f"{batch.by}, {batch.at[:16]}: {batch.note}"
    )
