"""Read InChIs."""

import re
from collections import Counter

from rdkit.Chem import Mol, rdinchi

from tidewaiter.substances.structure.check import short
from tidewaiter.substances.structure.log import quiet, reason, said
from tidewaiter.substances.structure.types import StructureError

PREFIX = "InChI="
_HINT = "write it whole, like InChI=1S/CH4/h1H4"
_PART = re.compile(r"^(\d*)(.*)$")
_ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")


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
        found = _read(text, at)
        mol, _, message, log = found
        if mol is not None and _is_whole(text, mol):
            return mol
        if mol is not None:
            raise StructureError(
                f'"{short(text)}" is cut short: its layers are not all of its formula',
                at=at,
                hint=_HINT,
            )
        why = message or _last(log) or reason(said(lambda: rdinchi.InchiToMol(text)))
    raise StructureError(
        f'"{short(text)}" is not an InChI of one molecule: {why or "it is not accepted"}',
        at=at,
        hint=_HINT,
    )


def _read(text: str, at: str) -> tuple[Mol | None, int, str, str]:
    """Read an InChI as RDKit does: the molecule, a code, a message and a log.

    Raises:
        StructureError: An atom has too many bonds, as where the layer of hydrogens is missing.
    """
    try:
        with quiet():
            found: tuple[Mol | None, int, str, str] = rdinchi.InchiToMol(text)
    except (ValueError, RuntimeError) as error:  # RDKit's own errors derive from these
        raise StructureError(
            f'"{short(text)}" is not an InChI of one molecule: {short(str(error))}',
            at=at,
            hint=_HINT,
        ) from error
    return found


def _is_whole(text: str, mol: Mol) -> bool:
    """Tell whether the layers of an InChI give all atoms of its formula.

    Without its layer of hydrogens an InChI is read as a radical, which is another substance.
    """
    try:
        with quiet():
            made: str = rdinchi.MolToInchi(mol)[0]
    except (ValueError, RuntimeError):  # RDKit's own errors: the valence of an atom
        return False
    return not made or _atoms(made) == _atoms(text)


def _atoms(text: str) -> Counter[str]:
    """Count the atoms of the formula of an InChI, whose parts may have a number before them."""
    atoms: Counter[str] = Counter()
    layers = text.split("/")
    for part in layers[1].split(".") if len(layers) > 1 else ():
        times, formula = _PART.findall(part)[0]
        for name, count in _ATOM.findall(formula):
            atoms[name] += int(times or 1) * int(count or 1)
    return atoms


def _last(log: str) -> str:
    """Return what the InChI library says of the one structure."""
    lines = [line.strip() for line in log.splitlines() if line.startswith("Structure: 1")]
    return lines[-1].removeprefix("Structure: 1").strip() if lines else ""
