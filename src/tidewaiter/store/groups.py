"""Working groups: lists of peers that this node sends to; a removed member receives nothing more.

A group without members reaches no one. Members know the group's name, not the other members.
"""

import secrets

from msgspec import structs
from sqlalchemy import insert, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import Marking, Purpose, Recipient, why_not_send
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import discard_for_group

_ID = 8  # bytes
_LONGEST = 120  # characters of a name


class Group(Record, frozen=True, kw_only=True):
    """A working group."""

    id: str
    name: str
    epoch: int  # of its member list
    members: tuple[str, ...]  # current nodes


class Membership(Record, frozen=True, kw_only=True):
    """A node that is or was in a group."""

    node: str
    since: int  # first epoch with it
    until: int | None  # first epoch without it; None: still a member


def make_group(work: Work, name: str) -> Group:
    """Create a group without members.

    Raises:
        InputError: It has no name, or one that is too long.
    """
    told = plain(name.strip())
    if not 0 < len(told) <= _LONGEST:
        raise InputError("store/group-name-empty-or-too-long", longest=_LONGEST)
    group = secrets.token_hex(_ID)
    row = {"id": group, "name": told, "epoch": 1, "made": moment(stamp_of(work).at)}
    work.connection.execute(insert(tables.working_group).values(**row))
    record_change(work, "group made", {"group": group})
    return group_of(work, group)


def add_member(work: Work, group: str, node: str) -> Group:
    """Add a peer to a group; it receives what is written from now on.

    Raises:
        ConflictError: It is a member already.
        MissingError: No such group or peer.
    """
    known = group_of(work, group)
    if peer_of(work, node).node in known.members:
        raise ConflictError("store/already-in-the-group", node=node)
    row = {"group": group, "peer": node, "since": known.epoch + 1, "until": None}
    work.connection.execute(insert(tables.working_group_member).values(**row))
    return _next(work, known, "member added", node)


def remove_member(work: Work, group: str, node: str) -> Group:
    """Remove a peer from a group; messages not yet sent to it are dropped.

    Raises:
        ConflictError: It is not a member.
        MissingError: No such group.
    """
    known = group_of(work, group)
    if node not in known.members:
        raise ConflictError("store/not-in-the-group", node=node[:80])
    m = tables.working_group_member.c
    off = update(tables.working_group_member).where(
        m.group == group, m.peer == node, m.until.is_(None)
    )
    work.connection.execute(off.values(until=known.epoch + 1))
    discard_for_group(work, node, group)
    return _next(work, known, "member removed", node)


def group_of(work: Work, group: str) -> Group:
    """Return a group.

    Raises:
        MissingError: No group has that id.
    """
    wanted = select(tables.working_group).where(tables.working_group.c.id == group)
    row = work.connection.execute(wanted).first()
    if row is None:
        raise MissingError("store/no-group", group=group[:40])
    return Group(id=row.id, name=row.name, epoch=row.epoch, members=_members(work, group))


def marked_for(work: Work, marking: Marking, node: str, purpose: Purpose) -> Marking:
    """Return the marking for a message to one peer, with the epoch of its group.

    Args:
        work: Any transaction.
        marking: Marking by the source.
        node: The peer.
        purpose: The intended use.

    Raises:
        InputError: The marking forbids it.
        MissingError: No such group.
    """
    groups: dict[str, int] = {}
    if marking.group:
        group = group_of(work, marking.group)
        marking = structs.replace(marking, epoch=group.epoch)
        groups = {group.id: group.epoch} if node in group.members else {}
    to = Recipient(name=node, reach="community", groups=groups)
    if denials := why_not_send(marking, to, purpose):
        raise denials[0].as_error(at=node)
    return marking


def groups(work: Work) -> list[Group]:
    """Return all groups, by name."""
    g = tables.working_group.c
    ids = work.connection.execute(select(g.id).order_by(g.name, g.id)).scalars().all()
    return [group_of(work, each) for each in ids]


def memberships(work: Work, group: str) -> list[Membership]:
    """Return current and former members of a group, by node and epoch."""
    m = tables.working_group_member.c
    wanted = select(m.peer, m.since, m.until).where(m.group == group).order_by(m.peer, m.since)
    return [
        Membership(node=row.peer, since=row.since, until=row.until)
        for row in work.connection.execute(wanted)
    ]


def _members(work: Work, group: str) -> tuple[str, ...]:
    m = tables.working_group_member.c
    wanted = select(m.peer).where(m.group == group, m.until.is_(None)).order_by(m.peer)
    return tuple(work.connection.execute(wanted).scalars())


def _next(work: Work, known: Group, action: str, node: str) -> Group:
    g = tables.working_group.c
    work.connection.execute(
        update(tables.working_group).where(g.id == known.id).values(epoch=known.epoch + 1)
    )
    told: Details = {"group": known.id, "peer": node, "epoch": known.epoch + 1}
    record_change(work, action, told)
    return group_of(work, known.id)
