"""Parties of a file: reading CSV, JSON Lines, Parquet or XLSX, and matching."""

from codecs import BOM_UTF8
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.birth_dates import parse_births
from tidewaiter.parties.identifiers.validation import read_identifier
from tidewaiter.parties.matching.kernels.linking import Asking
from tidewaiter.parties.matching.kernels.search import Answers
from tidewaiter.parties.matching.matcher import Matcher, probability
from tidewaiter.parties.matching.types import KINDS, AskedParty
from tidewaiter.parties.types import Identifier
from tidewaiter.trade.readers.delimited_text import open_delimited
from tidewaiter.trade.readers.parquet import open_parquet
from tidewaiter.trade.readers.source import chunks, open_source, peek
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.text_blocks import SIZE
from tidewaiter.trade.readers.xlsx import open_xlsx
from tidewaiter.trade.types import ReadOptions, Refusal, shorten

Told = Mapping[str, list[str]]
"""Values of a row by field, or by identifier scheme."""

_BINARY = {b"PAR1": open_parquet, b"PK\x03\x04": open_xlsx}
_JSON = frozenset({".jsonl", ".ndjson", ".json"})


class _Columns(Record, frozen=True, kw_only=True):
    """Column file: the meaning of titles."""

    fields: dict[str, tuple[str, ...]]
    numbers: dict[str, tuple[str, ...]]


@cache
def _titles() -> dict[str, tuple[int, str]]:
    """Map each title to its rank among its column's titles, and to the column."""
    file = read_toml(data("parties", "asked.toml"), _Columns)
    columns = {**file.fields, **file.numbers}
    return {
        title: (rank, column)
        for column, titles in columns.items()
        for rank, title in enumerate(titles)
    }


@cache
def _schemes() -> tuple[str, ...]:
    return tuple(read_toml(data("parties", "asked.toml"), _Columns).numbers)


def read_asked(file: BinaryIO, name: str) -> Iterator[AskedParty | Refusal]:
    """Read parties to match; problems of a row precede its party.

    Args:
        file: Seekable.
        name: File name: the suffix identifies JSON Lines, the first bytes Parquet and XLSX; all
            else is delimited text.

    Yields:
        A party per row, with the row number as id if the file has none (from 1), and refusals: of
        a whole row, or of a value that is omitted or used as
        written.

    Raises:
        InputError: Unreadable, or without a name or number column.
    """
    rows = _json_rows(file, name) if _suffix(name) in _JSON else _sheet_rows(file, name)
    for row in rows:
        if isinstance(row, Refusal):
            yield row
        else:
            yield from _party(*row)


def parties_of(
    items: Iterable[AskedParty | Refusal], refusals: list[Refusal]
) -> Iterator[AskedParty]:
    """Yield the parties, and append problems to `refusals`."""
    for item in items:
        if isinstance(item, Refusal):
            refusals.append(item)
        else:
            yield item


def _suffix(name: str) -> str:
    suffixes = [each.casefold() for each in PurePath(name).suffixes]
    return next((each for each in reversed(suffixes) if each != ".gz"), "")


def _sheet_rows(file: BinaryIO, name: str) -> Iterator[tuple[int, Told] | Refusal]:
    head = file.read(4)
    file.seek(0)
    known = {spelt for title in _titles() for spelt in _spellings(title)}
    options = ReadOptions(columns={spelt: spelt for spelt in known})
    sheet = _BINARY.get(head, open_delimited)(file, name, options)
    places = _places(sheet, name)
    for block in sheet.blocks(tuple(places)):
        yield from block.refusals
        cells = {
            column: block.cells[at].to_pylist() for at, column in places.items() if block.cells
        }
        for at, number in enumerate(block.rows.tolist()):
            yield number, {c: _split(c, text[at]) for c, text in cells.items() if text[at]}


def _places(sheet: Sheet, name: str) -> dict[int, str]:
    """Map column positions to their meaning."""
    found: dict[str, tuple[int, int]] = {}
    for place, title in enumerate(sheet.header):
        rank, column = _titles().get(_plain(title), (0, ""))
        if column and (rank, place) < found.get(column, (99, 0)):
            found[column] = rank, place
    _check_columns(found, f"{name}, the titles")
    return {place: column for column, (_, place) in found.items()}


def _check_columns(found: Iterable[str], at: str) -> None:
    if not {"name", *_schemes()} & set(found):
        raise InputError("bulk/no-name-column", at=at)


def _plain(title: str) -> str:
    return " ".join(title.casefold().replace("_", " ").replace("-", " ").split()).strip(" .:*")


def _spellings(title: str) -> set[str]:
    """Return common spellings of a title."""
    ways = {title, title.title(), title.upper(), title.capitalize()}
    return ways | {way.replace(" ", "_") for way in ways} | {way.replace(" ", "") for way in ways}


def _split(column: str, text: str) -> list[str]:
    if column in {"name", "address"}:
        return [text.strip()] if text.strip() else []
    return [part.strip() for part in text.split(";") if part.strip()]


