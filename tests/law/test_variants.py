"""Variants: what each form is to its substance, and which laws hold it."""

from datetime import date
from functools import cache

import pytest
from rdkit import Chem
from rdkit.Chem.rdChemReactions import ReactionFromSmarts

from tidewaiter.bulk.structures import lawyers_for
from tidewaiter.law.answers import Question, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.controls import Extent, judge_variants
from tidewaiter.law.structure import control_key, inchikey, parse_structure
from tidewaiter.law.structure.keys import components
from tidewaiter.law.types import Form, Substance
from tidewaiter.trade.substance_lookup import Names

DAY = date(2026, 1, 15)
REGISTRY, BOOK, RECOGNISER = lawyers_for(())
FORMS = [(each, form) for each in REGISTRY.substances for form in each.forms]
DRAWN = [(each, form) for each, form in FORMS if each.smiles and form.smiles]
ESTER = ReactionFromSmarts("[C:1](=[O:2])[OX2:3][#6:4]>>[C:1](=[O:2])[OH].[#6:4][OH:3]")


def _named(pair: tuple[Substance, Form]) -> str:
    return pair[1].name


@cache
def _names() -> Names:
    return Names(REGISTRY)


def _told(text: str, *where: str, day: date = DAY, structure: bool = False) -> dict[str, Ruling]:
    """Return what laws say of a name, or of a structure, by regime."""
    if structure:
        (found,) = RECOGNISER.find(parse_structure(text), text, day)
    else:
        (found,) = _names().whole(text)
        found = load_members(REGISTRY).judge(found, day)
    answer = assess(Question(day=day, jurisdictions=where), REGISTRY, BOOK, found)
    return {each.regime: each for each in answer.rulings}


def _heavy(smiles: str) -> tuple[str, ...]:
    """Return the atoms of a structure but hydrogen: charges are drawn in several ways."""
    return tuple(sorted(atom.GetSymbol() for atom in Chem.MolFromSmiles(smiles).GetAtoms()))


def _split(smiles: str) -> set[str]:
    """Return the control keys of what an ester gives with water, one bond at a time."""
    keys = set()
    for products in ESTER.RunReactants((Chem.MolFromSmiles(smiles),)):
        for each in products:
            Chem.SanitizeMol(each)
            keys.add(control_key(parse_structure(Chem.MolToSmiles(each), "smiles")))
    return keys


@pytest.mark.parametrize("pair", FORMS, ids=_named)
def test_each_form_says_what_it_is(pair: tuple[Substance, Form]) -> None:
    """No form of the registry leaves its kind to its name."""
    assert pair[1].kinds
    assert len(set(pair[1].kinds)) == len(pair[1].kinds)


@pytest.mark.parametrize("pair", DRAWN, ids=_named)
def test_the_structure_of_a_form_agrees_with_its_kinds(pair: tuple[Substance, Form]) -> None:
    """An ester gives its substance with water; all others have its control key, and a salt more."""
    substance, form = pair
    base, smiles = substance.smiles or "", form.smiles or ""
    own = control_key(parse_structure(base, "smiles"))
    if "ester" in form.kinds:
        assert own in _split(smiles)
        return
    drawn = parse_structure(smiles, "smiles")
    parts = components(drawn)
    same = own in {control_key(part) for part in (*parts, drawn)}
    assert same or _heavy(base) in {_heavy(Chem.MolToSmiles(part.mol)) for part in parts}
    assert ("salt" not in form.kinds) or len(parts) > 1
    if form.kinds == ("stereoisomer",):
        assert inchikey(drawn) != inchikey(parse_structure(base, "smiles"))


def test_the_ester_test_can_fail() -> None:
    """A salt of the acid and another ester give no such acid."""
    acid = control_key(parse_structure("O=C(O)Cc1ccccc1"))
    assert acid in _split("CCOC(=O)Cc1ccccc1")
    assert acid not in _split("CCOC(=O)CCc1ccccc1")
    assert not _split("O=C([O-])Cc1ccccc1.[Na+]")


@pytest.mark.parametrize(
    ("extent", "variants", "said"),
    [
        (Extent(), (), "held"),
        (Extent(), ("hydrate", "same"), "held"),
        (Extent(("salt",)), ("salt",), "held"),
        (Extent(("salt",)), ("salt", "hydrate"), "held"),
        (Extent(("salt",), ("ester",)), ("ester",), "left out"),
        (Extent(("salt",), ("ester",)), ("salt", "ester"), "left out"),
        (Extent(("salt",)), ("stereoisomer", "salt"), "not known"),
        (Extent(), ("salt",), "not known"),
        (Extent(("salt",)), None, "not known"),
    ],
)
def test_a_scope_holds_all_that_a_form_is(
    extent: Extent, variants: tuple[str, ...] | None, said: str
) -> None:
    """Forms neither included nor excluded are unknown, never covered and never exempt."""
    assert judge_variants(extent, variants) == said  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["methyl anthranilate", "methyl phenylacetate", "101-97-3"])
