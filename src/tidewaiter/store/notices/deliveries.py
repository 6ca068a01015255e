"""Deliveries: what became of the messages that tell of the events of a notice."""

from typing import Literal

from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.outgoing import State


class Delivery(Record, frozen=True, kw_only=True):
    """An event as it is kept here, and what became of the message that tells of it."""

    event: str  # id
    message: str  # id of what brought it, or tells of it
    sealed: bool  # it came, or can be on its way: there is evidence of it
    by: Literal["exporter", "importer"]
    came: str  # when it was kept here; ISO 8601, UTC
    who: str  # of this node did it, as trails name them; "": the other side, or it was not kept
    state: State | None  # of the message; None: it came from the other side
    code: str  # why the other side refused it
    changed: str  # since when it stands so; ISO 8601, UTC; "": it came


def deliveries(work: Work, notice: int) -> list[Delivery]:
    """Return what became of each event of a notice, in the order of arrival here."""
    e, o = tables.notice_event.c, tables.outgoing.c
    wanted = (
        select(
            e.id,
            e.by,
            e.came,
            e.who,
            e.message,
            o.id.label("ours"),
            o.seq,
            o.state,
            o.code,
            o.changed,
        )
        .join_from(tables.notice_event, tables.outgoing, o.id == e.message, isouter=True)
        .where(e.notice == notice)
        .order_by(e.number)
    )
    return [
        Delivery(
            message=row.message,
            sealed=row.ours is None or row.seq is not None,
            event=row.id,
            by=row.by,
            came=row.came,
            who=row.who or "",
            state=row.state,
            code=row.code or "",
            changed=row.changed or "",
        )
        for row in work.connection.execute(wanted)
    ]
