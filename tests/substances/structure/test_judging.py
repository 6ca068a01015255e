"""Class rules on what was found by its name, and where their clauses hold."""

from datetime import date

from tidewaiter.substances.classes import load_classes
from tidewaiter.substances.members import load_members
from tidewaiter.substances.questions import Found
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.structure import Recogniser, parse_structure
from tidewaiter.substances.structure.portraits import portray

DAY = date(2026, 11, 25)


def test_a_name_is_judged_as_its_structure_is(registry: Registry) -> None:
    """The class rules say the same of a substance, whether it is named or drawn."""
    members, recogniser = load_members(registry), Recogniser(registry, load_classes())
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
    """The levels of likeness reach the answer; what no list names is told as such."""
    recogniser = Recogniser(registry, load_classes())
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
    recogniser = Recogniser(registry, load_classes())
    slugs = ("acetone", "benzylfentanyl")
    smiles = ".".join(registry.substance(slug).smiles or "" for slug in slugs)
    parts = recogniser.find_parts(parse_structure(smiles, "smiles"), "asked", DAY)
    drawn = {found.name: portray(part, found.classes) for part, (found,) in parts}
    held, free = drawn["Benzylfentanyl"], drawn["Acetone"]
    assert all("#FFD3" in each.svg for each in held.drawings)
    assert "cn-fentanyls" in {rule for each in held.drawings for rule in each.rules}
    assert [("#FFD3" in each.svg, each.rules) for each in free.drawings] == [(False, ())]
    assert free.formula == "C3H6O"
