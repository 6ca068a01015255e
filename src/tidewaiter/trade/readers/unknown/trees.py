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

from tidewaiter.trade.messages.json_text import text_of
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.mapping import NEEDED, survey_columns
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.types import NUMBERS, ReadOptions, keys_of

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
                own = dict(_texts(each, ""))
                before = groups.get(here, _Group(0, 0, 0))
                groups[here] = _Group(
                    before.objects + 1,
                    before.needed + any(map(_is_needed, own)),
                    before.letters + sum(map(_letters, own.values())),
                )
                _look(each, here, groups, depth + 1)


def is_objects(value: object) -> bool:
    """Return whether a value is a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


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
    yield from _unfolded(node, path, "", {}, is_first=True)


def _unfolded(
    node: Node, path: Path, at: str, above: Mapping[str, str], *, is_first: bool
) -> Iterator[Line]:
    inner = _below(node, path)
    own = dict(_texts(node, at, path if inner else ()))
    if not inner:
        yield Line(own, dict(above), is_first)
        return
    above = {**above, **own}
    below = ".".join(filter(None, (at, *path[: len(path) - len(inner.rest)])))
    for each in inner.nodes:
        yield from _unfolded(each, inner.rest, below, above, is_first=is_first)
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


class Reading:
    """Converts the lines of documents to fields, as far as the names of their keys are known."""

    def __init__(self) -> None:
        self._plans: dict[tuple[str, ...], Columns] = {}

    def found(self, line: Line, row: int) -> Found:
        """Return a line: its fields, and its other texts.

        Args:
            line: The line.
            row: Number of the line in the file, from 1.
        """
        texts = {**line.above, **line.own}
        keys = tuple(texts)
        plan = self._plan(keys, tuple(texts.values()))
        fields = {
            field: " ".join(texts[keys[place]] for place in dict.fromkeys(places))
            for field, places in plan.places.items()
        }
        wordy = {field for field in _OF_NUMBERS & fields.keys() if not _DIGIT.search(fields[field])}
        for field in wordy:  # its name is not what it seems: its words are other text
            del fields[field]
        for field, unit in plan.units.items():
            if (
                field not in wordy
                and f"{field}.unit" not in fields
                and not any(map(str.isalpha, fields[field]))
            ):
                fields[field] = f"{fields[field]} {unit}"
        used = {keys[place] for field in fields for place in plan.places[field]}
        kept = line.own if not line.is_first else texts
        return Found(
            row=row,
            fields=fields,
            kept=tuple((key, text) for key, text in kept.items() if key not in used),
        )

    def _plan(self, keys: tuple[str, ...], texts: tuple[str, ...]) -> Columns:
        plan = self._plans.get(keys)
        if plan is None:
            plan = survey_columns(tuple(map(titled, keys)), (texts,), "", ReadOptions())[0]
            if len(self._plans) > _PLANS:
                self._plans.clear()
            self._plans[keys] = plan
        return plan


_PLANS = 1_000
_DIGIT = re.compile(r"\d")
_OF_NUMBERS = frozenset((*NUMBERS, *keys_of("count"), "seq"))
