"""The commands `tidewaiter law compare` and `tidewaiter law changes`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

Call = Callable[..., Result]


def test_laws_stand_side_by_side(call: Call) -> None:
    """Each with its listing and first day; those without one are named below."""
    result = call("law", "compare", "4-piperidone", "--in", "UN,EU", "--day", "2026-11-25")
    said = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "2024-12-03" in said
    assert "2025-08-14" in said
    assert "days differ" in said
    assert "UN un-1961: no control found: every loaded rule was evaluated" in said
    assert "Not legal advice and not a licence" in said


def test_a_schedule_goes_into_a_table(call: Call, here: Path) -> None:
    """All its substances, and nothing on standard output."""
    options = ("--regime", "un-1988", "--schedule", "Table II", "--day", "2026-11-25")
    result = call("law", "compare", *options, "--out", "laws.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "toluene,Toluene,108-88-3" in (here / "laws.csv").read_text("utf-8-sig")
    read = json.loads(call("law", "compare", *options, "--json").stdout)
    assert {row["slug"] for row in read["rows"]} >= {"toluene", "acetone"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Name substances"),
        (("acetone", "--regime", "un-1988"), "Name substances"),
        (("nosuchthing",), "cli/names-nothing-in-registry"),
        (("--regime", "un-1899"), "cli/no-such-regime"),
        (("--regime", "un-1988", "--schedule", "Table X"), "Table I, Table II"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    call: Call, options: tuple[str, ...], said: str
) -> None:
    """With what would do."""
    result = call("law", "compare", *options)
    assert result.exit_code == 2
    assert says(result.stderr, said)


def test_what_comes_stands_before_what_came(call: Call, here: Path) -> None:
    """As it was to be seen on a day of 2024; what comes goes into a calendar too."""
    day = ("--day", "2024-06-01", "--regime", "un-1988")
    said = " ".join(call("law", "changes", *day, "--ics", "law.ics").output.split())
    assert "After 2024-06-01" in said
    assert said.index("2024-12-03") < said.index("From 2023-06-02 to 2024-06-01")
    assert said.index("2024-03-19") > said.index("From 2023-06-02 to 2024-06-01")
    assert "2 controls without a verified date" in said
    assert (here / "law.ics").read_bytes().count(b"BEGIN:VEVENT") == 1


def test_changes_are_records_too(call: Call) -> None:
    """A line each, by day."""
    options = ("--day", "2026-11-25", "--since", "2026-01-01", "--json")
    read = [json.loads(line) for line in call("law", "changes", *options).stdout.splitlines()]
    days = [each["day"] for each in read]
    assert days == sorted(days)
    assert {"2026-04-12", "2026-09-22"} <= set(days)
    assert call("law", "changes", "--regime", "nix").exit_code == 2


def test_a_substance_is_asked_as_before(call: Call) -> None:
    """The word after "law" is a command only where it is one of the two."""
    shown = call("law", "acetone", "--in", "EU", "--day", "2026-11-25")
    assert "CONTROLLED" in shown.output
    assert "law compare" in call("--help").output
