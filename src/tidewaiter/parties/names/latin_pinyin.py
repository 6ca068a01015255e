"""Chinese companies' names in pinyin, syllable by syllable: "WU HAN ... KE JI YOU XIAN GONG SI"."""

from collections.abc import Sequence
from typing import Final

from tidewaiter.parties.names.dictionary import pinyin_phrases
from tidewaiter.parties.names.mandarin import is_syllable
from tidewaiter.parties.names.parts import generic_or_word
from tidewaiter.parties.names.types import Token

FEWEST: Final = 4  # syllables


def is_pinyin(tokens: Sequence[Token]) -> bool:
    """Say whether all words of a name but its legal forms are syllables, four or more."""
    words = [token for token in tokens if token.kind != "legal form"]
    return len(words) >= FEWEST and all(is_syllable(token.key) for token in words)


def translated_pinyin(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Translate the known words of a name; join the syllables of what is its own.

    Args:
        tokens: Of one name.
        text: That name.
    """
    result: list[Token] = []
    place = rest = 0
    while place < len(tokens):
        size, meaning = _longest(tokens, place)
        if not size and tokens[place].kind != "legal form":
            place += 1
            continue
        result += _own(tokens[rest:place], text)
        if size:
            result += _translated(tokens[place : place + size], text, meaning)
        else:
            result.append(tokens[place])
        place = rest = place + (size or 1)
    return (*result, *_own(tokens[rest:], text))


def _longest(tokens: Sequence[Token], place: int) -> tuple[int, str]:
    for syllables, meaning in pinyin_phrases().get(tokens[place].key, ()):
        size = len(syllables)
        if tuple(token.key for token in tokens[place : place + size]) == syllables:
            return size, meaning
    return 0, ""


def _translated(tokens: Sequence[Token], text: str, meaning: str) -> list[Token]:
    start, end = tokens[0].start, tokens[-1].end
    return [
        Token(key=word, surface=text[start:end], kind=generic_or_word(word), start=start, end=end)
        for word in meaning.split()
    ]


def _own(tokens: Sequence[Token], text: str) -> list[Token]:
    if not tokens:
        return []
    start, end = tokens[0].start, tokens[-1].end
    key = "".join(token.key for token in tokens)
    return [Token(key=key, surface=text[start:end], kind="word", start=start, end=end)]
