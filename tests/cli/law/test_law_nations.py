"""National laws: dated and routed questions, answered as the texts do."""

from collections.abc import Callable

import pytest
from click.testing import Result
from tests.cli.law.cases import Case, answer, label, read_cases

from tidewaiter.law.registry import load_registry

CASES = read_cases("law_nations.toml").cases


@pytest.mark.parametrize("case", CASES, ids=label)
def test_a_law_answers_as_its_text(case: Case, call: Callable[..., Result]) -> None:
    """On the day, the route, the amount and the form that the question names."""
    assert answer(case, call) == case.answer, case.why


def test_each_national_law_has_a_case() -> None:
    """One that nobody asked anything was not tried."""
    asked = {case.regime for case in CASES}
    regimes = load_registry().regimes.values()
    national = {each.slug for each in regimes if not each.abroad and each.jurisdiction != "UN"}
    assert national - asked <= {
        "de-npsg",
        "fr-stupefiants",
        "ie-misuse-of-drugs",
        "pl-nps",
    }  # have tests of their own
