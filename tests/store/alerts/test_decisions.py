"""Decisions in the database: none lost, none overwritten, each to be taken back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from tests.found import alerts
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError
from tidewaiter.store.alerts.decisions import (
    Standing,
    Wanted,
    alert_id,
    assign,
    decide,
    standings,
    take_back,
    trail,
)
from tidewaiter.store.alerts.filters import AlertFilter
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening

HOLD = Wanted(verdict="hold", reason="inspect", note="seal broken\0")
DISMISS = Wanted(verdict="dismiss", reason="other-goods")
ALERTS = 12


@pytest.fixture
def filled(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
) -> Database:
    """Store twelve alerts."""
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, ALERTS))
    return database


def _seen(database: Database, alert: str = "alert-3") -> Standing:
    with database.work() as work:
        return standings(work, [alert])[alert]


def test_a_decision_is_kept_with_its_trail(filled: Database, stamp: Stamp) -> None:
    """Who, when, what and why; the queue and the audit know it."""
    with filled.work(stamp) as work:
        after = decide(work, _seen(filled), HOLD)
    assert (after.status, _seen(filled)) == ("held", after)
    with filled.work() as work:
        (step,) = trail(work, "alert-3")
        held = alerts(work, AlertFilter(status=("held",)))
        rest = alerts(work, AlertFilter(status=("open",)))
        entry = audit_entries(work)[-1]
        assert verify_audit(work).broken is None
    assert (step.verdict, step.reason, step.by) == ("hold", "inspect", "officer")
    assert step.note == "seal broken\ufffd"
    assert [alert.id for alert in held] == ["alert-3"]
    assert len(rest) == ALERTS - 1
    assert entry.action == "alert decided"
    assert "seal" not in entry.details  # what an officer writes may name people


def test_what_is_taken_back_uncovers_what_was_before(filled: Database, stamp: Stamp) -> None:
    """No step is removed."""
    with filled.work(stamp) as work:
        held = decide(work, _seen(filled), HOLD)
        dismissed = decide(work, held, DISMISS)
        again = take_back(work, dismissed)
        opened = take_back(work, again)
        steps = trail(work, "alert-3")
    assert [each.status for each in (held, dismissed, again, opened)] == [
        "held",
        "dismissed",
        "held",
        "open",
    ]
    assert [step.verdict for step in steps] == ["hold", "dismiss", None, None]
    with raises("store/no-decision-to-undo"), filled.work(stamp) as work:
        take_back(work, opened)


def test_the_later_of_two_officers_is_told(filled: Database, stamp: Stamp) -> None:
    """Nothing of the first is lost, and nothing of the second is kept in silence."""
    seen = _seen(filled)
    with filled.work(stamp) as work:
        decide(work, seen, HOLD)
    other = Stamp(who="second", at=datetime(2026, 3, 1, 12, 1, tzinfo=UTC))
    with (
        raises("store/alert-decided-since-you-looked", ConflictError, who="officer"),
        filled.work(other) as work,
    ):
        decide(work, seen, DISMISS)
    with pytest.raises(ConflictError), filled.work(other) as work:
        take_back(work, seen)
    assert _seen(filled).status == "held"


def test_of_many_at_once_each_alert_is_decided_once(filled: Database, url: str) -> None:
    """Eight officers decide of the same alerts; each is decided by one."""
    ids = [f"alert-{row}" for row in range(1, ALERTS + 1)]
    with filled.work() as work:
        seen = standings(work, ids)

    def officer(number: int) -> int:
        done = 0
        stamp = Stamp(who=f"officer {number}", at=datetime(2026, 3, 1, 12, tzinfo=UTC))
        with open_database(url) as own:
            for alert in ids:
                try:
                    with own.work(stamp) as work:
                        decide(work, seen[alert], HOLD)
                    done += 1
                except ConflictError:
                    continue
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(officer, range(8))) == ALERTS
    with filled.work() as work:
        assert all(len(trail(work, alert)) == 1 for alert in ids)
        assert verify_audit(work).broken is None


def test_alerts_are_assigned(filled: Database, stamp: Stamp) -> None:
    """Once, despite repeats; unknown ids are skipped."""
    with filled.work(stamp) as work:
        assert assign(work, ["alert-1", "alert-2", "alert-2", "alert-99"], "reyes") == 2
        assert assign(work, ["alert-1", "alert-2"], "reyes") == 0
        assert assign(work, ["alert-2"], None) == 1
        mine = alerts(work, AlertFilter(assignee="reyes"))
        nobodys = alerts(work, AlertFilter(assignee=""))
    assert [alert.id for alert in mine] == ["alert-1"]
    assert len(nobodys) == ALERTS - 1


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(verdict="hold", reason="other-goods"), "casework/not-a-reason"),
        (Wanted(verdict="hold", reason="other", note=" "), "casework/reason-needs-note"),
    ],
)
def test_a_decision_without_its_reason_is_refused(
    filled: Database, stamp: Stamp, wanted: Wanted, said: str
) -> None:
    """Nothing is kept of it."""
    with raises(said), filled.work(stamp) as work:
        decide(work, _seen(filled), wanted)
    assert _seen(filled).decided is None


def test_an_alert_that_is_not_there(filled: Database, stamp: Stamp) -> None:
    """It cannot be decided of."""
    gone = Standing(alert="alert-99", status="open", assignee=None, decided=None)
    with raises("store/no-alert"), filled.work(stamp) as work:
        decide(work, gone, HOLD)


def test_an_alert_is_named_by_the_beginning_of_its_id(filled: Database) -> None:
    """Enough of it to tell it from the others; signs of patterns are letters like any other."""
    with filled.work() as work:
        assert alert_id(work, "alert-3") == "alert-3"
        assert alert_id(work, "alert-1") == "alert-1"  # though alert-10 begins so too
        for bad, said in (
            ("alert-", "store/several-alerts-begin"),
            ("al", "store/several-alerts-begin"),
            ("alert-99", "store/no-alert-begins"),
            ("alert%3", "store/no-alert-begins"),
            ("", "store/several-alerts-begin"),
        ):
            with raises(said):
                alert_id(work, bad)
