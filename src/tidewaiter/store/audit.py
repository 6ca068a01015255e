"""The audit: every change of the database, each entry sealed to the one before it.

A changed, missing or moved entry breaks the chain. That the last entries were cut off
shows only against a head that was noted outside the database.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy import func, insert, select

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.database import Stamp, Work
from tidewaiter.store.payloads import plain

FIRST = "0" * 64  # what the first entry carries as its previous digest
PAGE = 1000  # entries read at a time

Details = Mapping[str, str | int]


class Entry(Record, frozen=True, kw_only=True):
    """One change of the database."""

    number: int  # from 1, without a gap
    at: str  # ISO 8601, UTC
    who: str
    action: str  # what happened, like "batch added"
    details: str  # JSON; no name of a party stands here
    previous: str  # digest of the entry before
    digest: str  # SHA-256 of all of the above


class Verdict(Record, frozen=True, kw_only=True):
    """Whether the chain holds."""

    entries: int  # that hold, from the first
    head: str  # digest of the last one that holds; note it outside the database
    broken: int | None  # number of the first entry that does not hold; None: all hold
    problem: str


def moment(at: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, to the microsecond.

    Raises:
        ValueError: It has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def stamp_of(work: Work) -> Stamp:
    """Say who changes the database, and when.

    Raises:
        ValueError: The work was begun to read only.
    """
    if work.stamp is None:
        raise ValueError("work that changes the database needs a stamp")
    return work.stamp


def record_change(work: Work, action: str, details: Details) -> None:
    """Write an entry about a change, in the transaction of the change itself.

    Args:
        work: Begun with a stamp.
        action: What happens.
        details: Counts, keys and digests; no name of a party.

    Raises:
        ValueError: The work was begun to read only.
    """
    stamp = stamp_of(work)
    last = work.connection.execute(
        select(tables.audit.c.number, tables.audit.c.digest)
        .order_by(tables.audit.c.number.desc())
        .limit(1)
    ).one_or_none()
    body: dict[str, str | int] = {
        "number": last.number + 1 if last else 1,
        "at": moment(stamp.at),
        "who": plain(stamp.who),
        "action": action,
        "details": msgspec.json.encode(details, order="sorted").decode(),
        "previous": last.digest if last else FIRST,
    }
    work.connection.execute(insert(tables.audit).values(**body, digest=_digest(body)))


def audit_entries(work: Work, *, after: int = 0, rows: int = PAGE) -> list[Entry]:
    """Read entries in order.

    Args:
        work: Any.
        after: The number of the entry before the first wanted.
        rows: How many at most.
    """
    wanted = select(tables.audit).where(tables.audit.c.number > after)
    found = work.connection.execute(wanted.order_by(tables.audit.c.number).limit(rows))
    return [Entry(**row) for row in found.mappings()]


def verify_audit(work: Work, *, head: str = "") -> Verdict:
    """Recompute the chain from its first entry.

    Args:
        work: Any.
        head: A digest noted earlier, which must still stand in the chain; "": none.
    """
    count, last, seen = 0, FIRST, head in {"", FIRST}
    for entry in _walk(work):
        problem = _problem(entry, count + 1, last)
        if problem:
            return Verdict(entries=count, head=last, broken=count + 1, problem=problem)
        count, last = entry.number, entry.digest
        seen = seen or last == head
    if not seen:
        problem = "the head noted earlier is not in the chain: entries were cut off or rewritten"
        return Verdict(entries=count, head=last, broken=count + 1, problem=problem)
    return Verdict(entries=count, head=last, broken=None, problem="")


def audit_size(work: Work) -> int:
    """Count the entries."""
    return work.connection.execute(select(func.count()).select_from(tables.audit)).scalar_one()


def _walk(work: Work) -> Iterator[Entry]:
    page = audit_entries(work, after=-(2**62))
    while page:
        yield from page
        page = audit_entries(work, after=page[-1].number)


def _problem(entry: Entry, number: int, previous: str) -> str:
    if entry.number != number:
        return f"entry {number} is missing"
    if entry.previous != previous:
        return f"entry {number} does not follow the entry before it"
    body = msgspec.structs.asdict(entry)
    if _digest({key: body[key] for key in body if key != "digest"}) != entry.digest:
        return f"entry {number} was changed after it was written"
    return ""


def _digest(body: Mapping[str, str | int]) -> str:
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()
