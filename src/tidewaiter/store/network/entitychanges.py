"""What became of entities from run to run: which were joined, and which came apart."""

from collections.abc import Iterable

from sqlalchemy import insert, or_, select

from tidewaiter.base.records import Record
from tidewaiter.parties.resolution import Entity
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.entityrows import entity_ids


class Changed(Record, frozen=True, kw_only=True):
    """One step of what became of an entity."""

    entity: int
    change: str  # merged: it took in the other; split: it came out of the other
    other: int
    at: str


def add_changes(work: Work, run: int, entities: Iterable[Entity]) -> None:
    """Write which entities took in others, and which came out of others.

    Args:
        work: Begun with a stamp.
        run: Its id.
        entities: Of the resolution, with what became of them.
    """
    told = [(each, other) for each in entities for other in each.earlier]
    keys = sorted({key for each, other in told for key in (each.id, other)})
    ids = entity_ids(work, keys)
    at = moment(stamp_of(work).at)
    rows = [
        {"run": run, "entity": ids[each.id], "change": each.change, "other": ids[other], "at": at}
        for each, other in told
    ]
    if rows:
        work.connection.execute(insert(tables.entity_change), rows)


def changes_of(work: Work, entity: int, *, rows: int = 50) -> list[Changed]:
    """Return what became of an entity, the newest first, as either side."""
    c = tables.entity_change.c
    wanted = select(c.entity, c.change, c.other, c.at).where(
        or_(c.entity == entity, c.other == entity)
    )
    found = work.connection.execute(wanted.order_by(c.id.desc()).limit(rows)).mappings()
    return [Changed(**row) for row in found]
