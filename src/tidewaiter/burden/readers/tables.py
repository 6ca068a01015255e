"""A release as a table: delimited text, JSON or a sheet; its columns and cells."""

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
"""The number of a row behind its titles, from 1, and its cells by folded title."""

_DELIMITERS = ",\t|;"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BETWEEN = re.compile(r"[\s,]*")
_LOOKED_AT = 50  # records, to tell what they are


class Titled(Record, frozen=True, kw_only=True):
    """A table: its folded titles, and how its cells are parted."""

    titles: tuple[str, ...]
    delimiter: str  # "": records of JSON


def read_text(content: bytes, name: str) -> str:
    """Decode a release: UTF-8 or UTF-16 with its mark, else Windows-1252.

    Of a workbook (.xlsx), the first sheet that is shown is written as comma-separated text.

    Raises:
        InputError: It is empty, no text, or a workbook that is damaged.
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
    """Read the titles of a table; of JSON, the keys of so many records, which leave blanks out."""
    if text.lstrip()[:1] == "[":
        keys = dict.fromkeys(folded(key) for record in _records(text, most) for key in record)
        return Titled(titles=tuple(keys), delimiter="")
    line = text.split("\n", 1)[0].split("\r", 1)[0]
    delimiter = max(_DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return Titled(titles=tuple(map(folded, cells)), delimiter=delimiter)


def titles_at(content: bytes) -> tuple[str, ...]:
    """Return the folded titles of what may be a table; none: it is no text."""
    if is_workbook(content):
        return titles_of(_as_csv(islice(sheet_rows(content, ""), 1))).titles
    if not content.strip() or (b"\0" in content[:4096] and content[:2] not in _UTF16):
        return ()
    return titles_of(read_text(content, ""), _LOOKED_AT).titles


def rows_of(text: str, table: Titled) -> Iterator[Row | tuple[int, Sequence[str]]]:
    """Yield the rows; one with more or fewer cells than titles comes as the cells alone."""
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
    """Write the rows of a sheet; each has as many cells as the first, or more."""
    written = io.StringIO()
    writer = csv.writer(written)
    width = 0
    for _, row in rows:
        width = width or max(row) + 1
        writer.writerow([row.get(place, "") for place in range(max(width, max(row) + 1))])
    return written.getvalue()


def _records(text: str, most: int = sys.maxsize) -> Iterator[dict[str, object]]:
    """Yield the records of JSON; of a text that is cut, those before the cut."""
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
_TYPICAL = 4  # titles of a source, by which it is recognised though others are missing


class Titles(Record, frozen=True, kw_only=True):
    """The titles of a source, folded."""

    needed: tuple[str, ...]
    known: tuple[str, ...]
    own: tuple[str, ...]  # one of them must be there for the source to be recognised
    other: dict[str, tuple[str, ...]]  # titles in use for the same column


@cache
def titles_known(source: str) -> Titles:
    """Return the titles of a source: data/burden/titles.toml."""
    found = read_toml(data("burden", "titles.toml"), dict[str, Titles])
    return found[source]


def fits(titles: Iterable[str], source: str) -> bool:
    """Tell whether a table is of a source, by its titles.

    One of those that are the source's own must be there as it is; beside it some others, or all
    that are needed, these under any title in use for them.
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
    """Find which column is which.

    Args:
        titles: Of the table, folded.
        source: The source that it is of.
        name: Of the file, for messages.
        gathered: Where it is noted that a column has another title.

    Returns:
        Our title by the title in the file, for those columns that are known.

    Raises:
        InputError: A needed column is not there, or two columns are the same one.
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
                "has another title than in the source",
                f'it is read as "{ours}"',
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
    """Map the titles of a file to ours; a title of the source wins over one in use for it."""
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
    """Return the cells of a row by our titles, "" where there is none; others are left out."""
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
_MOST = 1e8  # more than live in any place that counts its dead
_HUNDRED = 100


class Cells:
    """Reads cells, and keeps count of those that hold a word in place of a number."""

    def __init__(self) -> None:
        self._words: Counter[tuple[str, str, Missing]] = Counter()
        self._left: Counter[tuple[str, str]] = Counter()

    def count(self, text: str, column: str, *, whole: bool = True) -> tuple[float | None, Missing]:
        """Read a count, or why there is none.

        Args:
            text: The cell.
            column: Its title, for messages.
            whole: Only whole numbers are counts; else decimals are taken.

        Returns:
            The number and "", or None and why: "not shown" for a blank.

        Raises:
            InputError: It is neither.
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
        """Read "99.4", "99.5+" or "<1"; what it cannot read is no reason to lose the count."""
        plain = text.strip()
        found = _PERCENT.fullmatch(plain)
        if found and float(found[1]) <= _HUNDRED:
            return float(found[1])
        if plain:
            self._left[column, plain] += 1
        return None

    def tell(self, gathered: Gathered) -> None:
        """Note what stood for numbers, each word once."""
        for (column, word, why), times in sorted(self._words.items()):
            gathered.mended(
                f"column {column}",
                word,
                f"stands in {_cells(times)} for a number",
                f"it is read as {why}, never as zero",
            )
        for (column, word), times in sorted(self._left.items()):
            gathered.mended(
                f"column {column}",
                word,
                f"in {_cells(times)} is no percentage",
                "it is left out, and the count beside it kept",
            )


@lru_cache(maxsize=4096)
def missing_word(text: str) -> Missing:
    """Tell why a word stands for a number; "": it is none that does."""
    if _LOW.search(text):
        return "suppressed, low quality" if "suppressed" in text.casefold() else "low quality"
    if _SMALL.fullmatch(text):
        return "suppressed"
    return "not shown" if _NONE.fullmatch(text) else ""


def footnoted(footnote: str) -> Missing:
    """Tell from a footnote why a value is blank."""
    plain = footnote.casefold()
    low, small = "low data quality" in plain, "suppress" in plain
    if low and small:
        return "suppressed, low quality"
    return "low quality" if low else "suppressed" if small else "not shown"


def _cells(times: int) -> str:
    return f"{times:,} cell" if times == 1 else f"{times:,} cells"
