"""What could not be read: every refused row and field, kept to be shown."""

import hashlib
from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Refusal
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.inserts import insert_new
from tidewaiter.store.payloads import decode, encode, plain, well_formed

COLUMNS = ("source", "row", "column", "screened", "digest", "payload")


class StoredRefusal(Record, frozen=True, kw_only=True):
    """One refusal, and where it is stored."""

    id: int
    source: int
    refusal: Refusal


def insert_refusals(work: Work, source: int, refused: Sequence[Refusal]) -> int:
    """Insert the refusals of a source that are not there yet.

    Args:
        work: Begun with a stamp; whoever calls writes the audit.
        source: Id of the source.
        refused: What could not be read.

    Returns:
        How many were inserted.
    """
    rows = (_row(source, refusal) for refusal in refused)
    return insert_new(work.connection, tables.refusal, COLUMNS, rows)


def refusals(
    work: Work, *, source: int | None = None, after: int = 0, rows: int = 100
) -> list[StoredRefusal]:
    """Read refusals in the order in which they were stored.

    Args:
        work: Any.
        source: Id of the source; None: of all.
        after: Id of the last one seen; 0: from the first.
        rows: How many at most.
    """
    c = tables.refusal.c
    wanted = select(c.id, c.source, c.payload).where(c.id > after).order_by(c.id).limit(rows)
    if source is not None:
        wanted = wanted.where(c.source == source)
    return [
        StoredRefusal(
            id=row.id,
            source=row.source,
            refusal=decode(row.payload, Refusal, f"refusal {row.id}"),
        )
        for row in work.connection.execute(wanted)
    ]


def _row(source: int, refusal: Refusal) -> tuple[object, ...]:
    # What could not be read may well be no text at all.
    column, value = well_formed(refusal.column), well_formed(refusal.value)
    payload = encode(msgspec.structs.replace(refusal, column=column, value=value))
    digest = hashlib.sha256(payload.encode()).hexdigest()
    screened = int(refusal.screened)
    return (source, refusal.row, plain(column), screened, digest, payload)
