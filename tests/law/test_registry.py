"""The registry: what its files say of chemistry and law holds, by other means than theirs."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

import msgspec
import pytest
from babel import Locale
from rdkit import Chem
from rdkit.Chem.inchi import MolToInchiKey
from rdkit.Chem.rdMolDescriptors import CalcMolFormula
from stdnum import casrn

from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.identify.engine.rules import build_fold_tables, load_context_rules
from tidewaiter.identify.lexicon.entries import build_entries
from tidewaiter.law.controls import short_listing
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.types import Form, Source, Substance

READ_ON = date(2026, 12, 3)  # the day of the registry: nothing in it was read later
SUBSTANCES = [each for each in load_registry().substances if each.kind != "class"]


def _slug(substance: Substance) -> str:
    return substance.slug


def _structures() -> Iterator[tuple[str, Substance | Form]]:
    for substance in SUBSTANCES:
        if substance.smiles:
            yield substance.slug, substance
        for form in substance.forms:
            if form.smiles:
                yield f"{substance.slug}: {form.name}", form


STRUCTURES = dict(_structures())


def test_the_registry_holds_what_the_reference_counts() -> None:
    """There are some 108 precursors, 691 drugs and 3 pieces of equipment, and never fewer."""
    kinds = Counter(substance.kind for substance in SUBSTANCES)
    assert kinds["precursor"] >= 108
    assert kinds["drug"] >= 691
    assert kinds["equipment"] >= 3


def test_each_file_is_one_substance_of_its_name() -> None:
    """Every file decodes, and its slug, which names it, is the file's name."""
    slugs = [read_toml(file, Substance).slug + ".toml" for file in toml_files(data("substances"))]
    assert slugs == [file.name for file in toml_files(data("substances"))]
    assert [f"{substance.slug}.toml" for substance in SUBSTANCES] == sorted(
        slugs, key=lambda name: name.removesuffix(".toml")
    )


@pytest.mark.parametrize("substance", SUBSTANCES, ids=_slug)
def test_numbers_have_their_shape(substance: Substance) -> None:
    """CAS check digits hold; HS, UN and CUS numbers and slugs have the shape they must have."""
    numbers = [*substance.cas]
    numbers += [name.cas for name in substance.names if name.cas]
    numbers += [form.cas for form in substance.forms if form.cas]
    assert all(casrn.is_valid(number) and number == casrn.compact(number) for number in numbers)
    assert all(re.fullmatch(r"\d{4}\.\d{2}", code) for code in substance.hs)
    assert all(re.fullmatch(r"\d{4}", number) for number in substance.un)
    assert all(re.fullmatch(r"\d{7}-\d", number) for number in substance.cus)
    assert re.fullmatch(r"[a-z0-9]+([-,][a-z0-9]+)*", substance.slug)


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_structure_gives_the_stored_key_and_formula(name: str) -> None:
    """RDKit reads the SMILES, and computes the InChIKey and the Hill formula that are stored."""
    part = STRUCTURES[name]
    molecule = Chem.MolFromSmiles(part.smiles)
    assert molecule is not None
    assert MolToInchiKey(molecule) == part.inchikey  # type: ignore[no-untyped-call]
    assert CalcMolFormula(molecule) == part.formula


def test_no_two_substances_share_a_number_or_a_structure() -> None:
    """A CAS number or an InChIKey, of a substance or a form, leads to one substance."""
    owners: dict[str, set[str]] = defaultdict(set)
    for substance in SUBSTANCES:
        keys = [*substance.cas, substance.inchikey]
        keys += [key for form in substance.forms for key in (form.cas, form.inchikey)]
        keys += [name.cas for name in substance.names]
        for key in filter(None, keys):
            owners[key].add(substance.slug)
    assert {key: slugs for key, slugs in owners.items() if len(slugs) > 1} == {}


