"""Chinese name forms: persons by surname, companies by words, and names in pinyin."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tidewaiter.parties.names.chinese_readings import (
    cantonese_of,
    cantonese_surname,
    is_syllable,
    korean_of,
    korean_surname,
    may_be_korean,
    pinyin_of,
    simplify,
    surname_of,
    surname_pinyin,
)
from tidewaiter.parties.names.dictionary import Piece, Table, pieces_of, pinyin_phrases
from tidewaiter.parties.names.romanisation import romanise_hangul, romanise_kana
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.names.tokens import english, form, generic_or_word, part, whole
from tidewaiter.parties.names.types import NameForm, Token

_GIVEN: Final = 3  # maximum characters of a given name

_Reader = Callable[[Token, Piece], list[Token]]


def chinese_person(tokens: Sequence[Token]) -> list[NameForm]:
    """Read a person's name in Mandarin and, if all characters have a reading, in Cantonese.

    A name that may be Korean is read in Korean too.
    """
    found = [form("pinyin", tokens, lambda token: _person(token, surname_pinyin, pinyin_of))]
    cantonese = form(
        "cantonese", tokens, lambda token: _person(token, cantonese_surname, cantonese_of)
    )
    found += [cantonese] if _whole_name(cantonese, found[0]) else []
    if len(tokens) == 1 and may_be_korean(simplify(tokens[0].surface)):
        korean = form("hangul", tokens, lambda token: _person(token, _korean_surname, korean_of))
        found += [korean] if _whole_name(korean, found[0]) else []
    return found


def _korean_surname(surname: str) -> str:
    return romanise_hangul(korean_surname(surname))


def chinese_company(tokens: Sequence[Token]) -> list[NameForm]:
    """Read a company name by words, by syllables, translated, and translated from Cantonese."""
    found = [
        form("pinyin", tokens, lambda token: pieces(token, _pinyin)),
        form("pinyin", tokens, lambda token: pieces(token, _syllables)),
        form("dictionary", tokens, lambda token: pieces(token, _translated)),
    ]
    if any(_own_word(token) for token in tokens):
        found.append(form("dictionary", tokens, _own_word_read))
    if _has_cantonese(tokens):
        found.append(form("cantonese", tokens, lambda token: pieces(token, _translated_cantonese)))
    return found


def _own_word(token: Token) -> Piece | None:
    """Return a known word in the position of the distinctive word of a name; None: none.

    A name consists of places, a distinctive word, a trade and a legal form; the distinctive word is
    often an ordinary one (East, Pioneer), and some names write it in pinyin.
    """
    if script(token.surface) != "han":
        return None
    known = pieces_of(simplify(token.surface), "han")
    place = next((at for at, piece in enumerate(known) if piece.kind != "place"), len(known))
    more = any(piece.kind == "word" for piece in known[place + 1 :])
    return known[place] if more and known[place].kind == "word" else None


def _own_word_read(token: Token) -> list[Token]:
    own = _own_word(token)

    def read(whole_token: Token, piece: Piece) -> list[Token]:
        return _pinyin(whole_token, piece) if piece == own else _translated(whole_token, piece)

    return pieces(token, read)


def _has_cantonese(tokens: Sequence[Token]) -> bool:
    """Return whether all distinctive parts of a name, at least one, have a Cantonese reading."""
    own = [
        piece.text
        for token in tokens
        if script(token.surface) == "han" and token.kind != "legal form"
        for piece in pieces_of(simplify(token.surface), "han")
        if not piece.meaning
    ]
    return bool(own) and all(map(cantonese_of, own))


def _whole_name(one: NameForm, other: NameForm) -> bool:
    """Return whether a form has as many tokens as another, so no reading is missing."""
    return len(one.tokens) == len(other.tokens) and one.tokens != other.tokens


def is_name(text: str) -> bool:
    """Return whether Chinese characters may be a person's name: two to four, no company word."""
    plain = simplify(text)
    known = pieces_of(plain, "han")
    return len(plain) in range(2, 5) and all(piece.kind == "name" for piece in known)


def _person(
    token: Token,
    read_surname: Callable[[str], str],
    read: Callable[[str], tuple[str, ...]],
) -> list[Token]:
    plain = simplify(token.surface)
    if script(plain) == "kana":
        return whole(token, romanise_kana(plain), person=True)
    surname = surname_of(plain)
    size = len(surname)
    if not size < len(plain) <= size + _GIVEN:
        return whole(token, "".join(read(plain)), person=True)
    first, given = read_surname(surname), "".join(read(plain[size:]))
    if not first or not given:
        return []
    return [part(token, 0, size, first), part(token, size, len(plain), given)]


