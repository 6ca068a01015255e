"""Lines in nested documents of unknown layout: the repeated group that describes goods.

Such a document is an object with texts, objects and lists of objects. One of its lists holds the
lines: the one whose objects have a goods description or a code of their own, or else the most
words. What stands above a line applies to it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from tidewaiter.trade.messages.json_text import is_objects, text_of
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.mapping import NEEDED, survey_columns
from tidewaiter.trade.readers.json_rows import header
from tidewaiter.trade.readers.table import NOTHING
from tidewaiter.trade.types import NUMBERS, TEXTS, ReadOptions, keys_of

Node = Mapping[str, Any]
"""An object: texts, numbers, objects, and lists of these."""

Path = tuple[str, ...]
"""Keys from the document to a list of objects."""

TEXT = "text"
"""Key of the text of an element that has attributes or children, too."""

_TRIED = 50  # objects of a list that are looked at to choose the lines
_LETTERS = 3  # minimum letters of a word
_DEEPEST = 100


class _Group(NamedTuple):
    """What the first objects of a list hold themselves."""

    objects: int
    needed: int  # objects with goods or a code, by the name of a key
    letters: int


class Line(NamedTuple):
    """A line: texts by path."""

    own: dict[str, str]
    above: dict[str, str]  # applies to other lines, too
    is_first: bool  # the first below what stands above it
    is_only: bool = False  # what stands above it, an amount too, applies to no other


def choose_lines(document: Node) -> Path:
    """Return where the lines are; empty: the document is one line."""
    groups: dict[Path, _Group] = {}
    _look(document, (), groups, 0)
    worth = {path: each for path, each in groups.items() if each.needed or each.letters}
    return max(worth, key=lambda path: (*worth[path][1:], len(path)), default=())


def _look(node: Node, path: Path, groups: dict[Path, _Group], depth: int) -> None:
    if depth > _DEEPEST:
        return
    for key, value in node.items():
        if isinstance(value, dict):
            _look(value, (*path, key), groups, depth + 1)
        elif is_objects(value):
            here = (*path, key)
            for each in islice(value, _TRIED):
                own = dict(_texts(each, key))
                before = groups.get(here, _Group(0, 0, 0))
                groups[here] = _Group(
                    before.objects + 1,
                    before.needed + any(map(_is_needed, own)),
                    before.letters + sum(map(_letters, own.values())),
                )
                _look(each, here, groups, depth + 1)


def has_lines_inside(node: Node, depth: int = 0) -> bool:
    """Return whether a list in an object has lines: a description with an amount or a code."""
    if depth > _DEEPEST:
        return False
    return any(
        has_lines_inside(value, depth + 1)
        if isinstance(value, dict)
        else is_objects(value) and any(map(_is_line, islice(value, _TRIED)))
        for value in node.values()
    )


def _is_line(node: Node) -> bool:
    found = {each.field for path, _ in _texts(node, "") for each in find_columns(titled(path))}
    return not found.isdisjoint(TEXTS) and not found.isdisjoint(_OF_LINES)


def _letters(text: str) -> int:
    return sum(len(word) for word in text.split() if len(word) >= _LETTERS and word.isalpha())


@lru_cache(maxsize=1 << 12)
def _is_needed(path: str) -> bool:
    return any(found.field in NEEDED for found in find_columns(titled(path)))


@lru_cache(maxsize=1 << 12)
def titled(path: str) -> str:
    """Return what a path is called, for its meaning: its last two names, or the last alone."""
    names = [name for name in path.split(".") if name != TEXT][-2:]
    both = " ".join(dict.fromkeys(names))
    alone = names[-1] if names else both
    if both == alone or alone.lower() in _OF_ANYTHING or find_columns(both):
        return both
    return alone if find_columns(alone) else both


_OF_ANYTHING = frozenset(
    ("address", "code", "country", "date", "id", "name", "number", "title", "type", "value")
)
"""Names that say nothing without the one above."""


def unfolded(node: Node, path: Path) -> Iterator[Line]:
    """Yield the lines of a document; parts without lines are lines themselves.

    Args:
        node: The document.
        path: From `choose_lines`.
    """
    yield from _unfolded(node, path, "", {}, is_first=True, is_only=True)


def _unfolded(
    node: Node, path: Path, at: str, above: Mapping[str, str], *, is_first: bool, is_only: bool
) -> Iterator[Line]:
    inner = _below(node, path)
    own = dict(_texts(node, at, path if inner else ()))
    if not inner:
        yield Line(own, dict(above), is_first, is_only)
        return
    above = {**above, **own}
    below = ".".join(filter(None, (at, *path[: len(path) - len(inner.rest)])))
    for each in inner.nodes:
        only = is_only and len(inner.nodes) == 1
        yield from _unfolded(each, inner.rest, below, above, is_first=is_first, is_only=only)
        is_first = False


class _Inner(NamedTuple):
    """The objects of the first list on a path, and the rest of the path."""

    nodes: Sequence[Node]
    rest: Path


def _below(node: Node, path: Path) -> _Inner | None:
    """Follow a path to its first list; None: it is not there."""
    for place, key in enumerate(path):
        value = node.get(key)
        if is_objects(value):
            return _Inner(value, path[place + 1 :])  # type: ignore[arg-type]
        if not isinstance(value, dict):
            return None
        node = value
    return None


def _texts(node: Node, at: str, but: Path = ()) -> Iterator[tuple[str, str]]:
    """Yield the texts of an object by path, without those at a path."""
    for key, value in node.items():
        name = f"{at}.{key}" if at else key
        further = but[1:] if but and but[0] == key else ()
        if but and but[0] == key and not isinstance(value, dict):
            continue
        if isinstance(value, dict) and not _is_amount(value):
            yield from _texts(value, name, further)
        elif text := text_of(value):
            yield name, text


def _is_amount(value: Mapping[str, Any]) -> bool:
    return "value" in value and len(value) > 1 and value.keys() <= _AMOUNT


_AMOUNT = frozenset(("value", "amount", "unit", "currency"))


class _Read(NamedTuple):
    """What the texts of an object, or of those above it, mean."""

    fields: dict[str, str]
    by_field: dict[str, Sequence[str]]  # keys that a field was read from
    used: set[str]


class _Step(NamedTuple):
    """How a field is read from the texts of an object."""

    field: str
    places: Sequence[int]  # of its texts
    unit: str  # told by a key
    is_number: bool


def _group(field: str) -> str:
    """Return the party or place that a field belongs to, or the amount with its unit."""
    return field.partition(".")[0]


class Reading:
    """Converts the lines of documents to fields, as far as the names of their keys are known."""

    def __init__(self) -> None:
        self._plans: dict[tuple[str, ...], Sequence[_Step]] = {}
        self._above: tuple[Mapping[str, str], _Read] = ({}, _Read({}, {}, set()))  # the last one

    def found(self, line: Line, row: int) -> Found:
        """Return a line: its fields, and its other texts.

        Args:
            line: The line.
            row: Number of the line in the file, from 1.
        """
        own = self._read(line.own)
        if line.above != self._above[0]:
            self._above = line.above, self._read(line.above)
        above = self._above[1]
        held = {_group(field) for field in own.fields}
        applied: set[str] = set()  # keys above that were used
        for field, text in above.fields.items():
            if _group(field) not in held and (line.is_only or field not in _OF_NUMBERS):
                own.fields[field] = text
                applied.update(above.by_field[field])
        shared = line.above if line.is_first else {}
        kept = [(key, text) for key, text in shared.items() if key not in applied]
        kept += [(key, text) for key, text in line.own.items() if key not in own.used]
        return Found(row=row, fields=own.fields, kept=tuple(kept))

    def _read(self, texts: Mapping[str, str]) -> _Read:
        keys, values = tuple(texts), tuple(texts.values())
        found = _Read({}, {}, set())
        for field, places, unit, is_number in self._plan(keys, values):
            filled = [at for at in places if values[at] not in _EMPTY]
            if not filled:
                continue
            if field == "consignment":  # of several numbers, the first one counts
                filled = filled[:1]
            text = " ".join([values[at] for at in filled])
            if is_number and not _DIGIT.search(text):
                continue  # its name misleads: its words are other text
            if unit and f"{field}.unit" not in found.fields and not any(map(str.isalpha, text)):
                text = f"{text} {unit}"
            found.fields[field] = text
            used = [keys[at] for at in filled]
            found.used.update(used)
            found.by_field[field] = used
        return found

    def _plan(self, keys: tuple[str, ...], texts: tuple[str, ...]) -> Sequence[_Step]:
        plan = self._plans.get(keys)
        if plan is None:
            columns = survey_columns(tuple(map(titled, keys)), (texts,), "", ReadOptions())[0]
            steps = [
                _Step(field, places, columns.units.get(field, ""), field in _OF_NUMBERS)
                for field, places in columns.places.items()
                if field in _KNOWN
            ]
            plan = sorted(steps, key=lambda step: bool(step.unit))  # after the units in texts
            if len(self._plans) > _PLANS:
                self._plans.clear()
            self._plans[keys] = plan
        return plan


_EMPTY = frozenset((*NOTHING, *map(str.upper, NOTHING), *map(str.title, NOTHING), "", " "))
_PLANS = 1_000
_OF_LINES = frozenset((*NUMBERS, *keys_of("count"), "hs", "origin"))
_KNOWN = frozenset(header())  # two parties of a role; the texts of a third are kept
_DIGIT = re.compile(r"\d")
_OF_NUMBERS = frozenset((*NUMBERS, *keys_of("count"), "seq"))
