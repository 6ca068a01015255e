"""The command `tidewaiter coalition`: who takes part, and how well members answer each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
import msgspec

from tidewaiter.cli.coalitionout import laws_of, show_board, show_members, write_pack
from tidewaiter.cli.coalitionpledges import commitments
from tidewaiter.cli.coalitionrosters import roster
from tidewaiter.cli.coalitiontables import (
    console,
    timeline_tables,
)
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.options import Day, needs_db
from tidewaiter.coalition.board import Period
from tidewaiter.coalition.members import PATIENCE
from tidewaiter.identity import own_stamp
from tidewaiter.report.coalitioncharts import timeline_view
from tidewaiter.report.languages import LANGUAGES
from tidewaiter.report.library import words_of
from tidewaiter.store.coalition import Reader, known_nodes
from tidewaiter.store.packs import (
    names_of,
    read_board,
    read_members,
    read_timeline,
    usual_period,
)
from tidewaiter.substances.registry import load_registry

_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")


def _today() -> date:
    return own_stamp().at.date()


_day = click.option("--day", type=Day(), default=_today, help="As all stood then (today).")
_since = click.option("--since", type=Day(), help="First day (a year before --day).")


@click.group()
def coalition() -> None:
    """Tell who takes part, what they promised, and how well they answer each other.

    All is counted from the records of this node, and told to nobody by itself.

    Example: tidewaiter coalition board --db node.db
    """


coalition.add_command(roster)
coalition.add_command(commitments)


@coalition.command()
@_day
@click.option(
    "--patience",
    type=click.IntRange(0),
    default=PATIENCE,
    show_default=True,
    help="Days without a sign after which a member is silent.",
)
@needs_db
@_json
def members(day: date, patience: int, db: str, *, as_json: bool) -> None:
    """List the members on a day: invited, joined, silent, frozen or left; and what rosters say.

    Example: tidewaiter coalition members --db node.db
    """
    with _reader(db) as reader:
        if as_json:
            click.echo(msgspec.json.encode(read_members(reader, day, patience=patience)))
        else:
            show_members(reader, day, patience=patience)


@coalition.command()
@_day
@_since
@click.option("--until", type=Day(), help="First day that is no longer counted (after --day).")
@needs_db
@_json
def board(day: date, since: date | None, until: date | None, db: str, *, as_json: bool) -> None:
    """Count how countries answer each other's notices: shares, days and silences.

    Below five notices no share is told; brackets are 95 % intervals.

    Example: tidewaiter coalition board --since 2026-01-01 --db node.db
    """
    period = _period(day, since, until)
    with _reader(db) as reader:
        if as_json:
            click.echo(msgspec.json.encode(read_board(reader, period, day)))
        else:
            show_board(reader, period, day)


@coalition.command()
@_day
@_since
@needs_db
@_json
def timeline(day: date, since: date | None, db: str, *, as_json: bool) -> None:
    """Show months with their notices, and the law, channels, groups and members beside them.

    Example: tidewaiter coalition timeline --since 2026-01-01 --db node.db
    """
    registry = load_registry()
    first = since or usual_period(day).since
    with _reader(db) as reader:
        found = read_timeline(reader, first, day, laws_of(registry))
        names = names_of(known_nodes(reader))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    out = console()
    for table in timeline_tables(timeline_view(found, names, words_of(registry))):
        out.print(table)
        out.print()


@coalition.command()
@_day
@_since
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file: .html, or .pdf.",
)
@click.option(
    "--language",
    type=click.Choice(sorted(LANGUAGES)),
    default="en",
    show_default=True,
    help="Of the pack.",
)
@needs_db
def pack(day: date, since: date | None, out: Path, language: str, db: str) -> None:
    """Write what a meeting on a day needs into one file: board, members, commitments, timeline.

    Example: tidewaiter coalition pack --day 2026-11-26 --out pack.html --db node.db
    """
    with _reader(db) as reader:
        write_pack(reader, _period(day, since, None), day, out, language=language)


@contextmanager
def _reader(db: str) -> Iterator[Reader]:
    with desk_at(db) as desk, desk.database.work() as work:
        yield Reader(work=work, safe=desk.ring.lock, node=desk.node)


def _period(day: date, since: date | None, until: date | None) -> Period:
    usual = usual_period(day)
    return Period(since=since or usual.since, until=until or usual.until)
