"""Recognition: the controlled substances and class rules that cover a structure."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

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
from tidewaiter.law.structure.index import StructureIndex, load_aliases, load_keys
from tidewaiter.law.structure.keys import formula, parent
from tidewaiter.law.structure.parsing import parse_structure, reading
from tidewaiter.law.structure.parts import Companions, Part
from tidewaiter.law.structure.types import Level, Structure, StructureError, StructureHit
from tidewaiter.law.types import Form, Substance, Variant

_KEPT = 256  # days and sets of open rules for which the evaluated ones are cached


class Judge:
    """Evaluates class rules; created once for many structures."""

    def __init__(self, rules: Iterable[ClassRule]) -> None:
        """Prepare the rules, of any date.

        Raises:
            RegistryError: A rule in the data is invalid.
        """
        self._rules = tuple(rules)
        self._matcher = ClassMatcher(self._rules)
        self._evaluated = lru_cache(maxsize=_KEPT)(self._list_evaluated)

    def judged(
        self, found: Found, structure: Structure, same: Iterable[Substance], day: date
    ) -> tuple[Found, tuple[Answer, ...]]:
        """Evaluate the class rules for an identified subject.

        Args:
            found: The subject.
            structure: Its structure.
            same: Substances identical to it; classes may defer to named controls on them.
            day: Day of these named controls.

        Returns:
            The subject with its class matches, and the answers of the rules.
        """
        listed = frozenset(c.regime for each in same for c in controls_on(each, day))
        answers = self._matcher.match(structure, None, listed=listed)
        opened = frozenset(each.rule.slug for each in answers if not isinstance(each, ClassMatch))
        judged = replace(
            found,
            classes=tuple(_hold(each) for each in answers if isinstance(each, ClassMatch)),
            open_classes=tuple(
                _gap(each)
                for each in answers
                if not isinstance(each, ClassMatch) and each.rule.holds_on(day)
            ),
            evaluated=self._evaluated(day, opened),
        )
        return judged, answers

    def _list_evaluated(self, day: date, opened: frozenset[str]) -> tuple[str, ...]:
        """List the rules of a day without those that could not be evaluated; cached."""
        return tuple(
            f"{rule.regime}: class {rule.slug} evaluated"
            for rule in self._rules
            if rule.holds_on(day) and rule.slug not in opened
        )


def memberships(registry: Registry) -> dict[str, Membership]:
    """Compute the class membership of each structure in a registry, ignoring named controls.

    Raises:
        RegistryError: A rule in the data is invalid.
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
    """Format a clause with the instrument's numbering: "(E) another acyl group"."""
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
        unverified=(
            found.notes or ("not all of its wording was read",)
            if found.mark == "unverified"
            else ()
        ),
        source=rule.source,
        mark=found.mark,
        dates=rule.dates,
        atoms=tuple(sorted({atom for clause in found.clauses for atom in clause.atoms})),
    )


SAME: frozenset[Level] = frozenset({"exact", "salt", "alias"})
_ASIDE = ("salt", "stereo", "isotope", "tautomer", "charge")


class Recogniser:
    """Looks structures up in the registry and class rules; created once for many structures."""

    def __init__(self, registry: Registry, rules: Iterable[ClassRule]) -> None:
        """Prepare registry and rules.

        Args:
            registry: The substances.
            rules: The class rules, of any date.

        Raises:
            RegistryError: A structure or a rule in the data is invalid.
        """
        self._substances = {each.slug: each for each in registry.substances}
        self._index = StructureIndex(load_keys(registry))
        self._judge = Judge(rules)
        self._companions = Companions()

    def find(self, structure: Structure, name: str, day: date) -> tuple[Found, ...]:
        """Identify a structure, as `find_parts`, without the parts."""
        return tuple(each for _, found in self.find_parts(structure, name, day) for each in found)

    def find_parts(
        self, structure: Structure, name: str, day: date
    ) -> list[tuple[Structure, tuple[Found, ...]]]:
        """Identify each fragment of a structure, except counter-ions and water.

        Args:
            structure: The structure, including salts and mixtures.
            name: Display name if it is unlisted.
            day: Day of the named controls to which classes defer.

        Returns:
            Each fragment, to which atom indices refer, with one result per identical substance, or
            one without a substance.

        Raises:
            StructureError: A fragment could not be looked up: it is not assessable.
        """
        parts = self._index.parts(structure)
        if len(parts) == 1:
            return [(structure, tuple(self._of(structure, parts, name, day)))]
        return [
            (
                part.structure,
                tuple(self._of(part.structure, [part], f"{part.structure.text}, in {name}", day)),
            )
            for part in parts
        ]

    def _of(self, structure: Structure, parts: list[Part], name: str, day: date) -> Iterator[Found]:
        hits = best_hits(self._index.find(structure, parts))
        same = [self._substances[hit.substance] for hit in hits if hit.level in SAME]
        alone, answers = self._judge.judged(
            Found(name=name, how=reading(structure)), structure, same, day
        )
        alone = replace(alone, match=_alone(answers))
        if not hits:
            yield replace(alone, formula=_formula(structure, parts))
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
    """Return the hits equivalent to the strongest: identical, or else variants."""
    same = [hit for hit in hits if hit.level in SAME]
    return same or [hit for hit in hits if hit.level == hits[0].level]


def likeness(hit: StructureHit, name: str) -> Phrase:
    """Describe the level of identity between a structure and a substance.

    Args:
        hit: The hit.
        name: Name of the substance or its form.
    """
    if hit.level == "exact":
        return Phrase("found/structure", name=name)
    if hit.level == "alias":
        return Phrase("found/drawing", name=name, why=hit.why)
    aside = [each for each in hit.set_aside if each in _ASIDE] or [hit.level]
    return Phrase("found/structure-but", name=name, aside=[Phrase(f"aside/{x}") for x in aside])


def _match(hit: StructureHit) -> Match:
    return "unknown" if hit.level == "none" else hit.level


def _formula(structure: Structure, parts: list[Part]) -> str:
    """Return the formula of a structure without its companions; "": none."""
    part = parts[0] if parts else None
    if part and part.is_all_of(structure) and part.keeps_hydrogens:
        return part.formula
    try:
        return formula(parent(structure))
    except StructureError:
        return ""


def _alone(answers: Iterable[Answer]) -> Match:
    """Return the kind of match for an unlisted structure."""
    held = any(isinstance(each, ClassMatch) and not each.excluded_by for each in answers)
    return "class" if held else "unknown"


def _form(substance: Substance, name: str | None) -> Form | None:
    return next((form for form in substance.forms if form.name == name), None)


class Sighter:
    """Looks structures up among substances first, then classes; created once for many."""

    def __init__(self, registry: Registry, rules: Iterable[ClassRule]) -> None:
        """Prepare both.

        Args:
            registry: The substances.
            rules: The class rules, of any date.

        Raises:
            RegistryError: A structure or a rule in the data is invalid.
        """
        self._index = StructureIndex(load_keys(registry))
        self._matcher = ClassMatcher(rules)
        self._names = {each.slug: each.name for each in registry.substances}

    def see(self, structure: Structure) -> tuple[Sighting, ...]:
        """Identify a structure; empty if no named control or class covers it.

        A class counts only if the structure is not named: named controls take precedence.

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
        """Identify an InChIKey, or list the substances with the same first block."""
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
    """Return the index of each atom in the SMILES that was written last."""
    written = [int(at) for at in mol.GetProp("_smilesAtomOutputOrder").strip("[],").split(",")]
    places = [0] * len(written)
    for place, atom in enumerate(written):
        places[atom] = place
    return places
