"""Folding: text as written to the units in which names are compared.

A unit is a code point normalised for case, width, accents, look-alikes and typical scan errors
(0=o, 1=l=i, 5=s, 8=b, rn=m). Separators are not units; they are recorded as a gap on the next unit.
Each unit stores its position in bytes; code points are computed for hits only.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import uncounted
from tidewaiter.identify.engine.rules import (
    COMMA,
    DIGIT,
    DOT,
    DROPPED,
    GREEK,
    HYPHEN,
    IDEOGRAPH,
    LETTER,
    LIMIT,
    LINE,
    NEWLINE,
    OTHER,
    SEPARATOR,
    SPACE,
    STOP,
    FoldTables,
    build_fold_tables,
)

__all__ = [
    "BASE",
    "COMMA",
    "DIGIT",
    "DOT",
    "HYPHEN",
    "IDEOGRAPH",
    "LETTER",
    "LINE",
    "NEWLINE",
    "OTHER",
    "SEPARATOR",
    "SPACE",
    "STOP",
    "FoldTables",
    "Folded",
    "build_fold_tables",
    "fold_line",
    "fold_lines",
    "make_room",
]

# Greek capitals that look like Latin ones and are rarely spelled out.
_CAPITALS = (0x395, 0x396, 0x397, 0x399, 0x39A, 0x39C, 0x39D, 0x39F, 0x3A1, 0x3A4, 0x3A5, 0x3A7)

BASE = np.uint64(0x9E3779B97F4A7C15)  # base of the rolling hash; odd
_R, _N, _M, _PIPE, _L = ord("r"), ord("n"), ord("m"), ord("|"), ord("l")


class Folded(NamedTuple):
    """Buffers for the units of some lines; arrays have the maximum length."""

    key: NDArray[np.uint32]  # the unit, with scan confusions folded
    kind: NDArray[np.uint8]  # letter, digit or ideograph, as written
    start: NDArray[np.uint8]  # 1 at the start of a word; a 1 follows the last unit
    gap: NDArray[np.uint8]  # separator from the previous unit; 0: none
    wide: NDArray[np.uint8]  # number of separating characters, at most 255
    byte: NDArray[np.int32]  # byte offset from the first folded line
    byte_end: NDArray[np.int32]
    hash: NDArray[np.uint64]  # hash of all units before it; one longer than the other arrays


def make_room(size: int) -> Folded:
    """Allocate buffers for a number of units."""
    return Folded(
        key=np.zeros(size, np.uint32),
        kind=np.zeros(size + 1, np.uint8),
        start=np.zeros(size + 1, np.uint8),
        gap=np.zeros(size + 1, np.uint8),
        wide=np.zeros(size + 1, np.uint8),
        byte=np.zeros(size, np.int32),
        byte_end=np.zeros(size, np.int32),
        hash=np.zeros(size + 1, np.uint64),
    )


def fold_line(text: NDArray[np.uint8], tables: FoldTables, room: Folded) -> int:
    """Fold one line, as `fold_lines`; return the number of units."""
    units = np.zeros(2, np.int32)
    offsets = np.array([0, len(text)], np.int64)
    fold_lines(text, offsets, 0, 1, tables, room, units, False)
    return int(units[1])


@uncounted
def fold_lines(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    begin: int,
    end: int,
    tables: FoldTables,
    room: Folded,
    units: NDArray[np.int32],
    again: bool,
) -> None:
    """Fold lines `begin` to `end` of a column.

    The first unit of each line is preceded by a gap that no name, word or number crosses.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Start of each line, and the end.
        begin: The first line.
        end: The line after the last.
        tables: Folding tables.
        room: Output: the units; at least 3 for each byte.
        units: Output: first unit of each line, one more than lines.
        again: For text that can be read in two ways, use the second one: "|" between letters as the
            letter l, as in scans; a Greek letter inside a word by its name.
    """
    n = 0
    for line in range(begin, end):
        units[line - begin] = n
        here = text[offsets[line] : offsets[line + 1]]
        shift = offsets[line] - offsets[begin]
        first = n
        if _is_plain(here):
            n = _fold_plain(here, tables, room, n, shift, again)
        else:
            n = _fold_any(here, tables, room, n, shift, again)
        if n > first:
            room.gap[first] |= np.uint8(LINE)
            room.wide[first] = 255
            room.start[first] = 1
    units[end - begin] = n
    room.start[n] = 1
    keys, hashes = room.key, room.hash
    value = np.uint64(0)
    hashes[0] = value
    for at in range(n):
        value = value * BASE + np.uint64(keys[at]) + np.uint64(1)
        hashes[at + 1] = value


@uncounted
def _fold_any(
    text: NDArray[np.uint8], tables: FoldTables, room: Folded, n: int, shift: int, again: bool
) -> int:
    """Fold a line of any script from unit `n` on; return the unit after its last one."""
    fold_kind, fold_gap, units, scan = tables.kind, tables.gap, tables.units, tables.scan
    at = wide = 0
    gap = np.uint8(SPACE)
    before = np.int64(0)  # previous code point
    while at < len(text):
        point, width = _decode(text, at)
        kind = fold_kind[point]
        if point == _PIPE and again and _between_letters(text, at, before, fold_kind):
            n = _add(
                room, n, np.uint32(_L), np.uint8(LETTER), gap, wide, shift + at, shift + at + 1
            )
            gap, wide = np.uint8(0), 0
        elif kind == SEPARATOR:
            gap |= fold_gap[point]
            wide += 1
        elif (
            kind == GREEK
            and tables.look[point]
            and not again
            and (
                point in _CAPITALS
                or _is_letter(fold_kind[before])
                or _letter_follows(text, at + width, fold_kind)
            )
        ):
            key = scan[tables.look[point]]
            n = _add(room, n, key, np.uint8(LETTER), gap, wide, shift + at, shift + at + width)
            gap, wide = np.uint8(0), 0
        elif kind != DROPPED:
            begin = tables.first[point]
            for index in range(begin, begin + tables.count[point]):
                unit = units[index]
                key = scan[unit] if unit < 128 else unit
                n = _add(
                    room, n, key, _class(unit, kind), gap, wide, shift + at, shift + at + width
                )
                gap, wide = np.uint8(0), 0
        before = point
        at += width
    return n


@uncounted
def _is_plain(text: NDArray[np.uint8]) -> bool:
    """Return whether a line is pure ASCII."""
    every = np.uint8(0)
    for sign in text:
        every |= sign
    return bool(every < 128)


@uncounted
def _fold_plain(
    text: NDArray[np.uint8], tables: FoldTables, room: Folded, n: int, shift: int, again: bool
) -> int:
    """Fold an ASCII line: `_fold_any` without the cases that ASCII lacks."""
    fold_kind, fold_gap, plain = tables.kind, tables.gap, tables.plain
    keys, kinds, starts, gaps, wides, byte, end, _ = room
    wide, gap = 0, np.uint8(SPACE)
    last_key, last_kind = np.uint32(0), np.uint8(0)
    for at in range(len(text)):
        sign = text[at]
        kind, key = fold_kind[sign], plain[sign]
        if sign == _PIPE and again and last_kind == LETTER and gap == 0 and at + 1 < len(text):
            if fold_kind[text[at + 1]] == LETTER:
                kind, key = np.uint8(LETTER), np.uint32(_L)
        # Inlined `_add`: a call per letter would cost more than everything else.
        if key == _N and last_key == _R and gap == 0:
            last_key = np.uint32(_M)
            keys[n - 1] = last_key
            end[n - 1] = shift + at + 1
            continue
        # Separators are written too, and overwritten: an unpredictable branch costs more.
        unit = kind != SEPARATOR
        keys[n] = key
        kinds[n] = kind
        gaps[n] = gap
        wides[n] = min(wide, 255)
        starts[n] = (gap != 0) | (kind != last_kind)
        byte[n] = shift + at
        end[n] = shift + at + 1
        n += unit
        last_key = key if unit else last_key
        last_kind = kind if unit else last_kind
        gap = np.uint8(0) if unit else gap | fold_gap[sign]
        wide = 0 if unit else wide + 1
    return n


@uncounted
def _add(
    room: Folded,
    n: int,
    key: np.uint32,
    kind: np.uint8,
    gap: np.uint8,
    wide: int,
    at: int,
    end: int,
) -> int:
    """Add a unit; "rn" inside a word becomes "m", a typical scan error."""
    keys, kinds, starts = room.key, room.kind, room.start
    if key == _N and gap == 0 and n > 0 and keys[n - 1] == _R and kind == kinds[n - 1]:
        n -= 1
        keys[n] = _M
    else:
        keys[n] = key
        kinds[n] = kind
        room.gap[n] = gap
        room.wide[n] = min(255, wide)
        room.byte[n] = at
        starts[n] = n == 0 or gap != 0 or kind == IDEOGRAPH or kind != kinds[n - 1]
    room.byte_end[n] = end
    return n + 1


@uncounted
def _decode(text: NDArray[np.uint8], at: int) -> tuple[np.int64, int]:
    """Decode one code point: its value (0 if it is above the tables) and its width."""
    lead = np.int64(text[at])
    if lead < 0x80:
        return lead, 1
    width = 2 if lead < 0xE0 else (3 if lead < 0xF0 else 4)
    point = lead & (0x7F >> width)
    for step in range(1, width):
        if at + step < len(text):
            point = (point << 6) | (np.int64(text[at + step]) & 0x3F)
    return (point if point < LIMIT else np.int64(0)), width


@uncounted
def _is_letter(kind: int) -> bool:
    return kind == LETTER or kind == GREEK


@uncounted
def _letter_follows(text: NDArray[np.uint8], at: int, kinds: NDArray[np.uint8]) -> bool:
    return at < len(text) and _is_letter(kinds[_decode(text, at)[0]])


@uncounted
def _between_letters(
    text: NDArray[np.uint8], at: int, before: np.int64, kinds: NDArray[np.uint8]
) -> bool:
    return (
        kinds[before] == LETTER and at + 1 < len(text) and kinds[_decode(text, at + 1)[0]] == LETTER
    )


@uncounted
def _class(unit: int, kind: int) -> np.uint8:
    """Return the class of a unit: a sign may become letters or digits (circled 1, Greek name)."""
    if kind == GREEK:
        return np.uint8(LETTER)
    if 48 <= unit <= 57:
        return np.uint8(DIGIT)
    return np.uint8(kind if kind != DIGIT or unit >= 128 else LETTER)
