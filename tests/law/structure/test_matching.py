"""Class rules on listed structures: what they hold, by which clauses, where, and when not said."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from rdkit import Chem

from tidewaiter.law.classes import ClassRule, GroupName
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import (
    ClassMatch,
    ClassMatcher,
    NotAssessable,
    Structure,
    match_class,
    match_classes,
    parse_structure,
)
from tidewaiter.law.structure.substituents import RINGS, WORDS

Drawn = Callable[[str], Structure]
Member = Callable[[Structure | str, str], ClassMatch]
Clauses = Callable[[Structure | str, str], list[str]]

RULES = {rule.slug: rule for rule in load_registry().classes}
MATCHER = ClassMatcher(RULES.values())
PAIRS = [(rule, slug) for rule in RULES.values() for slug in rule.within]
US = ("us-fentanyls-2018", "us-fentanyls-2025")
# Their reference compounds are in no list.
NO_REFERENCE = {
    "ca-2c-phenethylamines",
    "ca-benzoylindoles",
    "ca-cb1-agonists",
    "ca-cyclohexylphenols",
    "ca-cyclopropanoylindoles",
    "ca-indazole-carboxamides",
    "ca-indole-carboxamides",
    "ca-naphthoylindoles",
    "ca-naphthoylpyrroles",
    "ca-phenylacetylindoles",
    "ca-quinolinyl-indolecarboxylates",
    "ca-w-18",
    *(
        slug
        for slug in RULES
        if slug.startswith(
            (
                "de-npsg-",
                "fr-",
                "ie-",
                "jp-",
                "pl-nps-",
                "us-cannabimimetic-",
                "us-positional-isomers-",
            )
        )
    ),
    "us-tetrahydrocannabinols",
    "cn-cannabinoids",
    "uk-adamantoylindoles",
    "uk-anabolic-steroids",
    "uk-arylcyclohexylamines",
    "uk-barbiturates",
    "uk-benzofurylethylamines",
    "uk-benzoylindoles",
    "uk-cyclohexylphenols",
    "uk-diphenylmethyls",
    "uk-jwh-018-related",
    "uk-jwh-018-related-2016",
    "uk-jwh-018-related-indenes",
    "uk-n-benzylphenethylamines",
    "uk-naphthoylindoles",
    "uk-naphthoylindoles-2013",
    "uk-naphthoylpyrroles",
    "uk-naphthylmethyleneindenes",
    "uk-naphyrones",
    "uk-nitazenes",
    "uk-phenethylamines",
    "uk-phenylacetylindoles",
    "uk-tetramethylcyclopropylindoles",
    "uk-tryptamines",
    "uk-tryptamines-2015",
}
CN = "cn-fentanyls"
DE = "de-npsg-phenethylamines"  # fentanyls have the phenethylamine that it asks for
IE = "ie-fentanyls"
PL = ("pl-nps-fentanyls", "pl-nps-phenethylamines")

# Fentanyl is what the rules compare with; norfentanyl has no phenethyl at all, and benzylfentanyl
# and remifentanil have no ethyl chain with a ring, which (A) to (E) of the text do not touch.
NOT_US = {"fentanyl", "norfentanyl", "benzylfentanyl", "remifentanil"}
# The Chinese text takes any group but hydrogen for the phenethyl: norfentanyl has hydrogen.
NOT_CN = {"fentanyl", "norfentanyl"}


# Nothing in our lists is among their members; tests of variants ask some esters by structure. Of
# the indenes, and of derivatives of U-47700 and W-18, no list here names a member.
NO_MEMBERS = {
    "ca-u-47700",
    "ca-w-18",
    "de-npsg-cannabinoids-2-quinolones",
    "de-npsg-cannabinoids-4-quinolones",
    "de-npsg-cannabinoids-carbazoles",
    "de-npsg-cannabinoids-fused-pyrazoles",
    "de-npsg-cannabinoids-indolizines",
    "de-npsg-cannabinoids-indolones",
    "de-npsg-cannabinoids-phenylpyrazoles",
    "de-npsg-sulfonylamidobenzoates",
    "ie-naphthylmethylindenes",
    "jp-delta-8-tetrahydrocannabinols-2023",
    "uk-jwh-018-related-indenes",
    "uk-naphthylmethyleneindenes",
    "us-anthranilic-esters",
    "us-n-acetylanthranilic-esters",
    "us-phenylacetic-esters",
}


@pytest.mark.parametrize("rule", RULES.values())
def test_every_rule_has_examples(rule: ClassRule) -> None:
    """A rule names listed substances on both sides; one without clauses can name no member."""
    assert rule.outside
    assert bool(rule.within) == (bool(rule.clauses) and rule.slug not in NO_MEMBERS)


@pytest.mark.parametrize(("rule", "slug"), PAIRS)
def test_the_examples_within_are_members(
    rule: ClassRule, slug: str, drawn: Drawn, clauses: Clauses
) -> None:
    """The clauses hold each listed substance that the rule names as a member."""
    found = clauses(drawn(slug), rule.slug)
    assert found
    assert set(found) <= {clause.id for clause in rule.clauses}


@pytest.mark.parametrize(
    ("rule", "slug"),
    [(rule, slug) for rule in RULES.values() for slug in rule.outside],
)
def test_the_examples_outside_are_no_members(rule: ClassRule, slug: str, drawn: Drawn) -> None:
    """The clauses hold none of the listed substances that the rule names as not meant."""
    assert not isinstance(match_class(drawn(slug), rule), ClassMatch)


@pytest.mark.parametrize("rule", RULES.values())
def test_the_reference_is_not_a_member(rule: ClassRule, registry: Registry, drawn: Drawn) -> None:
    """The compound that members are compared with gets no answer: nothing in it is changed."""
    known = {substance.slug: substance for substance in registry.substances}
    if rule.reference in known:
        assert match_class(drawn(rule.reference), rule) is None
    else:
        assert rule.slug in NO_REFERENCE


@pytest.mark.parametrize(("rule", "slug"), PAIRS)
def test_what_is_cited_is_the_change(rule: ClassRule, slug: str, drawn: Drawn) -> None:
    """The atoms of a clause lie in the molecule, each once, and are not merely the core's."""
    structure = drawn(slug)
    answer = match_class(structure, rule)
    assert isinstance(answer, ClassMatch)
    for clause in answer.clauses:
        assert list(clause.atoms) == sorted(set(clause.atoms))
        assert set(clause.atoms) <= set(range(structure.mol.GetNumAtoms()))
        assert clause.atoms
    cited = {atom for clause in answer.clauses for atom in clause.atoms}
    places = [
        set(place)
        for core in rule.cores
        for place in structure.mol.GetSubstructMatches(Chem.MolFromSmarts(core), uniquify=False)
    ]
    assert places
    # Where hydrogen replaces a group, only the atom that has it can be cited; where the core itself
    # is the change, it is.
    bare = (rule.slug, slug) == ("cn-nitazenes", "etodesnitazene")
    own = {clause.id for clause in rule.clauses if clause.cores}
    if not own & {clause.id for clause in answer.clauses}:
        assert any(cited <= place for place in places) == bare


