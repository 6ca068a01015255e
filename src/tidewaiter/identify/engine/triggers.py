"""Triggers: a fast filter for lines that may contain a systematic name or a structure.

Parsing such a name costs a thousand times as much as a line; almost no line has one.
"""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import interpreted, uncounted

_LETTER, _CAPITAL, _DIGIT, _SPACE, _BRACKET, _SMILES, _BOND, _BEFORE, _HINT = (
    1 << n for n in range(9)
)
_HYPHEN, _EQUALS, _COMMA = ord("-"), ord("="), ord(",")
_OPEN, _CLOSE = ord("["), ord("]")
_B, _C, _R, _SMALL_L = ord("B"), ord("C"), ord("r"), ord("l")  # Br and Cl
_WIDE = (0xE2, 0x80)  # first bytes of the Unicode hyphens, U+2010 to U+2015
_WIDE_FIRST, _WIDE_LAST = 0x90, 0x95
_N, _n = ord("N"), ord("n")
_INCHI_BYTES = (73, 110, 67, 104, 73)  # InChI
_INCHI = 5
_FIRST_BLOCK, _SECOND_BLOCK = 14, 10  # letters of an InChIKey
_SHORTEST_SMILES = 6  # bytes; C=O and the like have other meanings in everyday text
_WORD, _PART = 4, 2  # letters after the first locant of a name, and after one inside it


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


def find_triggers(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], *, few: bool = False
) -> list[int]:
    """List the lines that may contain a systematic name, a SMILES, an InChI or an InChIKey.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Start of each line, and the end, shape ``(lines + 1,)``.
        few: Run without compiled code.
    """
    run = interpreted(_look) if few else _look
    marked = np.zeros(len(offsets) - 1, np.bool_)
    run(text, offsets, _KINDS, marked)
    places: list[int] = np.flatnonzero(marked).tolist()
    return places


@uncounted
def _look(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    kinds: NDArray[np.uint16],
    marked: NDArray[np.bool_],
) -> None:
    """Mark the lines with a sign of a structure."""
    for line in range(len(offsets) - 1):
        begin, end = offsets[line], offsets[line + 1]
        for at in range(begin, end):
            kind = kinds[text[at]]
            if kind & (_BOND | _HINT) == 0:
                continue
            if (kind & _HINT and _is_sign(text, begin, at, end, kinds)) or (
                kind & _BOND and _is_smiles(text, begin, at, end, kinds)
            ):
                marked[line] = True
                break


@uncounted
def _is_smiles(
    text: NDArray[np.uint8], begin: int, at: int, end: int, kinds: NDArray[np.uint16]
) -> bool:
    """Return whether the word around a bond sign consists of SMILES characters."""
    first = at
    while first > begin and kinds[text[first - 1]] & _SPACE == 0:
        first -= 1
    inside = False
    last = first
    while last < end and kinds[text[last]] & _SPACE == 0:
        sign = text[last]
        halogen = last > first and (
            (sign == _SMALL_L and text[last - 1] == _C) or (sign == _R and text[last - 1] == _B)
        )
        if not (kinds[sign] & _SMILES or halogen or (inside and kinds[sign] & _LETTER)):  # [Na+]
            return False
        inside = (inside or sign == _OPEN) and sign != _CLOSE
        last += 1
    return last - first >= _SHORTEST_SMILES


@uncounted
def _is_sign(
    text: NDArray[np.uint8], begin: int, at: int, end: int, kinds: NDArray[np.uint16]
) -> bool:
    """Return whether a hyphen follows a locant or splits an InChIKey, or "=" follows "InChI"."""
    after = at + 1
    if text[at] == _EQUALS:
        return _is_inchi(text, begin, at)
    if text[at] == _WIDE[0]:
        if at + 2 >= end or text[at + 1] != _WIDE[1]:
            return False
        if text[at + 2] < _WIDE_FIRST or text[at + 2] > _WIDE_LAST:
            return False
        after = at + 3
    if at == begin or after >= end:
        return False
    if kinds[text[at - 1]] & _CAPITAL and _is_key(text, begin, at, end, kinds):
        return True
    return _is_locant(text, begin, at, after, end, kinds)


@uncounted
def _is_inchi(text: NDArray[np.uint8], begin: int, at: int) -> bool:
    """Return whether "InChI" precedes a position."""
    if at - begin < _INCHI:
        return False
    same = True
    for place in range(_INCHI):
        same &= text[at - _INCHI + place] == _INCHI_BYTES[place]
    return same


@uncounted
def _is_key(
    text: NDArray[np.uint8], begin: int, at: int, end: int, kinds: NDArray[np.uint16]
) -> bool:
    """Return whether a hyphen is the first one of an InChIKey."""
    second = at + 1 + _SECOND_BLOCK
    if at - begin < _FIRST_BLOCK or second + 1 >= end or text[second] != _HYPHEN:
        return False
    for place in range(at - _FIRST_BLOCK, second + 2):
        if place not in (at, second) and kinds[text[place]] & _CAPITAL == 0:
            return False
    return True


@uncounted
def _is_locant(
    text: NDArray[np.uint8], begin: int, at: int, after: int, end: int, kinds: NDArray[np.uint16]
) -> bool:
    """Return whether a hyphen has a locant before it and part of a name after it."""
    first = at
    while first > begin and (kinds[text[first - 1]] & _DIGIT or text[first - 1] == _COMMA):
        first -= 1
    if first == at:  # no digit: N-phenyl
        first -= 1
        if text[first] != _N and text[first] != _n:
            return False
    inside = first > begin and (text[first - 1] == _HYPHEN or kinds[text[first - 1]] & _BRACKET)
    if first > begin and kinds[text[first - 1]] & _BEFORE == 0:
        return False
    if kinds[text[after]] & _BRACKET:
        return True
    last = after
    while last < end and kinds[text[last]] & _LETTER:
        last += 1
    opens = last < end and kinds[text[last]] & _BRACKET != 0  # 2,2-bis(
    return last - after >= (_PART if inside or opens else _WORD)
