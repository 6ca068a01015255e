"""Fold: text as written to the units that a name is compared in.

A unit is a code point after case, width, accents, look-alikes and the confusions of a scan
(0=o, 1=l=i, 5=s, 8=b, rn=m) are taken out. What separates words is no unit: it leaves a mark
on the unit that follows. Each unit remembers where it stood, in bytes; code points
are counted for what is found alone.
"""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.identify.compiled import compiled

LIMIT = 0x20000  # code points above are signs of rare scripts: they separate

# Classes of units.
SEPARATOR, LETTER, DIGIT, IDEOGRAPH, DROPPED, GREEK = 0, 1, 2, 3, 4, 5

# What separates one unit from the one before.
SPACE, HYPHEN, DOT, COMMA, OTHER, NEWLINE, STOP, LINE = 1, 2, 4, 8, 16, 32, 64, 128

# Greek capitals that are seldom written for their names, and look like Latin ones.
_CAPITALS = (0x395, 0x396, 0x397, 0x399, 0x39A, 0x39C, 0x39D, 0x39F, 0x3A1, 0x3A4, 0x3A5, 0x3A7)

BASE = np.uint64(0x9E3779B97F4A7C15)  # of the rolling hash; odd
_R, _N, _M, _PIPE, _L = ord("r"), ord("n"), ord("m"), ord("|"), ord("l")


class FoldTables(NamedTuple):
    """What each code point becomes; arrays of `LIMIT` unless said."""

    first: NDArray[np.int32]  # where its units begin in `units`
    count: NDArray[np.uint8]  # how many there are
    kind: NDArray[np.uint8]  # its class
    look: NDArray[np.uint32]  # of a Greek letter: the Latin letter it passes for
    gap: NDArray[np.uint8]  # of a separator: what it is
    units: NDArray[np.uint32]  # of all, one after the other
    scan: NDArray[np.uint32]  # (128,): the key of a unit's group of confusions
    plain: NDArray[np.uint32]  # (128,): the key of an ASCII sign


class Folded(NamedTuple):
    """Room for the units of some lines; arrays as long as these may get."""

    key: NDArray[np.uint32]  # the unit, confusions folded
    kind: NDArray[np.uint8]  # letter, digit or ideograph, as written
    start: NDArray[np.uint8]  # 1 where a word starts; a 1 follows the last unit
    gap: NDArray[np.uint8]  # what separates it from the unit before; 0: nothing
    wide: NDArray[np.uint8]  # how many characters do, at most 255
    byte: NDArray[np.int32]  # where it begins, in bytes from the first line folded
    byte_end: NDArray[np.int32]
    hash: NDArray[np.uint64]  # of all units before it; one longer than the rest


class _Lookalikes(Record, frozen=True, kw_only=True):
    cyrillic: str
    armenian: str
    latin: str


class _Greek(Record, frozen=True, kw_only=True):
    names: str
    looks: str


class _Arabic(Record, frozen=True, kw_only=True):
    same: str
    dropped: str


class _Separators(Record, frozen=True, kw_only=True):
    marks: str


class _Scan(Record, frozen=True, kw_only=True):
    groups: str
    pairs: str


class _Rules(Record, frozen=True, kw_only=True):
    source: str
    lookalikes: _Lookalikes
    greek: _Greek
    arabic: _Arabic
    separators: _Separators
    scan: _Scan


def build_fold_tables() -> FoldTables:
    """Build the tables from the rules in data/rules/fold.toml and Unicode's own."""
    rules = read_toml(data("rules", "fold.toml"), _Rules)
    looks = rules.lookalikes
    swap = _pairs(f"{looks.cyrillic} {looks.armenian} {looks.latin} {rules.arabic.same}")
    greek = {pair[0]: pair[1:] for pair in rules.greek.names.split()}
    first = np.zeros(LIMIT, np.int32)
    count = np.zeros(LIMIT, np.uint8)
    kind = np.zeros(LIMIT, np.uint8)
    gap = np.zeros(LIMIT, np.uint8)
    units: list[int] = []
    for point in range(LIMIT):
        sign = chr(point)
        if sign in rules.arabic.dropped or _is_dropped(sign):
            kind[point] = DROPPED
            continue
        letters = "" if sign in rules.separators.marks else _fold_sign(sign, swap, greek)
        gap[point] = _gap(sign)
        if letters:
            first[point], count[point] = len(units), min(len(letters), 3 * len(sign.encode()))
            units.extend(ord(letter) for letter in letters[: count[point]])
            kind[point] = GREEK if sign.lower() in greek else _kind(letters[0])
    look = np.zeros(LIMIT, np.uint32)
    for sign, letter in _pairs(rules.greek.looks).items():
        look[ord(sign)] = ord(letter.lower())
    scan = np.arange(128, dtype=np.uint32)
    for group in rules.scan.groups.split():
        scan[[ord(sign) for sign in group]] = ord(group[1])
    every = np.array(units, np.uint32)
    plain = np.where(kind[:128] == SEPARATOR, 0, scan[every[first[:128]]]).astype(np.uint32)
    return FoldTables(first, count, kind, look, gap, every, scan, plain)


