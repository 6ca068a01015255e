"""`tidewaiter rules`: rules turned down in a database, and what a screening makes of it."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Call = Callable[..., Result]
DB = ("--db", "cases.db")
WHY = ("--why", "3 of 120 were\x1b[2J right", "--since", "2026-11-01")


def _scores(here: Path) -> dict[str, list[int]]:
    """Return the points of each alert's reasons of one rule, by id."""
    lines = (here / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    alerts = [json.loads(line) for line in lines]
    return {
        each["id"]: [r["points"] for r in each["reasons"] if r["rule"] == "exact"]
        for each in alerts
    }


def test_a_rule_turned_down_weighs_less_in_the_next_screening(
    call: Call, screen: Call, manifest: Path, here: Path
) -> None:
    """Of the database where it is turned down alone; and the alerts are the same ones."""
    assert screen(str(manifest), *DB, "--out", "alerts.jsonl").exit_code == 0
    before = _scores(here)
    done = call("rules", "weight", "exact", "0", *WHY, *DB)
    assert (done.exit_code, "awaiting a second person" in done.stderr) == (0, True)
    listed = call("rules", "list", *DB).stdout
    assert listed.startswith("1  exact: off from 2026-11-01 on, by ")
    assert "\x1b" not in listed
    assert screen(str(manifest), *DB, "--out", "alerts.jsonl").exit_code == 0
    assert _scores(here) == before  # not approved yet
    assert call("rules", "agree", "1", *DB).exit_code == 2  # it is one's own
    done = call("rules", "weight", "hs-mismatch", "5", *WHY, *DB, "--seen", "0")
    assert "at most 5" in done.stderr
    done = call("rules", "weight", "exact", "20", *WHY, *DB)
    assert done.exit_code == 0
    assert call("rules", "weight", "exact", "--why", "on again", *DB, "--seen", "1").exit_code == 2


def test_a_weak_rule_turned_off_is_told_in_the_alerts(call: Call, screen: Call, here: Path) -> None:
    """Its points are gone, its reason is there, and the line stays an alert."""
    (here / "vague.csv").write_text("goods,hs\norganic chemicals,29242990\n", encoding="utf-8")
    assert call("rules", "weight", "vague", "0", *WHY, *DB).exit_code == 0
    done = screen("vague.csv", *DB, "--out", "alerts.jsonl")
    assert done.exit_code == 0, done.output
    (line,) = (here / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    alert = json.loads(line)
    assert [(each["rule"], each["points"]) for each in alert["reasons"]] == [
        ("vague", 0),
        ("kept", 15),
    ]
    assert "switched off by" in alert["reasons"][0]["text"]
    assert (alert["score"], alert["severity"]) == (15, "low")
    again = call("screen", "--again", *DB, "--day", "2026-10-01", "--out", "old.jsonl")
    assert "the alert rules have changed" in again.stderr