@pytest.mark.parametrize(
    ("rule", "slug", "clause", "group"),
    [
        ("us-fentanyls-2025", "acetylfentanyl", "(E)", "CC=O"),
        ("us-fentanyls-2025", "3-methylfentanyl", "(C)", "C"),
        ("us-fentanyls-2025", "thiofentanyl", "(A)", "c1ccsc1"),
        ("us-fentanyls-2025", "beta-hydroxyfentanyl", "(B)", "O"),
        ("us-fentanyls-2025", "para-fluorofentanyl", "(D)", "Fc1ccccc1"),
        ("us-fentanyls-2025", "carfentanil", "(C)", "COC=O"),
        ("us-fentanyls-2025", "furanylfentanyl", "(E)", "O=Cc1ccco1"),
        ("cn-fentanyls", "benzylfentanyl", "4", "Cc1ccccc1"),
        ("cn-fentanyls", "remifentanil", "4", "CCC(=O)OC"),
        ("cn-nitazenes", "clonitazene", "(3)", "Clc1ccccc1"),
        ("uk-fentanyls", "alpha-methylfentanyl", "(ii)", "C"),
        ("us-4-piperidone", "1-boc-4-piperidone", "carbamates", "CC(C)(C)OC=O"),
        ("us-4-anilinopiperidine-2023", "norfentanyl", "amides", "CCC=O"),
        ("cn-bmk-glycidic-esters", "bmk-methyl-glycidate", "esters", "C"),
        ("ca-1-phenyl-2-propanone", "apaa", "as example (2)", "NC=O"),
    ],
)
def test_a_clause_cites_its_group(
    rule: str, slug: str, clause: str, group: str, *, drawn: Drawn, member: Member
) -> None:
    """The atoms cited are the very group that the clause speaks of, and no other clause holds."""
    structure = drawn(slug)
    found = {c.id: c.atoms for c in member(structure, rule).clauses}
    alone = Chem.MolFromSmiles(group)
    cited = Chem.MolFragmentToSmiles(structure.mol, found[clause])
    assert cited == Chem.MolFragmentToSmiles(alone, range(alone.GetNumAtoms()))


@pytest.mark.parametrize(
    ("slug", "us", "cn"),
    [
        ("acetylfentanyl", ["(E)"], ["1"]),
        ("3-methylfentanyl", ["(C)"], ["3"]),
        ("para-fluorofuranylfentanyl", ["(D)", "(E)"], ["1", "2"]),
        ("ocfentanil", ["(D)", "(E)"], ["1", "2"]),
        ("beta-hydroxy-3-methylfentanyl", ["(B)", "(C)"], ["3", "4"]),
        ("thiafentanil", ["(A)", "(C)", "(E)"], ["1", "3", "4"]),
        ("2-fluoro-ortho-fluorofentanyl", ["(A)", "(B)", "(D)"], ["2", "4"]),
    ],
)
def test_one_or_more_changes_are_all_cited(
    slug: str, us: list[str], cn: list[str], drawn: Drawn, clauses: Clauses
) -> None:
    """A substance that differs in several ways is held by several clauses, in the text's order."""
    structure = drawn(slug)
    assert [clauses(structure, rule) for rule in US] == [us, us]
    assert clauses(structure, CN) == cn


@pytest.mark.parametrize(
    ("slug", "cited"),
    [
        ("isotonitazene", ["(i)", "(ii)", "(iii)"]),
        ("clonitazene", ["(i)", "(ii)", "(iii)"]),
        ("ethyleneoxynitazene", ["(i)", "(iii)", "(vi)"]),
        ("methylenedioxynitazene", ["(i)", "(iii)", "(vii)"]),
        ("n,n-dimethylamino-etonitazene", ["(i)", "(ii)", "(iii)"]),
        ("isotonitazepyne", ["(i)", "(ii)", "(iii)"]),
    ],
)
def test_the_british_paragraph_on_nitazenes_is_read_whole(
    slug: str, cited: list[str], clauses: Clauses, drawn: Drawn
) -> None:
    """SI 2024/1361 cites each change that paragraph 1(ea) of the Act allows."""
    assert clauses(drawn(slug), "uk-nitazenes") == cited


