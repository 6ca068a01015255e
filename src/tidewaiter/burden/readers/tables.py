"""A release as a table: delimited text, JSON or a worksheet; its columns and cells."""

import csv
import difflib
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from types import MappingProxyType

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.base.sheets.worksheet import is_workbook, sheet_rows
from tidewaiter.burden.indicators import folded
from tidewaiter.burden.readers.checks import Gathered
from tidewaiter.burden.types import Missing

Row = tuple[int, Mapping[str, str]]
"""Row number after the titles, from 1, and cells by folded title."""

_DELIMITERS = ",\t|;"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BETWEEN = re.compile(r"[\s,]*")
_LOOKED_AT = 50  # records used for detection


class Titled(Record, frozen=True, kw_only=True):
    """A table: folded titles and delimiter."""

    titles: tuple[str, ...]
    delimiter: str  # "": JSON records


def read_text(content: bytes, name: str) -> str:
    """Decode a release: UTF-8 or UTF-16 with a byte order mark, otherwise Windows-1252.

    For a workbook (.xlsx), the first visible sheet is converted to comma-separated text.

    Raises:
        InputError: Empty, not text, or a damaged workbook.
    """
    if is_workbook(content):
        return _as_csv(sheet_rows(content, name))
    if not content.strip():
        raise InputError("burden/file-empty", at=name)
    if content[:2] in _UTF16:
        return content.decode("utf-16", "replace")
    if b"\0" in content[:4096]:
        raise InputError("burden/not-text", at=name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def titles_of(text: str, most: int = sys.maxsize) -> Titled:
    """Read a table's titles; for JSON, the keys of several records, as blanks are omitted."""
    if text.lstrip()[:1] == "[":
        keys = dict.fromkeys(folded(key) for record in _records(text, most) for key in record)
        return Titled(titles=tuple(keys), delimiter="")
    line = text.split("\n", 1)[0].split("\r", 1)[0]
    delimiter = max(_DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return Titled(titles=tuple(map(folded, cells)), delimiter=delimiter)


def titles_at(content: bytes) -> tuple[str, ...]:
    """Return the folded titles of a possible table; empty: not text."""
    if is_workbook(content):
        return titles_of(_as_csv(islice(sheet_rows(content, ""), 1))).titles
    if not content.strip() or (b"\0" in content[:4096] and content[:2] not in _UTF16):
        return ()
    return titles_of(read_text(content, ""), _LOOKED_AT).titles


def rows_of(text: str, table: Titled) -> Iterator[Row | tuple[int, Sequence[str]]]:
    """Yield the rows; one with a wrong number of cells is yielded as its cells."""
    if not table.delimiter:
        for number, record in enumerate(_records(text), 1):
            yield number, {folded(key): _cell(value) for key, value in record.items()}
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter)
    next(reader, None)
    for number, cells in enumerate(reader, 1):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(table.titles):
            yield number, cells
        else:
            yield number, dict(zip(table.titles, cells, strict=True))


def _as_csv(rows: Iterable[tuple[int, Mapping[int, str]]]) -> str:
    """Convert a sheet to rows, each at least as long as the first."""
    written = io.StringIO()
    writer = csv.writer(written)
    width = 0
    for _, row in rows:
        width = width or max(row) + 1
        writer.writerow([row.get(place, "") for place in range(max(width, max(row) + 1))])
    return written.getvalue()


def _records(text: str, most: int = sys.maxsize) -> Iterator[dict[str, object]]:
    """Yield JSON records; of truncated text, the complete ones."""
    decoder = json.JSONDecoder()
    at = text.find("[") + 1
    for _ in range(most):
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        try:
            record, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        if isinstance(record, dict):
            yield record


def _cell(value: object) -> str:
    return "" if value is None else str(value)


_BARE = re.compile(r"[\W_]+")
_TYPICAL = 4  # titles of a source sufficient for detection if others are missing


class Titles(Record, frozen=True, kw_only=True):
    """Titles of a source, folded."""

    needed: tuple[str, ...]
    known: tuple[str, ...]
    own: tuple[str, ...]  # at least one is required for detection
    other: dict[str, tuple[str, ...]]  # alternative titles by column


@cache
def titles_known(source: str) -> Titles:
    """Return the titles of a source: data/burden/titles.toml."""
    found = read_toml(data("burden", "titles.toml"), dict[str, Titles])
    return found[source]


def fits(titles: Iterable[str], source: str) -> bool:
    """Return whether a table is of a source, by its titles.

    At least one of the source's own titles must be present unchanged, with several others, or with
    all required ones under any alternative title.
    """
    found, expected = _named(tuple(titles), source), titles_known(source)
    as_it_is = {_bare(title) for title in found} & {
        _bare(title) for title in (*expected.needed, *expected.known, *expected.own)
    }
    own = not as_it_is.isdisjoint(map(_bare, expected.own))
    return own and (len(as_it_is) >= _TYPICAL or set(expected.needed) <= set(found.values()))


def columns_of(
    titles: tuple[str, ...], source: str, name: str, gathered: Gathered
) -> Mapping[str, str]:
    """Map the columns.

    Args:
        titles: Titles of the table, folded.
        source: Source of the table.
        name: File name, for error messages.
        gathered: Receives notes on alternative titles.

    Returns:
        Our title by the file's title, for known columns.

    Raises:
        InputError: A required column is missing, or two columns are the same.
    """
    found = _named(titles, source)
    expected = titles_known(source)
    for title in titles:
        if list(map(found.get, titles)).count(found.get(title, "")) > 1:
            raise InputError("burden/column-twice", found=found[title], at=name)
    missing = [title for title in expected.needed if title not in found.values()]
    if missing:
        unused = [title for title in titles if title not in found and title]
        raise InputError(
            "burden/columns-missing",
            missing=", ".join(missing),
            hint=_hint(missing, unused),
            at=name,
        )
    for title, ours in found.items():
        if _bare(title) != _bare(ours):
            gathered.mended(
                f'column "{title}"',
                "",
                InputError("burden/title-unlike-source", title=ours),
            )
    return found


def _hint(missing: list[str], unused: list[str]) -> str:
    near = [
        f'"{close[0]}" may be "{title}": name it so'
        for title in missing
        if (close := difflib.get_close_matches(title, unused, 1, 0.6))
    ]
    if near:
        return "; ".join(near)
    shown = ", ".join(f'"{title}"' for title in unused[:10])
    return f"none of {shown} is known as that: name it so" if shown else "download it again"


@cache
def _named(titles: tuple[str, ...], source: str) -> Mapping[str, str]:
    """Map file titles to ours; the source's own titles take precedence over alternatives."""
    expected = titles_known(source)
    first = {_bare(title): title for title in (*expected.needed, *expected.known)}
    other = {_bare(each): title for title, used in expected.other.items() for each in used}
    found = {title: first[_bare(title)] for title in titles if _bare(title) in first}
    for title in titles:
        ours = other.get(_bare(title))
        if title not in found and ours and ours not in found.values():
            found[title] = ours
    return MappingProxyType(found)


def _bare(title: str) -> str:
    return _BARE.sub("", title)


def renamed(cells: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return a row's cells by our titles, "" if missing; others are dropped."""
    return {ours: cells.get(title, "") for title, ours in columns.items()}


_WHOLE = re.compile(r"\d+(\.0*)?|\d{1,3}([,\u00a0\u202f '’]\d{3})+(\.0*)?")
_DECIMAL = re.compile(r"\d+(\.\d+)?|\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPS = re.compile(r"[,\u00a0\u202f '’]")
_SMALL = re.compile(
    r"[<≤]=? ?\d+|\d ?[-–] ?\d{1,2}|(fewer|less) than \d+|\(?suppressed\)?|s|c|\*+|†", re.IGNORECASE
)
_NONE = re.compile(
    r"n/?a|nan|null|none|nd|[-–—.]+|not (available|applicable|shown)|missing|unreliable|x+",
    re.IGNORECASE,
)
_LOW = re.compile(r"low data quality|low quality|unreliable", re.IGNORECASE)
_PERCENT = re.compile(r"<?(\d{1,3}(\.\d+)?|\.\d+)[+%]*")
_MOST = 1e8  # upper bound: more than the population of any place
_HUNDRED = 100


class Cells:
    """Cell parser that counts words in place of numbers."""

    def __init__(self) -> None:
        self._words: Counter[tuple[str, str, Missing]] = Counter()
        self._left: Counter[tuple[str, str]] = Counter()

    def count(self, text: str, column: str, *, whole: bool = True) -> tuple[float | None, Missing]:
        """Parse a count, or why it is missing.

        Args:
            text: Cell text.
            column: Title, for error messages.
            whole: Accept integers only; otherwise decimals too.

        Returns:
            The number and "", or None and the reason: "not shown" for a blank.

        Raises:
            InputError: Neither.
        """
        plain = text.strip()
        if not plain:
            return None, "not shown"
        why: Missing = "" if plain.isdecimal() else missing_word(plain)
        if why:
            self._words[column, plain, why] += 1
            return None, why
        if not (_WHOLE if whole else _DECIMAL).fullmatch(plain):
            kind = "whole number" if whole else "number"
            raise InputError("burden/column-not-a-kind", column=column, text=text, kind=kind)
        number = float(_GROUPS.sub("", plain))
        if number >= _MOST:
            raise InputError("burden/not-a-count-of-deaths", column=column, text=text)
        return number, ""

    def percent(self, text: str, column: str) -> float | None:
        """Parse "99.4", "99.5+" or "<1"; unreadable values do not invalidate the count."""
        plain = text.strip()
        found = _PERCENT.fullmatch(plain)
        if found and float(found[1]) <= _HUNDRED:
            return float(found[1])
        if plain:
            self._left[column, plain] += 1
        return None

    def tell(self, gathered: Gathered) -> None:
        """Note the words found in place of numbers, each once."""
        for (column, word, why), times in sorted(self._words.items()):
            gathered.mended(
                f"column {column}",
                word,
                InputError("burden/word-for-number", count=times, why=why),
            )
        for (column, word), times in sorted(self._left.items()):
            gathered.mended(
                f"column {column}",
                word,
                InputError("burden/not-a-percentage", count=times),
            )


@lru_cache(maxsize=4096)
def missing_word(text: str) -> Missing:
    """Return why a word replaces a number; "": unknown word."""
    if _LOW.search(text):
        return "suppressed, low quality" if "suppressed" in text.casefold() else "low quality"
    if _SMALL.fullmatch(text):
        return "suppressed"
    return "not shown" if _NONE.fullmatch(text) else ""


def footnoted(footnote: str) -> Missing:
    """Return from a footnote why a value is blank."""
    plain = footnote.casefold()
    low, small = "low data quality" in plain, "suppress" in plain
    if low and small:
        return "suppressed, low quality"
    return "low quality" if low else "suppressed" if small else "not shown"


def _cells(times: int) -> str:
    return f"{times:,} cell" if times == 1 else f"{times:,} cells"
