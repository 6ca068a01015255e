"""Past lines screened again after a list change: new alerts, notes, and reasons."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from tests.found import alerts
from tests.node.rescreen.conftest import LATER, LOOSE, NOW, THEN, Case, alerts_of

from tidewaiter.base.phrases import english
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import Judgement, add_judgement, version_of
from tidewaiter.parties.types import Identifier, ListedParty, PartyName
from tidewaiter.store.alerts.filters import AlertFilter
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core.database import Stamp

_STAMP = Stamp(who="officer", at=datetime(2031, 12, 8, tzinfo=UTC))


def test_a_new_entry_is_looked_for_in_past_lines(case: Case) -> None:
    """Only the line of the party that it names is screened, and its alert is kept, once."""
    before = alerts_of(case.past)
    case.keep(case.entries[:LOOSE], NOW)
    made, new, noted, lines = case.again(NOW)
    assert (made.plan.why, lines, noted) == ("", 1, [])
    assert [(alert.row, alert.parties[0].entry) for alert in new] == [(1, case.entries[0].id)]
    assert len(made.plan.difference.new) == 1
    assert made.touched.parties == 2 * LOOSE + 1
    assert alerts_of(case.past) == before | {new[0].id: new[0]}
    made, new, noted, lines = case.again(LATER)
    assert (made.plan.why, new, noted, lines) == ("", [], [], 0)


@pytest.mark.parametrize(
    ("vessel", "imo"), [("EXAMPLE EXPRESS", ""), ("", "9074729"), ("OTHER NAME", "9074729")]
)
def test_a_vessel_that_is_listed_later_is_looked_for_in_past_lines(
    case: Case, tmp_path: Path, vessel: str, imo: str
) -> None:
    """Only the line of goods that it carried is screened, once; a firm of its name is not it."""
    rows = [
        "consignment,goods,vessel,imo number,voyage,consignee",
        f"S1,paper,{vessel},{imo},1W,Muster",
    ]
    rows += ["S2,paper,SOME CALM WATER,9319466,1W,Muster AG", "S3,paper,,,1W,EXAMPLE EXPRESS"]
    path = tmp_path / "ships.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    case.desk.screen(case.past, case.lists, path, THEN)
    ship = ListedParty(
        id="ship",
        kind="vessel",
        names=(PartyName(text="EXAMPLE EXPRESS"),),
        action="blocked",
        identifiers=(Identifier(scheme="IMO", value="9074729"),),
    )
    case.keep([*case.entries[1:LOOSE], ship], NOW)
    made, new, _, _ = case.again(NOW)
    assert (made.plan.why, made.touched.vessels) == ("", 2)
    assert [(a.row, a.parties[0].entry) for a in new if a.parties[0].role == "vessel"] == [
        (1, "ship")
    ]
    made, new, _, lines = case.again(LATER)
    assert (made.plan.why, new, lines) == ("", [], 0)
    case.keep([*case.entries[1:LOOSE], structs.replace(ship, outcome="acquitted")], LATER)
    assert case.again(LATER)[3] >= 1


def test_a_firm_that_is_called_like_its_ship_is_not_screened_for_it(
    case: Case, tmp_path: Path
) -> None:
    """A match of the ship's number says nothing about the firm; changes elsewhere add nothing."""
    path = tmp_path / "ships.csv"
    rows = (
        "consignment,goods,vessel,imo number,voyage,consignee",
        "S1,paper,SOME CALM WATER,9074729,1W,SOME CALM WATER",
    )
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    ship = ListedParty(
        id="ship",
        kind="vessel",
        names=(PartyName(text="EXAMPLE EXPRESS"),),
        action="blocked",
        identifiers=(Identifier(scheme="IMO", value="9074729"),),
    )
    day = THEN + timedelta(days=1)  # two versions of one day and time have no order
    case.keep([*case.entries[1:LOOSE], ship], day)
    case.desk.screen(case.past, case.lists, path, day)
    (alert,) = (a for a in alerts_of(case.past).values() if a.file == "ships.csv")
    assert [(match.role, match.entry) for match in alert.parties] == [("vessel", "ship")]
    case.again(NOW)
    case.keep([*case.entries[2:LOOSE], ship], LATER)
    made, new, _, lines = case.again(LATER)
    assert (made.plan.why, len(made.plan.difference.removed), new, lines) == ("", 1, [], 1)


