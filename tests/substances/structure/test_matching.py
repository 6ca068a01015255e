"""Class rules on listed structures: what they hold, by which clauses, where, and when not said."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from rdkit import Chem

from tidewaiter.base.errors import RegistryError
from tidewaiter.substances.classes import GROUP_NAMES, ClassRule, load_classes
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.structure import (
    ClassMatch,
    ClassMatcher,
    NotAssessable,
    Structure,
    match_class,
    match_classes,
    parse_structure,
)
from tidewaiter.substances.structure.words import RINGS, WORDS

RULES = {rule.slug: rule for rule in load_classes()}
CLAUSED = [rule for rule in RULES.values() if rule.clauses]
MATCHER = ClassMatcher(RULES.values())
PAIRS = [(rule, slug) for rule in RULES.values() for slug in rule.within]
US = ("us-fentanyls-2018", "us-fentanyls-2025")
CN = "cn-fentanyls"
DAY = timedelta(days=1)

# Fentanyl is what the rules compare with; norfentanyl has no phenethyl at all, and benzylfentanyl
# and remifentanil have no ethyl chain with a ring, which (A) to (E) of the text do not touch.
NOT_US = {"fentanyl", "norfentanyl", "benzylfentanyl", "remifentanil"}
# The Chinese text takes any group but hydrogen for the phenethyl: norfentanyl has hydrogen.
NOT_CN = {"fentanyl", "norfentanyl"}


def _name(value: object) -> str:
    return value.slug if isinstance(value, ClassRule) else str(value)


def _smiles(registry: Registry, slug: str) -> str:
    text = registry.substance(slug).smiles
    assert text
    return text


def _structure(registry: Registry, slug: str) -> Structure:
    return parse_structure(_smiles(registry, slug))


def _member(text: str, slug: str) -> ClassMatch:
    answer = match_class(parse_structure(text), RULES[slug])
    assert isinstance(answer, ClassMatch), answer
    return answer


def _ids(answer: object) -> list[str]:
    assert isinstance(answer, ClassMatch), answer
    return [clause.id for clause in answer.clauses]


@pytest.mark.parametrize("rule", RULES.values(), ids=_name)
def test_every_rule_has_examples(rule: ClassRule) -> None:
    """A rule names listed substances on both sides; one without clauses can name no member."""
    assert rule.outside
    assert bool(rule.within) == bool(rule.clauses)


@pytest.mark.parametrize(("rule", "slug"), PAIRS, ids=_name)
def test_the_examples_within_are_members(rule: ClassRule, slug: str, registry: Registry) -> None:
    """The clauses hold each listed substance that the rule names as a member."""
    answer = match_class(_structure(registry, slug), rule)
    assert isinstance(answer, ClassMatch)
    assert set(_ids(answer)) <= {clause.id for clause in rule.clauses}
    assert _ids(answer)


@pytest.mark.parametrize(
    ("rule", "slug"),
    [(rule, slug) for rule in RULES.values() for slug in rule.outside],
    ids=_name,
)
def test_the_examples_outside_are_no_members(
    rule: ClassRule, slug: str, registry: Registry
) -> None:
    """The clauses hold none of the listed substances that the rule names as not meant."""
    assert not isinstance(match_class(_structure(registry, slug), rule), ClassMatch)


@pytest.mark.parametrize("rule", RULES.values(), ids=_name)
def test_the_reference_is_not_a_member(rule: ClassRule, registry: Registry) -> None:
    """The compound that members are compared with gets no answer: nothing in it is changed."""
    known = {substance.slug: substance for substance in registry.substances}
    if rule.reference in known:
        assert match_class(_structure(registry, rule.reference), rule) is None
    else:
        assert rule.slug in {"cn-cannabinoids", "uk-nitazenes"}


@pytest.mark.parametrize(("rule", "slug"), PAIRS, ids=_name)
def test_what_is_cited_is_the_change(rule: ClassRule, slug: str, registry: Registry) -> None:
    """The atoms of a clause lie in the molecule, each once, and are not merely the core's."""
    structure = _structure(registry, slug)
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
    # Where hydrogen stands in place of a group, only the atom that bears it can be cited.
    bare = (rule.slug, slug) == ("cn-nitazenes", "etodesnitazene")
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
    rule: str, slug: str, clause: str, group: str, registry: Registry
) -> None:
    """The atoms cited are the very group that the clause speaks of, and no other clause holds."""
    structure = _structure(registry, slug)
    found = {c.id: c.atoms for c in _member(structure.text, rule).clauses}
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
    slug: str, us: list[str], cn: list[str], registry: Registry
) -> None:
    """A substance that differs in several ways is held by several clauses, in the text's order."""
    structure = _structure(registry, slug)
    assert [_ids(match_class(structure, RULES[rule])) for rule in US] == [us, us]
    assert _ids(match_class(structure, RULES[CN])) == cn


