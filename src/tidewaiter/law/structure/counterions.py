"""Ions and small acids that stand beside a substance in its salts, and are not it."""

from rdkit import Chem

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.substances.structure.keys import components, control_key
from tidewaiter.substances.structure.read import parse_structure
from tidewaiter.substances.structure.types import Structure


class Counterions(Record, frozen=True, kw_only=True):
    """What counts as beside the substance."""

    why: str
    solvents: tuple[str, ...]  # SMILES; beside anything they change nothing
    counterions: tuple[str, ...]  # SMILES; by control key, so ion and acid are the same
    sources: tuple[str, ...]


class Companions:
    """Tells of which fragments a structure is made, counter-ions and water set aside."""

    def __init__(self) -> None:
        known = read_toml(data("structures", "counterions.toml"), Counterions)
        self._solvents = {_key(smiles) for smiles in known.solvents}
        self._counterions = {_key(smiles) for smiles in known.counterions}

    def parts(self, structure: Structure) -> list[tuple[Structure, str]]:
        """List the fragments that may be a substance by themselves, with their control keys.

        A counter-ion is one only where nothing but water stands beside it: the chloride of a
        salt is no hydrochloric acid.

        Raises:
            StructureError: A step of the control key fails on a fragment.
        """
        found = {control_key(part): part for part in components(structure)}
        if len(found) == 1:
            return [(part, key) for key, part in found.items()]
        beside = found.keys() - self._solvents
        if len(beside) > 1:
            beside -= self._counterions
        return [(found[key], key) for key in found if key in beside]

    def is_salt(self, structure: Structure) -> bool:
        """Tell whether a structure is an ion, or has more beside it than water and solvents.

        Raises:
            StructureError: A step of the control key fails on a fragment.
        """
        if Chem.GetFormalCharge(structure.mol):
            return True
        keys = {control_key(part) for part in components(structure)}
        return len(keys - self._solvents) > 1


def _key(smiles: str) -> str:
    return control_key(parse_structure(smiles, "smiles"))
