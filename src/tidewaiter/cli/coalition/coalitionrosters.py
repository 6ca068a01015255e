"""The command `tidewaiter coalition roster`: lists of members that several nodes sign."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.options import needs_db
from tidewaiter.cli.recordfiles import FILE, held, read_record
from tidewaiter.cli.table import as_line
from tidewaiter.coalition.rosters import Roster, SignedRoster, joined_signatures, sign_roster
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.rosters import tell_roster
from tidewaiter.identity import own_stamp
from tidewaiter.store.rosters import (
    KeptRoster,
    drop_roster,
    rosters,
    set_heeded,
    signed_versions,
    take_roster,
)

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
        part.write_bytes(msgspec.json.encode(signed))
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
        click.echo(msgspec.json.encode(each) if as_json else as_line(_line(each)))


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
        raise InputError(f"this is no roster: {error}", at=str(path), hint=_HINT) from error


def _fields(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(held(path), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no roster: {error}", at=str(path), hint=_HINT) from error


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
