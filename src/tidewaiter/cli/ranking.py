"""The command `tidewaiter ranker`: a model is trained, shown, put to use, and watched."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import msgspec

from tidewaiter.base.files import replacing
from tidewaiter.cli.options import Day, needs_db
from tidewaiter.cli.rankertable import show_drift, show_model
from tidewaiter.cli.selectfrom import read_alerts
from tidewaiter.consignments.rules import AlertRules, load_alert_rules
from tidewaiter.consignments.types import Alert
from tidewaiter.ranking.drift import drift
from tidewaiter.ranking.explaining import applied
from tidewaiter.ranking.features import values_of
from tidewaiter.ranking.model import Ranker, read_ranker, write_model
from tidewaiter.ranking.training import train as trained
from tidewaiter.report.characters import visible
from tidewaiter.report.exports import write_jsonl
from tidewaiter.report.inspectionlists import read_list
from tidewaiter.store.database import open_database
from tidewaiter.store.listed import Inspected, inspected_in
from tidewaiter.store.outcomes import alerts_in, outcomes
from tidewaiter.store.selecting import Days

_FILE = click.Path(dir_okay=False, path_type=Path)
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")


@click.group()
def ranker() -> None:
    """Learn from decisions and results which alerts are worth a look; an option beside the rules.

    Example: tidewaiter ranker train --db cases.db --out ranker.json
    """


@ranker.command()
@needs_db
@click.option("--from", "first", type=Day(), help="Alerts that came in on this day or later.")
@click.option("--to", "last", type=Day(), help="... on this day or before (UTC).")
@click.option(
    "--inspected",
    type=_HERE,
    multiple=True,
    help="A list of `tidewaiter select` that came back: what was found teaches too.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the library.")
@click.option("--out", type=_FILE, required=True, help="The model: .json.")
def train(
    *,
    db: str,
    first: date | None,
    last: date | None,
    inspected: tuple[Path, ...],
    seed: int,
    out: Path,
) -> None:
    """Train a model on the alerts of a database that have an outcome.

    Fewer than 300 outcomes, 50 of each kind, or 100 results of inspections are refused. It needs
    the extra `ranker`; to use a model nothing more is needed. Give the earliest list of inspections
    first: a line on several counts once.

    Example: tidewaiter ranker train --db cases.db --inspected october.csv --out ranker.json
    """
    listed = [row for path in inspected for row in read_list(path)]
    with open_database(db) as database, database.work() as work:
        found = inspected_in(work, listed)
        examples = list(outcomes(work, Days(first=first, last=last), found))
    if listed:
        click.echo(_lists_in_words(found), err=True)
    today = date.today()  # noqa: DTZ011 - the user's own calendar
    model = trained(examples, today, seed)
    with replacing(out, str(os.getpid())) as part:
        part.write_bytes(write_model(model))
    for line in show_model(model, tables=False):
        click.echo(visible(line), err=True)


@ranker.command()
@click.argument("path", metavar="MODEL", type=_HERE)
def show(path: Path) -> None:
    """Show what MODEL was made from, how it did, and all that it learned.

    Example: tidewaiter ranker show ranker.json
    """
    for line in show_model(read_ranker(path).model, tables=True):
        click.echo(visible(line))


@ranker.command()
@click.argument("path", metavar="ALERTS", type=_HERE)
@click.option("--model", type=_HERE, required=True, help="Of `tidewaiter ranker train`.")
@click.option("--rules", type=_HERE, help="The copy of alerts.toml that ALERTS were made by.")
@click.option("--out", type=_FILE, required=True, help="The alerts with what was learned: .jsonl.")
def apply(path: Path, model: Path, rules: Path | None, out: Path) -> None:
    """Add what MODEL learned to ALERTS, as one reason more that says what it rests on.

    It adds at most 15 points and takes none away. Alerts keep their order and their ids.

    Example: tidewaiter ranker apply alerts.jsonl --model ranker.json --out ranked.jsonl
    """
    told, loaded = read_ranker(model), load_alert_rules(rules)
    raised = alerts = 0
    with replacing(out, str(os.getpid())) as part, write_jsonl(part) as writer:
        for before, after in _applied(read_alerts(path), told, loaded):
            writer.add([after])
            alerts += 1
            raised += after.score > before.score
    click.echo(f"{alerts:,} alerts; {raised:,} got points", err=True)


@ranker.command()
@needs_db
@click.option("--model", type=_HERE, required=True, help="Of `tidewaiter ranker train`.")
@click.option("--from", "first", type=Day(), help="Alerts that came in on this day or later.")
@click.option("--to", "last", type=Day(), help="... on this day or before (UTC).")
@_JSON
def watch(db: str, model: Path, first: date | None, last: date | None, *, as_json: bool) -> None:
    """Say whether alerts are still like those that MODEL was made from, and it still right.

    Compares each feature and what the model says with the training, and the hits that it expected
    with the outcomes.

    Example: tidewaiter ranker watch --db cases.db --model ranker.json --from 2026-11-01
    """
    told, days = read_ranker(model), Days(first=first, last=last)
    with open_database(db) as database, database.work() as work:
        rows = [values_of(alert) for alert in alerts_in(work, days)]
        decided = list(outcomes(work, days))
    found = drift(told, rows, decided, (first, last))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for line in show_drift(found):
        click.echo(visible(line))


def _lists_in_words(found: Inspected) -> str:
    lost = f"; {found.lost:,} are not in this database, or cannot count" if found.lost else ""
    return (
        f"lists tell of {len(found.alerts):,} alerts and of {len(found.lines):,} lines without "
        f"one{lost}"
    )


def _applied(
    alerts: Iterator[Alert], told: Ranker, rules: AlertRules
) -> Iterator[tuple[Alert, Alert]]:
    for alert in alerts:
        yield alert, applied(told, alert, rules)
