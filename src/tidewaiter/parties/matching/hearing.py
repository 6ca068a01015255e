"""Words across scripts by their sound: what `kernels.heard` needs of words and of the tables."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from tidewaiter.parties.matching.kernels.heard import (
    DOUBLED,
    Heard,
    Readable,
    Rules,
    Tree,
    heard,
    tree_of,
)
from tidewaiter.parties.names.sounds import SCRIPTS, latin_costs, sounds_of, units_of

_OTHER: Final = [name for name in SCRIPTS if name != "latin"]
_LONGEST: Final = 24  # letters of a word that is read
_SHORTEST: Final = 2  # Latin letters
_FIRST: Final = 256  # number of the first unit that is not a Latin letter
_UNKNOWN: Final = 0
_TO_LATIN = (0.4, 7.0, 192)  # first fields of `Rules`
_FROM_LATIN = (0.4, 2.0, 24)  # nearly all words asked about are Latin, and must not take long
_RESPELLED = (0.7, 2.0, 48)
_ALONE: Final = 6.0  # nats of a letter of another script that stands for nothing
_LEFT_OUT: Final = {"h": 2.5} | dict.fromkeys("aeiouy", 3.5)
_OTHERS: Final = 5.5
"""Nats of a Latin letter that nothing stands for."""

Units = tuple[str, ...]
"""A word: its letters, syllables or characters as in `names.sounds`; () if it is not read."""


class Told(NamedTuple):
    """Rules in one direction, with the row of each chunk."""

    rules: Rules
    rows: dict[Units, int]
    sizes: tuple[int, ...]  # of the chunks


class Sounding(NamedTuple):
    """Words of a list by their sound."""

    latin: Tree
    other: Tree


@cache
def _numbers() -> dict[str, int]:
    """Number the units of all other scripts; Latin letters have their code."""
    units = {unit for name in _OTHER for chunk in sounds_of(name) for unit in chunk}
    return {unit: _FIRST + place for place, unit in enumerate(sorted(units))}


def _told(
    spelled: dict[Units, list[tuple[Units, float]]],
    bounds: tuple[float, float, int],
    number: Callable[[str], int],
) -> Told:
    """Lay out rules as arrays.

    Args:
        spelled: Spellings by chunk.
        bounds: First fields of `Rules`.
        number: Number of a unit in a spelling.
    """
    rows = sorted(spelled)
    heads = np.cumsum([0, *(len(spelled[row]) for row in rows)])
    every = [
        each
        for row in rows
        for each in sorted((tuple(map(number, units)), cost) for units, cost in spelled[row])
    ]
    starts = np.cumsum([0, *(len(letters) for letters, _ in every)])
    letters = [letter for each, _ in every for letter in each]
    rules = Rules(
        *bounds,
        heads.astype(np.int32),
        starts.astype(np.int32),
        np.array(letters, np.uint32),
        np.array([cost for _, cost in every], np.float32),
    )
    places = {row: place for place, row in enumerate(rows)}
    return Told(rules, places, tuple(sorted({len(row) for row in rows})))


def _latin_of(names: Sequence[str]) -> dict[Units, list[tuple[Units, float]]]:
    """Return the Latin spellings of the chunks of some scripts."""
    return {
        chunk: [(tuple(latin), cost) for latin, cost in spellings]
        for name in names
        for chunk, spellings in sounds_of(name).items()
    }


@cache
def _to_latin() -> Told:
    """Return the Latin spellings of other letters."""
    return _told(_latin_of(_OTHER), _TO_LATIN, ord)


@cache
def _respelled() -> Told:
    """Return other Latin spellings of Latin letters."""
    return _told(_latin_of(["latin"]), _RESPELLED, ord)


@cache
def _from_latin() -> Told:
    """Return the other letters that are spelled like Latin ones."""
    found: dict[Units, list[tuple[Units, float]]] = defaultdict(list)
    for name in _OTHER:
        for chunk, spellings in sounds_of(name).items():
            for latin, cost in spellings:
                found[tuple(latin)].append((chunk, cost))
    return _told(found, _FROM_LATIN, _numbers().__getitem__)


def latin_units(word: str) -> Units:
    """Return the letters of a folded Latin word; () if it is not compared by sound."""
    readable = word.isascii() and word.isalpha() and word.islower()
    return tuple(word) if readable and _SHORTEST <= len(word) <= _LONGEST else ()


def other_units(word: str) -> Units:
    """Return the units of a word in another script; () if it is not compared by sound."""
    found = units_of(word) if len(word) <= _LONGEST else ()
    return () if any(unit.isascii() for unit in found) else found


def is_latin(word: Units) -> bool:
    """Return whether a word is in Latin letters."""
    return word[0].isascii()


def sounding_of(words: Sequence[Units]) -> Sounding:
    """Prepare the words of a list, by number."""
    latin, other = _numbered(words, latin=True), _numbered(words, latin=False)
    numbers = _numbers() if other else {}
    return Sounding(
        tree_of(
            [tuple(map(ord, words[number])) for number in latin],
            latin,
            [latin_costs("".join(words[number])) for number in latin],
            {_UNKNOWN: _OTHERS} | {ord(letter): cost for letter, cost in _LEFT_OUT.items()},
        ),
        tree_of(
            [tuple(numbers.get(unit, _UNKNOWN) for unit in words[number]) for number in other],
            other,
            [[] for _ in other],
            {_UNKNOWN: _ALONE},
        ),
    )


def _numbered(words: Sequence[Units], *, latin: bool) -> list[int]:
    return [number for number, word in enumerate(words) if word and is_latin(word) == latin]


def heard_among(listed: Sounding, words: Sequence[Units]) -> Heard:
    """Find the listed words that sound like each word, in another script or another spelling.

    Args:
        listed: Words of the list.
        words: Words asked about.

    Returns:
        By word: the listed ones; the share is of how unlikely the Latin word of the pair is.
    """
    latin = [word if word and is_latin(word) else () for word in words]
    other = [() if word and is_latin(word) else word for word in words]
    parts = (
        _heard(listed.latin, _to_latin, other),
        _heard(listed.other, _from_latin, latin),
        _heard(listed.latin, _respelled, latin, respelled=True),
    )
    sizes = [np.diff(each.heads) for each in parts]
    heads = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.sum(sizes, axis=0))))
    owner = np.concatenate([np.repeat(np.arange(len(words)), each) for each in sizes])
    order = np.argsort(owner, kind="stable")
    columns = zip(*(each[1:] for each in parts), strict=True)
    return Heard(heads, *(np.concatenate(each)[order] for each in columns))


def _heard(
    tree: Tree, told: Callable[[], Told], words: Sequence[Units], *, respelled: bool = False
) -> Heard:
    if not len(tree.words) or not any(words):
        none = np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.bool_)
        return Heard(np.zeros(len(words) + 1, np.int64), *none)
    return heard(tree, told().rules, _readable(told(), words), respelled=respelled)


def _readable(told: Told, words: Sequence[Units]) -> Readable:
    """Look up the rules for each part of the words."""
    heads = [0, *accumulate(len(word) + 1 if word else 0 for word in words)]
    arcs, sizes, rows, costs, extra = [0], [], [], [], []
    for word in filter(None, words):
        for place in range(len(word) + 1):
            for size in told.sizes:
                row = told.rows.get(word[place : place + size], -1)
                if row >= 0 and place + size <= len(word):
                    sizes.append(size)
                    rows.append(row)
            arcs.append(len(rows))
        costs += [0.0, *(latin_costs("".join(word)) if is_latin(word) else [0.0] * len(word))]
        extra += [*map(_extra, ("", *word), word), 0.0]
    return Readable(
        np.array(heads, np.int64),
        np.array(arcs, np.int64),
        np.array(sizes, np.int8),
        np.array(rows, np.int32),
        np.array(costs, np.float32),
        np.array(extra, np.float32),
    )


def _extra(before: str, letter: str) -> float:
    """Return the cost of a letter asked about that stands for nothing."""
    if not letter.isascii():
        return _ALONE
    return DOUBLED if letter == before else _LEFT_OUT.get(letter, _OTHERS)
