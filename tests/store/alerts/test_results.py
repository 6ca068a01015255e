"""Results in the database: added, superseded, withdrawn, and never changed."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError
from tidewaiter.store.alerts.result_entry import add_result, withdraw_result
from tidewaiter.store.alerts.results import find_result, results_of
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.rules.results import Finding, Observed, standing_results

LOOK = Observed(
    kind="inspection",
    outcome="not-as-declared",
    day=date(2026, 3, 1),
    person="Team 4 ",
    checks=("opened", "opened"),
    quantity="25 kg",
    place="Quay 3",
    note="Labels were over\0painted",
)
LAB = Observed(
    kind="laboratory",
    outcome="identified",
    day=date(2026, 3, 1),
    person="State laboratory",
    methods=("gc-ms",),
    strength="confirmatory",
    findings=(Finding(substance="acetone", percent=">= 99,5 %"),),
)


@pytest.fixture
def filled(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
) -> Database:
    """Store three alerts."""
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 3))
    return database


def test_a_result_is_kept_as_it_was_reported(filled: Database, stamp: Stamp) -> None:
    """Amounts as whole numbers, contents as consignments have them; no words in the audit."""
    with filled.work(stamp) as work:
        look = add_result(work, "alert-2", LOOK)
        lab = add_result(work, "alert-2", LAB)
    with filled.work() as work:
        assert results_of(work, ["alert-1", "alert-2"]) == {"alert-2": [look, lab]}
        entries = audit_entries(work)[-2:]
        assert verify_audit(work).broken is None
    assert (look.observed.mass_mg, look.observed.checks) == (25_000_000, ("opened",))
    assert (look.observed.person, look.observed.note) == ("Team 4", "Labels were over\ufffdpainted")
    assert lab.observed.findings[0].percent == ">=99.5"
    assert (lab.by, lab.at) == ("officer", "2026-03-01T12:00:00.000000+00:00")
    assert [each.action for each in entries] == ["result added", "result added"]
    assert all("Team" not in each.details and "Quay" not in each.details for each in entries)


def test_a_result_is_superseded_and_withdrawn(filled: Database, stamp: Stamp) -> None:
    """Everything remains readable; one rule decides what counts."""
    with filled.work(stamp) as work:
        first = add_result(work, "alert-2", LAB)
        second = add_result(work, "alert-2", LAB, replaces=first.id)
        withdraw_result(work, second.id, "mixed-up", "Vial 3 and 4")
        mine = results_of(work, ["alert-2"])["alert-2"]
        again = find_result(work, second.id)
    assert [each.id for each in mine] == [first.id, second.id]
    assert again is not None
    assert again.withdrawn is not None
    assert (again.withdrawn.reason, again.withdrawn.by) == ("mixed-up", "officer")
    assert [each.id for each in standing_results(mine)] == [first.id]


def test_the_later_of_two_officers_is_told(filled: Database, stamp: Stamp) -> None:
    """A correction or withdrawal after someone else's correction first shows that one."""
    other = Stamp(who="second", at=datetime(2026, 3, 1, 12, 1, tzinfo=UTC))
    with filled.work(stamp) as work:
        first = add_result(work, "alert-2", LAB)
        add_result(work, "alert-2", LAB, replaces=first.id)
    with (
        raises(
            "store/result-changed-since-you-looked", ConflictError, what="superseded", who="officer"
        ),
        filled.work(other) as work,
    ):
        add_result(work, "alert-2", LAB, replaces=first.id)
    with (
        raises(
            "store/result-changed-since-you-looked", ConflictError, what="superseded", who="officer"
        ),
        filled.work(other) as work,
    ):
        withdraw_result(work, first.id, "entered")
    with filled.work(stamp) as work:
        gone = withdraw_result(work, first.id + 1, "entered")
    with (
        raises(
            "store/result-changed-since-you-looked", ConflictError, what="withdrawn", who="officer"
        ),
        filled.work(other) as work,
    ):
        withdraw_result(work, gone.id, "entered")


def test_what_does_not_fit_is_refused_whole(filled: Database, stamp: Stamp) -> None:
    """Nothing of it is kept."""
    tomorrow = msgspec.structs.replace(LOOK, day=date(2026, 3, 3))
    with filled.work(stamp) as work:
        mine = add_result(work, "alert-2", LAB).id
    for alert, bad, replaces, said in (
        ("alert-9", LOOK, None, "store/no-alert"),
        ("alert-1", LOOK, mine, "store/no-such-result"),  # it is another alert's
        ("alert-1", LOOK, 99, "store/no-such-result"),
        ("alert-1", tomorrow, None, "store/day-to-come"),
        ("alert-1", msgspec.structs.replace(LOOK, checks=()), None, "trade/nothing-checked"),
    ):
        with raises(said), filled.work(stamp) as work:
            add_result(work, alert, bad, replaces=replaces)
    with raises("store/no-such-result", number=99), filled.work(stamp) as work:
        withdraw_result(work, 99, "entered")
    with filled.work() as work:
        assert list(results_of(work, ["alert-1", "alert-2"])) == ["alert-2"]
