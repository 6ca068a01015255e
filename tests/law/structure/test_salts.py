"""Class rules on salts, mixtures, ions and labelled compounds, and the limit of mass."""

from collections.abc import Callable

import msgspec
import pytest

from tidewaiter.law.classes import ClassRule
from tidewaiter.law.registry import load_registry
from tidewaiter.law.structure import (
    ClassMatch,
    NotAssessable,
    Structure,
    match_class,
    parse_structure,
)
from tidewaiter.law.types import worst

Drawn = Callable[[str], Structure]
Member = Callable[[Structure | str, str], ClassMatch]
Clauses = Callable[[Structure | str, str], list[str]]

RULES = {rule.slug: rule for rule in load_registry().classes}
PAIRS = [(rule, slug) for rule in RULES.values() for slug in rule.within]
US = ("us-fentanyls-2018", "us-fentanyls-2025")
CN = "cn-fentanyls"


@pytest.mark.parametrize(("rule", "slug"), PAIRS)
def test_salts_and_mixtures_are_members(
    rule: ClassRule, slug: str, drawn: Drawn, member: Member
) -> None:
    """A member is found beside an acid and beside a bigger compound, by the same clauses."""
    text = drawn(slug).text
    big = drawn("buprenorphine")
    assert not isinstance(match_class(big, rule), ClassMatch)
    assert big.mol.GetNumAtoms() > parse_structure(text).mol.GetNumAtoms()
    alone = member(text, rule.slug)
    for other, shift in (("Cl", 1), (big.text, big.mol.GetNumAtoms())):
        behind, before = (
            member(f"{text}.{other}", rule.slug),
            member(f"{other}.{text}", rule.slug),
        )
        assert behind.clauses == alone.clauses
        assert [clause.id for clause in before.clauses] == [clause.id for clause in alone.clauses]
        cited = {atom for clause in before.clauses for atom in clause.atoms}
        assert min(cited) >= shift
        assert behind.mark == worst((alone.mark, rule.salts or "read"))


def test_a_salt_is_open_where_the_text_says_nothing_of_salts(drawn: Drawn) -> None:
    """Without a word on salts in the text, a salt or an ion is not assessable; a hydrate is."""
    rule = msgspec.structs.replace(RULES[US[0]], salts=None)
    text = drawn("acetylfentanyl").text
    ion = "CC(=O)N(c1ccccc1)C1CC[NH+](CCc2ccccc2)CC1"
    for salt in (f"{text}.Cl", f"{ion}.[Cl-]", ion):
        assert isinstance(match_class(parse_structure(salt), rule), NotAssessable), salt
    labelled = text.replace("CC", "[2H]C([2H])([2H])C", 1)
    for alone in (text, f"{text}.O", labelled, f"{labelled}.[2H]O[2H]"):
        assert isinstance(match_class(parse_structure(alone), rule), ClassMatch), alone


@pytest.mark.parametrize(
    "text",
    [
        "CC(=O)N(c1ccccc1)C1CC[NH+](CCc2ccccc2)CC1.[Cl-]",
        "[2H]C([2H])([2H])C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1",
        "[13CH3][13C](=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1",
        "CC(=O)N(c1c([2H])c([2H])c([2H])c([2H])c1[2H])C1CCN(CCc2ccccc2)CC1",
        "CC(=O)N(c1ccccc1)C1([3H])CCN(C([2H])Cc2ccccc2)CC1",
    ],
)
@pytest.mark.parametrize(("rule", "clause"), [(US[1], "(E)"), (CN, "1"), ("uk-fentanyls", "(vi)")])
def test_isotopes_and_protons_change_nothing(
    text: str, rule: str, clause: str, clauses: Clauses
) -> None:
    """Labelled and protonated acetylfentanyl is held as acetylfentanyl is."""
    assert clauses(text, rule) == [clause]


def test_labels_in_the_core_change_nothing(clauses: Clauses) -> None:
    """A labelled methyl that the core itself asks for is still that methyl."""
    text = "COC(=O)C1(C([2H])([2H])[2H])OC1c1ccccc1"
    assert clauses(text, "cn-bmk-glycidic-esters") == ["esters"]


def test_labelled_fentanyl_is_still_the_reference() -> None:
    """Deuterium is not a group: labelled fentanyl has no change named by a text."""
    structure = parse_structure("[2H]C([2H])([2H])CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1")
    assert [match_class(structure, RULES[rule]) for rule in (*US, CN)] == [None] * 3


def test_the_mass_limit_is_of_the_free_base(drawn: Drawn) -> None:
    """Etodesnitazene weighs 351.5 u, salt and label aside: a limit of 352 holds it, 351 not."""
    rule = RULES["uk-nitazenes"]
    text = drawn("etodesnitazene").text
    heavy = drawn("buprenorphine").text
    labelled = text.replace("CCO", "[2H]C([2H])([2H])CO", 1)
    charged = text.replace("N(CC)CC", "[NH+](CC)CC")
    assert len({text, labelled, charged}) == 3
    assert rule.heaviest_u == 500
    for limit, inside in ((352, True), (351, False)):
        capped = msgspec.structs.replace(rule, heaviest_u=limit)
        for each in (text, f"{text}.Cl", f"{text}.OC(=O)CC(O)(CC(=O)O)C(=O)O", labelled, charged):
            answer = match_class(parse_structure(each), capped)
            assert isinstance(answer, ClassMatch) == inside, (each, limit)
        beside = match_class(parse_structure(f"{heavy}.{text}"), capped)
        assert isinstance(beside, ClassMatch) == inside
