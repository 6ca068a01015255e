"""Distinct parties and vessels of stored lines, so that each is looked up once."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy import Connection, func, or_, select

from tidewaiter.base.records import Record
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new, slices
from tidewaiter.store.core.columns import key, plain, unreadable
from tidewaiter.store.core.database import Database, Work
from tidewaiter.trade.party_matches import PAPER_FIELDS, VESSEL, PartyOnPaper
from tidewaiter.trade.types import PARTY

FIELDS = tuple(sorted(field.name for field in PARTY if field.name != "role"))
_COLUMNS = ("digest", "name", "country", "payload")


class StoredParty(Record, frozen=True, kw_only=True):
    """One party, as written in the documents of some lines."""

    id: int
    party: PartyOnPaper


class PartiesOfLines(NamedTuple):
    """The stored parties that some lines name, in line order."""

    rows: NDArray[np.int64]  # of their lines
    roles: pa.Array
    ids: NDArray[np.int64]


def insert_parties(work: Work, lines: pa.RecordBatch) -> PartiesOfLines:
    """Insert the parties of lines; known ones stay as they are.

    Args:
        work: A write transaction; the caller writes the audit entry.
        lines: Schema `LINES`.
    """
    named = _named(lines)
    known = _party_ids(work.connection, named.distinct) if len(named.rows) else named.which
    return PartiesOfLines(named.rows, named.roles, known[named.which])


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


def party_references(lines: pa.RecordBatch, named: PartiesOfLines) -> Iterator[list[Any] | None]:
    """Yield for each line its parties: role and id of stored ones, and the others in full.

    Args:
        lines: Schema `LINES`.
        named: What `insert_parties` returned for them.
    """
    column = lines.column("parties")
    flat = pc.list_flatten(column)
    stored = zip(named.roles.to_pylist(), named.ids.tolist(), strict=True)
    each = iter(
        [*next(stored)] if there else party.as_py()
        for party, there in zip(flat, _is_named(flat).to_pylist(), strict=True)
    )
    for count in pc.list_value_length(column).to_pylist():
        yield None if count is None else list(islice(each, count))


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


class _NamedParties(NamedTuple):
    """The named parties of lines, in line order."""

    rows: NDArray[np.int64]  # of their lines
    roles: pa.Array
    which: NDArray[np.int64]  # indexes into the distinct parties
    distinct: Sequence[dict[str, str | None]]


def _named(lines: pa.RecordBatch) -> _NamedParties:
    column = lines.column("parties")
    flat, parents = pc.list_flatten(column), pc.list_parent_indices(column)
    there = _is_named(flat)
    flat, parents = flat.filter(there), parents.filter(there)
    rows = pc.take(lines.column("row"), parents).to_numpy()
    codes = np.zeros(len(flat), np.int64)
    for field in FIELDS:  # equal parties get equal codes, in order of appearance
        encoded = pc.dictionary_encode(flat.field(field), null_encoding="encode")
        both = codes * (len(encoded.dictionary) + 1) + encoded.indices.to_numpy()
        codes = pc.dictionary_encode(pa.array(both)).indices.to_numpy().astype(np.int64)
    _, first = np.unique(codes, return_index=True)
    distinct = flat.take(pa.array(first)).to_pylist()
    return _NamedParties(rows, flat.field("role"), codes, distinct)


def _is_named(parties: pa.StructArray) -> pa.BooleanArray:
    """Return which parties have a name; the others are stored with their lines only."""
    names = pc.struct_field(parties, "name")  # null where a party is
    return pc.fill_null(pc.not_equal(names, ""), fill_value=False)


def _line_ids(connection: Connection, source: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the line id for each of some rows of a source."""
    c = tables.line.c
    span = c.row.between(int(rows.min()), int(rows.max()))
    wanted = select(c.row, c.id).where(c.source == source, span).order_by(c.row)
    known = np.array([tuple(each) for each in connection.execute(wanted)], np.int64)
    found: NDArray[np.int64] = known[np.searchsorted(known[:, 0], rows), 1]
    return found


def _party_ids(
    connection: Connection, parties: Sequence[dict[str, str | None]]
) -> NDArray[np.int64]:
    """Insert new parties; return the id of each."""
    payloads = list(map(payload_of, parties))
    digests = list(map(digest_of, payloads))
    insert_new(
        connection,
        tables.party,
        _COLUMNS,
        (
            (digest, key(told["name"] or ""), told["country"] and plain(told["country"]), payload)
            for digest, told, payload in zip(digests, parties, payloads, strict=True)
        ),
    )
    known = dict(_ids(connection, digests))
    return np.array([known[digest] for digest in digests], np.int64)


def _ids(connection: Connection, digests: Sequence[str]) -> Iterator[tuple[str, int]]:
    c = tables.party.c
    for some in slices(digests):
        wanted = select(c.digest, c.id).where(c.digest.in_(some))
        yield from ((digest, number) for digest, number in connection.execute(wanted))


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