@pytest.mark.parametrize("slug", ["3-mmc", "4-cmc", "eutylone", "alpha-pihp", "mdpv"])
def test_british_cathinones_are_held_by_their_paragraph(
    slug: str, clauses: Clauses, drawn: Drawn
) -> None:
    """Paragraph 1(aa) of SI 2010/1207 holds cathinones that no list of the Act names."""
    assert clauses(drawn(slug), "uk-cathinones")


@pytest.mark.parametrize(
    ("smiles", "rule"),
    [
        ("CC(NC(C)(C)C)C(=O)c1cccc(Cl)c1", "uk-cathinones"),  # bupropion
        ("Cl.CC(NC(C)(C)C)C(=O)c1cccc(Cl)c1", "uk-cathinones"),  # its hydrochloride
        ("NCCc1c[nH]c2ccc(O)cc12", "uk-tryptamines"),  # serotonin
        ("CC(=O)NCCc1c[nH]c2ccc(OC)cc12", "uk-tryptamines"),  # melatonin
        ("CNS(=O)(=O)Cc1ccc2[nH]cc(CCN(C)C)c2c1", "uk-tryptamines"),  # sumatriptan
        ("NCCc1ccc(O)c(O)c1", "uk-phenethylamines"),  # dopamine
        ("CC(CCc1ccc(O)cc1)NCCc1ccc(O)c(O)c1", "uk-phenethylamines"),  # dobutamine
        ("CNC(C)Cc1ccccc1OC", "uk-phenethylamines"),  # methoxyphenamine
        ("CCNC(C)Cc1cccc(C(F)(F)F)c1", "uk-phenethylamines"),  # fenfluramine
        ("CC(N)Cc1ccccc1", "uk-phenethylamines"),  # amphetamine, in Class B by name
        ("COc1ccc2nc(S(=O)Cc3ncc(C)c(OC)c3C)[nH]c2c1", "ca-benzimidazoles"),  # omeprazole
        ("CCOCCn1c(N2CCCN(C)CC2)nc2ccccc21", "ca-benzimidazoles"),  # emedastine
        ("COC(=O)C1(C)OC1c1ccc2OCOc2c1", "us-bmk-glycidic-esters"),  # PMK methyl glycidate
        ("O=C(CCCN1CCC(O)(c2ccc(Cl)cc2)CC1)c1ccc(F)cc1", "uk-pethidines"),  # haloperidol
        ("CC(=O)C1CCC2C3CCC4=CC(=O)CCC4(C)C3CCC12C", "uk-anabolic-steroids"),  # progesterone
        ("C#CC1(O)CCC2C3CCC4=CC(=O)CCC4C3CCC21C", "uk-anabolic-steroids"),  # norethisterone
        ("COc1ccc2c(c1)c(CC(=O)O)c(C)n2C(=O)c1ccc(Cl)cc1", "uk-jwh-018-related"),  # indometacin
        ("CCCN(CCC)CCc1cccc2NC(=O)Cc12", "uk-benzofurylethylamines"),  # ropinirole
        ("CNS(=O)(=O)Cc1ccc2[nH]cc(CCN(C)C)c2c1", "uk-tryptamines-2015"),  # sumatriptan
        ("C1Cc2c([nH]c3ccccc23)CN1", "uk-tryptamines-2015"),  # a ring with the whole side chain
        ("O=c1n(CCCN2CCN(c3cccc(Cl)c3)CC2)nc2ccccn12", "uk-piperazines"),  # trazodone
        ("NCCc1ccc2OCCc2c1", "uk-phenethylamines"),  # a fused ring is not univalent
        # 5-methyl etodesnitazene: no clause of 1(ea) allows methyl on the benzimidazole
        ("CCOc1ccc(Cc2nc3cc(C)ccc3n2CCN(CC)CC)cc1", "uk-nitazenes"),
    ],
)
def test_ordinary_medicines_and_other_entries_are_left_alone(smiles: str, rule: str) -> None:
    """A class rule is silent on what its text leaves out, and on medicines like its members."""
    assert match_class(parse_structure(smiles), RULES[rule]) is None


@pytest.mark.parametrize(
    ("smiles", "rule"),
    [
        ("CCCCCCOC(=O)C1(C)OC1c1ccccc1", "us-bmk-glycidic-esters"),  # the hexyl ester
        ("O=C(OCc1ccccc1)C1(C)OC1c1ccccc1", "us-bmk-glycidic-esters"),  # the benzyl ester
        ("CCC1(CC)C(=O)NC(=O)NC1=O", "uk-barbiturates"),
        ("CC(N)Cc1ccc(Br)cc1", "uk-phenethylamines"),
        ("CCN(C)CCc1c[nH]c2ccccc12", "uk-tryptamines"),
    ],
)
def test_a_member_that_no_list_names_is_found(smiles: str, rule: str) -> None:
    """Members of a class are found by structure alone."""
    assert isinstance(match_class(parse_structure(smiles), RULES[rule]), ClassMatch)


