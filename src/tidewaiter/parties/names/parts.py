"""Making the tokens of a form from those of the text."""

from collections.abc import Callable, Iterable

from tidewaiter.parties.names.facts import SHORT, facts
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.names.types import How, NameForm, Token, TokenKind

Reader = Callable[[Token], list[Token]]


def form(how: How, tokens: Iterable[Token], read: Reader) -> NameForm:
    """Read each word by a reader; legal forms and Latin words stay."""
    result: list[Token] = []
    for token in tokens:
        if token.kind == "legal form" or script(token.surface) in {"latin", "common"}:
            result.append(token)
        else:
            result += (made for made in read(token) if made.key)
    return NameForm(how=how, tokens=tuple(result))


def part(token: Token, start: int, end: int, key: str, kind: TokenKind = "word") -> Token:
    """Make a token of a part of another one."""
    return Token(
        key=key,
        surface=token.surface[start:end],
        kind=kind,
        start=token.start + start,
        end=token.start + end,
    )


def whole(token: Token, key: str, *, person: bool) -> list[Token]:
    """Make a token of the same place with another key, as the word that the key is."""
    if not key:
        return []
    kind: TokenKind = "number" if token.kind == "number" else "word"
    if (
        token.kind == "particle"
        or key in facts().particles
        or (person and key in facts().honorifics)
    ):
        kind = "particle"
    elif not person:
        kind = generic_or_word(key) if kind == "word" else kind
    return [part(token, 0, len(token.surface), key, kind)]


def english(token: Token, start: int, end: int, words: str) -> list[Token]:
    """Make the tokens of a translation; a word that is a legal form in English becomes one."""
    return [_english(token, start, end, word) for word in words.split()]


def _english(token: Token, start: int, end: int, word: str) -> Token:
    phrases = facts().legal.get(word, ()) if len(word) > SHORT else ()
    legal = next((legal for phrase, legal in phrases if phrase == (word,)), "")
    if legal:
        return part(token, start, end, legal, "legal form")
    return part(token, start, end, word, generic_or_word(word))


def generic_or_word(key: str) -> TokenKind:
    """Say whether a word is one that half of all companies bear."""
    known = facts()
    if key in known.particles:
        return "particle"
    return "generic" if key in known.generic else "word"
