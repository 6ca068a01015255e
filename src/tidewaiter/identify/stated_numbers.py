"""Numbers that a line states: what they say against a name that was found by edits alone."""

from collections.abc import Iterable

from tidewaiter.base.phrases import Phrase
from tidewaiter.identify.engine.hits import CAS, CAS_OTHER, HS, UN
from tidewaiter.identify.lexicon.entries import Names
from tidewaiter.law.types import Substance

STATED = frozenset({CAS, CAS_OTHER, HS, UN})
"""Kinds of hits that are numbers of goods."""

_HEADING = 4  # digits of an HS heading


def against(hits: Iterable[list[int]], names: Names, place: int, own: Substance) -> Phrase | None:
    """Return what the numbers of a line say against a substance; None: nothing.

    One number that fits it outweighs all others. Several CAS numbers belong to a list of goods, of
    which each is another.

    Args:
        hits: The numbers of the line; see `hits`.
        names: Meaning of CAS numbers.
        place: Index of the substance in the registry.
        own: The substance.
    """
    found: list[Phrase] = []
    cas: set[str] = set()
    for hit in hits:
        fits, number, why = _read(hit, names, place, own)
        if fits:
            return None
        cas.update([number] if number else [])
        found.extend([why] if why else [])
    if len(cas) == 1:
        return Phrase("against/cas", cas=next(iter(cas)), name=own.name)
    return next(iter(found), None)


def _read(
    hit: list[int], names: Names, place: int, own: Substance
) -> tuple[bool, str, Phrase | None]:
    """Return whether a number fits a substance, another CAS number, and what is against it."""
    digits = str(hit[2])
    if hit[1] == CAS:
        number = names.numbers[hit[2]]
        return number.substance == place, number.cas, None
    if hit[1] == CAS_OTHER:
        return False, f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}", None
    if hit[1] == HS:
        code = f"{digits[1:5]}.{digits[5:7]}".rstrip(".")
        near = not own.hs or any(code[:_HEADING] == hs[:_HEADING] for hs in own.hs)
        why = None if near else Phrase("against/hs", hs=code, name=own.name)
        return code in own.hs, "", why
    code = digits[1:]
    why = Phrase("against/un", un=code, name=own.name) if own.un else None
    return code in own.un, "", why
