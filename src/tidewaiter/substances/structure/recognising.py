"""Recognising: what lists and classes know of a structure, as the law is asked about it."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec.structs import replace

from tidewaiter.substances.classes import ClassRule
from tidewaiter.substances.law import controls_on
from tidewaiter.substances.questions import ClassGap, ClassHold, Found, Match
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.structure.counterions import Companions
from tidewaiter.substances.structure.index import StructureIndex
from tidewaiter.substances.structure.matching import Answer, ClassMatch, ClassMatcher
from tidewaiter.substances.structure.read import reading
from tidewaiter.substances.structure.types import Level, Structure, StructureHit
from tidewaiter.substances.types import Form, Substance

_SAME: frozenset[Level] = frozenset({"exact", "salt", "alias"})
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
        self._rules = tuple(rules)
        self._index = StructureIndex(registry.substances)
        self._matcher = ClassMatcher(self._rules)
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

    def judge(self, found: Found, structure: Structure, day: date) -> Found:
        """Ask the class rules about a substance that was found by its name.

        Args:
            found: It, as it was found.
            structure: Its structure, or that of its form.
            day: The day whose lists decide what a class leaves to them.

        Returns:
            It with what the class rules say.
        """
        named = [found.substance] if found.substance else []
        return self._judged(found, structure, named, day)[0]

    def _of(self, structure: Structure, name: str, day: date) -> Iterator[Found]:
        hits = self._best(structure)
        same = [self._substances[hit.substance] for hit in hits if hit.level in _SAME]
        alone, answers = self._judged(
            Found(name=name, how=reading(structure)), structure, same, day
        )
        alone = replace(alone, match=_alone(answers))
        yield from (self._named(hit, alone) for hit in hits)
        if not hits:
            yield alone

    def _judged(
        self, found: Found, structure: Structure, same: Iterable[Substance], day: date
    ) -> tuple[Found, tuple[Answer, ...]]:
        """Ask the class rules; the lists that name one of `same` keep what classes leave to them."""
        listed = frozenset(c.regime for each in same for c in controls_on(each, day))
        answers = self._matcher.match(structure, None, listed=listed)
        judged = replace(
            found,
            classes=tuple(_hold(each) for each in answers if isinstance(each, ClassMatch)),
            open_classes=tuple(
                ClassGap(regime=each.rule.regime, rule=each.rule.slug, reason=each.reason)
                for each in answers
                if not isinstance(each, ClassMatch) and each.rule.holds_on(day)
            ),
            evaluated=tuple(
                f"{rule.regime}: class {rule.slug} evaluated"
                for rule in self._rules
                if rule.holds_on(day) and rule.slug not in _open(answers)
            ),
        )
        return judged, answers

    def _best(self, structure: Structure) -> list[StructureHit]:
        """Return the hits that say the same as the strongest: it itself, or else its variants."""
        hits = self._index.find(structure)
        same = [hit for hit in hits if hit.level in _SAME]
        return same or [hit for hit in hits if hit.level == hits[0].level]

    def _named(self, hit: StructureHit, alone: Found) -> Found:
        substance = self._substances[hit.substance]
        form = _form(substance, hit.form)
        name = form.name if form else substance.name
        how = f"{alone.how}: {_likeness(hit, name)}"
        return replace(alone, name=name, substance=substance, form=form, match=_match(hit), how=how)


def _likeness(hit: StructureHit, name: str) -> str:
    """Say how far a structure is that of a substance."""
    if hit.level == "exact":
        return f"the structure of {name}"
    if hit.level == "alias":
        return f"another drawing of {name} ({hit.why})"
    aside = ", ".join(_WORDS[each] for each in hit.set_aside if each in _WORDS)
    return f"the structure of {name} but for {aside or _WORDS[hit.level]}"


def _match(hit: StructureHit) -> Match:
    return "unknown" if hit.level == "none" else hit.level


def _alone(answers: Iterable[Answer]) -> Match:
    """Say how a structure was found that no list names."""
    held = any(isinstance(each, ClassMatch) and not each.excluded_by for each in answers)
    return "class" if held else "unknown"


def _form(substance: Substance, name: str | None) -> Form | None:
    return next((form for form in substance.forms if form.name == name), None)


def _open(answers: Iterable[Answer]) -> set[str]:
    return {each.rule.slug for each in answers if not isinstance(each, ClassMatch)}


def _hold(found: ClassMatch) -> ClassHold:
    rule = found.rule
    return ClassHold(
        regime=rule.regime,
        rule=rule.slug,
        clauses=tuple(f"{each.id} {each.words}" for each in found.clauses),
        decided=rule.decided,
        since=rule.since,
        until=rule.until,
        excluded_by=() if found.excluded_by is None else (found.excluded_by,),
        unverified=found.notes or ("not all of its wording was read",) if found.unverified else (),
        source=rule.source,
        dates=rule.dates,
        atoms=tuple(sorted({atom for clause in found.clauses for atom in clause.atoms})),
    )
