"""Overlaps: hits of a line by position, and which of two close spellings stands."""

from collections.abc import Iterable, Iterator

from tidewaiter.identify.engine.hits import CAS, GLUED, NAME, NEAR

_CELL = 64  # code points


class Spans:
    """Hits of a line by position, so that a long line is not searched for each of its hits."""

    def __init__(self, hits: Iterable[list[int]]) -> None:
        self._cells: dict[int, list[list[int]]] = {}
        for hit in hits:
            self.add(hit)

    def add(self, hit: list[int]) -> None:
        """Add a hit."""
        for cell in range(hit[3] // _CELL, hit[4] // _CELL + 1):
            self._cells.setdefault(cell, []).append(hit)

    def beside(self, hit: list[int]) -> Iterator[list[int]]:
        """Yield the hits that may overlap a hit, some of them twice."""
        for cell in range(hit[3] // _CELL, hit[4] // _CELL + 1):
            yield from self._cells.get(cell, ())


def nearest(hits: list[list[int]]) -> list[list[int]]:
    """Drop approximate hits that overlap another hit, or a nearer one."""
    if not any(hit[1] == NEAR for hit in hits):
        return hits
    kept = [hit for hit in hits if hit[1] != NEAR]
    spans = Spans(hit for hit in kept if hit[1] <= CAS)
    near = sorted(
        (hit for hit in hits if hit[1] == NEAR),
        key=lambda hit: (hit[5], -(hit[4] - hit[3]), hit[2]),
    )
    for hit in near:
        if not any(_blocks(other, hit) for other in spans.beside(hit)):
            kept.append(hit)
            spans.add(hit)
    return sorted(kept, key=lambda hit: (hit[3], hit[1]))


def _blocks(other: list[int], hit: list[int]) -> bool:
    """Return whether a hit excludes another: an exact part of a longer name does not.

    A name in a compound word does: the other words would be the edits of the longer name.
    """
    overlaps = other[3] < hit[4] and other[4] > hit[3]
    part = other[1] == NAME and hit[3] <= other[3] and other[4] <= hit[4]
    part = part and not other[6] & GLUED
    return overlaps and not (part and other[4] - other[3] < hit[4] - hit[3])
