"""The sample manifest shows what its own table of expectations says."""

import csv
import io
from datetime import date

import pytest
from _pytest.mark import ParameterSet

from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings, run
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import Alert, ReadOptions, Refusal

DAY = date(2026, 11, 25)
EXPECTED = list(
    csv.DictReader(data("samples", "expected.csv").read_text(encoding="utf-8").splitlines())
)
Found = tuple[dict[int, Alert], list[Refusal], int]


def _of(kind: str) -> list[ParameterSet]:
    return [
        pytest.param(int(row["row"]), row["expected"], id=f"row-{row['row']}")
        for row in EXPECTED
        if row["kind"] == kind
    ]


@pytest.fixture(scope="module")
def found() -> Found:
    """Screen the sample: alerts by row, refusals, and how many lines were screened."""
    file = io.BytesIO(data("samples", "manifest.csv").read_bytes())
    read = reader_for("manifest.csv")(file, "manifest.csv", ReadOptions())
    settings = Settings(day=DAY, file="manifest.csv", sha256="0" * 64)
    steps = list(run(read, settings, workers=1))
    alerts = {alert.row: alert for step in steps for alert in step.screened.alerts}
    refusals = [refusal for step in steps for refusal in step.refusals]
    return alerts, refusals, sum(step.screened.lines for step in steps)


@pytest.mark.parametrize(("row", "expected"), _of("true"))
def test_a_line_that_names_a_substance_is_an_alert(row: int, expected: str, found: Found) -> None:
    """The alert of the line holds each substance that the table gives."""
    alert = found[0].get(row)
    assert alert is not None, f"row {row} is no alert"
    assert set(expected.split(";")) <= set(alert.substances)


@pytest.mark.parametrize(("row", "expected"), _of("cue"))
def test_a_line_that_hints_is_an_alert(row: int, expected: str, found: Found) -> None:
    """A code or vague words raise an alert of their own, not a high one."""
    alert = found[0].get(row)
    assert alert is not None, f"row {row} is no alert"
    assert alert.severity in {"low", "medium"}
    assert set(filter(None, expected.split(";"))) <= set(alert.substances)


@pytest.mark.parametrize(("row", "expected"), _of("trap"))
def test_a_trap_is_at_most_low(row: int, expected: str, found: Found) -> None:
    """What only looks like a hit stays below medium."""
    assert expected == ""
    alert = found[0].get(row)
    assert alert is None or alert.severity == "low", alert and alert.title


@pytest.mark.parametrize(("row", "expected"), _of("clean"))
def test_a_clean_line_is_no_alert(row: int, expected: str, found: Found) -> None:
    """Ordinary goods raise nothing."""
    assert expected == ""
    assert row not in found[0], found[0][row].title


def test_the_bad_rows_are_refused(found: Found) -> None:
    """Three rows are refused, one of them whole, and every other row is screened."""
    _, refusals, lines = found
    bad = {int(row["row"]) for row in EXPECTED if row["kind"] == "bad"}
    assert {refusal.row for refusal in refusals} == bad
    assert {refusal.row for refusal in refusals if not refusal.screened} == {64}
    assert lines == len(EXPECTED) - 1
    assert bad.isdisjoint(found[0])
