"""The templates of the sentences of alerts, found again in a sentence made from one.

A template is fixed stretches with holes between them that hold anything. A stretch is a regular
expression without an unbounded repeat that is looked for from the left, so the cost grows with the
length of the sentence and not with its square, whatever it holds. Where what stands between two
holes stands in one of them too, it is not certain where one ends, and nothing is found.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import product
from string import Formatter
from typing import NamedTuple

from msgspec import field

from tidewaiter.base.countries import country_codes, country_name
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.ownership import cautions
from tidewaiter.parties.resolution.shell_signs import sign_rules
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.switches import load_switch_rules

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


_DAY = r"\d{4}-\d{2}-\d{2}"
_MADE = {
    "figure": r"\d{1,3}(?:,\d{3}){0,6}(?:\.\d{1,9})?|\d{1,18}(?:\.\d{1,9})?",
    "percent": r"\d{1,3}%",
    "day": _DAY,
    "month": r"\d{4}(?:-\d{2})?",
    "year": r"\d{4}",
    "code": "[A-Z]{3}",
    "land": "[A-Z]{2}",
    "law": "[a-z0-9-]{1,60}",
    "entry": r"\S{1,100}",
}
"""Kinds that are known by how they are written."""

_OPEN = frozenset({"", "english", "said"})
_DIGITS = "0123456789"


class Joined(Record, frozen=True, kw_only=True):
    """Several of a kind, one after another."""

    of: str  # "": names or numbers
    by: str  # what stands between two


class _File(Record, frozen=True, kw_only=True):
    """All of data/rules/sentences.toml."""

    version: str
    slots: dict[str, str]
    counted: dict[str, str]
    words: dict[str, dict[str, str]]
    groups: dict[str, tuple[str, ...]]
    joined: dict[str, Joined]
    rules: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Book:
    """Every kind of thing that sentences are made of; a rule is a kind too: "rule vague"."""

    def __init__(self, file: _File, rules: AlertRules) -> None:
        """Take the parts of sentences, and the sentences of rules."""
        self._slots = file.slots
        self.counted: Mapping[str, str] = file.counted
        self.words: dict[str, Mapping[str, str]] = dict(file.words)
        listing = file.words["listing"]
        self.words["listing"] = {**listing, **{row.title: row.title for row in rules.control}}
        self.words["country"] = {country_name(code): code for code in country_codes()}
        self.words["cautions"] = {" ".join(cautions()): ""}
        self.joined = file.joined
        switches = load_switch_rules()
        self.groups: dict[str, tuple[str, ...]] = {
            **file.groups,
            "shown": tuple(each.text for each in sign_rules().signs.values()),
            **{f"rule {slug}": (text,) for slug, text in _sentences(rules)},
            "rule kept": (switches.kept,),
            "switched": (switches.off, switches.down),
            **{f"rule {slug}": texts for slug, texts in file.rules.items()},
        }
        self._patterns: dict[str, tuple[Pattern, ...]] = {}
        self._closed: dict[str, str | None] = {}

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Return the rules whose sentences are known."""
        return tuple(k.removeprefix("rule ") for k in self.groups if k.startswith("rule "))

    def kind_of(self, slot: str, within: str) -> str:
        """Return what a slot of a template holds; "": a name, a number or a quote.

        Args:
            slot: Its name.
            within: The kind of the template.
        """
        plain = slot.rstrip(_DIGITS)
        owner = within.removeprefix("rule ")
        named = self._slots.get(f"{owner}.{plain}") or self._slots.get(plain) or plain
        known = named in _MADE or named in _OPEN or named in self.words or named in self.joined
        return named if known or named in self.groups else ""

    def patterns(self, kind: str) -> tuple[Pattern, ...]:
        """Return the shapes of a group, ready to be looked for, in the order of the file."""
        if kind not in self._patterns:
            made = (Pattern(shape) for text in self.groups[kind] for shape in self._of(text, kind))
            self._patterns[kind] = tuple(made)
        return self._patterns[kind]

    def closed(self, kind: str) -> str | None:
        """Return a regular expression of all that a kind can be; None: it can be anything."""
        if kind not in self._closed:
            self._closed[kind] = self._expression(kind)
        return self._closed[kind]

    def _expression(self, kind: str) -> str | None:
        if kind in _OPEN or kind in self.joined:
            return None
        if kind in _MADE:
            return _MADE[kind]
        if kind in self.words:
            some = sorted(self.words[kind], key=lambda each: -len(each))
            return "|".join(map(re.escape, some)) + (f"|{_MADE['land']}" * (kind == "country"))
        told = [self._closed_text(text, kind) for text in self.groups[kind]]
        return "|".join(each for each in told if each) if all(told) else None

    def _closed_text(self, text: str, kind: str) -> str | None:
        made = ""
        for literal, slot in slots_of(text):
            made += re.escape(literal)
            if slot is not None:
                inner = self.closed(self.kind_of(slot, kind))
                if inner is None:
                    return None
                made += f"(?:{inner})"
        return made

    def _of(self, text: str, kind: str) -> Iterator[Shape]:
        """Yield the shapes of a template: one for each way in which its open groups can be said."""
        for parts, tree in self._ways(text, kind):
            holes = tuple(part for part in parts if isinstance(part, Hole))
            yield Shape(parts=parts, tree=_counted(tree, iter(range(len(holes)))), holes=holes)

    def _ways(self, text: str, kind: str) -> Iterator[tuple[tuple[str | Hole, ...], Filled]]:
        told = list(slots_of(text))
        framed = sum(len(literal) for literal, _ in told) > 0
        slots = [slot for _, slot in told if slot is not None]
        choices = [list(self._fills(slot, kind, framed=framed)) for slot in slots]
        for chosen in product(*choices):
            parts: list[str | Hole] = []
            fills = iter(chosen)
            for literal, slot in told:
                parts += [literal] if literal else []
                parts += next(fills)[0] if slot is not None else ()
            trees = {slot: tree for slot, (_, tree) in zip(slots, chosen, strict=True)}
            yield tuple(parts), Filled(text, trees)

    def _fills(
        self, slot: str, within: str, *, framed: bool
    ) -> Iterator[tuple[tuple[str | Hole, ...], "int | Filled"]]:
        """Yield what may stand in a slot: a hole, or the ways of a group that is not closed.

        Of a group, English stands last: what none of its templates fits is kept within its frame.
        """
        kind = self.kind_of(slot, within)
        if kind not in self.groups or self.closed(kind) is not None:
            yield (Hole(kind, self.closed(kind)),), 0
            return
        for text in self.groups[kind]:
            yield from self._ways(text, kind)
        if framed and not any(map(self._is_any, self.groups[kind])):
            yield (Hole("english", None),), 0

    def _is_any(self, text: str) -> bool:
        """Tell whether a template is a slot for anything, and nothing else."""
        (literal, slot), *more = slots_of(text)
        return not literal and not more and slot is not None and self.kind_of(slot, "") == ""


def _counted(tree: "int | Filled", numbers: Iterator[int]) -> "int | Filled":
    """Return a tree with each of its holes numbered, in their order in the text."""
    if not isinstance(tree, Filled):
        return next(numbers)
    return Filled(tree.template, {k: _counted(each, numbers) for k, each in tree.slots.items()})


def _sentences(rules: AlertRules) -> Iterator[tuple[str, str]]:
    """Yield the sentence of each rule of alerts.toml."""
    for some in (rules.evidence, rules.check, rules.past.rules):
        yield from ((slug, rule.text) for slug, rule in some.items())
    yield "party", rules.party.text
    yield "tied", rules.party.linked.text
    yield "sign", rules.sign.text


@cache
def load_book() -> Book:
    """Load the sentences of our own files once.

    Raises:
        RegistryError: A file is malformed.
    """
    return Book(read_toml(data("rules", "sentences.toml"), _File), load_alert_rules())
