"""Keeping: answers that take long to find, until the database changes.

Every change of the database appends to the audit, in its own transaction. So where the audit has
not grown since an answer was found, finding it again gives the same.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from tidewaiter.store.audit import audit_size
from tidewaiter.store.database import Work

MOST = 64  # answers that are kept; all are of one size of the audit
T = TypeVar("T")


class Kept:
    """Answers by what was asked."""

    def __init__(self) -> None:
        self._held: tuple[int, dict[object, Any]] = (0, {})  # size of the audit, and the answers

    def find(self, work: Work, asked: object, find: Callable[[], T]) -> T:
        """Return the answer that is kept, or find it and keep it.

        Args:
            work: Any; `find` reads in it, so that the answer is of its audit's size.
            asked: What tells this answer from others.
            find: How it is found.
        """
        size = audit_size(work)
        held_size, held = self._held
        if held_size != size or (asked not in held and len(held) >= MOST):
            held = {}
            self._held = (size, held)
        if asked not in held:
            held[asked] = find()
        found: T = held[asked]
        return found
