"""Read molfiles, V2000 and V3000."""

from rdkit import Chem
from rdkit.Chem import Mol

from tidewaiter.substances.structure.check import short
from tidewaiter.substances.structure.log import quiet, reason, said
from tidewaiter.substances.structure.types import StructureError

_COUNTS = 3  # the line of the counts, from 0


def looks_like_molfile(text: str) -> bool:
    """Tell whether a text has the counts or the end of a molfile."""
    return "\n" in text and any(sign in text for sign in ("V2000", "V3000", "M  END", "$RXN"))


def mol_from_block(text: str, at: str) -> Mol:
    """Read one molecule from a molfile.

    Args:
        text: All of it: title, two more lines, counts, atoms, bonds, properties.
        at: Its place, for a message.

    Raises:
        StructureError: It is malformed, a reaction, or no atom could have such bonds.
    """
    lines = text.splitlines()
    title = lines[0] if lines else ""
    if title.startswith("$RXN"):
        raise _refused("$RXN", at, "it is a reaction")
    if len(lines) <= _COUNTS:
        raise _refused(text, at, f"it ends after {len(lines)} lines, before the counts")
    plain = text.encode("ascii", "replace").decode()  # what a title says does not matter here
    with quiet():
        mol = _read(plain)
    if mol is None:
        raise _refused(title, at, reason(said(lambda: _read(plain))) or "RDKit does not accept it")
    return mol


def _read(text: str) -> Mol | None:
    try:
        return Chem.MolFromMolBlock(text)
    except (RuntimeError, ValueError):  # Chem reports most faults as None, and a few so
        return None


def _refused(text: str, at: str, why: str) -> StructureError:
    return StructureError(
        f'"{short(text)}" is not a molfile of one molecule: {why}',
        at=at,
        hint="write it anew with a chemical editor, as V2000 or V3000",
    )
