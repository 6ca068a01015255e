"""Lists of ICD-10 codes, made comparable: "X40-X44" and its five codes are the same list."""

import re
from collections.abc import Iterable

_CODE = re.compile(r"([A-Z])(\d\d)(?:\.(\d))?")
_WRITTEN = re.compile(r"(?<![A-Z0-9])[A-Z]\d\d(?:\.\d)?(?:-[A-Z]\d\d(?:\.\d)?)?(?![0-9A-Za-z])")


def codes_in(text: str) -> frozenset[str]:
    """Find the codes and ranges that a text names, and spell ranges out."""
    return spelled_out(_WRITTEN.findall(text))


def spelled_out(codes: Iterable[str]) -> frozenset[str]:
    """Spell ranges out: "X40-X44" gives five codes, "T40.2-T40.4" three.

    A range over several letters, or from a category to a subcategory, stays as it is written.
    """
    return frozenset(each for code in codes for each in _range(code))


def _range(text: str) -> list[str]:
    first, _, last = text.partition("-")
    low, high = _CODE.fullmatch(first), _CODE.fullmatch(last or first)
    if low is None or high is None or low[1] != high[1] or (low[3] is None) != (high[3] is None):
        return [text]
    if low[3] is None:
        return [f"{low[1]}{number:02}" for number in range(int(low[2]), int(high[2]) + 1)]
    tenths = range(int(low[2] + low[3]), int(high[2] + high[3]) + 1)
    return [f"{low[1]}{number // 10:02}.{number % 10}" for number in tenths]
