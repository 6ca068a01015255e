"""Spelling: how a name stands in the text, in words that an officer can check."""

from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from tidewaiter.identify.fold import SEPARATOR, FoldTables


class Spelling(NamedTuple):
    """How a name was written."""

    exact: bool  # but for case, accents, width, script and spacing
    reasons: tuple[str, ...]


class Speller:
    """Compares what is written with the name that it stands for."""

    def __init__(self, tables: FoldTables) -> None:
        self._kinds = tables.kind[:0x10000].tolist()
        self._first = tables.first
        self._count = tables.count
        self._units = tables.units
        self.compare = lru_cache(maxsize=1 << 17)(self._compare)

    def plain(self, text: str) -> str:
        """Return text with case, accents, width and script taken out, spaces kept as one."""
        parts = []
        for sign in text:
            point = ord(sign)
            if point >= len(self._kinds) or self._kinds[point] == SEPARATOR:
                parts.append(" " if sign.isspace() or sign == "\u00ad" else sign)
                continue
            begin = self._first[point]
            units = self._units[begin : begin + self._count[point]]
            parts.append("".join(map(chr, units.tolist())))
        return " ".join("".join(parts).split())

    def _compare(self, written: str, name: str) -> Spelling:
        """Compare an exact or squeezed hit with its name."""
        mine, its = self.plain(written), self.plain(name)
        reasons = []
        if name.isascii() and any(sign.isalpha() and not sign.isascii() for sign in written):
            reasons.append(f'letters of another script or width in "{written}"')
        hidden = [f"U+{ord(sign):04X}" for sign in written if not (sign.isprintable() or sign.isspace())]
        if hidden:
            reasons.append(f"invisible characters {', '.join(sorted(set(hidden)))} inside the name")
        if mine == its:
            return Spelling(exact=True, reasons=tuple(reasons))
        if "".join(filter(str.isalnum, mine)) == "".join(filter(str.isalnum, its)):
            reasons.append(f'"{name}" but for spaces, hyphens or line breaks')
        else:
            reasons.append(f'"{name}" but for letters and digits that a scan confuses')
        return Spelling(exact=False, reasons=tuple(reasons))


@lru_cache(maxsize=1 << 16)
def edits_between(written: str, name: str, edits: int) -> str:
    """Say which edits lead from a name to what is written.

    Args:
        written: The text, as it stands there.
        name: The name it is taken for.
        edits: How far apart their folded keys are.
    """
    if OSA.distance(written.casefold(), name.casefold()) > edits + 4:
        return f'{_count(edits)} from "{name}"'
    steps = []
    for tag, at, to in Levenshtein.editops(name.casefold(), written.casefold()).as_list():
        if tag == "replace":
            steps.append(f'"{written[to]}" for "{name[at]}" at {to + 1}')
        elif tag == "insert":
            steps.append(f'"{written[to]}" too much at {to + 1}')
        else:
            steps.append(f'"{name[at]}" missing at {to + 1}')
    return f'{_count(edits)} from "{name}": {", ".join(steps)}'


def _count(edits: int) -> str:
    return "1 edit" if edits == 1 else f"{edits} edits"