@pytest.mark.parametrize(
    ("rule", "slug", "cited"),
    [
        ("uk-jwh-018-related", "5f-adb", ["(i)", "(ii)", "(iii)", "(iv)"]),
        ("uk-jwh-018-related", "apica", ["(iii)", "(iv)"]),
        ("uk-jwh-018-related", "bim-2201", ["(i)", "(ii)"]),
        ("uk-arylcyclohexylamines", "tenocyclidine", ["(i)", "(iv)"]),
        ("uk-anabolic-steroids", "methasterone", ["(c)(i)", "(c)(ii)"]),
        ("uk-tryptamines-2015", "5-meo-amt", ["(ii)", "(iii)"]),
        ("uk-n-benzylphenethylamines", "25b-nbome", ["(f)"]),
        ("ca-2c-phenethylamines", "2c-t-7", ["35"]),
        ("ca-cyclohexylphenols", "nabilone", ["(1)"]),
        ("ca-naphthoylindoles", "win-55-212-2", ["(2)"]),
    ],
)
def test_the_paragraphs_of_many_skeletons_cite_what_differs(
    rule: str, slug: str, cited: list[str], drawn: Drawn, clauses: Clauses
) -> None:
    """A core may be the difference itself, a site may join others, a group may be named."""
    assert clauses(drawn(slug), rule) == cited


@pytest.mark.parametrize(
    ("rule", "slug"),
    [
        ("uk-tryptamines-2015", "4-aco-dmt"),  # an ester of a member
        ("ca-cyclohexylphenols", "dronabinol"),  # identical to a phytocannabinoid
        ("ca-cb1-agonists", "cb-13"),  # none of the nine structures
        ("ca-amphetamines", "mephedrone"),  # a matter of judgement
        ("ca-amphetamines", "mdai"),
        ("ca-mdpv", "alpha-pvp"),
        ("uk-jwh-018-related-2016", "5f-adb"),  # wording not loaded
    ],
)
def test_what_the_wording_leaves_open_is_not_assessable(rule: str, slug: str, drawn: Drawn) -> None:
    """Where the format or the text cannot say, the answer is never "outside"."""
    assert isinstance(match_class(drawn(slug), RULES[rule]), NotAssessable)


def test_a_medicine_with_a_skeleton_of_the_canadian_item_is_open() -> None:
    """Granisetron is an indazole-3-carboxamide, and its methyl is smaller than in any example."""
    structure = parse_structure("CN1C2CCCC1CC(C2)NC(=O)c1nn(C)c2ccccc12")
    assert isinstance(match_class(structure, RULES["ca-indazole-carboxamides"]), NotAssessable)


@pytest.mark.parametrize("slug", ["isotonitazene", "etonitazepipne", "5-methyl-etodesnitazene"])
def test_canada_holds_nitazenes_as_derivatives(slug: str, drawn: Drawn) -> None:
    """Item 13 of Schedule I holds what has the skeleton of its examples, with its reading told."""
    answer = match_class(drawn(slug), RULES["ca-benzimidazoles"])
    assert isinstance(answer, ClassMatch)
    assert any("does not say what a derivative is" in note for note in answer.notes)


def test_a_general_formula_that_was_not_read_has_no_members(drawn: Drawn) -> None:
    """Synthetic cannabinoids are open in China, and substances without their core are not."""
    rule = RULES["cn-cannabinoids"]
    for slug in ("jwh-018", "5f-adb", "adb-butinaca", "pb-22"):
        answer = match_class(drawn(slug), rule)
        assert isinstance(answer, NotAssessable)
        assert answer.reason == rule.gap
    for slug in ("morphine", "hu-210", "ketamine"):
        assert match_class(drawn(slug), rule) is None


def test_what_rests_on_memory_says_so(drawn: Drawn) -> None:
    """Membership by unread wording is unverified; by wording that was read, it is verified."""
    structure = drawn("acetylfentanyl")
    read = RULES["uk-fentanyls"]
    clauses = tuple(msgspec.structs.replace(each, mark="unverified") for each in read.clauses)
    answer = match_class(structure, msgspec.structs.replace(read, clauses=clauses))
    assert isinstance(answer, ClassMatch)
    assert answer.mark == "unverified"
    assert "the wording of (vi) was not read" in answer.notes
    answer = match_class(structure, RULES[US[0]])
    assert isinstance(answer, ClassMatch)
    assert answer.mark == "read"


@pytest.mark.parametrize(
    ("slug", "rule"),
    [
        ("jwh-122", "us-cannabimimetic-naphthoylindoles"),
        ("jwh-370", "us-cannabimimetic-naphthoylpyrroles"),
        ("rcs-8", "us-cannabimimetic-benzoylindoles"),
        ("cp-47-497", "us-cannabimimetic-cyclohexylphenols"),
        ("parahexyl", "us-tetrahydrocannabinols"),
        ("hexahydrocannabinol", "us-tetrahydrocannabinols"),
    ],
)
def test_what_no_structure_tells_is_open(slug: str, rule: str, drawn: Drawn) -> None:
    """Whether a cannabinoid acts on a receptor, which the statute asks, is left to a person."""
    answer = match_class(drawn(slug), RULES[rule])
    assert isinstance(answer, NotAssessable)
    assert answer.reason == RULES[rule].gap


