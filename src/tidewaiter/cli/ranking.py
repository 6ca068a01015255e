"""The command `tidewaiter ranker`: train, show, apply and monitor a ranking model."""

import math
import os
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import click

from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.casework.ranking.drift import Drift, drift
from tidewaiter.casework.ranking.features import values_of
from tidewaiter.casework.ranking.model import (
    Backtest,
    Model,
    Ranker,
    Scale,
    applied,
    read_ranker,
    write_model,
)
from tidewaiter.casework.ranking.training import train as trained
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import FILE, OUT_FILE, Day, json_option, needs_db
from tidewaiter.cli.selection import read_alerts
from tidewaiter.report.alerts.exports import write_jsonl
from tidewaiter.report.selection import read_list
from tidewaiter.store.core.database import open_database
from tidewaiter.store.ranking import Inspected, alerts_in, inspected_in, outcomes
from tidewaiter.store.selection import Days
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.types import Alert

_SMALL = 0.05  # log odds below which a bin is not told


def show_model(model: Model, *, tables: bool) -> Iterator[str]:
    """Yield the training data and performance of a model; with tables, also what it learned."""
    made = model.training
    yield (
        f"model {model.sha256[:12]}, trained on {model.made} with {made.library}, seed {made.seed}"
    )
    yield (
        f"trained on {how_many(made.alerts, 'alert')} from {made.first} to {made.last}: "
        f"{made.hits:,} were correct, {made.results:,} by inspection or laboratory"
    )
    if made.by_lot or made.lines:
        yield (
            f"training also used {how_many(made.lines, 'line')} without an alert; "
            f"{made.by_lot:,} outcomes were drawn at random, each with "
            f"{made.lot_weight or 1:.3g} times the weight of another"
        )
    yield f"training data {made.digest[:12]}; it adds at most {model.most_points} points"
    yield from _backtest(model.backtest)
    if not tables:
        return
    yield "effect of each value on the odds, and the number of alerts with it"
    for scale in sorted(model.scales, key=_reach, reverse=True):
        yield f"{scale.feature.name}{': more never counts against' if scale.feature.rising else ''}"
        yield from _table(scale, model.slope)


def show_drift(found: Drift) -> Iterator[str]:
    """Yield the monitoring results of a period."""
    days = f"{found.first or 'the first day'} to {found.last or 'the last day'}"
    yield f"{how_many(found.alerts, 'alert')}, {days}"
    for each in found.features:
        chance = f"chance alone: up to {each.by_chance:.3f}"
        yield f"  {each.verdict:8} {each.index:6.3f}  {each.name} ({chance})"
    share = found.decided
    yield (
        f"{share.of:,} have an outcome: {share.count:,} were correct, {found.expected:.1f} expected"
    )
    if found.calibrated is None:
        yield "too few outcomes to check the probabilities"
    elif found.calibrated:
        yield "the probabilities agree with the outcomes"
    else:
        yield (
            "the probabilities do NOT agree with the outcomes: train a new model, or "
            "stop using this one"
        )
    if found.auc is not None:
        yield f"area under the curve {found.auc:.3f} (0.5: no better than chance)"


def _backtest(test: Backtest) -> Iterator[str]:
    yield (
        f"back-test on {how_many(test.alerts, 'later alert')} from {test.first} to {test.last}: "
        f"{test.hits:,} were correct, {test.expected:.1f} expected"
    )
    yield f"  area under the curve: model {test.auc:.3f}, rules alone {test.auc_score:.3f}"
    for each in test.depths:
        yield (
            f"  first {each.share:.0%} ({each.alerts:,}): {each.score:,} correct by "
            f"rules, {each.both:,} by rules and model, {each.learned:,} by model alone"
        )


def _table(scale: Scale, slope: float) -> Iterator[str]:
    for words, value, seen in zip(_bins(scale), scale.values, scale.seen, strict=True):
        if abs(slope * value) >= _SMALL:
            yield f"  x{math.exp(slope * value):5.2f}  {words} ({seen:,})"


def _bins(scale: Scale) -> Iterator[str]:
    if scale.feature.kind == "category":
        yield from scale.levels
        yield "other or not given"
        return
    ends = [f"{edge:.4g}" for edge in scale.edges]
    yield f"below {ends[0]}"
    yield from (f"{low} to {high}" for low, high in pairwise(ends))
    yield f"{ends[-1]} and more"
    yield "not given"