@pytest.mark.parametrize("substance", SUBSTANCES, ids=_slug)
def test_names_stand_once(substance: Substance) -> None:
    """No substance holds a text of a language twice, in any case; every language is known."""
    texts = [(name.text.casefold(), name.language) for name in substance.names]
    assert sorted(set(texts)) == sorted(texts)
    assert all(name.text == name.text.strip() for name in substance.names)
    assert all(Locale(name.language).english_name for name in substance.names)


@pytest.mark.parametrize("substance", SUBSTANCES, ids=_slug)
def test_facts_have_sources(substance: Substance, registry: Registry) -> None:
    """Every source and instrument named in a file has its own file."""
    named = {*substance.sources, *(control.source for control in substance.controls)}
    named |= {source for name in substance.names for source in name.sources}
    named |= {source for form in substance.forms for source in form.sources}
    assert substance.sources
    assert named <= registry.sources.keys()
    assert {control.regime for control in substance.controls} <= registry.regimes.keys()


@pytest.mark.parametrize("substance", SUBSTANCES, ids=_slug)
def test_days_follow_one_another(substance: Substance) -> None:
    """A control is decided before it is in force, ends after it began, and none is listed twice."""
    for control in substance.controls:
        first, last = control.since or date.min, control.until or date.max
        assert first < last
        assert (control.decided or date.min) <= (control.since or date.max)
        assert min(control.decided or first, first) >= date(1912, 1, 23) or not control.since
        assert control.schedule
    kept = [(c.regime, c.schedule, c.scope, c.since) for c in substance.controls]
    assert len(set(kept)) == len(kept)


def test_every_substance_is_controlled_or_watched() -> None:
    """Every file has a control."""
    assert [substance.slug for substance in SUBSTANCES if not substance.controls] == []


def test_sources_and_regimes_are_read_before_they_are_stored(registry: Registry) -> None:
    """Every source and regime has a title and a day, and none is of a day to come."""
    assert all(source.title for source in registry.sources.values())
    assert max(source.read for source in registry.sources.values()) <= READ_ON
    for slug, regime in registry.regimes.items():
        assert regime.slug == slug
        assert regime.checked <= READ_ON
        assert re.fullmatch("[A-Z]{2}", regime.jurisdiction)
        assert isinstance(registry.sources[regime.source], Source)


def test_no_name_is_strong_in_two_substances(registry: Registry) -> None:
    """A name that is enough alone leads to one substance, as folded."""
    rules, tables = load_context_rules(), build_fold_tables()
    owners: dict[str, set[str]] = defaultdict(set)
    for substance in registry.substances:
        alone = msgspec.structs.replace(registry, substances=(substance,))
        for entry in build_entries(alone, rules, tables):
            if entry.tier == "strong":
                owners[entry.key].add(substance.slug)
    assert {key: slugs for key, slugs in owners.items() if len(slugs) > 1} == {}


def test_street_names_are_off_unless_asked_for(registry: Registry) -> None:
    """Names of the street are entries only where they are asked for."""
    rules, tables = load_context_rules(), build_fold_tables()
    street = {n.text for s in registry.substances for n in s.names if n.tier == "street"}
    assert street
    usual = build_entries(registry, rules, tables)
    every = build_entries(registry, rules, tables, street=True)
    assert not [entry.text for entry in usual if entry.tier == "street"]
    assert {entry.text for entry in every if entry.tier == "street"} <= street
    assert len(every) > len(usual)


def test_each_regime_has_a_short_name_of_its_own(registry: Registry) -> None:
    """Each listing has a few words that no listing of another regime has."""
    told: dict[str, str] = {}
    for substance in registry.substances:
        for control in substance.controls:
            short = short_listing(registry.regimes[control.regime], control.schedule)
            assert told.setdefault(short, control.regime) == control.regime
            assert 0 < len(short) <= 30, short
            assert "{" not in short
    assert {slug for slug, regime in registry.regimes.items() if not regime.short} == set()
    assert {"UN Table I", "US List I", "EU cat. 1", "CN cat. 1"} <= told.keys()
