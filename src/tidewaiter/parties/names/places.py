"""The place that papers write behind a company's name: "..., Shanghai, China"."""

from collections.abc import Sequence
from typing import Final

from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.types import Token

_TAIL: Final = 5  # words of a city and a country
_CITY: Final = 3  # words of a city, and of its province
_WORDS: Final = 3  # of a country's name


def without_place(tokens: list[Token], text: str) -> tuple[list[Token], list[str]]:
    """Leave out an address, a city or a country that stands behind a legal form or behind commas.

    Args:
        tokens: Of one name.
        text: That name.

    Returns:
        The tokens that stay, and what was done.
    """
    first = _address(tokens)
    if first:
        left = text[tokens[first].start : tokens[-1].end]
        return tokens[:first], [f'left out the address "{left}" after the name']
    country = _country(tokens) if tokens else 0
    if not country:
        return tokens, []
    first = _start(tokens, text, country)
    if not first or not any(token.kind == "word" for token in tokens[:first]):
        return tokens, []
    left = text[tokens[first].start : tokens[-1].end]
    return tokens[:first], [f'left out the place "{left}" after the name']


def _address(tokens: Sequence[Token]) -> int:
    """Return the first token of an address that stands behind a legal form; 0 where none does."""
    legal = [place for place, token in enumerate(tokens) if token.kind == "legal form"]
    if not legal or not any(token.kind == "word" for token in tokens[: legal[0]]):
        return 0
    first = legal[0] + 1
    while first < len(tokens) and tokens[first].kind == "legal form":
        first += 1
    keys = [fold(token.surface) for token in tokens[first:]]
    street = any(key in facts().addresses for key in keys)
    return first if street and any(key[:1].isdigit() for key in keys) else 0


def _country(tokens: Sequence[Token]) -> int:
    """Return how many words at the end are a country's name."""
    keys = [fold(token.surface) for token in tokens[-_WORDS:]]
    known = facts().countries
    return next((size for size in (3, 2, 1) if tuple(keys[-size:]) in known), 0)


def _start(tokens: Sequence[Token], text: str, country: int) -> int:
    """Return the first token of the place; 0 where it may be a part of the name."""
    size = len(tokens)
    legal = [place for place, token in enumerate(tokens) if token.kind == "legal form"]
    if legal and 0 < legal[-1] < size - 1 and size - country - _CITY <= legal[-1] + 1:
        first = legal[-1] + 1
        return 0 if tokens[first].kind == "particle" else first  # "Company of the Republic of ..."
    commas = [
        place
        for place in range(1, size)
        if "," in text[tokens[place - 1].end : tokens[place].start] and size - place <= _TAIL
    ]
    if not commas or commas[-1] != size - country:
        return 0
    return commas[-2] if len(commas) > 1 else commas[-1]
