"""Export of matches, entities and links as JSON Lines, CSV and Parquet; import of entities."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.base.phrases import decoder_of, english_json, in_english, read_phrase
from tidewaiter.base.records import Record
from tidewaiter.bulk.party_lists import Origins
from tidewaiter.parties.matching.types import Answer
from tidewaiter.parties.readers.ftm import KINDS
from tidewaiter.parties.resolution import Entity, Link
from tidewaiter.parties.resolution.ftm import OURS, FtmFile, ftm_entities
from tidewaiter.parties.resolution.members import Read
from tidewaiter.report.alerts.columns import cell
from tidewaiter.report.alerts.exports import CsvTable

MATCH_FORMATS = (".jsonl", ".csv", ".parquet")
_GROUP = 10_000  # rows per row group


class MatchRow(Record, frozen=True, kw_only=True):
    """One match of one party; or a party that is not assessable, with the reason."""

    id: str  # of the party in its file; its row number if it has none
    name: str  # as searched for
    not_assessable: str = ""  # the reason; the columns of the match are empty then
    script: str | None = None  # the name is compared only with names in this script
    list: str | None = None  # slug of the list, or the name of its file
    version: str | None = None  # SHA-256 of the list's bytes
    entry: str | None = None  # id in the list
    listed_name: str | None = None  # the name that matched
    name_kind: str | None = None  # primary, alias, weak alias, former, native
    kind: str | None = None  # of the listed party
    probability: float | None = None
    threshold: float | None = None
    action: str | None = None
    outcome: str | None = None
    outcome_day: date | None = None
    listed: date | None = None  # day of listing
    links: str | None = None  # JSON of ListedLink records: owners and owned parties, as in the list
    owned: str | None = None  # JSON of the Owned record: statements, and the tests of laws
    sharing: int | None = None  # entries of all searched lists with this name
    tied: str | None = None  # entries with equal evidence, separated by semicolons
    judged: str | None = None  # decision that it is a different party: by whom, when and why
    confidential: bool | None = None  # only for the authority that maintains the list
    day: date  # day as of which the list was searched
    source: str | None = None
    explanation: str | None = None  # JSON of the Explanation record


_TYPES = {
    "probability": pa.float64(),
    "threshold": pa.float64(),
    "outcome_day": pa.date32(),
    "listed": pa.date32(),
    "sharing": pa.int64(),
    "confidential": pa.bool_(),
    "day": pa.date32(),
}
MATCHES = pa.schema([(name, _TYPES.get(name, pa.string())) for name in MatchRow.__struct_fields__])
"""Columns of CSV and Parquet: those of the record `MatchRow`, in its order."""


class MatchWriter(Protocol):
    """Writes answers to one file."""

    def add(self, answers: Iterable[Answer]) -> None:
        """Write a batch of answers, in order."""
        ...

    def close(self) -> None:
        """Write what is buffered."""
        ...


def match_rows(answer: Answer, origins: Origins) -> Iterator[MatchRow]:
    """Yield one row per match, or one with the reason why a party is not assessable."""
    if answer.not_assessable and not answer.matches:
        yield MatchRow(
            id=answer.id,
            name=answer.text,
            not_assessable=answer.not_assessable,
            script=answer.script or None,
            day=origins.day,
        )
    for match in answer.matches:
        slug, version, entry = origins.of(match)
        party = origins.parties[match.entry]
        yield MatchRow(
            id=answer.id,
            name=answer.text,
            not_assessable=answer.not_assessable,
            script=answer.script or None,
            list=slug,
            version=version,
            entry=entry,
            listed_name=match.name,
            name_kind=match.name_kind,
            kind=match.kind,
            probability=match.probability,
            threshold=match.threshold,
            action=match.action,
            outcome=match.outcome,
            outcome_day=match.outcome_day,
            listed=match.listed,
            links=english_json(match.links).decode() if match.links else None,
            owned=english_json(match.owned).decode() if match.owned else None,
            sharing=match.sharing,
            tied=";".join(match.tied) or None,
            judged=match.judged or None,
            confidential=party.confidential,
            day=origins.day,
            source=match.source,
            explanation=english_json(match.explanation).decode(),
        )


def match_writer(file: BinaryIO, suffix: str, origins: Origins) -> MatchWriter:
    """Return a writer of matches to an open file, in the format given by the suffix.

    Raises:
        InputError: The suffix is unknown.
    """
    match suffix.lower():
        case ".csv":
            return _Csv(file, origins)
        case ".parquet":
            return _Parquet(file, origins)
        case ".jsonl":
            return _JsonLines(file)
    raise InputError(
        "report/not-a-format-of-matches", suffix=suffix, match_formats=", ".join(MATCH_FORMATS)
    )


class _JsonLines:
    """Writes one answer per line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, answers: Iterable[Answer]) -> None:
        self._file.writelines(english_json(each) + b"\n" for each in answers)

    def close(self) -> None:
        pass


