"""Parser of alert sentences stored before revision 0032, which turns them into phrases.

A template consists of fixed parts and slots for any text. Fixed parts are regular expressions
without unbounded repetition, searched from the left, so the cost is linear in the length of the
sentence, whatever it contains. If the fixed part between two slots also occurs within one of
them, the boundary is ambiguous and there is no match: the sentence is kept as written.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import msgspec

from tidewaiter.base.countries import country_codes, country_name
from tidewaiter.base.phrases import Phrase, as_written, slots_of
from tidewaiter.base.resources import data, read_toml

_LONGEST = 4_000  # maximum length in characters; no stored template produces a longer sentence


class _Hole(NamedTuple):
    """A slot in a template."""

    kind: str  # "": a name, a number or a quotation
    pattern: str | None  # regular expression of a closed kind; None: any text


class _Filled(NamedTuple):
    """A template by its code; each slot has the index of its slot or another template."""

    code: str
    slots: Mapping[str, "int | _Filled"]


class _Shape(NamedTuple):
    """A possible sentence: alternating texts and slots, and the templates they come from."""

    parts: tuple[str | _Hole, ...]
    tree: "int | _Filled"
    holes: tuple[_Hole, ...]


class _Pattern:
    """A compiled shape."""

    def __init__(self, shape: _Shape) -> None:
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
        """Return the slot values, in order; None: the sentence does not match this shape."""
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
        """Return whether no fixed part between the ends could also match further to the right."""
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


def _numbered(parts: Sequence[str | _Hole]) -> Iterator[tuple[int, str | _Hole]]:
    """Yield the parts, with numbered slots."""
    number = -1
    for part in parts:
        number += isinstance(part, _Hole)
        yield number, part


_MADE = {
    "figure": r"\d{1,3}(?:,\d{3}){0,6}(?:\.\d{1,9})?|\d{1,18}(?:\.\d{1,9})?",
    "percent": r"\d{1,3}%",
    "day": r"\d{4}-\d{2}-\d{2}",
    "month": r"\d{4}(?:-\d{2})?",
    "year": r"\d{4}",
    "code": "[A-Z]{3}",
    "land": "[A-Z]{2}",
    "law": "[a-z0-9-]{1,60}",
    "entry": r"\S{1,100}",
}
"""Kinds recognised by their format."""

_OPEN = frozenset({"", "english", "said"})


class _Joined(msgspec.Struct, frozen=True):
    """A list of values of one kind."""

    of: str  # "": names or numbers
    by: str  # separator


class _File(msgspec.Struct, frozen=True):
    """Content of data/migrations/sentences.toml."""

    slots: dict[str, str]
    words: dict[str, dict[str, str]]
    joined: dict[str, _Joined]
    groups: dict[str, list[tuple[str, str]]]  # codes and templates


class _Book:
    """All kinds of values in sentences; a rule is a kind too: "rule vague"."""

    def __init__(self, file: _File) -> None:
        self._slots, self.joined, self.groups = file.slots, file.joined, file.groups
        self.words = dict(file.words)
        self.countries = {country_name(code): code for code in country_codes()}
        self.words["country"] = self.countries
        self.patterns = cache(self._patterns)
        self._closed = cache(self._expression)

    def kind_of(self, slot: str, within: str) -> str:
        """Return the kind of a template's slot; "": a name, a number or a quotation."""
        plain = slot.rstrip("0123456789")
        owner = within.removeprefix("rule ")
        named = self._slots.get(f"{owner}.{plain}") or self._slots.get(plain) or plain
        known = named in _MADE or named in _OPEN or named in self.words or named in self.joined
        return named if known or named in self.groups else ""

    def _patterns(self, kind: str) -> tuple[_Pattern, ...]:
        """Return the compiled shapes of a group, in file order."""
        some = self.groups.get(kind, ())
        return tuple(_Pattern(shape) for each in some for shape in self._of(*each, kind))

    def _expression(self, kind: str) -> str | None:
        """Return a regular expression for all values of a kind; None: any text."""
        if kind in _OPEN or kind in self.joined:
            return None
        if kind in _MADE:
            return _MADE[kind]
        if kind in self.words:
            some = sorted(self.words[kind], key=lambda each: -len(each))
            return "|".join(map(re.escape, some)) + (f"|{_MADE['land']}" * (kind == "country"))
        told = [self._closed_text(text, kind) for _, text in self.groups[kind]]
        return "|".join(each for each in told if each) if all(told) else None

    def _closed_text(self, text: str, kind: str) -> str | None:
        made = ""
        for literal, slot in slots_of(text):
            made += re.escape(literal)
            if slot is not None:
                inner = self._closed(self.kind_of(slot, kind))
                if inner is None:
                    return None
                made += f"(?:{inner})"
        return made

    def _of(self, code: str, text: str, kind: str) -> Iterator[_Shape]:
        """Yield the shapes of a template, one for each combination of its open groups."""
        for parts, tree in self._ways(code, text, kind):
            holes = tuple(part for part in parts if isinstance(part, _Hole))
            yield _Shape(parts=parts, tree=_counted(tree, iter(range(len(holes)))), holes=holes)

    def _ways(
        self, code: str, text: str, kind: str
    ) -> Iterator[tuple[tuple[str | _Hole, ...], _Filled]]:
        told = slots_of(text)
        framed = sum(len(literal) for literal, _ in told) > 0
        slots = [slot for _, slot in told if slot is not None]
        for chosen in product(*(list(self._fills(slot, kind, framed=framed)) for slot in slots)):
            parts: list[str | _Hole] = []
            fills = iter(chosen)
            for literal, slot in told:
                parts += [literal] if literal else []
                parts += next(fills)[0] if slot is not None else ()
            trees = {slot: tree for slot, (_, tree) in zip(slots, chosen, strict=True)}
            yield tuple(parts), _Filled(code, trees)

    def _fills(
        self, slot: str, within: str, *, framed: bool
    ) -> Iterator[tuple[tuple[str | _Hole, ...], "int | _Filled"]]:
        """Yield the possible contents of a slot: a slot, or the templates of an open group.

        English text is the last alternative of a group: text that matches no template is kept
        within its
        frame.
        """
        kind = self.kind_of(slot, within)
        if kind not in self.groups or self._closed(kind) is not None:
            yield (_Hole(kind, self._closed(kind)),), 0
            return
        for code, text in self.groups[kind]:
            yield from self._ways(code, text, kind)
        if framed and not any(self._is_any(text) for _, text in self.groups[kind]):
            yield (_Hole("english", None),), 0

    def _is_any(self, text: str) -> bool:
        """Return whether a template consists only of a slot for any text."""
        (literal, slot), *more = slots_of(text)
        return not literal and not more and slot is not None and self.kind_of(slot, "") == ""


