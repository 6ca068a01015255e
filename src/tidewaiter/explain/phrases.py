"""Phrases in the current language: translated templates with localised values.

Names, numbers and quotations are unchanged. Untranslated text stays in English and is tagged as
English for screen readers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from markupsafe import Markup, escape

from tidewaiter.base.phrases import (
    AS_WRITTEN,
    WORDING,
    Phrase,
    capitalised,
    english,
    kind_of,
    load_phrases,
    slots_of,
    template_of,
)
from tidewaiter.base.phrases import figure as english_figure
from tidewaiter.explain.languages import counted, country, figure, language, words
from tidewaiter.explain.legible_text import PAGE_LIMIT, english_text, isolated, shortened
from tidewaiter.explain.official_names import (
    control_name,
    instrument_name,
    is_english,
    schedule_name,
    substance_name,
)

_VOWELS = "aeiouéèêâîôAEIOUÉ"


class Piece(NamedTuple):
    """A piece of a sentence: translated, unchanged, or untranslated English."""

    text: str
    how: Literal["said", "kept", "english"] = "said"


Told = tuple[Piece, ...]


def joined_up(told: Sequence[Piece]) -> list[Piece]:
    """Join translated pieces by the language's spacing and elision rules.

    Chinese has no space between words; French elides "de" to "d’" before a vowel.

    Args:
        told: Pieces with non-empty text.
    """
    made = list(told)
    for place, (left, right) in enumerate(pairwise(told)):
        if left.how == right.how == "said" and _is_wide(left, -1) and _is_wide(right, 0):
            made[place] = Piece(made[place].text.rstrip(" "))
            made[place + 1] = Piece(made[place + 1].text.lstrip(" "))
        elif language() == "fr" and left.text.endswith((" de ", "(de ")) and left.how == "said":
            elided = made[place].text[:-2] + "’"
            made[place] = Piece(elided) if right.text[0] in _VOWELS else made[place]
    return [piece for piece in made if piece.text]


def _is_wide(piece: Piece, place: int) -> bool:
    """Return whether a piece begins or ends with an ideograph or full-width character."""
    bare = piece.text.strip(" ")
    return bool(bare) and "\u2e80" <= bare[place] <= "\uffef"


def translated(phrase: Phrase) -> Told:
    """Return a phrase in the current language, in pieces."""
    if language() == "en":
        return (Piece(english(phrase)),)
    return tuple(joined_up([piece for piece in _said(phrase) if piece.text]))


def plain(told: Told) -> str:
    """Return a sentence as plain text."""
    return "".join(piece.text for piece in told)


def say(phrase: Phrase) -> str:
    """Return a phrase in the current language as plain text."""
    return plain(translated(phrase))


def markup(told: Told) -> Markup:
    """Return a sentence as HTML, made legible and with untranslated English tagged."""
    text = plain(told)
    if len(text) > PAGE_LIMIT:
        said = all(piece.how != "english" for piece in told)
        told = (Piece(text, "said" if said else "english"),)
    return Markup("").join(map(_shown, told))


def _shown(piece: Piece) -> Markup:
    """Return a piece as HTML: English is tagged, and names are isolated in right-to-left text."""
    text = shortened(piece.text)
    if piece.how == "english":
        return english_text(text)
    return isolated(text) if piece.how == "kept" else escape(text)


def on_page(phrase: Phrase) -> Markup:
    """Return a phrase in the current language as HTML."""
    return markup(translated(phrase))


_SEVERAL = 1_000  # plural form for values that are not whole numbers, as for any large number


def translated_template(code: str, template: str, number: str | int = _SEVERAL) -> str:
    """Return a phrase template in the current language, with unfilled slots.

    Args:
        code: Code of the phrase.
        template: English template.
        number: The count that selects the plural form, if the phrase has one.
    """
    if not "".join(text for text, _ in slots_of(template)).strip():
        return template
    if code not in load_phrases().counted:
        return words(template)
    figures = str(number).replace(",", "")
    return counted(template, template, int(figures) if figures.isdecimal() else _SEVERAL)


def _said(phrase: Phrase) -> list[Piece]:
    """Fill in the translated template of a phrase."""
    if phrase.code == AS_WRITTEN or WORDING in phrase.parameters:
        return [Piece(english(phrase), "english")]
    told, counts = phrase.parameters, load_phrases().counted.get(phrase.code)
    number = told.get(counts, _SEVERAL) if counts else _SEVERAL
    template = template_of(phrase)
    if counts and isinstance(number, Phrase):
        number = english(number)
    made: list[Piece] = []
    for text, slot in slots_of(translated_template(phrase.code, template, str(number))):
        made += [Piece(text)] if text else []
        made += _filled(phrase, slot, told.get(slot, "")) if slot is not None else ()
    return made


def _filled(phrase: Phrase, slot: str, value: Any) -> list[Piece]:
    """Return the value of a slot in pieces."""
    kind = kind_of(phrase.code, slot)
    if kind == "schedule" and isinstance(value, str):
        return [_official(value, schedule_name(value, str(phrase.parameters.get("regime", ""))))]
    if isinstance(value, Phrase):
        made = _said(value)
        if kind == "sentence" and made and made[0].how == "said":
            made[0] = Piece(capitalised(made[0].text))
        return made
    if isinstance(value, tuple):
        return list(_several(kind, value))
    return [_word(kind, value)] if value != "" else []


def _several(kind: str, values: Sequence[str | Phrase]) -> Iterator[Piece]:
    """Yield the values of a list, with separators between them."""
    joined = load_phrases().joined.get(kind)
    between = Piece(", ", "kept") if joined is None else Piece(words(joined.by))
    for number, value in enumerate(values):
        if number:
            yield between
        if isinstance(value, Phrase):
            yield from _said(value)
        else:
            yield _word(joined.of if joined else "", value)


def _official(value: str, name: str) -> Piece:
    """Return an official name, or the registry's English one where there is none."""
    if name != value:
        return Piece(name)
    return Piece(value, "english" if is_english(value) else "kept")


_OFFICIAL: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"substance": substance_name, "instrument": instrument_name, "control": control_name}
)


def _word(kind: str, value: str | int) -> Piece:
    """Return a value that is not a sentence: a word, figure, country or name."""
    known = load_phrases().words.get(kind)
    if known is not None:
        said = known.get(str(value))
        return Piece(str(value), "english") if said is None else Piece(words(said))
    if kind == "figure" or isinstance(value, int):
        return Piece(figure(english_figure(value)), "kept")
    if kind == "country":
        return Piece(country(value), "kept")
    if kind in _OFFICIAL:
        return _official(value, _OFFICIAL[kind](value))
    if kind == "said":
        said = words(value)
        return Piece(said, "said" if said != value else "english")
    return Piece(value, "english" if kind == "english" else "kept")