def pieces(token: Token, read: _Reader) -> list[Token]:
    """Read a word of Chinese characters, Hangul or kana piece by piece."""
    written = script(token.surface)
    if written == "kana":
        return translated_kana(token)
    table: Table = "hangul" if written == "hangul" else "han"
    text = simplify(token.surface) if table == "han" else token.surface
    return _pieces(token, pieces_of(text, table), read)


def _pieces(token: Token, known: Sequence[Piece], read: _Reader) -> list[Token]:
    result: list[Token] = []
    for piece in known:
        if piece.kind == "legal form":
            result.append(part(token, piece.start, piece.end, piece.meaning, "legal form"))
        else:
            result += read(token, piece)
    return result


def _pinyin(token: Token, piece: Piece) -> list[Token]:
    return [part(token, piece.start, piece.end, "".join(pinyin_of(piece.text)))]


def _syllables(token: Token, piece: Piece) -> list[Token]:
    return [
        part(token, piece.start + place, piece.start + place + 1, syllable)
        for place, syllable in enumerate(pinyin_of(piece.text))
    ]


def _translated(token: Token, piece: Piece) -> list[Token]:
    return meaning(token, piece) or _pinyin(token, piece)


def _translated_cantonese(token: Token, piece: Piece) -> list[Token]:
    own = [
        part(token, piece.start + place, piece.start + place + 1, syllable)
        for place, syllable in enumerate(cantonese_of(piece.text))
    ]
    return meaning(token, piece) or own


def meaning(token: Token, piece: Piece) -> list[Token]:
    """Return the English words for a piece; empty if it is distinctive."""
    return english(token, piece.start, piece.end, piece.meaning)


def translated_hangul(token: Token) -> list[Token]:
    """Read a word of a Korean company name: known words in English, others romanised."""
    return pieces(
        token,
        lambda whole_token, piece: (
            meaning(whole_token, piece)
            or [part(whole_token, piece.start, piece.end, romanise_hangul(piece.text))]
        ),
    )


def translated_kana(token: Token) -> list[Token]:
    """Read a kana word of a company name: known words in English, others romanised."""
    known = pieces_of(token.surface, "kana")
    return _pieces(
        token,
        known,
        lambda whole_token, piece: (
            meaning(whole_token, piece)
            or [part(whole_token, piece.start, piece.end, romanise_kana(piece.text))]
        ),
    )


_Way = tuple[float, tuple[tuple[int, int, str], ...]]  # cost; (first, end, meaning) of parts

FEWEST: Final = 4  # syllables
_LONGEST: Final = 8  # syllables of the longest phrase
_RUN: Final = 0.5  # cost of an unknown part, in addition to 1 per syllable
_PIECE: Final = 0.1  # cost of a phrase
_AS_IT_IS: Final = "="


def is_pinyin(tokens: Sequence[Token]) -> bool:
    """Return whether all words except legal forms are syllables, at least four."""
    words = [token for token in tokens if token.kind != "legal form"]
    return len(words) >= FEWEST and all(is_syllable(token.key) for token in words)


def translated_pinyin(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Translate the known words of a name; join the syllables of distinctive parts.

    The split with the fewest unknown syllables is chosen, then the one with the fewest unknown
    parts.

    Args:
        tokens: Tokens of one name.
        text: That name.
    """
    ways: list[_Way] = [(0.0, ())]
    for end in range(1, len(tokens) + 1):
        ways.append(min(_ways(tokens, ways, end), key=lambda way: way[0]))
    result: list[Token] = []
    for first, last, meaning in ways[-1][1]:
        result += _read(tokens[first:last], text, meaning)
    return tuple(result)


def _ways(tokens: Sequence[Token], ways: Sequence[_Way], end: int) -> Iterator[_Way]:
    """Yield the ways to split the tokens before an index."""
    cost, before = ways[end - 1]
    if tokens[end - 1].kind == "legal form":
        yield cost, (*before, (end - 1, end, _AS_IT_IS))
        return
    if before and not before[-1][2]:
        yield cost + 1, (*before[:-1], (before[-1][0], end, ""))
    else:
        yield cost + 1 + _RUN, (*before, (end - 1, end, ""))
    for size in range(2, min(_LONGEST, end) + 1):
        syllables = tuple(token.key for token in tokens[end - size : end])
        meaning = pinyin_phrases().get(syllables)
        if meaning:
            cost, before = ways[end - size]
            yield cost + _PIECE, (*before, (end - size, end, meaning))


def _read(tokens: Sequence[Token], text: str, meaning: str) -> list[Token]:
    """Return the translation of a phrase, or its syllables as one word."""
    if meaning == _AS_IT_IS:
        return list(tokens)
    start, end = tokens[0].start, tokens[-1].end
    words = meaning.split() or ["".join(token.key for token in tokens)]
    return [
        Token(
            key=word,
            surface=text[start:end],
            kind=generic_or_word(word) if meaning else "word",
            start=start,
            end=end,
        )
        for word in words
    ]
