"""The commands `tidewaiter select`: lines chosen for inspection, their draw and their yield."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

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
from tidewaiter.cli.core.options import Day, read_record
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

F = TypeVar("F", bound=Callable[..., None])
_INPUT_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    click.argument("alerts", required=False, type=_INPUT_FILE),
    click.option(
        "--lines",
        type=_INPUT_FILE,
        multiple=True,
        help="The file that was screened: the lot is drawn over all its lines.",
    ),
    click.option("--db", help="Select from a database: a path, or postgresql+psycopg://..."),
    click.option("--from", "first", type=Day(), help="Of --db: files that came in on this day."),
    click.option("--to", "last", type=Day(), help="Of --db: ... up to this day (UTC)."),
    click.option(
        "--restricted",
        is_flag=True,
        help="Of --db: alerts on restricted entries too; the list is as secret as they.",
    ),
)


class From(Record, frozen=True, kw_only=True):
    """What is selected from."""

    alerts: Path | None
    lines: tuple[Path, ...]
    db: str | None
    first: Any
    last: Any
    restricted: bool


def from_options(command: F) -> F:
    """Give a command the options that say what is selected from, for `From`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_alerts(path: Path) -> Iterator[Alert]:
    """Read a file of alerts, as `tidewaiter screen --out alerts.jsonl` writes them.

    Raises:
        InputError: A line of it is no alert.
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
        ranker: What says how likely an alert is right; None: nothing does.

    Raises:
        InputError: A file cannot be read.
        UsageError: Neither files nor a database are named, or both.
    """
    if (source.db is None) == (source.alerts is None):
        raise click.UsageError("give a file of alerts, or a database: --db")
    if source.db is not None:
        if source.lines:
            raise click.UsageError("--lines goes with a file of alerts; a database holds its own")
        yield from _of_database(source.db, source, ranker)
        return
    if source.first or source.last or source.restricted:
        raise click.UsageError("--from, --to and --restricted go with --db")
    alerts = ((alert.file, alert) for alert in read_alerts(source.alerts or Path()))
    yield from _of_alerts(alerts, ranker)
    for path in source.lines:
        yield from _of_file(path)
    if not source.lines:
        click.echo(
            "the lot is drawn over lines with an alert only: give the file that was "
            "screened with --lines",
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
        rows = "1 row" if refused == 1 else f"{refused:,} rows"
        click.echo(f"{path.name}: {rows} could not be read; no lot falls on them", err=True)


def _of_database(place: str, source: From, ranker: Ranker | None) -> Iterator[Candidate]:
    days = Days(first=source.first, last=source.last)
    with open_database(place) as database, database.work() as work:
        if not source.restricted and (hidden := restricted_seen(work, days)):
            click.echo(
                f"{hidden:,} alerts on restricted entries are left out: --restricted", err=True
            )
        found = open_alerts_seen(work, days, restricted=source.restricted)
        yield from _of_alerts(found, ranker)
        for batch in lines_seen(work, days):
            yield from candidates_of_lines(batch.lines, file_label(batch.name, batch.sha256))


_FOR_ONE = 0o600


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--db", help="Note the commitment in the audit of this database.")
def seed(path: Path, db: str | None) -> None:
    """Make a seed in PATH, or read the one that is there; print its commitment.

    Publish the commitment before lines come in, and the seed when the day is over: then everybody
    can check that the lot was fair, and nobody could know it before.

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
        InputError: It can be guessed, or the file holds no text.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise InputError("cli/not-a-seed", at=str(path)) from error
    check_seed(text)
    return text


_OUTPUT_FILE = click.Path(dir_okay=False, path_type=Path)
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)
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
            self.fail(f'"{value}" is neither like 200 nor like 1%', param, ctx)
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
            self.fail(f'"{value}" is not like 10%', param, ctx)
        return found


class Wanted(Record, frozen=True, kw_only=True):
    """How is to be selected, as the options say it."""

    quota: tuple[float, bool]
    random: tuple[float, bool] | None
    explore: tuple[float, bool] | None
    least_random: tuple[float, bool] | None
    profiles: Path | None


@click.command()
@from_options
@click.option("--quota", type=Amount(), required=True, help="Lines to open: 200, or 1% of all.")
@click.option("--random", type=Portion(), help="Of the quota, by lot (10%).")
@click.option(
    "--explore", type=Portion(), help="Of the quota, for alerts of which --ranker is unsure (5%)."
)
@click.option("--least-random", type=Portion(), help="Of all lines, by lot at least (0.05%).")
@click.option("--profiles", type=_HERE, help="Criteria and watch lists: a TOML file.")
@click.option("--ranker", type=_HERE, help="A model of `tidewaiter ranker train`.")
@click.option("--seed-file", "seed", type=_HERE, help="Of `tidewaiter select seed` (a new seed).")
@click.option(
    "--lane",
    "lanes",
    multiple=True,
    type=click.Choice(LANES),
    default=["red"],
    show_default=True,
    help="Lanes that are written; red: to be opened.",
)
@click.option("--out", type=_OUTPUT_FILE, required=True, help="The list: .csv; beside it, a .json.")
def select(
    *, out: Path, ranker: Path | None, seed: Path | None, lanes: tuple[str, ...], **options: Any
) -> None:
    """Select lines for inspection: by lot, by profiles, by score, and to explore.

    Takes ALERTS, a file of `tidewaiter screen --out alerts.jsonl`, or a database. The list says
    of each line why it is on it, and has columns to be filled in.

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
        click.echo(f"the seed was made for this list: {text}", err=True)
        click.echo(
            "nobody saw its commitment before, so the lot proves nothing to others: "
            "tidewaiter select seed makes one beforehand",
            err=True,
        )


def _plan(wanted: Wanted, candidates: list[Candidate]) -> Plan:
    """Make the plan of the options, and of the file of rules where they say nothing."""
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
    click.echo(f"{told.lines:,} lines, a quota of {told.plan.quota:,}: {arms}", err=True)
    click.echo(f"lanes: {lanes}", err=True)
    if free := told.plan.quota - sum(told.arms.values()):
        click.echo(
            f"{free:,} of the quota stay free: no other line has a score; --random raises "
            "what is drawn by lot",
            err=True,
        )
    if told.passed:
        click.echo(
            f"{told.passed:,} lines with the score of the red lane found no room in the "
            "quota; their papers are to be checked",
            err=True,
        )
    if not unsure and told.plan.explore:
        click.echo("nothing was explored: without --ranker nothing says what is unsure", err=True)
    click.echo(f"{out}, and how it was made: {record_of(out)}", err=True)
    click.echo(f"commitment to the seed: {told.commitment}", err=True)


_WORDS = {"random": "by lot", "profile": "by profile", "score": "by score", "explore": "explored"}


@click.command()
@click.argument("paths", metavar="LIST...", nargs=-1, required=True, type=_HERE)
@click.option("--db", help="Take the results of its alerts: a path, or postgresql+psycopg://...")
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def report(paths: tuple[Path, ...], db: str | None, *, as_json: bool) -> None:
    """Count what the inspections of LISTs found, by lot, by profile, by score, and explored.

    A result in the database counts before what the list says. Give the earliest list first: a line
    on several counts once.

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
        return ["by score and by lot cannot be compared: fewer than five were inspected"]
    points = f"{over.points * 100:+.1f} points ({over.low * 100:+.1f} to {over.high * 100:+.1f})"
    told = [f"the hit rate by score is {points} from that of the lot: {over.tendency}"]
    lot = next(each.hits for each in found.arms if each.arm == "random")
    told.append(f"of all lines, {_rate(lot)[1]} are not as declared, as the lot has it")
    return told


@click.command()
@click.argument("path", metavar="LIST", type=_HERE)
@click.option("--seed-file", "seed", type=_HERE, required=True, help="The seed, now public.")
@from_options
def check(path: Path, seed: Path, **options: Any) -> None:
    """Check that the lot of LIST was drawn by the seed, over all lines where they are given.

    With ALERTS and --lines, or --db, the lot is drawn again over all lines. Exit status 2: it is
    not the one of the list.

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
    over = f"over {_counted(len(keys))}" if keys is not None else "of the lines on the list"
    click.echo(f"the lot holds: {_counted(len(rows))}, drawn {over}", err=True)


def _counted(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines:,} lines"
