"""Read a structure from text."""

from rdkit import Chem

from tidewaiter.substances.structure.types import Structure, StructureError


def parse_structure(text: str, form: str = "smiles") -> Structure:
    """Read one structure.

    Args:
        text: A SMILES string.
        form: How it is written; "smiles".

    Raises:
        StructureError: It cannot be read as that form.
    """
    mol = Chem.MolFromSmiles(text.strip()) if form == "smiles" else None
    if mol is None or mol.GetNumAtoms() == 0:
        raise StructureError(
            f'"{text}" is not a structure in the form {form}',
            hint="write a SMILES string, like CCO",
        )
    return Structure(mol, text, form)
