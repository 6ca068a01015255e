"""The ledger of the register: what moved, what was cancelled, who told it, when and why."""

import secrets
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, insert, select

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.register.types import Movement
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode, encode, plain
from tidewaiter.store.register import keeper

_ID = 6  # bytes
_LONGEST = 500  # characters: that of a notice holds its reference and the id of an event


class Cancelled(Record, frozen=True, kw_only=True):
    """That a movement did not take place."""

    on: date
    source: str
    reason: str
    who: str
    at: str


class Written(Record, frozen=True, kw_only=True):
    """A movement of the ledger, with who told it."""

    number: int
    movement: Movement
    notice: int | None  # that told of it; None: a person did
    reason: str
    who: str
    at: str  # ISO 8601, UTC
    cancelled: Cancelled | None = None


def new_id() -> str:
    """Make an id for a shipment that no notice tells of."""
    return f"shipment/{secrets.token_hex(_ID)}"


def write_off(
    work: Work, movement: Movement, *, reason: str = "", notice: int | None = None
) -> bool:
    """Write a movement into the ledger, once.

    Args:
        work: Begun with a stamp.
        movement: What moved.
        reason: Why a person writes it off.
        notice: Number of the notice that told of it; None: a person does.

    Returns:
        Whether it is new; one that stands there word for word already is not.

    Raises:
        ConflictError: Another one of its id stands there.
        InputError: There is no register, or its id is too long.
    """
    if not keeper(work):
        raise InputError("there is no register yet", hint="tidewaiter register add FILE")
    if len(movement.id) > _LONGEST:
        raise InputError(f"an id has at most {_LONGEST} characters", hint="shorten it")
    m, stamp = tables.register_movement.c, stamp_of(work)
    known = select(m.payload).where(m.id == plain(movement.id))
    before = work.connection.execute(known).scalar()
    if before is not None:
        if decode(before, Movement, f"movement {movement.id}") == movement:
            return False
        hint = "cancel it, and write the other one off under another id"
        raise ConflictError(f"{movement.id} is written off in other words", hint=hint)
    row = {
        "id": plain(movement.id),
        "on": movement.on.isoformat(),
        "notice": notice,
        "payload": encode(movement),
        "reason": plain(reason),
        "who": plain(stamp.who),
        "at": moment(stamp.at),
    }
    number = work.connection.execute(
        insert(tables.register_movement).values(**row)
    ).inserted_primary_key
    told = {"movement": int(number[0])}  # type: ignore[index]
    record_change(work, "register written off", told | ({"notice": notice} if notice else {}))
    return True


def cancel(work: Work, name: str, on: date, *, source: str, reason: str) -> Written:
    """Say that a movement did not take place: what it took is given back from a day on.

    Args:
        work: Begun with a stamp.
        name: Id of the movement, or its number.
        on: From which day on.
        source: Where that is written.
        reason: Why.

    Raises:
        ConflictError: It was cancelled before.
        InputError: The day is before that of the movement.
        MissingError: There is no such movement.
    """
    found, stamp = find_movement(work, name), stamp_of(work)
    if found.cancelled is not None:
        raise ConflictError(f"movement {found.number} was cancelled before")
    if on < found.movement.on:
        hint = f"it moved on {found.movement.on}; the same day or a later one"
        raise InputError(f"{on} is before its day", hint=hint)
    row = {
        "movement": found.number,
        "on": on.isoformat(),
        "source": plain(source),
        "reason": plain(reason),
        "who": plain(stamp.who),
        "at": moment(stamp.at),
    }
    work.connection.execute(insert(tables.register_cancellation).values(**row))
    record_change(work, "register cancelled", {"movement": found.number})
    return find_movement(work, str(found.number))


def find_movement(work: Work, name: str) -> Written:
    """Find a movement by its id or its number.

    Raises:
        MissingError: There is none.
    """
    m = tables.register_movement.c
    here = m.number == int(name) if name.isascii() and name.isdecimal() else m.id == plain(name)
    row = work.connection.execute(_ledger().where(here)).mappings().first()
    if row is None:
        hint = "tidewaiter register show --db names the movements of an entry"
        raise MissingError(f'there is no movement "{name[:60]}"', hint=hint)
    return _written(row)


def ledger(work: Work) -> list[Written]:
    """Return all movements, in the order in which they were told."""
    rows = work.connection.execute(_ledger().order_by(tables.register_movement.c.number))
    return [_written(row) for row in rows.mappings()]


def _ledger() -> Select[Any]:
    m, c = tables.register_movement, tables.register_cancellation
    names = ("on", "source", "reason", "who", "at")
    more = (c.c[name].label(f"cancelled_{name}") for name in names)
    return select(m, *more).select_from(m.outerjoin(c))


def _written(row: RowMapping) -> Written:
    cancelled = None
    if row["cancelled_on"] is not None:
        cancelled = Cancelled(
            on=date.fromisoformat(row["cancelled_on"]),
            source=row["cancelled_source"],
            reason=row["cancelled_reason"],
            who=row["cancelled_who"],
            at=row["cancelled_at"],
        )
    return Written(
        number=row["number"],
        movement=decode(row["payload"], Movement, f"movement {row['id']}"),
        notice=row["notice"],
        reason=row["reason"],
        who=row["who"],
        at=row["at"],
        cancelled=cancelled,
    )