def test_isomers_of_tetrahydrocannabinol_are_held(clauses: Clauses) -> None:
    """Delta-8-tetrahydrocannabinol, in Schedule I of the Convention, differs in a double bond."""
    structure = "CCCCCc1cc(O)c2c(c1)OC(C)(C)C1CC=C(C)CC21"
    assert clauses(structure, "us-tetrahydrocannabinols") == ["(i)"]
    assert (
        match_class(
            parse_structure("CCCCCc1cc(O)c2c(c1)OC(C)(C)c1ccc(C)cc1-2"),
            RULES["us-tetrahydrocannabinols"],
        )
        is None
    )  # cannabinol has an aromatic ring


@pytest.mark.parametrize("slug", ["2-mmc", "3-mmc", "buphedrone", "escaline"])
def test_positional_isomers_of_hallucinogens_are_held(slug: str, drawn: Drawn) -> None:
    """Isomers of mephedrone and of TMA are members by 21 CFR 1300.01, and no other formula is."""
    held = {a.rule.slug for a in MATCHER.match(drawn(slug), None) if isinstance(a, ClassMatch)}
    assert any(rule.startswith("us-positional-isomers-") for rule in held)


@pytest.mark.parametrize(
    "smiles",
    [
        "CNC(C)C(O)c1ccccc1",  # ephedrine: the formula of PMA, with a hydroxy
        "CN(C)CCc1ccc(O)cc1",  # hordenine: the same
        "CNCCc1c[nH]c2ccc(OC)cc12",  # the formula of psilocin, with a methoxy
    ],
)
def test_isomers_with_other_functional_groups_are_no_positional_isomers(smiles: str) -> None:
    """A formula alone is not enough: the groups are those of a listed substance."""
    answers = MATCHER.match(parse_structure(smiles), None)
    assert not any(a.rule.slug.startswith("us-positional-isomers-") for a in answers)


@pytest.mark.parametrize(
    ("smiles", "rule"),
    [
        ("NCCc1ccccc1", "de-npsg-phenethylamines"),  # phenethylamine itself
        ("NCCc1ccc(O)c(O)c1", "de-npsg-phenethylamines"),  # dopamine: a hydroxy on the ring
        ("NCCc1c[nH]cn1", "de-npsg-phenethylamines"),  # histamine: imidazole
        ("COc1cc2CCNCc2cc1OC", "de-npsg-phenethylamines"),  # a tetrahydroisoquinoline
        ("NCCc1c[nH]c2ccc(O)cc12", "de-npsg-tryptamines"),  # serotonin
        ("CC(=O)NCCc1c[nH]c2ccc(OC)cc12", "de-npsg-tryptamines"),  # melatonin
        ("CN1C2CCCC1CC(C2)NC(=O)c1nn(C)c2ccccc12", "de-npsg-cannabinoids-indoles"),  # granisetron
        ("CCCCNC(=O)n1c2ccccc2nc1NC(=O)OC", "de-npsg-cannabinoids-benzimidazoles"),  # benomyl
        ("CCOCCn1c(N2CCCN(C)CC2)nc2ccccc21", "de-npsg-benzimidazoles"),  # emedastine
    ],
)
def test_what_the_german_groups_leave_out_is_left_out(smiles: str, rule: str) -> None:
    """A group is silent on natural amines, medicines and pesticides that it does not word."""
    assert match_class(parse_structure(smiles), RULES[rule]) is None


@pytest.mark.parametrize(
    ("slug", "rule", "cited"),
    [
        ("cumyl-pegaclone", "de-npsg-cannabinoids-indoles", ["2.1.2, 2.1.3", "2.1.4"]),
        ("5f-cumyl-p7aica", "de-npsg-cannabinoids-azaindoles", ["2.1.2, 2.1.3", "2.1.4"]),
        ("u-47700", "de-npsg-aminocyclohexylamides", ["a)", "c)", "d)"]),
        ("dextromoramide", "de-npsg-diphenylpropylamines", ["a)", "b)", "c)"]),
        ("ethyleneoxynitazene", "de-npsg-benzimidazoles", ["a)", "c)", "d)"]),
        ("flubromazolam", "de-npsg-benzodiazepines", ["a)", "b)", "f)"]),
        ("5-mapb", "de-npsg-phenethylamines", ["1.1", "1.2 a)", "1.2 b)"]),
    ],
)
def test_the_german_groups_cite_their_clauses(
    slug: str, rule: str, cited: list[str], clauses: Clauses, drawn: Drawn
) -> None:
    """A member is cited with each clause that allows one of its groups."""
    assert clauses(drawn(slug), rule) == cited


@pytest.mark.parametrize(
    ("smiles", "rule"),
    [
        ("CC(NC(C)(C)C)C(=O)c1cccc(Cl)c1", "ie-cathinones"),  # bupropion, by name
        ("COc1ccccc1CC(C)NC", "ie-phenethylamines"),  # methoxyphenamine, by name
        ("CC(C)(N)Cc1ccc(Cl)cc1", "ie-phenethylamines"),  # chlorphentermine: two methyls
        ("C#CCN[C@@H]1CCc2ccccc21", "ie-aminotetralins"),  # rasagiline: a 1-aminoindane
        ("CCCN(CCc1cccs1)C1CCc2c(O)cccc2C1", "ie-aminotetralins"),  # rotigotine: thienylethyl
        ("CCCC(C)C1(CC)C(=O)NC(=S)NC1=O", "ie-barbiturates"),  # thiopental: a thiobarbiturate
        ("NCCc1c[nH]c2ccc(O)cc12", "ie-tryptamines"),  # serotonin: no alkyl on the nitrogen
        ("CC(=O)NCCc1c[nH]c2ccc(OC)cc12", "ie-tryptamines"),  # melatonin
        ("CC(N)C(=O)c1ccccc1", "jp-cathinones"),  # cathinone itself
        ("CC(NC(C)(C)C)C(=O)c1cccc(Cl)c1", "jp-cathinones"),  # bupropion: tert-butyl
        ("CCCCCc1cc(O)c2c(c1)OC(C)(C)c1ccc(C)cc12", "jp-delta-9-tetrahydrocannabinols"),  # CBN
    ],
)
def test_what_irish_and_japanese_classes_leave_out_is_left_out(smiles: str, rule: str) -> None:
    """A class is silent on medicines that its words leave out, by name or by their groups."""
    assert match_class(parse_structure(smiles), RULES[rule]) is None


