"""Chinese companies' names in pinyin, syllable by syllable: "WU HAN ... KE JI YOU XIAN GONG SI"."""

from collections.abc import Iterator, Sequence
from typing import Final

from tidewaiter.parties.names.dictionary import pinyin_phrases
from tidewaiter.parties.names.mandarin import is_syllable
from tidewaiter.parties.names.parts import generic_or_word
from tidewaiter.parties.names.types import Token

_Way = tuple[float, tuple[tuple[int, int, str], ...]]  # its cost; first, end, meaning of parts

FEWEST: Final = 4  # syllables
_LONGEST: Final = 8  # syllables of a phrase that is looked up
_RUN: Final = 0.5  # cost of a part that no table has, beside 1 for each of its syllables
_PIECE: Final = 0.1  # cost of a phrase
_AS_IT_IS: Final = "="


def is_pinyin(tokens: Sequence[Token]) -> bool:
    """Say whether all words of a name but its legal forms are syllables, four or more."""
    words = [token for token in tokens if token.kind != "legal form"]
    return len(words) >= FEWEST and all(is_syllable(token.key) for token in words)


def translated_pinyin(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Translate the known words of a name; join the syllables of what is its own.

    Of all ways to split, the one is taken that leaves the fewest syllables and then the fewest
    parts unknown.

    Args:
        tokens: Of one name.
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
    """Yield the ways to split the tokens before a place."""
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
    """Return the words that a phrase means, or its syllables as one word."""
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