def test_an_entry_that_is_removed_closes_nothing(case: Case) -> None:
    """The alert stays and gets a dated reason without points, once; so does its return."""
    before = alerts_of(case.past)
    (old,) = (a for a in before.values() if a.parties and a.parties[0].entry == case.entries[1].id)
    case.keep(case.entries[2:LOOSE], NOW)
    made, new, noted, _ = case.again(NOW)
    assert (made.plan.why, new, [alert.id for alert in noted]) == ("", [], [old.id])
    (reason,) = noted[0].reasons[len(old.reasons) :]
    assert (reason.rule, reason.points) == ("party-removed", 0)
    assert "removed from board" in english(reason.says)
    assert "2031-12-08" in english(reason.says)
    assert alerts_of(case.past) == before | {old.id: noted[0]}
    case.keep(case.entries[3:LOOSE], date(2031, 12, 9))
    assert [a.id for a in case.again(date(2031, 12, 10))[2]] != [old.id]
    case.keep(case.entries[1:LOOSE], LATER)
    _, new, noted, _ = case.again(LATER)
    assert new == []
    assert [reason.rule for reason in noted[0].reasons[-2:]] == ["party-removed", "party-again"]
    with case.past.work() as work:
        assert len(alerts(work, AlertFilter(rule=("party-removed",)))) == 2
        assert "notes added" in {entry.action for entry in audit_entries(work)}


def test_an_entry_whose_outcome_changes_is_noted_and_weighed_anew(case: Case) -> None:
    """An acquittal is noted beside the alert, which is unchanged."""
    changed = structs.replace(case.entries[1], outcome="acquitted", outcome_day=date(2031, 12, 3))
    case.keep([changed, *case.entries[2:LOOSE]], NOW)
    made, new, noted, lines = case.again(NOW)
    assert (made.plan.why, new, lines) == ("", [], 1)
    assert len(made.plan.difference.changed) == 1
    (alert,) = noted
    assert alert.parties[0].outcome == ""
    assert "outcome of the charge: none -> acquitted" in english(alert.reasons[-1].says)
    assert case.again(LATER)[2] == []


def test_a_look_back_notes_nothing(case: Case) -> None:
    """The lists of an earlier day are neither removals nor changes of later matches."""
    charged = structs.replace(case.entries[1], outcome="acquitted")
    case.keep([case.entries[0], charged, *case.entries[2:LOOSE]], NOW)
    assert len(case.again(NOW)[1]) == 1
    before = alerts_of(case.past)
    made, new, noted, _ = case.again(THEN)
    assert (made.plan.why, new, noted) == ("", [], [])
    assert alerts_of(case.past) == before
    assert case.again(LATER)[2] == []


def test_a_delisting_by_its_day_is_a_removal(case: Case) -> None:
    """An entry that the list itself calls delisted is gone from that day on."""
    ended = structs.replace(case.entries[1], delisted=date(2031, 12, 5))
    case.keep([ended, *case.entries[2:LOOSE]], NOW)
    _, _, noted, _ = case.again(NOW)
    assert "delisted on 2031-12-05" in english(noted[0].reasons[-1].says)


def test_a_judgement_that_is_taken_back_tells_the_party_again(case: Case) -> None:
    """Judged another party, the firm has no alert; once that is taken back, its past lines have."""
    name = case.entries[0].names[0].text
    case.keep(case.entries[:LOOSE], NOW)

    def judge(verdict: str) -> None:
        made = Judgement(
            list="board",
            entry=case.entries[0].id,
            version=version_of(held),
            name=name,
            verdict=verdict,  # type: ignore[arg-type]
            why="born elsewhere",
            by="officer",
            day=NOW,
        )
        add_judgement(case.lists, made)

    archive = Archive(case.lists)
    kept = archive.at("board", NOW)
    assert kept is not None
    held = next(party for party in archive.load(kept).parties if party.id == case.entries[0].id)
    judge("other")
    made, new, _, lines = case.again(NOW)
    assert (made.plan.why, new, lines) == ("", [], 1)
    judge("same")
    made, new, _, lines = case.again(date(2031, 12, 9))
    assert (made.plan.why, [alert.row for alert in new], lines) == ("", [1], 1)


def _law_moves(_case: Case) -> dict[str, Any]:
    return {"day": date(2026, 11, 20)}


