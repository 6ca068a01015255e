"""Ledger of the register: movements, cancellations, write-offs from notices, annual totals."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Select, delete, insert, select

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.notices.law import Law
from tidewaiter.exchange.notices.state import State
from tidewaiter.exchange.notices.types import Event, Notice, Returned, Side
from tidewaiter.exchange.register.annual import Figures, figures_of
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.coverage import who_is
from tidewaiter.exchange.register.movements import (
    Operators,
    country_of,
    movements_of,
    promises_of,
)
from tidewaiter.exchange.register.types import Direction, Movement
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law.answers import Found
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode, encode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.incidents import find_incident, incidents
from tidewaiter.store.register.entries import keeper, load_register
from tidewaiter.trade.substance_lookup import Asker, Namer

_ID = 6  # bytes
_LONGEST = 500  # characters: a notice's reference plus an event id


class Cancelled(Record, frozen=True, kw_only=True):
    """Cancellation of a movement."""

    on: date
    source: str
    reason: str
    who: str
    at: str


class Written(Record, frozen=True, kw_only=True):
    """A movement in the ledger, and who reported it."""

    number: int
    movement: Movement
    notice: int | None  # its origin; None: a person
    reason: str
    who: str
    at: str  # ISO 8601, UTC
    cancelled: Cancelled | None = None


def new_id() -> str:
    """Return an id for a shipment without a notice."""
    return f"shipment/{secrets.token_hex(_ID)}"


def write_off(
    work: Work, movement: Movement, *, reason: str = "", notice: int | None = None
) -> bool:
    """Write a movement into the ledger, once.

    Args:
        work: A write transaction.
        movement: The movement.
        reason: Reason of a manual write-off.
        notice: Number of its notice; None: a person enters it.

    Returns:
        Whether it is new; an identical one is skipped.

    Raises:
        ConflictError: A different movement has this id.
        InputError: There is no register, or the id is too long.
    """
    if not keeper(work):
        raise InputError("store/no-register-yet")
    if len(movement.id) > _LONGEST:
        raise InputError("store/id-to-shorten", longest=_LONGEST)
    m, stamp = tables.register_movement.c, stamp_of(work)
    known = select(m.payload).where(m.id == plain(movement.id))
    before = work.connection.execute(known).scalar()
    if before is not None:
        if decode(before, Movement, f"movement {movement.id}") == movement:
            return False
        raise ConflictError("store/written-off-otherwise", id=movement.id)
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
    """Cancel a movement: its quantity is returned from a day on.

    Args:
        work: A write transaction.
        name: Movement id or number.
        on: First day of the cancellation.
        source: Supporting document.
        reason: Reason.

    Raises:
        ConflictError: It is already cancelled.
        InputError: The day is before that of the movement.
        MissingError: No such movement.
    """
    found, stamp = find_movement(work, name), stamp_of(work)
    if found.cancelled is not None:
        raise ConflictError("store/movement-cancelled", number=found.number)
    if on < found.movement.on:
        raise InputError("store/written-off-before-its-day", on=on, movement_on=found.movement.on)
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
        MissingError: No such movement.
    """
    m = tables.register_movement.c
    here = m.number == int(name) if name.isascii() and name.isdecimal() else m.id == plain(name)
    row = work.connection.execute(_ledger().where(here)).mappings().first()
    if row is None:
        raise MissingError("store/no-movement", name=name[:60])
    return _written(row)


def ledger(work: Work) -> list[Written]:
    """Return all movements in order of entry."""
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


_DIRECTIONS: dict[Side, Direction] = {"exporter": "export", "importer": "import"}


def enter_notice(
    work: Work, number: int, side: Side, events: Sequence[Event], state: State
) -> None:
    """Enter the current state of a notice into the register, if there is one.

    Quantities reported by this country's side as shipped or arrived are written off, once per
    event; the remaining allowance is recomputed, so that a withdrawn or objected notice releases
    its reservation.

    Args:
        work: The write transaction of the notice's change.
        number: Local number of the notice.
        side: This node's side. Reports of the other side move nothing here.
        events: All its events.
        state: The resulting state, without expiry.
    """
    country = keeper(work)
    if not country:
        return
    p, direction = tables.register_promise, _DIRECTIONS[side]
    work.connection.execute(delete(p).where(p.c.notice == number))
    if not state.notice or country_of(state.notice, direction) != country:
        return
    if not state.approved and not any(isinstance(each.what, Returned) for each in events):
        return
    operators = _operators(work, state.notice, direction)
    for movement in movements_of(events, operators, _law()):
        if movement.direction == direction and _is_new(work, movement.id):
            write_off(work, movement, notice=number)
    promised = [
        {"notice": number, "place": place, "payload": encode(each)}
        for place, each in enumerate(promises_of(state, operators, _law()))
        if each.direction == direction
    ]
    if promised:
        work.connection.execute(insert(p), promised)


def _is_new(work: Work, name: str) -> bool:
    """Return whether a movement is not written off yet: written-off ones keep their figures."""
    m = tables.register_movement.c
    wanted = tables.register_movement.select().where(m.id == name)
    return work.connection.execute(wanted).first() is None


def _operators(work: Work, notice: Notice, direction: Direction) -> Operators:
    """Find the operator of this side that the register has today."""
    book = Book(load_register(work))
    party = notice.parties.exporter if direction == "export" else notice.parties.importer
    who = who_is(book, party, stamp_of(work).at.date())
    return {direction: who.operator} if who.operator and not who.doubt else {}


@cache
def _law() -> Law:
    """Return the law shipped with the package; names and numbers are not resolved."""
    registry = load_registry()

    @cache
    def identifier() -> Identifier:
        return Identifier(load_lexicon(()))

    asker = Asker(Namer(registry, identifier), load_members(registry), _no_structure)
    return Law(registry, registry.book, asker.find)


def _no_structure(text: str, day: date) -> tuple[Found, ...]:
    del day
    raise InputError("store/not-in-the-registry", text=text[:60])


_ALL = 1 << 31


def annual_of(
    work: Work, year: int, incidents: Iterable[Incident], registry: Registry
) -> tuple[str, tuple[Figures, ...]]:
    """Compute annual totals.

    Args:
        work: Any transaction.
        year: Calendar year.
        incidents: Reported by this node itself.
        registry: Substances.

    Returns:
        The register's country, and the figures of each scheduled substance.

    Raises:
        InputError: There is no register.
    """
    country = keeper(work)
    if not country:
        raise InputError("store/no-register-yet")
    return country, figures_of(Book(load_register(work)), incidents, country, year, registry)


def own_incidents(work: Work, safe: bytes, node: str) -> list[Incident]:
    """Return the latest version of each incident that this node itself reported.

    Args:
        work: Any transaction.
        safe: Key that encrypts the database, shape (32,).
        node: This node.
    """
    mine = [each for each in incidents(work, rows=_ALL) if each.owner == node]
    known = [find_incident(work, safe, each.owner, each.id).now() for each in mine]
    return [each for each in known if each is not None]
