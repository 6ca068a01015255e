"""Tokens: what each word of a name is, and which words together are a legal form."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from tidewaiter.parties.names.compounds import ARTICLES, compounds
from tidewaiter.parties.names.facts import SHORT, facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.lookup import (
    ASSIMILATED,
    CAMEL,
    COMPOUND,
    JOINED,
    LEGAL,
    LETTER,
    LOOSE,
    SEVERAL,
    word_of_company,
    word_of_person,
)
from tidewaiter.parties.names.splitting import spans_of
from tidewaiter.parties.names.types import Token, TokenKind

_Phrase = tuple[int, int, str]  # first word, the one after the last, legal form

_ACRONYM: Final = 5  # letters of one with & in it: AT&T, S&P
_TWO: Final = 2  # words that make a name without its particles


def words_in(text: str, *, person: bool) -> tuple[list[Token], int]:
    """Split a text into one token a word, and return the flags of all words together.

    Args:
        text: A name.
        person: It is a person's.
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
    return found, flags


def tokens_of(text: str, *, person: bool) -> list[Token]:
    """Split a text into tokens.

    Args:
        text: A name, cleaned.
        person: It is a person's: no word is a legal form or generic.
    """
    return together(*words_in(text, person=person), text, person=person)


def together(tokens: list[Token], flags: int, text: str, *, person: bool) -> list[Token]:
    """Join and split words where several are one or one is several.

    Args:
        tokens: One a word, as `words_in` gives them.
        flags: Of all words together.
        text: The name.
        person: It is a person's.
    """
    found = tokens
    if flags & SEVERAL:
        found = list(_several(found))
    if flags & CAMEL:
        found = list(_uncoupled(found))
    if flags & COMPOUND:
        found = compounds(found, text)
    if person:
        return _particles(found, text) if flags & LOOSE else found
    if flags & LEGAL:
        found = _with_legal_forms(found, text)
    letters = flags & (LETTER | SEVERAL) or "&" in text
    return _with_acronyms(found, text) if letters else found


def _several(tokens: Iterable[Token]) -> Iterator[Token]:
    """Make a token of each word that an abbreviation stands for: HK, IMPEX."""
    for token in tokens:
        for key in token.key.split():
            kind = token.kind if key == token.key else word_of_company(key)[1]
            yield Token(key=key, surface=token.surface, kind=kind, start=token.start, end=token.end)


def _uncoupled(tokens: Iterable[Token]) -> Iterator[Token]:
    """Split names that were joined: "MargueridZapata"."""
    for token in tokens:
        start = token.start
        for surface in JOINED.split(token.surface):
            key, kind, _ = word_of_person(surface)
            end = start + len(surface)
            if key:
                yield Token(key=key, surface=surface, kind=kind, start=start, end=end)
            start = end


def legal_form(form: str, text: str, start: int, end: int) -> Token:
    """Make the token of a legal form that stands at a place."""
    return Token(key=form, surface=text[start:end], kind="legal form", start=start, end=end)


def _particles(tokens: list[Token], text: str) -> list[Token]:
    """Make words of the particles whose place is that of a name: "Du, Hong", "Hong Du"."""
    words = sum(token.kind == "word" for token in tokens)
    result: list[Token] = []
    for place, token in enumerate(tokens):
        named = token.kind == "particle" and token.key not in facts().honorifics
        if named and (words < _TWO or _is_name(token, tokens[place + 1 :], text)):
            result.append(_with_kind(token, "word"))
        else:
            result.append(token)
    return result


def _is_name(token: Token, rest: Sequence[Token], text: str) -> bool:
    """Say whether a particle stands where names do: last, before a comma, before a hyphen."""
    after = text[token.end : token.end + 1]
    if not rest or after == ",":
        return True
    if token.key in ASSIMILATED:  # an-Nur, ar-Rashid, but An Hui
        return after != "-" or not rest[0].key.startswith(token.key[1:])
    return after == "-" and token.key not in ARTICLES


def _with_kind(token: Token, kind: TokenKind) -> Token:
    return Token(key=token.key, surface=token.surface, kind=kind, start=token.start, end=token.end)


