"""Read SMILES, with ChemAxon's extension where it says nothing that is open."""

import re

from rdkit import Chem
from rdkit.Chem import Mol

from tidewaiter.substances.structure.check import short
from tidewaiter.substances.structure.log import quiet, reason, said
from tidewaiter.substances.structure.types import StructureError

_EXTENDED = re.compile(r"(\S+)\s+\|.*\|")
_OPEN_LABEL = re.compile(r"_?R\d*'*|_AP\d+|A|Q|X|M|AH|QH|XH|MH|Pol", re.IGNORECASE)
# Organic subset, bracket atom, bonds, ring closures, dots, branches: OpenSMILES 1.0, section 3.
_TOKENS = re.compile(
    r"(?:Br|Cl|[BCNOPSFI]|[bcnops]|\[[^\]\[\s]+\]|->|<-|[-=#$:/\\~.()*]|%\(?[0-9]+\)?|[0-9])+"
)


def looks_like_smiles(text: str) -> bool:
    """Tell whether a text is made of the signs of SMILES only."""
    return _TOKENS.fullmatch(text.split(" |", maxsplit=1)[0].strip()) is not None


def is_reaction(text: str) -> bool:
    """Tell whether a SMILES has the arrow of a reaction; that of a dative bond is none."""
    return ">" in text and ">" in text.replace("->", "")


def mol_from_smiles(text: str, at: str) -> Mol:
    """Read one molecule.

    Args:
        text: A SMILES, alone or with an extension between bars; no name behind it.
        at: Its place, for a message.

    Raises:
        StructureError: It is malformed, a reaction, or no atom could have such bonds.
    """
    text = text.strip()
    if not text.isascii():
        raise _refused(text, at, "it holds signs that are not ASCII")
    if is_reaction(text):
        raise _refused(text, at, "it is a reaction")
    if len(text.split(None, 1)) > 1 and _EXTENDED.fullmatch(text) is None:
        raise _refused(text, at, "text stands behind it")
    with quiet():
        mol = Chem.MolFromSmiles(text)
    if mol is None:
        raise _refused(text, at, _why(text))
    if "|" in text:
        _check_labels(mol, text, at)
    return mol


def _why(text: str) -> str:
    """Say why RDKit does not accept a SMILES."""
    lines = said(lambda: Chem.MolFromSmiles(text))
    where = next((line for line in lines if line.startswith("SMILES Parse Error: check")), "")
    position = re.search(r"position (\d+)", where)
    place = f" at character {position[1]}" if position else ""
    return (reason(lines) or "RDKit does not accept it") + place


def _check_labels(mol: Mol, text: str, at: str) -> None:
    """Refuse labels of the extension that make an open place of an atom."""
    for atom in mol.GetAtoms():
        label = atom.GetProp("atomLabel") if atom.HasProp("atomLabel") else ""
        if _OPEN_LABEL.fullmatch(label):
            raise _refused(text, at, f'the label "{label}" makes an open place of an atom')


def _refused(text: str, at: str, why: str) -> StructureError:
    return StructureError(
        f'"{short(text)}" is not a SMILES of one molecule: {why}',
        at=at,
        hint="write the SMILES of the whole substance, like CCO",
    )
