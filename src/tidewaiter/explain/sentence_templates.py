"""The book of sentences: the templates of alerts, from the files of rules and sentences.toml."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from itertools import product

from msgspec import field

from tidewaiter.base.countries import country_codes, country_name
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.casework.switches import load_switch_rules
from tidewaiter.consignments.rules import AlertRules, load_alert_rules
from tidewaiter.parties.ownership import cautions
from tidewaiter.parties.resolution.signs import sign_rules
from tidewaiter.report.sentences import Filled, Hole, Pattern, Shape, slots_of

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
