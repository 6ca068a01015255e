"""Names of columns in several languages: where one ends and the next begins."""

import re
from collections.abc import Iterator, Sequence

from tidewaiter.consignments.readers.aliases import words_of

_BESIDE = re.compile(r"[/|\n;]| - ")  # "DEĞER / VALUE"
_APART = re.compile(r"[/|()（）\[\]\n;]| - ")  # "件数(Pieces)"


def parts_of(header: str) -> Iterator[Sequence[str]]:
    """List the ways in which a name may be several: by what stands between them, by script.

    Args:
        header: As written.

    Yields:
        Two parts or more.
    """
    for between in (_BESIDE, _APART):
        if between.search(header):
            yield from _several(between.split(header))
    if not header.isascii():
        words = words_of(header)
        scripts = ([w for w in words if w.isascii() is latin] for latin in (False, True))
        yield from _several([" ".join(script) for script in scripts])


def _several(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    full = [part for part in parts if part.strip()]
    if len(full) > 1:
        yield full


def is_latin(text: str) -> bool:
    """Tell whether a word of a text is of plain Latin letters."""
    return any(word.isascii() and not word.isdecimal() for word in words_of(text))
