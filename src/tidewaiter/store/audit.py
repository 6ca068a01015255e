"""Audit log: one entry per change in an append-only tree, and each viewer's view of it.

Recomputing the tree reveals a changed, missing or moved entry. Truncation at the end, or a
complete rewrite, shows only against a checkpoint noted outside the database.

All readers of the audit log see that an entry exists, as it has a number and a hash.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import func, insert, select

from tidewaiter.base.records import Record
from tidewaiter.ledger.tree import EMPTY, Node, grown, inclusion, leaf_hash, root
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Stamp, Work

PAGE = 1000  # entries read at a time
_SALT = 16  # bytes

Details = Mapping[str, str | int]


class Entry(Record, frozen=True, kw_only=True):
    """One change of the database."""

    number: int  # from 1, without gaps
    at: str  # ISO 8601, UTC
    who: str
    action: str  # what happened, like "batch added"
    details: str  # JSON; no party names
    salt: str  # prevents guessing the entry from its hash

    def written(self) -> bytes:
        """Return the hashed form of the entry: JSON with sorted keys."""
        return msgspec.json.encode(self, order="sorted")


class State(Record, frozen=True, kw_only=True):
    """Size and root hash of the audit log."""

    entries: int
    root: bytes  # shape (32,)


class Verdict(Record, frozen=True, kw_only=True):
    """Result of verifying the audit log."""

    state: State  # of the valid entries, from the first
    broken: int | None  # number of the first invalid entry; None: all are valid
    problem: str


def moment(at: datetime) -> str:
    """Format a moment as ISO 8601 in UTC, to the microsecond.

    Raises:
        ValueError: It has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def stamp_of(work: Work) -> Stamp:
    """Return who changes the database, and when.

    Raises:
        ValueError: The transaction is read-only.
    """
    if work.stamp is None:
        raise ValueError("work that changes the database needs a stamp")
    return work.stamp


def record_change(work: Work, action: str, details: Details) -> None:
    """Write an entry about a change, in the transaction of the change itself.

    Args:
        work: A write transaction.
        action: What happens.
        details: Counts, keys and digests; no party names.

    Raises:
        ValueError: The transaction is read-only.
    """
    record_changes(work, [(action, details)])


def record_changes(work: Work, changes: Sequence[tuple[str, Details]]) -> None:
    """Write an entry about each of several changes, in order.

    Args:
        work: A write transaction.
        changes: Action and details, as for `record_change`.

    Raises:
        ValueError: The transaction is read-only.
    """
    stamp = stamp_of(work)
    size, at, who = audit_size(work), moment(stamp.at), plain(stamp.who)
    made: dict[tuple[int, int], bytes] = {}
    stored = _node(work)

    def node(level: int, place: int) -> bytes:
        return made.get((level, place)) or stored(level, place)

    entries, nodes = [], []
    for number, (action, details) in enumerate(changes, size + 1):
        told = msgspec.json.encode(details, order="sorted").decode()
        entry = Entry(
            number=number,
            at=at,
            who=who,
            action=action,
            details=told,
            salt=secrets.token_hex(_SALT),
        )
        entries.append(msgspec.structs.asdict(entry))
        for level, place, found in grown(number - 1, leaf_hash(entry.written()), node):
            made[level, place] = found
            nodes.append({"level": level, "place": place, "entry": number, "hash": found.hex()})
    if entries:
        work.connection.execute(insert(tables.audit), entries)
        work.connection.execute(insert(tables.audit_node), nodes)


def audit_entries(work: Work, *, after: int = 0, rows: int = PAGE) -> list[Entry]:
    """Read entries in order.

    Args:
        work: Any transaction.
        after: Number of the entry before the first one wanted.
        rows: Maximum number.
    """
    wanted = select(tables.audit).where(tables.audit.c.number > after)
    found = work.connection.execute(wanted.order_by(tables.audit.c.number).limit(rows))
    return [Entry(**row) for row in found.mappings()]


def find_entries(
    work: Work,
    *,
    action: str = "",
    who: str = "",
    words: str = "",
    first: date | None = None,
    last: date | None = None,
    before: int = 0,
    rows: int = PAGE,
) -> list[Entry]:
    """Find entries, latest first.

    Args:
        work: Any transaction.
        action: Exact match; "": any.
        who: Exact match; "": anyone.
        words: Substring of the details; "": any.
        first: First day, in UTC; None: from the start.
        last: Last day, in UTC; None: to the end.
        before: Number of the last entry seen; 0: start with the latest.
        rows: Maximum number.
    """
    c = tables.audit.c
    wanted = select(tables.audit)
    if action:
        wanted = wanted.where(c.action == action)
    if who:
        wanted = wanted.where(c.who == who)
    if words:
        wanted = wanted.where(c.details.contains(words, autoescape=True))
    if first:
        wanted = wanted.where(c.at >= first.isoformat())
    if last:
        # "2026-12-03T…" sorts before "2026-12-03U" and after "2026-12-03".
        wanted = wanted.where(c.at < f"{last.isoformat()}U")
    if before:
        wanted = wanted.where(c.number < before)
    found = work.connection.execute(wanted.order_by(c.number.desc()).limit(rows))
    return [Entry(**row) for row in found.mappings()]


