"""Cells of counts and percentages: numbers however grouped, and words that stand for none."""

import re
from collections import Counter
from functools import lru_cache

from tidewaiter.base.errors import InputError
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.types import Missing

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
            raise InputError(f'column {column}: "{text}" is no {kind}', hint='like "4,915"')
        number = float(_GROUPS.sub("", plain))
        if number >= _MOST:
            raise InputError(f'column {column}: "{text}" is no count of deaths', hint="too large")
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
