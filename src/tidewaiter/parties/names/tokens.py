"""Tokens: classification of the words of a name, and detection of legal forms."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tidewaiter.parties.names.arabic import ARTICLES, PARTS, compounds
from tidewaiter.parties.names.dictionary import romanised
from tidewaiter.parties.names.scripts import fold, script, spans_of
from tidewaiter.parties.names.types import How, NameForm, Token, TokenKind
from tidewaiter.parties.names.word_lists import SHORT, facts

LEGAL: Final = 1  # may begin a legal form
COMPOUND: Final = 2  # may be part of a compound name
SEVERAL: Final = 4  # abbreviation of several words
CAMEL: Final = 8  # joined names, "MargueridZapata"
LOOSE: Final = 16  # a particle or a name, depending on its position
ROMANISED: Final = 64  # a Russian word in Latin letters that has a translation
CAREFUL: Final = 32  # the text needs cleaning: a digit among letters, "tel", "street"
PLACE: Final = 128  # may be a place at the end of a name: a country
LETTER: Final = 256  # a single letter

ASSIMILATED: Final = frozenset({"an", "ar", "as", "ad", "at", "az", "ash", "ath"})
JOINED: Final = re.compile("(?<=[a-z][a-z])(?=[A-Z][a-z])")
# Words required by the patterns of trade.py: without any of them no pattern can match.
CUES: Final = frozenset(
    """
    messrs messers order account care behalf dba as formerly previously fka aka alias doing acting
    known att attn attention tel fax phone ph mob mobile cell tlf telephone email mail rfc uscc vat
    tin inn ogrn kpp cnpj cpf cuit nit ruc gst gstin iec eori lei imo ein ucr tax reg registration
    id passport box www mv firm nee whatsapp wechat name
    """.split()  # noqa: SIM905 - a list of words reads best as one
)
_ROMAN: Final = {"ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8"}  # "Fund II"
_CACHED: Final = 1 << 17

Found = tuple[str, TokenKind, int]


@lru_cache(maxsize=_CACHED)
def word_of_company(surface: str) -> Found:
    """Return key, kind and flags of a word in a company name."""
    key, known = fold(surface), facts()
    flag = _flags(key) | (LEGAL if key in known.legal else 0)
    flag |= PLACE if key in known.country_ends else 0
    key = known.abbreviations.get(key, key)
    flag |= (SEVERAL if " " in key else 0) | (LETTER if len(key) == 1 else 0)
    if len(key) == 1 and key.isascii() and surface.isupper():
        return key, "initial", flag
    if key in known.particles:
        return key, "particle", flag
    if key in _ROMAN and surface.isupper():
        return _ROMAN[key], "number", flag
    if key in known.generic:
        return key, "generic", flag
    if key not in known.synonyms and romanised(key):
        flag |= ROMANISED
    return key, _plain_kind(key), flag


@lru_cache(maxsize=_CACHED)
def word_of_person(surface: str) -> Found:
    """Return key, kind and flags of a word in a person's name."""
    key, known = fold(surface), facts()
    flag = _flags(key) | (CAMEL if JOINED.search(surface) else 0)
    key = known.person_abbreviations.get(key, key)
    if len(key) == 1 and surface.isupper():
        return key, "initial", flag
    if key in known.particles or key in ASSIMILATED:
        return key, "particle", flag | LOOSE
    if key in known.honorifics:
        return key, "particle", flag
    return key, _plain_kind(key), flag


def _flags(key: str) -> int:
    """Return the flags of a word in names of any kind."""
    mixed = not key.isalpha() and not key.isdigit()
    known = facts()
    careful = mixed or key in CUES or key in known.addresses
    return (CAREFUL if careful else 0) | (COMPOUND if key in PARTS else 0)


def _plain_kind(key: str) -> TokenKind:
    if key.isdigit():
        return "number"
    return "initial" if len(key) == 1 and key.isascii() else "word"


_Phrase = tuple[int, int, str]  # first word, end, legal form

_ACRONYM: Final = 5  # letters of an acronym with &: AT&T, S&P
_TWO: Final = 2  # minimum words of a name without its particles


def words_in(text: str, *, person: bool) -> tuple[list[Token], int]:
    """Split a text into one token per word, and return the combined flags of all words.

    Args:
        text: A name.
        person: A person's name.
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
        text: Cleaned name.
        person: A person's name: no word is a legal form or generic.
    """
    return together(*words_in(text, person=person), text, person=person)


