"""Notes on alerts: added once each, read back as reasons, and nothing else is touched."""

from collections.abc import Callable
from datetime import date

import pytest
from tests.found import alerts

from tidewaiter.base.phrases import as_written
from tidewaiter.store.alerts.filters import AlertFilter
from tidewaiter.store.alerts.notes import (
    Entry,
    Note,
    NoteRule,
    add_notes,
    due_notes,
    removed_entries,
)
from tidewaiter.store.alerts.storage import alerts_of, find_alert
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import Alert, PartyMatch

PLACE = Entry(list="board", entry="A-1")


@pytest.fixture
def resting(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
    make_alert: Callable[..., Alert],
) -> Alert:
    """Store an alert based on a list entry, and one that is not."""
    match = PartyMatch(
        role=None,
        name="Muster",
        list="board",
        list_name="Board",
        version="0",
        list_day=None,
        entry="A-1",
        listed_name="Muster",
        name_kind="primary",
        kind="person",
        probability=0.9,
        action="indicted",
    )
    alert = make_alert(1, parties=(match,))
    batch = make_batch(1, 2)
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading).id
        add_batch(
            work, screening, Batch(lines=batch.lines, alerts=[alert, make_alert(2)], done_row=2)
        )
    return alert


def _add(database: Database, stamp: Stamp, rule: NoteRule, source: str = "board@1") -> int:
    note = Note(
        entry=PLACE,
        rule=rule,
        day=date(2026, 12, 8),
        says=as_written(f"It is {rule}"),
        source=source,
    )
    with database.work(stamp) as work:
        due = due_notes(work, [note])
        add_notes(work, due)
    return len(due)


def test_a_note_is_a_reason_of_the_alert_that_is_read(
    database: Database, stamp: Stamp, resting: Alert
) -> None:
    """However an alert is read, the note stands behind its reasons, with no points."""
    assert _add(database, stamp, "party-removed") == 1
    with database.work() as work:
        found = find_alert(work, resting.id)
        assert found is not None
        assert found in alerts(work)
        assert alerts_of(work, ["none", resting.id, "alert-2"]) == [
            found,
            *alerts_of(work, ["alert-2"]),
        ]
        assert alerts(work, AlertFilter(rule=("party-removed",))) == [found]
        assert found.reasons[:-1] == resting.reasons
        assert (found.reasons[-1].rule, found.reasons[-1].points) == ("party-removed", 0)
        assert find_alert(work, "alert-2") in alerts(work)
        last = audit_entries(work)[-1]
        assert (last.action, last.details) == ("notes added", '{"notes":1,"party-removed":1}')
        assert verify_audit(work).broken is None


def test_notes_follow_each_other_as_the_entry_does(
    database: Database, stamp: Stamp, resting: Alert
) -> None:
    """A removal is noted once until the entry returns; a change of one version once."""
    steps: list[tuple[NoteRule, str, int]] = [
        ("party-again", "board@1", 0),
        ("party-changed", "board@1", 1),
        ("party-changed", "board@1", 0),
        ("party-changed", "board@2", 1),
        ("party-removed", "board@3", 1),
        ("party-removed", "board@4", 0),
        ("party-changed", "board@4", 0),
        ("party-again", "board@5", 1),
        ("party-again", "board@6", 0),
        ("party-removed", "board@7", 1),
    ]
    assert [_add(database, stamp, rule, source) for rule, source, _ in steps] == [
        count for _, _, count in steps
    ]
    with database.work() as work:
        assert removed_entries(work) == {("board", "A-1")}
        (found,) = alerts_of(work, [resting.id])
    assert len(found.reasons) - len(resting.reasons) == 5


def test_a_note_of_an_earlier_day_says_nothing_of_later_alerts(
    database: Database, stamp: Stamp, resting: Alert
) -> None:
    """Looked back at, an entry that is not listed yet was not removed, and one that is not back."""

    def due(rule: NoteRule, day: date) -> int:
        note = Note(entry=PLACE, rule=rule, day=day, says=as_written("x"), source=f"board@{day}")
        with database.work(stamp) as work:
            found = due_notes(work, [note])
            add_notes(work, found)
        return len(found)

    assert resting.day == date(2026, 3, 1)
    assert due("party-removed", date(2026, 2, 28)) == 0
    assert due("party-removed", date(2026, 3, 1)) == 1
    assert due("party-again", date(2026, 2, 28)) == 0
    assert due("party-again", date(2026, 3, 2)) == 1


def test_a_note_on_an_entry_without_alerts_changes_nothing(
    database: Database, stamp: Stamp, resting: Alert
) -> None:
    """The audit has no entry where nothing was added."""
    other = Entry(list="other", entry="A-1")
    note = Note(
        entry=other, rule="party-removed", day=date(2026, 12, 8), says=as_written("x"), source="o@1"
    )
    with database.work(stamp) as work:
        before = len(audit_entries(work))
        add_notes(work, due_notes(work, [note]))
        assert len(audit_entries(work)) == before
        assert find_alert(work, resting.id) == resting
