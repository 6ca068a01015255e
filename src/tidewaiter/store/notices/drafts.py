"""Drafts of pre-export notifications: private to their writer, encrypted until sent."""

import secrets

import msgspec
from sqlalchemy import RowMapping, delete, func, insert, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.drafts import WrittenNotice
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work

MOST = 100
"""Drafts of one person."""

_NONCE = 12  # bytes


class Draft(Record, frozen=True, kw_only=True):
    """A notice that is not sent."""

    written: WrittenNotice = WrittenNotice()
    peer: str = ""  # the node that it goes to; "": not chosen yet
    amends: int = 0  # number of the notice whose next version it is; 0: a new one
    seen: int = 0  # last event of the other side that was seen, of an amendment
    reason: str = ""  # of an amendment


class KeptDraft(Record, frozen=True, kw_only=True):
    """A draft, and which change of it this is."""

    number: int
    version: int
    changed: str  # ISO 8601, UTC
    draft: Draft


def add_draft(work: Work, safe: bytes, draft: Draft) -> KeptDraft:
    """Keep a new draft of whoever does the work.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        draft: What was written.

    Raises:
        InputError: There are too many.
    """
    d, who = tables.notice_draft.c, stamp_of(work).who
    held = work.connection.execute(select(func.count()).where(d.account == who)).scalar_one()
    if held >= MOST:
        raise InputError("store/too-many-drafts", held=held)
    row = {"account": who, "version": 1, **_written(work, safe, draft)}
    done = work.connection.execute(insert(tables.notice_draft).values(**row))
    number = int(done.inserted_primary_key[0])  # type: ignore[index]
    record_change(work, "notice draft begun", {"draft": number})
    return find_draft(work, safe, who, number)


def change_draft(work: Work, safe: bytes, number: int, draft: Draft, seen: int) -> KeptDraft:
    """Keep what a draft says now.

    Raises:
        ConflictError: It was changed since, in another window.
        MissingError: Whoever does the work has none of that number.
    """
    who, d = stamp_of(work).who, tables.notice_draft.c
    _check(find_draft(work, safe, who, number), seen)
    row = {"version": seen + 1, **_written(work, safe, draft)}
    work.connection.execute(update(tables.notice_draft).where(d.number == number).values(**row))
    record_change(work, "notice draft changed", {"draft": number})
    return find_draft(work, safe, who, number)


def drop_draft(work: Work, safe: bytes, number: int, seen: int) -> None:
    """Throw a draft away, or be done with it as it was sent.

    Raises:
        ConflictError: It was changed since, in another window.
        MissingError: Whoever does the work has none of that number.
    """
    _check(find_draft(work, safe, stamp_of(work).who, number), seen)
    d = tables.notice_draft.c
    work.connection.execute(delete(tables.notice_draft).where(d.number == number))
    record_change(work, "notice draft ended", {"draft": number})


def find_draft(work: Work, safe: bytes, who: str, number: int) -> KeptDraft:
    """Return a draft of someone.

    Raises:
        MissingError: They have none of that number.
    """
    d = tables.notice_draft.c
    wanted = select(tables.notice_draft).where(d.number == number, d.account == who)
    row = work.connection.execute(wanted).mappings().first()
    if row is None:
        raise MissingError("store/no-draft-of-yours", number=number)
    return _kept(row, safe)


def drafts_of(work: Work, safe: bytes, who: str) -> list[KeptDraft]:
    """Return the drafts of someone, the last begun first."""
    d = tables.notice_draft.c
    wanted = select(tables.notice_draft).where(d.account == who).order_by(d.number.desc())
    return [_kept(row, safe) for row in work.connection.execute(wanted).mappings()]


def count_drafts(work: Work, who: str) -> int:
    """Count the drafts of someone."""
    wanted = select(func.count()).where(tables.notice_draft.c.account == who)
    return int(work.connection.execute(wanted).scalar_one())


def _check(kept: KeptDraft, seen: int) -> None:
    if kept.version != seen:
        raise ConflictError("store/draft-changed")


def _written(work: Work, safe: bytes, draft: Draft) -> dict[str, object]:
    locked = lock(msgspec.json.encode(draft), safe, secrets.token_bytes(_NONCE))
    return {"changed": moment(stamp_of(work).at), "written": locked}


def _kept(row: RowMapping, safe: bytes) -> KeptDraft:
    draft = msgspec.json.decode(unlock(row["written"], safe), type=Draft)
    return KeptDraft(
        number=row["number"], version=row["version"], changed=row["changed"], draft=draft
    )
