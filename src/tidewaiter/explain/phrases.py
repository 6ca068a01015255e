"""Phrases in the language that is spoken: templates translated, words and figures written anew.

Names, numbers and quotes stay as they are. What has no translation stays in English, and is marked
so for those who listen to the page.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
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
from tidewaiter.explain.languages import counted, country, direction, figure, language, words
from tidewaiter.explain.legible_text import PAGE_LIMIT, shortened

_VOWELS = "aeiouéèêâîôAEIOUÉ"


class Piece(NamedTuple):
    """A stretch of a sentence: said in the language, kept as it is, or still English."""

    text: str
    how: Literal["said", "kept", "english"] = "said"


Told = tuple[Piece, ...]


def joined_up(told: Sequence[Piece]) -> list[Piece]:
    """Return pieces that meet as the language writes them: what was filled in is not known before.

    Chinese leaves no space between two of its words; French says "d’" before a vowel.

    Args:
        told: Pieces with a text.
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
    """Return whether a piece begins or ends with an ideograph or a sign of its width."""
    bare = piece.text.strip(" ")
    return bool(bare) and "\u2e80" <= bare[place] <= "\uffef"


def told(phrase: Phrase) -> Told:
    """Return a phrase in the language that is spoken."""
    if language() == "en":
        return (Piece(english(phrase)),)
    return tuple(joined_up([piece for piece in _said(phrase) if piece.text]))


def plain(told: Told) -> str:
    """Return a sentence as text."""
    return "".join(piece.text for piece in told)


def say(phrase: Phrase) -> str:
    """Return a phrase as text in the language that is spoken."""
    return plain(told(phrase))


def markup(told: Told) -> Markup:
    """Return a sentence for a page, legible as all that pages print; English is marked as such."""
    text = plain(told)
    if len(text) > PAGE_LIMIT:
        said = all(piece.how != "english" for piece in told)
        told = (Piece(text, "said" if said else "english"),)
    return Markup("").join(map(_shown, told))


_KEPT = {"ltr": Markup("{}"), "rtl": Markup("<bdi>{}</bdi>")}
_ENGLISH = {"ltr": Markup('<span lang="en">{}</span>'), "rtl": Markup('<bdi lang="en">{}</bdi>')}


def _shown(piece: Piece) -> Markup:
    """Return a piece for a page: English is marked, and a name does not turn its neighbours."""
    text, way = shortened(piece.text), direction(language())
    if piece.how == "english":
        return _ENGLISH[way].format(text)
    return _KEPT[way].format(text) if piece.how == "kept" else escape(text)


def on_page(phrase: Phrase) -> Markup:
    """Return a phrase for a page, in the language that is spoken."""
    return markup(told(phrase))


_SEVERAL = 1_000  # for what is no whole number: a language has one form for all large ones


def template_told(code: str, template: str, number: str | int = _SEVERAL) -> str:
    """Return a template in the language that is spoken, to be filled in.

    Args:
        code: Of the phrase.
        template: In English.
        number: What it counts, where it counts something.
    """
    if not "".join(text for text, _ in slots_of(template)).strip():
        return template
    if code not in load_phrases().counted:
        return words(template)
    figures = str(number).replace(",", "")
    return counted(template, template, int(figures) if figures.isdecimal() else _SEVERAL)


def _said(phrase: Phrase) -> list[Piece]:
    """Fill in the translation of a phrase."""
    if phrase.code == AS_WRITTEN or WORDING in phrase.parameters:
        return [Piece(english(phrase), "english")]
    told, counts = phrase.parameters, load_phrases().counted.get(phrase.code)
    number = told.get(counts, _SEVERAL) if counts else _SEVERAL
    template = template_of(phrase)
    if counts and isinstance(number, Phrase):
        number = english(number)
    made: list[Piece] = []
    for text, slot in slots_of(template_told(phrase.code, template, str(number))):
        made += [Piece(text)] if text else []
        made += _filled(phrase.code, slot, told.get(slot, "")) if slot is not None else ()
    return made


def _filled(code: str, slot: str, value: Any) -> list[Piece]:
    """Return what stands in a slot of a phrase."""
    kind = kind_of(code, slot)
    if isinstance(value, Phrase):
        made = _said(value)
        if kind == "sentence" and made and made[0].how == "said":
            made[0] = Piece(capitalised(made[0].text))
        return made
    if isinstance(value, tuple):
        return list(_several(kind, value))
    return [_word(kind, value)] if value != "" else []


def _several(kind: str, values: Sequence[str | Phrase]) -> Iterator[Piece]:
    """Yield each of several, and what stands between two."""
    joined = load_phrases().joined.get(kind)
    between = Piece(", ", "kept") if joined is None else Piece(words(joined.by))
    for number, value in enumerate(values):
        if number:
            yield between
        if isinstance(value, Phrase):
            yield from _said(value)
        else:
            yield _word(joined.of if joined else "", value)


def _word(kind: str, value: str | int) -> Piece:
    """Return what is no sentence."""
    known = load_phrases().words.get(kind)
    if known is not None:
        said = known.get(str(value))
        return Piece(str(value), "english") if said is None else Piece(words(said))
    if kind == "figure" or isinstance(value, int):
        return Piece(figure(english_figure(value)), "kept")
    if kind == "country":
        return Piece(country(value), "kept")
    if kind == "said":
        said = words(value)
        return Piece(said, "said" if said != value else "english")
    return Piece(value, "english" if kind == "english" else "kept")