class _Csv:
    """Writes one match per row, neutralised against spreadsheet formulas."""

    def __init__(self, file: BinaryIO, origins: Origins) -> None:
        self._table = CsvTable(file, MatchRow.__struct_fields__)
        self._origins = origins

    def add(self, answers: Iterable[Answer]) -> None:
        self._table.rows(
            [_cell(value) for value in msgspec.structs.astuple(row)]
            for answer in answers
            for row in match_rows(answer, self._origins)
        )

    def close(self) -> None:
        pass


class _Parquet:
    """Writes one match per row, one row group at a time."""

    def __init__(self, file: BinaryIO, origins: Origins) -> None:
        self._writer = pq.ParquetWriter(file, MATCHES, compression="zstd")
        self._origins = origins
        self._held: list[MatchRow] = []

    def add(self, answers: Iterable[Answer]) -> None:
        for answer in answers:
            self._held.extend(match_rows(answer, self._origins))
            if len(self._held) >= _GROUP:
                self._write()

    def close(self) -> None:
        self._write()
        self._writer.close()

    def _write(self) -> None:
        rows = [msgspec.to_builtins(each, builtin_types=(date,)) for each in self._held]
        if rows:
            self._writer.write_table(pa.Table.from_pylist(rows, schema=MATCHES))
        self._held = []