def _counted(tree: "int | _Filled", numbers: Iterator[int]) -> "int | _Filled":
    """Return a tree with its slots numbered in the order of the text."""
    if not isinstance(tree, _Filled):
        return next(numbers)
    return _Filled(tree.code, {k: _counted(each, numbers) for k, each in tree.slots.items()})


@cache
def _book() -> _Book:
    return _Book(read_toml(data("migrations", "sentences.toml"), _File))


def phrase_of(kind: str, text: str) -> Phrase:
    """Return the phrase that a stored sentence was made from; if none matches, as written.

    Args:
        kind: A group of data/migrations/sentences.toml, or several "joined" there.
        text: The sentence, in English.
    """
    found = _value(kind, text) if text and len(text) <= _LONGEST else text
    return found if isinstance(found, Phrase) else as_written(text)


def _value(kind: str, text: str) -> Any:
    """Parse a text of a kind: a phrase, several phrases, or a value."""
    book = _book()
    if text.endswith(")") and " (turned " in text and kind != "switched":
        switched = _matched("switched", text)
        if isinstance(switched, Phrase):
            inner = phrase_of(kind, str(switched.parameters["text"]))
            return Phrase(switched.code, **{**switched.parameters, "text": inner})
    if kind in book.joined:
        each = book.joined[kind]
        parts = text.split(each.by)
        return tuple(_value(each.of, part) for part in parts) if each.of else tuple(parts)
    if kind in book.groups:
        found = _matched(kind, text)
        lowered = text[:1].lower() + text[1:]  # a part that is also a complete sentence
        return _matched(kind, lowered) or text if found is None else found
    if kind == "country":
        return book.countries.get(text, text)
    return _Figure(text.replace(",", "")) if kind == "figure" else text


