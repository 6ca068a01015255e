"""Sentences: a template found again in a sentence that was filled in from it.

A template is fixed stretches with holes between them that hold anything. A stretch is a regular
expression without an unbounded repeat that is looked for from the left, so the cost grows with the
length of the sentence and not with its square, whatever it holds. Where what stands between two
holes stands in one of them too, it is not certain where one ends, and nothing is found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import NamedTuple

LONGEST = 4_000
"""Characters of a sentence that is looked at; a longer one is not of ours."""


class Hole(NamedTuple):
    """A place in a template for something that is not said by the template."""

    kind: str  # "": a name, a number or a quote
    pattern: str | None  # of a closed kind; None: anything may stand there


class Filled(NamedTuple):
    """A template, and for each of its slots a hole (its place among all) or another template."""

    template: str
    slots: Mapping[str, "int | Filled"]


class Shape(NamedTuple):
    """What a sentence may look like: texts and holes in turn, and the templates they are of."""

    parts: tuple[str | Hole, ...]
    tree: "int | Filled"
    holes: tuple[Hole, ...]


def slots_of(template: str) -> Iterator[tuple[str, str | None]]:
    """Yield the texts of a template, each with the slot after it; None: there is none."""
    for text, slot, _, _ in Formatter().parse(template):
        yield text, slot


class Pattern:
    """One shape, ready to be looked for."""

    def __init__(self, shape: Shape) -> None:
        """Lay out the fixed stretches of a shape."""
        self.shape = shape
        stretches, self._order = [""], list[list[int]]([[]])
        opened: list[int] = []
        for number, part in _numbered(shape.parts):
            if isinstance(part, str):
                stretches[-1] += re.escape(part)
            elif part.pattern is not None:
                stretches[-1] += f"({part.pattern})"
                self._order[-1].append(number)
            else:
                opened.append(number)
                stretches.append("")
                self._order.append([])
        self._opened = opened
        stretches[-1] += r"\Z"
        self._fixed = [re.compile(each) for each in stretches]

    def values(self, text: str) -> list[str] | None:
        """Return what the holes hold, in their order; None: the sentence is not of this shape."""
        first = self._fixed[0].match(text)
        if first is None:
            return None
        if not self._opened:
            return self._gathered(text, [first])
        last = self._fixed[-1].search(text, first.end())
        if last is None:
            return None
        found, at = [first], first.end()
        for each in self._fixed[1:-1]:
            next_ = each.search(text, at, last.start())
            if next_ is None:
                return None
            found.append(next_)
            at = next_.end()
        found.append(last)
        return self._gathered(text, found) if self._is_certain(text, found) else None

    def _is_certain(self, text: str, found: Sequence[re.Match[str]]) -> bool:
        """Tell whether no stretch between the ends could stand further to the right."""
        limit = found[-1].start()
        for number in range(len(found) - 2, 0, -1):
            if self._fixed[number].search(text, found[number].start() + 1, limit):
                return False
            limit = found[number].start()
        return True

    def _gathered(self, text: str, found: Sequence[re.Match[str]]) -> list[str]:
        values = [""] * len(self.shape.holes)
        for match, order in zip(found, self._order, strict=True):
            for number, value in zip(order, match.groups(), strict=True):
                values[number] = value
        for number, before, after in zip(self._opened, found, found[1:], strict=False):
            values[number] = text[before.end() : after.start()]
        return values


def _numbered(parts: Sequence[str | Hole]) -> Iterator[tuple[int, str | Hole]]:
    """Yield parts, each hole with its number."""
    number = -1
    for part in parts:
        if isinstance(part, Hole):
            number += 1
        yield number, part