@pytest.mark.parametrize(
    ("indole", "naphthalene", "rule"),
    [
        ("CCCCCCCCn1cc(C(=O){})c2ccccc12", "c3ccc(OCC)c4ccccc34", "jp-naphthoylindoles"),
        ("CCCCCCCCn1cc(C(=O){})c2ccccc12", "c3ccc(CCCCC)c4ccccc34", "jp-naphthoylindoles"),
        ("CCCCCCCCn1cc(C(=O){})c2ccccc12", "c3ccc(CCCCCC)c4ccccc34", "jp-naphthoylindoles"),
        ("CCCCCCCn1cc(C(=O){})c2ccccc12", "c3ccc(CCCCCC)c4ccccc34", "jp-naphthoylindoles"),
        ("CCCCCCCCn1cc(C(=O){})c2ccccc12", "c3ccc(OC)c4ccccc34", "jp-naphthoylindoles"),
        (
            "CCCCCCCn1c(C)c(C(=O){})c2ccccc12",
            "c3ccc(CCCCC)c4ccccc34",
            "jp-2-methyl-naphthoylindoles",
        ),
    ],
)
def test_compounds_that_the_ordinance_names_are_left_out(
    indole: str, naphthalene: str, rule: str
) -> None:
    """Numbers 359 and 360 name six compounds that they do not mean: items (c) to (g), and (c)."""
    structure = parse_structure(indole.format(naphthalene))
    assert match_class(structure, RULES[rule]) is None


@pytest.mark.parametrize(
    ("slug", "rule", "cited"),
    [
        ("mdpv", "ie-cathinones", ["(i)", "(ii)", "(iii)"]),
        ("am-2201", "ie-acylindoles", ["(ii)"]),
        ("mdai", "ie-aminotetralins", ["(o)", "(i)"]),
        ("pentobarbital", "ie-barbiturates", ["(b)"]),
        ("mdpv", "jp-cathinones", ["column 1", "column 2", "column 3"]),
        ("mam-2201", "jp-naphthoylindoles", ["column 1", "column 2"]),
        ("delta-9-thc-acetate", "jp-delta-9-tetrahydrocannabinols", ["position 3", "position 1"]),
    ],
)
def test_irish_and_japanese_classes_cite_their_clauses(
    slug: str, rule: str, cited: list[str], clauses: Clauses, drawn: Drawn
) -> None:
    """A member is cited with each clause that allows one of its groups."""
    assert clauses(drawn(slug), rule) == cited


@pytest.mark.parametrize(
    ("slug", "rule", "cited"),
    [
        ("mdma", "pl-nps-phenethylamines", ["2", "2.1", "2.2 a)", "2.2 b)"]),
        ("mdai", "pl-nps-phenethylamines", ["2", "2.1", "2.2 b)"]),
        ("mdpv", "pl-nps-cathinones", ["3", "3.1", "3.2 a)", "3.2 b)"]),
        ("phenazepam", "pl-nps-benzodiazepines", ["6.2 a)", "6.2 b)"]),
        ("psilocybin", "pl-nps-tryptamines", ["7.1 a)", "7.1 d)"]),
        ("lysergamide", "pl-nps-ergolenes", ["7.2 b)"]),
        ("methoxetamine", "pl-nps-arylcyclohexylamines", ["8.1", "8.2 a)", "8.2 b)"]),
    ],
)
def test_the_polish_groups_cite_their_conditions(
    slug: str, rule: str, cited: list[str], clauses: Clauses, drawn: Drawn
) -> None:
    """A member is cited with each lettered condition of Annex 3 that allows one of its groups."""
    assert clauses(drawn(slug), rule) == cited


@pytest.mark.parametrize(
    ("smiles", "rule"),
    [
        ("C1NCCc2ccccc12", "pl-nps-phenethylamines"),  # the nitrogen in a ring fused to element A
        ("CC(=O)NCCc1c[nH]c2ccc(OC)cc12", "pl-nps-tryptamines"),  # melatonin: an amide
        ("CCCCN(CCCC)CCc1c[nH]c2ccc(Cl)cc12", "pl-nps-tryptamines"),  # no halogen
        ("CNCC1(c2ccccc2)CCCCC1", "pl-nps-arylcyclohexylamines"),  # one carbon more
    ],
)
def test_what_polish_groups_leave_out_is_left_out(smiles: str, rule: str) -> None:
    """A group is silent on what its conditions do not name."""
    assert match_class(parse_structure(smiles), RULES[rule]) is None


