"""Triggers: a fast filter for lines that may contain a systematic name or a structure.

Parsing such a name costs a thousand times as much as a line; almost no line has one.
"""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.native.calls import native

_LETTER, _CAPITAL, _DIGIT, _SPACE, _BRACKET, _SMILES, _BOND, _BEFORE, _HINT = (
    1 << n for n in range(9)
)

CONSTANTS = (
    "_LETTER",
    "_CAPITAL",
    "_DIGIT",
    "_SPACE",
    "_BRACKET",
    "_SMILES",
    "_BOND",
    "_BEFORE",
    "_HINT",
)


def _kinds() -> NDArray[np.uint16]:
    """Return the possible roles of each byte."""
    kinds = np.zeros(256, np.uint16)
    for byte in range(256):
        sign = chr(byte)
        if byte < 128 and sign.isalpha():
            kinds[byte] |= _LETTER | (_CAPITAL if sign.isupper() else 0)
        kinds[byte] |= _DIGIT if byte < 128 and sign.isdigit() else 0
    for signs, kind in (
        (' \t\r\n\x0b\x0c"|;', _SPACE),
        ("([{", _BRACKET),
        ("BCNOPSFIbcnops@+-[]()=#$:./\\%,'0123456789", _SMILES),
        ("=#[(@", _BOND),
        ("-=\xe2", _HINT),  # first byte of the Unicode hyphens
        (" \t\r\n\x0b\x0c\"|;:,([{-/'", _BEFORE),
    ):
        for sign in signs:
            kinds[ord(sign)] |= kind
    return kinds


_KINDS = _kinds()


def find_triggers(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> list[int]:
    """List the lines that may contain a systematic name, a SMILES, an InChI or an InChIKey.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Start of each line, and the end, shape ``(lines + 1,)``.
    """
    marked = np.zeros(len(offsets) - 1, np.bool_)
    _look(text, offsets, _KINDS, marked)
    places: list[int] = np.flatnonzero(marked).tolist()
    return places


@native
def _look(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    kinds: NDArray[np.uint16],
    marked: NDArray[np.bool_],
) -> None:
    """Mark the lines with a sign of a structure."""
