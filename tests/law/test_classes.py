"""Class rules are read strictly, name only what is there, and hold on the days that they say."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import data
from tidewaiter.law.classes import Allowed, ClassRule
from tidewaiter.law.instruments import instrument_files, instrument_folders
from tidewaiter.law.registry import Registry, load_registry

RULES = load_registry().classes
DAY = timedelta(days=1)
NOT_LISTED = {
    "(1H-indol-3-yl)(naphthalen-1-yl)methanone",
    "(2-methyl-1H-indol-3-yl)(naphthalen-1-yl)methanone",
    "1-(1-naphthylmethyl)indene",
    "1-(1-naphthylmethylene)indene",
    "1-amino-2-phenylethane",
    "1-benzofuran, 2,3-dihydro-1-benzofuran, 1H-indole, indoline, 1H-indene or indane",
    "1-pentyl-3-(1-naphthoyl)indole",
    "1-phenylcyclohexylamine or 2-amino-2-phenylcyclohexanone",
    "17-hydroxyandrostan-3-one or 17-hydroxyestran-3-one",
    "2-(2-benzyl-benzimidazol-1-yl)ethanamine",
    "2-(3-hydroxycyclohexyl)phenol",
    "2-(cyclohexyl)phenol",
    "2-aminopropan-1-one",
    "2-aminotetralin, 2-amino-1,2-dihydronaphthalene or 2-aminoindane",
    "2-phenethylamine",
    "3,3-diphenylpropan-1-amine",
    "3-(1-adamantoyl)indole",
    "3-(1-benzoyl)indole or 3-(1-naphthoyl)indole",
    "3-(1-naphthoyl)indole or 1H-indol-3-yl-(1-naphthyl)methane",
    "3-(1-naphthoyl)indole or 3-phenylacetylindole",
    "3-(1-naphthoyl)indole",
    "3-(1-naphthoyl)pyrrole",
    "3-(2,2,3,3-tetramethylcyclopropylcarbonyl)indole",
    "3-benzoylindole",
    "3-carboxamideindazole",
    "3-carboxamideindole",
    "3-methanone(cyclopropyl)indole",
    "3-phenylacetylindole or 3-benzoylindole",
    "3-phenylacetylindole",
    "4-amino-1-benzylpiperidine",
    "6H-benzo[c]chromen-1-ol",
    "6H-benzo[c]chromene",
    "9,10-didehydro-6-norergoline-8-carboxamide",
    "N-(2-aminocyclohexyl)amide",
    "W-18",
    "a 3-sulfonylamidobenzoic acid",
    "a benzodiazepine",
    "an agonist of the cannabinoid receptor type 1",
    "arylcyclohexylamine",
    "arylcyclohexylmethylamine",
    "barbituric acid",
    "mescaline, DOB, DOM or a compound of paragraph 1(c)",
    "phenethylamine",
    "phenethylamine, amphetamine or 1-phenyl-2-butanamine, with alkyl on the nitrogen or without",
    "quinolin-8-yl 1H-indole-3-carboxylate",
    "the diphenylmethyl-substituted ring",
    "the general formula",
    "the modular structure of synthetic cannabinoids",
    "the skeleton of tetrahydrocannabinol without its side chain",
    "tryptamine",
    "tryptamine, or a ring-hydroxy tryptamine",
}
EVER = (date.min, date(1961, 3, 30), date(2026, 11, 25), date.max)

OWN = """
slug = "harbour-class"
name = "Anilides of the harbour"
schedule = "List A"
instrument = "Order 1"
source = "own-order"
reference = "acetanilide"
anchor = "NC=O"
cores = ["[N:1]C=O"]

[[sites]]
id = "the nitrogen"
atoms = [1]

[[clauses]]
id = "(a)"
words = "an alkyl on nitrogen"
source = "own-order"
[[clauses.changes]]
site = "the nitrogen"
allow = ["phenyl", { group = "alkyl", carbons = 3 }]
"""


REGIME = """
slug = "own-law"
name = "Our own law"
jurisdiction = "UN"
authority = "Us"
source = "own-order"
checked = 2026-01-02
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path / "cache"))