@pytest.mark.parametrize(("rule", "slug"), PAIRS, ids=_name)
def test_salts_and_mixtures_are_members(rule: ClassRule, slug: str, registry: Registry) -> None:
    """A member is found beside an acid and beside a bigger compound, by the same clauses."""
    text = _smiles(registry, slug)
    big = _structure(registry, "buprenorphine")
    assert match_class(big, rule) is None
    assert big.mol.GetNumAtoms() > parse_structure(text).mol.GetNumAtoms()
    alone = _member(text, rule.slug)
    for other, shift in (("Cl", 1), (big.text, big.mol.GetNumAtoms())):
        behind, before = (
            _member(f"{text}.{other}", rule.slug),
            _member(f"{other}.{text}", rule.slug),
        )
        assert behind.clauses == alone.clauses
        assert _ids(before) == _ids(alone)
        cited = {atom for clause in before.clauses for atom in clause.atoms}
        assert min(cited) >= shift
        assert behind.unverified == (alone.unverified or rule.salts == "unverified")


def test_a_salt_is_open_where_the_text_says_nothing_of_salts(registry: Registry) -> None:
    """Without a word on salts in the text, a salt or an ion is not assessable; a hydrate is."""
    rule = msgspec.structs.replace(RULES[US[0]], salts=None)
    text = _smiles(registry, "acetylfentanyl")
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
def test_isotopes_and_protons_change_nothing(text: str, rule: str, clause: str) -> None:
    """Labelled and protonated acetylfentanyl is held as acetylfentanyl is."""
    assert _ids(match_class(parse_structure(text), RULES[rule])) == [clause]


def test_labels_in_the_core_change_nothing() -> None:
    """A labelled methyl that the core itself asks for is still that methyl."""
    text = "COC(=O)C1(C([2H])([2H])[2H])OC1c1ccccc1"
    assert _ids(match_class(parse_structure(text), RULES["cn-bmk-glycidic-esters"])) == ["esters"]


def test_labelled_fentanyl_is_still_the_reference() -> None:
    """Deuterium is no group: labelled fentanyl has no change that a text names."""
    structure = parse_structure("[2H]C([2H])([2H])CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1")
    assert [match_class(structure, RULES[rule]) for rule in (*US, CN)] == [None] * 3


def test_the_mass_limit_is_of_the_free_base(registry: Registry) -> None:
    """Etodesnitazene weighs 351.5 u, salt and label aside: a limit of 352 holds it, 351 not."""
    rule = RULES["uk-nitazenes"]
    text = _smiles(registry, "etodesnitazene")
    heavy = _smiles(registry, "buprenorphine")
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


def test_a_part_that_was_not_read_is_not_answered(registry: Registry) -> None:
    """Nitazenes with a nitro group are open for the United Kingdom: what follows (ii) is unread."""
    for slug in ("etonitazene", "isotonitazene", "clonitazene", "etonitazepyne"):
        answer = match_class(_structure(registry, slug), RULES["uk-nitazenes"])
        assert isinstance(answer, NotAssessable)
        assert "was not read" in answer.reason


def test_a_general_formula_that_was_not_read_has_no_members(registry: Registry) -> None:
    """Synthetic cannabinoids are open in China, and substances without their core are not."""
    rule = RULES["cn-cannabinoids"]
    for slug in ("jwh-018", "5f-adb", "adb-butinaca", "pb-22"):
        answer = match_class(_structure(registry, slug), rule)
        assert isinstance(answer, NotAssessable)
        assert answer.reason == rule.gap
    for slug in ("morphine", "hu-210", "ketamine"):
        assert match_class(_structure(registry, slug), rule) is None


def test_what_rests_on_memory_says_so(registry: Registry) -> None:
    """A member by a wording that nobody read is unverified; by one that was read, it is not."""
    structure = _structure(registry, "acetylfentanyl")
    answer = match_class(structure, RULES["uk-fentanyls"])
    assert isinstance(answer, ClassMatch)
    assert answer.unverified
    assert "the wording of (vi) was not read" in answer.notes
    answer = match_class(structure, RULES[US[0]])
    assert isinstance(answer, ClassMatch)
    assert not answer.unverified


def test_readings_of_ours_are_told(registry: Registry) -> None:
    """Where the text leaves something open, the answer says how we take it."""
    answer = match_class(_structure(registry, "fentanyl-carbamate"), RULES[US[1]])
    assert isinstance(answer, ClassMatch)
    assert "acyl is taken in its wide sense, with acyls of carbonic acid" in answer.notes


