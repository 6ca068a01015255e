"""Header detection, and detection of columns by their values."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from tidewaiter.base.errors import InputError
from tidewaiter.trade.check_digits import container_digit
from tidewaiter.trade.readers.codes import load_headings
from tidewaiter.trade.readers.columns.header_meaning import find_named
from tidewaiter.trade.readers.columns.vocabulary import UNKNOWN, words_of
from tidewaiter.trade.readers.columns.words import plain_names, say
from tidewaiter.trade.readers.table import is_nothing
from tidewaiter.trade.types import shorten

_CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")
# Plain digits are ignored: dates, order numbers and HS codes look the same.
_HS = re.compile(r"(?:0[1-9]|[1-9]\d)\d{2}\.\d{2}(?:\.\d{2}){0,3}")
_UN = re.compile(r"UN[ -]?\d{4}", re.IGNORECASE)
# Columns of plain digits are suggested to the user, only if the field is otherwise missing.
_PLAIN_HS = re.compile(r"(?:0[1-9]|[1-9]\d)\d{4}(?:\d{2}){0,2}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T].*)?|\d{1,2}[./]\d{1,2}[./]\d{4}")
_CONTAINER = re.compile(r"[A-Z]{3}[UJZ] ?\d{6}[ -]?\d")
_IMO = re.compile(r"(?<!\d)\d{7}(?!\d)")
_SUM = re.compile(r"\d{1,3}[.,]\d{1,2}|\d+[.,]\d")  # an amount of money or a rate
_LEAST_CAS, _MOST_CAS = 5, 10  # digits
_LEAST_HS, _MOST_HS = 2, 14  # digits
_SPLIT = re.compile(r"[;,/\s]+")
_HINTS = {
    "cas": frozenset(("cas", "chemical", "code", "number")),
    "containers": frozenset(("container",)),
    "un": frozenset(("undg",)),
    "hs": frozenset(("tariff", "code")),
}
"""Words in column names that suggest a code."""
_CODED = frozenset().union(*_HINTS.values())
_BESIDE = frozenset(("goods", "item", "customs", "number", "code", "import", "export", UNKNOWN))
_ENOUGH = 2  # minimum distinct values for detection


def sniff(values: Sequence[str | None]) -> str | None:
    """Return the field shown by nine in ten values: cas, hs, un or containers; None: none."""
    texts = [value.strip() for value in values if value and value.strip()]
    for field, test in _TESTS.items():
        if texts and sum(map(test, texts)) >= 0.9 * len(texts):
            return field
    return None


def suspect(values: Sequence[str | None]) -> str | None:
    """Return the field suggested by a column's values, for confirmation: hs or lodged."""
    texts = [value.strip() for value in values if value and value.strip()]
    if len(set(texts)) < _ENOUGH:
        return None
    if all(map(_DAY.fullmatch, texts)):
        return "lodged"
    return "hs" if all(map(_is_plain_hs, texts)) else None


def contradicts(field: str, values: Sequence[str | None]) -> bool:
    """Return whether a code column has values, none of which has the format of the code.

    A number with an invalid check digit has the format; that error is reported later.
    """
    test = _FORMS.get(field)
    texts = [value.strip() for value in values if value and not is_nothing(value)]
    return test is not None and bool(texts) and not any(map(test, texts))


def is_hinted(field: str, name: str) -> bool:
    """Return whether the name of a column is compatible with a code shown by its values.

    Values alone are insufficient: amounts of money look like HS codes.

    Args:
        field: Result of `sniff`.
        name: Name of the column.
    """
    says = {word.says for word in say(words_of(name))}
    return not says.isdisjoint(_HINTS[field]) and says <= {*_HINTS[field], *_BESIDE}


def is_known_otherwise(name: str) -> bool:
    """Return whether all words of a column's name are known, and none means a code."""
    says = {word.says for word in say(words_of(name))}
    return bool(says - {UNKNOWN}) and says.isdisjoint(_CODED)


def is_cas(text: str) -> bool:
    """Return whether a text is a CAS number with a valid check digit."""
    found = _CAS.fullmatch(text)
    if found is None:
        return False
    digits = [int(d) for d in reversed(found[1] + found[2])]
    return bool(sum(i * d for i, d in enumerate(digits, 1)) % 10 == int(found[3]))


def is_container(text: str) -> bool:
    """Return whether a text is a container number with a valid check digit (ISO 6346)."""
    return container_digit(text) is True


def _all_cas(text: str) -> bool:
    return all(is_cas(part) for part in _SPLIT.split(text))


def _is_hs(text: str) -> bool:
    return bool(_HS.fullmatch(text))


def _is_plain_hs(text: str) -> bool:
    # A date of eight digits looks like a code of chapter 20.
    return bool(_PLAIN_HS.fullmatch(text)) and not re.fullmatch(r"(19|20)\d\d[01]\d[0-3]\d", text)


def _is_un(text: str) -> bool:
    return bool(_UN.fullmatch(text))


def _all_containers(text: str) -> bool:
    return is_container(text) or all(is_container(part) for part in _SPLIT.split(text))


def _has_cas(text: str) -> bool:
    """Return whether a text contains a CAS number, or is one in plain digits."""
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
"""Non-blank rows that are searched for the header."""

_LONGEST = 100  # letters of a header: a longer text is a remark


def find_header(rows: Sequence[Sequence[str | None]], asked: Collection[str] = ()) -> int | None:
    """Find the header: the first row with the most known columns.

    Titles and remarks may precede it. A row with a single known name must be wider than all rows
    above it, as one word of a remark may be a column name.

    Args:
        rows: The first rows of a table, at most `TITLE_ROWS` of them.
        asked: Columns given by the user; they count as known.

    Returns:
        Its index; None: all rows are empty.
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


COLONS = ":："
"""Characters that end a label."""


def _is_of_pairs(row: Sequence[str | None]) -> bool:
    """Return whether a row consists of labels with values, like "Packing list No:" and a number.

    In a header, a label is followed by a label.
    """
    cells = [(cell or "").strip() for cell in row]
    labels = [cell.endswith(tuple(COLONS)) for cell in cells]
    alone = sum(label and not after for label, after in pairwise(labels))
    return 0 < sum(labels) == alone and 2 * alone >= _filled(row)


def _filled(row: Sequence[str | None]) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def count_known(row: Sequence[str | None], asked: Collection[str] = ()) -> int:
    """Count the cells of a row that name a known column; a row of labels and values has none."""
    if _is_of_pairs(row):
        return 0
    cells = [cell for cell in row if cell]
    plain = plain_names([cell if len(cell) <= _LONGEST else "" for cell in cells])
    return sum(
        cell.strip() in asked or _is_known(cell) or _is_known(name)
        for cell, name in zip(cells, plain, strict=True)
    )


def refuse_data(row: Sequence[str | None], asked: Collection[str], name: str) -> None:
    """Check that the detected header is not a data row, which would not be screened.

    Args:
        row: The detected header.
        asked: Columns given by the user.
        name: Name of the file, for errors.

    Raises:
        InputError: No cell is a column name, but one is a CAS number, a container or similar.
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