def _rule(own: Path, regime: str = "own-law", name: str = "harbour-class") -> Path:
    folder = own / "regimes" / regime / "classes"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.toml"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Write a folder with one rule, its source and its regime."""
    folder = tmp_path / "own"
    for kind in ("sources", "regimes/own-law/classes"):
        (folder / kind).mkdir(parents=True)
    (folder / "sources" / "own-order.toml").write_text('title = "Order 1"\nread = 2026-01-02\n')
    (folder / "regimes" / "own-law" / "instrument.toml").write_text(REGIME)
    _rule(folder).write_text(OWN)
    return folder


@pytest.fixture
def refused(own: Path) -> Callable[[str, str], RegistryError]:
    """Change the text of the rule, and return why it is refused."""

    def load(old: str, new: str) -> RegistryError:
        assert old in OWN
        _rule(own).write_text(OWN.replace(old, new))
        with pytest.raises(RegistryError) as caught:
            load_registry((own,))
        return caught.value

    return load


def test_every_file_is_a_rule() -> None:
    """Each file in the folders of classes becomes one rule of that name and instrument, sorted."""
    files = [
        (path.split("/")[0], file.name.removesuffix(".toml"))
        for folder in instrument_folders(data())
        for path, file in instrument_files(folder, ())
    ]
    assert files
    assert [rule.slug for rule in RULES] == sorted(name for _, name in files)
    assert {(rule.regime, rule.slug) for rule in RULES} == set(files)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.slug)
def test_what_a_rule_names_is_there(rule: ClassRule, registry: Registry) -> None:
    """Its sources and regimes are the registry's; its examples are substances with a structure."""
    sources = {rule.source, *(clause.source for clause in rule.clauses)}
    excluding = {regime for each in rule.exclusions for regime in each.regimes}
    known = {substance.slug for substance in registry.substances if substance.smiles}
    assert sources <= set(registry.sources)
    assert {rule.regime, *excluding} <= set(registry.regimes)
    assert {*rule.within, *rule.outside} <= known
    assert not set(rule.within) & set(rule.outside)
    assert rule.reference in known or rule.reference in NOT_LISTED


def test_a_rule_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    """Intervals are half open: the first day is in, the day named as the end is not."""
    bounded = [rule for rule in RULES if rule.since and rule.until]
    assert {rule.slug for rule in bounded} >= {"us-fentanyls-2018", "ca-4-anilinopiperidine-2022"}
    for rule in bounded:
        assert rule.since
        assert rule.until
        days = [rule.since - DAY, rule.since, rule.since + DAY]
        assert [rule.holds_on(day) for day in days] == [False, True, True], rule.slug
        days = [rule.until - DAY, rule.until, rule.until + DAY]
        assert [rule.holds_on(day) for day in days] == [True, False, False], rule.slug


def test_an_open_end_never_ends() -> None:
    """A rule without a last day holds on every day from its first."""
    rules = [rule for rule in RULES if rule.since and not rule.until]
    assert rules
    for rule in rules:
        assert rule.since
        assert not rule.holds_on(rule.since - DAY)
        assert rule.holds_on(rule.since)
        assert rule.holds_on(date.max)


def test_unknown_days_are_taken_as_in_force() -> None:
    """A rule without a known first day applies on every day, and says that it is unknown."""
    rules = [rule for rule in RULES if rule.since is None]
    assert rules
    for rule in rules:
        assert rule.dates == "unverified" or rule.decided  # the order is known, not its first day
        assert all(rule.holds_on(day) for day in EVER if not rule.until or day < rule.until)


def test_one_definition_follows_another_without_a_gap() -> None:
    """Each order that ends is followed by a rule of the same country from that day on."""
    for rule in RULES:
        if rule.until:
            country = rule.slug.split("-")[0]
            successors = [r for r in RULES if r.slug.startswith(country) and r.since == rule.until]
            assert rule.reference in {r.reference for r in successors}


def test_an_authority_adds_a_rule(own: Path) -> None:
    """A rule of an authority's own stands among ours, with limits on its groups."""
    rules = load_registry((own,)).classes
    assert len(rules) == len(RULES) + 1
    assert [rule.slug for rule in rules] == sorted(rule.slug for rule in rules)
    (rule,) = (rule for rule in rules if rule.slug == "harbour-class")
    (change,) = rule.clauses[0].changes
    assert change.allow == ("phenyl", Allowed(group="alkyl", carbons=3))
    assert all(rule.holds_on(day) for day in EVER)