def _with_legal_forms(tokens: list[Token], text: str) -> list[Token]:
    """Replace the phrases that are legal forms by one token each."""
    keys = [fold(token.surface) for token in tokens]  # legal forms are no abbreviations
    phrases = [
        each
        for each in _phrases(keys)
        if not _goes_on(each, tokens, text) and _joined(each, tokens, text)
    ]
    if not phrases:
        return tokens
    found = _accepted(phrases, keys)
    if sum(end - start for start, end, _ in found) == len(tokens):
        return _nothing_else(tokens, found)
    result: list[Token] = []
    done = 0
    for start, end, form in found:
        result += tokens[done:start]
        result.append(legal_form(form, text, tokens[start].start, tokens[end - 1].end))
        done = end
    return result + tokens[done:]


def _goes_on(phrase: _Phrase, tokens: Sequence[Token], text: str) -> bool:
    """Say whether letters of a legal form are the end of more letters: Y.A.S. is no A.S."""
    start, end, _ = phrase
    if not start or text[tokens[start - 1].end : tokens[start].start] != ".":
        return False
    return all(len(token.key) <= 1 for token in tokens[start - 1 : end])


def _joined(phrase: _Phrase, tokens: Sequence[Token], text: str) -> bool:
    """Say whether the letters of a legal form are written as one: with dots, or at the end."""
    start, end, _ = phrase
    if any(len(token.key) > 1 for token in tokens[start:end]):
        return True
    between = {text[one.end : two.start].strip() for one, two in pairwise(tokens[start:end])}
    return between <= {".", "/"} or (end == len(tokens) and between <= {".", "/", ""})


def _nothing_else(tokens: Sequence[Token], found: Sequence[_Phrase]) -> list[Token]:
    """Read a name of legal forms alone: a short one may be a name, the others name nobody."""
    short = facts().short
    known = short.anywhere | short.beginning
    result: list[Token] = []
    for start, end, _ in found:
        written = "".join(token.key for token in tokens[start:end])
        name = len(written) <= SHORT and written not in known
        kind: TokenKind = "word" if name else "legal form"
        result += (_with_kind(token, kind) for token in tokens[start:end])
    return result


def _phrases(keys: list[str]) -> Iterable[_Phrase]:
    """Yield the legal forms among keys, the longest first, left to right."""
    legal, done = facts().legal, 0
    for start, key in enumerate(keys):
        if key not in legal or start < done:
            continue
        for phrase, form in legal[key]:
            end = start + len(phrase)
            if tuple(keys[start:end]) == phrase:
                yield start, end, form
                done = end
                break


def _accepted(found: list[_Phrase], keys: list[str]) -> list[_Phrase]:
    """Leave out short forms where they are words: in the middle, and most at the beginning."""
    short = facts().short
    edge, ends = len(keys), set()
    for start, end, _ in reversed(found):
        if end != edge:
            break
        ends.add(start)
        edge = start
    last = bool(ends) and 0 not in ends
    return [
        phrase
        for phrase in found
        if phrase[0] in ends
        or len(written := "".join(keys[phrase[0] : phrase[1]])) > SHORT
        or written in short.anywhere
        or (phrase[0] == 0 and not last and written in short.beginning)
    ]


def _with_acronyms(tokens: list[Token], text: str) -> list[Token]:
    """Join letters that stand side by side: "A.B.C. Trading", "A B C Trading", "AT&T"."""
    result: list[Token] = []
    for token in tokens:
        last = result[-1] if result else None
        if last is not None and _is_acronym(last, token, text):
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


def _is_acronym(last: Token, token: Token, text: str) -> bool:
    """Say whether a token goes on with the letters of the one before it."""
    if token.kind != "initial":
        both = {last.kind, token.kind} <= {"word", "initial", "particle"}
        joined = text[last.end : token.start] == "&" and len(last.key + token.key) <= _ACRONYM
        return both and joined
    between = text[last.end : token.start]
    if between == "&":
        return last.kind != "legal form" and len(last.key) < _ACRONYM
    if last.end < token.start - 2 or "," in between:
        return False
    return last.kind == "initial" or (last.kind == "word" and last.surface[1:2] in {".", " "})
