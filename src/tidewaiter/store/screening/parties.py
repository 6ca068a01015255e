"""Distinct parties and vessels of stored lines, so that each is looked up once."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy import Connection, func, or_, select

from tidewaiter.base.records import Record
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new, is_among, slices
from tidewaiter.store.core.columns import key, plain, unreadable
from tidewaiter.store.core.database import Database, Work
from tidewaiter.trade.party_matches import PAPER_FIELDS, VESSEL, PartyOnPaper
from tidewaiter.trade.types import PARTY

FIELDS = tuple(sorted(field.name for field in PARTY if field.name != "role"))
_COLUMNS = ("digest", "name", "country", "payload")
_KNOWN: Final = 65_536  # parties whose ids are kept in memory, some 25 MB

_Told = tuple[str | None, ...]
"""The values of a party, in the order of `FIELDS`."""


class StoredParty(Record, frozen=True, kw_only=True):
    """One party, as written in the documents of some lines."""

    id: int
    party: PartyOnPaper


class PartiesOfLines(NamedTuple):
    """The stored parties that some lines name, in line order."""

    rows: NDArray[np.int64]  # of their lines
    roles: pa.Array
    ids: NDArray[np.int64]


class KnownParties:
    """Ids of the parties that earlier batches of a screening named.

    One writer uses them, and drops them when a transaction fails: its parties are not stored then.
    """

    def __init__(self) -> None:
        self._ids: dict[_Told, int] = {}

    def ids_of(self, connection: Connection, parties: Sequence[_Told]) -> NDArray[np.int64]:
        """Return the id of each party; insert new ones."""
        ids = list(map(self._ids.get, parties))
        pairs = list(zip(parties, ids, strict=True))
        new = list(dict.fromkeys(party for party, known in pairs if known is None))
        if len(self._ids) + len(new) > _KNOWN:
            self._ids.clear()
        if new:
            self._ids.update(zip(new, _party_ids(connection, new), strict=True))
        found = (self._ids[party] if known is None else known for party, known in pairs)
        return np.fromiter(found, np.int64, len(parties))


def insert_parties(work: Work, lines: pa.RecordBatch, known: KnownParties) -> PartiesOfLines:
    """Insert the parties of lines; known ones stay as they are.

    Args:
        work: A write transaction; the caller writes the audit entry.
        lines: Schema `LINES`.
        known: Parties of earlier batches; those of this one are added.
    """
    column = lines.column("parties")
    flat, parents = pc.list_flatten(column), pc.list_parent_indices(column)
    there = _is_named(flat)
    flat, parents = flat.filter(there), parents.filter(there)
    told = list(zip(*(flat.field(field).to_pylist() for field in FIELDS), strict=True))
    ids = known.ids_of(work.connection, told)
    return PartiesOfLines(lines.column("row").take(parents).to_numpy(), flat.field("role"), ids)


def link_parties(work: Work, source: int, named: PartiesOfLines) -> None:
    """Store in which lines parties are named, with the role of each.

    Args:
        work: A write transaction; the caller writes the audit entry.
        source: Id of the source of the lines.
        named: The parties; their lines are stored.
    """
    if not len(named.rows):
        return
    at = _line_ids(work.connection, source, named.rows)
    order = np.argsort(named.ids, kind="stable")  # in table order, which is faster to write
    said = {role: plain(role or "") for role in named.roles.unique().to_pylist()}
    roles = [said[role] for role in pc.take(named.roles, pa.array(order)).to_pylist()]
    links = zip(named.ids[order].tolist(), at[order].tolist(), roles, strict=True)
    insert_new(work.connection, tables.party_line, ("party", "line", "role"), links)


def party_references(lines: pa.RecordBatch, named: PartiesOfLines) -> list[list[Any] | None]:
    """Return for each line its parties: role and id of stored ones, and the others in full.

    Args:
        lines: Schema `LINES`.
        named: What `insert_parties` returned for them.
    """
    column = lines.column("parties")
    each: list[Any] = list(zip(named.roles.to_pylist(), named.ids.tolist(), strict=True))
    flat = pc.list_flatten(column)
    if len(each) < len(flat):
        there = _is_named(flat)
        stored, others = iter(each), iter(flat.filter(pc.invert(there)).to_pylist())
        each = [next(stored if known else others) for known in there.to_pylist()]
    counts = pc.list_value_length(column).to_pylist()
    ends = accumulate(count or 0 for count in counts)
    return [
        None if count is None else each[end - count : end]
        for count, end in zip(counts, ends, strict=True)
    ]


def parties_of(work: Work, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return stored parties by id, as written in documents, without roles.

    Args:
        work: Any transaction.
        ids: Their ids.
    """
    c, decode = tables.party.c, msgspec.json.Decoder(dict[str, str]).decode
    found: dict[int, dict[str, str]] = {}
    for some in slices(sorted(ids)):
        wanted = select(c.id, c.payload).where(c.id.in_(some))
        found.update((row.id, decode(row.payload)) for row in work.connection.execute(wanted))
    return found


