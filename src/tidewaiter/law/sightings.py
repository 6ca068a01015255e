"""Sightings: what a structure in a text is, of the registry and of the class rules."""

from typing import Literal

from tidewaiter.base.records import Record

Sureness = Literal["same", "variant", "open", "ion"]
"""The structure itself, or a member of the class; a variant of it; a class not evaluated; an ion,
as the half of a name gives it: "phenylacetate" of "lead(II) phenylacetate"."""


class Sighting(Record, frozen=True, kw_only=True):
    """A substance that a structure is, or a class that holds it."""

    slug: str  # of a substance, or of a class rule
    form: str | None = None  # of the substance, where it is one of its forms
    sureness: Sureness
    is_class: bool = False
    words: tuple[str, ...]  # why, for the officer
    smiles: str = ""  # the structure, to be drawn; "": it is not known, as of an InChIKey
    atoms: tuple[int, ...] = ()  # places in it of the atoms by which the clauses hold
