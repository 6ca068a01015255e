"""Rules go through their alerts in slices: others get their turns, and a stop loses nothing."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from msgspec import structs
from sqlalchemy import func, select
from tests.removers import (
    CHIEF,
    OFFICER,
    SCOPE,
    Make,
    counts_of,
    decide_of,
    proposal,
    remover,
)

from tidewaiter.casework.suppression.rules import Suppression
from tidewaiter.node.context import end_overdue, go_through
from tidewaiter.store.alerts.counts import recount
from tidewaiter.store.audit import record_change, verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.suppression.index import rules_that_hide
from tidewaiter.store.suppression.proposals import suppressed_by_rule
from tidewaiter.store.suppression.rules import (
    Changed,
    approve,
    end,
    next_slice,
    propose,
    suppression_of,
    unfinished,
)


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a slice be two alerts, and the day be that of the rules."""
    monkeypatch.setattr("tidewaiter.store.suppression.rules.SLICE", 2)
    monkeypatch.setattr("tidewaiter.node.context.own_stamp", lambda: CHIEF)
    monkeypatch.setattr("tidewaiter.node.context._TURN", 0)


def _approved(database: Database, **change: object) -> Changed:
    """Approve a rule, and be stopped after its first slice."""
    with database.work(OFFICER) as work:
        rule = propose(work, proposal(**change))
    with database.work(CHIEF) as work:
        return approve(work, rule)


def _ended(database: Database, number: int) -> Changed:
    """End a rule, and be stopped after its first slice."""
    with database.work(CHIEF) as work:
        return end(work, suppression_of(work, number), "enough")


def _rule(database: Database, number: int) -> Suppression:
    with database.work() as work:
        rule = suppression_of(work, number)
        assert len(suppressed_by_rule(work, number)) == rule.hidden
        return rule


def _is_whole(database: Database) -> None:
    """Check that nothing is left to be done, and that all counts are right."""
    with database.work(OFFICER) as work:
        assert unfinished(work) == []
        assert recount(work).wrong == 0
        assert verify_audit(work).broken is None


def test_a_rule_takes_short_turns(removers: Database) -> None:
    """It suppresses a slice on approval and the others later; the sum is reported."""
    first = _approved(removers)
    assert (first.alerts, first.suppression.hidden) == (2, 2)
    assert counts_of(removers) == {"open": 8, "suppressed": 2}
    whole = go_through(removers, first, lambda: CHIEF)
    assert (whole.alerts, whole.suppression.hidden) == (6, 6)
    assert counts_of(removers) == {"open": 4, "suppressed": 6}
    first = _ended(removers, 1)
    assert (first.alerts, first.suppression.hidden) == (2, 4)
    whole = go_through(removers, first, lambda: CHIEF)
    assert (whole.alerts, whole.suppression.hidden) == (6, 0)
    assert counts_of(removers) == {"open": 10}
    assert go_through(removers, whole, lambda: CHIEF) == whole
    _is_whole(removers)


def test_what_was_stopped_is_taken_up(removers: Database) -> None:
    """By the job that ends expired rules; each alert is suppressed once, and always shows it."""
    _approved(removers)
    assert end_overdue(removers) == []
    assert counts_of(removers) == {"open": 4, "suppressed": 6}
    _ended(removers, 1)
    with removers.work() as work:
        assert set(rules_that_hide(work, [f"alert-{row}" for row in range(1, 7)])) == {
            f"alert-{row}" for row in range(3, 7)
        }
    assert end_overdue(removers) == []
    assert counts_of(removers) == {"open": 10}
    with removers.work() as work:
        told = select(func.count()).select_from(tables.alert_suppressed)
        assert work.connection.execute(told).scalar() == 6
    _is_whole(removers)


def test_a_rule_may_end_before_it_has_hidden_all(removers: Database) -> None:
    """Its alerts are reopened, and it suppresses nothing more."""
    begun = _approved(removers)
    _ended(removers, 1)
    assert go_through(removers, begun, lambda: CHIEF).suppression.state == "ended"
    assert counts_of(removers) == {"open": 10}
    _is_whole(removers)


def test_officers_and_screenings_go_on_between_slices(
    removers: Database, put: Callable[..., None], make_alert: Make
) -> None:
    """Decisions made in the meantime stay, and new alerts are already suppressed."""
    begun = _approved(removers)
    with removers.work(OFFICER) as work:
        decide_of(work, "alert-5")
    put(remover(make_alert, 11))
    assert counts_of(removers) == {"open": 7, "suppressed": 3, "dismissed": 1}
    assert go_through(removers, begun, lambda: CHIEF).alerts == 5
    assert counts_of(removers) == {"open": 4, "suppressed": 6, "dismissed": 1}
    _ended(removers, 1)
    with removers.work(OFFICER) as work:
        decide_of(work, "alert-4")
    end_overdue(removers)
    assert counts_of(removers) == {"open": 9, "dismissed": 2}
    _is_whole(removers)


def test_another_rule_takes_what_the_slices_leave(removers: Database) -> None:
    """Each alert is suppressed by one of both at any time."""
    go_through(removers, _approved(removers), lambda: CHIEF)
    scope = structs.replace(SCOPE, phrase="", heading="3304")
    go_through(removers, _approved(removers, scope=scope), lambda: CHIEF)
    begun = _ended(removers, 1)
    assert begun.alerts == 0
    assert (begun.suppression.hidden, _rule(removers, 2).hidden) == (4, 2)
    assert go_through(removers, begun, lambda: CHIEF).alerts == 0
    assert (_rule(removers, 1).hidden, _rule(removers, 2).hidden) == (0, 6)
    go_through(removers, _ended(removers, 2), lambda: CHIEF)
    assert counts_of(removers) == {"open": 10}
    _is_whole(removers)


def test_two_go_through_the_same_rule(removers: Database) -> None:
    """Nothing is done twice, and who finds nothing left says so."""
    _approved(removers)
    done = []
    for _ in range(6):
        with removers.work(CHIEF) as work:
            done.append(next_slice(work, 1))
    assert sum(each.alerts for each in done) == 4
    assert [each.more for each in done[-2:]] == [False, False]
    _is_whole(removers)


def test_other_writers_get_their_turns(
    url: str, removers: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two slices the database is unlocked."""
    turns = []
    with open_database(url, busy_seconds=0.1) as other:

        def write(_seconds: float) -> None:
            with other.work(OFFICER) as work:
                record_change(work, "meanwhile", {})
            turns.append(counts_of(other)["suppressed"])

        monkeypatch.setattr("tidewaiter.node.context.time", SimpleNamespace(sleep=write))
        go_through(removers, _approved(removers), lambda: CHIEF)
    assert turns[:3] == [2, 4, 6]
