"""Commitments of members, and the dashboards that show progress: tables, pages and files."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from msgspec import structs
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import MissingError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import day_option, desk_at, today
from tidewaiter.cli.core.options import (
    FILE,
    Day,
    Renamed,
    found_or_hint,
    json_option,
    needs_db,
    read_record,
)
from tidewaiter.exchange.coalition.board import Period
from tidewaiter.exchange.coalition.commitments import (
    Commitment,
    Evidence,
    Initiative,
    Pledge,
    Pledges,
    Report,
    Withdrawal,
)
from tidewaiter.exchange.coalition.members import PATIENCE
from tidewaiter.explain.coalition import (
    BoardView,
    GroupView,
    MemberView,
    PledgeView,
    RowView,
    board_view,
    group_view,
    member_view,
    pledge_view,
    report_in_words,
)
from tidewaiter.explain.words import words_of
from tidewaiter.law.changes import Change, changes_of
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.node.identity import own_stamp
from tidewaiter.report.coalition import TimelineView, render_pack
from tidewaiter.report.pages import write_page
from tidewaiter.store.coalition.meeting_packs import (
    names_of,
    read_board,
    read_members,
    read_pack,
    read_pledges,
)
from tidewaiter.store.coalition.participation import Reader, known_nodes
from tidewaiter.store.coalition.pledges import say_pledge, send_pledge
from tidewaiter.store.core.database import Work
from tidewaiter.transport.context import Desk

_WIDE = 170  # columns where no terminal says how many there are


def console() -> Console:
    """Return the console for tables; output to a file or another program is wide and complete."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=_WIDE)


def board_tables(view: BoardView) -> Iterable[Table]:
    """Yield the tables of a dashboard."""
    rows = []
    for each in view.countries:
        frozen = "".join(f"\n{one}" for one in each.frozen)
        rows.append((f"{each.name}, responses received", each.sent))
        rows.append((f"{each.name}, responses sent{frozen}", each.received))
    yield _board("country", rows)
    yield _board("from, to", [(f"{each.exporter}, {each.importer}", each) for each in view.pairs])


def member_table(members: Iterable[MemberView]) -> Table:
    """Lay out members, one a row."""
    return _table(
        ("node", "name", "country", "state", "since", "silent", "member lists", "groups"),
        (
            (
                each.node,
                each.name,
                each.country,
                each.says,
                each.since,
                each.silence,
                "; ".join((*each.rosters, *(("DISPUTED",) if each.disputed else ()))),
                each.groups,
            )
            for each in members
        ),
    )


def group_table(groups: Iterable[GroupView]) -> Table:
    """Lay out working groups, one a row."""
    return _table(
        ("group", "part of", "since", "roster", "members"),
        ((each.name, each.part_of, each.since, each.roster, each.members) for each in groups),
    )


def pledge_table(pledges: Iterable[PledgeView]) -> Table:
    """Lay out commitments, one a row."""
    return _table(
        ("owner", "id", "what", "target", "due", "state", "latest value"),
        (
            (
                each.owner,
                each.id,
                "; ".join(filter(None, (each.what, each.changed))),
                each.target,
                each.due,
                each.says,
                each.last,
            )
            for each in pledges
        ),
    )


def timeline_tables(view: TimelineView) -> Iterable[Table]:
    """Yield the months, newest first, and the events in them."""
    yield _table([head.lower() for head in view.chart.heads], view.chart.rows)
    yield _table(
        ("day", "what", "subject, member", "source"),
        ((each.day, each.what, each.of, f"{each.source} {each.mark}") for each in view.events),
    )


def _board(first: str, rows: Iterable[tuple[str, RowView]]) -> Table:
    return _table(
        (
            first,
            "notices",
            "on time",
            "share",
            "95 %",
            "median days",
            "90th percentile",
            "no reply",
            "objections",
            "other",
            "incidents",
            "trend",
        ),
        (
            (
                name,
                f"{row.notices} ({row.more})",
                row.count,
                row.share,
                row.interval,
                f"{row.median}{'*' if row.method else ''}",
                row.ninetieth,
                row.silences,
                row.objections,
                _other(row),
                row.incidents,
                row.trend,
            )
            for name, row in rows
        ),
    )


def _other(row: RowView) -> str:
    released = () if row.released == "0" else (f"{row.released} released without reply",)
    frozen = () if row.frozen_days == "0" else (f"frozen for {row.frozen_days} days",)
    return ", ".join((*row.rest, *released, *frozen))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text("\n".join(map(as_line, cell.split("\n")))) for cell in row))
    return table


