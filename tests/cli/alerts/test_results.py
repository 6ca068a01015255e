"""`tidewaiter alerts result`, `withdraw` and `recount`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

Call = Callable[..., Result]
DB = ("--db", "cases.db")
LAB = ("--by", "State laboratory", "--method", "gc-ms", "--confirmatory", "--on", "2026-03-01")


@pytest.fixture
def ephedrine(here: Path, screen: Call, manifest: Path) -> str:
    """Screen a file into a database; return the id of its alert for ephedrine."""
    done = screen(str(manifest), *DB, "--out", "alerts.jsonl")
    assert done.exit_code == 0, done.output
    lines = (here / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    alerts = [json.loads(line) for line in lines]
    return next(str(each["id"]) for each in alerts if "ephedrine" in each["substances"])


def _shown(call: Call, alert: str) -> str:
    done = call("alerts", "show", alert[:10], *DB)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_result_is_recorded_shown_and_withdrawn(call: Call, ephedrine: str) -> None:
    """With its effect on the alert's reasons, which is computed."""
    found = ("alerts", "result", ephedrine[:10], "identified", *LAB, "--found", "ephedrine=98.5")
    done = call(*found, "--quantity", "2 kg", "--note", "vial\x1b[2J 3", *DB)
    assert (done.exit_code, done.stderr) == (0, f"{ephedrine}: result 1\n")
    shown = _shown(call, ephedrine)
    for words in (
        "1  2026-03-01  Laboratory: Identified. State laboratory",
        "Ephedrine, 98.5\u00a0%",
        "(GC-MS); confirmatory",
        "amount: 2 kg",
        "⟦U+001B⟧",
        "confirmed conclusively: Ephedrine is present in the goods",
    ):
        assert words in shown
    told = json.loads(call("alerts", "show", ephedrine, *DB, "--json").stdout)
    assert told["results"][0]["observed"]["mass_mg"] == 2_000_000
    done = call("alerts", "withdraw", "1", "--reason", "mixed-up", *DB)
    assert (done.exit_code, "result 1 withdrawn" in done.stderr) == (0, True)
    shown = _shown(call, ephedrine)
    assert "Samples mixed up" in shown
    assert "confirmed conclusively" not in shown


def test_what_was_looked_for_and_not_detected_refutes(call: Call, ephedrine: str) -> None:
    """A substance of the registry is known by its number; another keeps its name."""
    lab = ("alerts", "result", ephedrine, "identified", *LAB, "--not-found", "299-42-3")
    assert call(*lab, "--found", "A new one / 50-00-0", *DB).exit_code == 0
    shown = _shown(call, ephedrine)
    assert "Ephedrine (299-42-3): not detected" in shown
    assert "refuted conclusively: Ephedrine is present in the goods" in shown
    assert "A new one (50-00-0)" in shown


def test_a_result_that_does_not_fit_is_refused(call: Call, ephedrine: str) -> None:
    """With a hint; and one that was corrected since cannot be corrected again."""
    look = ("alerts", "result", ephedrine, "as-declared", "--by", "Team 4", *DB)
    done = call(*look)
    assert (done.exit_code, says(done.stderr, "trade/nothing-checked")) == (2, True)
    assert call(*look, "--check", "opened").exit_code == 0
    assert call(*look, "--check", "sampled", "--replaces", "1").exit_code == 0
    done = call(*look, "--check", "sampled", "--replaces", "1")
    assert (done.exit_code, "superseded by" in done.stderr) == (2, True)
    done = call("alerts", "result", ephedrine, "identified", *LAB, "--found", "x / 50-00-1", *DB)
    assert (done.exit_code, says(done.stderr, "trade/claimed-cas-number-wrong")) == (2, True)


def test_counts_are_made_anew(call: Call, ephedrine: str) -> None:
    """And none was wrong."""
    assert call("alerts", "decide", "hold", ephedrine, "--reason", "inspect", *DB).exit_code == 0
    done = call("alerts", "recount", *DB)
    assert done.exit_code == 0
    assert "2 alerts counted; 0 of " in done.stderr
