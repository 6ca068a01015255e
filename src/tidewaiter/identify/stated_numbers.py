"""Numbers that a line states: what they say against a name that was found by edits alone."""

from collections.abc import Iterable

from tidewaiter.base.phrases import Phrase
from tidewaiter.identify.engine.hits import CAS, CAS_OTHER, HS, UN
from tidewaiter.identify.lexicon.entries import Names
from tidewaiter.law.types import Substance

_HEADING = 4  # digits of an HS heading


def against(hits: Iterable[list[int]], names: Names, place: int, own: Substance) -> Phrase | None:
    """Return what the numbers of a line say against a substance; None: nothing.

    One number that fits it outweighs all others. Several CAS numbers belong to a list of goods, of
    which each is another.

    Args:
        hits: Hits of the line; see `hits`.
        names: Meaning of CAS numbers.
        place: Index of the substance in the registry.
        own: The substance.
    """
    found: list[Phrase] = []
    cas: set[str] = set()
    for hit in hits:
        digits = str(hit[2])
        if hit[1] == CAS:
            number = names.numbers[hit[2]]
            if number.substance == place:
                return None
            cas.add(number.cas)
        elif hit[1] == CAS_OTHER:
            cas.add(f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}")
        elif hit[1] == HS and own.hs:
            code = f"{digits[1:5]}.{digits[5:7]}".rstrip(".")
            if code in own.hs:
                return None
            if all(code[:_HEADING] != hs[:_HEADING] for hs in own.hs):
                found.append(Phrase("against/hs", hs=code, name=own.name))
        elif hit[1] == UN and own.un:
            if digits[1:] in own.un:
                return None
            found.append(Phrase("against/un", un=digits[1:], name=own.name))
    if len(cas) == 1:
        found.insert(0, Phrase("against/cas", cas=next(iter(cas)), name=own.name))
    return next(iter(found), None)