@pytest.mark.parametrize(
    ("slug", "rule"),
    [
        ("methylphenidate", "pl-nps-phenethylamines"),  # a ring from the nitrogen to the chain
        ("acetylfentanyl", "pl-nps-fentanyls"),  # the drawing was not read
        ("5f-adb", "pl-nps-cannabinoids"),
        ("alprazolam", "pl-nps-benzodiazepines"),  # another skeleton
        ("1v-lsd", "pl-nps-ergolenes"),  # alkylcarbonyl of up to four carbons, or of up to five
    ],
)
def test_what_was_not_read_of_the_polish_annex_is_open(slug: str, rule: str, drawn: Drawn) -> None:
    """Drawings that no copy has leave a structure with the core not assessable."""
    assert isinstance(match_class(drawn(slug), RULES[rule]), NotAssessable)


@pytest.mark.parametrize(
    "smiles",
    [
        "NCCc1ccc(O)c(O)c1",  # dopamine: no hydroxy on element A
        "CC(N)Cc1ccc2cc[nH]c2c1",  # 6-IT: element A is no indole
        "CC(N)Cc1ccc(SC)cc1",  # 4-MTA: alkylsulfonyl, no alkylthio
    ],
)
def test_what_only_the_conditions_of_part_2_leave_out_is_open(smiles: str) -> None:
    """Its opening sentence was not read, which may say more."""
    answer = match_class(parse_structure(smiles), RULES["pl-nps-phenethylamines"])
    assert isinstance(answer, NotAssessable)


@pytest.mark.parametrize(
    ("slug", "rule"),
    [("mephedrone", "pl-nps-cathinones"), ("ephedrine", "pl-nps-phenethylamines")],
)
def test_polish_groups_rest_on_sentences_that_were_not_read(
    slug: str, rule: str, drawn: Drawn
) -> None:
    """The copy lacks the opening sentences of parts 2 and 3: each member says so."""
    answer = match_class(drawn(slug), RULES[rule])
    assert isinstance(answer, ClassMatch)
    assert answer.mark == "unverified"


@pytest.mark.parametrize(
    ("slug", "rule", "first"),
    [
        ("2c-b", "pl-nps-phenethylamines", date(2018, 8, 21)),
        ("diclazepam", "pl-nps-benzodiazepines", date(2019, 9, 27)),
        ("5-meo-dmt", "pl-nps-tryptamines", date(2021, 4, 6)),
        ("3-meo-pcp", "pl-nps-arylcyclohexylamines", date(2024, 4, 25)),
    ],
)
def test_polish_groups_hold_from_their_first_day(
    slug: str, rule: str, first: date, drawn: Drawn
) -> None:
    """The groups began in 2018, 2019, 2021 and 2024."""
    for day, held in ((first - timedelta(days=1), False), (first, True)):
        assert bool(match_classes(drawn(slug), [RULES[rule]], day)) == held


@pytest.mark.parametrize(
    ("slug", "rule", "cited"),
    [
        ("4-cmc", "fr-cathinones", ["first indent", "third indent"]),
        ("pentedrone", "fr-cathinones", ["second indent", "third indent"]),
        ("delta-9-thc-acetate", "fr-benzochromenes", [*map("position {}".format, (1, 3, 6, 9))]),
        ("nabilone", "fr-benzochromenes", [*map("position {}".format, (1, 3, 6, 9))]),
    ],
)
def test_the_french_classes_cite_their_conditions(
    slug: str, rule: str, cited: list[str], clauses: Clauses, drawn: Drawn
) -> None:
    """A member is cited with each condition that allows one of its groups."""
    assert clauses(drawn(slug), rule) == cited


@pytest.mark.parametrize(
    ("smiles", "rule"),
    [
        ("CC(NC(C)(C)C)C(=O)c1cccc(Cl)c1", "fr-cathinones"),  # bupropion, by name
        ("CCCCCc1cc(O)c2c(c1)OC(C)(C)c1ccc(C)cc1-2", "fr-benzochromenes"),  # cannabinol, by name
        ("CCCCCc1cc(O)c(C2C=C(C)CCC2C(C)=C)c(O)c1", "fr-benzochromenes"),  # cannabidiol: no ring
    ],
)
def test_what_the_french_order_leaves_out_is_left_out(smiles: str, rule: str) -> None:
    """The order leaves out a medicine and cannabinol by name."""
    assert match_class(parse_structure(smiles), RULES[rule]) is None


@pytest.mark.parametrize(
    ("slug", "rule"),
    [
        ("naphyrone", "fr-ring-cathinones"),
        ("isotonitazene", "fr-nitazenes"),
        ("5f-adb", "fr-cannabinoids"),
    ],
)
def test_what_was_not_read_of_the_french_order_is_open(slug: str, rule: str, drawn: Drawn) -> None:
    """Families whose wording was not read are not assessable."""
    assert isinstance(match_class(drawn(slug), RULES[rule]), NotAssessable)


def test_a_class_at_second_hand_answers_at_second_hand(drawn: Drawn) -> None:
    """The benzo[c]chromenes were read in two reports; so is each listing by that class."""
    answer = match_class(drawn("nabilone"), RULES["fr-benzochromenes"])
    assert isinstance(answer, ClassMatch)
    assert answer.mark == "second-hand"


def test_the_japanese_act_on_narcotics_comes_first(drawn: Drawn) -> None:
    """What is a narcotic is left to the other act; what no act names is a designated substance."""
    named = match_class(drawn("mdpv"), RULES["jp-cathinones"], listed=frozenset({"jp-drugs"}))
    assert isinstance(named, ClassMatch)
    assert named.excluded_by == RULES["jp-cathinones"].exclusions[0].words


