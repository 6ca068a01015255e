"""The commands `tidewaiter select`: select lines for inspection, and report the results."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.intervals import Share
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.model import Ranker, read_ranker
from tidewaiter.casework.selection.candidates import (
    candidate_of_alert,
    candidates_of_lines,
    with_chances,
)
from tidewaiter.casework.selection.choosing import check_lot, check_seed, choose, commitment
from tidewaiter.casework.selection.types import (
    ARMS,
    LANES,
    Candidate,
    Plan,
    Selection,
    load_selection_rules,
    read_profiles,
)
from tidewaiter.casework.selection.yields import Yields, yields_of
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    json_option,
    mark_refused,
    ok_with_refusals,
    read_record,
    with_options,
)
from tidewaiter.explain.alerts import read_exported
from tidewaiter.node.identity import own_stamp
from tidewaiter.report.selection import Row, read_list, record_of, write_list
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.core.database import open_database
from tidewaiter.store.selection import (
    Days,
    file_label,
    lines_seen,
    note_list,
    note_seed,
    open_alerts_seen,
    restricted_seen,
)
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.rules.results import Result
from tidewaiter.trade.types import Alert, ReadOptions

from_options = with_options(
    click.argument("alerts", required=False, type=FILE),
    click.option(
        "--lines",
        type=FILE,
        multiple=True,
        help="The screened file; random lines are drawn from all its lines.",
    ),
    click.option("--db", help="Select from a database: a path, or postgresql+psycopg://..."),
    click.option(
        "--from", "first", type=Day(), help="With --db: only files uploaded on or after this date."
    ),
    click.option(
        "--to",
        "last",
        type=Day(),
        help="With --db: only files uploaded on or before this date (UTC).",
    ),
    click.option(
        "--restricted",
        is_flag=True,
        help="With --db: include alerts on restricted entries; keep the list as "
        "confidential as they are.",
    ),
)
"""Add the options that define the input of a selection, as `From`."""


class From(Record, frozen=True, kw_only=True):
    """The input of a selection."""

    alerts: Path | None
    lines: tuple[Path, ...]
    db: str | None
    first: Any
    last: Any
    restricted: bool


def read_alerts(path: Path) -> Iterator[Alert]:
    """Read a file of alerts, as written by `tidewaiter screen --out alerts.jsonl`.

    Raises:
        InputError: A line is not an alert.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield read_exported(line)
            except msgspec.MsgspecError as error:
                at = f"{path}, line {number}"
                raise InputError("cli/not-an-alert", error=error, at=at) from error


def gather(source: From, ranker: Ranker | None = None) -> Iterator[Candidate]:
    """Yield the lines to select from, those with an alert first.

    Args:
        source: Files, or a database.
        ranker: Estimates the probability that an alert is correct; None: no model.

    Raises:
        InputError: A file cannot be read.
        UsageError: Neither files nor a database are named, or both.
    """
    if (source.db is None) == (source.alerts is None):
        raise click.UsageError("Give a file of alerts, or a database with --db.")
    if source.db is not None:
        if source.lines:
            raise click.UsageError(
                "--lines can be used only with a file of alerts; a database has its own lines."
            )
        yield from _of_database(source.db, source, ranker)
        return
    if source.first or source.last or source.restricted:
        raise click.UsageError("--from, --to and --restricted can be used only with --db.")
    alerts = ((alert.file, alert) for alert in read_alerts(source.alerts or Path()))
    yield from _of_alerts(alerts, ranker)
    for path in source.lines:
        yield from _of_file(path)
    if not source.lines:
        click.echo(
            "random lines are drawn only from lines with an alert: to draw from all "
            "lines, give the screened file with --lines",
            err=True,
        )


def _of_alerts(alerts: Iterator[tuple[str, Alert]], ranker: Ranker | None) -> Iterator[Candidate]:
    for label, alert in alerts:
        said = {} if ranker is None else {alert.id: ranker.says(alert)}
        yield from with_chances([candidate_of_alert(alert, label)], said)


