"""Matches as JSON lines, CSV and Parquet: what each party of a file resembles."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import BinaryIO, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.matching.types import Answer, Match
from tidewaiter.parties.types import ListedParty
from tidewaiter.report.columns import cell
from tidewaiter.report.exports import CsvTable

FORMATS = (".jsonl", ".csv", ".parquet")
_GROUP = 10_000  # rows of a row group


class MatchRow(Record, frozen=True, kw_only=True):
    """One match of one party; or a party that cannot be assessed, with why."""

    id: str  # of the party in its file; the number of its row where it has none
    name: str  # as asked
    not_assessable: str = ""  # why there can be no answer; the columns of the match are empty then
    script: str | None = None  # the name is compared with names in this script alone
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
    listed: date | None = None  # day since when it is listed
    links: str | None = None  # JSON of records ListedLink: owners and those owned, as the list says
    judged: str | None = None  # that it is another party: by whom, when and why
    confidential: bool | None = None  # for the authority that keeps the list only
    day: date  # the list is as it was in force then
    source: str | None = None
    explanation: str | None = None  # JSON of the record Explanation


_TYPES = {
    "probability": pa.float64(),
    "threshold": pa.float64(),
    "outcome_day": pa.date32(),
    "listed": pa.date32(),
    "confidential": pa.bool_(),
    "day": pa.date32(),
}
MATCHES = pa.schema([(name, _TYPES.get(name, pa.string())) for name in MatchRow.__struct_fields__])
"""The columns of CSV and Parquet; those of the record `MatchRow`, in its order."""


class Origins(Record, frozen=True, kw_only=True):
    """Where the entries that were matched come from."""

    day: date
    versions: Mapping[str, str]  # SHA-256 of each list, by its slug
    file: str = ""  # of the one list that was given; "": entries bear the slug of their list
    parties: Mapping[str, ListedParty]  # by the ids that matches have

    def of(self, match: Match) -> tuple[str, str, str]:
        """Return the list of a match, its version, and the id of the entry there."""
        if self.file:
            return self.file, self.versions[self.file], match.entry
        slug, _, entry = match.entry.partition(" ")
        return slug, self.versions[slug], entry


class MatchWriter(Protocol):
    """What takes answers and writes them to one file."""

    def add(self, answers: Iterable[Answer]) -> None:
        """Write answers, in the order in which they come."""
        ...

    def close(self) -> None:
        """Write what is held."""
        ...


def match_rows(answer: Answer, origins: Origins) -> Iterator[MatchRow]:
    """Yield a row for each match, or one that says why a party cannot be assessed."""
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
            links=msgspec.json.encode(match.links).decode() if match.links else None,
            judged=match.judged or None,
            confidential=party.confidential,
            day=origins.day,
            source=match.source,
            explanation=msgspec.json.encode(match.explanation).decode(),
        )


def match_writer(file: BinaryIO, suffix: str, origins: Origins) -> MatchWriter:
    """Write matches to a file that is open, in a format by its suffix.

    Raises:
        InputError: The suffix names no format.
    """
    match suffix.lower():
        case ".csv":
            return _Csv(file, origins)
        case ".parquet":
            return _Parquet(file, origins)
        case ".jsonl":
            return _JsonLines(file)
    raise InputError(
        f'"{suffix}" is not a format of matches', hint=f"end the name in {', '.join(FORMATS)}"
    )


class _JsonLines:
    """An answer a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, answers: Iterable[Answer]) -> None:
        self._file.writelines(msgspec.json.encode(each) + b"\n" for each in answers)

    def close(self) -> None:
        pass


class _Csv:
    """A match a row; no cell can be taken for a formula."""

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
    """A match a row, a row group at a time."""

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


def _cell(value: str | float | date | None) -> str:  # or a bool, which is a number
    """Return a value as a cell; probabilities with all their digits, as in JSON."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else cell(value)
