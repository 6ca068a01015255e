"""Phrases: a message code with parameters, and its English text.

Reasons of alerts, gaps in a law and steps of a calculation are created in one place and read in
many places and languages. They are stored as codes; `explain` renders them in the reader's
language, and output for programs (JSON lines, tables, signed bundles) uses English.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from string import Formatter
from typing import Any, TypeVar

import msgspec

from tidewaiter.base.countries import country_name
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

AS_WRITTEN = "as-written"
"""Code of a literal text without a template; its parameter is the text."""

WORDING = "wording"
"""Parameter of a rule whose sentence is defined by an authority: its template."""


class Phrase:
    """A message: its code in data/rules/phrases.toml, and its parameters."""

    __slots__ = ("code", "parameters")

    code: str
    parameters: Mapping[str, "str | int | Phrase | tuple[str | Phrase, ...]"]

    def __init__(
        self, code: str, /, **parameters: "str | int | date | Decimal | Phrase | Iterable[Any]"
    ) -> None:
        """Take a code and its parameters; dates and numbers become text, iterables a tuple."""
        _set_code(self, code)
        _set_parameters(self, {name: _kept(value) for name, value in parameters.items()})

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a phrase is immutable."""
        raise AttributeError(f"a phrase is frozen: {name}")

    def __eq__(self, other: object) -> bool:
        """Compare code and parameters."""
        if not isinstance(other, Phrase):
            return NotImplemented
        return self.code == other.code and self.parameters == other.parameters

    def __hash__(self) -> int:
        """Hash code and parameters."""
        return hash((self.code, frozenset(self.parameters.items())))

    def __repr__(self) -> str:
        """Show code and parameters."""
        told = "".join(f", {name}={value!r}" for name, value in self.parameters.items())
        return f"Phrase({self.code!r}{told})"

    def __str__(self) -> str:
        """Return the text of a literal phrase; other phrases need a language."""
        if self.code == AS_WRITTEN:
            return str(self.parameters["text"])
        raise TypeError(f"a phrase has no text without a language ({self.code})")

    def __format__(self, spec: str) -> str:
        """Refuse, for the same reason as `__str__`."""
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling."""
        return _made, (self.code, dict(self.parameters))


# The frozen record is filled through its slots: alert files hold millions of phrases.
_set_code, _set_parameters = (vars(Phrase)[name].__set__ for name in Phrase.__slots__)


def _made(code: str, parameters: Mapping[str, Any]) -> Phrase:
    """Rebuild a phrase from its pickled values."""
    made = Phrase.__new__(Phrase)
    _set_code(made, code)
    _set_parameters(made, parameters)
    return made


def _kept(value: Any) -> Any:
    if isinstance(value, str | int | Phrase):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return tuple(value)


def as_written(text: str) -> Phrase:
    """Return a phrase that is a literal text."""
    return Phrase(AS_WRITTEN, text=text)


def structured(value: object) -> object:
    """Encode a phrase as code and parameters: msgspec hook for storage.

    Raises:
        NotImplementedError: Not a phrase.
    """
    if isinstance(value, Phrase):
        return {"code": value.code, "parameters": value.parameters}
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


def in_english(value: object) -> object:
    """Encode a phrase as English text: msgspec hook for other programs.

    Raises:
        NotImplementedError: Not a phrase.
    """
    if isinstance(value, Phrase):
        return english(value)
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


def read_phrase(kind: type, value: Any) -> Any:
    """Decode the output of `structured`; a plain text becomes a literal phrase: msgspec hook.

    Raises:
        NotImplementedError: Another type is requested.
        ValueError: Not a phrase.
    """
    if kind is not Phrase:
        raise NotImplementedError(f"no {kind.__name__} in JSON")
    return _read(value)


def _read(value: Any) -> Phrase:
    if isinstance(value, str):
        return as_written(value)
    if not isinstance(value, dict) or value.keys() != {"code", "parameters"}:
        raise ValueError("not a phrase")
    code, told = value["code"], value["parameters"]
    if not isinstance(code, str) or not isinstance(told, dict):
        raise TypeError("not a phrase")
    for name, each in told.items():
        if type(each) not in _PLAIN:
            told = {**told, name: _parameter(each)}
    if WORDING in told:
        slots_of(str(told[WORDING]))  # a template that is broken is refused here
    return _made(code, told)


_PLAIN = frozenset({str, int})


def _parameter(value: Any) -> Phrase | tuple[str | int | Phrase, ...]:
    if isinstance(value, dict):
        return _read(value)
    if not isinstance(value, list):
        raise TypeError("not a parameter of a phrase")
    return tuple(each if type(each) in _PLAIN else _read(each) for each in value)


T = TypeVar("T")


def stored_json(value: object) -> bytes:
    """Encode a record as JSON for `decoder_of`, with phrases as codes."""
    return msgspec.json.encode(value, enc_hook=structured)


def english_json(value: object) -> bytes:
    """Encode a record as JSON for other programs, with phrases in English."""
    return msgspec.json.encode(value, enc_hook=in_english)


def decoder_of(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Return a decoder that reads the JSON of both encoders."""
    return msgspec.json.Decoder(kind, dec_hook=read_phrase)