def _of_file(path: Path) -> Iterator[Candidate]:
    refused = 0
    with path.open("rb") as file:
        for each in reader_for(path.name)(file, path.name, ReadOptions()):
            if isinstance(each, pa.RecordBatch):
                yield from candidates_of_lines(each, path.name)
            else:
                refused += not each.screened
    if refused:
        mark_refused()
        rows = how_many(refused, "row")
        click.echo(f"{path.name}: {rows} could not be read and cannot be drawn at random", err=True)


def _of_database(place: str, source: From, ranker: Ranker | None) -> Iterator[Candidate]:
    days = Days(first=source.first, last=source.last)
    with open_database(place) as database, database.work() as work:
        if not source.restricted and (hidden := restricted_seen(work, days)):
            click.echo(
                (
                    f"{how_many(hidden, 'alert')} on restricted entries excluded; use "
                    "--restricted to include them"
                ),
                err=True,
            )
        found = open_alerts_seen(work, days, restricted=source.restricted)
        yield from _of_alerts(found, ranker)
        for batch in lines_seen(work, days):
            yield from candidates_of_lines(batch.lines, file_label(batch.name, batch.sha256))


_FOR_ONE = 0o600


@click.command()
@click.argument("path", type=OUT_FILE)
@click.option("--db", help="Record the commitment in the audit log of this database.")
def seed(path: Path, db: str | None) -> None:
    """Create a seed for the random draw in PATH, or read an existing one; print its commitment.

    Publish the commitment before the lines arrive, and the seed afterwards: anyone can then verify
    that the draw was fair and could not be predicted.

    Example: tidewaiter select seed 2026-11-26.seed
    """
    if not path.exists():
        with replacing(path, str(os.getpid()), mode=_FOR_ONE) as part:
            part.write_text(f"{secrets.token_hex()}\n", encoding="ascii")
    told = commitment(read_seed(path))
    if db is not None:
        with open_database(db) as database, database.work(own_stamp()) as work:
            note_seed(work, told)
    click.echo(told)


