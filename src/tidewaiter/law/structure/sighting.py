"""Sighting: which substances and classes of the registry a structure in a text is, on any day."""

from collections.abc import Iterable, Iterator

from rdkit.Chem import GetFormalCharge, Mol, MolToSmiles

from tidewaiter.substances.classes import ClassRule
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.sightings import Sighting
from tidewaiter.substances.structure.index import StructureIndex
from tidewaiter.substances.structure.judging import clause_in_words
from tidewaiter.substances.structure.matching import Answer, ClassMatch, ClassMatcher
from tidewaiter.substances.structure.recognising import SAME, best_hits, likeness
from tidewaiter.substances.structure.types import Structure, StructureHit


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
                words=(*clauses, *each.notes),
                smiles=smiles,
                atoms=tuple(sorted(atoms)),
            )
        else:
            yield Sighting(
                slug=each.rule.slug,
                sureness="open",
                is_class=True,
                words=(each.reason,),
                smiles=smiles,
            )


def _written_order(mol: Mol) -> list[int]:
    """Return the place of each atom in the SMILES that was written last."""
    written = [int(at) for at in mol.GetProp("_smilesAtomOutputOrder").strip("[],").split(",")]
    places = [0] * len(written)
    for place, atom in enumerate(written):
        places[atom] = place
    return places