def _reach(scale: Scale) -> float:
    return max(scale.values) - min(scale.values)


@click.group()
def ranker() -> None:
    """Train a ranking model on past decisions and results; an optional addition to the rules.

    Example: tidewaiter ranker train --db cases.db --out ranker.json
    """


@ranker.command()
@needs_db
@click.option("--from", "first", type=Day(), help="Only alerts raised on or after this date.")
@click.option("--to", "last", type=Day(), help="Only alerts raised on or before this date (UTC).")
@click.option(
    "--inspected",
    type=FILE,
    multiple=True,
    help="A completed list from `tidewaiter select`; its results are used for training too.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Random seed of the library.")
@click.option("--out", type=OUT_FILE, required=True, help="Output file for the model: .json.")
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

    Training needs at least 300 outcomes, 50 of each kind, and 100 results of inspections. It needs
    the extra `ranker`; using a model does not. Give the earliest list of inspections first: a line
    on several lists counts once.

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
@click.argument("path", metavar="MODEL", type=FILE)
def show(path: Path) -> None:
    """Show the training data and performance of MODEL, and everything it learned.

    Example: tidewaiter ranker show ranker.json
    """
    for line in show_model(read_ranker(path).model, tables=True):
        click.echo(visible(line))


@ranker.command()
@click.argument("path", metavar="ALERTS", type=FILE)
@click.option("--model", type=FILE, required=True, help="A model from `tidewaiter ranker train`.")
@click.option("--rules", type=FILE, help="The copy of alerts.toml that ALERTS were created with.")
@click.option(
    "--out", type=OUT_FILE, required=True, help="Output file for alerts with the estimate: .jsonl."
)
def apply(path: Path, model: Path, rules: Path | None, out: Path) -> None:
    """Add the estimate of MODEL to ALERTS as one more risk indicator, with its basis.

    It adds at most 15 points and never removes any. Alerts keep their order and their IDs.

    Example: tidewaiter ranker apply alerts.jsonl --model ranker.json --out ranked.jsonl
    """
    told, loaded = read_ranker(model), load_alert_rules(rules)
    raised = alerts = 0
    with replacing(out, str(os.getpid())) as part, write_jsonl(part) as writer:
        for before, after in _applied(read_alerts(path), told, loaded):
            writer.add([after])
            alerts += 1
            raised += after.score > before.score
    click.echo(f"{how_many(alerts, 'alert')}; points added to {raised:,}", err=True)


@ranker.command()
@needs_db
@click.option("--model", type=FILE, required=True, help="A model from `tidewaiter ranker train`.")
@click.option("--from", "first", type=Day(), help="Only alerts raised on or after this date.")
@click.option("--to", "last", type=Day(), help="Only alerts raised on or before this date (UTC).")
@json_option
def watch(db: str, model: Path, first: date | None, last: date | None, *, as_json: bool) -> None:
    """Check MODEL for data drift, and whether its probabilities still agree with the outcomes.

    Compares each feature and the model's estimates with the training data, and the expected number
    of correct alerts with the outcomes.

    Example: tidewaiter ranker watch --db cases.db --model ranker.json --from 2026-11-01
    """
    told, days = read_ranker(model), Days(first=first, last=last)
    with open_database(db) as database, database.work() as work:
        rows = [values_of(alert) for alert in alerts_in(work, days)]
        decided = list(outcomes(work, days))
    found = drift(told, rows, decided, (first, last))
    if as_json:
        click.echo(english_json(found))
        return
    for line in show_drift(found):
        click.echo(visible(line))


def _lists_in_words(found: Inspected) -> str:
    lost = f"; {found.lost:,} are not in this database, or cannot be used" if found.lost else ""
    return (
        f"lists have results for {how_many(len(found.alerts), 'alert')} and for "
        f"{how_many(len(found.lines), 'line')} without one{lost}"
    )


def _applied(
    alerts: Iterator[Alert], told: Ranker, rules: AlertRules
) -> Iterator[tuple[Alert, Alert]]:
    for alert in alerts:
        yield alert, applied(told, alert, rules)
