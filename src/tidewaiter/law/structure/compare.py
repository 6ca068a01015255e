"""How far two structures are the same."""

from collections.abc import Callable, Iterator
from itertools import combinations

from rdkit import Chem
from rdkit.Chem import Mol

from tidewaiter.substances.structure.keys import (
    control_key,
    inchikey_of,
    parent,
    plain_of_isotopes,
    plain_of_stereo,
    protomer_key,
)
from tidewaiter.substances.structure.types import Comparison, Level, Structure

# In this order: a stronger level is tried, and set aside, before a weaker one.
_ASPECTS: tuple[Level, ...] = ("salt", "stereo", "isotope")


def compare(a: Structure, b: Structure) -> Comparison:
    """Tell the strongest level at which two structures are the same.

    Levels, strongest first: exact (InChIKey of all), salt (of the largest fragment, uncharged),
    stereo (without stereo), isotope (without isotopes), tautomer (control key), charge (control
    key without charge), none. `set_aside` lists what differs: level "isotope" with
    ("salt", "isotope") is the labelled compound as another salt, with the same stereo. At the
    levels tautomer and charge, salts, stereo and isotopes are out of view altogether.

    Raises:
        StructureError: A standardiser of RDKit fails on one of them.
    """
    mine, other = _Views(a), _Views(b)
    for aside in _choices():
        if mine.identity(aside) == other.identity(aside):
            return Comparison(level=aside[-1] if aside else "exact", set_aside=aside)
    if control_key(a) == control_key(b):
        return Comparison(level="tautomer", set_aside=("tautomer",))
    if protomer_key(a) == protomer_key(b):
        return Comparison(level="charge", set_aside=("charge",))
    return Comparison(level="none")


def _choices() -> Iterator[tuple[Level, ...]]:
    """List what may be set aside, least first, and of as many the strongest levels first."""
    for size in range(len(_ASPECTS) + 1):
        yield from combinations(_ASPECTS, size)


class _Views:
    """A structure with this or that set aside; each is made once."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._known: dict[tuple[Level, ...], str] = {}

    def identity(self, aside: tuple[Level, ...]) -> str:
        """Return the InChIKey with some aspects set aside."""
        if aside not in self._known:
            whole = parent(self._structure) if "salt" in aside else self._structure
            mol = whole.mol
            steps: dict[Level, Callable[[Mol], Mol]] = {
                "stereo": plain_of_stereo,
                "isotope": plain_of_isotopes,
            }
            for aspect, step in steps.items():
                mol = step(mol) if aspect in aside else mol
            self._known[aside] = inchikey_of(mol) or Chem.MolToSmiles(mol)
        return self._known[aside]
