"""Parties of a file: read from CSV, JSON Lines, Parquet or XLSX, and matched."""

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
from tidewaiter.parties.identifiers.validation import read_identifier
from tidewaiter.parties.matching.kernels.linking import Asking
from tidewaiter.parties.matching.kernels.search import Answers
from tidewaiter.parties.matching.matcher import Matcher, probability
from tidewaiter.parties.matching.types import KINDS, AskedParty
from tidewaiter.parties.readers.entries import parse_births
from tidewaiter.parties.types import Identifier
from tidewaiter.trade.readers.delimited_text import open_delimited
from tidewaiter.trade.readers.parquet import open_parquet
from tidewaiter.trade.readers.source import chunks, open_source, peek
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.text_blocks import SIZE
from tidewaiter.trade.readers.xlsx import open_xlsx
from tidewaiter.trade.types import ReadOptions, Refusal, shorten

Told = Mapping[str, list[str]]
"""The values of a row by field, or by scheme of number."""

_BINARY = {b"PAR1": open_parquet, b"PK\x03\x04": open_xlsx}
_JSON = frozenset({".jsonl", ".ndjson", ".json"})
_HINT_JSON = 'write one object a line: {"name": "Example Ltd", "country": "CN", "lei": "..."}'


class _Columns(Record, frozen=True, kw_only=True):
    """The file of columns: what the titles of each are."""

    fields: dict[str, tuple[str, ...]]
    numbers: dict[str, tuple[str, ...]]


@cache
def _titles() -> dict[str, tuple[int, str]]:
    """Map each title to its rank among those of its column, and to the column."""
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
    """Read parties to be matched; what cannot be read of a row comes before its party.

    Args:
        file: It can be sought in.
        name: Of the file: its suffix tells JSON Lines, its first bytes Parquet and XLSX; all else
            is text with delimiters.

    Yields:
        A party for each row that is one, with its row as id where the file gives none (1 is the
        first row of data), and refusals: of a whole row, or of a value without which, or as
        written with which, the party is matched all the same.

    Raises:
        InputError: The file cannot be read, or names neither a name nor a number of its parties.
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
    """Yield the parties among what is read, and add what could not be read to `refusals`."""
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
    """Map the places of the columns that are read to what they are."""
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
    """Return the ways in which a title is usually written."""
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
            yield _refusal(number, "", text, f"is no object: {error}", _HINT_JSON, kept=False)
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
        yield _refusal(number, "kind", told["kind"][0], "is no kind of party", f"known: {known}")
    births: list[str] = []
    for text in told.get("born", ()):
        try:
            births += parse_births(text)[0]
        except InputError as error:
            yield _refusal(number, "born", text, error.message, error.hint)
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
    """Report numbers that cannot be right; they are compared as they are written."""
    for each in identifiers:
        read = read_identifier(each, countries)
        if read and read.check == "not valid":
            hint = "look whether it is copied right; it is compared as it is written"
            yield _refusal(number, each.scheme, each.value, read.problem, hint)


def _refusal(
    row: int, column: str, value: str, problem: str, hint: str, *, kept: bool = True
) -> Refusal:
    return Refusal(
        row=row, column=column, value=shorten(value), problem=problem, hint=hint, screened=kept
    )


_BATCH = 32_768
_AHEAD = 2


class Matched(NamedTuple):
    """A batch of parties and what they match; `place[i]` is the row of party i in the answers."""

    parties: Sequence[AskedParty]
    place: Sequence[int]
    asking: Asking
    answers: Answers


def match_parties(parties: Iterable[AskedParty], matcher: Matcher) -> Iterator[Matched]:
    """Match parties batch by batch, in order; memory does not grow with their number.

    Args:
        parties: As they are read.
        matcher: For this call alone.

    Yields:
        Batches; parties of the same name and kind share a row of the answers.
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
    """Yield what one party of a batch matches: the entry and the probability, the best first.

    Args:
        batch: From `match_parties`.
        place: The party, in the batch.
        matcher: That of the batch.
        attributes: Weigh birth, country and the like too; without, the name alone.
    """
    row, answers = batch.place[place], batch.answers
    if attributes:
        for found in matcher.found(batch.parties[place], answers, row):
            yield found.entry, probability(found.total)
        return
    for at in range(answers.counts[row]):
        yield int(answers.entries[row, at]), probability(float(answers.odds[row, at]))
