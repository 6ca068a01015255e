"""Which row is the header, and what columns without a known name hold."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from tidewaiter.base.errors import InputError
from tidewaiter.trade.check_digits import container_digit
from tidewaiter.trade.readers.codes import load_headings
from tidewaiter.trade.readers.columns.header_meaning import find_named
from tidewaiter.trade.readers.columns.vocabulary import UNKNOWN, words_of
from tidewaiter.trade.readers.columns.words import plain_names, say
from tidewaiter.trade.readers.table import is_nothing
from tidewaiter.trade.types import shorten

_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")
# Plain digits are left alone: a date, an order number and an HS code look the same.
_HS = re.compile(r"(?:0[1-9]|[1-9]\d)\d{2}\.\d{2}(?:\.\d{2}){0,3}")
_UN = re.compile(r"UN[ -]?\d{4}", re.IGNORECASE)
# Plain digits are told to the user as what they may be, and only where nothing else is that.
_PLAIN_HS = re.compile(r"(?:0[1-9]|[1-9]\d)\d{4}(?:\d{2}){0,2}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].*)?|\d{1,2}[./]\d{1,2}[./]\d{4}")
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ] ?\d{6}[ -]?\d")
_IMO = re.compile(r"(?<!\d)\d{7}(?!\d)")
_SUM = re.compile(r"\d{1,3}[.,]\d{1,2}|\d+[.,]\d")  # a sum of money or a rate
_LEAST_CAS, _MOST_CAS = 5, 10  # digits
_LEAST_HS, _MOST_HS = 2, 14  # digits
_SPLIT = re.compile(r"[;,/\s]+")
_HINTS = {
    "cas": frozenset(("cas", "chemical", "code", "number")),
    "containers": frozenset(("container",)),
    "un": frozenset(("undg",)),
    "hs": frozenset(("tariff", "code")),
}
"""What a word of a column's name says that may hold a code."""
_CODED = frozenset().union(*_HINTS.values())
_BESIDE = frozenset(("goods", "item", "customs", "number", "code", "import", "export", UNKNOWN))
_ENOUGH = 2  # different values, before their shape says anything


def sniff(values: Sequence[str | None]) -> str | None:
    """Tell the field that nine values in ten show: cas, hs, un or containers; None: none."""
    texts = [value.strip() for value in values if value and value.strip()]
    for field, test in _TESTS.items():
        if texts and sum(map(test, texts)) >= 0.9 * len(texts):
            return field
    return None


def suspect(values: Sequence[str | None]) -> str | None:
    """Tell the field that a column may be by its values, for the user to say: hs or lodged."""
    texts = [value.strip() for value in values if value and value.strip()]
    if len(set(texts)) < _ENOUGH:
        return None
    if all(map(_DAY.fullmatch, texts)):
        return "lodged"
    return "hs" if all(map(_is_plain_hs, texts)) else None


def contradicts(field: str, values: Sequence[str | None]) -> bool:
    """Tell whether a column of a code has values, and none of them is written as such a code.

    A number whose check digit is wrong is one: what is wrong in it is told later.
    """
    test = _FORMS.get(field)
    texts = [value.strip() for value in values if value and not is_nothing(value)]
    return test is not None and bool(texts) and not any(map(test, texts))


def is_hinted(field: str, name: str) -> bool:
    """Tell whether the name of a column leaves room for a code that its values show.

    Values alone show nothing: sums of money look like HS codes.

    Args:
        field: As `sniff` gives it.
        name: Of the column.
    """
    says = {word.says for word in say(words_of(name))}
    return not says.isdisjoint(_HINTS[field]) and says <= {*_HINTS[field], *_BESIDE}


def is_known_otherwise(name: str) -> bool:
    """Tell whether the words of a column's name are known, and none of them is of a code."""
    says = {word.says for word in say(words_of(name))}
    return bool(says - {UNKNOWN}) and says.isdisjoint(_CODED)


def is_cas(text: str) -> bool:
    """Tell whether a text is a CAS number whose check digit holds."""
    found = _CAS.fullmatch(text)
    if found is None:
        return False
    digits = [int(d) for d in reversed(found[1] + found[2])]
    return bool(sum(i * d for i, d in enumerate(digits, 1)) % 10 == int(found[3]))


