"""Questions written from the laws by somebody who did not write the data."""

from collections.abc import Callable

import pytest
from click.testing import Result
from tests.cli.law.cases import Case, answer, label, read_cases

FILE = read_cases("law_strangers.toml")


@pytest.mark.parametrize("case", FILE.cases, ids=label)
def test_a_law_answers_as_a_stranger_reads_it(case: Case, call: Callable[..., Result]) -> None:
    """On the day, the route, the amount and the form, by the name that the question gives."""
    assert answer(case, call) == case.answer, f"{case.why}: {case.source}"


def test_the_examination_is_wide() -> None:
    """Many instruments, a third of the answers other than "controlled", each with a source."""
    cases = (*FILE.cases, *FILE.open)
    assert len(cases) >= 90
    assert len({case.regime for case in cases}) >= 25
    assert sum(case.answer != "controlled" for case in cases) >= len(cases) // 3
    assert all(case.source for case in cases)
    assert all(case.open for case in FILE.open)