class PhraseBook(Record, frozen=True, kw_only=True):
    """Content of data/rules/phrases.toml."""

    version: str
    slots: dict[str, str]  # slot, or "code.slot": kind of its value
    counted: dict[str, str]  # code: slot whose number selects the plural form
    joined: dict[str, "Joined"]
    words: dict[str, dict[str, str]]  # by kind: value and its text
    phrases: dict[str, dict[str, str]]  # by group: a name and its template
    titles: dict[str, str]  # titles of rules
    rules: dict[str, str]  # sentences of reasons

    def templates(self) -> Iterator[tuple[str, str]]:
        """Yield each code and its template."""
        yield from self.rules.items()
        for group, some in self.phrases.items():
            yield from ((f"{group}/{name}", text) for name, text in some.items())

    def kind_of(self, code: str, slot: str) -> str:
        """Return the kind of value in a slot of a template; "": a name, a number or a quote."""
        plain = slot.rstrip("0123456789")
        named = self.slots.get(f"{code}.{plain}") or self.slots.get(plain) or plain
        return named if named in KINDS or named in self.words or named in self.joined else ""


class Joined(Record, frozen=True, kw_only=True):
    """Separator between several values of a kind."""

    of: str  # kind of the values; "": names, numbers or phrases
    by: str  # separator


KINDS = frozenset({"figure", "country", "said", "english", "sentence"}) | {
    "substance",
    "instrument",
    "schedule",
    "control",
}
"""Kinds of slots that the code handles: a number, a country by its code, a translatable text, one
that stays English, and a phrase that begins with a capital; then what has official names in other
languages, by the English ones.
"""


@cache
def load_phrases() -> PhraseBook:
    """Load the phrases.

    Raises:
        RegistryError: The file is invalid.
    """
    return read_toml(data("rules", "phrases.toml"), PhraseBook)


@cache
def _templates() -> dict[str, str]:
    return dict(load_phrases().templates())


def template_of(phrase: Phrase) -> str:
    """Return the English template of a phrase; for an unknown code, its text."""
    wording = phrase.parameters.get(WORDING)
    if isinstance(wording, str):
        return wording
    found = _templates().get(phrase.code)
    return "{text}" if found is None else found


@lru_cache(maxsize=4096)
def slots_of(template: str) -> tuple[tuple[str, str | None], ...]:
    """Split a template into literal texts, each with the slot after it; None: end of template."""
    return tuple((text, slot) for text, slot, _, _ in Formatter().parse(template))


@lru_cache(maxsize=4096)
def kind_of(code: str, slot: str) -> str:
    """Return the kind of value in a slot of a phrase; "": a name, a number or a quote."""
    return load_phrases().kind_of(code, slot)


def joiner(kind: str) -> str:
    """Return the separator between several values of a kind."""
    found = load_phrases().joined.get(kind)
    return found.by if found else ", "


def english(phrase: Phrase) -> str:
    """Render a phrase in English."""
    told = phrase.parameters
    return "".join(
        text if slot is None else text + _said(phrase.code, slot, told.get(slot, ""))
        for text, slot in slots_of(template_of(phrase))
    )


def _said(code: str, slot: str, value: Any) -> str:
    kind = kind_of(code, slot)
    if isinstance(value, Phrase):
        return capitalised(english(value)) if kind == "sentence" else english(value)
    if isinstance(value, tuple):
        found = load_phrases().joined.get(kind)
        of = found.of if found else ""
        return joiner(kind).join(
            english(e) if isinstance(e, Phrase) else _word(of, e) for e in value
        )
    return _word(kind, value)


def _word(kind: str, value: str | int) -> str:
    """Render a plain value. Other languages write the article with the word; English does not."""
    known = load_phrases().words.get(kind)
    if known is not None:
        return known.get(str(value), str(value)).removeprefix("the ")
    if kind == "figure":
        return figure(value)
    if kind == "country":
        return country_name(str(value)) or str(value)
    return str(value)


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")  # an exponent would be written out


def figure(value: str | int) -> str:
    """Format a number with thousands separators; other text is returned unchanged."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{Decimal(value):,f}" if _NUMBER.fullmatch(value) else value


def capitalised(text: str) -> str:
    """Capitalise the first letter of a text."""
    return text[:1].upper() + text[1:]
