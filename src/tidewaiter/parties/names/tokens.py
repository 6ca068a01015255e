"""Tokens: what each word of a name is, and which words together are a legal form."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.compounds import PARTS, compounds
from tidewaiter.parties.names.facts import SHORT, facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.splitting import spans_of
from tidewaiter.parties.names.types import Token, TokenKind

LEGAL: Final = 1  # flag: the word may begin a legal form
COMPOUND: Final = 2  # flag: the word may be a part of a name of several words
LOOSE: Final = 4  # flag: the word may be a particle or a name, by its place
_ASSIMILATED: Final = frozenset({"an", "ar", "as", "ad", "at", "az", "ash", "ath"})
_TWO: Final = 2  # words that make a name without its particles
_CACHED: Final = 1 << 17


@lru_cache(maxsize=_CACHED)
def word_of_company(surface: str) -> tuple[str, TokenKind, int]:
    """Return the key of a word, what it is, and its flags, in a company's name."""
    key, known = fold(surface), facts()
    flag = (LEGAL if key in known.legal else 0) | (COMPOUND if key in PARTS else 0)
    key = known.abbreviations.get(key, key)
    if key in known.particles:
        return key, "particle", flag
    if key in known.generic:
        return key, "generic", flag
    return key, _plain_kind(key), flag


@lru_cache(maxsize=_CACHED)
def word_of_person(surface: str) -> tuple[str, TokenKind, int]:
    """Return the key of a word, what it is, and its flags, in a person's name."""
    key, known = fold(surface), facts()
    flag = COMPOUND if key in PARTS else 0
    if len(key) == 1 and surface.isupper():
        return key, "initial", 0
    if key in known.particles or key in _ASSIMILATED:
        return key, "particle", flag | LOOSE
    if key in known.honorifics:
        return key, "particle", flag
    return key, _plain_kind(key), flag


def tokens_of(text: str, *, person: bool) -> list[Token]:
    """Split a text into tokens.

    Args:
        text: A name, cleaned.
        person: It is a person's: no word is a legal form or generic.
    """
    look = word_of_person if person else word_of_company
    found: list[Token] = []
    flags = 0
    for start, end in spans_of(text):
        surface = text[start:end]
        key, kind, flag = look(surface)
        if key:
            flags |= flag
            found.append(Token(key=key, surface=surface, kind=kind, start=start, end=end))
    if flags & COMPOUND:
        found = compounds(found, text)
    if person:
        return _particles(found, text) if flags & LOOSE else found
    if flags & LEGAL:
        found = _with_legal_forms(found, text)
    return _with_acronyms(found, text)


def legal_form(form: str, text: str, start: int, end: int) -> Token:
    """Make the token of a legal form that stands at a place."""
    return Token(key=form, surface=text[start:end], kind="legal form", start=start, end=end)


def _particles(tokens: list[Token], text: str) -> list[Token]:
    """Make words of the particles whose place is that of a name: "Du, Hong", "Hong Du"."""
    words = sum(token.kind == "word" for token in tokens)
    result: list[Token] = []
    for place, token in enumerate(tokens):
        after = text[token.end : token.end + 1]
        last = place + 1 == len(tokens) or after == ","
        article = token.key in _ASSIMILATED and after != "-"
        if token.kind == "particle" and (last or article or words < _TWO):
            result.append(_as_word(token))
        else:
            result.append(token)
    return result


def _as_word(token: Token) -> Token:
    if token.key in facts().honorifics:
        return token
    return Token(
        key=token.key, surface=token.surface, kind="word", start=token.start, end=token.end
    )


def _plain_kind(key: str) -> TokenKind:
    if key.isdigit():
        return "number"
    return "initial" if len(key) == 1 and key.isascii() else "word"


def _with_legal_forms(tokens: list[Token], text: str) -> list[Token]:
    """Replace the phrases that are legal forms by one token each."""
    keys = [fold(token.surface) for token in tokens]
    found = _accepted(list(_phrases(keys)), len(tokens))
    if sum(end - start for start, end, _ in found) == len(tokens):
        return tokens  # nothing would be left of the name
    result: list[Token] = []
    done = 0
    for start, end, form in found:
        result += tokens[done:start]
        result.append(legal_form(form, text, tokens[start].start, tokens[end - 1].end))
        done = end
    return result + tokens[done:]


def _phrases(keys: list[str]) -> Iterable[tuple[int, int, str]]:
    """Yield the legal forms among keys, the longest first, left to right."""
    legal, place = facts().legal, 0
    while place < len(keys):
        for phrase, form in legal.get(keys[place], ()):
            if tuple(keys[place : place + len(phrase)]) == phrase:
                yield place, place + len(phrase), form
                place += len(phrase) - 1
                break
        place += 1


def _accepted(found: list[tuple[int, int, str]], size: int) -> list[tuple[int, int, str]]:
    """Leave out short forms in the middle of a name, where they are words."""
    ends: set[int] = set()
    for side in (found, found[::-1]):
        edge = 0 if side is found else size
        for start, end, _ in side:
            if edge not in (start, end):
                break
            ends.add(start)
            edge = end if side is found else start
    return [each for each in found if each[0] in ends or len(each[2]) > SHORT]


def _with_acronyms(tokens: list[Token], text: str) -> list[Token]:
    """Join letters that stand alone side by side: "A.B.C. Trading", "A B C Trading"."""
    result: list[Token] = []
    for token in tokens:
        last = result[-1] if result else None
        if (
            last is not None
            and token.kind == "initial"
            and last.end >= token.start - 2
            and (last.kind == "initial" or (last.kind == "word" and last.surface[1:2] in ". "))
            and "," not in text[last.end : token.start]
        ):
            result[-1] = Token(
                key=last.key + token.key,
                surface=text[last.start : token.end],
                kind="word",
                start=last.start,
                end=token.end,
            )
        else:
            result.append(token)
    return result
