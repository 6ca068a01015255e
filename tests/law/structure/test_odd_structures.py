"""Class rules on whatever is asked: one answer a rule, in any spelling, and never a crash."""

import random
from collections.abc import Callable

import msgspec
import pytest
from rdkit import Chem
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import (
    ClassMatch,
    ClassMatcher,
    NotAssessable,
    Structure,
    match_class,
)

Drawn = Callable[[str], Structure]
Member = Callable[[Structure | str, str], ClassMatch]
Clauses = Callable[[Structure | str, str], list[str]]

RULES = {rule.slug: rule for rule in load_registry().classes}
CLAUSED = [rule for rule in RULES.values() if rule.clauses]
MATCHER = ClassMatcher(RULES.values())
PAIRS = [(rule, slug) for rule in RULES.values() for slug in rule.within]
US = ("us-fentanyls-2018", "us-fentanyls-2025")
CN = "cn-fentanyls"


def _by_rdkit(text: str) -> Structure:
    """Take a SMILES as RDKit does: what reading refuses must not crash the rules either."""
    mol = Chem.MolFromSmiles(text)
    assert mol is not None
    return Structure(mol, text, "smiles")


def test_there_is_one_answer_a_rule(registry: Registry, drawn: Drawn) -> None:
    """No listed structure, nor a pair of members in one paper, gets two answers of one rule."""
    texts = [substance.smiles for substance in registry.substances if substance.smiles]
    texts += [f"{drawn(slug).text}.{texts[n]}" for n, (_, slug) in enumerate(PAIRS)]
    most = 0
    for text in texts:
        slugs = [answer.rule.slug for answer in MATCHER.match(_by_rdkit(text), None)]
        assert slugs == sorted(set(slugs))
        most = max(most, len(slugs))
    assert most > 1


def test_together_as_alone(registry: Registry) -> None:
    """All rules asked at once answer as each does alone, over all listed structures."""
    alone = {slug: ClassMatcher([rule]) for slug, rule in RULES.items()}
    found = 0
    for substance in registry.substances:
        if substance.smiles:
            structure = _by_rdkit(substance.smiles)
            each = [a for slug in sorted(alone) for a in alone[slug].match(structure, None)]
            assert list(MATCHER.match(structure, None)) == each
            found += len(each)
    assert found


def test_how_a_structure_is_written_changes_nothing(registry: Registry) -> None:
    """Explicit hydrogens, another order of atoms, or Kekulé's bonds give the same clauses."""
    chance = random.Random(1961)
    found = 0
    for substance in registry.substances:
        if substance.smiles:
            mol = _by_rdkit(substance.smiles).mol
            order = list(range(mol.GetNumAtoms()))
            chance.shuffle(order)
            said = _said(Structure(mol, "", "smiles"))
            kekule = Chem.MolToSmiles(mol, kekuleSmiles=True)
            assert _said(_by_rdkit(kekule)) == said
            assert _said(Structure(Chem.AddHs(mol), "", "smiles")) == said
            assert _said(Structure(Chem.RenumberAtoms(mol, order), "", "smiles")) == said
            found += len(said)
    assert found


def _said(structure: Structure) -> list[tuple[str, ...]]:
    """Return per answer the rule and the clauses, or the reason with its parts sorted."""
    return [
        (answer.rule.slug, *(clause.id for clause in answer.clauses))
        if isinstance(answer, ClassMatch)
        else (answer.rule.slug, *sorted(answer.reason.split("; ")))
        for answer in MATCHER.match(structure, None)
    ]


@pytest.mark.parametrize("rule", [each for each in CLAUSED if each.within])
def test_an_atom_without_an_element_is_never_a_member(rule: ClassRule, drawn: Drawn) -> None:
    """A placeholder for any one atom of a member leaves no member; in a group it is open."""
    mol = drawn(rule.within[0]).mol
    opened = 0
    for atom in range(mol.GetNumAtoms()):
        edit = Chem.RWMol(mol)
        edit.GetAtomWithIdx(atom).SetAtomicNum(0)
        edit.GetAtomWithIdx(atom).SetIsotope(0)
        answer = match_class(Structure(edit.GetMol(), "", "smiles"), rule)
        assert not isinstance(answer, ClassMatch), atom
        opened += isinstance(answer, NotAssessable)
    assert opened


