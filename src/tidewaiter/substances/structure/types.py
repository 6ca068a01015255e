"""A structure as it was read: the molecule, and the text it came from."""

from dataclasses import dataclass

from rdkit.Chem import Mol

from tidewaiter.base.errors import InputError


class StructureError(InputError):
    """A structure that cannot be assessed: what is wrong, where, and what would do."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A molecule that RDKit accepts, sanitised, with stereo and isotopes as they were given.

    Attributes:
        mol: The whole of it, salts and solvents included; never changed in place.
        text: What was given, for the record.
        form: How it was given: "smiles", "inchi", "molfile" or "name".
    """

    mol: Mol
    text: str
    form: str