class _Figure(str):
    """A number as written; counts become integers, amounts remain text."""

    __slots__ = ()

    def of(self, code: str) -> str | int:
        """Return the number in the type that a phrase uses."""
        amount = code.startswith(("quantity/", "content/", "bound/", "strength/", "price/"))
        return int(self) if self.isdecimal() and not amount else str(self)


def _matched(kind: str, text: str) -> Any:
    """Return the value from the first matching template of a group; None: no match."""
    for pattern in _book().patterns(kind):
        values = pattern.values(text)
        if values is not None:
            kinds = [hole.kind for hole in pattern.shape.holes]
            told = [_value(*each) for each in zip(kinds, values, strict=True)]
            return _grown(pattern.shape.tree, told)
    return None


def _grown(tree: int | _Filled, told: Sequence[Any]) -> Any:
    if not isinstance(tree, _Filled):
        return told[tree]
    values = {slot: _grown(each, told) for slot, each in tree.slots.items()}
    if not tree.code:
        return next(iter(values.values()))
    values = {k: v.of(tree.code) if isinstance(v, _Figure) else v for k, v in values.items()}
    anew = _ANEW.get(tree.code)
    return Phrase(tree.code, **values) if anew is None else anew(values)


_ASIDE = {
    "what stands beside it, or its charge": "salt",
    "stereo": "stereo",
    "isotopes": "isotope",
    "mobile hydrogen": "tautomer",
    "charge": "charge",
}


def _compared(code: str) -> Callable[[dict[str, Any]], Phrase]:
    def made(told: dict[str, Any]) -> Phrase:
        compared = told.pop("compared")
        return Phrase("support/of", compared=compared, values=Phrase(code, **told))

    return made


def _but_for(told: dict[str, Any]) -> Phrase:
    parts = [_ASIDE.get(each) for each in str(told["aside"]).split(", ")]
    if not all(parts):
        return Phrase("found/structure-but", **told)
    aside = [Phrase(f"aside/{each}") for each in parts]
    return Phrase("found/structure-but", name=told["name"], aside=aside)


def _parted(code: str, *slots: str) -> Callable[[dict[str, Any]], Phrase]:
    """Split values that were stored as one text; the phrase produces the same text."""

    def made(told: dict[str, Any]) -> Phrase:
        parts = {each: told[each].split(", ") for each in slots if isinstance(told[each], str)}
        return Phrase(code, **{**told, **parts})

    return made


_ANEW: Mapping[str, Callable[[dict[str, Any]], Phrase]] = {
    "support/against": _compared("values/against"),
    "support/entry": _compared("values/entry"),
    "support/values": _compared("values/plain"),
    "bulk/both": lambda told: Phrase(
        "bulk/both", mass=told["mass"], volume=Phrase("quantity/l", figure=told["figure"])
    ),
    "found/edit-listed": lambda told: Phrase(
        "found/edit-listed", name=told["name"], steps=told["edits"]
    ),
    "found/edits-listed": lambda told: Phrase(
        "found/edits-listed", figure=told["figure"], name=told["name"], steps=told["edits"]
    ),
    "found/structure-but": _but_for,
    "trade-change": _parted("trade-change", "chapters", "others"),
    "co-loaded": _parted("co-loaded", "chapters", "others"),
    "some/more": _parted("some/more", "names"),
}
"""Codes whose parameters differ from the slots of the stored sentence."""
