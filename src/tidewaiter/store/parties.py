"""Distinct parties of stored lines, so that each is looked up once however many lines name it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from tidewaiter.base.records import Record
from tidewaiter.consignments.listed import PartyOnPaper
from tidewaiter.consignments.types import PARTY
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.inserts import insert_new
from tidewaiter.store.payloads import key, plain

CHUNK = 4_000  # values of one statement; SQLite takes 32,766
FIELDS = tuple(sorted(field.name for field in PARTY if field.name != "role"))
_COLUMNS = ("digest", "name", "country", "payload")


class StoredParty(Record, frozen=True, kw_only=True):
    """One party, as the papers of some lines write it."""

    id: int
    party: PartyOnPaper


def insert_parties(work: Work, source: int, lines: pa.RecordBatch) -> None:
    """Insert the parties of lines that are stored, and which line names which in what role.

    Args:
        work: Begun with a stamp; whoever calls writes the audit.
        source: Id of the source of the lines.
        lines: Of the schema `LINES`; what is there already stays as it is.
    """
    named = _named(lines)
    if not named:
        return
    ids = _line_ids(work.connection, source, lines)
    known = _party_ids(work.connection, dict.fromkeys(party for _, _, party in named))
    links = ((known[party], ids[row], role) for row, role, party in named)
    insert_new(work.connection, tables.party_line, ("party", "line", "role"), links)


def stored_parties(work: Work, *, after: int = 0, rows: int = 32_768) -> list[StoredParty]:
    """Read distinct parties in the order in which they were stored.

    Args:
        work: Any.
        after: Id of the last one seen; 0: from the first.
        rows: How many at most.
    """
    c = tables.party.c
    wanted = select(c.id, c.payload).where(c.id > after).order_by(c.id).limit(rows)
    decode = msgspec.json.Decoder(dict[str, str]).decode
    found = []
    for number, payload in work.connection.execute(wanted):
        told = decode(payload)
        party = PartyOnPaper(*(told.get(field) for field in PartyOnPaper._fields))  # type: ignore[arg-type]
        found.append(StoredParty(id=number, party=party))
    return found


def lines_of_parties(work: Work, parties: Iterable[int]) -> set[int]:
    """Return the ids of the lines that name one of some parties, in any role."""
    c = tables.party_line.c
    wanted = list(parties)
    found: set[int] = set()
    for start in range(0, len(wanted), CHUNK):
        query = select(c.line).where(c.party.in_(wanted[start : start + CHUNK]))
        found.update(work.connection.execute(query).scalars())
    return found


def payload_of(told: Mapping[str, str | None]) -> str:
    """Write what the papers say of a party, so that equal parties have equal text."""
    said = {field: told[field] for field in FIELDS if told.get(field) is not None}
    return msgspec.json.encode(said).decode()


def digest_of(payload: str) -> str:
    """Return what tells a party from others."""
    return hashlib.sha256(payload.encode()).hexdigest()[:32]


def _named(lines: pa.RecordBatch) -> list[tuple[int, str, tuple[str | None, ...]]]:
    """List the parties with a name: the row of the line, the role, and the values of `FIELDS`."""
    column = lines.column("parties")
    if column.null_count == len(column):
        return []
    flat = pc.list_flatten(column)
    rows = pc.take(lines.column("row"), pc.list_parent_indices(column)).to_pylist()
    roles = flat.field("role").to_pylist()
    parties: Iterator[tuple[str | None, ...]] = zip(
        *(flat.field(field).to_pylist() for field in FIELDS), strict=True
    )
    place = FIELDS.index("name")
    named = zip(rows, roles, parties, strict=True)
    return [(row, role or "", party) for row, role, party in named if party[place]]


def _line_ids(connection: Connection, source: int, lines: pa.RecordBatch) -> dict[int, int]:
    """Map rows of a source to the ids of their lines."""
    c = tables.line.c
    span = pc.min_max(lines.column("row")).as_py()
    wanted = select(c.row, c.id).where(c.source == source, c.row.between(span["min"], span["max"]))
    return {row: number for row, number in connection.execute(wanted)}  # noqa: C416


def _party_ids(
    connection: Connection, parties: Iterable[tuple[str | None, ...]]
) -> dict[tuple[str | None, ...], int]:
    """Insert the parties that are not there yet; return the id of each."""
    rows, digests = [], {}
    for party in parties:
        told = dict(zip(FIELDS, party, strict=True))
        payload = payload_of(told)
        digests[digest := digest_of(payload)] = party
        country = told["country"] and plain(told["country"])
        rows.append((digest, key(told["name"] or ""), country, payload))
    insert_new(connection, tables.party, _COLUMNS, rows)
    return {digests[digest]: number for digest, number in _ids(connection, list(digests))}


def _ids(connection: Connection, digests: Sequence[str]) -> Iterator[tuple[str, int]]:
    c = tables.party.c
    for start in range(0, len(digests), CHUNK):
        wanted = select(c.digest, c.id).where(c.digest.in_(digests[start : start + CHUNK]))
        yield from ((digest, number) for digest, number in connection.execute(wanted))