def read_seed(path: Path) -> str:
    """Read a seed.

    Raises:
        InputError: It is too easy to guess, or the file is not text.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise InputError("cli/not-a-seed", at=str(path)) from error
    check_seed(text)
    return text


_HUNDRED = 100


class Amount(click.ParamType[tuple[float, bool]]):
    """A number of lines, or a share of them."""

    name = "n or %"

    def convert(
        self,
        value: str | tuple[float, bool],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, bool]:
        """Read "200", or "1%" as (0.01, True)."""
        if isinstance(value, tuple):
            return value
        text = value.strip().removesuffix("%").strip()
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        is_share = value.strip().endswith("%")
        most = _HUNDRED if is_share else float("inf")
        if not 0 <= number <= most or not (is_share or number.is_integer()):
            self.fail(
                f'"{value}" is not a number or a share of lines. Write it like 200 or 1%.',
                param,
                ctx,
            )
        return (number / _HUNDRED, True) if is_share else (number, False)


class Portion(Amount):
    """A share, as a percentage."""

    name = "%"

    def convert(
        self,
        value: str | tuple[float, bool],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, bool]:
        """Read "10%"."""
        found = super().convert(value, param, ctx)
        if not found[1]:
            self.fail(f'"{value}" is not a percentage. Write it like 10%.', param, ctx)
        return found


class Wanted(Record, frozen=True, kw_only=True):
    """The options of a selection."""

    quota: tuple[float, bool]
    random: tuple[float, bool] | None
    explore: tuple[float, bool] | None
    least_random: tuple[float, bool] | None
    profiles: Path | None


@click.command()
@from_options
@click.option(
    "--quota",
    type=Amount(),
    required=True,
    help="Number of lines to inspect: 200, or 1% of all lines.",
)
@click.option("--random", type=Portion(), help="Share of the quota drawn at random (10%).")
@click.option(
    "--explore",
    type=Portion(),
    help="Share of the quota for alerts that --ranker is uncertain about (5%).",
)
@click.option(
    "--least-random", type=Portion(), help="Minimum share of all lines drawn at random (0.05%)."
)
@click.option("--profiles", type=FILE, help="Criteria and watch lists: a TOML file.")
@click.option("--ranker", type=FILE, help="A model from `tidewaiter ranker train`.")
@click.option(
    "--seed-file",
    "seed",
    type=FILE,
    help="A seed from `tidewaiter select seed` (default: a new seed).",
)
@click.option(
    "--lane",
    "lanes",
    multiple=True,
    type=click.Choice(LANES),
    default=["red"],
    show_default=True,
    help="Lanes to write; red lines are to be inspected.",
)
@click.option(
    "--out",
    type=OUT_FILE,
    required=True,
    help="Output file: .csv; a .json file is written beside it.",
)
@ok_with_refusals
def select(
    *, out: Path, ranker: Path | None, seed: Path | None, lanes: tuple[str, ...], **options: Any
) -> None:
    """Select lines for inspection: at random, by profile, by score, and for exploration.

    ALERTS is a file from `tidewaiter screen --out alerts.jsonl`; or use a database. The list gives
    the reason for each line and has columns for the results.

    Example: tidewaiter select alerts.jsonl --lines manifest.csv --quota 1% --out list.csv
    """
    if out.suffix.lower() != ".csv":
        raise InputError("cli/not-a-format-of-lists", suffix=out.suffix, at=str(out))
    names = ("quota", "random", "explore", "least_random", "profiles")
    wanted = Wanted(**{name: options.pop(name) for name in names})
    text = read_seed(seed) if seed else secrets.token_hex()
    model = read_ranker(ranker) if ranker else None
    source = From(**options)
    candidates = list(gather(source, model))
    told, chosen = choose(candidates, _plan(wanted, candidates), text)
    if source.db is not None:
        with open_database(source.db) as database, database.work(own_stamp()) as work:
            note_list(work, told)
    write_list(out, (each for each in chosen if each.lane in lanes), told)
    _tell(told, out, unsure=any(each.unsure is not None for each in candidates))
    if seed is None:
        click.echo(f"a seed was created for this list: {text}", err=True)
        click.echo(
            "its commitment was not published beforehand, so the draw proves nothing "
            "to others; create a seed first with tidewaiter select seed",
            err=True,
        )


def _plan(wanted: Wanted, candidates: list[Candidate]) -> Plan:
    """Build the plan from the options and the file of criteria."""
    rules = load_selection_rules()
    lines = len({each.key for each in candidates})
    number, is_share = wanted.quota
    random = _share(wanted.random, rules.random)
    explore = _share(wanted.explore, rules.explore)
    if random + explore > 1:
        raise InputError("cli/quota-spent-by-lot")
    return Plan(
        quota=min(lines, round(number * lines) if is_share else int(number)),
        random=random,
        explore=explore,
        least_random=_share(wanted.least_random, rules.least_random),
        lane=rules.lane,
        profiles=read_profiles(wanted.profiles) if wanted.profiles else (),
    )


def _share(said: tuple[float, bool] | None, usual: float) -> float:
    return usual if said is None else said[0]


def _tell(told: Selection, out: Path, *, unsure: bool) -> None:
    arms = ", ".join(f"{told.arms[arm]:,} {arm}" for arm in ARMS)
    lanes = ", ".join(f"{told.lanes[lane]:,} {lane}" for lane in LANES)
    click.echo(f"{how_many(told.lines, 'line')}, a quota of {told.plan.quota:,}: {arms}", err=True)
    click.echo(f"lanes: {lanes}", err=True)
    if free := told.plan.quota - sum(told.arms.values()):
        click.echo(
            (
                f"{free:,} places of the quota are unused: no other line has a score; "
                "increase --random to draw more at random"
            ),
            err=True,
        )
    if told.passed:
        click.echo(
            (
                f"{how_many(told.passed, 'line')} with a score for the red lane did not fit into "
                "the quota; check their documents"
            ),
            err=True,
        )
    if not unsure and told.plan.explore:
        click.echo(
            "nothing was selected for exploration: --ranker is needed to measure uncertainty",
            err=True,
        )
    click.echo(f"{out}; the record of the selection is {record_of(out)}", err=True)
    click.echo(f"commitment to the seed: {told.commitment}", err=True)


_WORDS = {
    "random": "at random",
    "profile": "by profile",
    "score": "by score",
    "explore": "explored",
}


@click.command()
@click.argument("paths", metavar="LIST...", nargs=-1, required=True, type=FILE)
@click.option(
    "--db",
    help="Read the results of alerts from this database: a path, or postgresql+psycopg://...",
)
@json_option
def report(paths: tuple[Path, ...], db: str | None, *, as_json: bool) -> None:
    """Report the hit rates of the inspections in LISTs: random, by profile, by score, exploratory.

    A result in the database takes precedence over the list. Give the earliest list first: a line on
    several lists counts once.

    Example: tidewaiter select report november.csv --db cases.db
    """
    rows = [row for path in paths for row in read_list(path)]
    found = yields_of(rows, _results(db, rows))
    if as_json:
        click.echo(english_json(found))
        return
    Console(highlight=False).print(_table(found))
    for line in _words(found):
        click.echo(line, err=True)


def _results(db: str | None, rows: list[Row]) -> dict[str, list[Result]]:
    if db is None:
        return {}
    with open_database(db) as database, database.work() as work:
        return results_of(work, [row.alert for row in rows if row.alert])


def _table(found: Yields) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("arm")
    for title in ("lines", "waiting", "not inspected", "inspected", "hits", "hit rate", "95 %"):
        table.add_column(title, justify="right")
    for each in found.arms:
        numbers = (each.selected, each.waiting, each.not_inspected, each.hits.of, each.hits.count)
        table.add_row(_WORDS[each.arm], *(f"{number:,}" for number in numbers), *_rate(each.hits))
    return table


def _rate(hits: Share) -> tuple[str, str]:
    if hits.share is None or hits.low is None or hits.high is None:
        return "too few", ""
    return f"{hits.share:.1%}", f"{hits.low:.1%} to {hits.high:.1%}"


def _words(found: Yields) -> list[str]:
    over = found.over_lot
    if over.points is None or over.low is None or over.high is None:
        return [
            ("hit rates by score and at random cannot be compared: fewer than five inspections")
        ]
    points = f"{over.points * 100:+.1f} points ({over.low * 100:+.1f} to {over.high * 100:+.1f})"
    told = [f"hit rate by score compared with the random sample: {points}; {over.tendency}"]
    lot = next(each.hits for each in found.arms if each.arm == "random")
    told.append(
        f"estimated from the random sample, {_rate(lot)[1]} of all lines are not as declared"
    )
    return told


@click.command()
@click.argument("path", metavar="LIST", type=FILE)
@click.option("--seed-file", "seed", type=FILE, required=True, help="The published seed.")
@from_options
@ok_with_refusals
def check(path: Path, seed: Path, **options: Any) -> None:
    """Verify that the random lines of LIST were drawn with the seed.

    With ALERTS and --lines, or --db, the draw is repeated over all lines. Exit status 2: the draw
    is not the one in the list.

    Example: tidewaiter select check list.csv alerts.jsonl --lines manifest.csv --seed-file day.seed
    """
    hint = "it stands beside the list, with its name"
    told = read_record(record_of(path), Selection, "a selection", hint)
    keys = None
    if options["alerts"] is not None or options["db"] is not None:
        keys = {each.key for each in gather(From(**options))}
    rows = [(each.key, each.draw) for each in read_list(path) if each.arm == "random"]
    problem = check_lot(told, rows, read_seed(seed), keys)
    if problem:
        raise problem.placed(str(path))
    over = f"over {how_many(len(keys), 'line')}" if keys is not None else "of the lines on the list"
    click.echo(
        f"the random draw is verified: {how_many(len(rows), 'line')}, drawn {over}", err=True
    )