def _json_rows(file: BinaryIO, name: str) -> Iterator[tuple[int, Told] | Refusal]:
    decode = msgspec.json.Decoder(dict[str, object]).decode
    seen = False
    for number, line in enumerate(_lines(file, name), 1):
        if not line.strip():
            continue
        try:
            told = _from_object(decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            text = shorten(line.decode("utf-8", "replace"))
            fault = InputError("bulk/row-not-an-object", error=error)
            yield Refusal.of(fault, row=number, value=text, screened=False)
            continue
        seen = seen or bool({"name", *_schemes()} & set(told))
        yield number, told
    if not seen:
        raise InputError("bulk/no-names", at=name)


def _lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    source = open_source(file)
    rest = peek(source, name)[:0]
    for piece in chunks(source, name, SIZE):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.removeprefix(BOM_UTF8) for line in whole)
    yield rest.removeprefix(BOM_UTF8)


def _from_object(item: Mapping[str, object]) -> Told:
    told: dict[str, list[str]] = {}
    ranks: dict[str, int] = {}
    for key, value in item.items():
        rank, column = _titles().get(_plain(key), (0, ""))
        values = [str(each).strip() for each in _listed(value) if str(each).strip()]
        if column and values and rank <= ranks.get(column, 99):
            told[column], ranks[column] = values, rank
    return told


def _listed(value: object) -> list[object]:
    if value is None or isinstance(value, dict):
        return []
    return [each for each in value if each is not None] if isinstance(value, list) else [value]


def _party(number: int, told: Told) -> Iterator[AskedParty | Refusal]:
    kind = KINDS.get(" ".join(told.get("kind", ["unknown"])).casefold())
    if kind is None:
        known = ", ".join(sorted(filter(None, KINDS)))
        fault = InputError("bulk/party-kind-not-known", known=known)
        yield Refusal.of(fault, row=number, column="kind", value=shorten(told["kind"][0]))
    births: list[str] = []
    for text in told.get("born", ()):
        try:
            births += parse_births(text)[0]
        except InputError as error:
            yield Refusal.of(error, row=number, column="born", value=shorten(text))
    countries = tuple(told.get("country", ()))
    identifiers = tuple(_identifiers(told))
    yield from _doubts(number, identifiers, countries)
    yield AskedParty(
        id=told.get("id", [str(number)])[0],
        text=" ".join(told.get("name", ())),
        kind=kind or "unknown",
        countries=countries,
        births=tuple(dict.fromkeys(births)),
        addresses=tuple(told.get("address", ())),
        identifiers=identifiers,
    )


def _identifiers(told: Told) -> Iterator[Identifier]:
    for scheme in _schemes():
        for value in told.get(scheme, ()):
            yield Identifier(scheme=scheme, value=value)
    for scheme in told.get("id_scheme", ())[:1]:
        for value in told.get("id", ()):
            yield Identifier(scheme=scheme, value=value)


def _doubts(
    number: int, identifiers: Iterable[Identifier], countries: tuple[str, ...]
) -> Iterator[Refusal]:
    """Report invalid numbers; they are compared as written."""
    for each in identifiers:
        read = read_identifier(each, countries)
        if read and read.check == "not valid":
            error = InputError("bulk/identifier-not-valid", why=read.problem)
            value = shorten(each.value)
            yield Refusal.of(error, row=number, column=each.scheme, value=value)


_BATCH = 32_768
_AHEAD = 2


class Matched(NamedTuple):
    """A batch of parties with matches; `place[i]` is the answer row of party i."""

    parties: Sequence[AskedParty]
    place: Sequence[int]
    asking: Asking
    answers: Answers


def match_parties(parties: Iterable[AskedParty], matcher: Matcher) -> Iterator[Matched]:
    """Match parties batch by batch, in order, in constant memory.

    Args:
        parties: Parties as read.
        matcher: Used by this call only.

    Yields:
        Batches; parties with the same name and kind share an answer row.
    """
    rest = iter(parties)
    with ThreadPoolExecutor(1) as pool:
        under_way: deque[tuple[list[AskedParty], list[int], Asking, Future[Answers]]] = deque()
        while batch := list(islice(rest, _BATCH)):
            rows: dict[tuple[str, str], int] = {}
            place = [rows.setdefault((each.text, each.kind), len(rows)) for each in batch]
            firsts = dict(zip(reversed(place), reversed(batch), strict=True))
            asking = matcher.ask([firsts[row] for row in range(len(rows))])
            under_way.append((batch, place, asking, pool.submit(matcher.answer, asking)))
            if len(under_way) >= _AHEAD:
                yield _matched(*under_way.popleft())
        while under_way:
            yield _matched(*under_way.popleft())


def _matched(
    batch: list[AskedParty], place: list[int], asking: Asking, answers: Future[Answers]
) -> Matched:
    return Matched(batch, place, asking, answers.result())


def row_answers(
    batch: Matched, place: int, matcher: Matcher, *, attributes: bool
) -> Iterator[tuple[int, float]]:
    """Yield the matches of one party: entry and probability, best first.

    Args:
        batch: From `match_parties`.
        place: Index of the party in the batch.
        matcher: Matcher of the batch.
        attributes: Use birth date, country and so on; otherwise the name only.
    """
    row, answers = batch.place[place], batch.answers
    if attributes:
        for found in matcher.found(batch.parties[place], answers, row):
            yield found.entry, probability(found.total)
        return
    for at in range(answers.counts[row]):
        yield int(answers.entries[row, at]), probability(float(answers.odds[row, at]))
