"""Fates: what became of each message that speaks of a subject, sent or come, and what keeps it."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.givingback import Custody, custody_of
from tidewaiter.store.payloads import plain
from tidewaiter.store.recalllist import Standing, standing_of


class Sent(Record, frozen=True, kw_only=True):
    """A message of this node at one recipient."""

    message: str  # id; by any of them, what was said is recalled from all
    peer: str
    state: str
    code: str  # why it was refused
    recalled: Standing | None  # None: it is not recalled


class Fate(Record, frozen=True, kw_only=True):
    """What became of what was said once."""

    sent: tuple[Sent, ...] = ()  # where this node said it, by recipient
    custody: Custody | None = None  # where it came: what keeps it, and to whom it went on


def fates(
    work: Work, safe: bytes, own: str, kinds: Iterable[str], of: tuple[str, str]
) -> dict[str, Fate]:
    """Return what became of what was said of a subject, by the message that says it.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        kinds: Of message.
        of: Owner and id of the subject.
    """
    s = tables.said.c
    these = (s.owner == plain(of[0]), s.subject == plain(of[1]), s.kind.in_(list(kinds)))
    sent: dict[str, list[Sent]] = {}
    for said, each in _sent(work, own, these):
        sent.setdefault(said, []).append(each)
    found = {said: Fate(sent=tuple(each)) for said, each in sent.items()}
    came = select(s.message, s.sender).where(*these, s.sender != own)
    for row in work.connection.execute(came).all():
        custody = custody_of(work, safe, row.sender, row.message)
        found[row.message] = Fate(custody=custody)
    return found


def _sent(
    work: Work, own: str, these: tuple[ColumnElement[bool], ...]
) -> Iterable[tuple[str, Sent]]:
    s, i, o, r = tables.said.c, tables.said_in.c, tables.outgoing.c, tables.recalled.c
    word = tables.outgoing.alias("word")
    wanted = (
        select(
            s.message,
            o.id,
            o.peer,
            o.state,
            o.code,
            r.number,
            r.outcome,
            word.c.state.label("word"),
        )
        .select_from(
            tables.said.join(tables.said_in, i.said == s.number)
            .join(tables.outgoing, o.id == i.message)
            .outerjoin(tables.recalled, (r.item == o.id) & (r.source == own))
            .outerjoin(word, word.c.id == r.message)
        )
        .where(*these, s.sender == own)
        .order_by(s.number, o.peer)
    )
    for row in work.connection.execute(wanted).all():
        recalled = None if row.number is None else standing_of(row.outcome, row.word)
        yield (
            row.message,
            Sent(message=row.id, peer=row.peer, state=row.state, code=row.code, recalled=recalled),
        )