def make_room(size: int) -> Folded:
    """Make room for a line of so many units."""
    small = [np.zeros(size + 1, np.uint8) for _ in range(4)]
    places = [np.zeros(size, np.int32) for _ in range(2)]
    return Folded(np.zeros(size, np.uint32), *small, *places, np.zeros(size + 1, np.uint64))


def fold_line(text: NDArray[np.uint8], tables: FoldTables, room: Folded) -> int:
    """Fold one line, as `fold_lines` does; returns how many units there are."""
    units = np.zeros(2, np.int32)
    offsets = np.array([0, len(text)], np.int64)
    fold_lines(text, offsets, 0, 1, tables, room, units, False)  # noqa: FBT003
    return int(units[1])


@compiled
def fold_lines(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], begin: int, end: int,
    tables: FoldTables, room: Folded, units: NDArray[np.int32], again: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    """Fold lines `begin` to `end` of a column, one after the other.

    The first unit of each line is set apart from the line before by a gap that no name, word
    or number reaches over.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Where each line begins, and the end.
        begin: The first line.
        end: The line after the last.
        tables: What each code point becomes.
        room: Where the units go; at least 3 for each byte.
        units: Where each line's units begin, one more than lines.
        again: Read what can be read in two ways in the second: "|" between letters as the
            letter l, as a scan does; a Greek letter inside a word by its name.
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


@compiled
def _fold_any(text, tables, room, n, shift, again):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Fold a line of any script from unit `n` on; returns the unit after its last."""
    fold_kind, fold_gap, units, scan = tables.kind, tables.gap, tables.units, tables.scan
    at = wide = 0
    gap = np.uint8(SPACE)
    before = 0  # the code point before
    while at < len(text):
        point, width = _decode(text, at)
        kind = fold_kind[point]
        if point == _PIPE and again and _between_letters(text, at, before, fold_kind):
            n = _add(room, n, np.uint32(_L), np.uint8(LETTER), gap, wide, shift + at, shift + at + 1)
            gap, wide = np.uint8(0), 0
        elif kind == SEPARATOR:
            gap |= fold_gap[point]
            wide += 1
        elif kind == GREEK and tables.look[point] and not again and (
            point in _CAPITALS
            or _is_letter(fold_kind[before])
            or _letter_follows(text, at + width, fold_kind)
        ):
            key = scan[tables.look[point]]
            n = _add(room, n, key, np.uint8(LETTER), gap, wide, shift + at, shift + at + width)
            gap, wide = np.uint8(0), 0
        elif kind != DROPPED:
            begin = tables.first[point]
            for index in range(begin, begin + tables.count[point]):
                unit = units[index]
                key = scan[unit] if unit < 128 else unit
                n = _add(room, n, key, _class(unit, kind), gap, wide, shift + at, shift + at + width)
                gap, wide = np.uint8(0), 0
        before = point
        at += width
    return n


@compiled
def _is_plain(text: NDArray[np.uint8]) -> bool:
    """Tell whether a line is ASCII alone."""
    every = np.uint8(0)
    for sign in text:
        every |= sign
    return every < 128


@compiled
def _fold_plain(text, tables, room, n, shift, again):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Fold a line of ASCII: what `_fold_any` does, without all that ASCII lacks."""
    fold_kind, fold_gap, plain = tables.kind, tables.gap, tables.plain
    keys, kinds, starts, gaps, wides, byte, end, _ = room
    wide = 0
    gap = np.uint8(SPACE)
    last_key, last_kind = np.uint32(0), np.uint8(0)
    for at in range(len(text)):
        sign = text[at]
        kind, key = fold_kind[sign], plain[sign]
        if sign == _PIPE and again and last_kind == LETTER and gap == 0 and at + 1 < len(text):
            if fold_kind[text[at + 1]] == LETTER:
                kind, key = np.uint8(LETTER), np.uint32(_L)
        if kind == SEPARATOR:
            gap |= fold_gap[sign]
            wide += 1
            continue
        # As in `_add`, written out: a call for each letter would cost more than the rest.
        if key == _N and last_key == _R and gap == 0:
            last_key = np.uint32(_M)
            keys[n - 1] = last_key
            end[n - 1] = shift + at + 1
            continue
        keys[n] = key
        kinds[n] = kind
        gaps[n] = gap
        wides[n] = wide if wide < 255 else 255
        starts[n] = gap != 0 or kind != last_kind
        byte[n] = shift + at
        end[n] = shift + at + 1
        last_key, last_kind = key, kind
        gap, wide = np.uint8(0), 0
        n += 1
    return n


@compiled
def _add(room, n, key, kind, gap, wide, at, end):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Add a unit; "rn" inside a word becomes the "m" that a scan takes it for."""
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


