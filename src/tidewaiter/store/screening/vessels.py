"""Vessels that stored lines name, so that each is looked up once however many lines it carries."""

from collections import defaultdict
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, or_, select

from tidewaiter.consignments.listed import VESSEL
from tidewaiter.store import tables
from tidewaiter.store.database import Database, Work
from tidewaiter.store.payloads import plain, unreadable

_ROWS: Final = 16_384  # lines of one transaction
_NAMED: Final = ('"vessel":"', '"imo":"')
"""What the JSON of a line holds that names a vessel; no text can, as quotes are escaped."""

Ship = tuple[str | None, str | None]
"""Name and number of a vessel, as the papers write them."""


class StoredVessels(NamedTuple):
    """The vessels of all stored lines."""

    ships: list[Ship]  # each once
    lines: NDArray[np.int64]  # ids of the lines that name one, rising, shape ``(lines,)``
    which: NDArray[np.int64]  # place of its vessel, shape ``(lines,)``

    def lines_of(self, places: list[int]) -> set[int]:
        """Return the ids of the lines that name one of some vessels."""
        return set(self.lines[np.isin(self.which, places)].tolist())


class _Named(msgspec.Struct, gc=False):
    vessel: str | None = None
    imo: str | None = None


def stored_vessels(database: Database) -> StoredVessels:
    """Read the vessels of all lines; no transaction stays open meanwhile.

    Args:
        database: With no work begun.

    Raises:
        StoreError: A line is not one that we wrote.
    """
    c, after = tables.line.c, 0
    named = or_(*(c.payload.contains(each, autoescape=True) for each in _NAMED))
    decode = msgspec.json.Decoder(_Named).decode
    places: dict[Ship, int] = {}
    lines, which = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    while True:
        query = select(c.id, c.payload).where(c.id > after, named).order_by(c.id).limit(_ROWS)
        with database.work() as work:
            page = work.connection.execute(query).all()
        if not page:
            return StoredVessels(list(places), np.concatenate(lines), np.concatenate(which))
        try:
            ships = [(told.vessel, told.imo) for told in (decode(row.payload) for row in page)]
        except msgspec.DecodeError as error:
            raise unreadable(error) from error
        lines.append(np.array([row.id for row in page], np.int64))
        which.append(np.array([places.setdefault(each, len(places)) for each in ships], np.int64))
        after = page[-1].id


def entries_by_vessel(
    work: Work, found: StoredVessels, names: dict[int, str]
) -> dict[int, set[tuple[str, str]]]:
    """Return on which entries the alerts about each vessel rest, by its place.

    Args:
        work: Any.
        found: The vessels.
        names: By place, what alerts call each.
    """
    p, a, n = tables.alert_party.c, tables.alert.c, tables.line.c
    joined = tables.alert_party.join(tables.alert, p.alert == a.id).join(
        tables.line, (n.source == a.source) & (n.row == a.row)
    )
    called = {place: plain(name) for place, name in names.items()}
    told: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    query = select(n.id, p.list, p.entry, p.name).distinct().select_from(joined)
    query = query.where(func.coalesce(p.role, VESSEL) == VESSEL)
    for line, slug, entry, name in work.connection.execute(query) if len(found.lines) else ():
        at = int(np.searchsorted(found.lines, line))
        if at < len(found.lines) and found.lines[at] == line:
            place = int(found.which[at])
            if called.get(place) == name:
                told[place].add((slug, entry))
    return told
