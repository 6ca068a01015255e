"""Phrases: what is to be said, as a code with parameters, and its English.

Reasons of alerts, gaps of a law and steps of a sum are made where they are found and read in many
places and languages. So they are kept as codes; `explain` says them in the reader's language, and
what leaves the system for programs (JSON lines, tables, signed bundles) says them in English.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from string import Formatter
from typing import Any, TypeVar

import msgspec

from tidewaiter.base.countries import country_name
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

AS_WRITTEN = "as-written"
"""The code of a sentence that no template of ours fits; its parameter is the text."""

WORDING = "wording"
"""The parameter of a rule whose sentence an authority wrote itself: its template."""


class Phrase:
    """Something to be said: its code in data/rules/phrases.toml, and what is filled in."""

    __slots__ = ("code", "parameters")

    code: str
    parameters: Mapping[str, "str | int | Phrase | tuple[str | Phrase, ...]"]

    def __init__(
        self, code: str, /, **parameters: "str | int | date | Decimal | Phrase | Iterable[Any]"
    ) -> None:
        """Take a code and what is filled in; a day and a number become text, several a tuple."""
        _set_code(self, code)
        _set_parameters(self, {name: _kept(value) for name, value in parameters.items()})

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a phrase is never changed."""
        raise AttributeError(f"a phrase is frozen: {name}")

    def __eq__(self, other: object) -> bool:
        """Tell whether the same is said."""
        if not isinstance(other, Phrase):
            return NotImplemented
        return self.code == other.code and self.parameters == other.parameters

    def __hash__(self) -> int:
        """Hash what is said."""
        return hash((self.code, tuple(self.parameters.items())))

    def __repr__(self) -> str:
        """Show code and parameters."""
        told = "".join(f", {name}={value!r}" for name, value in self.parameters.items())
        return f"Phrase({self.code!r}{told})"

    def __str__(self) -> str:
        """Return a text as it is written; of others it must be known in what language."""
        if self.code == AS_WRITTEN:
            return str(self.parameters["text"])
        raise TypeError(f"a phrase is no text: say it in a language ({self.code})")

    def __format__(self, spec: str) -> str:
        """Refuse, as above."""
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Hand it to another process."""
        return _made, (self.code, dict(self.parameters))


# A frozen record is filled by its slots themselves: files of alerts hold phrases by the million.
_set_code, _set_parameters = (vars(Phrase)[name].__set__ for name in Phrase.__slots__)


def _made(code: str, parameters: Mapping[str, Any]) -> Phrase:
    """Make a phrase of what one held before."""
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
    """Return a phrase that is a text, whatever it says."""
    return Phrase(AS_WRITTEN, text=text)


def structured(value: object) -> object:
    """Encode a phrase as code and parameters: the hook of msgspec where it is kept.

    Raises:
        NotImplementedError: It is no phrase.
    """
    if isinstance(value, Phrase):
        return {"code": value.code, "parameters": value.parameters}
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


def in_english(value: object) -> object:
    """Encode a phrase as its English: the hook of msgspec where it goes to other programs.

    Raises:
        NotImplementedError: It is no phrase.
    """
    if isinstance(value, Phrase):
        return english(value)
    raise NotImplementedError(f"no JSON for {type(value).__name__}")


def read_phrase(kind: type, value: Any) -> Any:
    """Decode what `structured` wrote; a text is one as it is written: the hook of msgspec.

    Raises:
        NotImplementedError: Another kind is asked for.
        ValueError: It is no phrase.
    """
    if kind is not Phrase:
        raise NotImplementedError(f"no {kind.__name__} in JSON")
    return _read(value)


def _read(value: Any) -> Any:
    if isinstance(value, str):
        return as_written(value)
    if not isinstance(value, dict) or value.keys() != {"code", "parameters"}:
        raise ValueError("this is no phrase")
    told = value["parameters"]
    for name, each in told.items():
        if type(each) not in _PLAIN:
            told = {**told, name: _parameter(each)}
    return _made(value["code"], told)


_PLAIN = frozenset({str, int})


def _parameter(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_read(each) if isinstance(each, dict) else each for each in value)
    return _read(value) if isinstance(value, dict) else value


T = TypeVar("T")


def stored_json(value: object) -> bytes:
    """Write a record as JSON that `decoder_of` reads: its phrases as codes."""
    return msgspec.json.encode(value, enc_hook=structured)


def english_json(value: object) -> bytes:
    """Write a record as JSON for other programs: its phrases in English."""
    return msgspec.json.encode(value, enc_hook=in_english)


def decoder_of(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Return what reads records from the JSON of either."""
    return msgspec.json.Decoder(kind, dec_hook=read_phrase)