def is_container(text: str) -> bool:
    """Tell whether a text is a container number whose check digit holds (ISO 6346)."""
    return container_digit(text) is True


def _all_cas(text: str) -> bool:
    return all(is_cas(part) for part in _SPLIT.split(text))


def _is_hs(text: str) -> bool:
    return bool(_HS.fullmatch(text))


def _is_plain_hs(text: str) -> bool:
    # Of eight digits a day looks like a code of chapter 20.
    return bool(_PLAIN_HS.fullmatch(text)) and not re.fullmatch(r"(19|20)\d\d[01]\d[0-3]\d", text)


def _is_un(text: str) -> bool:
    return bool(_UN.fullmatch(text))


def _all_containers(text: str) -> bool:
    return is_container(text) or all(is_container(part) for part in _SPLIT.split(text))


def _has_cas(text: str) -> bool:
    """Tell whether a CAS number stands in a text, or plain digits that are one."""
    plain = text.strip("'\"=")
    digits = plain.isdecimal() and _LEAST_CAS <= len(plain) <= _MOST_CAS
    return bool(_CAS.search(text)) or (
        digits and is_cas(f"{plain[:-3]}-{plain[-3:-1]}-{plain[-1]}")
    )


def _has_container(text: str) -> bool:
    return _CONTAINER.search(text.upper()) is not None


def _has_imo(text: str) -> bool:
    return _IMO.search(text) is not None


def _has_hs(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    if not _LEAST_HS <= len(digits) <= _MOST_HS:
        return False
    return not _SUM.fullmatch(text) or digits[:4] in load_headings()


_FORMS = {"cas": _has_cas, "containers": _has_container, "imo": _has_imo, "hs": _has_hs}
_TESTS = {"cas": _all_cas, "containers": _all_containers, "un": _is_un, "hs": _is_hs}


TITLE_ROWS = 20
"""Rows, blank ones aside, among which the header is looked for."""

_LONGEST = 100  # letters of a header: a longer text is a remark


def find_header(rows: Sequence[Sequence[str | None]], asked: Collection[str] = ()) -> int | None:
    """Find the header: the row that names the most known columns, the first of equals.

    Titles and remarks may stand above it. Where a row names one column only, it must be
    wider than all above it, as one word of a remark may be the name of a column.

    Args:
        rows: The first rows of a table, at most `TITLE_ROWS` of them.
        asked: Columns that the user names; they count as known.

    Returns:
        Its place; None: nothing stands in any row.
    """
    full = [place for place, row in enumerate(rows) if any(c and c.strip() for c in row)]
    if not full:
        return None
    best, most = full[0], count_known(rows[full[0]], asked)
    widest = _filled(rows[full[0]])
    single = all(_filled(rows[place]) == 1 for place in full)
    for place in full[1:TITLE_ROWS]:
        known, filled = count_known(rows[place], asked), _filled(rows[place])
        if known > most and (known > 1 or filled > widest or single):
            best, most = place, known
        widest = max(widest, filled)
    return best


def _filled(row: Sequence[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def count_known(row: Sequence[str | None], asked: Collection[str] = ()) -> int:
    """Count the cells of a row that name a known column."""
    cells = [cell for cell in row if cell]
    plain = plain_names([cell if len(cell) <= _LONGEST else "" for cell in cells])
    return sum(
        cell.strip() in asked or _is_known(cell) or _is_known(name)
        for cell, name in zip(cells, plain, strict=True)
    )


def refuse_data(row: Sequence[str | None], asked: Collection[str], name: str) -> None:
    """Check that what is taken for the header is no line of goods, which would go unscreened.

    Args:
        row: The row that is taken for the header.
        asked: Columns that the user names.
        name: Of the file, for errors.

    Raises:
        InputError: No cell names a column, but one holds a CAS number, a container or the like.
    """
    if count_known(row, asked):
        return
    for cell in row:
        if cell and sniff([cell]):
            raise InputError("trade/first-row-not-a-header", cell=shorten(cell), at=name)


def _is_known(cell: str) -> bool:
    return len(cell) <= _LONGEST and _is_named(cell)


@lru_cache(maxsize=4096)
def _is_named(cell: str) -> bool:
    return bool(find_named(cell))