def test_another_entry_takes_a_substance_out(registry: Registry) -> None:
    """A member that the same law names is a member still, with the reason why it is left out."""
    structure = _structure(registry, "acetylfentanyl")
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
        (date(2018, 2, 5), ["ca-fentanyls", "uk-fentanyls"]),
        (date(2018, 2, 6), ["ca-fentanyls", "uk-fentanyls", "us-fentanyls-2018"]),
        (date(2019, 5, 1), ["ca-fentanyls", CN, "uk-fentanyls", "us-fentanyls-2018"]),
        (date(2025, 7, 15), ["ca-anpp", "ca-fentanyls", CN, "uk-fentanyls", "us-fentanyls-2018"]),
        (date(2025, 7, 16), ["ca-anpp", "ca-fentanyls", CN, "uk-fentanyls", "us-fentanyls-2025"]),
    ],
)
def test_the_law_of_the_day_is_asked(day: date, held: list[str], registry: Registry) -> None:
    """Only rules in force on the day answer, one answer a rule, sorted."""
    structure = _structure(registry, "acetylfentanyl")
    answers = MATCHER.match(structure, day)
    assert [answer.rule.slug for answer in answers] == held
    assert match_classes(structure, RULES.values(), day) == answers


def test_there_is_one_answer_a_rule(registry: Registry) -> None:
    """No listed structure, nor a pair of members in one paper, gets two answers of one rule."""
    texts = [substance.smiles for substance in registry.substances if substance.smiles]
    texts += [f"{_smiles(registry, slug)}.{texts[n]}" for n, (_, slug) in enumerate(PAIRS)]
    most = 0
    for text in texts:
        slugs = [answer.rule.slug for answer in MATCHER.match(parse_structure(text), None)]
        assert slugs == sorted(set(slugs))
        most = max(most, len(slugs))
    assert most > 1


def test_together_as_alone(registry: Registry) -> None:
    """All rules asked at once answer as each does alone, over all listed structures."""
    alone = {slug: ClassMatcher([rule]) for slug, rule in RULES.items()}
    found = 0
    for substance in registry.substances:
        if substance.smiles:
            structure = parse_structure(substance.smiles)
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
            mol = parse_structure(substance.smiles).mol
            order = list(range(mol.GetNumAtoms()))
            chance.shuffle(order)
            said = _said(Structure(mol, "", "smiles"))
            kekule = Chem.MolToSmiles(mol, kekuleSmiles=True)
            assert _said(parse_structure(kekule)) == said
            assert _said(Structure(Chem.AddHs(mol), "", "smiles")) == said
            assert _said(Structure(Chem.RenumberAtoms(mol, order), "", "smiles")) == said
            found += len(said)
    assert found


def _said(structure: Structure) -> list[tuple[str, ...]]:
    """Return per answer the rule and the clauses, or the reason with its parts sorted."""
    return [
        (answer.rule.slug, *_ids(answer))
        if isinstance(answer, ClassMatch)
        else (answer.rule.slug, *sorted(answer.reason.split("; ")))
        for answer in MATCHER.match(structure, None)
    ]


@pytest.mark.parametrize("rule", CLAUSED, ids=_name)
def test_an_atom_without_an_element_is_never_a_member(rule: ClassRule, registry: Registry) -> None:
    """A placeholder for any one atom of a member leaves no member; in a group it is open."""
    mol = _structure(registry, rule.within[0]).mol
    opened = 0
    for atom in range(mol.GetNumAtoms()):
        edit = Chem.RWMol(mol)
        edit.GetAtomWithIdx(atom).SetAtomicNum(0)
        edit.GetAtomWithIdx(atom).SetIsotope(0)
        answer = match_class(Structure(edit.GetMol(), "", "smiles"), rule)
        assert not isinstance(answer, ClassMatch), atom
        opened += isinstance(answer, NotAssessable)
    assert opened


@pytest.mark.parametrize("rule", [RULES[slug] for slug in (*US, CN, "uk-fentanyls")], ids=_name)
def test_an_oxide_of_the_piperidine_nitrogen_is_open(rule: ClassRule, registry: Registry) -> None:
    """The texts do not speak of N-oxides: of a member, and of fentanyl, they are not assessable."""
    for slug in ("acetylfentanyl", "fentanyl"):
        edit = Chem.RWMol(_structure(registry, slug).mol)
        (nitrogen,) = (
            atom.GetIdx()
            for atom in edit.GetAtoms()
            if atom.GetAtomicNum() == 7 and not atom.GetIsAromatic() and not _is_amide(atom)
        )
        oxygen = edit.AddAtom(Chem.Atom(8))
        edit.GetAtomWithIdx(oxygen).SetFormalCharge(-1)
        edit.GetAtomWithIdx(nitrogen).SetFormalCharge(1)
        edit.AddBond(nitrogen, oxygen, Chem.BondType.SINGLE)
        answer = match_class(parse_structure(Chem.MolToSmiles(edit)), rule)
        assert isinstance(answer, NotAssessable)


