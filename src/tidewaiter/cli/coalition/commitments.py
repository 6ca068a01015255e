"""The command `tidewaiter coalition commitments`: what members promised, in numbers."""

import hashlib
import secrets
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import structs

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.cli.coalitiontables import console, pledge_table
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.options import Day, needs_db
from tidewaiter.cli.recordfiles import FILE, read_record
from tidewaiter.cli.table import as_line
from tidewaiter.coalition.commitments import Commitment, Evidence, Initiative, Report, Withdrawal
from tidewaiter.coalition.pledges import Pledge, Pledges
from tidewaiter.courier.desk import Desk
from tidewaiter.identity import own_stamp
from tidewaiter.report.memberviews import pledge_view, report_in_words
from tidewaiter.store.coalition import Reader, known_nodes
from tidewaiter.store.database import Work
from tidewaiter.store.packs import names_of, read_pledges
from tidewaiter.store.pledges import say_pledge, tell_pledge

_ID = 8  # bytes
_HINT = "docs/reference/cooperation-board.md shows what one looks like"
_to = click.option("--to", "peers", multiple=True, metavar="NODE", help="A peer that is told.")
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


def _today() -> date:
    return own_stamp().at.date()


_day = click.option("--day", type=Day(), default=_today, help="As all stood then (today).")


@click.group()
def commitments() -> None:
    """Keep what this node promises in numbers, tell peers of it, and see what they promise.

    A number counts only with evidence that others can look at.

    Example: tidewaiter coalition commitments list --db node.db
    """


@commitments.command()
@click.argument("path", type=FILE)
@_to
@needs_db
def add(path: Path, peers: tuple[str, ...], db: str) -> None:
    """Promise what is in PATH, or change a promise; whoever was told of it is told of the change.

    Example: tidewaiter coalition commitments add replies.json --to tidewaiter/b1 --db node.db
    """
    found = read_record(path, Commitment, "commitment", _HINT)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        said = structs.replace(found, owner=desk.node)
        told = say_pledge(work, desk.ring.lock, desk.node, said, peers)
    click.echo(as_line(f"{said.id}\t{said.what}\ttold to {', '.join(told) or 'nobody'}"))


@commitments.command()
@click.argument("path", type=FILE)
@_to
@needs_db
def initiative(path: Path, peers: tuple[str, ...], db: str) -> None:
    """Keep the initiative in PATH, under which commitments stand, and tell peers of it.

    Example: tidewaiter coalition commitments initiative labs.json --db node.db
    """
    found = read_record(path, Initiative, "initiative", _HINT)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        said = structs.replace(found, owner=desk.node)
        told = say_pledge(work, desk.ring.lock, desk.node, said, peers)
    click.echo(as_line(f"{said.id}\t{said.name}\ttold to {', '.join(told) or 'nobody'}"))


@commitments.command(name="list")
@_day
@needs_db
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def list_(day: date, db: str, *, as_json: bool) -> None:
    """List what was promised, by last day, and how it stands.

    Example: tidewaiter coalition commitments list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        reader = Reader(work=work, safe=desk.ring.lock, node=desk.node)
        found, names = read_pledges(reader, day), names_of(known_nodes(reader))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    console().print(pledge_table(pledge_view(each, names) for each in found.commitments))
    for each in found.initiatives:
        click.echo(as_line(f"initiative {each.id}\t{each.name}\t{each.body}"))


@commitments.command()
@_owner
@_commitment
@_day
@needs_db
def show(owner: str, commitment: str, day: date, db: str) -> None:
    """Show COMMITMENT of the node OWNER: its versions, and all numbers that were reported.

    Example: tidewaiter coalition commitments show tidewaiter/a1 replies --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        pledge = _find(_pledges(desk, work, day), owner, commitment)
    promised = pledge.standing.commitment
    unit, unused = promised.indicator.unit, {one.report: one.why for one in pledge.standing.unused}
    click.echo(as_line(f"{promised.id}: {pledge.standing.name}, due {promised.due}"))
    for each in pledge.versions:
        said, late = each.commitment, " (after its last day: does not count)" * each.late
        target = f"{said.direction} {said.target} {unit} by {said.due}"
        click.echo(as_line(f"{each.day} promised{late}: {said.what}: {target}"))
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
@click.option("--of", type=Day(), default=_today, help="The day that the number is of (today).")
@click.option("--file", "path", type=FILE, help="What shows it; its SHA-256 is told, not the file.")
@click.option("--link", default="", help="Where what shows it can be looked at.")
@click.option("--note", default="", help="In words.")
@_to
@needs_db
def report(db: str, **options: Any) -> None:
    """Report VALUE for COMMITMENT of the node OWNER, which may be this one.

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
    click.echo(as_line(f"{said.id}\ttold to {', '.join(told) or 'nobody'}"))
    if not said.evidence:
        click.echo("Without evidence it does not count: name --file or --link.", err=True)


@commitments.command()
@_commitment
@click.argument("reason")
@needs_db
def withdraw(commitment: str, reason: str, db: str) -> None:
    """Take this node's own COMMITMENT back, for REASON; after its last day that undoes nothing.

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


@commitments.command()
@_commitment
@click.option("--to", "peers", multiple=True, required=True, metavar="NODE", help="Who is told.")
@needs_db
def tell(commitment: str, peers: tuple[str, ...], db: str) -> None:
    """Tell more peers of this node's own COMMITMENT, and of what was reported on it.

    Example: tidewaiter coalition commitments tell replies --to tidewaiter/c1 --db node.db
    """
    stamp = own_stamp()
    with desk_at(db) as desk, desk.database.work(stamp) as work:
        pledge = _find(_pledges(desk, work, stamp.at.date()), desk.node, commitment)
        promised = pledge.standing.commitment
        tell_pledge(work, desk.ring.lock, desk.node, promised, peers)
    click.echo(as_line(f"{commitment}\ttold to {', '.join(peers)}"))


def _pledges(desk: Desk, work: Work, day: date) -> Pledges:
    return read_pledges(Reader(work=work, safe=desk.ring.lock, node=desk.node), day)


def _find(pledges: Pledges, owner: str, name: str) -> Pledge:
    for each in pledges.commitments:
        if (each.standing.commitment.owner, each.standing.commitment.id) == (owner, name):
            return each
    hint = "look at: tidewaiter coalition commitments list"
    raise MissingError(f'there is no commitment "{name[:60]}" of {owner[:60]}', hint=hint)


def _evidence(path: Path | None, link: str) -> tuple[Evidence, ...]:
    found = []
    if path is not None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.append(Evidence(title=path.name, sha256=digest))
    if link:
        found.append(Evidence(title=link, link=link))
    return tuple(found)
