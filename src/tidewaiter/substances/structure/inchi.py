"""Read InChIs."""

from rdkit.Chem import Mol, rdinchi

from tidewaiter.substances.structure.check import short
from tidewaiter.substances.structure.log import quiet, reason, said
from tidewaiter.substances.structure.types import StructureError

PREFIX = "InChI="


def mol_from_inchi(text: str, at: str) -> Mol:
    """Read one molecule from an InChI, standard or not.

    Args:
        text: Like "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3".
        at: Its place, for a message.

    Raises:
        StructureError: It is none, or the InChI library does not accept it.
    """
    text = text.strip()
    why = "" if text.startswith(PREFIX) else f"it does not begin with {PREFIX}"
    why = why if text.isascii() else "it holds signs that are not ASCII"
    if not why:
        with quiet():
            found: tuple[Mol | None, int, str, str] = rdinchi.InchiToMol(text)
        mol, _, message, log = found
        if mol is not None:
            return mol
        why = message or _last(log) or reason(said(lambda: rdinchi.InchiToMol(text)))
    raise StructureError(
        f'"{short(text)}" is not an InChI of one molecule: {why or "it is not accepted"}',
        at=at,
        hint="write it whole, like InChI=1S/CH4/h1H4",
    )


def _last(log: str) -> str:
    """Return what the InChI library says of the one structure."""
    lines = [line.strip() for line in log.splitlines() if line.startswith("Structure: 1")]
    return lines[-1].removeprefix("Structure: 1").strip() if lines else ""
