"""Checking: whether a lot is the one that its seed gives."""

from collections.abc import Collection, Sequence

from tidewaiter.selection.choosing import LOT, lot_size
from tidewaiter.selection.draws import commitment, draw, population_digest
from tidewaiter.selection.types import Selection


def check_lot(
    told: Selection, drawn: Sequence[tuple[str, str]], seed: str, keys: Collection[str] | None
) -> str:
    """Return what is wrong with a lot; "": it holds.

    Args:
        told: How the list was made.
        drawn: Key and draw of each line of the list that was drawn by lot.
        seed: As published afterwards.
        keys: Of all lines that there were; None: only those on the list are checked.
    """
    if commitment(seed) != told.commitment:
        return "this is not the seed to which the list commits itself"
    return _of_list(told, drawn, seed) or _of_all(told, drawn, seed, keys)


def _of_list(told: Selection, drawn: Sequence[tuple[str, str]], seed: str) -> str:
    wrong = next((key for key, said in drawn if draw(seed, LOT, key) != said), None)
    if wrong is not None:
        return f'the draw of "{wrong}" is another one'
    if len(drawn) != told.arms["random"] or len({key for key, _ in drawn}) != len(drawn):
        return f"{told.arms['random']:,} lines were drawn, {len(drawn):,} stand on the list"
    if any(said > told.last_draw for _, said in drawn):
        return "a line was drawn above the last draw"
    return ""


def _of_all(
    told: Selection, drawn: Sequence[tuple[str, str]], seed: str, keys: Collection[str] | None
) -> str:
    if keys is None:
        return ""
    if population_digest(keys) != told.digest:
        return f"these are not the {told.lines:,} lines that were drawn from"
    lowest = sorted((draw(seed, LOT, key), key) for key in keys)
    if {key for _, key in lowest[: lot_size(len(keys), told.plan)]} != {key for key, _ in drawn}:
        return "the lines with the lowest draws are others"
    return ""