def _many_more(case: Case) -> dict[str, Any]:
    copies = [structs.replace(each, id=f"{each.id}-2") for each in case.entries[:60]]
    case.desk.keep(case.lists, copies, NOW, "more")
    return {}


def _version_lost(case: Case) -> dict[str, Any]:
    case.keep(case.entries[:LOOSE], NOW)
    (kept, _) = Archive(case.lists).versions("board")
    (case.lists / "lists" / "board" / f"{kept.version.sha256}.json").unlink()
    return {}


def _setting(case: Case) -> dict[str, Any]:
    (case.lists / "kept.toml").write_text("least = 0.4\n", encoding="utf-8")
    return {}


def _own(case: Case) -> dict[str, Any]:
    own = case.lists.parent / "own"
    (own / "sources").mkdir(parents=True)
    (own / "sources" / "order.toml").write_text('title = "Order 1"\nread = 2026-01-02\n')
    text = 'slug = "harbourine"\nname = "Harbourine"\nkind = "precursor"\nsources = ["order"]\n'
    (own / "harbourine.toml").write_text(text)
    return {"own": (own,)}


def _rewritten(case: Case) -> dict[str, Any]:
    made = Judgement(
        list="board",
        entry=case.entries[1].id,
        version="0",
        name="X",
        verdict="other",
        why="x",
        by="y",
        day=THEN,
    )
    add_judgement(case.lists, made)
    return {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_law_moves, "the law on .* may differ from the law on"),
        (_many_more, "word frequencies"),
        (_version_lost, "a list version .* is not stored here"),
        (_setting, "a setting saved with the lists"),
        (_own, "the registry of substances"),
    ],
)
def test_all_is_screened_where_more_than_entries_changed(
    change: Callable[[Case], dict[str, Any]],
    why: str,
    case: Case,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It says why, and the next time what changed entries touch is enough once more."""
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path / "cache"))
    how = change(case)
    made, _, _, lines = case.again(how.pop("day", NOW), **how)
    assert lines == 2 * LOOSE + 1
    assert made.touched is None
    assert re.search(why, made.plan.why), made.plan.why
    day = date(2026, 11, 21) if change is _law_moves else LATER
    assert case.again(day, **how)[0].plan.why == ""


def test_judgements_that_were_rewritten_are_not_compared(case: Case) -> None:
    """Judgements are added at the end; where the file was changed above, all is screened."""
    _rewritten(case)
    case.again(NOW)
    (case.lists / "judgements.jsonl").write_text("", encoding="utf-8")
    assert "earlier decisions were edited" in case.again(LATER)[0].plan.why


def test_a_database_of_an_older_version_is_screened_whole_once(case: Case) -> None:
    """Its screening settings are not stored, so everything is screened once."""
    with case.past.work(_STAMP) as work:
        work.connection.exec_driver_sql("UPDATE screening SET basis = NULL")
    assert "unknown" in case.again(NOW)[0].plan.why
    assert case.again(LATER)[0].plan.why == ""


def test_files_of_several_days_are_each_compared_with_their_own(case: Case, tmp_path: Path) -> None:
    """A file screened against a later version needs no alert of it; one of before does."""
    case.keep(case.entries[:LOOSE], NOW)
    path = case.desk.manifest(tmp_path / "later.csv", [(case.entries[0].names[0].text, "")])
    case.desk.screen(case.past, case.lists, path, NOW)
    made, new, _, lines = case.again(LATER)
    assert (made.plan.why, lines) == ("", 2)
    assert [alert.file for alert in new] == ["past.csv"]


def test_lines_that_came_after_the_last_screening_again_are_not_forgotten(
    case: Case, tmp_path: Path
) -> None:
    """A file cut off, a full rescreening, then the file completed: its new lines are screened."""
    names = [("Muster GmbH", "DE")] * 25 + [(case.entries[0].names[0].text, "")] * 10
    path = case.desk.manifest(tmp_path / "cut.csv", names)
    case.desk.screen(case.past, case.lists, path, THEN, stop=1)
    case.keep(case.entries[:LOOSE], NOW)
    assert [alert.file for alert in case.again(NOW)[1]] == ["past.csv"]
    case.desk.screen(
        case.past, case.lists, path, THEN, stop=1
    )  # it goes on, by the lists of its day
    case.desk.screen(case.past, case.lists, path, THEN, stop=2)
    _, new, _, _ = case.again(LATER)
    assert new
    assert {alert.file for alert in new} == {"cut.csv"}