class PhraseBook(Record, frozen=True, kw_only=True):
    """data/rules/phrases.toml, read."""

    version: str
    slots: dict[str, str]  # a slot, or "code.slot": what kind of thing it holds
    counted: dict[str, str]  # a code: the slot whose number its words depend on
    joined: dict[str, "Joined"]
    words: dict[str, dict[str, str]]  # by kind: a word, and the text beside it
    phrases: dict[str, dict[str, str]]  # by group: a name and its template
    titles: dict[str, str]  # of rules
    rules: dict[str, str]  # the sentences of reasons

    def templates(self) -> Iterator[tuple[str, str]]:
        """Yield each code and its template."""
        yield from self.rules.items()
        for group, some in self.phrases.items():
            yield from ((f"{group}/{name}", text) for name, text in some.items())

    def kind_of(self, code: str, slot: str) -> str:
        """Return what a slot of a template holds; "": a name, a number or a quote."""
        plain = slot.rstrip("0123456789")
        named = self.slots.get(f"{code}.{plain}") or self.slots.get(plain) or plain
        return named if named in KINDS or named in self.words or named in self.joined else ""


class Joined(Record, frozen=True, kw_only=True):
    """How several of a kind are written one after another."""

    of: str  # their kind; "": names, numbers or phrases
    by: str  # what stands between two


KINDS = frozenset({"figure", "country", "land", "said", "english", "sentence"})
"""Kinds of slots that are known by the code: a number, countries by their codes (told by name or as
they are), a text of our own, one that stays English, and a phrase that begins with a capital."""


@cache
def load_phrases() -> PhraseBook:
    """Load the phrases.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "phrases.toml"), PhraseBook)


@cache
def _templates() -> dict[str, str]:
    return dict(load_phrases().templates())


def template_of(phrase: Phrase) -> str:
    """Return the English template of a phrase; of a code that is not known, its text."""
    wording = phrase.parameters.get(WORDING)
    if isinstance(wording, str):
        return wording
    found = _templates().get(phrase.code)
    return "{text}" if found is None else found


@lru_cache(maxsize=4096)
def slots_of(template: str) -> tuple[tuple[str, str | None], ...]:
    """Return the texts of a template, each with the slot after it; None: there is none."""
    return tuple((text, slot) for text, slot, _, _ in Formatter().parse(template))


@lru_cache(maxsize=4096)
def kind_of(code: str, slot: str) -> str:
    """Return what a slot of a phrase holds; "": a name, a number or a quote."""
    return load_phrases().kind_of(code, slot)


def joiner(kind: str) -> str:
    """Return what stands between several of a kind."""
    found = load_phrases().joined.get(kind)
    return found.by if found else ", "


def english(phrase: Phrase) -> str:
    """Say a phrase in English."""
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
    """Say what is no phrase. Other languages write the article with the word; English does not."""
    known = load_phrases().words.get(kind)
    if known is not None:
        return known.get(str(value), str(value)).removeprefix("the ")
    if kind == "figure":
        return figure(value)
    if kind == "country":
        return country_name(str(value)) or str(value)
    return str(value)


def figure(value: str | int) -> str:
    """Write a number with commas, as it was given; a text that is none stays as it is."""
    if isinstance(value, int):
        return f"{value:,}"
    try:
        return f"{Decimal(value):,f}" if value.isascii() else value
    except InvalidOperation:
        return value


def capitalised(text: str) -> str:
    """Begin a text with a capital."""
    return text[:1].upper() + text[1:]
