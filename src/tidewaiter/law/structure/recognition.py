"""Recognising: what lists and classes know of a structure, as the law is asked about it."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec.structs import replace

from tidewaiter.substances.classes import ClassRule
from tidewaiter.substances.questions import Found, Match
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.structure.counterions import Companions
from tidewaiter.substances.structure.index import StructureIndex
from tidewaiter.substances.structure.judging import Judge
from tidewaiter.substances.structure.keys import formula, parent
from tidewaiter.substances.structure.matching import Answer, ClassMatch
from tidewaiter.substances.structure.read import reading
from tidewaiter.substances.structure.types import (
    Level,
    Structure,
    StructureError,
    StructureHit,
)
from tidewaiter.substances.types import Form, Substance, Variant

SAME: frozenset[Level] = frozenset({"exact", "salt", "alias"})
_WORDS = {
    "salt": "what stands beside it, or its charge",
    "stereo": "stereo",
    "isotope": "isotopes",
    "tautomer": "mobile hydrogen",
    "charge": "charge",
}


class Recogniser:
    """Looks structures up in the registry and asks the class rules; made once for many."""

    def __init__(self, registry: Registry, rules: Iterable[ClassRule]) -> None:
        """Prepare both.

        Args:
            registry: The substances.
            rules: The class rules, of any day.

        Raises:
            RegistryError: A structure or a rule of the data cannot be read.
        """
        self._substances = {each.slug: each for each in registry.substances}
        self._index = StructureIndex(registry.substances)
        self._judge = Judge(rules)
        self._companions = Companions()

    def find(self, structure: Structure, name: str, day: date) -> tuple[Found, ...]:
        """Find what a structure is, as `find_parts` does, without the parts."""
        return tuple(each for _, found in self.find_parts(structure, name, day) for each in found)

    def find_parts(
        self, structure: Structure, name: str, day: date
    ) -> list[tuple[Structure, tuple[Found, ...]]]:
        """Find what a structure is, each fragment for itself that is no counter-ion or water.

        Args:
            structure: The structure, salts and mixtures as they are.
            name: What to call it where no list names it.
            day: The day whose lists decide what a class leaves to them.

        Returns:
            Each fragment, to which the places of atoms refer, with one for each substance that
            it is, or one without a substance where it is none.

        Raises:
            StructureError: A fragment could not be looked up: it is not assessable.
        """
        parts = [part for part, _ in self._companions.parts(structure)]
        if len(parts) == 1:
            return [(structure, tuple(self._of(structure, name, day)))]
        return [(part, tuple(self._of(part, f"{part.text}, in {name}", day))) for part in parts]

    def _of(self, structure: Structure, name: str, day: date) -> Iterator[Found]:
        hits = best_hits(self._index.find(structure))
        same = [self._substances[hit.substance] for hit in hits if hit.level in SAME]
        alone, answers = self._judge.judged(
            Found(name=name, how=reading(structure)), structure, same, day
        )
        alone = replace(alone, match=_alone(answers))
        if not hits:
            yield replace(alone, formula=_formula(structure))
            return
        salt = any("salt" in hit.set_aside for hit in hits) and self._companions.is_salt(structure)
        for hit in hits:
            variants: tuple[Variant, ...] = ("salt",) if salt and "salt" in hit.set_aside else ()
            yield replace(self._named(hit, alone), variants=variants)

    def _named(self, hit: StructureHit, alone: Found) -> Found:
        substance = self._substances[hit.substance]
        form = _form(substance, hit.form)
        name = form.name if form else substance.name
        how = f"{alone.how}: {likeness(hit, name)}"
        return replace(alone, name=name, substance=substance, form=form, match=_match(hit), how=how)


def best_hits(hits: tuple[StructureHit, ...]) -> list[StructureHit]:
    """Return the hits that say the same as the strongest: it itself, or else its variants."""
    same = [hit for hit in hits if hit.level in SAME]
    return same or [hit for hit in hits if hit.level == hits[0].level]


def likeness(hit: StructureHit, name: str) -> str:
    """Say how far a structure is that of a substance.

    Args:
        hit: What was found.
        name: Of the substance or its form.
    """
    if hit.level == "exact":
        return f"the structure of {name}"
    if hit.level == "alias":
        return f"another drawing of {name} ({hit.why})"
    aside = ", ".join(_WORDS[each] for each in hit.set_aside if each in _WORDS)
    return f"the structure of {name} but for {aside or _WORDS[hit.level]}"


def _match(hit: StructureHit) -> Match:
    return "unknown" if hit.level == "none" else hit.level


def _formula(structure: Structure) -> str:
    """Return the formula of a structure without what stands beside it; "": it has none."""
    try:
        return formula(parent(structure))
    except StructureError:
        return ""


def _alone(answers: Iterable[Answer]) -> Match:
    """Say how a structure was found that no list names."""
    held = any(isinstance(each, ClassMatch) and not each.excluded_by for each in answers)
    return "class" if held else "unknown"


def _form(substance: Substance, name: str | None) -> Form | None:
    return next((form for form in substance.forms if form.name == name), None)
