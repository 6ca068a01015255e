"""Forms: one list of tokens becomes one reading per script, all in Latin letters but the native."""

from collections.abc import Callable, Iterable, Sequence

from anyascii import anyascii

from tidewaiter.parties.names.arabic import (
    ARABIC_PARTICLES,
    article_apart,
    romanise_arabic,
    same_letters,
    spelled_arabic,
)
from tidewaiter.parties.names.cyrillic import romanise_cyrillic
from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.han import Piece, chinese, pieces_of, pinyin_of, simplify
from tidewaiter.parties.names.hangul import romanise_hangul
from tidewaiter.parties.names.scripts import Script, script
from tidewaiter.parties.names.tokens import legal_form
from tidewaiter.parties.names.types import How, NameForm, Token, TokenKind

_HOW: dict[Script, How] = {"cyrillic": "cyrillic", "arabic": "arabic", "hangul": "hangul"}
_LATIN: How = "latin"
_PERSON = range(2, 5)  # syllables of a Korean name
_Reader = Callable[[Token], list[Token]]


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
        return (NameForm(how="latin", tokens=tuple(tokens)),) if tokens else ()
    found = [NameForm(how="native", tokens=tuple(map(_native, tokens)))]
    if foreign & {"han"}:
        found += _han_forms(tokens, person=person)
    else:
        how = next((how for each, how in _HOW.items() if each in foreign), _LATIN)
        found.append(_form(how, tokens, lambda token: _romanised(token, text, person=person)))
    return tuple(form for form in found if form.tokens)


def _form(how: How, tokens: Iterable[Token], read: _Reader) -> NameForm:
    """Read each word by a reader; legal forms and Latin words stay."""
    result: list[Token] = []
    for token in tokens:
        if token.kind == "legal form" or script(token.surface) in {"latin", "common"}:
            result.append(token)
        else:
            result += read(token)
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


def _whole(token: Token, key: str, *, person: bool) -> list[Token]:
    """Make a token of the same place with another key, as the word that the key is."""
    if not key:
        return []
    kind: TokenKind = "word" if token.kind != "number" else "number"
    if key in facts().particles:
        kind = "particle"
    elif not person and key in facts().generic:
        kind = "generic"
    return [part(token, 0, len(token.surface), key, kind)]


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
        return _whole(token, fold(romanise_cyrillic(token.surface, text)), person=person)
    if kind == "arabic":
        return _arabic(token, person=person)
    if kind == "hangul":
        return _hangul(token, person=person)
    return _whole(token, fold(anyascii(token.surface)), person=person)


def _arabic(token: Token, *, person: bool) -> list[Token]:
    if token.key in ARABIC_PARTICLES:
        return [part(token, 0, len(token.surface), ARABIC_PARTICLES[token.key], "particle")]
    article, rest = article_apart(token.key)
    size = len(token.surface)
    key = spelled_arabic(rest) or fold(romanise_arabic(rest))
    read = _whole(token, key, person=person)
    return [part(token, 0, min(size, 2), "al", "particle"), *read] if article else read


def _hangul(token: Token, *, person: bool) -> list[Token]:
    size = len(token.surface)
    if person and size in _PERSON and token.start == 0:
        return [
            part(token, 0, 1, romanise_hangul(token.surface[:1])),
            part(token, 1, size, romanise_hangul(token.surface[1:])),
        ]
    return _whole(token, romanise_hangul(token.surface), person=person)


def _han_forms(tokens: Sequence[Token], *, person: bool) -> list[NameForm]:
    if person:
        return [_form("pinyin", tokens, _chinese_person)]
    return [
        _form("pinyin", tokens, lambda token: _pieces(token, _pinyin_piece)),
        _form("pinyin", tokens, lambda token: _pieces(token, _syllables)),
        _form("dictionary", tokens, lambda token: _pieces(token, _translated)),
    ]


def _chinese_person(token: Token) -> list[Token]:
    """Read surname and given name apart."""
    plain = simplify(token.surface)
    size = 2 if plain[:2] in chinese().surnames and plain[2:] else 1
    if not 1 < len(plain) <= size + 3:
        return _whole(token, "".join(pinyin_of(plain)), person=True)
    surname = chinese().surnames.get(plain[:size]) or "".join(pinyin_of(plain[:size]))
    given = "".join(pinyin_of(plain[size:]))
    return [part(token, 0, size, surname), part(token, size, len(plain), given)]


def _pieces(token: Token, read: Callable[[Token, Piece], list[Token]]) -> list[Token]:
    if script(token.surface) != "han":
        return _whole(token, fold(anyascii(token.surface)), person=False)
    result: list[Token] = []
    for piece in pieces_of(token.surface):
        if piece.kind == "legal form":
            start = token.start + piece.start
            legal = legal_form(piece.meaning, "", start, token.start + piece.end)
            result.append(part(token, piece.start, piece.end, legal.key, "legal form"))
        else:
            result += read(token, piece)
    return result


def _pinyin_piece(token: Token, piece: Piece) -> list[Token]:
    return [part(token, piece.start, piece.end, "".join(pinyin_of(piece.text)))]


def _syllables(token: Token, piece: Piece) -> list[Token]:
    return [
        part(token, piece.start + place, piece.start + place + 1, syllable)
        for place, syllable in enumerate(pinyin_of(piece.text))
    ]


def _translated(token: Token, piece: Piece) -> list[Token]:
    if piece.kind == "name":
        return _pinyin_piece(token, piece)
    generic = facts().generic
    return [
        part(token, piece.start, piece.end, word, "generic" if word in generic else "word")
        for word in piece.meaning.split()
    ]
