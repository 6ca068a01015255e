"""The command `tidewaiter substances`."""

from collections.abc import Callable

import pytest
from click.testing import Result

from tidewaiter.law.registry import Registry

Call = Callable[..., Result]


def test_all_substances_are_listed(call: Call, registry: Registry) -> None:
    """Without a word each substance of the registry has its row."""
    output = "".join(call("substances").stdout.split())
    missing = [each.slug for each in registry.substances if each.slug[:8] not in output]
    assert missing == []
    assert len(registry.substances) > 100


@pytest.mark.parametrize("wanted", ["acetic-anhydride", "108-24-7"])
def test_one_substance_is_shown_with_its_law(wanted: str, call: Call) -> None:
    """A slug or a CAS number shows numbers, names and listings with their sources."""
    result = call("substances", wanted, "--day", "2026-11-25")
    assert result.exit_code == 0
    for fact in ("Acetic anhydride", "108-24-7", "2915.24", "1715", "in force on 2026-11-25"):
        assert fact in result.stdout
    assert "un-1988" in result.stdout


def test_a_part_of_a_name_lists_what_holds_it(call: Call) -> None:
    """Case and accents do not matter."""
    output = call("substances", "PIPERID").stdout
    assert "4-piperidone" in output
    assert "acetone" not in output


def test_the_day_decides_what_is_in_force(call: Call) -> None:
    """Before the first day of a listing it is "later", not "in force"."""
    before = call("substances", "apaan", "--day", "1980-01-01").stdout
    after = call("substances", "apaan", "--day", "2026-11-25").stdout
    assert "later" in before
    assert "later" not in after


def test_an_unknown_name_is_refused(call: Call) -> None:
    """Exit status 2, and the name is quoted."""
    result = call("substances", "zzzz")
    assert result.exit_code == 2
    assert '"zzzz"' in result.stderr


@pytest.mark.parametrize("wanted", ["[", "[/bold]", "%", "'", "\\"])
def test_signs_of_markup_are_only_signs(wanted: str, call: Call) -> None:
    """What a terminal or a pattern would take for an order is searched for as it stands."""
    assert call("substances", wanted).exit_code in {0, 2}


def test_substances_of_each_part_of_the_registry_can_be_shown(
    call: Call, registry: Registry
) -> None:
    """Each slug leads to its substance, whatever signs its names hold."""
    for substance in registry.substances[::37]:
        result = call("substances", substance.slug)
        assert result.exit_code == 0
        assert f"({substance.slug}, {substance.kind})" in " ".join(result.stdout.split())