def test_a_rule_may_name_our_sources_and_regimes(own: Path) -> None:
    """An authority's rule may be in a folder named like one of our instruments."""
    _rule(own).rename(_rule(own, "uk-misuse-of-drugs"))
    _rule(own, "uk-misuse-of-drugs").write_text(OWN.replace('"own-order"', '"uk-mda-1971"'))
    rules = {rule.slug: rule for rule in load_registry((own,)).classes}
    assert len(rules) == len(RULES) + 1
    assert rules["harbour-class"].regime == "uk-misuse-of-drugs"


def test_a_folder_without_rules_adds_none(tmp_path: Path) -> None:
    """An authority that has lists but no class rules changes nothing."""
    assert load_registry((tmp_path,)).classes == RULES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('schedule = "List A"', 'schedul = "List A"', "schedul"),
        ('schedule = "List A"\n', "", "schedule"),
        ("atoms = [1]", 'atoms = ["N"]', "sites[0].atoms[0]"),
        ('schedule = "List A"', "schedule = 1", "$.schedule"),
        ('"phenyl"', '"phenol"', "phenol"),
        ('group = "alkyl"', 'group = "akyl"', "akyl"),
        ("carbons = 3", "carbon = 3", "carbon"),
        ('site = "the nitrogen"', 'site = "the oxygen"', "law/clause-of-no-site"),
        ('words = "an alkyl', 'cores = [2]\nwords = "an alkyl', "law/clause-of-no-core"),
        ("atoms = [1]", "atoms = []", "law/site-without-atoms"),
        ('slug = "harbour-class"', 'slug = "quay-class"', "law/slug-not-file-name"),
        ("[[sites]]", 'regime = "un-1988"\n[[sites]]', "law/regime-in-its-row"),
        (
            "[[sites]]",
            '[[exclusions]]\nwords = "w"\nregimes = ["no-law"]\n[[sites]]',
            "law/no-such-regime",
        ),
        ('source = "own-order"', 'source = "no-order"', "law/no-such-source"),
        ('cores = ["[N:1]C=O"]', "cores = []", "no core"),
        ("[[sites]]", "since = 2026-01-02\nuntil = 2026-01-02\n[[sites]]", "ends on 2026-01-02"),
        ("[[sites]]", "since = 2026-02-30\n[[sites]]", "harbour-class.toml"),
    ],
)
def test_a_wrong_rule_stops_with_its_place(
    refused: Callable[[str, str], RegistryError], old: str, new: str, said: str
) -> None:
    """An unknown key, a wrong type or a name of nothing is refused with the file and the value."""
    error = refused(old, new)
    assert "harbour-class.toml" in str(error)
    assert said == error.code or said in str(error)
    assert error.hint


SITE = """
[[sites]]
id = "the nitrogen"
atoms = [1]
"""


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (SITE + SITE, "two sites have the same id"),
        (SITE + SITE.replace("the nitrogen", "another"), "an atom belongs to two sites"),
    ],
)
def test_sites_are_told_apart(
    refused: Callable[[str, str], RegistryError], new: str, said: str
) -> None:
    """Two sites with one id, or with one atom, are refused."""
    assert said in str(refused(SITE, new))


def test_clauses_are_told_apart(refused: Callable[[str, str], RegistryError]) -> None:
    """Two clauses with one id are refused."""
    clause = OWN[OWN.index("[[clauses]]") :]
    assert "two clauses have the same id" in str(refused(clause, clause + clause))


def test_a_rule_says_why_it_has_no_clauses(
    own: Path, refused: Callable[[str, str], RegistryError]
) -> None:
    """Without clauses a rule must say which part of the text was not read."""
    clause = OWN[OWN.index("[[clauses]]") :]
    assert "neither clauses nor a gap" in str(refused(clause, ""))
    text = OWN.replace(clause, "").replace("anchor", 'gap = "a drawing was not read"\nanchor')
    _rule(own).write_text(text)
    assert len(load_registry((own,)).classes) == len(RULES) + 1


def test_a_rule_of_ours_is_not_overwritten(own: Path) -> None:
    """An authority's rule with the slug of one of ours is refused with a hint."""
    text = OWN.replace('"harbour-class"', '"uk-nitazenes"')
    _rule(own, name="uk-nitazenes").write_text(text)
    with raises("law/slug-is-already-a-rule", RegistryError) as caught:
        load_registry((own,))
    assert caught.value.hint == "rename yours"