def audit_actions(work: Work) -> list[str]:
    """Return the distinct actions, by name."""
    return list(_actions(work))


def _actions(work: Work) -> Iterator[str]:
    """Yield them with one index step each; DISTINCT would read all entries."""
    c, last = tables.audit.c, ""
    after = select(func.min(c.action))
    while found := work.connection.execute(after.where(c.action > last)).scalar():
        yield found
        last = found


def audit_size(work: Work) -> int:
    """Count the entries."""
    wanted = select(func.coalesce(func.max(tables.audit.c.number), 0))
    return int(work.connection.execute(wanted).scalar_one())


def audit_state(work: Work, entries: int | None = None) -> State:
    """Return the size and root hash of the audit log.

    Args:
        work: Any transaction.
        entries: Its state at this size; None: now.
    """
    size = audit_size(work) if entries is None else entries
    return State(entries=size, root=root(size, _node(work)))


def prove_entry(work: Work, number: int, entries: int) -> list[bytes]:
    """Prove that an entry is in the audit log at a given size."""
    return inclusion(number - 1, entries, _node(work))


def verify_audit(work: Work, *, noted: State | None = None) -> Verdict:
    """Recompute the tree from the first entry.

    Args:
        work: Any transaction.
        noted: A state noted earlier, which the audit log must contain.
    """
    kept: dict[tuple[int, int], bytes] = {}
    size, found = 0, noted is None or noted == State(entries=0, root=EMPTY)

    def node(level: int, place: int) -> bytes:
        return kept[level, place]

    def state() -> State:
        return State(entries=size, root=root(size, node))

    for entry, stored in _walk(work):
        made = dict(_made(entry, size, node)) if entry.number == size + 1 else {}
        if not made or made != stored:
            return Verdict(state=state(), broken=size + 1, problem=_problem(entry, size + 1))
        _keep(kept, made)
        size += 1
        found = found or (noted is not None and noted.entries == size and noted == state())
    problem = (
        "" if found else "it is not the audit of the checkpoint: entries were cut off or rewritten"
    )
    return Verdict(state=state(), broken=None if found else size + 1, problem=problem)


def _made(entry: Entry, size: int, node: Node) -> Iterator[tuple[tuple[int, int], bytes]]:
    for level, place, found in grown(size, leaf_hash(entry.written()), node):
        yield (level, place), found


def _keep(kept: dict[tuple[int, int], bytes], made: Mapping[tuple[int, int], bytes]) -> None:
    """Store the nodes without a parent yet: one per binary digit of the size."""
    *inner, top = made
    for level, place in inner:
        kept.pop((level, place - 1))
    kept[top] = made[top]


def _walk(work: Work) -> Iterator[tuple[Entry, dict[tuple[int, int], bytes]]]:
    """Yield each entry with the nodes that are stored as completed by it."""
    page = audit_entries(work, after=-(2**62))
    while page:
        n = tables.audit_node.c
        wanted = select(n.entry, n.level, n.place, n.hash).where(
            n.entry.between(page[0].number, page[-1].number)
        )
        nodes: dict[int, dict[tuple[int, int], bytes]] = {}
        for number, level, place, told in work.connection.execute(wanted):
            nodes.setdefault(number, {})[level, place] = _bytes(told)
        for entry in page:
            yield entry, nodes.get(entry.number, {})
        page = audit_entries(work, after=page[-1].number)


def _bytes(told: str) -> bytes:
    """Parse a hash; invalid text yields a value that matches nothing."""
    try:
        return bytes.fromhex(told)
    except ValueError:
        return b""


def _problem(entry: Entry, number: int) -> str:
    if entry.number != number:
        return f"entry {number} is missing"
    return f"entry {number} or its hash was changed after it was written"


def _node(work: Work) -> Node:
    n = tables.audit_node.c

    def read(level: int, place: int) -> bytes:
        wanted = select(n.hash).where(n.level == level, n.place == place)
        return bytes.fromhex(work.connection.execute(wanted).scalar_one())

    return read


HIDDEN = "{}"
"""Placeholder for details that the viewer may not see."""

_IDS = ("alert", "first")
_COUNTS = frozenset({"alerts", "new_alerts"})  # with those of the queue, reveals others


def shown(work: Work, entries: Iterable[Entry], *, cleared: bool) -> list[Entry]:
    """Return entries as a viewer may see them.

    Args:
        work: Any transaction.
        entries: Audit entries.
        cleared: Whether the viewer may see entries on restricted alerts.
    """
    found = list(entries)
    if cleared:
        return found
    told = [msgspec.json.decode(each.details, type=dict[str, Any]) for each in found]
    named = {str(one[key]) for one in told for key in _IDS if key in one}
    a = tables.alert.c
    secret = select(a.id).where(a.id.in_(named), a.restricted == 1)
    hidden = set(work.connection.execute(secret).scalars()) if named else set()
    return [
        structs.replace(each, details=HIDDEN) if _tells(one, hidden) else each
        for each, one in zip(found, told, strict=True)
    ]


def _tells(details: dict[str, Any], hidden: set[str]) -> bool:
    return bool(_COUNTS & details.keys()) or any(details.get(key) in hidden for key in _IDS)
