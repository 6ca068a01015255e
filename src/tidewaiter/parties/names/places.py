"""The place that papers write behind a company's name: "..., Shanghai, China"."""

from collections.abc import Sequence
from typing import Final

from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.types import Token

_TAIL: Final = 5  # words of a city and a country
_WORDS: Final = 3  # of a country's name


def without_place(tokens: list[Token], text: str) -> tuple[list[Token], list[str]]:
    """Leave out a city and a country that stand behind a legal form or behind commas.

    Args:
        tokens: Of one name.
        text: That name.

    Returns:
        The tokens that stay, and what was done.
    """
    country = _country(tokens) if tokens else 0
    if not country:
        return tokens, []
    first = _start(tokens, text, country)
    if not first or not any(token.kind == "word" for token in tokens[:first]):
        return tokens, []
    left = text[tokens[first].start : tokens[-1].end]
    return tokens[:first], [f'left out the place "{left}" after the name']


def _country(tokens: Sequence[Token]) -> int:
    """Return how many words at the end are a country's name."""
    keys = [fold(token.surface) for token in tokens[-_WORDS:]]
    known = facts().countries
    return next((size for size in (3, 2, 1) if tuple(keys[-size:]) in known), 0)


def _start(tokens: Sequence[Token], text: str, country: int) -> int:
    """Return the first token of the place; 0 where it may be a part of the name."""
    size = len(tokens)
    legal = [place for place, token in enumerate(tokens) if token.kind == "legal form"]
    if legal and legal[-1] > 0 and size - _TAIL <= legal[-1] + 1 < size:
        return legal[-1] + 1
    commas = [
        place
        for place in range(1, size)
        if "," in text[tokens[place - 1].end : tokens[place].start] and size - place <= _TAIL
    ]
    if not commas or commas[-1] != size - country:
        return 0
    return commas[-2] if len(commas) > 1 else commas[-1]
