"""Values a piece at a time: a statement takes only so many."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

AT_ONCE: Final = (
    2_000  # values of one statement, or rows read at a time; SQLite takes 32,766 values
)

T = TypeVar("T")


def slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces, each small enough for a statement.

    Args:
        values: Any number; none gives no piece.

    Returns:
        The values in their order, at most `AT_ONCE` in a piece.
    """
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
