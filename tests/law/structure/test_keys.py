"""Keys: what each variant of a listed substance shares with it, and that speed costs nothing."""

import random
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import rdMolHash
from rdkit.Chem.MolStandardize import rdMolStandardize
from tests.support.raising import raises

from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import (
    LEVELS,
    Level,
    Structure,
    StructureError,
    compare,
    components,
    control_key,
    control_keys,
    formula,
    inchikey,
    keys,
    mass,
    parent,
    parse_structure,
)
from tidewaiter.law.types import Form, Substance

SEED = 1988
Drawn = Callable[[str], Structure]


def _registry_smiles() -> list[str]:
    found = []
    for substance in load_registry().substances:
        found += [smiles for smiles in (substance.smiles,) if smiles]
        found += [form.smiles for form in substance.forms if form.smiles]
    return found


def _chemicals() -> Iterator[str]:
    """Read the SMILES of the package chemicals."""
    spec = find_spec("chemicals")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package chemicals is not installed")
    for file in (Path(next(iter(spec.submodule_search_locations))) / "Identifiers").glob("*.tsv"):
        for line in file.read_text(encoding="utf-8").splitlines():
            fields = line.split("\t")
            if len(fields) > 4 and fields[4]:
                yield fields[4]


def _plain(mol: Chem.Mol) -> str:
    """Compute the control key with every step, each as RDKit has it."""
    settings = rdMolStandardize.CleanupParameters()
    settings.preferOrganic = True  # type: ignore[assignment]
    settings.largestFragmentChooserCountHeavyAtomsOnly = True  # type: ignore[assignment]
    mol = rdMolStandardize.LargestFragmentChooser(settings).choose(mol)
    mol = rdMolStandardize.Uncharger().uncharge(mol)
    for atom in mol.GetAtoms():
        atom.SetIsotope(0)
    mol = Chem.RemoveHs(mol) if any(a.GetAtomicNum() == 1 for a in mol.GetAtoms()) else mol
    Chem.RemoveStereochemistry(mol)
    return rdMolHash.MolHash(mol, rdMolHash.HashFunction.HetAtomTautomerv2)


def _assert_same_keys(smiles: list[str]) -> int:
    """Compare with the plain path; return how many could be read."""
    read = 0
    for text in smiles:
        try:
            structure = parse_structure(text, "smiles")
        except StructureError:
            continue
        read += 1
        assert control_key(structure) == _plain(structure.mol), text
    return read


def test_skipped_steps_change_no_key_of_the_registry() -> None:
    """The control key of each listed structure is that of the plain path."""
    smiles = _registry_smiles()
    assert _assert_same_keys(smiles) == len(smiles) > 700


def test_skipped_steps_change_no_key_of_other_chemicals() -> None:
    """The same for 5,000 of the compounds of the package chemicals, salts and ions among them."""
    smiles = random.Random(SEED).sample(sorted(set(_chemicals())), 5_000)
    assert _assert_same_keys(smiles) > 4_500


def test_keys_do_not_depend_on_the_order_of_atoms() -> None:
    """A listed structure with its atoms shuffled has the same keys."""
    chance = random.Random(SEED)
    for text in _registry_smiles():
        structure = parse_structure(text, "smiles")
        order = list(range(structure.mol.GetNumAtoms()))
        chance.shuffle(order)
        shuffled = Structure(Chem.RenumberAtoms(structure.mol, order), "", "molfile")
        assert control_key(shuffled) == control_key(structure), text
        assert inchikey(shuffled) == inchikey(structure), text


def test_facts_of_the_registry_are_recomputed(registry: Registry) -> None:
    """InChIKey and formula of each listed structure are those that are stored."""
    for substance in registry.substances:
        parts: list[Substance | Form] = [substance, *substance.forms]
        for part in parts:
            if part.smiles:
                structure = parse_structure(part.smiles, "smiles")
                assert inchikey(structure) == part.inchikey, part.name
                assert formula(structure) == part.formula, part.name


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("acetone", 58.08),
        ("fentanyl", 336.479),
        ("potassium-permanganate", 158.034),
    ],
)
def test_masses(slug: str, expected: float, drawn: Drawn) -> None:
    """The average mass in u is that of the usual tables."""
    assert mass(drawn(slug)) == pytest.approx(expected, abs=0.005)


