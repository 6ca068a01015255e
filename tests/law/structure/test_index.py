"""Which listed substances a structure is: as it stands, as a variant, in a mixture, by alias."""

from collections.abc import Callable

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import data, toml_files
from tidewaiter.law.registry import Registry
from tidewaiter.law.structure import (
    Structure,
    StructureHit,
    StructureIndex,
    compute_keys,
    control_key,
    inchikey,
    parse_structure,
)
from tidewaiter.law.structure.index import Aliases, Drawing, load_aliases
from tidewaiter.law.types import Form, Substance

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
LACTOSE = "OCC1OC(O)C(O)C(O)C1OC1OC(CO)C(O)C(O)C1O"
Drawn = Callable[[str], Structure]


def _found(index: StructureIndex, text: str) -> dict[str, StructureHit]:
    return {hit.substance: hit for hit in index.find(parse_structure(text, "smiles"))}


def test_each_listed_structure_finds_itself(index: StructureIndex, registry: Registry) -> None:
    """The first hit of a structure of the registry is its own, exactly."""
    for substance in registry.substances:
        parts: list[Substance | Form] = [substance, *substance.forms]
        for part in parts:
            if part.smiles:
                hits = index.find(parse_structure(part.smiles, "smiles"))
                own = next(hit for hit in hits if hit.substance == substance.slug)
                assert (own.level, own.key, own.part) == ("exact", part.inchikey, ""), part.name


@pytest.mark.parametrize(
    ("text", "slug", "level"),
    [
        (FENTANYL, "fentanyl", "exact"),
        (f"{FENTANYL}.OC(=O)CC(O)(C(=O)O)CC(=O)O", "fentanyl", "salt"),
        (f"{FENTANYL}.{LACTOSE}", "fentanyl", "salt"),
        (f"{LACTOSE}.{LACTOSE}.Cl.O.{FENTANYL}", "fentanyl", "salt"),
        ("[13CH3]CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1.Cl", "fentanyl", "isotope"),
        ("CC(O)=Cc1ccccc1", "1-phenyl-2-propanone", "tautomer"),
        (f"CC(O)=Cc1ccccc1.{LACTOSE}", "1-phenyl-2-propanone", "tautomer"),
        ("CN.CN.OS(=O)(=O)O", "methylamine", "salt"),
        ("[O-]C(=O)Cc1ccccc1.[K+].O", "phenylacetic-acid", "salt"),
        ("Cl.O", "hydrochloric-acid", "salt"),
        ("O=[Mn](=O)(=O)O[K]", "potassium-permanganate", "alias"),
        ("OC1(O)CCNCC1", "4-piperidone", "alias"),
        ("OC1(O)CC[NH2+]CC1.[Br-]", "4-piperidone", "alias"),
        ("[I]", "iodine", "alias"),
        ("[Na+].[BH4-]", "sodium-borohydride", "exact"),
        ("[H-].[H-].[H-].[H-].[Li+].[Al+3]", "lithium-aluminium-hydride", "alias"),
    ],
)
def test_variants_are_found(text: str, slug: str, level: str, index: StructureIndex) -> None:
    """Salts, mixtures, isotopes, tautomers and other drawings lead to the substance."""
    hit = _found(index, text)[slug]
    assert hit.level == level
    assert (hit.why != "") == (level == "alias")


def test_the_part_that_matched_is_named(index: StructureIndex) -> None:
    """In a mixture the hit says which fragment it was; the key is that fragment's."""
    hit = _found(index, f"{LACTOSE}.{FENTANYL}")["fentanyl"]
    assert hit.key == inchikey(parse_structure(FENTANYL))
    assert inchikey(parse_structure(hit.part)) == hit.key
    enol = _found(index, "CC(O)=Cc1ccccc1")["1-phenyl-2-propanone"]
    assert enol.key == control_key(parse_structure("CC(=O)Cc1ccccc1"))
    assert enol.part == ""


@pytest.mark.parametrize(
    "text",
    [
        "[Na+].[Cl-]",
        "[Li+].[Cl-]",
        "[NH4+].[I-]",
        LACTOSE,
        "CCO",
        "[K+].[I-]",
        "CC(=O)O.Cl",
        "[Mg+2].[Cl-].[Cl-].O",
        "[Br]CCBr",
    ],
)
def test_counterions_are_not_their_acids(text: str, index: StructureIndex) -> None:
    """Table salt is not hydrochloric acid, and unlisted structures do not match."""
    assert _found(index, text) == {}


def test_there_is_one_hit_a_substance_and_the_strongest_is_first(index: StructureIndex) -> None:
    """A stereoisomer that is listed comes before the racemate and its other isomers."""
    hits = index.find(parse_structure("C[C@@H](N)Cc1ccccc1"))
    slugs = [hit.substance for hit in hits]
    assert len(slugs) == len(set(slugs)) > 1
    assert (slugs[0], hits[0].level) == ("levamfetamine", "exact")
    assert hits[1].set_aside == ("stereo",)


def test_a_form_is_named(index: StructureIndex, drawn: Drawn) -> None:
    """A salt that the registry has a name for is found by it."""
    (hit, *_) = index.find(drawn("4-piperidone / 4-Piperidone hydrochloride"))
    assert (hit.form, hit.level) == ("4-Piperidone hydrochloride", "exact")


def test_aliases_are_needed_and_cited(registry: Registry) -> None:
    """Each other drawing is of a listed substance and form, has sources, and no key sees it."""
    slugs = {substance.slug: substance for substance in registry.substances}
    plain = StructureIndex(compute_keys(registry.substances, ()))
    names = [file.name.removesuffix(".toml") for file in toml_files(data("aliases"))]
    aliases = load_aliases()
    assert [each.slug for each in aliases] == names
    for each in aliases:
        forms = {form.name for form in slugs[each.slug].forms} | {None}
        for drawing in each.drawings:
            assert drawing.form in forms
            assert drawing.why
            assert set(drawing.sources) <= registry.sources.keys()
            hits = plain.find(parse_structure(drawing.smiles, "smiles"))
            assert each.slug not in {hit.substance for hit in hits}, drawing.smiles


def test_a_structure_that_cannot_be_read_stops_the_index() -> None:
    """A list of an authority's own with a bad SMILES is named, with the reason."""
    bad = Substance(slug="mine", name="Mine", kind="drug", smiles="C1CC", sources=())
    with raises("law/smiles-not-read", RegistryError, why="unclosed ring") as caught:
        tuple(compute_keys([bad]))
    assert caught.value.at == "mine.toml"


def test_an_alias_that_is_whole_has_no_variants() -> None:
    """A drawing that counts as it stands is not found by its salts or isotopes."""
    mine = Substance(slug="mine", name="Mine", kind="precursor", sources=())
    drawing = Drawing(smiles="[I]", whole=True, why="one atom", sources=())
    index = StructureIndex(compute_keys([mine], [Aliases(slug="mine", drawings=(drawing,))]))
    assert set(_found(index, "[I]")) == {"mine"}
    assert _found(index, "[125I]") == {}
