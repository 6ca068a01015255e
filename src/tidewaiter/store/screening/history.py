"""Lines of a database as the past asks for them: whole where they concern it, else their days.

Which lines name a trader is known without reading them, by `party_line`; of most lines, nothing but
the days is taken from their JSON.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import select

from tidewaiter.consignments.past.concerning import COLUMNS, lines_with
from tidewaiter.consignments.past.marking import Wanted
from tidewaiter.consignments.past.routes import code_of
from tidewaiter.consignments.traders import fold_party
from tidewaiter.consignments.types import LINES
from tidewaiter.store import tables
from tidewaiter.store.database import Database
from tidewaiter.store.parties import lines_of_parties, stored_parties
from tidewaiter.store.payloads import CHUNK, KEY_LENGTH, columns_of, unreadable
from tidewaiter.store.slices import slices

_ROWS: Final = 16_384  # lines of one transaction
_HEADING: Final = 6  # digits of the HS
_CONTAINERS: Final = '"containers":["'
"""What the JSON of a line holds that names a container; no text can, as quotes are escaped."""

_Row = tuple[int, int, str | None, str]  # of a line: id, source, HS, JSON


class PastLines(NamedTuple):
    """Lines of one source."""

    source: int
    sha256: str
    lines: pa.RecordBatch  # of the schema LINES, with the columns that the past asks for


def past_lines(database: Database, wanted: Wanted) -> Iterator[PastLines]:
    """Read all lines, in the order in which they were stored; no transaction stays open meanwhile.

    Args:
        database: With no work begun.
        wanted: Which lines concern the past that is told; of the others, the days alone are read.

    Yields:
        Batches, each of one source.

    Raises:
        StoreError: A line is not one that we wrote.
    """
    c, f = tables.line.c, tables.source.c
    with database.work() as work:
        sources = {row.id: row.sha256 for row in work.connection.execute(select(f.id, f.sha256))}
    named = None if wanted.traders is None else _lines_of(database, wanted.traders)
    after = 0
    while True:
        query = select(c.id, c.source, c.hs, c.payload).where(c.id > after).order_by(c.id)
        with database.work() as work:
            page = work.connection.execute(query.limit(_ROWS)).all()
        if not page:
            return
        for source, run in groupby(page, key=lambda row: row[1]):
            if source in sources:  # else it came in meanwhile, and tells its own past
                for lines in _read([(*row,) for row in run], named, wanted):
                    yield PastLines(source, sources[source], lines)
        after = page[-1].id


def past_parties(database: Database) -> Iterator[pa.RecordBatch]:
    """Read the distinct parties of all lines that have a name, as lines that name one each."""
    after = 0
    while True:
        with database.work() as work:
            some = stored_parties(work, after=after, rows=_ROWS)
        if not some:
            return
        after = some[-1].id
        parties = pa.array([[each.party._asdict()] for each in some], LINES.field("parties").type)
        yield lines_with({"parties": parties}, len(some))


class _Days(msgspec.Struct, gc=False):
    departure: str | None = None
    lodged: str | None = None
    release: str | None = None
    arrival: str | None = None


class _Stop(msgspec.Struct, gc=False):
    country: str | None = None
    locode: str | None = None


class _Way(_Days, gc=False):
    route: list[_Stop] | None = None


_Line = msgspec.defstruct("_Line", [(name, Any, None) for name in COLUMNS], gc=False)


def _lines_of(database: Database, traders: Collection[str]) -> NDArray[np.int64]:
    """Return the ids of the lines that name any of some traders, rising."""
    known = frozenset(traders)
    parties = [number for number, name in _names(database) if _is_one(name, known)]
    found = [np.zeros(0, np.int64)]
    for few in slices(parties):
        with database.work() as work:
            found.append(np.fromiter(lines_of_parties(work, few), np.int64))
    return np.unique(np.concatenate(found))


def _names(database: Database) -> Iterator[tuple[int, str]]:
    """Read the id and the beginning of the name of each party."""
    c, after = tables.party.c, 0
    while True:
        query = select(c.id, c.name).where(c.id > after).order_by(c.id).limit(_ROWS)
        with database.work() as work:
            some = work.connection.execute(query).all()
        if not some:
            return
        yield from map(tuple, some)
        after = some[-1].id


def _is_one(name: str, known: frozenset[str]) -> bool:
    """Tell whether a name may be one of some; of one that was cut, the end is not known."""
    return len(name) >= KEY_LENGTH or fold_party(name) in known


def _concerning(
    rows: Sequence[_Row], named: NDArray[np.int64] | None, wanted: Wanted
) -> NDArray[np.bool_]:
    """Tell which of some lines concern the past, shape (lines,)."""
    if named is None:
        return np.ones(len(rows), np.bool_)
    ids = np.array([row[0] for row in rows], np.int64)
    place = np.searchsorted(named, ids)
    here = named[np.minimum(place, len(named) - 1)] == ids if len(named) else ids < 0
    if wanted.headings:
        here |= np.array([(row[2] or "")[:_HEADING] in wanted.headings for row in rows])
    if wanted.containers:
        here |= np.array([_CONTAINERS in row[3] for row in rows])
    return here


def _read(
    rows: Sequence[_Row], named: NDArray[np.int64] | None, wanted: Wanted
) -> Iterator[pa.RecordBatch]:
    """Read lines: those that concern the past, and of the others the days."""
    here = _concerning(rows, named, wanted).tolist()
    whole = [row[3] for row, concerns in zip(rows, here, strict=True) if concerns]
    rest = [row[3] for row, concerns in zip(rows, here, strict=True) if not concerns]
    days: list[str | None] = []
    try:
        for payload, line in zip(rest, _decoded(rest, _Way if wanted.ways else _Days), strict=True):
            if wanted.ways and _ends_of(line) in wanted.ways:
                whole.append(payload)
            else:
                days.append(line.departure or line.lodged or line.release or line.arrival)
        if whole:
            yield _whole(whole)
        if days:
            yield lines_with(
                {"departure": pa.array(days, pa.string()).cast(pa.date32())}, len(days)
            )
    except (msgspec.DecodeError, pa.ArrowException, TypeError) as error:
        raise unreadable(error) from error


def _whole(payloads: Sequence[str]) -> pa.RecordBatch:
    """Read lines with all columns that the past asks for, few at a time for Python's collector."""
    starts = range(0, len(payloads), CHUNK)
    chunks = (payloads[start : start + CHUNK] for start in starts)
    parts = [
        lines_with(columns_of(list(_decoded(some, _Line)), COLUMNS), len(some)) for some in chunks
    ]
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]


def _ends_of(line: _Way) -> tuple[str, str] | None:
    """Return the countries at the ends of a route; None: it has none, or one stop."""
    if not line.route or len(line.route) == 1:
        return None
    first, last = line.route[0], line.route[-1]
    return code_of(first.country, first.locode), code_of(last.country, last.locode)


def _decoded(payloads: Sequence[str], kind: Any) -> Iterator[Any]:
    decode = msgspec.json.Decoder(list[kind]).decode
    for start in range(0, len(payloads), CHUNK):
        yield from decode("[" + ",".join(payloads[start : start + CHUNK]) + "]")
