"""The command `tidewaiter coalition`: members, dashboard, timeline, pack and member lists."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.coalition.commitments import (
    commitments,
    console,
    laws_of,
    show_board,
    show_members,
    timeline_tables,
    write_pack,
)
from tidewaiter.cli.core.node_context import day_option, desk_at
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    Renamed,
    found_or_hint,
    held,
    json_option,
    needs_db,
    read_record,
)
from tidewaiter.cli.core.page_language import language_of
from tidewaiter.exchange.coalition.board import Period
from tidewaiter.exchange.coalition.member_lists import (
    Roster,
    SignedRoster,
    joined_signatures,
    sign_roster,
)
from tidewaiter.exchange.coalition.members import PATIENCE
from tidewaiter.explain.words import words_of
from tidewaiter.law.registry import load_registry
from tidewaiter.node.identity import own_stamp
from tidewaiter.report.coalition import timeline_view
from tidewaiter.store.coalition.meeting_packs import (
    names_of,
    read_board,
    read_members,
    read_timeline,
    usual_period,
)
from tidewaiter.store.coalition.member_lists import (
    KeptRoster,
    drop_roster,
    rosters,
    set_trusted,
    signed_versions,
    take_roster,
)
from tidewaiter.store.coalition.participation import Reader, known_nodes
from tidewaiter.transport.coalition import send_roster
from tidewaiter.transport.context import Desk

_id = click.argument("roster")
_HINT = "docs/reference/cooperation-board.md shows what a roster looks like"


@click.group(
    name="member-list", cls=Renamed, former={"take": "accept", "heed": "trust", "tell": "send"}
)
def roster() -> None:
    """Manage member lists signed by several nodes. They are advisory and bind no one.

    Example: tidewaiter coalition member-list list --db node.db
    """


@roster.command()
@click.argument("path", type=FILE)
@click.option(
    "--out",
    type=OUT_FILE,
    required=True,
    help="Output file for the signed version.",
)
@needs_db
def sign(path: Path, out: Path, db: str) -> None:
    """Sign the version of a member list in PATH as this node.

    PATH is a version that other nodes signed, or a draft. In a draft, the version number and the
    hash of the previous version can be left empty; they are filled in from the stored versions.

    Example: tidewaiter coalition member-list sign draft.json --out signed.json --db node.db
    """
    with desk_at(db) as desk:
        signed = _signed(desk, path)
    with replacing(out, "roster") as part:
        part.write_bytes(english_json(signed))
    told = signed.read()
    click.echo(as_line(f"{told.id}\tversion {told.version}\t{len(signed.signatures)} signatures"))


@roster.command(name="accept")
@click.argument("paths", type=FILE, nargs=-1, required=True, metavar="PATH...")
@needs_db
def take(paths: tuple[Path, ...], db: str) -> None:
    """Accept signed versions of a member list, in order, and show its advice.

    Example: tidewaiter coalition member-list accept signed.json --db node.db
    """
    chain = [read_record(each, SignedRoster, "signed member list", _HINT) for each in paths]
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        name = take_roster(work, desk.ring.lock, chain)
    _tell(db, name)


@roster.command(name="list")
@needs_db
@json_option
def list_(db: str, *, as_json: bool) -> None:
    """List the member lists accepted here and those received from peers.

    Example: tidewaiter coalition member-list list --db node.db
    """
    hint = "sign a draft with tidewaiter coalition member-list sign FILE"
    for each in found_or_hint(_kept(db), hint):
        click.echo(english_json(each) if as_json else as_line(_line(each)))


@roster.command(name="trust")
@_id
@needs_db
def heed(roster: str, db: str) -> None:
    """Trust the member list ROSTER from a peer: show its advice beside this node's own records.

    Example: tidewaiter coalition member-list trust g7 --db node.db
    """
    _heed(db, roster, heeded=True)


@roster.command()
@_id
@needs_db
def ignore(roster: str, db: str) -> None:
    """Stop showing the advice of the member list ROSTER; the list is kept.

    Example: tidewaiter coalition member-list ignore g7 --db node.db
    """
    _heed(db, roster, heeded=False)


@roster.command()
@_id
@needs_db
def drop(roster: str, db: str) -> None:
    """Delete the member list ROSTER, so that another with this ID can be accepted.

    Example: tidewaiter coalition member-list drop g7 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        drop_roster(work, roster)
    click.echo(as_line(f"{roster}\tdeleted"))


