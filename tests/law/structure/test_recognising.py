"""What lists and classes know of a structure."""

from datetime import date

import pytest

from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import Recogniser, Structure, parse_structure

DAY = date(2026, 11, 25)
REGISTRY: Registry = load_registry()
RECOGNISER = Recogniser(REGISTRY, load_registry().classes)


def _smiles(slug: str) -> str:
    found = next(each.smiles for each in REGISTRY.substances if each.slug == slug)
    assert found is not None
    return found


def _structure(*slugs: str, beside: str = "") -> Structure:
    return parse_structure(".".join([*map(_smiles, slugs), beside]).rstrip("."), "smiles")


def test_a_named_substance_is_found_and_how_is_said() -> None:
    """The structure of a substance, and of its salt, is that substance."""
    (base,) = RECOGNISER.find(_structure("fentanyl"), "asked", DAY)
    (salt,) = RECOGNISER.find(_structure("fentanyl", beside="Cl"), "asked", DAY)
    for found in (base, salt):
        assert found.substance is not None
        assert found.substance.slug == "fentanyl"
    assert base.how.endswith("the structure of Fentanyl")
    assert "disregarding other components" in salt.how


def test_each_part_of_a_mixture_is_found() -> None:
    """The larger part hides no other."""
    found = RECOGNISER.find(_structure("ephedrine", "fentanyl"), "asked", DAY)
    slugs = {each.substance.slug for each in found if each.substance}
    assert {"ephedrine", "fentanyl"} <= slugs


def test_a_class_holds_beside_a_name() -> None:
    """A listed member is covered by the class of a country that does not list its name."""
    (found,) = RECOGNISER.find(_structure("isotonitazene"), "asked", DAY)
    held = {each.rule: each for each in found.classes}
    assert "cn-nitazenes" in held
    assert held["cn-nitazenes"].clauses
    assert all(each.regime in REGISTRY.regimes for each in found.classes)


def test_a_rule_that_could_not_be_evaluated_is_no_rule_evaluated() -> None:
    """Open rules are not among those evaluated."""
    (found,) = RECOGNISER.find(_structure("5f-adb"), "asked", DAY)
    opened = {each.rule for each in found.open_classes}
    evaluated = " ".join(found.evaluated)
    assert opened
    assert not [rule for rule in opened if f"class {rule} " in evaluated]
    assert "class us-fentanyls-2025 " in evaluated


@pytest.mark.parametrize(("day", "since"), [(date(2025, 7, 15), False), (date(2025, 7, 16), True)])
def test_the_rules_of_the_day_are_those_evaluated(day: date, *, since: bool) -> None:
    """A rule counts as evaluated from its first day on."""
    (found,) = RECOGNISER.find(_structure("acetone"), "asked", day)
    assert any("us-fentanyls-2025" in each for each in found.evaluated) is since


def test_what_no_list_names_keeps_the_name_it_was_asked_by() -> None:
    """Water is not in the registry; it is found under the name searched for."""
    (found,) = RECOGNISER.find(parse_structure("O", "smiles"), "water as asked", DAY)
    assert (found.name, found.substance, found.classes) == ("water as asked", None, ())