@compiled
def _decode(text: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """Decode one code point: itself (0 where it is above the tables) and its width."""
    lead = np.int64(text[at])
    if lead < 0x80:
        return lead, 1
    width = 2 if lead < 0xE0 else (3 if lead < 0xF0 else 4)
    point = lead & (0x7F >> width)
    for step in range(1, width):
        if at + step < len(text):
            point = (point << 6) | (np.int64(text[at + step]) & 0x3F)
    return (point if point < LIMIT else 0), width


@compiled
def _is_letter(kind: int) -> bool:
    return kind == LETTER or kind == GREEK


@compiled
def _letter_follows(text: NDArray[np.uint8], at: int, kinds: NDArray[np.uint8]) -> bool:
    return at < len(text) and _is_letter(kinds[_decode(text, at)[0]])


@compiled
def _between_letters(
    text: NDArray[np.uint8], at: int, before: int, kinds: NDArray[np.uint8]
) -> bool:
    return (
        kinds[before] == LETTER
        and at + 1 < len(text)
        and kinds[_decode(text, at + 1)[0]] == LETTER
    )


@compiled
def _class(unit: int, kind: int) -> np.uint8:
    """Class of a unit: a sign may become letters or digits (a circled 1, a Greek name)."""
    if kind == GREEK:
        return np.uint8(LETTER)
    if 48 <= unit <= 57:
        return np.uint8(DIGIT)
    return np.uint8(kind if kind != DIGIT or unit >= 128 else LETTER)


def _pairs(text: str) -> dict[str, str]:
    return {pair[0]: pair[1:] for pair in text.split()}


def _is_dropped(sign: str) -> bool:
    """Tell whether a sign is seen by nobody: combining marks, zero widths, soft hyphens."""
    category = unicodedata.category(sign)
    return category in {"Mn", "Me", "Cf"} or sign in "\u115f\u1160\u3164"


def _fold_sign(sign: str, swap: dict[str, str], greek: dict[str, str]) -> str:
    """Return what one code point becomes: letters and digits, or nothing."""
    if sign.lower() in greek:
        return greek[sign.lower()]
    plain = unicodedata.normalize("NFKD", swap.get(sign, sign)).casefold()
    plain = unicodedata.normalize("NFKD", plain)
    letters = "".join(swap.get(part, part) for part in plain if not unicodedata.combining(part))
    return "".join(_fold_letters(letters))


def _fold_letters(letters: str) -> Iterator[str]:
    for letter in letters.lower():
        if letter.isdecimal():
            yield str(unicodedata.decimal(letter))
        elif letter.isalnum():
            yield unicodedata.normalize("NFC", letter)


def _kind(letter: str) -> int:
    if letter.isdigit():
        return DIGIT
    # Written without spaces: CJK ideographs, kana and bopomofo, Thai, Lao, Khmer, Burmese.
    point = ord(letter)
    alone = (0x2E80, 0x3400), (0x3400, 0xA000), (0xF900, 0xFB00), (0x0E00, 0x0F00), (0x1780, 0x1800)
    inside = any(low <= point < high for low, high in alone) or 0x1000 <= point < 0x10A0
    return IDEOGRAPH if inside else LETTER


def _gap(sign: str) -> int:
    """Return what a separator is."""
    if sign in "\n\r\x0b\x0c\u2028\u2029":
        return NEWLINE
    if sign.isspace() or sign == "\x00":
        return SPACE
    if unicodedata.category(sign) == "Pd" or sign in "\u2212\u00af":
        return HYPHEN
    if sign in ".·．":
        return DOT
    if sign in ",，、،'’′\"“”()[]{}（）［］":  # noqa: RUF001
        return COMMA
    return STOP if sign in ";；。!！?？|" else OTHER
