"""`tidewaiter alerts`: the queue, one alert, and what is decided."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import open_database

Call = Callable[..., Result]
HOLD = ("alerts", "decide", "hold")


@pytest.fixture
def ids(here: Path, screen: Call, manifest: Path) -> list[str]:
    """Screen a file with two alerts into a database; return their ids, the most urgent first."""
    done = screen(str(manifest), "--db", "cases.db", "--out", "alerts.jsonl")
    assert done.exit_code == 0, done.output
    lines = (here / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["id"] for line in lines]


def _list(call: Call, *options: str) -> list[str]:
    done = call("alerts", "list", "--db", "cases.db", "--json", *options)
    assert done.exit_code == 0, done.output
    return [json.loads(line)["alert"]["id"] for line in done.stdout.splitlines()]


def test_the_queue_is_in_order_and_can_be_narrowed(call: Call, ids: list[str]) -> None:
    """By what an alert names and by where it stands; the next page begins behind the last alert."""
    assert sorted(_list(call)) == sorted(ids)
    (acid,) = _list(call, "--substance", "acetic-anhydride")
    rest = [each for each in ids if each != acid]
    assert _list(call, "--status", "held") == []
    first, second = _list(call)
    assert _list(call, "--after", first[:8]) == [second]
    assert _list(call, "--rows", "1") == [first]
    done = call(*HOLD, acid[:8], "--reason", "inspect", "--db", "cases.db")
    assert (done.exit_code, f"{acid}: held, step 1" in done.stderr) == (0, True)
    assert (_list(call), _list(call, "--status", "held")) == (rest, [acid])
    assert len(_list(call, "--status", "all")) == 2
    table = call("alerts", "list", "--db", "cases.db", "--status", "all")
    assert "2 alerts: 1 open, 1 held" in table.stderr
    assert acid[:10] in table.stdout


def test_an_alert_is_shown_with_all_that_stands_behind_it(call: Call, ids: list[str]) -> None:
    """The line, the reasons, the law and the trail; text of strangers moves no cursor."""
    (ephedrine,) = _list(call, "--substance", "ephedrine")
    note = "broken\x1b[2J seal"
    call(*HOLD, ephedrine, "--reason", "inspect", "--note", note, "--db", "cases.db")
    call("alerts", "undo", ephedrine[:9], "--db", "cases.db")
    shown = call("alerts", "show", ephedrine, "--db", "cases.db").stdout
    for words in (
        "=cmd|' /C calc'!A0 ephedrine",
        "HS code: 29394100",
        "un-1988",
        "hold. Inspection required",
        "undid the decision",
        "⟦U+001B⟧",
    ):
        assert words in shown
    assert "\x1b" not in shown
    told = json.loads(call("alerts", "show", ephedrine, "--db", "cases.db", "--json").stdout)
    assert [step["verdict"] for step in told["trail"]] == ["hold", None]
    assert told["standing"]["status"] == "open"
    assert len(ids) == 2


def test_the_vessel_of_a_line_is_shown(call: Call, here: Path) -> None:
    """Its number shows whether it is the listed vessel of that name."""
    rows = "goods,vessel,vessel_imo,voyage number\nephedrine,EXAMPLE EXPRESS,IMO 9074729,045W\n"
    (here / "ship.csv").write_text(rows, encoding="utf-8")
    assert call("screen", "ship.csv", "--db", "ship.db").exit_code == 0
    (found,) = call("alerts", "list", "--db", "ship.db", "--json").stdout.splitlines()
    shown = call("alerts", "show", json.loads(found)["alert"]["id"], "--db", "ship.db").stdout
    told = ("Vessel: EXAMPLE EXPRESS", "IMO number: 9074729", "Voyage or flight number: 045W")
    assert all(f"  {each}\n" in shown for each in told)


def test_what_someone_else_decided_is_not_covered(call: Call, ids: list[str]) -> None:
    """The step that was seen decides."""
    first = ids[0]
    put = ("--reason", "inspect", "--db", "cases.db", "--seen", "0")
    assert call(*HOLD, first, *put).exit_code == 0
    late = call(*HOLD, first, *put)
    assert (late.exit_code, says(late.stderr, "store/alert-decided-since-you-looked")) == (2, True)
    assert call("alerts", "undo", first, "--seen", "1", "--db", "cases.db").exit_code == 0


def test_of_several_all_are_decided_or_none(call: Call, ids: list[str]) -> None:
    """A wrong id among them leaves the others as they were."""
    put = ("--reason", "other-goods", "--note", "perfume", "--db", "cases.db")
    bad = call("alerts", "decide", "dismiss", ids[0], "nowhere", *put)
    assert (bad.exit_code, says(bad.stderr, "store/no-alert-begins")) == (2, True)
    assert len(_list(call)) == 2
    assert call("alerts", "decide", "dismiss", *ids, *put).exit_code == 0
    assert _list(call) == []


def test_alerts_are_somebodys(call: Call, ids: list[str]) -> None:
    """They can be unassigned again."""
    assert call("alerts", "assign", ids[0], "--to", "reyes", "--db", "cases.db").exit_code == 0
    assert _list(call, "--assignee", "reyes") == [ids[0]]
    assert _list(call, "--assignee", "") == [ids[1]]
    again = call("alerts", "assign", *ids, "--db", "cases.db")
    assert "1 alert has a new assignee" in again.stderr


def test_several_are_decided_in_one_act_with_a_note(call: Call, ids: list[str]) -> None:
    """It is listed, shown, undone in one step, and not twice."""
    put = ("--reason", "other-goods", "--db", "cases.db")
    bare = call("alerts", "decide", "dismiss", *ids, *put)
    assert (
        bare.exit_code,
        says(bare.stderr, "casework/bulk-decision-needs-note"),
        len(_list(call)),
    ) == (2, True, 2)
    done = call("alerts", "decide", "dismiss", *ids, *put, "--note", "perfume")
    assert "bulk decision 1: 2 decided, 0 awaiting" in done.stderr
    found = json.loads(call("alerts", "bulk", "list", "--db", "cases.db", "--json").stdout)
    assert (found["number"], found["decided"], found["note"]) == (1, 2, "perfume")
    shown = call("alerts", "bulk", "show", "1", "--db", "cases.db").stdout
    assert all(f"{name}  decided" in shown for name in ids)
    undone = call("alerts", "bulk", "undo", "1", "--db", "cases.db")
    assert (undone.exit_code, "restored: 2" in undone.stderr, len(_list(call))) == (0, True, 2)
    assert call("alerts", "bulk", "undo", "1", "--db", "cases.db").exit_code == 2
    assert call("alerts", "bulk", "settle", "1", "confirm", "--db", "cases.db").exit_code == 2


def test_critical_alerts_wait_where_several_are_decided(call: Call, ids: list[str]) -> None:
    """They stay undecided, and the proposer cannot confirm."""
    with open_database("cases.db") as database, database.work(own_stamp()) as work:
        some = tables.alert.update().where(tables.alert.c.id == ids[0])
        work.connection.execute(some.values(severity="critical"))
    put = ("--reason", "permitted", "--note", "permits", "--db", "cases.db")
    done = call("alerts", "decide", "release", *ids, *put)
    assert "bulk decision 1: 1 decided, 1 awaiting a second officer" in done.stderr
    assert _list(call) == [ids[0]]
    own = call("alerts", "bulk", "settle", "1", "confirm", "--db", "cases.db")
    assert (own.exit_code, says(own.stderr, "store/own-decision-needs-another")) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("decide", "hold", "{}", "--reason", "nonsense"), "casework/not-a-reason"),
        (("decide", "hold", "{}", "--reason", "other"), "casework/reason-needs-note"),
        (("decide", "hold", "{}", "--reason", "inspect", "--seen", "-1"), "cli/not-a-step"),
        (("undo", "{}"), "store/no-decision-to-undo"),
        (("show", "x"), "more than one"),
    ],
)
def test_what_cannot_be_done_is_told(
    call: Call, ids: list[str], arguments: tuple[str, ...], said: str
) -> None:
    """With what would do."""
    words = [each.format(ids[0]) for each in arguments]
    done = call("alerts", *words, "--db", "cases.db")
    assert (done.exit_code, says(done.stderr, said), "hint:" in done.stderr) == (2, True, True)


def test_reasons_are_printed(call: Call) -> None:
    """Each verdict with its codes."""
    told = call("alerts", "reasons").stdout
    assert "hold: Hold\n  inspect       Inspection required\n" in told
    assert told.count("(with a note)") == 6
