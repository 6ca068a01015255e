"""Rows of private questions: both sides keep that one was asked, when, how large and what for."""

from datetime import UTC, date
from typing import Any, Literal

from sqlalchemy import Row, Select, insert, select

from tidewaiter.base.records import Record
from tidewaiter.exchange.private.budgets import Asked
from tidewaiter.exchange.private.types import SLOTS, Code, Question
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.offers import Side


class Line(Record, frozen=True, kw_only=True):
    """A question in a list."""

    number: int
    side: Side  # of this node
    peer: str
    day: date
    at: str  # ISO 8601, UTC
    slots: int  # keys, with those that fill it up
    purpose: str
    state: Literal["asked", "answered", "refused", "recalled"]
    code: str  # why it was refused; of its answer, or of its receipt
    answered: str  # ISO 8601, UTC; "": not yet


def questions(work: Work, *, rows: int = 100) -> list[Line]:
    """Return questions that were asked here or by peers, the last first."""
    wanted = question_rows().order_by(tables.private_question.c.number.desc()).limit(rows)
    return [line_of(row) for row in work.connection.execute(wanted)]


def log_of(work: Work, side: Side, peer: str, day: date) -> list[Asked]:
    """Return what was asked of a holder, or here by a peer, on a day and later."""
    q = tables.private_question.c
    wanted = select(q.day, q.slots, q.code).where(
        q.side == side, q.peer == peer, q.day >= day.isoformat()
    )
    return [
        Asked(day=date.fromisoformat(row.day), keys=row.slots, code=row.code)
        for row in work.connection.execute(wanted)
    ]


def add_question(
    work: Work,
    side: Side,
    peer: str,
    question: Question,
    message: str,
    *,
    code: Code | None = None,
    written: bytes | None = None,
) -> int:
    """Write down that a question was asked, or came; return its number here.

    Args:
        work: Begun with a stamp.
        side: Of this node.
        peer: The other side.
        question: What was asked, blinded.
        message: Id of the message that asked.
        code: Why the holder refuses it.
        written: What the asker keeps, encrypted.
    """
    now = moment(stamp_of(work).at)
    holder = side == "holder"
    state = ("refused" if code else "answered") if holder else "asked"
    row = {
        "side": side,
        "peer": peer,
        "offer": question.offer,
        "message": message,
        "day": day_of(work).isoformat(),
        "at": now,
        "slots": SLOTS,
        "purpose": question.purpose,
        "state": state,
        "code": code or "",
        "answered": now if holder else "",
        "answer": "",
        "written": written,
    }
    done = work.connection.execute(insert(tables.private_question).values(**row))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def question_rows() -> Select[Any]:
    """Select questions, each with what became of its message."""
    q, o = tables.private_question.c, tables.outgoing.c
    both = tables.private_question.outerjoin(
        tables.outgoing, (o.id == q.message) & (o.peer == q.peer) & (q.side == "asker")
    )
    became = (o.state.label("sent"), o.code.label("turned"))
    return select(tables.private_question).add_columns(*became).select_from(both)


def line_of(row: Row[Any]) -> Line:
    """Read a row of `question_rows`."""
    turned = row.state == "asked" and row.sent in {"refused", "discarded"}
    return Line(
        number=row.number,
        side=row.side,
        peer=row.peer,
        day=date.fromisoformat(row.day),
        at=row.at,
        slots=row.slots,
        purpose=row.purpose,
        state="refused" if turned else row.state,
        code=row.turned or row.sent if turned else row.code,
        answered=row.answered,
    )


def day_of(work: Work) -> date:
    """Return the day of this node's clock, in UTC: budgets are of such days."""
    return stamp_of(work).at.astimezone(UTC).date()
