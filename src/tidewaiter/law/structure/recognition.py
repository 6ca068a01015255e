"""Recognition: which controlled substances and class rules a structure falls under."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec.structs import replace
from rdkit.Chem import GetFormalCharge, Mol, MolToSmiles

from tidewaiter.base.phrases import Phrase, as_written, english
from tidewaiter.law.answers import ClassGap, ClassHold, Found, Match, Membership, Sighting, key_of
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.controls import controls_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.structure.class_matching import (
    Answer,
    ClassMatch,
    ClassMatcher,
    ClauseMatch,
    NotAssessable,
)
from tidewaiter.law.structure.index import Companions, StructureIndex, load_aliases
from tidewaiter.law.structure.keys import formula, parent
from tidewaiter.law.structure.parsing import parse_structure, reading
from tidewaiter.law.structure.types import Level, Structure, StructureError, StructureHit
from tidewaiter.law.types import Form, Substance, Variant


class Judge:
    """Asks the class rules; made once for many."""

    def __init__(self, rules: Iterable[ClassRule]) -> None:
        """Prepare the rules, of any day.

        Raises:
            RegistryError: A rule of the data cannot be read.
        """
        self._rules = tuple(rules)
        self._matcher = ClassMatcher(self._rules)

    def judged(
        self, found: Found, structure: Structure, same: Iterable[Substance], day: date
    ) -> tuple[Found, tuple[Answer, ...]]:
        """Ask the class rules about what was found.

        Args:
            found: It, as it was found.
            structure: Its structure.
            same: The substances that it is; what lists name of them, classes may leave to them.
            day: The day whose lists decide that.

        Returns:
            It with what the class rules say, and their answers.
        """
        listed = frozenset(c.regime for each in same for c in controls_on(each, day))
        answers = self._matcher.match(structure, None, listed=listed)
        opened = {each.rule.slug for each in answers if not isinstance(each, ClassMatch)}
        judged = replace(
            found,
            classes=tuple(_hold(each) for each in answers if isinstance(each, ClassMatch)),
            open_classes=tuple(
                _gap(each)
                for each in answers
                if not isinstance(each, ClassMatch) and each.rule.holds_on(day)
            ),
            evaluated=tuple(
                f"{rule.regime}: class {rule.slug} evaluated"
                for rule in self._rules
                if rule.holds_on(day) and rule.slug not in opened
            ),
        )
        return judged, answers


def memberships(registry: Registry) -> dict[str, Membership]:
    """Say what the class rules say of each structure of a registry, as if no list named it.

    Raises:
        RegistryError: A rule of the data cannot be read.
    """
    matcher = ClassMatcher(registry.classes)
    found: dict[str, Membership] = {}
    others = {each.slug: each.drawings for each in load_aliases()}
    for substance in registry.substances:
        forms = ((form.name, form.smiles) for form in substance.forms)
        drawn = substance.smiles or next((d.smiles for d in others.get(substance.slug, ())), None)
        for name, smiles in ((None, drawn), *forms):
            if smiles is None:
                continue
            answers = matcher.match(parse_structure(smiles, "smiles"), None)
            found[key_of(substance.slug, name)] = Membership(
                holds=tuple(_hold(each) for each in answers if isinstance(each, ClassMatch)),
                gaps=tuple(_gap(each) for each in answers if not isinstance(each, ClassMatch)),
            )
    return found


def _gap(each: NotAssessable) -> ClassGap:
    return ClassGap(regime=each.rule.regime, rule=each.rule.slug, reason=as_written(each.reason))


def clause_in_words(clause: ClauseMatch) -> str:
    """Say a clause as the instrument numbers it: "(E) another acyl group"."""
    named = clause.words.casefold().startswith(clause.id.casefold())
    return clause.words if named else f"{clause.id} {clause.words}"


def _hold(found: ClassMatch) -> ClassHold:
    rule = found.rule
    return ClassHold(
        regime=rule.regime,
        rule=rule.slug,
        clauses=tuple(map(clause_in_words, found.clauses)),
        decided=rule.decided,
        since=rule.since,
        until=rule.until,
        excluded_by=() if found.excluded_by is None else (found.excluded_by,),
        unverified=found.notes or ("not all of its wording was read",) if found.unverified else (),
        source=rule.source,
        dates=rule.dates,
        atoms=tuple(sorted({atom for clause in found.clauses for atom in clause.atoms})),
    )


SAME: frozenset[Level] = frozenset({"exact", "salt", "alias"})
_ASIDE = ("salt", "stereo", "isotope", "tautomer", "charge")


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
        how = f"{alone.how}: {english(likeness(hit, name))}"
        return replace(alone, name=name, substance=substance, form=form, match=_match(hit), how=how)


def best_hits(hits: tuple[StructureHit, ...]) -> list[StructureHit]:
    """Return the hits that say the same as the strongest: it itself, or else its variants."""
    same = [hit for hit in hits if hit.level in SAME]
    return same or [hit for hit in hits if hit.level == hits[0].level]


def likeness(hit: StructureHit, name: str) -> Phrase:
    """Say how far a structure is that of a substance.

    Args:
        hit: What was found.
        name: Of the substance or its form.
    """
    if hit.level == "exact":
        return Phrase("found/structure", name=name)
    if hit.level == "alias":
        return Phrase("found/drawing", name=name, why=hit.why)
    aside = [each for each in hit.set_aside if each in _ASIDE] or [hit.level]
    return Phrase("found/structure-but", name=name, aside=[Phrase(f"aside/{x}") for x in aside])


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


class Sighter:
    """Looks structures up among substances first, then among classes; made once for many."""

    def __init__(self, registry: Registry, rules: Iterable[ClassRule]) -> None:
        """Prepare both; some 0.4 seconds.

        Args:
            registry: The substances.
            rules: The class rules, of any day.

        Raises:
            RegistryError: A structure or a rule of the data cannot be read.
        """
        self._index = StructureIndex(registry.substances)
        self._matcher = ClassMatcher(rules)
        self._names = {each.slug: each.name for each in registry.substances}

    def see(self, structure: Structure) -> tuple[Sighting, ...]:
        """Say what a structure is; nothing where neither a list nor a class knows it.

        A class counts only where no list names the structure: names come before classes.

        Raises:
            StructureError: It could not be looked up.
        """
        hits = best_hits(self._index.find(structure))
        smiles = MolToSmiles(structure.mol)
        if hits:
            ion = GetFormalCharge(structure.mol) != 0
            return tuple(self._of_hit(hit, smiles, ion=ion) for hit in hits)
        answers = self._matcher.match(structure, None)
        order = _written_order(structure.mol) if answers else []
        return tuple(_of_classes(answers, smiles, order))

    def see_key(self, key: str) -> tuple[Sighting, ...]:
        """Say whose InChIKey one is, or which substances share its first block."""
        return tuple(self._of_hit(hit, "") for hit in self._index.find_key(key))

    def _of_hit(self, hit: StructureHit, smiles: str, *, ion: bool = False) -> Sighting:
        return Sighting(
            slug=hit.substance,
            form=hit.form,
            sureness="ion" if ion else "same" if hit.level in SAME else "variant",
            words=(likeness(hit, hit.form or self._names[hit.substance]),),
            smiles=smiles,
        )


def _of_classes(answers: Iterable[Answer], smiles: str, order: list[int]) -> Iterator[Sighting]:
    for each in answers:
        if isinstance(each, ClassMatch):
            clauses = tuple(map(clause_in_words, each.clauses))
            atoms = {order[atom] for clause in each.clauses for atom in clause.atoms}
            yield Sighting(
                slug=each.rule.slug,
                sureness="same",
                is_class=True,
                words=tuple(map(as_written, (*clauses, *each.notes))),
                smiles=smiles,
                atoms=tuple(sorted(atoms)),
            )
        else:
            yield Sighting(
                slug=each.rule.slug,
                sureness="open",
                is_class=True,
                words=(as_written(each.reason),),
                smiles=smiles,
            )


def _written_order(mol: Mol) -> list[int]:
    """Return the place of each atom in the SMILES that was written last."""
    written = [int(at) for at in mol.GetProp("_smilesAtomOutputOrder").strip("[],").split(",")]
    places = [0] * len(written)
    for place, atom in enumerate(written):
        places[atom] = place
    return places
