"""Read a structure from text."""

from collections.abc import Callable

from rdkit.Chem import Mol, MolToSmiles

from tidewaiter.substances.structure.check import check_mol, check_text, short
from tidewaiter.substances.structure.inchi import PREFIX, mol_from_inchi
from tidewaiter.substances.structure.molfile import looks_like_molfile, mol_from_block
from tidewaiter.substances.structure.names import everyday_words, mol_from_name
from tidewaiter.substances.structure.smiles import (
    is_reaction,
    looks_like_smiles,
    mol_from_smiles,
)
from tidewaiter.substances.structure.types import Structure, StructureError

_READERS: dict[str, Callable[[str, str], Mol]] = {
    "smiles": mol_from_smiles,
    "inchi": mol_from_inchi,
    "molfile": mol_from_block,
    "name": mol_from_name,
}
_ACRONYM = 6  # capital letters at most; the longest name of that shape is shorter


def parse_structure(text: str, form: str = "auto", *, at: str = "") -> Structure:
    """Read one structure.

    Args:
        text: A SMILES, an InChI, a molfile, or a systematic name in English.
        form: How it is written: "smiles", "inchi", "molfile", "name", or "auto", which
            goes by its shape. The answer's `form` tells which it was.
        at: Its place, for a message.

    Returns:
        The structure, salts and solvents included.

    Raises:
        StructureError: It cannot be read as that form, or cannot be assessed: it is empty, a
            reaction, a polymer, has open places or query atoms, or more than 1,000 atoms.
    """
    check_text(text, at)
    kind = _shape(text.strip(), at) if form == "auto" else form
    reader = _READERS.get(kind)
    if reader is None:
        known = ", ".join(("auto", *_READERS))
        raise StructureError(f'"{form}" is no form of a structure', at=at, hint=f"it is: {known}")
    mol = reader(text, at)
    check_mol(mol, text.partition("\n")[0] if kind == "molfile" else text, at)
    return Structure(mol, text, kind)


def is_written(text: str) -> bool:
    """Tell whether a text is a structure by its shape: an InChI, a molfile, or a SMILES.

    A name is none, and no text of capitals that may be the short name of a substance.
    """
    try:
        return _shape(text.strip(), "") != "name"
    except StructureError:
        return False


def reading(structure: Structure) -> str:
    """Say how a structure was read, for a record that others check.

    A name is quoted with the SMILES that OPSIN made of it, as an ordinary word may be a name.
    """
    if structure.form == "name":
        return f'the name "{short(structure.text)}", read by OPSIN as {MolToSmiles(structure.mol)}'
    if structure.form == "molfile":
        return f"the molfile of {MolToSmiles(structure.mol)}"
    return f"{'InChI' if structure.form == 'inchi' else 'SMILES'} {short(structure.text)}"


def _shape(text: str, at: str) -> str:
    """Tell by its shape in which form a text is written.

    Raises:
        StructureError: It may be an acronym as well as a SMILES, or it is an everyday word.
    """
    if text.startswith(PREFIX):
        return "inchi"
    if looks_like_molfile(text):
        return "molfile"
    if _is_acronym(text):
        raise StructureError(
            f'"{text}" may be a SMILES or the short name of a substance',
            at=at,
            hint="say which: form smiles, or look it up in the registry by its name",
        )
    if looks_like_smiles(text) or is_reaction(text):
        return "smiles"
    if text.lower() in everyday_words():
        raise StructureError(
            f'"{text}" is an everyday word, which OPSIN would read as something else',
            at=at,
            hint="where it is meant as a systematic name, read it in the form 'name'",
        )
    return "name"


def _is_acronym(text: str) -> bool:
    """Tell whether a text of capitals, like PCP, reads as a SMILES and may well be none.

    What has carbon, nitrogen and oxygen only is a SMILES: it is how people write small ones.
    """
    letters = text.isascii() and text.isalpha() and text.isupper() and len(text) <= _ACRONYM
    return letters and not set(text) <= set("CNO") and looks_like_smiles(text)