def _cell(value: str | float | date | None) -> str:  # bool is a number too
    """Format a value as a cell; probabilities keep all digits, as in JSON."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else cell(value)


ENTITY_FORMATS = (".jsonl", ".parquet")
FTM = (".ftm.json", ".ftm.jsonl")
"""Suffixes of FollowTheMoney files, which are JSON Lines."""
_TEXT, _TEXTS, _DAY, _COUNT = pa.string(), pa.list_(pa.string()), pa.date32(), pa.int64()
_WRITTEN = pa.struct([(name, _TEXT) for name in ("name", "address", "country", "id_scheme", "id")])
_SEEN = pa.struct(
    [("file", _TEXT), ("sha256", _TEXT), ("count", _COUNT), ("rows", pa.list_(_COUNT))]
)
_MEMBER = pa.struct(
    [
        ("id", _TEXT),
        ("written", _WRITTEN),
        ("roles", _TEXTS),
        ("first", _DAY),
        ("last", _DAY),
        ("seen", pa.list_(_SEEN)),
        ("refs", _TEXTS),
        ("kinds", _TEXTS),
    ]
)
_SIGN = pa.struct([("rule", _TEXT), ("text", _TEXT), ("evidence", _TEXTS), ("source", _TEXT)])
_LISTING = pa.struct(
    [
        ("name", _TEXT),
        ("list", _TEXT),
        ("list_name", _TEXT),
        ("version", _TEXT),
        ("entry", _TEXT),
        ("listed_name", _TEXT),
        ("name_kind", _TEXT),
        ("kind", _TEXT),
        ("probability", pa.float64()),
        ("action", _TEXT),
        ("outcome", _TEXT),
        ("outcome_day", _DAY),
        ("listed", _DAY),
        ("source", _TEXT),
        ("judged", _TEXT),
        ("confidential", pa.bool_()),
    ]
)
_REASON = pa.struct([("rule", _TEXT), ("text", _TEXT), ("points", pa.int32())])
ENTITIES = pa.schema(
    [
        ("id", _TEXT),
        ("name", _TEXT),
        ("names", _TEXTS),
        ("countries", _TEXTS),
        ("roles", _TEXTS),
        ("first", _DAY),
        ("last", _DAY),
        ("lines", _COUNT),
        ("members", pa.list_(_MEMBER)),
        ("signs", pa.list_(_SIGN)),
        ("change", _TEXT),
        ("earlier", _TEXTS),
        ("listings", pa.list_(_LISTING)),
    ]
)
"""One row per entity; the fields of the record `Entity`, in its order."""

LINKS = pa.schema(
    [
        ("a", _TEXT),
        ("b", _TEXT),
        ("points", pa.int32()),
        ("outcome", _TEXT),
        ("reasons", pa.list_(_REASON)),
        ("note", _TEXT),
    ]
)
"""One row per link; the fields of the record `Link`, in its order."""


def check_format(path: Path, *, ftm: bool = False) -> None:
    """Check that a file's suffix is that of a known format.

    Args:
        path: The file.
        ftm: Whether FollowTheMoney is allowed.

    Raises:
        InputError: The suffix is unknown.
    """
    if path.suffix.lower() not in ENTITY_FORMATS and not (ftm and is_ftm(path)):
        known = " or ".join(ENTITY_FORMATS) + (f", or {FTM[0]}" if ftm else "")
        raise InputError("report/not-a-format", suffix=path.suffix, known=known, at=str(path))


def is_ftm(path: Path) -> bool:
    """Return whether a file name is that of a FollowTheMoney file."""
    return path.name.lower().endswith(FTM)


def write_entities(path: Path, entities: Iterable[Entity]) -> None:
    """Write entities in the format of a file's suffix.

    Raises:
        OutputError: The file cannot be written.
    """
    _write(path, entities, ENTITIES)


def write_links(path: Path, links: Iterable[Link]) -> None:
    """Write links in the format of a file's suffix.

    Raises:
        OutputError: The file cannot be written.
    """
    _write(path, links, LINKS)


def write_ftm(
    path: Path, entities: Iterable[Entity], reads: Mapping[str, Read], sources: FtmFile
) -> None:
    """Write entities as FollowTheMoney, one JSON object per line.

    Args:
        path: The file.
        entities: Entities of a resolution.
        reads: Each member as it was read.
        sources: FollowTheMoney entities among the input files.

    Raises:
        OutputError: The file cannot be written.
    """
    with replacing(path, _mark(path)) as part, writing(str(path)), part.open("wb") as file:
        found = ftm_entities(entities, reads, sources)
        file.writelines(english_json(each) + b"\n" for each in found)


def read_entities(path: Path) -> Iterator[Entity]:
    """Read entities from JSON Lines, Parquet or FollowTheMoney.

    Raises:
        InputError: The file has other content.
    """
    check_format(path, ftm=True)
    try:
        if is_ftm(path):
            with path.open("rb") as file:
                yield from _ours(file)
            return
        if path.suffix.lower() == ".parquet":
            for batch in pq.ParquetFile(path).iter_batches():
                yield from (
                    msgspec.convert(row, Entity, dec_hook=read_phrase) for row in batch.to_pylist()
                )
            return
        with path.open("rb") as file:
            decode = decoder_of(Entity).decode
            yield from (decode(line) for line in file if line.strip())
    except (msgspec.MsgspecError, pa.ArrowException) as error:
        raise InputError("report/not-entities", error=error, at=str(path)) from error


def _ours(lines: Iterable[bytes]) -> Iterator[Entity]:
    """Yield the entities in FollowTheMoney lines; links are skipped."""
    for line in lines:
        held = msgspec.json.decode(line, type=dict[str, Any]) if line.strip() else {}
        if OURS in held:
            yield msgspec.convert(held[OURS], Entity, dec_hook=read_phrase)
        elif str(held.get("schema")) in KINDS:
            raise msgspec.ValidationError(f"{held.get('id')} is no entity of ours")


def _plain(record: Entity | Link) -> Any:
    return msgspec.to_builtins(record, builtin_types=(date,), enc_hook=in_english)


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _write(path: Path, records: Iterable[Entity | Link], schema: pa.Schema) -> None:
    with replacing(path, _mark(path)) as part, writing(str(path)):
        if path.suffix.lower() == ".parquet":
            with pq.ParquetWriter(part, schema, compression="zstd") as writer:
                rows = iter(records)
                while group := list(islice(rows, _GROUP)):
                    plain = [_plain(each) for each in group]
                    writer.write_table(pa.Table.from_pylist(plain, schema=schema))
        else:
            with part.open("wb") as file:
                file.writelines(english_json(record) + b"\n" for record in records)
