"""Forms: one list of tokens becomes one reading per script, all in Latin letters but the native."""

import re
from collections.abc import Sequence
from typing import Final

from anyascii import anyascii

from tidewaiter.parties.names.arabic import (
    ARABIC_PARTICLES,
    article_apart,
    romanise_arabic,
    same_letters,
    spelled_arabic,
)
from tidewaiter.parties.names.chinese import (
    chinese_company,
    chinese_person,
    is_name,
    translated_hangul,
    translated_kana,
)
from tidewaiter.parties.names.compounds import inverted
from tidewaiter.parties.names.cyrillic import romanise_cyrillic
from tidewaiter.parties.names.dictionary import romanised, translate
from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.han import simplify
from tidewaiter.parties.names.hangul import romanise_hangul
from tidewaiter.parties.names.kana import romanise_kana
from tidewaiter.parties.names.latin_pinyin import FEWEST, is_pinyin, translated_pinyin
from tidewaiter.parties.names.parts import english, form, part, whole
from tidewaiter.parties.names.scripts import Script, script
from tidewaiter.parties.names.types import How, NameForm, Token

_HOW: Final[dict[Script, How]] = {"cyrillic": "cyrillic", "arabic": "arabic", "hangul": "hangul"}
_LATIN: How = "latin"
# "Кумертауский": of a place, whose name is all but the ending, with or without sk
_ADJECTIVE: Final = re.compile(
    "(.{3,}[сц]к)(?:[иіо]й|ая|ое|ого|ому|им|ом|ой|ую|ие|их)", re.IGNORECASE
)
_KOREAN: Final = range(2, 5)  # syllables of a person's name


def forms_of(tokens: Sequence[Token], text: str, *, person: bool) -> tuple[NameForm, ...]:
    """Read tokens in every way that their scripts have.

    Args:
        tokens: Of one name.
        text: That name, cleaned; the spans of the tokens count in it.
        person: It is a person's.
    """
    scripts = {script(token.surface) for token in tokens if token.kind != "legal form"}
    foreign = scripts - {"latin", "common"}
    if not foreign:
        return latin_forms(tokens, text, person=person)
    found = [NameForm(how="native", tokens=tuple(map(_native, tokens)))]
    if "han" in foreign:
        names = person or all(is_name(token.surface) for token in tokens)
        found += chinese_person(tokens) if names else chinese_company(tokens)
    else:
        how = next((how for each, how in _HOW.items() if each in foreign), _LATIN)
        found.append(form(how, tokens, lambda token: _romanised(token, text, person=person)))
        if not person:
            translated = form("dictionary", tokens, lambda token: _translated(token, text))
            found += [translated] if translated.tokens != found[-1].tokens else []
    return tuple(dict.fromkeys(each for each in found if each.tokens))


def latin_forms(
    tokens: Sequence[Token], text: str, *, person: bool, russian: bool = True
) -> tuple[NameForm, ...]:
    """Read a name in Latin letters: as it is and, where it is pinyin or Russian, translated.

    Args:
        tokens: Of one name.
        text: That name.
        person: It is a person's.
        russian: A word of it may be Russian.
    """
    if not tokens:
        return ()
    plain = NameForm(how="latin", tokens=tuple(tokens))
    if person and (turned := inverted(tokens, text)):
        return (plain, NameForm(how="latin", tokens=turned))
    if person:
        return (plain,)
    if len(tokens) >= FEWEST and is_pinyin(tokens):
        return (plain, NameForm(how="dictionary", tokens=translated_pinyin(tokens, text)))
    if not russian:
        return (plain,)
    english = tuple(word for token in tokens for word in _from_russian(token))
    return (
        (plain, NameForm(how="dictionary", tokens=english)) if english != plain.tokens else (plain,)
    )


def _from_russian(token: Token) -> list[Token]:
    """Translate a word that is Russian in Latin letters."""
    if token.kind != "word" or token.key in facts().synonyms:
        return [token]
    return english(token, 0, len(token.surface), romanised(token.key)) or [token]


def _native(token: Token) -> Token:
    kind = script(token.surface)
    if token.kind == "legal form" or kind not in {"han", "arabic"}:
        return token
    key = fold(simplify(token.surface)) if kind == "han" else same_letters(token.key)
    return part(token, 0, len(token.surface), key or token.key, token.kind)


def _romanised(token: Token, text: str, *, person: bool) -> list[Token]:
    """Romanise one word of an alphabet or a syllabary."""
    kind = script(token.surface)
    if kind == "cyrillic":
        return whole(token, fold(romanise_cyrillic(token.surface, text)), person=person)
    if kind == "arabic":
        return _arabic(token, person=person)
    if kind == "hangul":
        return _hangul(token, person=person)
    if kind == "kana":
        return whole(token, romanise_kana(token.surface), person=person)
    return whole(token, fold(anyascii(token.surface)), person=person)


def _translated(token: Token, text: str) -> list[Token]:
    """Translate one word of a company's name; romanise it where no table has it."""
    kind = script(token.surface)
    if kind == "hangul":
        return translated_hangul(token)
    if kind == "kana":
        return translated_kana(token)
    words = ""
    if kind == "cyrillic":
        words = translate(token.key, "cyrillic")
    elif kind == "arabic":
        words = translate(token.key, "arabic")
    size = len(token.surface)
    if not words and kind == "cyrillic" and (match := _ADJECTIVE.fullmatch(token.surface)):
        words = fold(romanise_cyrillic(match[1], text))
    return english(token, 0, size, words) or _romanised(token, text, person=False)


def _arabic(token: Token, *, person: bool) -> list[Token]:
    if token.key in ARABIC_PARTICLES:
        return [part(token, 0, len(token.surface), ARABIC_PARTICLES[token.key], "particle")]
    article, rest = article_apart(token.key)
    size = len(token.surface)
    key = spelled_arabic(rest) or fold(romanise_arabic(rest))
    read = whole(token, key, person=person)
    return [part(token, 0, min(size, 2), "al", "particle"), *read] if article else read


def _hangul(token: Token, *, person: bool) -> list[Token]:
    size = len(token.surface)
    if person and size in _KOREAN and token.start == 0:
        return [
            part(token, 0, 1, romanise_hangul(token.surface[:1])),
            part(token, 1, size, romanise_hangul(token.surface[1:])),
        ]
    return whole(token, romanise_hangul(token.surface), person=person)
