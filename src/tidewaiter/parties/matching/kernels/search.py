"""Search a list for a batch of queries: select candidates, score them, keep the best.

Query words are followed from the rarest on to the forms with that word or a neighbour, until enough
forms are found; the most promising are aligned and scored.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.native.calls import native
from tidewaiter.parties.matching.index import HOWS, Listed
from tidewaiter.parties.matching.kernels.linking import KEPT, Asking, Room

_FLOOR = 0.3  # minimum rank for alignment
_LEAST = 0.5  # minimum rank for alignment, relative to the best
# Ways to read a form, and a kind of party, that the search distinguishes.
PINYIN, CANTONESE = HOWS.index("pinyin"), HOWS.index("cantonese")
HANGUL, DICTIONARY = HOWS.index("hangul"), HOWS.index("dictionary")

CONSTANTS = ("_FLOOR", "_LEAST", "PINYIN", "CANTONESE", "HANGUL", "DICTIONARY")


@native
def meet(room: Room, listed: Listed) -> None:
    """Find the forms with a word linked to the query, rarest words first."""


@native
def _bound(room: Room, listed: Listed, form: int) -> float:
    """Return an upper bound of the query weight that may agree with a form."""


@native
def choose(room: Room, listed: Listed) -> None:
    """Select the most promising of the forms found, first by agreeing weight."""


class Answers(NamedTuple):
    """The best entries for each name, best first; `counts` of them, at most `KEPT`."""

    counts: NDArray[np.int32]  # by name
    entries: NDArray[np.int32]  # shape (names, KEPT)
    forms: NDArray[np.int32]  # of the list
    asked: NDArray[np.int32]  # query forms
    odds: NDArray[np.float64]  # log-odds


def new_answers(names: int) -> Answers:
    """Allocate the answers for a number of names."""
    return Answers(
        np.zeros(names, np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT)),
    )


@native
def comparable(asked: int, listed: int) -> bool:
    """Return whether two readings are comparable: characters with characters, if both exist."""


@native
def measure(room: Room, listed: Listed, asking: Asking, form: int, other: int) -> None:
    """Link a query form, align it with a form of the list, and compute the features."""


@native
def answer(
    listed: Listed, asking: Asking, model: NDArray[np.float64], room: Room, out: Answers
) -> None:
    """Answer all queries of a batch."""


@native
def gather(
    listed: Listed,
    asking: Asking,
    room: Room,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
) -> int:
    """Collect the features of all alignments, for training and explanation.

    Args:
        listed: The list.
        asking: The batch.
        room: Work buffers.
        rows: Output: name, entry, form and query form, shape ``(forms * TOP, 4)``.
        values: Output: features, shape ``(forms * TOP, SIZE)``.

    Returns:
        Number of rows filled.
    """
