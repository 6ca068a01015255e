"""The lot: which lines are drawn, so that nobody could choose them and everybody can check it.

The authority makes a seed, publishes its SHA-256 before lines come in, and the seed when the day is
over. Each line's draw is the HMAC-SHA256 of its key under the seed. Who lodges a line cannot
know its draw, who selects cannot change it, and whoever knows the seed can compute it.
"""

import hashlib
import hmac
from collections.abc import Iterable

from tidewaiter.base.errors import InputError

LEAST = 16  # characters of a seed
_DIGITS = 16  # of a draw, hexadecimal
_ALL = 16**_DIGITS


def check_seed(seed: str) -> None:
    """Check that nobody can guess a seed.

    Raises:
        InputError: It is too short.
    """
    if len(seed) < LEAST:
        hint = "let `tidewaiter select seed` make one"
        raise InputError(f"a seed of {len(seed)} characters can be guessed", hint=hint)


def commitment(seed: str) -> str:
    """Return what is published of a seed before it is used: its SHA-256."""
    return hashlib.sha256(seed.encode()).hexdigest()


def draw(seed: str, purpose: str, key: str) -> str:
    """Draw for a line.

    Args:
        seed: Of the day.
        purpose: What is drawn for; each has its own lot.
        key: Of the line.

    Returns:
        16 hexadecimal digits; as numbers they are spread evenly.
    """
    text = f"{len(purpose)}:{purpose}{key}".encode()
    return hmac.new(seed.encode(), text, hashlib.sha256).hexdigest()[:_DIGITS]


def is_drawn(seed: str, purpose: str, key: str, rate: float) -> bool:
    """Tell whether a line is among those that a rate takes."""
    return int(draw(seed, purpose, key), 16) < int(rate * _ALL)


def population_digest(keys: Iterable[str]) -> str:
    """Return the SHA-256 over all keys, sorted: which lines there were to draw from."""
    hashed = hashlib.sha256()
    for key in sorted(keys):
        hashed.update(key.encode("utf-8", "surrogatepass"))
        hashed.update(b"\0")
    return hashed.hexdigest()
