"""Choosing: the raw hits of a line, and which of them stand where several overlap."""

from tidewaiter.identify.hits import CAS, GLUED, NAME, NEAR


def nearest(hits: list[list[int]]) -> list[list[int]]:
    """Leave out names with edits that another hit stands over, or a nearer one."""
    if not any(hit[1] == NEAR for hit in hits):
        return hits
    kept = [hit for hit in hits if hit[1] != NEAR]
    near = sorted(
        (hit for hit in hits if hit[1] == NEAR),
        key=lambda hit: (hit[5], -(hit[4] - hit[3]), hit[2]),
    )
    for hit in near:
        if not any(other[1] <= CAS and _blocks(other, hit) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit[3], hit[1]))


def _blocks(other: list[int], hit: list[int]) -> bool:
    """Tell whether a hit stands in another's way: an exact part of a longer name does not.

    A name glued to other words does: they are what the longer one would have as edits.
    """
    overlaps = other[3] < hit[4] and other[4] > hit[3]
    part = other[1] == NAME and hit[3] <= other[3] and other[4] <= hit[4]
    part = part and not other[6] & GLUED
    return overlaps and not (part and other[4] - other[3] < hit[4] - hit[3])
