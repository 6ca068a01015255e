"""Structure keys: InChIKey, and control key without salts and stereo; comparison by keys."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any, TypeVar

from rdkit import Chem
from rdkit.Chem import Mol, RWMol, rdinchi, rdMolDescriptors
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.Chem.rdMolHash import HashFunction, MolHash

from tidewaiter.law.structure.checks import quiet, short
from tidewaiter.law.structure.composition import formula_of, is_charged
from tidewaiter.law.structure.types import Comparison, Level, Structure, StructureError

T = TypeVar("T")


def _chooser() -> rdMolStandardize.LargestFragmentChooser:
    """Create the chooser: fragments with carbon first, then most heavy atoms, then highest mass.

    By default RDKit counts hydrogens and does not prefer carbon: the largest fragment of ammonium
    formate is then ammonia, and that of methylamine sulfate the acid.
    """
    settings: Any = rdMolStandardize.CleanupParameters()  # its stubs have wrong types
    settings.preferOrganic = True
    settings.largestFragmentChooserCountHeavyAtomsOnly = True
    return rdMolStandardize.LargestFragmentChooser(settings)


# Creating these for each molecule costs more than using them.
_LARGEST = _chooser()
_MASS = rdMolDescriptors.Properties(["amw"])
_UNCHARGER = rdMolStandardize.Uncharger()
# In a neutral molecule the Uncharger leaves adjacent opposite charges: nitro, N-oxide.
_PLUS, _MINUS = "+,+2,+3,+4", "-,-2,-3,-4"
_OTHER = "!+;!+2;!+3;!+4;!-;!-2;!-3;!-4"
_CHARGED = Chem.MolFromSmarts(
    f"[$([{_PLUS};!$(*~[{_MINUS}])]),$([{_MINUS};!$(*~[{_PLUS}])]),$([!+0;{_OTHER}])]"
)
_ANY_CHARGE = Chem.MolFromSmarts("[!+0]")  # much faster, and most molecules have none
_LABELLED = Chem.MolFromSmarts("[!0*]")
_CHARGED_OR_LABELLED = Chem.MolFromSmarts("[!+0,!0*]")
_HYDROGEN = Chem.MolFromSmarts("[#1]")
_STEREO_SIGNS = re.compile(r"[@/\\|]")  # a SMILES without these has no stereo


def inchikey(structure: Structure) -> str:
    """Return the standard InChIKey of the whole structure, 27 characters.

    Raises:
        StructureError: The InChI library cannot generate one.
    """
    key = inchikey_of(structure.mol)
    if not key:
        raise _refused(structure, "it has no InChIKey")
    return key


def inchikey_of(mol: Mol) -> str:
    """Return the standard InChIKey of a molecule, or "" if there is none."""
    with quiet():
        return str(rdinchi.MolToInchiKey(mol))


def formula(structure: Structure) -> str:
    """Return the molecular formula of the whole structure in Hill order, charge last."""
    return formula_of(structure.mol)


def mass(structure: Structure) -> float:
    """Return the average molecular mass of the whole structure, in u."""
    return float(_MASS.ComputeProperties(structure.mol)[0])


def control_key(structure: Structure) -> str:
    """Return the key shared by salts, hydrates, stereoisomers, isotopomers and tautomers.

    RDKit's tautomer hash, version 2, of the largest fragment (with carbon first, then by heavy
    atoms), uncharged, with natural isotopes and without stereo. Steps without effect are skipped.
    Equal keys are an indication, not proof. Keys may differ between versions of RDKit: store the
    version with them.

    Raises:
        StructureError: A step fails on the structure.
    """
    return _control_key(structure, HashFunction.HetAtomTautomerv2)


def keeps_hydrogens(mol: Mol, formula: str) -> bool:
    """Return whether the parent of a fragment is the fragment: its control key has its hydrogens.

    Args:
        mol: A molecule of one fragment.
        formula: Its formula.
    """
    return not (is_charged(formula) or _has_charge_to_remove(mol))


def control_keys(structures: Iterable[Structure]) -> list[str | StructureError]:
    """Return the control key of each structure, or the error, in order."""
    return [_key_or_error(structure) for structure in structures]


def components(structure: Structure) -> tuple[Structure, ...]:
    """Return the distinct fragments of a structure, largest first.

    Each may be a separate substance: in a mixture the watched one need not be the largest. A
    structure of one fragment is its own component.
    """
    if is_single(structure):
        return (structure,)
    return tuple(as_structure(mol, smiles) for mol, smiles in fragments(structure.mol))


def is_single(structure: Structure) -> bool:
    """Return whether a structure has one fragment only."""
    written = structure.form == "smiles" and "." not in structure.text
    return written or len(Chem.GetMolFrags(structure.mol)) == 1


def fragments(mol: Mol) -> Iterator[tuple[Mol, str]]:
    """Yield the distinct fragments of a molecule, largest first.

    Yields:
        A fragment and its SMILES; "": as only this one has its size, it was not needed.
    """
    sizes: defaultdict[int, list[Mol]] = defaultdict(list)
    with quiet():
        for part in Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=False):
            Chem.GetSymmSSSR(part)  # required by ring queries
            sizes[part.GetNumAtoms()].append(part)
        for size in sorted(sizes, reverse=True):
            if len(sizes[size]) == 1:
                yield sizes[size][0], ""
                continue
            found: dict[str, Mol] = {}
            for part in sizes[size]:
                found.setdefault(Chem.MolToSmiles(part), part)
            yield from ((found[smiles], smiles) for smiles in sorted(found))


def as_structure(mol: Mol, smiles: str = "") -> Structure:
    """Return a fragment as a structure, written as a SMILES, which may be known."""
    return Structure(mol, smiles or Chem.MolToSmiles(mol), "smiles")


def parent(structure: Structure) -> Structure:
    """Return the largest fragment, uncharged, with stereo and isotopes.

    Raises:
        StructureError: RDKit's standardiser fails on it.
    """
    mol = _step(structure, "its largest fragment cannot be uncharged", _parent)
    return structure if mol is structure.mol else Structure(mol, structure.text, structure.form)


def plain_of_isotopes(mol: Mol) -> Mol:
    """Return a molecule with natural isotopes; explicit heavy hydrogen becomes implicit."""
    if not mol.HasSubstructMatch(_LABELLED):
        return mol
    copy = RWMol(mol)
    for atom in copy.GetAtoms():
        atom.SetIsotope(0)
    if not copy.HasSubstructMatch(_HYDROGEN):
        return copy
    with quiet():
        return Chem.RemoveHs(copy)


def plain_of_stereo(mol: Mol) -> Mol:
    """Return a molecule without stereo."""
    copy = RWMol(mol)
    Chem.RemoveStereochemistry(copy)
    return copy


def protomer_key(structure: Structure) -> str:
    """Return the control key, additionally without charge.

    Raises:
        StructureError: A step fails on the structure.
    """
    return _control_key(structure, HashFunction.HetAtomProtomerv2)


def _parent(mol: Mol) -> Mol:
    with quiet():
        if len(Chem.GetMolFrags(mol)) > 1:
            mol = _LARGEST.choose(mol)
        charged = Chem.GetFormalCharge(mol) != 0 or _has_charge_to_remove(mol)
        return _UNCHARGER.uncharge(mol) if charged else mol


def _has_charge_to_remove(mol: Mol) -> bool:
    """Return whether an atom of a molecule has a charge that no neighbour balances."""
    return mol.HasSubstructMatch(_ANY_CHARGE) and mol.HasSubstructMatch(_CHARGED)


def _control_key(structure: Structure, function: HashFunction) -> str:
    has_stereo = structure.form != "smiles" or _STEREO_SIGNS.search(structure.text)

    def work(mol: Mol) -> str:
        if mol.HasSubstructMatch(_CHARGED_OR_LABELLED) or len(Chem.GetMolFrags(mol)) > 1:
            with quiet():  # the hash also warns of unusual charges
                mol = plain_of_stereo(plain_of_isotopes(_parent(mol)))
                return str(MolHash(mol, function))
        return str(MolHash(plain_of_stereo(mol) if has_stereo else mol, function))

    return _step(structure, "it has no control key", work)


def _step(structure: Structure, what: str, work: Callable[[Mol], T]) -> T:
    """Run a standardiser step, and convert its exceptions to our error."""
    try:
        return work(structure.mol)
    except (ValueError, RuntimeError) as error:  # RDKit's own errors derive from these
        raise _refused(structure, f"{what} ({short(str(error))})") from error


def _key_or_error(structure: Structure) -> str | StructureError:
    try:
        return control_key(structure)
    except StructureError as error:
        return error


def _refused(structure: Structure, why: str) -> StructureError:
    return StructureError("law/cannot-be-compared", text=short(structure.text), why=why)


# Stronger levels are tried, and set aside, before weaker ones.
_ASPECTS: tuple[Level, ...] = ("salt", "stereo", "isotope")


def compare(a: Structure, b: Structure) -> Comparison:
    """Return the strongest level at which two structures are equal.

    Levels, strongest first: exact (InChIKey of the whole), salt (of the largest fragment,
    uncharged), stereo (without stereo), isotope (without isotopes), tautomer (control key), charge
    (control key without charge), none. `set_aside` lists the differences: level "isotope" with
    ("salt", "isotope") is the labelled compound as another salt, with the same stereo. The levels
    tautomer and charge ignore salts, stereo and isotopes.

    Raises:
        StructureError: RDKit's standardiser fails on one of them.
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
    """Yield sets of aspects to ignore, smallest first, then by strongest levels."""
    for size in range(len(_ASPECTS) + 1):
        yield from combinations(_ASPECTS, size)


class _Views:
    """A structure with different aspects ignored; each view is computed once."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._known: dict[tuple[Level, ...], str] = {}

    def identity(self, aside: tuple[Level, ...]) -> str:
        """Return the InChIKey with the given aspects ignored."""
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
