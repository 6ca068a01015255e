"""The commands of `tidewaiter alerts` about results, and the one that counts all anew."""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from tidewaiter.casework.results import (
    Analysed,
    Check,
    Finding,
    Inspected,
    Kind,
    Observed,
    load_result_rules,
)
from tidewaiter.cli.options import Day, needs_db, printable
from tidewaiter.consignments.reported import finding_of
from tidewaiter.identity import own_stamp
from tidewaiter.node import count_anew
from tidewaiter.store.database import open_database
from tidewaiter.store.decisions import alert_id
from tidewaiter.store.results import add_result, withdraw_result
from tidewaiter.substances.registry import load_registry

_OUTCOMES = (*get_args(Inspected), *get_args(Analysed))


@click.command()
@click.argument("name", metavar="ID")
@click.argument("outcome", type=click.Choice(_OUTCOMES))
@needs_db
@click.option("--by", "person", required=True, help="Who did it: the officer, team or laboratory.")
@click.option("--on", "day", type=Day(), help="The day on which it was done (today).")
@click.option("--place", default="", help="Where.")
@click.option("--reference", default="", help="The number that the report bears.")
@click.option(
    "--check",
    "checks",
    type=click.Choice(get_args(Check)),
    multiple=True,
    help="Of an inspection: what was done.",
)
@click.option(
    "--method",
    "methods",
    type=click.Choice(list(load_result_rules().method)),
    multiple=True,
    help="Of a laboratory: how.",
)
@click.option(
    "--confirmatory",
    "strength",
    flag_value="confirmatory",
    help="The laboratory says that it proves the substance.",
)
@click.option(
    "--presumptive", "strength", flag_value="presumptive", help="It points to the substance."
)
@click.option(
    "--found", multiple=True, help="Slug, CAS number or name, and content: ephedrine=98.5."
)
@click.option("--not-found", "absent", multiple=True, help="What was looked for and not detected.")
@click.option("--quantity", default="", help='Found, with its unit: "25 kg".')
@click.option("--note", default="", help="Words of your own.")
@click.option("--replaces", type=int, help="Number of the result that this one corrects.")
@click.option(
    "--own",
    multiple=True,
    envvar="TIDEWAITER_OWN",
    help="A folder of your own lists.",
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
    help="Why it counts no more.",
)
@click.option("--note", default="", help="Words of your own.")
def withdraw_(number: int, db: str, *, reason: str, note: str) -> None:
    """Withdraw result NUMBER: it stays to be read, and counts no more.

    Example: tidewaiter alerts withdraw 3 --reason mixed-up --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        gone = withdraw_result(work, number, reason, printable(note))
    click.echo(f"{gone.alert}: result {gone.id} is withdrawn", err=True)


@click.command(name="recount")
@needs_db
def recount_(db: str) -> None:
    """Make the counts of the overview anew: after an upgrade, or where tables were changed by hand.

    Example: tidewaiter alerts recount --db cases.db
    """
    with open_database(db) as database:
        told = count_anew(database, own_stamp)
    click.echo(
        f"{told.alerts:,} alerts counted; {told.wrong:,} of {told.counts:,} counts were others",
        err=True,
    )


def _observed(outcome: str, said: dict[str, Any]) -> Observed:
    """Make a report of what was said."""
    kind: Kind = "inspection" if outcome in get_args(Inspected) else "laboratory"
    named = [(text, True) for text in said["found"]] + [(text, False) for text in said["absent"]]
    findings: list[Finding] = []
    if named:
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