def _is_amide(atom: Chem.Atom) -> bool:
    return any(
        bond.GetBondTypeAsDouble() == 2
        for other in atom.GetNeighbors()
        for bond in other.GetBonds()
    )


@pytest.mark.parametrize("slug", ["morphine-n-oxide", "codeine-n-oxide"])
def test_listed_oxides_have_no_class(slug: str, registry: Registry) -> None:
    """Oxides without the core of any rule are outside every one."""
    assert MATCHER.match(_structure(registry, slug), None) == ()


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
    answers = MATCHER.match(parse_structure(text), None)
    assert not [answer for answer in answers if isinstance(answer, ClassMatch)]


def test_a_member_among_many_is_found(registry: Registry) -> None:
    """Eighty members in one text, 1,920 atoms, are a member, cited where the first one lies."""
    text = _smiles(registry, "acetylfentanyl")
    many = ".".join([text] * 80)
    assert parse_structure(many).mol.GetNumAtoms() == 1_920
    assert _member(many, US[1]).clauses == _member(text, US[1]).clauses


def test_too_many_places_are_not_called_outside(registry: Registry) -> None:
    """Where the core lies in a structure more often than is looked at, there is no "outside"."""
    many = ".".join([_smiles(registry, "fentanyl")] * 120)
    answer = match_class(parse_structure(many), RULES[US[1]])
    assert isinstance(answer, NotAssessable)
    assert "200 ways" in answer.reason


def test_a_metal_beside_a_member_is_a_mixture(registry: Registry) -> None:
    """Metals and halides beside a member change nothing but that it is not alone."""
    text = f"{_smiles(registry, 'carfentanil')}.[Na+].[Cl-].[Pd]"
    assert _ids(match_class(parse_structure(text), RULES[US[1]])) == ["(C)"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("cores", ("[N:1",), "cores, number 1"),
        ("anchor", "C1CC", "anchor"),
        ("anchor", "", "anchor"),
        ("cores", ("[N:99]C=O",), "no core has the atoms of site"),
    ],
)
def test_a_pattern_that_is_none_stops_with_its_place(
    key: str, value: str | tuple[str, ...], said: str
) -> None:
    """A rule whose patterns cannot be compiled is refused with its name and the key."""
    rule = msgspec.structs.replace(RULES[CN], **{key: value})
    with pytest.raises(RegistryError, match=r"cn-fentanyls\.toml") as caught:
        ClassMatcher([rule])
    assert said in str(caught.value)


def test_a_parent_that_is_no_structure_stops_with_its_place() -> None:
    """A site whose reference group is no SMILES is refused with its id."""
    sites = (msgspec.structs.replace(RULES[CN].sites[0], parent="CCc1cc"), *RULES[CN].sites[1:])
    with pytest.raises(RegistryError, match="the piperidine nitrogen"):
        ClassMatcher([msgspec.structs.replace(RULES[CN], sites=sites)])


def test_no_rules_answer_nothing(registry: Registry) -> None:
    """A matcher without rules gives no answers."""
    assert ClassMatcher([]).match(_structure(registry, "fentanyl"), None) == ()


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


def test_an_open_wording_is_open_however_big_the_molecule(registry: Registry) -> None:
    """A doubt that the text itself leaves is told, also where the core is a small part of all.

    3-Methyl-1-benzyl-4-piperidone, in a table of ordinary compounds, was once called outside.
    """
    rule = RULES["ca-4-piperidone"]
    listed = _structure(registry, "3-methyl-4-piperidone")
    for structure in (listed, parse_structure("CC1CN(CCC1=O)Cc1ccccc1")):
        answer = match_class(structure, rule)
        assert isinstance(answer, NotAssessable)
        assert answer.reason == "the wording leaves open what stands at the ring carbons"


@pytest.mark.parametrize("slug", ["mapa", "eapa"])
def test_esters_beside_an_amide_of_the_examples_are_open(slug: str, registry: Registry) -> None:
    """Canada's item shows an amide of phenylacetoacetic acid; its esters are not assessable."""
    answer = match_class(_structure(registry, slug), RULES["ca-1-phenyl-2-propanone"])
    assert isinstance(answer, NotAssessable)


def test_every_word_for_a_group_is_answered() -> None:
    """No word that a rule may use is unknown to the code that answers it."""
    answered = {*WORDS, *RINGS, "aromatic group", "phenylalkyl"}
    assert answered | {"hydrogen", "parent bearing anything"} == set(GROUP_NAMES)
