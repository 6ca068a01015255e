"""`tidewaiter screen --again`: its messages, its output, and when it screens everything."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tools.made_model import model

from tidewaiter.casework.ranking.model import write_model

Call = Callable[..., Result]

HEAD = "id,kind,name,countries,action,basis,listed,outcome\n"
FIRMS = [
    "A-1,organisation,Harbourine Chemicals Ltd,IN,indicted,Indictment 1/2026,2026-01-05,pending\n",
    "A-2,organisation,Quayside Reagents Ltd,IN,indicted,Indictment 2/2026,2026-01-05,pending\n",
]
OTHERS = [
    f"B-{n},person,Vorname{n} Nachname{n},DE,debarred,Order {n},2026-01-05,\n" for n in range(40)
]
MANIFEST = (
    "consignment,goods,consignor,consignee\n"
    "C1,steel bolts,HARBOURINE CHEMICAL LIMITED,Muster GmbH\n"
    "C2,paper,Quayside Reagents,Muster GmbH\n"
    "C3,paper,Beispiel AG,Muster GmbH\n"
)


@pytest.fixture
def keep(here: Path, call: Call) -> Callable[[list[str], str], None]:
    """Add a version of the list."""

    def added(rows: list[str], dated: str) -> None:
        (here / "own.csv").write_text(HEAD + "".join([*rows, *OTHERS]), encoding="utf-8")
        result = call(
            "lists", "add", "own.csv", "--as", "own-watch", "--dated", dated, "--lists", "kept"
        )
        assert result.exit_code == 0, result.output

    return added


@pytest.fixture
def past(here: Path, call: Call, keep: Callable[[list[str], str], None]) -> Path:
    """Screen a manifest into a database against the first firm alone."""
    keep(FIRMS[:1], "2031-12-01")
    (here / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    result = call(
        "screen",
        "manifest.csv",
        "--day",
        "2031-12-01",
        "--db",
        "c.db",
        "--out",
        "first.jsonl",
        "--lists",
        "kept",
    )
    assert "1 new alert in" in result.stderr
    return here


def _again(call: Call, day: str, *more: str) -> tuple[str, list[dict[str, Any]]]:
    result = call(
        "screen",
        "--again",
        "--db",
        "c.db",
        "--day",
        day,
        "--out",
        "new.jsonl",
        "--lists",
        "kept",
        *more,
    )
    assert result.exit_code == 0, result.output
    text = Path("new.jsonl").read_text(encoding="utf-8")
    return result.stderr, [json.loads(line) for line in text.splitlines()]


def test_changed_entries_are_compared_with_past_parties(
    past: Path, call: Call, keep: Callable[[list[str], str], None]
) -> None:
    """New alerts and alerts with removed entries are counted, and both are written."""
    assert past.is_dir()
    keep(FIRMS[1:], "2031-12-08")
    said, alerts = _again(call, "2031-12-08")
    assert "only lists have changed: 2 lines are screened" in said
    told = "4 stored parties against 1 new, 0 changed, 1 removed entries: "
    assert told + "1 new alert, 1 alert whose list entry was removed" in said
    new, noted = alerts
    assert (new["consignment"], new["parties"][0]["entry"]) == ("C2", "A-2")
    assert (noted["consignment"], noted["reasons"][-1]["rule"]) == ("C1", "party-removed")
    said, alerts = _again(call, "2031-12-09")
    assert "nothing has changed since" in said
    assert "4 stored parties against 0 new, 0 changed, 0 removed entries: 0 new alerts" in said
    assert alerts == []


def test_an_outcome_is_counted_apart(
    past: Path, call: Call, keep: Callable[[list[str], str], None]
) -> None:
    """A dismissed charge becomes a note on the alert, without a new alert."""
    assert past.is_dir()
    keep([FIRMS[0].replace("pending", "dismissed")], "2031-12-08")
    said, alerts = _again(call, "2031-12-08")
    assert "0 new alerts, 1 alert whose list entry was changed" in said
    assert "outcome of the charge: pending -> dismissed" in alerts[0]["reasons"][-1]["text"]


def test_all_is_screened_where_that_is_asked_for_or_needed(
    past: Path, call: Call, keep: Callable[[list[str], str], None]
) -> None:
    """The message starts with the reason; words are recounted, so the next run finds no change."""
    keep([*FIRMS], "2031-12-08")
    before = (past / "kept" / "generation.json").read_bytes()
    said, alerts = _again(call, "2031-12-08", "--whole")
    assert "all stored lines are screened: you asked for it\n" in said
    assert "3 stored lines screened, 1 new alert" in said
    assert [each["consignment"] for each in alerts] == ["C2"]
    assert (past / "kept" / "generation.json").read_bytes() != before
    said, _ = _again(call, "2031-12-09")
    assert "nothing has changed since" in said
    said, _ = _again(call, "2031-12-10", "--slang")
    assert "all stored lines are screened: the recognition of slang" in said


def test_whole_goes_with_again(past: Path, call: Call) -> None:
    """A file is always screened whole."""
    result = call("screen", str(past / "manifest.csv"), "--whole")
    assert (result.exit_code, "--whole can be used only with --again" in result.output) == (2, True)


def test_a_ranker_tells_of_new_alerts_and_of_those_with_a_note(
    past: Path, call: Call, keep: Callable[[list[str], str], None]
) -> None:
    """Number and reasons are added to all output; everything else is unchanged."""
    keep(FIRMS[1:], "2031-12-08")
    shutil.copy("c.db", "d.db")
    (past / "ranker.json").write_bytes(write_model(model()))
    plain, told = (
        _again(call, "2031-12-08", *more)[1]
        for more in ((), ("--db", "d.db", "--ranker", "ranker.json"))
    )
    assert len(told) == 2
    learned = [alert.pop("learned") for alert in told]
    assert {(each["decided"], each["made"]) for each in learned} == {(810, "2026-03-01")}
    assert told == plain
    assert any(alert["reasons"][-1]["rule"] == "party-removed" for alert in told)