AMPHETAMINE = "CC(N)Cc1ccccc1"
# The variants of law.md, section 2: what is drawn, its parent, the level.
VARIANTS: dict[str, tuple[str, str, Level]] = {
    "itself": (AMPHETAMINE, AMPHETAMINE, "exact"),
    "hydrochloride": (f"{AMPHETAMINE}.Cl", AMPHETAMINE, "salt"),
    "ion pair": ("CC([NH3+])Cc1ccccc1.[Cl-]", AMPHETAMINE, "salt"),
    "2:1 sulfate": (f"{AMPHETAMINE}.{AMPHETAMINE}.OS(=O)(=O)O", AMPHETAMINE, "salt"),
    "hydrate of a salt": (f"{AMPHETAMINE}.Cl.O", AMPHETAMINE, "salt"),
    "sodium carboxylate": ("[Na+].[O-]C(=O)Cc1ccccc1", "OC(=O)Cc1ccccc1", "salt"),
    "benzoate": (f"{AMPHETAMINE}.OC(=O)c1ccccc1", AMPHETAMINE, "salt"),
    "stereo": ("C[C@H](N)Cc1ccccc1", AMPHETAMINE, "stereo"),
    "isotopes": ("[2H]C([2H])([2H])C(N)Cc1ccccc1", AMPHETAMINE, "isotope"),
    "keto-enol": ("CC(O)=Cc1ccccc1", "CC(=O)Cc1ccccc1", "tautomer"),
    "amide-imidol": ("CC(O)=Nc1ccccc1C(O)=O", "CC(=O)Nc1ccccc1C(O)=O", "exact"),
    "zwitterion": ("[NH3+]c1ccccc1C(=O)[O-]", "Nc1ccccc1C(=O)O", "exact"),
    "nitro": ("CCN(=O)=O", "CC[N+](=O)[O-]", "exact"),
    "ketone hydrate": ("OC1(O)CCNCC1", "O=C1CCNCC1", "none"),
    "covalent permanganate": ("O=[Mn](=O)(=O)O[K]", "O=[Mn](=O)(=O)[O-].[K+]", "none"),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_by_key(name: str) -> None:
    """Each variant has the control key of its parent, but for two that need an alias."""
    variant, plain, level = VARIANTS[name]
    a, b = parse_structure(variant, "smiles"), parse_structure(plain, "smiles")
    found = compare(a, b)
    assert found == compare(b, a)
    assert found.level == level
    assert (control_key(a) == control_key(b)) == (level != "none")
    assert (inchikey(a) == inchikey(b)) == (level == "exact")


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("C[C@H](N)Cc1ccccc1.Cl", ("salt", "stereo")),
        ("[2H]C([2H])([2H])C([NH3+])Cc1ccccc1.[Cl-]", ("salt", "isotope")),
        ("[2H]C([2H])([2H])[C@H](N)Cc1ccccc1", ("stereo", "isotope")),
        ("[2H]C([2H])([2H])[C@H](N)Cc1ccccc1.Cl", ("salt", "stereo", "isotope")),
    ],
)
def test_what_differs_is_named(text: str, aside: tuple[Level, ...]) -> None:
    """Exactly what differs is set aside, and the level is the weakest of it."""
    found = compare(parse_structure(text, "smiles"), parse_structure(AMPHETAMINE, "smiles"))
    assert (found.set_aside, found.level) == (aside, aside[-1])


def test_levels_are_ordered() -> None:
    """From the same to nothing in common."""
    assert LEVELS[0] == "exact"
    assert LEVELS[-1] == "none"
    inner = parse_structure("C[n+]1cccc([O-])c1", "smiles")
    acid = parse_structure("C[n+]1cccc(O)c1.[Cl-]", "smiles")
    assert compare(inner, acid).level == "charge"


def test_components_are_distinct_and_the_largest_is_first(drawn: Drawn) -> None:
    """Each fragment counts once; one fragment is its own component."""
    acetone = drawn("acetone")
    assert components(acetone) == (acetone,)
    mixed = parse_structure("O.CC(C)=O.O.Cl.CC(C)=O", "smiles")
    assert [part.text for part in components(mixed)] == ["CC(C)=O", "Cl", "O"]


def test_the_parent_of_a_salt_is_the_organic_part() -> None:
    """Methylamine is the parent of its sulfate, though the acid is larger."""
    salt = parse_structure("C[NH3+].C[NH3+].[O-]S(=O)(=O)[O-]", "smiles")
    assert formula(parent(salt)) == "CH5N"


def test_a_batch_answers_in_order_and_keeps_its_errors(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where RDKit raises on one structure, that one has an error and the others their keys."""
    salt = parse_structure("CC(=O)[O-].[Na+]", "smiles")
    acetone = drawn("acetone")

    class Raises:
        def choose(self, _: Chem.Mol) -> Chem.Mol:
            raise Chem.AtomValenceException

    monkeypatch.setattr(keys, "_LARGEST", Raises())
    first, second = control_keys([salt, acetone])
    assert isinstance(first, StructureError)
    assert "has no control key" in first.message
    assert second == control_key(acetone)
    with raises(
        "law/cannot-be-compared", StructureError, why="its largest fragment cannot be uncharged ()"
    ):
        parent(salt)