def stored_parties(work: Work, *, after: int = 0, rows: int = 32_768) -> list[StoredParty]:
    """Read distinct parties in the order of storing.

    Args:
        work: Any transaction.
        after: Id of the last one seen; 0: from the start.
        rows: Maximum number.
    """
    c = tables.party.c
    wanted = select(c.id, c.payload).where(c.id > after).order_by(c.id).limit(rows)
    decode = msgspec.json.Decoder(dict[str, str]).decode
    found = []
    for number, payload in work.connection.execute(wanted):
        told = decode(payload)
        party = PartyOnPaper(*(told.get(field) for field in PAPER_FIELDS))  # type: ignore[arg-type]
        found.append(StoredParty(id=number, party=party))
    return found


def lines_of_parties(work: Work, parties: Iterable[int]) -> set[int]:
    """Return the ids of the lines that name any of some parties, in any role."""
    c = tables.party_line.c
    wanted = list(parties)
    found: set[int] = set()
    for some in slices(wanted):
        query = select(c.line).where(c.party.in_(some))
        found.update(work.connection.execute(query).scalars())
    return found


def payload_of(told: Mapping[str, str | None]) -> str:
    """Return the canonical text of a party: equal parties have equal text."""
    said = {field: told[field] for field in FIELDS if told.get(field) is not None}
    return msgspec.json.encode(said).decode()


def digest_of(payload: str) -> str:
    """Return the key of a party."""
    return hashlib.sha256(payload.encode()).hexdigest()[:32]


def _is_named(parties: pa.StructArray) -> pa.BooleanArray:
    """Return which parties have a name; the others are stored with their lines only."""
    names = pc.struct_field(parties, "name")  # null where a party is
    return pc.fill_null(pc.not_equal(names, ""), fill_value=False)


def _line_ids(connection: Connection, source: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the line id for each of some rows of a source."""
    c = tables.line.c
    span = c.row.between(int(rows.min()), int(rows.max()))
    wanted = select(c.row, c.id).where(c.source == source, span).order_by(c.row)
    known = np.array(list(map(tuple, connection.execute(wanted).all())), np.int64)
    found: NDArray[np.int64] = known[np.searchsorted(known[:, 0], rows), 1]
    return found


def _party_ids(connection: Connection, parties: Sequence[_Told]) -> list[int]:
    """Insert new parties; return the id of each."""
    told = [dict(zip(FIELDS, party, strict=True)) for party in parties]
    payloads = list(map(payload_of, told))
    digests = list(map(digest_of, payloads))
    insert_new(
        connection,
        tables.party,
        _COLUMNS,
        (
            (digest, key(said["name"] or ""), said["country"] and plain(said["country"]), payload)
            for digest, said, payload in zip(digests, told, payloads, strict=True)
        ),
    )
    c = tables.party.c
    wanted = select(c.digest, c.id).where(is_among(connection, c.digest, digests))
    known = dict(map(tuple, connection.execute(wanted).all()))
    return [known[digest] for digest in digests]


_ROWS: Final = 16_384  # lines per transaction
_NAMED: Final = ('"vessel":"', '"imo":"')
"""JSON fragment of a line with a vessel; cannot occur in text, as quotes are escaped."""

Ship = tuple[str | None, str | None]
"""Name and number of a vessel, as in the documents."""


class StoredVessels(NamedTuple):
    """The vessels of all stored lines."""

    ships: list[Ship]  # distinct
    lines: NDArray[np.int64]  # ids of the lines with a vessel, increasing, shape ``(lines,)``
    which: NDArray[np.int64]  # index of its vessel, shape ``(lines,)``

    def lines_of(self, places: list[int]) -> set[int]:
        """Return the ids of the lines that name any of some vessels."""
        return set(self.lines[np.isin(self.which, places)].tolist())


class _NamedVessel(msgspec.Struct, gc=False):
    vessel: str | None = None
    imo: str | None = None


def stored_vessels(database: Database) -> StoredVessels:
    """Read the vessels of all lines; no transaction stays open between batches.

    Args:
        database: Without an open transaction.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    c, after = tables.line.c, 0
    named = or_(*(c.payload.contains(each, autoescape=True) for each in _NAMED))
    decode = msgspec.json.Decoder(_NamedVessel).decode
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
    """Return the list entries matched by the alerts on each vessel, by index.

    Args:
        work: Any transaction.
        found: The vessels.
        names: By index, the vessel's names in alerts.
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
