"""Parts: the fragments of a structure that may be substances, without counter-ions and water."""

from collections import Counter
from functools import cached_property

from rdkit import Chem
from rdkit.Chem import Mol

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.law.structure.composition import formula_of, heavy_atoms
from tidewaiter.law.structure.keys import (
    as_structure,
    components,
    control_key,
    fragments,
    inchikey,
    is_single,
    keeps_hydrogens,
)
from tidewaiter.law.structure.parsing import parse_structure
from tidewaiter.law.structure.types import Structure, StructureError


class Counterions(Record, frozen=True, kw_only=True):
    """Fragments to ignore beside a substance."""

    why: str
    solvents: tuple[str, ...]  # SMILES; always ignored
    counterions: tuple[str, ...]  # SMILES; compared by control key, so ion and acid are equal
    sources: tuple[str, ...]


class Part:
    """A fragment that may be a substance in its own right; the rest is computed on first use."""

    def __init__(self, mol: Mol, smiles: str = "", structure: Structure | None = None) -> None:
        """Set the fragment.

        Args:
            mol: The fragment.
            smiles: Its SMILES, if it is known.
            structure: The whole structure, if this is all of it.
        """
        self.mol = mol
        self._smiles = smiles
        self._whole = structure

    @cached_property
    def structure(self) -> Structure:
        """Return it as a structure."""
        return self._whole or as_structure(self.mol, self._smiles)

    @cached_property
    def formula(self) -> str:
        """Return its formula with its hydrogens and charge."""
        return formula_of(self.mol)

    @cached_property
    def heavy(self) -> str:
        """Return its formula without hydrogens and charge."""
        return heavy_atoms(self.formula)

    @cached_property
    def key(self) -> str:
        """Return its control key.

        Raises:
            StructureError: It cannot be computed.
        """
        return control_key(self.structure)

    @cached_property
    def exact(self) -> str:
        """Return its InChIKey; "": it has none, but may have a control key."""
        try:
            return inchikey(self.structure)
        except StructureError:
            return ""

    @cached_property
    def keeps_hydrogens(self) -> bool:
        """Return whether it is its own parent, so that its control key has its hydrogens."""
        return keeps_hydrogens(self.mol, self.formula)

    def is_all_of(self, structure: Structure) -> bool:
        """Return whether this is all of a structure."""
        return self._whole is structure


class Companions:
    """Splits structures into fragments, without counter-ions and water."""

    def __init__(self) -> None:
        known = read_toml(data("structures", "counterions.toml"), Counterions)
        solvents = [_small(smiles) for smiles in known.solvents]
        counterions = [_small(smiles) for smiles in known.counterions]
        self._solvents = {part.key for part in solvents}
        self._counterions = {part.key for part in counterions}
        self._heavy = {part.heavy for part in (*solvents, *counterions)}

    def parts(self, structure: Structure) -> list[Part]:
        """List the fragments that may be substances in their own right.

        A counter-ion alone, or only with water, counts as a substance: the chloride of a salt is
        not hydrochloric acid.

        Raises:
            StructureError: The control key of a fragment cannot be computed, and is needed to tell
                it from a counter-ion or from another fragment.
        """
        if is_single(structure):
            return [Part(structure.mol, structure=structure)]
        found = self._distinct([Part(*each) for each in fragments(structure.mol)])
        if len(found) == 1:
            return list(found.values())
        beside = found.keys() - self._solvents
        if len(beside) > 1:
            beside -= self._counterions
        return [found[key] for key in found if key in beside]

    def _distinct(self, parts: list[Part]) -> dict[str, Part]:
        """Map control keys to fragments; one whose heavy atoms no other has is mapped by these."""
        same = Counter(part.heavy for part in parts)
        found: dict[str, Part] = {}
        for part in parts:
            alone = same[part.heavy] == 1 and part.heavy not in self._heavy
            found[part.heavy if alone else part.key] = part
        return found

    def is_salt(self, structure: Structure) -> bool:
        """Return whether a structure is an ion, or has more companions than water and solvents.

        Raises:
            StructureError: The control key of a fragment cannot be computed.
        """
        if Chem.GetFormalCharge(structure.mol):
            return True
        keys = {control_key(part) for part in components(structure)}
        return len(keys - self._solvents) > 1


def _small(smiles: str) -> Part:
    return Part(parse_structure(smiles, "smiles").mol, smiles)