_ID = 8  # bytes
_HINT = "docs/reference/cooperation-board.md shows what one looks like"
_to = click.option("--to", "peers", multiple=True, metavar="NODE", help="Node ID of a recipient.")
_owner = click.argument("owner")
_commitment = click.argument("commitment")


class Wanted(Record, frozen=True, kw_only=True):
    """The options of a report."""

    owner: str
    commitment: str
    value: int
    of: date
    path: Path | None
    link: str
    note: str
    peers: tuple[str, ...]


@click.group(cls=Renamed, former={"tell": "send"})
def commitments() -> None:
    """Record this node's measurable commitments, send them to peers, and track those of others.

    A reported value counts only with evidence that others can verify.

    Example: tidewaiter coalition commitments list --db node.db
    """


@commitments.command()
@click.argument("path", type=FILE)
@_to
@needs_db
def add(path: Path, peers: tuple[str, ...], db: str) -> None:
    """Record or amend the commitment in PATH; previous recipients are notified of an amendment.

    Example: tidewaiter coalition commitments add replies.json --to tidewaiter/b1 --db node.db
    """
    found = read_record(path, Commitment, "commitment", _HINT)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        said = structs.replace(found, owner=desk.node)
        told = say_pledge(work, desk.ring.lock, desk.node, said, peers)
    click.echo(as_line(f"{said.id}\t{said.what}\tsent to {', '.join(told) or 'no one'}"))


@commitments.command()
@click.argument("path", type=FILE)
@_to
@needs_db
def initiative(path: Path, peers: tuple[str, ...], db: str) -> None:
    """Record the initiative in PATH, which groups commitments, and send it to peers.

    Example: tidewaiter coalition commitments initiative labs.json --db node.db
    """
    found = read_record(path, Initiative, "initiative", _HINT)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        said = structs.replace(found, owner=desk.node)
        told = say_pledge(work, desk.ring.lock, desk.node, said, peers)
    click.echo(as_line(f"{said.id}\t{said.name}\tsent to {', '.join(told) or 'no one'}"))


@commitments.command(name="list")
@day_option
@needs_db
@json_option
def list_(day: date, db: str, *, as_json: bool) -> None:
    """List commitments by deadline, with their status.

    Example: tidewaiter coalition commitments list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        reader = Reader(work=work, safe=desk.ring.lock, node=desk.node)
        found, names = read_pledges(reader, day), names_of(known_nodes(reader))
    hint = "record a commitment with tidewaiter coalition commitments add FILE"
    found_or_hint((*found.commitments, *found.initiatives), hint)
    if as_json:
        click.echo(english_json(found))
        return
    console().print(pledge_table(pledge_view(each, names) for each in found.commitments))
    for each in found.initiatives:
        click.echo(as_line(f"initiative {each.id}\t{each.name}\t{each.body}"))


@commitments.command()
@_owner
@_commitment
@day_option
@needs_db
def show(owner: str, commitment: str, day: date, db: str) -> None:
    """Show COMMITMENT of the node OWNER: its versions and all reported values.

    Example: tidewaiter coalition commitments show tidewaiter/a1 replies --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        pledge = _find(_pledges(desk, work, day), owner, commitment)
    promised = pledge.standing.commitment
    unit, unused = promised.indicator.unit, {one.report: one.why for one in pledge.standing.unused}
    click.echo(as_line(f"{promised.id}: {pledge.standing.name}, due {promised.due}"))
    for each in pledge.versions:
        said, late = each.commitment, " (after the deadline: does not count)" * each.late
        target = f"{said.direction} {said.target} {unit} by {said.due}"
        click.echo(as_line(f"{each.day} committed{late}: {said.what}: {target}"))
    for report in pledge.reports:
        why = unused.get(report.id)
        counts = f"does not count: {why}" if why else "counts"
        number = report_in_words(report, unit)
        click.echo(as_line(f"{report.day} reported by {report.by}: {number}, {counts}"))
        for one in report.evidence:
            click.echo(as_line(f"  {one.title}: {one.link or one.sha256}"))


