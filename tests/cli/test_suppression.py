"""`tidewaiter suppressions`: from an alert to a rule, and back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

from tidewaiter.store.core.database import Stamp

Call = Callable[..., Result]
DB = ("--db", "cases.db")
ENDS = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
PROPOSE = ("suppressions", "propose", "--owner", "reyes", "--expires", ENDS, *DB)


@pytest.fixture
def tea(here: Path, screen: Call) -> str:
    """Screen seven teas and one other alert into a database; return the id of the first tea."""
    teas = [f"Sassafras tea blend safrole-free no {n},121190,Tea House {n}" for n in range(7)]
    path = here / "tea.csv"
    path.write_text("\n".join(["goods,hs,consignee", *teas, "acetic anhydride,29152400,A", ""]))
    done = screen(str(path), *DB, "--out", "alerts.jsonl")
    assert done.exit_code == 0, done.output
    found = map(json.loads, (here / "alerts.jsonl").read_text(encoding="utf-8").splitlines())
    return str(next(each["id"] for each in found if each["row"] == 1))


def _standing(call: Call, status: str) -> list[str]:
    told = call("alerts", "list", *DB, "--status", status, "--json").stdout.splitlines()
    return [json.loads(line)["alert"]["id"] for line in told]


def test_from_an_alert_to_a_rule_and_back(call: Call, screen: Call, tea: str, here: Path) -> None:
    """Previewed, proposed, approved, applied to what comes later, and ended."""
    about = ("--alert", tea[:9], "--phrase", "tea blend", "--consignee", "")
    told = call("suppressions", "preview", *about, *DB)
    assert (told.exit_code, "7 of 8 stored alerts match" in told.stdout) == (0, True)
    assert "“tea blend” appears at each match" in told.stdout
    assert "suppresses nothing yet" in call(*PROPOSE, *about).stderr
    assert len(_standing(call, "open")) == 8
    assert "7 alerts suppressed" in call("suppressions", "approve", "1", *DB).stderr
    assert len(_standing(call, "suppressed")) == 7
    more = here / "more.csv"
    more.write_text("goods,hs,consignee\nSassafras tea blend safrole-free,121190,B\n")
    assert (
        "8 alerts in the database suppressed" in screen(str(more), *DB, "--out", "m.jsonl").stderr
    )
    assert (here / "m.jsonl").read_text(encoding="utf-8").count("\n") == 1  # files hold them all
    listed = call("suppressions", "list", *DB)
    assert "1 rule; 8 alerts suppressed now" in listed.stderr
    shown = call("suppressions", "show", "1", *DB).stdout
    assert "active, 8 alerts suppressed now" in shown
    assert "approved by" in shown
    ended = call("suppressions", "end", "1", "--why", "changed", *DB)
    assert "8 alerts reopened" in ended.stderr
    assert _standing(call, "suppressed") == []


def test_what_was_dismissed_is_offered(call: Call, tea: str) -> None:
    """An offer becomes a rule by its number, and is refused with words."""
    ids = [each for each in _standing(call, "open")]  # noqa: C416
    anhydride = call("alerts", "list", *DB, "--substance", "acetic-anhydride", "--json").stdout
    ids.remove(json.loads(anhydride)["alert"]["id"])
    assert "0 suggestions, from 0 of 0" in call("suppressions", "offers", *DB).stderr
    many = ("dismiss", *ids, "--reason", "other-goods", "--note", "tea")
    assert call("alerts", "decide", *many, *DB).exit_code == 0
    assert "0 suggestions" in call("suppressions", "offers", *DB).stderr  # one act is one opinion
    assert call("alerts", "bulk", "undo", "1", *DB).exit_code == 0
    for each in ids:
        call("alerts", "decide", "dismiss", each, "--reason", "other-goods", *DB)
    offers = call("suppressions", "offers", *DB)
    assert "7 of 7 decided alerts like this were dismissed, by 1 officer" in offers.stdout
    (offer,) = map(json.loads, call("suppressions", "offers", *DB, "--json").stdout.splitlines())
    assert (offer["dismissed"], tea in offer["alerts"]) == (7, True)
    assert "rule 1 is proposed" in call(*PROPOSE, "--offer", "1").stderr
    assert "0 suggestions" in call("suppressions", "offers", *DB).stderr
    late = call("suppressions", "refuse", "1", "--why", "too broad", "--seen", "99", *DB)
    assert (late.exit_code, says(late.stderr, "store/changed-since-you-looked")) == (2, True)
    assert call("suppressions", "refuse", "1", "--why", "too broad", *DB).exit_code == 0
    (rule,) = map(json.loads, call("suppressions", "list", *DB, "--json").stdout.splitlines())
    assert rule["state"] == "refused"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*PROPOSE, "--substance", "safrole"), "casework/scope-takes-in-all"),
        ((*PROPOSE, "--substance", "safrole", "--phrase", "Mexico"), "is a country"),
        ((*PROPOSE, "--offer", "9"), "cli/no-offer"),
        (("suppressions", "approve", "9", *DB), "store/no-suppression-rule"),
    ],
)
def test_what_cannot_be_done_is_told(
    call: Call, tea: str, arguments: tuple[str, ...], said: str
) -> None:
    """With what would do."""
    done = call(*arguments)
    assert (done.exit_code, says(done.stderr, said), "hint:" in done.stderr) == (2, True, True)
    assert tea


def test_a_rule_that_is_over_is_told_at_the_next_screening(
    call: Call, screen: Call, tea: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what rested by it is open again."""
    call(*PROPOSE, "--alert", tea)
    assert "1 alert suppressed" in call("suppressions", "approve", "1", *DB).stderr
    monkeypatch.setattr("tidewaiter.node.context.own_stamp", _next_year)
    told = screen(str(here / "tea.csv"), *DB, "--out", "again.jsonl")
    assert "suppression rule 1 has expired: 1 alert reopened" in told.stderr
    assert "rest by suppression rules" not in told.stderr
    assert len(_standing(call, "open")) == 8


def _next_year() -> Stamp:

    return Stamp(who="officer", at=datetime.now(UTC) + timedelta(days=400))
