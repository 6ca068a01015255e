"""Member lists (rosters): versions accepted here or reported by peers, with their signatures.

Verified on reading, with the keys valid at that time: a member list is void once its endorsers
have revoked their keys.
"""

import secrets
from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, insert, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.member_lists import (
    Endorsed,
    Keys,
    SignedRoster,
    check_rosters,
    take_rosters,
)
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import KEY_LENGTH
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import documents, nodes_known
from tidewaiter.store.peers.inbox import Heard

ROSTER = "roster"
"""Message kind of member list versions."""

_NONCE = 12  # bytes


class KeptRoster(Record, frozen=True, kw_only=True):
    """A stored member list."""

    id: str
    heeded: bool  # accepted here; otherwise only reported by a peer, without effect
    senders: tuple[str, ...]  # nodes that reported it
    versions: tuple[Endorsed, ...]  # (): invalid
    problem: str  # why it is invalid; "": valid


def take_roster(
    work: Work, safe: bytes, chain: Sequence[SignedRoster], *, heard: Heard | None = None
) -> str:
    """Store versions of a member list: all, or those after the known ones; return its id.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        chain: At least one version.
        heard: Sender; None: accepted here, and trusted.

    Raises:
        InputError: It is invalid, does not follow the known versions, or contradicts them.
    """
    first = chain[0].read()
    if not 0 < len(first.id) <= KEY_LENGTH:
        raise InputError("store/roster-id-empty-or-too-long", key_length=KEY_LENGTH)
    known = signed_versions(work, safe, first.id)
    if first.version > len(known) + 1:
        raise InputError(
            "store/roster-version-too-early", version=first.version, count=len(known) + 1
        )
    whole = [*known[: first.version - 1], *chain]
    take_rosters(known, whole, keys_known(work))
    _insert(work, first.id, heeded=heard is None)
    for each in whole[len(known) :]:
        _keep(work, safe, each, heard)
    return first.id


def set_trusted(work: Work, roster: str, *, heeded: bool) -> None:
    """Set whether a member list is trusted here; it remains advisory.

    Raises:
        MissingError: No list has that id.
    """
    r = tables.roster.c
    values = {"heeded": int(heeded), "changed": moment(stamp_of(work).at)}
    done = work.connection.execute(update(tables.roster).where(r.id == roster).values(**values))
    _found(done.rowcount, roster)
    record_change(work, "roster heeded" if heeded else "roster not heeded", {})


def drop_roster(work: Work, roster: str) -> None:
    """Delete a member list.

    Raises:
        MissingError: No list has that id.
    """
    v = tables.roster_version.c
    work.connection.execute(delete(tables.roster_version).where(v.roster == roster))
    done = work.connection.execute(delete(tables.roster).where(tables.roster.c.id == roster))
    _found(done.rowcount, roster)
    record_change(work, "roster dropped", {})


def rosters(work: Work, safe: bytes) -> list[KeptRoster]:
    """Return all member lists by id, verified with the keys known today."""
    r, keys = tables.roster.c, keys_known(work)
    found = work.connection.execute(select(r.id, r.heeded).order_by(r.id)).all()
    return [_read(work, safe, row.id, keys, heeded=bool(row.heeded)) for row in found]


def signed_versions(work: Work, safe: bytes, roster: str) -> list[SignedRoster]:
    """Return the versions of a member list, from the first; none if it is unknown."""
    v = tables.roster_version.c
    wanted = select(v.written).where(v.roster == roster).order_by(v.version)
    return [
        msgspec.json.decode(unlock(each, safe), type=SignedRoster)
        for each in work.connection.execute(wanted).scalars()
    ]


def keys_known(work: Work) -> Keys:
    """Return the unrevoked signing keys of all known nodes and of this one."""
    return {
        node: tuple(
            key.public
            for key in documents(work, node)[-1].read().keys
            if key.use == "sign" and key.state != "revoked"
        )
        for node in nodes_known(work)
    }


def forget_versions(work: Work, peer: str, message: str) -> None:
    """Delete the versions received in a message, and those that follow them.

    Args:
        work: A write transaction.
        peer: Its sender.
        message: Its id.
    """
    v, r = tables.roster_version.c, tables.roster.c
    first = select(v.roster, func.min(v.version)).where(v.sender == peer, v.message == message)
    for roster, version in work.connection.execute(first.group_by(v.roster)).all():
        gone = delete(tables.roster_version).where(v.roster == roster, v.version >= version)
        work.connection.execute(gone)
        if version == 1:
            work.connection.execute(delete(tables.roster).where(r.id == roster))


def _read(work: Work, safe: bytes, roster: str, keys: Keys, *, heeded: bool) -> KeptRoster:
    v = tables.roster_version.c
    told = select(v.sender).where(v.roster == roster, v.sender != "").distinct().order_by(v.sender)
    versions: tuple[Endorsed, ...] = ()
    problem = ""
    try:
        versions = check_rosters(signed_versions(work, safe, roster), keys)
    except InputError as error:
        problem = error.message
    return KeptRoster(
        id=roster,
        heeded=heeded,
        senders=tuple(work.connection.execute(told).scalars()),
        versions=versions,
        problem=problem,
    )


def _insert(work: Work, roster: str, *, heeded: bool) -> None:
    r = tables.roster.c
    known = work.connection.execute(select(r.heeded).where(r.id == roster)).scalar()
    if known is None:
        row = {"id": roster, "heeded": int(heeded), "changed": moment(stamp_of(work).at)}
        work.connection.execute(insert(tables.roster).values(**row))
    elif heeded and not known:
        set_trusted(work, roster, heeded=True)


def _keep(work: Work, safe: bytes, signed: SignedRoster, heard: Heard | None) -> None:
    told = signed.read()
    row = {
        "roster": told.id,
        "version": told.version,
        "sender": heard.sender if heard else "",
        "message": heard.message if heard else "",
        "written": lock(msgspec.json.encode(signed), safe, secrets.token_bytes(_NONCE)),
        "came": moment(stamp_of(work).at),
    }
    work.connection.execute(insert(tables.roster_version).values(**row))
    record_change(work, "roster kept", {"version": told.version, "digest": signed.digest()})


def _found(rows: int, roster: str) -> None:
    if not rows:
        raise MissingError("store/no-roster", roster=roster[:60])
