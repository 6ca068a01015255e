"""National laws: dated and routed questions, answered as the texts do."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tidewaiter.base.records import Record
from tidewaiter.base.resources import read_toml
from tidewaiter.law.answers import Answer
from tidewaiter.law.registry import load_registry

TODAY = "2026-12-02"


class Case(Record, frozen=True, kw_only=True):
    """A question, and the answer of one law."""

    query: str  # arguments of the command
    regime: str
    answer: Answer
    why: str  # place of the text


class Cases(Record, frozen=True, kw_only=True):
    """Content of the file."""

    cases: tuple[Case, ...]


CASES = read_toml(Path(__file__).parents[2] / "data" / "law_nations.toml", Cases).cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.regime} {case.query}")
def test_a_law_answers_as_its_text(case: Case, call: Callable[..., Result]) -> None:
    """On the day, the route, the amount and the form that the question names."""
    asked = shlex.split(case.query)
    day = () if "--day" in asked else ("--day", TODAY)
    lines = call("law", *asked, *day, "--json").stdout.splitlines()
    rulings = {
        each["regime"]: each["answer"] for line in lines for each in json.loads(line)["rulings"]
    }
    assert rulings.get(case.regime) == case.answer, case.why


def test_each_national_law_has_a_case() -> None:
    """One that nobody asked anything was not tried."""
    asked = {case.regime for case in CASES}
    national = {each.slug for each in load_registry().regimes.values() if not each.abroad}
    assert national - asked <= {"de-npsg", "ie-misuse-of-drugs"}  # have tests of their own