def test_esters_of_flavours_are_of_list_one_alone(name: str) -> None:
    """The tables, the Union and China hold salts of the acids, and no esters."""
    said = _told(name, "UN", "US", "EU", "GB", "CN", "CA")
    assert said["us-listed-chemicals"].answer == "controlled"
    for regime in ("un-1988", "eu-precursors", "uk-precursors", "cn-precursors", "ca-precursors"):
        assert said[regime].answer == "not listed", regime


@pytest.mark.parametrize("regime", ["id-precursors"])
def test_a_scope_that_was_not_read_leaves_an_ester_open(regime: str) -> None:
    """It is neither controlled nor free."""
    said = _told("methyl phenylacetate", "ID", "AU")[regime]
    assert (said.answer, [each.holds for each in said.held]) == ("not assessable", [()])


@pytest.mark.parametrize(
    ("name", "regime", "answer"),
    [
        ("sodium phenylacetate", "un-1988", "controlled"),
        ("sodium anthranilate", "cn-precursors", "controlled"),
        ("testosterone enanthate", "us-csa", "controlled"),
        ("nandrolone decanoate", "uk-misuse-of-drugs", "controlled"),
        ("trenbolone acetate", "ca-cdsa", "controlled"),
        ("4-piperidone hydrochloride", "cn-precursors", "controlled"),
        ("morphine sulfate", "un-1961", "controlled"),
        ("racephedrine", "un-1988", "controlled"),
        ("(+)-ephedrine", "us-listed-chemicals", "controlled"),
        ("(+)-ephedrine", "un-1988", "not assessable"),
        ("methyl anthranilate", "cn-psychotropics", "not listed"),
    ],
)
def test_a_form_follows_the_scope_of_each_law(name: str, regime: str, answer: str) -> None:
    """Salts, esters and isomers are held where the text says so."""
    where = REGISTRY.regimes[regime].jurisdiction
    assert _told(name, where)[regime].answer == answer


@pytest.mark.parametrize(
    "smiles",
    [
        "CCOC(=O)Cc1ccccc1",
        "CCOC(=O)c1ccccc1N",
        "O=C(Cc1ccccc1)OCc1ccccc1",
        "COC(=O)c1ccccc1NC(C)=O",
        "C=CCOC(=O)Cc1ccccc1",
        "Cl.COC(=O)c1ccccc1N",
    ],
)
def test_esters_of_list_one_are_found_by_structure(smiles: str) -> None:
    """Its esters are held whether anything names them or not, and in no table of the convention."""
    said = _told(smiles, "US", "UN", structure=True)
    assert said["us-listed-chemicals"].answer == "controlled"
    assert said["un-1988"].answer == "not listed"


@pytest.mark.parametrize(
    "smiles",
    [
        "COC(=O)Cc1ccc(C)cc1",
        "COC(=O)CCc1ccccc1",
        "CC(=O)OCCc1ccccc1",
        "COC(=O)c1ccccc1",
        "COC(=O)c1cccc(N)c1",
        "NC(=O)Cc1ccccc1",
    ],
)
def test_other_esters_and_amides_are_none(smiles: str) -> None:
    """An ester of another acid, or an amide of this one, is not an ester of the entry."""
    said = _told(smiles, "US", structure=True)
    assert said["us-listed-chemicals"].answer == "not listed"


def test_a_salt_by_structure_is_a_salt_as_one_by_name() -> None:
    """A hydrobromide that no list names follows the scope; water beside an acid makes no salt."""
    for smiles in ("Br.O=C1CCNCC1", "O=C1CC[NH2+]CC1"):
        (found,) = RECOGNISER.find(parse_structure(smiles), smiles, DAY)
        assert found.variants == ("salt",)
    assert _told("Br.O=C1CCNCC1", "CN", structure=True)["cn-precursors"].answer == "controlled"
    (found,) = RECOGNISER.find(parse_structure("O.O=S(=O)(O)O"), "dilute", DAY)
    assert found.variants == ()
    assert _told("O.O=S(=O)(O)O", "UN", structure=True)["un-1988"].answer == "controlled"