@pytest.mark.parametrize("rule", [RULES[slug] for slug in (*US, CN, "uk-fentanyls")])
def test_an_oxide_of_the_piperidine_nitrogen_is_open(rule: ClassRule, drawn: Drawn) -> None:
    """The texts do not speak of N-oxides: of a member, and of fentanyl, they are not assessable."""
    for slug in ("acetylfentanyl", "fentanyl"):
        edit = Chem.RWMol(drawn(slug).mol)
        (nitrogen,) = (
            atom.GetIdx()
            for atom in edit.GetAtoms()
            if atom.GetAtomicNum() == 7 and not atom.GetIsAromatic() and not _is_amide(atom)
        )
        oxygen = edit.AddAtom(Chem.Atom(8))
        edit.GetAtomWithIdx(oxygen).SetFormalCharge(-1)
        edit.GetAtomWithIdx(nitrogen).SetFormalCharge(1)
        edit.AddBond(nitrogen, oxygen, Chem.BondType.SINGLE)
        answer = match_class(_by_rdkit(Chem.MolToSmiles(edit)), rule)
        assert isinstance(answer, NotAssessable)


def _is_amide(atom: Chem.Atom) -> bool:
    return any(
        bond.GetBondTypeAsDouble() == 2
        for other in atom.GetNeighbors()
        for bond in other.GetBonds()
    )


@pytest.mark.parametrize("slug", ["morphine-n-oxide", "codeine-n-oxide"])
def test_listed_oxides_have_no_class(slug: str, drawn: Drawn) -> None:
    """Oxides without the core of any rule are outside every one."""
    assert MATCHER.match(drawn(slug), None) == ()


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "[*:1]C(=O)N",
        "*C1CCN(*)CC1",
        "C" * 2_000,
        "C1CCNCC1" * 300,
        "c1ccc(cc1)" * 250 + "C",
        "C" + "(C" * 400 + ")" * 400,
        ".".join(["O"] * 2_000),
        "[Fe+2].c1cc[cH-]c1.c1cc[cH-]c1",
        "N[Pt](N)(Cl)Cl",
        "[Na+].[Cl-]",
        "[K+].[O-][Mn](=O)(=O)=O",
        "[Hg]",
        "[H][H]",
        "[2H]O[2H]",
        "C[Mg]Br",
        "[U].[Xe].[Og]",
        "[C-]#[O+]",
        "[CH3]",
        "C12C3C4C1C5C2C3C45",
    ],
    ids=lambda text: text[:24],
)
def test_odd_structures_are_outside(text: str) -> None:
    """Placeholders, metals, radicals and 2,000 atoms are answered, and are in no class."""
    answers = MATCHER.match(_by_rdkit(text), None)
    assert not [answer for answer in answers if isinstance(answer, ClassMatch)]


def test_a_member_among_many_is_found(drawn: Drawn, member: Member) -> None:
    """Eighty members in one text, 1,920 atoms, are a member, cited where the first one lies."""
    text = drawn("acetylfentanyl").text
    many = _by_rdkit(".".join([text] * 80))
    assert many.mol.GetNumAtoms() == 1_920
    assert member(many, US[1]).clauses == member(text, US[1]).clauses


def test_too_many_places_are_not_called_outside(drawn: Drawn) -> None:
    """Where the core lies in a structure more often than is looked at, there is no "outside"."""
    many = ".".join([drawn("fentanyl").text] * 120)
    answer = match_class(_by_rdkit(many), RULES[US[1]])
    assert isinstance(answer, NotAssessable)
    assert "200 ways" in answer.reason


def test_a_metal_beside_a_member_is_a_mixture(drawn: Drawn, clauses: Clauses) -> None:
    """Metals and halides beside a member change nothing but that it is not alone."""
    text = f"{drawn('carfentanil').text}.[Na+].[Cl-].[Pd]"
    assert clauses(text, US[1]) == ["(C)"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("cores", ("[N:1",), "cores, number 1"),
        ("anchor", "C1CC", "anchor"),
        ("anchor", "", "anchor"),
        ("cores", ("[N:99]C=O",), "law/site-outside-cores"),
    ],
)
def test_a_pattern_that_is_none_stops_with_its_place(
    key: str, value: str | tuple[str, ...], said: str
) -> None:
    """A rule with an invalid pattern is refused with its name and the key."""
    rule = msgspec.structs.replace(RULES[CN], **{key: value})
    with pytest.raises(RegistryError, match=r"cn-fentanyls\.toml") as caught:
        ClassMatcher([rule])
    assert said == caught.value.code or said in str(caught.value)


def test_a_parent_that_is_no_structure_stops_with_its_place() -> None:
    """A site with a reference group that is not SMILES is refused with its id."""
    sites = (msgspec.structs.replace(RULES[CN].sites[0], parent="CCc1cc"), *RULES[CN].sites[1:])
    with raises(
        "law/not-a-smiles", RegistryError, at='cn-fentanyls.toml, site "the piperidine nitrogen"'
    ):
        ClassMatcher([msgspec.structs.replace(RULES[CN], sites=sites)])


def test_no_rules_answer_nothing(drawn: Drawn) -> None:
    """A matcher without rules gives no answers."""
    assert ClassMatcher([]).match(drawn("fentanyl"), None) == ()
