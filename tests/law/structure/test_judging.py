"""Class rules on what was found by its name, and where their clauses hold."""

from datetime import date

from tidewaiter.law.answers import Found
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import Recogniser, parse_structure
from tidewaiter.law.structure.drawing import portray

DAY = date(2026, 11, 25)


def test_a_name_is_judged_as_its_structure_is(registry: Registry) -> None:
    """The class rules say the same of a substance, whether it is named or drawn."""
    members, recogniser = load_members(registry), Recogniser(registry, load_registry().classes)
    for slug in ("benzylfentanyl", "remifentanil", "acetone", "isotonitazene", "1-boc-4-ap"):
        substance = registry.substance(slug)
        structure = parse_structure(substance.smiles or "", "smiles")
        named = members.judge(Found(name=substance.name, substance=substance), DAY)
        (drawn,) = recogniser.find(structure, slug, DAY)
        assert (named.match, drawn.match) == ("name", "exact")
        assert named.classes == drawn.classes
        assert named.open_classes == drawn.open_classes
        assert named.evaluated == drawn.evaluated


def test_how_something_was_found_is_a_word(registry: Registry) -> None:
    """The levels of identity reach the answer; unlisted structures are reported as such."""
    recogniser = Recogniser(registry, load_registry().classes)
    fentanyl = registry.substance("fentanyl").smiles
    for smiles, match in (
        (f"{fentanyl}", "exact"),
        (f"{fentanyl}.Cl", "salt"),
        ("COC(=O)C1C(OC(=O)c2ccccc2)CC2CCC1N2C", "stereo"),
        ("[2H]C([2H])([2H])C(C)=O", "isotope"),
        ("CCO", "unknown"),
    ):
        found = recogniser.find(parse_structure(smiles, "smiles"), "asked", DAY)
        assert {each.match for each in found} == {match}, smiles


def test_the_atoms_of_a_part_are_those_of_its_drawing(registry: Registry) -> None:
    """In a mixture, too, a portrait marks the part that a class holds."""
    recogniser = Recogniser(registry, load_registry().classes)
    slugs = ("acetone", "benzylfentanyl")
    smiles = ".".join(registry.substance(slug).smiles or "" for slug in slugs)
    parts = recogniser.find_parts(parse_structure(smiles, "smiles"), "asked", DAY)
    drawn = {found.name: portray(part, found.classes) for part, (found,) in parts}
    held, free = drawn["Benzylfentanyl"], drawn["Acetone"]
    assert all("#FFD3" in each.svg for each in held.drawings)
    assert "cn-fentanyls" in {rule for each in held.drawings for rule in each.rules}
    assert [("#FFD3" in each.svg, each.rules) for each in free.drawings] == [(False, ())]
    assert free.formula == "C3H6O"


def test_without_a_structure_a_class_rule_is_not_evaluated(registry: Registry) -> None:
    """What has no structure is not assessable by class; an element has a drawing."""
    members = load_members(registry)
    for slug, opened in (("coca-leaf", True), ("red-phosphorus", False), ("acetone", False)):
        substance = registry.substance(slug)
        found = members.judge(Found(name=substance.name, substance=substance), DAY)
        assert bool(found.open_classes) is opened, slug


def test_a_list_that_names_a_substance_keeps_it_from_a_class(registry: Registry) -> None:
    """The US class leaves what a schedule names to the schedule, from the first day on."""
    members, fentanyl = load_members(registry), registry.substance("para-fluorofentanyl")
    found = members.judge(Found(name=fentanyl.name, substance=fentanyl), DAY)
    us = [hold for hold in found.classes if hold.rule == "us-fentanyls-2025"]
    assert [bool(hold.excluded_by) for hold in us] == [True]
