"""The command `tidewaiter coalition`: members, board, timeline, pack, and signed member lists."""

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
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import FILE, Day, held, needs_db, read_record
from tidewaiter.exchange.coalition.board import Period
from tidewaiter.exchange.coalition.member_lists import (
    Roster,
    SignedRoster,
    joined_signatures,
    sign_roster,
)
from tidewaiter.exchange.coalition.members import PATIENCE
from tidewaiter.explain.languages import LANGUAGES
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
    set_heeded,
    signed_versions,
    take_roster,
)
from tidewaiter.store.coalition.participation import Reader, known_nodes
from tidewaiter.transport.coalition import tell_roster
from tidewaiter.transport.context import Desk

_id = click.argument("roster")
_HINT = "docs/reference/cooperation-board.md shows what a roster looks like"


@click.group()
def roster() -> None:
    """Keep lists of members and groups that several nodes sign; they advise, and bind nobody.

    Example: tidewaiter coalition roster list --db node.db
    """


@roster.command()
@click.argument("path", type=FILE)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where the signed version is written.",
)
@needs_db
def sign(path: Path, out: Path, db: str) -> None:
    """Sign the version of a roster in PATH as this node.

    PATH holds a version that somebody signed, or a new one: then its number and the digest of the
    version before it may be missing, and follow from what this node knows.

    Example: tidewaiter coalition roster sign draft.json --out signed.json --db node.db
    """
    with desk_at(db) as desk:
        signed = _signed(desk, path)
    with replacing(out, "roster") as part:
        part.write_bytes(english_json(signed))
    told = signed.read()
    click.echo(as_line(f"{told.id}\tversion {told.version}\t{len(signed.signatures)} signatures"))


@roster.command()
@click.argument("paths", type=FILE, nargs=-1, required=True, metavar="PATH...")
@needs_db
def take(paths: tuple[Path, ...], db: str) -> None:
    """Take up signed versions of a roster, in order; from now on its advice is shown.

    Example: tidewaiter coalition roster take signed.json --db node.db
    """
    chain = [read_record(each, SignedRoster, "signed roster", _HINT) for each in paths]
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        name = take_roster(work, desk.ring.lock, chain)
    _tell(db, name)


@roster.command(name="list")
@needs_db
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def list_(db: str, *, as_json: bool) -> None:
    """List the rosters that were taken up, and those that peers have told.

    Example: tidewaiter coalition roster list --db node.db
    """
    for each in _kept(db):
        click.echo(english_json(each) if as_json else as_line(_line(each)))


@roster.command()
@_id
@needs_db
def heed(roster: str, db: str) -> None:
    """Let the advice of ROSTER, which a peer told, be shown beside this node's own records.

    Example: tidewaiter coalition roster heed g7 --db node.db
    """
    _heed(db, roster, heeded=True)


@roster.command()
@_id
@needs_db
def ignore(roster: str, db: str) -> None:
    """Show nothing of ROSTER any more; it is kept.

    Example: tidewaiter coalition roster ignore g7 --db node.db
    """
    _heed(db, roster, heeded=False)


@roster.command()
@_id
@needs_db
def drop(roster: str, db: str) -> None:
    """Forget ROSTER, so that another of that id can come.

    Example: tidewaiter coalition roster drop g7 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        drop_roster(work, roster)
    click.echo(as_line(f"{roster}\tforgotten"))


@roster.command()
@_id
@click.option("--to", "peers", multiple=True, required=True, metavar="NODE", help="Who is told.")
@needs_db
def tell(roster: str, peers: tuple[str, ...], db: str) -> None:
    """Tell peers of ROSTER, all its versions; each decides for itself whether to heed it.

    Example: tidewaiter coalition roster tell g7 --to tidewaiter/b1 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        for each in peers:
            tell_roster(work, desk.ring.lock, roster, each)
    _tell(db, roster)


def _signed(desk: Desk, path: Path) -> SignedRoster:
    """Sign what a file holds: a signed version, or a draft.

    Raises:
        InputError: It is neither, or contradicts itself.
    """
    told = _fields(path)
    signer = desk.ring.signer()
    if "payload" in told:
        before = read_record(path, SignedRoster, "signed roster", _HINT)
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
        set_heeded(work, name, heeded=heeded)
    _tell(db, name)


def _kept(db: str) -> Sequence[KeptRoster]:
    with desk_at(db) as desk, desk.database.work() as work:
        return rosters(work, desk.ring.lock)


def _tell(db: str, name: str) -> None:
    click.echo(as_line(next(_line(each) for each in _kept(db) if each.id == name)))


def _line(kept: KeptRoster) -> str:
    heeded = "heeded" if kept.heeded else "not heeded"
    told = f", told by {', '.join(kept.senders)}" if kept.senders else ""
    if not kept.versions:
        return f"{kept.id}\t{heeded}{told}\tdoes not hold: {kept.problem}"
    last = kept.versions[-1]
    return (
        f"{kept.id}\t{heeded}{told}\t{last.roster.name}\tversion {last.roster.version} of "
        f"{last.roster.day}\t{len(last.roster.members)} members, {len(last.roster.groups)} groups\t"
        f"signed by {', '.join(last.signers)}"
    )


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
            click.echo(english_json(read_members(reader, day, patience=patience)))
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
            click.echo(english_json(read_board(reader, period, day)))
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
        click.echo(english_json(found))
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
