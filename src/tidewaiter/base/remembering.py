"""Remembering answers to questions of strangers: so many of them, and none that is long."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_EACH = 64  # letters that a text counts for beside its own: what it takes in memory, and more


def remember(most: int, letters: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember the last answers, as `lru_cache` does, but those to long questions.

    Such a one is answered anew each time, so that no file fills the memory with what it asks.

    Args:
        most: Answers that are remembered.
        letters: Of all texts of a question together, each with 64 more.

    Returns:
        What makes a function remember; its arguments are texts, tuples of such, or what hashes.
    """

    def made(function: Callable[P, R]) -> Callable[P, R]:
        kept = lru_cache(maxsize=most)(function)

        @wraps(function)
        def asked(*args: P.args, **named: P.kwargs) -> R:
            if _letters((args, *named.values())) > letters:
                return function(*args, **named)
            return kept(*args, **named)  # type: ignore[arg-type]

        return asked

    return made


def _letters(question: object) -> int:
    if isinstance(question, str):
        return len(question) + _EACH
    if isinstance(question, tuple):
        return sum(map(_letters, question))
    return 0