@roster.command(name="send")
@_id
@click.option(
    "--to", "peers", multiple=True, required=True, metavar="NODE", help="Node ID of a recipient."
)
@needs_db
def tell(roster: str, peers: tuple[str, ...], db: str) -> None:
    """Send all versions of the member list ROSTER to peers; each decides whether to trust it.

    Example: tidewaiter coalition member-list send g7 --to tidewaiter/b1 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        for each in peers:
            send_roster(work, desk.ring.lock, roster, each)
    _tell(db, roster)


def _signed(desk: Desk, path: Path) -> SignedRoster:
    """Sign the content of a file: a signed version, or a draft.

    Raises:
        InputError: The file is neither, or is inconsistent.
    """
    told = _fields(path)
    signer = desk.ring.signer()
    if "payload" in told:
        before = read_record(path, SignedRoster, "signed member list", _HINT)
        return joined_signatures(before, sign_roster(before.read(), [signer]))
    with desk.database.work() as work:
        known = signed_versions(work, desk.ring.lock, str(told.get("id", "")))
    told.setdefault("version", len(known) + 1)
    told.setdefault("previous", known[-1].digest() if known else "")
    try:
        return sign_roster(msgspec.convert(told, type=Roster, strict=True), [signer])
    except msgspec.ValidationError as error:
        raise InputError("cli/not-a-roster", error=error, at=str(path)) from error


def _fields(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(held(path), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise InputError("cli/not-a-roster", error=error, at=str(path)) from error


def _heed(db: str, name: str, *, heeded: bool) -> None:
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        set_trusted(work, name, heeded=heeded)
    _tell(db, name)


def _kept(db: str) -> Sequence[KeptRoster]:
    with desk_at(db) as desk, desk.database.work() as work:
        return rosters(work, desk.ring.lock)


def _tell(db: str, name: str) -> None:
    click.echo(as_line(next(_line(each) for each in _kept(db) if each.id == name)))


def _line(kept: KeptRoster) -> str:
    heeded = "heeded" if kept.heeded else "not trusted"
    told = f", received from {', '.join(kept.senders)}" if kept.senders else ""
    if not kept.versions:
        return f"{kept.id}\t{heeded}{told}\tinvalid: {kept.problem}"
    last = kept.versions[-1]
    return (
        f"{kept.id}\t{heeded}{told}\t{last.roster.name}\tversion {last.roster.version} of "
        f"{last.roster.day}\t{len(last.roster.members)} members, {len(last.roster.groups)} groups\t"
        f"signed by {', '.join(last.signers)}"
    )


_since = click.option(
    "--since", type=Day(), help="First day of the period (default: a year before --day)."
)


@click.group(cls=Renamed, former={"roster": "member-list"})
def coalition() -> None:
    """Show members, their commitments, and how promptly they reply to each other.

    Figures are computed from the records of this node and are not shared automatically.

    Example: tidewaiter coalition board --db node.db
    """


coalition.add_command(roster)
coalition.add_command(commitments)


@coalition.command()
@day_option
@click.option(
    "--patience",
    type=click.IntRange(0),
    default=PATIENCE,
    show_default=True,
    help="Days without contact after which a member counts as unresponsive.",
)
@needs_db
@json_option
def members(day: date, patience: int, db: str, *, as_json: bool) -> None:
    """List the members on a date with their status, and what member lists say of them.

    Example: tidewaiter coalition members --db node.db
    """
    with _reader(db) as reader:
        if as_json:
            click.echo(english_json(read_members(reader, day, patience=patience)))
        else:
            show_members(reader, day, patience=patience)


@coalition.command()
@day_option
@_since
@click.option(
    "--until",
    type=Day(),
    help="End of the period; this day is not included (default: the day after --day).",
)
@needs_db
@json_option
def board(day: date, since: date | None, until: date | None, db: str, *, as_json: bool) -> None:
    """Show how countries reply to each other's PENs: shares, days, and missing replies.

    No share is shown for fewer than five PENs. Brackets show 95 % intervals.

    Example: tidewaiter coalition board --since 2026-01-01 --db node.db
    """
    period = _period(day, since, until)
    with _reader(db) as reader:
        if as_json:
            click.echo(english_json(read_board(reader, period, day)))
        else:
            show_board(reader, period, day)


@coalition.command()
@day_option
@_since
@needs_db
@json_option
def timeline(day: date, since: date | None, db: str, *, as_json: bool) -> None:
    """Show PENs by month, with changes in the law, channels, groups and members.

    Example: tidewaiter coalition timeline --since 2026-01-01 --db node.db
    """
    registry = load_registry()
    first = since or usual_period(day).since
    with _reader(db) as reader:
        found = read_timeline(reader, first, day, laws_of(registry))
        names = names_of(known_nodes(reader))
    if as_json:
        click.echo(english_json(found))
        return
    out = console()
    for table in timeline_tables(timeline_view(found, names, words_of(registry))):
        out.print(table)
        out.print()


@coalition.command()
@day_option
@_since
@click.option(
    "--out",
    type=OUT_FILE,
    required=True,
    help="Output file (.html or .pdf).",
)
@language_of("the meeting pack")
@needs_db
def pack(day: date, since: date | None, out: Path, language: str, db: str) -> None:
    """Write a meeting pack as one file: dashboard, members, commitments and timeline.

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
