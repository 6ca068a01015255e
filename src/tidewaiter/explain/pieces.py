"""Pieces of a sentence that is said in another language, and how they meet."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from tidewaiter.report.languages import language

_VOWELS = "aeiouéèêâîôAEIOUÉ"


class Piece(NamedTuple):
    """A stretch of a sentence: said in the language, kept as it is, or still English."""

    text: str
    how: Literal["said", "kept", "english"] = "said"


def joined_up(told: Sequence[Piece]) -> list[Piece]:
    """Return pieces that meet as the language writes them: what was filled in is not known before.

    Chinese leaves no space between two of its words; French says "d’" before a vowel.

    Args:
        told: Pieces with a text.
    """
    made = list(told)
    for place, (left, right) in enumerate(pairwise(told)):
        if left.how == right.how == "said" and _is_wide(left, -1) and _is_wide(right, 0):
            made[place] = Piece(made[place].text.rstrip(" "))
            made[place + 1] = Piece(made[place + 1].text.lstrip(" "))
        elif language() == "fr" and left.text.endswith((" de ", "(de ")) and left.how == "said":
            elided = made[place].text[:-2] + "’"
            made[place] = Piece(elided) if right.text[0] in _VOWELS else made[place]
    return [piece for piece in made if piece.text]


def _is_wide(piece: Piece, place: int) -> bool:
    """Tell whether a piece begins or ends with an ideograph or a sign of its width."""
    bare = piece.text.strip(" ")
    return bool(bare) and "\u2e80" <= bare[place] <= "\uffef"