def together(tokens: list[Token], flags: int, text: str, *, person: bool) -> list[Token]:
    """Join words of a compound, and split words that contain several.

    Args:
        tokens: One per word, from `words_in`.
        flags: Combined flags of all words.
        text: The name.
        person: A person's name.
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
    """Create a token for each word of an abbreviation: HK, IMPEX."""
    for token in tokens:
        for key in token.key.split():
            kind = token.kind if key == token.key else word_of_company(key)[1]
            yield Token(key=key, surface=token.surface, kind=kind, start=token.start, end=token.end)


def _uncoupled(tokens: Iterable[Token]) -> Iterator[Token]:
    """Split joined names: "MargueridZapata"."""
    for token in tokens:
        start = token.start
        for surface in JOINED.split(token.surface):
            key, kind, _ = word_of_person(surface)
            end = start + len(surface)
            if key:
                yield Token(key=key, surface=surface, kind=kind, start=start, end=end)
            start = end


def legal_form(form: str, text: str, start: int, end: int) -> Token:
    """Create the token of a legal form at a position."""
    return Token(key=form, surface=text[start:end], kind="legal form", start=start, end=end)


def _particles(tokens: list[Token], text: str) -> list[Token]:
    """Convert particles in the position of a name to words: "Du, Hong", "Hong Du"."""
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
    """Return whether a particle is in the position of a name: last, before a comma or a hyphen."""
    after = text[token.end : token.end + 1]
    if not rest or after == ",":
        return True
    if token.key in ASSIMILATED:  # an-Nur, ar-Rashid, but An Hui
        return after != "-" or not rest[0].key.startswith(token.key[1:])
    return after == "-" and token.key not in ARTICLES


def _with_kind(token: Token, kind: TokenKind) -> Token:
    return Token(key=token.key, surface=token.surface, kind=kind, start=token.start, end=token.end)


def _with_legal_forms(tokens: list[Token], text: str) -> list[Token]:
    """Replace each phrase that is a legal form by one token."""
    keys = tuple(fold(token.surface) for token in tokens)  # legal forms are not expanded
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
    """Return whether a legal form is the end of a longer abbreviation: Y.A.S. is not A.S."""
    start, end, _ = phrase
    if not start or text[tokens[start - 1].end : tokens[start].start] != ".":
        return False
    return all(len(token.key) <= 1 for token in tokens[start - 1 : end])


def _joined(phrase: _Phrase, tokens: Sequence[Token], text: str) -> bool:
    """Return whether the letters of a legal form belong together: with dots, or at the end."""
    start, end, _ = phrase
    if any(len(token.key) > 1 for token in tokens[start:end]):
        return True
    between = {text[one.end : two.start].strip() for one, two in pairwise(tokens[start:end])}
    return between <= {".", "/"} or (end == len(tokens) and between <= {".", "/", ""})


def _nothing_else(tokens: Sequence[Token], found: Sequence[_Phrase]) -> list[Token]:
    """Handle a name of legal forms only: a short one may be a name, the others are not."""
    short = facts().short
    known = short.anywhere | short.beginning
    result: list[Token] = []
    for start, end, _ in found:
        written = "".join(token.key for token in tokens[start:end])
        name = len(written) <= SHORT and written not in known
        kind: TokenKind = "word" if name else "legal form"
        result += (_with_kind(token, kind) for token in tokens[start:end])
    return result


def _phrases(keys: tuple[str, ...]) -> Iterable[_Phrase]:
    """Yield the legal forms among keys, longest first, left to right."""
    legal, done = facts().legal, 0
    for start, key in enumerate(keys):
        if start < done or key not in legal:
            continue
        for size in legal[key].sizes:
            end = start + size
            form = legal[key].forms.get(keys[start:end]) if end <= len(keys) else None
            if form is not None:
                yield start, end, form
                done = end
                break


def _accepted(found: list[_Phrase], keys: tuple[str, ...]) -> list[_Phrase]:
    """Exclude short forms that are words: in the middle of a name, and mostly at the beginning."""
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
    """Join adjacent letters: "A.B.C. Trading", "A B C Trading", "AT&T"."""
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
    """Return whether a token continues the acronym before it."""
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


Reader = Callable[[Token], list[Token]]


def form(how: How, tokens: Iterable[Token], read: Reader) -> NameForm:
    """Apply a reader to each word; legal forms and Latin words are kept."""
    result: list[Token] = []
    for token in tokens:
        if token.kind == "legal form" or script(token.surface) in {"latin", "common"}:
            result.append(token)
        else:
            result += (made for made in read(token) if made.key)
    return NameForm(how=how, tokens=tuple(result))


def part(token: Token, start: int, end: int, key: str, kind: TokenKind = "word") -> Token:
    """Create a token for part of another one."""
    return Token(
        key=key,
        surface=token.surface[start:end],
        kind=kind,
        start=token.start + start,
        end=token.start + end,
    )


def whole(token: Token, key: str, *, person: bool) -> list[Token]:
    """Create a token at the same position with another key, classified by that key."""
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
    """Create the tokens of a translation; English legal forms become legal form tokens."""
    return [_english(token, start, end, word) for word in words.split()]


def _english(token: Token, start: int, end: int, word: str) -> Token:
    phrases = facts().legal.get(word) if len(word) > SHORT else None
    legal = phrases.forms.get((word,), "") if phrases else ""
    if legal:
        return part(token, start, end, legal, "legal form")
    return part(token, start, end, word, generic_or_word(word))


def generic_or_word(key: str) -> TokenKind:
    """Return whether a word is generic, as half of all companies have it."""
    known = facts()
    if key in known.particles:
        return "particle"
    return "generic" if key in known.generic else "word"