@commitments.command()
@_owner
@_commitment
@click.argument("value", type=int)
@click.option("--of", type=Day(), default=today, help="Date of the value (default: today).")
@click.option(
    "--file", "path", type=FILE, help="Evidence file; only its SHA-256 is sent, not the file."
)
@click.option("--link", default="", help="Address at which the evidence can be inspected.")
@click.option("--note", default="", help="Details.")
@_to
@needs_db
def report(db: str, **options: Any) -> None:
    """Report VALUE for COMMITMENT of the node OWNER, which can be this node.

    Example: tidewaiter coalition commitments report tidewaiter/a1 replies 92 --file c.pdf --db n.db
    """
    wanted, stamp = Wanted(**options), own_stamp()
    with desk_at(db) as desk, desk.database.work(stamp) as work:
        said = Report(
            id=secrets.token_hex(_ID),
            commitment=wanted.commitment,
            owner=wanted.owner,
            by=desk.node,
            day=stamp.at.date(),
            of=wanted.of,
            value=wanted.value,
            evidence=_evidence(wanted.path, wanted.link),
            note=wanted.note,
        )
        _find(_pledges(desk, work, stamp.at.date()), wanted.owner, wanted.commitment)
        told = say_pledge(work, desk.ring.lock, desk.node, said, wanted.peers)
    click.echo(as_line(f"{said.id}\tsent to {', '.join(told) or 'no one'}"))
    if not said.evidence:
        click.echo("Without evidence the value does not count: give --file or --link.", err=True)


@commitments.command()
@_commitment
@click.argument("reason")
@needs_db
def withdraw(commitment: str, reason: str, db: str) -> None:
    """Withdraw this node's own COMMITMENT, giving a REASON; after the deadline, it still counts.

    Example: tidewaiter coalition commitments withdraw replies "The law changed" --db node.db
    """
    stamp = own_stamp()
    with desk_at(db) as desk, desk.database.work(stamp) as work:
        _find(_pledges(desk, work, stamp.at.date()), desk.node, commitment)
        said = Withdrawal(
            id=secrets.token_hex(_ID),
            commitment=commitment,
            owner=desk.node,
            day=stamp.at.date(),
            reason=reason,
        )
        say_pledge(work, desk.ring.lock, desk.node, said)
    click.echo(as_line(f"{commitment}\twithdrawn"))


@commitments.command(name="send")
@_commitment
@click.option(
    "--to", "peers", multiple=True, required=True, metavar="NODE", help="Node ID of a recipient."
)
@needs_db
def tell(commitment: str, peers: tuple[str, ...], db: str) -> None:
    """Send this node's own COMMITMENT, and the values reported for it, to more peers.

    Example: tidewaiter coalition commitments send replies --to tidewaiter/c1 --db node.db
    """
    stamp = own_stamp()
    with desk_at(db) as desk, desk.database.work(stamp) as work:
        pledge = _find(_pledges(desk, work, stamp.at.date()), desk.node, commitment)
        promised = pledge.standing.commitment
        send_pledge(work, desk.ring.lock, desk.node, promised, peers)
    click.echo(as_line(f"{commitment}\tsent to {', '.join(peers)}"))


def _pledges(desk: Desk, work: Work, day: date) -> Pledges:
    return read_pledges(Reader(work=work, safe=desk.ring.lock, node=desk.node), day)


def _find(pledges: Pledges, owner: str, name: str) -> Pledge:
    for each in pledges.commitments:
        if (each.standing.commitment.owner, each.standing.commitment.id) == (owner, name):
            return each
    raise MissingError("cli/no-commitment", name=name[:60], owner=owner[:60])


def _evidence(path: Path | None, link: str) -> tuple[Evidence, ...]:
    found = []
    if path is not None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.append(Evidence(title=path.name, sha256=digest))
    if link:
        found.append(Evidence(title=link, link=link))
    return tuple(found)


def show_members(reader: Reader, day: date, *, patience: int = PATIENCE) -> None:
    """Print the members and the working groups on a date."""
    found = read_members(reader, day, patience=patience)
    out = console()
    out.print(member_table(map(member_view, found.members)))
    if found.groups:
        out.print()
        out.print(group_table(map(group_view, found.groups)))


def show_board(reader: Reader, period: Period, day: date) -> None:
    """Print the dashboard of a period, as of a date."""
    found = read_board(reader, period, day)
    view = board_view(found, names_of(known_nodes(reader)))
    out = console()
    out.print(f"PENs first sent from {period.since} until before {period.until}, as of {day}\n")
    for table in board_tables(view):
        out.print(table)
        out.print()
    out.print("* some have no reply yet; pending PENs count with the days they have waited so far")
    if view.no_calendar:
        out.print(f"No holiday calendar for: {view.no_calendar}", markup=False)


def write_pack(
    reader: Reader, period: Period, day: date, place: Path, *, language: str = "en"
) -> None:
    """Write the meeting pack of a date to a file (.html or .pdf)."""
    registry = load_registry()
    found = read_pack(reader, period, day, laws_of(registry))
    page = render_pack(found, words_of(registry), spoken=language)
    write_page(page, place, "pack")
    click.echo(as_line(f"{place}: {len(found.board.pairs)} pairs, {len(found.members)} members"))


def laws_of(registry: Registry) -> list[Change]:
    """Return the changes in the law that a timeline shows."""
    return changes_of(registry, registry.book)
