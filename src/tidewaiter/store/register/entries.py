"""Entries of the authority's register: operators, licences and permits, by version."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import func, insert, select, update

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import InputError, MissingError, StoreError
from tidewaiter.base.records import Record
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.register.balances import kind_of, operator_of
from tidewaiter.exchange.register.checks import check_together
from tidewaiter.exchange.register.types import (
    Cancellation,
    Entry,
    Movement,
    Operator,
    Promise,
    Register,
)
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import KEY_LENGTH, decode, encode, plain
from tidewaiter.store.core.database import Work

ERASED = "erased"
"""Placeholder for the name of an erased operator."""


class Clash(Defect, frozen=True, kw_only=True):
    """A rejected entry."""

    entry: Entry


class Added(Record, frozen=True, kw_only=True):
    """Result of storing entries."""

    added: int
    known: int  # already stored, identical
    clashes: tuple[Clash, ...]
    together: tuple[Problem, ...]  # inconsistencies among all stored entries


def keeper(work: Work) -> str:
    """Return the country of the register; "": no register."""
    found = work.connection.execute(select(tables.register_keeper.c.country)).scalar()
    return found or ""


def add_entries(work: Work, country: str, entries: Iterable[Entry]) -> Added:
    """Store entries; one that differs from the stored version of the same number is rejected.

    Args:
        work: A write transaction.
        country: Country of the register, ISO 3166-1 alpha-2; "": as stored.
        entries: Individually validated.

    Raises:
        InputError: The register belongs to another country, or does not exist yet.
    """
    _keep_for(work, country)
    stamp = stamp_of(work)
    known = {_key(each): each for each in _entries(work)}
    count, clashes, fresh = 0, [], []
    for entry in entries:
        before = known.get(_key(entry))
        if before == entry:
            count += 1
        elif before is not None:
            error = InputError("store/register-version-taken", version=entry.version, id=entry.id)
            clashes.append(Clash(entry=entry, code=error.code, values=error.values))
        elif max(len(entry.id), len(operator_of(entry))) > KEY_LENGTH:
            error = InputError("store/register-id-too-long", most=KEY_LENGTH)
            clashes.append(Clash(entry=entry, code=error.code, values=error.values))
        else:
            known[_key(entry)] = entry
            fresh.append(entry)
    rows = [
        {
            "kind": kind_of(each),
            "id": plain(each.id),
            "version": each.version,
            "decided": each.decided.isoformat(),
            "operator": plain(operator_of(each)),
            "payload": encode(each),
            "who": plain(stamp.who),
            "at": moment(stamp.at),
        }
        for each in fresh
    ]
    if rows:
        work.connection.execute(insert(tables.register_entry), rows)
        record_change(work, "register entries added", {"entries": len(rows)})
    together = check_together(Register(entries=tuple(known.values())))
    return Added(added=len(rows), known=count, clashes=tuple(clashes), together=together)


def load_register(work: Work) -> Register:
    """Read the whole register.

    Raises:
        StoreError: A stored row cannot be decoded.
    """
    m, c, p = tables.register_movement.c, tables.register_cancellation.c, tables.register_promise.c
    moved = work.connection.execute(select(m.number, m.id, m.payload).order_by(m.number)).all()
    names = {row.number: row.id for row in moved}
    cancelled = work.connection.execute(select(c.movement, c.on, c.source).order_by(c.movement))
    promised = work.connection.execute(select(p.payload).order_by(p.notice, p.place)).scalars()
    return Register(
        entries=tuple(_entries(work)),
        movements=tuple(decode(row.payload, Movement, f"movement {row.id}") for row in moved),
        cancellations=tuple(
            msgspec.convert(
                {"movement": names[row.movement], "on": row.on, "source": row.source}, Cancellation
            )
            for row in cancelled
        ),
        promises=tuple(decode(each, Promise, "promise") for each in promised),
    )


def register_state(work: Work) -> tuple[int, ...]:
    """Return numbers that change with the register: of entries, movements, and what is promised."""
    e, m = tables.register_entry.c, tables.register_movement.c
    counts = (
        select(func.coalesce(func.max(e.number), 0)),
        select(func.coalesce(func.max(m.number), 0)),
        select(func.count()).select_from(tables.register_cancellation),
        select(func.count()).select_from(tables.register_promise),
    )
    return tuple(int(work.connection.execute(each).scalar_one()) for each in counts)


def entry_numbers(work: Work) -> dict[tuple[str, str], int]:
    """Return the local number of each entry by kind and id: that of its first version."""
    e = tables.register_entry.c
    wanted = select(e.kind, e.id, func.min(e.number)).group_by(e.kind, e.id)
    return {(kind, name): int(number) for kind, name, number in work.connection.execute(wanted)}


def erase_operator(work: Work, name: str) -> int:
    """Erase name and address of an operator in all versions; its id stays.

    Returns:
        The number of versions erased.

    Raises:
        MissingError: No such operator.
    """
    e = tables.register_entry.c
    mine = [each for each in _entries(work) if isinstance(each, Operator) and each.id == name]
    if not mine:
        raise MissingError("store/no-operator", name=name)
    for each in mine:
        bare = Operator(
            id=each.id,
            version=each.version,
            decided=each.decided,
            name=ERASED,
            sites=tuple(msgspec.structs.replace(s, name="", address="") for s in each.sites),
            source=ERASED,
        )
        here = (e.kind == "operator", e.id == name, e.version == each.version)
        work.connection.execute(
            update(tables.register_entry).where(*here).values(payload=encode(bare))
        )
    record_change(work, "register operator erased", {"operator": name, "versions": len(mine)})
    return len(mine)


def _keep_for(work: Work, country: str) -> None:
    kept = keeper(work)
    if not kept and not country:
        raise InputError("store/register-owner-not-known")
    if kept and country not in {"", kept}:
        raise InputError("store/register-of-another-country", kept=kept, country=country)
    if not kept:
        row = {"country": country, "since": moment(stamp_of(work).at)}
        work.connection.execute(insert(tables.register_keeper).values(**row))
        record_change(work, "register begun", {"country": country})


def _entries(work: Work) -> Iterable[Entry]:
    e = tables.register_entry.c
    for name, payload in work.connection.execute(select(e.id, e.payload).order_by(e.number)):
        yield _read(payload, f"entry {name}")


def _key(entry: Entry) -> tuple[str, str, int]:
    return kind_of(entry), plain(entry.id), entry.version


def _read(payload: str, what: str) -> Entry:
    try:
        entry: Entry = msgspec.json.decode(payload, type=Entry)
    except msgspec.DecodeError as error:
        raise StoreError("store/stored-record-unreadable", what=what, error=error) from error
    return entry
