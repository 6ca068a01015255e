"""Dated and routed questions of `tidewaiter law` in a file, and the answer of one instrument."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tidewaiter.base.records import Record
from tidewaiter.base.resources import read_toml
from tidewaiter.law.answers import Answer

TODAY = "2026-12-02"
NO_DEALINGS = "nothing.csv"  # an empty history: no earlier transactions


class Case(Record, frozen=True, kw_only=True):
    """A question, and the answer of one law."""

    query: str  # arguments of the command
    regime: str
    answer: Answer
    why: str  # place of the text
    source: str = ""  # address of the text that was read
    open: str = ""  # why the answer is not given yet; such a case is not run


class Cases(Record, frozen=True, kw_only=True):
    """Content of a file."""

    cases: tuple[Case, ...]
    open: tuple[Case, ...] = ()


def read_cases(name: str) -> Cases:
    """Read a file of `tests/data`."""
    return read_toml(Path(__file__).parents[2] / "data" / name, Cases)


def label(case: Case) -> str:
    """Return the name of a case in a report of pytest."""
    return f"{case.regime} {case.query}"


def answer(case: Case, call: Callable[..., Result]) -> str | None:
    """Return the answer of the law for the question; None: the law does not answer."""
    Path(NO_DEALINGS).touch()
    asked = shlex.split(case.query)
    day = () if "--day" in asked else ("--day", TODAY)
    lines = call("law", *asked, *day, "--json").stdout.splitlines()
    rulings: dict[str, str] = {
        each["regime"]: each["answer"] for line in lines for each in json.loads(line)["rulings"]
    }
    return rulings.get(case.regime)
