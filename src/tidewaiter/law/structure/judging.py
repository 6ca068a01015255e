"""Judging: what the class rules say of a structure, as the law is asked about it."""

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from tidewaiter.substances.classes import ClassRule
from tidewaiter.substances.law import controls_on
from tidewaiter.substances.questions import ClassGap, ClassHold, Found, Membership, key_of
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.structure.aliases import load_aliases
from tidewaiter.substances.structure.matching import (
    Answer,
    ClassMatch,
    ClassMatcher,
    ClauseMatch,
    NotAssessable,
)
from tidewaiter.substances.structure.read import parse_structure
from tidewaiter.substances.structure.types import Structure
from tidewaiter.substances.types import Substance


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
    return ClassGap(regime=each.rule.regime, rule=each.rule.slug, reason=each.reason)


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