def test_uses_that_an_act_frees_are_told(drawn: Drawn) -> None:
    """An exclusion that names no instrument, as of medicines, is shown with each member."""
    answer = match_class(drawn("ketamine"), RULES["de-npsg-arylcyclohexylamines"])
    assert isinstance(answer, ClassMatch)
    assert answer.excluded_by is None
    assert RULES["de-npsg-arylcyclohexylamines"].exclusions[0].words in answer.notes


def test_a_bond_that_closes_a_ring_is_open() -> None:
    """Mecamylamine has a chain whose carbon is bonded to the ring that would be structure A."""
    answer = match_class(
        parse_structure("CNC1(C)C2CCC(C2)C1(C)C"), RULES["de-npsg-phenethylamines"]
    )
    assert isinstance(answer, NotAssessable)


def test_readings_of_ours_are_told(drawn: Drawn) -> None:
    """Where the text leaves something open, the answer says how we take it."""
    answer = match_class(drawn("fentanyl-carbamate"), RULES[US[1]])
    assert isinstance(answer, ClassMatch)
    assert "acyl is taken in its wide sense, with acyls of carbonic acid" in answer.notes


def test_another_entry_takes_a_substance_out(drawn: Drawn) -> None:
    """A member that the same law names is still a member, with the reason for its exclusion."""
    structure = drawn("acetylfentanyl")
    named = match_class(structure, RULES[US[1]], listed=frozenset({"us-csa"}))
    assert isinstance(named, ClassMatch)
    assert named.excluded_by == RULES[US[1]].exclusions[0].words
    for elsewhere in (frozenset[str](), frozenset({"cn-narcotics"})):
        other = match_class(structure, RULES[US[1]], listed=elsewhere)
        assert isinstance(other, ClassMatch)
        assert other.excluded_by is None


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2015, 3, 11), ["ca-fentanyls", "uk-fentanyls"]),
        (date(2015, 3, 12), ["ca-fentanyls", IE, "uk-fentanyls"]),
        (date(2018, 2, 5), ["ca-fentanyls", DE, IE, "uk-fentanyls"]),
        (date(2018, 2, 6), ["ca-fentanyls", DE, IE, "uk-fentanyls", "us-fentanyls-2018"]),
        (date(2018, 8, 21), ["ca-fentanyls", DE, IE, *PL, "uk-fentanyls", "us-fentanyls-2018"]),
        (date(2019, 5, 1), ["ca-fentanyls", CN, DE, IE, *PL, "uk-fentanyls", "us-fentanyls-2018"]),
        (
            date(2025, 7, 15),
            ["ca-anpp", "ca-fentanyls", CN, DE, IE, *PL, "uk-fentanyls", "us-fentanyls-2018"],
        ),
        (
            date(2025, 7, 16),
            ["ca-anpp", "ca-fentanyls", CN, DE, IE, *PL, "uk-fentanyls", "us-fentanyls-2025"],
        ),
    ],
)
def test_the_law_of_the_day_is_asked(day: date, held: list[str], drawn: Drawn) -> None:
    """Only rules in force on the day answer, one answer a rule, sorted."""
    structure = drawn("acetylfentanyl")
    answers = MATCHER.match(structure, day)
    assert [answer.rule.slug for answer in answers] == held
    assert match_classes(structure, RULES.values(), day) == answers


@pytest.mark.shared
@pytest.mark.parametrize(("slug", "not_held"), [(US[0], NOT_US), (US[1], NOT_US), (CN, NOT_CN)])
def test_the_listed_fentanyls_are_held_and_nothing_else(
    slug: str, not_held: set[str], shared: Path
) -> None:
    """Of 407 structures of the US schedules, the fentanyls by name are members, and only they."""
    file = shared / "data" / "chemistry" / "global_chem_schedules" / "us_schedules_smiles.csv"
    with file.open(encoding="utf-8") as lines:
        rows = [(row["name"], parse_structure(row["smiles"])) for row in csv.DictReader(lines)]
    named = {name for name, _ in rows if "fentan" in name}
    matcher = ClassMatcher([RULES[slug]])
    held = {
        name
        for name, structure in rows
        if any(isinstance(answer, ClassMatch) for answer in matcher.match(structure, None))
    }
    assert len(named) > 40
    assert held == named - not_held


def test_an_open_wording_is_open_however_big_the_molecule(drawn: Drawn) -> None:
    """A doubt in the text itself is reported, even if the core is a small part of the molecule.

    3-Methyl-1-benzyl-4-piperidone, in a table of ordinary compounds, was once called outside.
    """
    rule = RULES["ca-4-piperidone"]
    listed = drawn("3-methyl-4-piperidone")
    for structure in (listed, parse_structure("CC1CN(CCC1=O)Cc1ccccc1")):
        answer = match_class(structure, rule)
        assert isinstance(answer, NotAssessable)
        assert answer.reason == "the wording leaves open what stands at the ring carbons"


@pytest.mark.parametrize("slug", ["mapa", "eapa"])
def test_esters_beside_an_amide_of_the_examples_are_open(slug: str, drawn: Drawn) -> None:
    """Canada's item shows an amide of phenylacetoacetic acid; its esters are not assessable."""
    answer = match_class(drawn(slug), RULES["ca-1-phenyl-2-propanone"])
    assert isinstance(answer, NotAssessable)


def test_every_word_for_a_group_is_answered() -> None:
    """No word that a rule may use is unknown to the code that answers it."""
    answered = {*WORDS, *RINGS, "aromatic group", "named", "phenylalkyl"}
    assert answered | {"hydrogen", "parent bearing anything"} == set(get_args(GroupName))
