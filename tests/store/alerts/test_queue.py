"""The queue: what filters let through, in what order, how many, and who sees what."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, get_args

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace
from tests.found import TODAY
from tests.store.queued import QUEUES, VIEWS, Said, made_alert, put_in_order
from tests.support.raising import raises

from tidewaiter.base.phrases import as_written
from tidewaiter.casework.decisions import Status
from tidewaiter.store.alerts import inverted_index as terms
from tidewaiter.store.alerts import queue as ordering
from tidewaiter.store.alerts.decisions import Wanted, assign, decide, standings, take_back
from tidewaiter.store.alerts.filters import AlertFilter, Queue, View
from tidewaiter.store.alerts.notes import Entry, Note, add_notes, due_notes
from tidewaiter.store.alerts.queue import WITHIN, queue_page, queue_with_counts
from tidewaiter.store.alerts.storage import add_alerts
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import Alert

MakeAlert = Callable[..., Alert]


@pytest.fixture
def screening_id(
    database: Database,
    stamp: Stamp,
    source: Source,
    run: Run,
    make_lines: Callable[[int, int], pa.RecordBatch],
) -> int:
    """Screen 120 lines without an alert."""
    with database.work(stamp) as work:
        screening = begin_screening(work, source, run)
        add_batch(work, screening.id, Batch(lines=make_lines(1, 120), done_row=120))
        return screening.id


class Filled(tuple[Alert, ...]):
    """Alerts, without the long print that a failing example would give."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Say how many they are."""
        return f"{len(self)} alerts"


@pytest.fixture
def stored(database: Database, stamp: Stamp, screening_id: int, make_alert: MakeAlert) -> Filled:
    """Store 120 alerts in three goes; some are assigned, and some decided."""
    found = [made_alert(make_alert, row) for row in range(1, 121)]
    for start in range(0, 120, 40):
        with database.work(stamp) as work:
            add_alerts(work, screening_id, found[start : start + 40])
    with database.work(stamp) as work:
        assign(work, [alert.id for alert in found[::4]], "reyes")
        assign(work, [alert.id for alert in found[::8]], "ünal")
        held = Wanted(verdict="hold", reason="inspect")
        for each in standings(work, [alert.id for alert in found[::6]]).values():
            decide(work, each, held)
    return Filled(found)


@pytest.mark.parametrize("few", [0, 10, 10_000])
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(queue=QUEUES, view=VIEWS)
def test_the_index_answers_as_a_look_at_every_alert(
    few: int, database: Database, stored: Filled, queue: Queue, view: View
) -> None:
    """What is let through, in what order, page by page and back, and what is counted."""
    wanted = queue.wanted
    said = [Said(place, alert) for place, alert in enumerate(stored)]
    seen = [each for each in said if queue.cleared or not each.alert.restricted]
    expected = [
        each.alert.id for each in put_in_order([e for e in seen if e.fits(wanted)], view.sort)
    ]
    with database.work() as work, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "FEW", few)  # of more, the order is walked
        ahead, last = [], None
        while True:
            page = queue_page(work, queue, replace(view, after=last))
            assert page.total == len(expected), wanted
            ahead += [alert.id for alert in page.alerts]
            if not page.later:
                break
            last = ahead[-1]
        assert ahead == expected, (wanted, view)
        if expected:
            back = queue_page(work, queue, replace(view, before=expected[-1]))
            assert [alert.id for alert in back.alerts] == expected[:-1][-view.rows :]
            assert back.earlier == (len(expected) - 1 > view.rows)
        _, counts = queue_with_counts(work, queue, View(rows=1), most=100)
    _check_counts(counts.by, seen, wanted)
    assert counts.total == len(expected)
    open_ = [e for e in seen if e.fits(_without(wanted, "due_within"))]
    for days in WITHIN:
        last_day = TODAY + timedelta(days=days)
        due = [e for e in open_ if e.alert.due and e.alert.due <= last_day]
        assert counts.due_within[days] == len(due)


def _without(wanted: AlertFilter, name: str) -> AlertFilter:
    told = {each: getattr(wanted, each) for each in wanted.__struct_fields__ if each != name}
    return AlertFilter(**told)


def _check_counts(by: Any, seen: list[Said], wanted: AlertFilter) -> None:
    read: dict[str, Callable[[Said], Any]] = {
        "severity": lambda e: [e.alert.severity],
        "status": lambda e: [e.status],
        "assignee": lambda e: [e.assignee],
        "substance": lambda e: e.alert.substances,
        "rule": lambda e: {reason.rule for reason in e.alert.reasons},
        "country": lambda e: e.country,
    }
    for name, values in read.items():
        others = _without(wanted, name)
        expected = Counter(v for e in seen if e.fits(others) for v in values(e))
        assert {c.value: c.alerts for c in by[name] if c.alerts} == dict(expected)


def test_what_is_taken_back_is_found_where_it_was(
    database: Database, stamp: Stamp, stored: Filled
) -> None:
    """The filter follows each step of the trail."""
    name = stored[1].id

    def where(work: Work) -> list[str]:
        statuses = get_args(Status)
        return [s for s in statuses if name in _found(work, AlertFilter(status=(s,)))]

    with database.work(stamp) as work:
        (now,) = standings(work, [name]).values()
        for verdict, reason, status in (
            ("hold", "inspect", "held"),
            ("hold", "sample", "held"),
            ("dismiss", "other-goods", "dismissed"),
        ):
            now = decide(work, now, Wanted(verdict=verdict, reason=reason))  # type: ignore[arg-type]
            assert where(work) == [status]
        for status in ("held", "held", "open"):
            now = take_back(work, now)
            assert where(work) == [now.status] == [status]


def test_a_note_makes_an_alert_found_by_its_rule(
    database: Database, stamp: Stamp, stored: Filled
) -> None:
    """What became of a list entry later is a reason too."""
    entry = Entry(list="watch", entry="E0")
    note = Note(
        entry=entry, rule="party-removed", day=date(2026, 5, 1), says=as_written("x"), source="y"
    )
    resting = {a.id for a in stored if any(match.entry == "E0" for match in a.parties)}
    with database.work(stamp) as work:
        add_notes(work, due_notes(work, [note]))
        assert _found(work, AlertFilter(rule=("party-removed",))) == resting
        some = AlertFilter(rule=("party-removed", "none"), severity=("high",))
        assert _found(work, some) < resting


def _found(work: Work, wanted: AlertFilter) -> set[str]:
    queue = Queue(wanted=wanted, today=TODAY, cleared=True)
    return {alert.id for alert in queue_page(work, queue, View(rows=1_000)).alerts}


@pytest.mark.usefixtures("stored")
def test_a_page_behind_no_alert_is_refused(database: Database) -> None:
    """And says what would do."""
    queue = Queue(today=TODAY, cleared=True)
    with database.work() as work, raises("store/no-alert-to-go-on-from"):
        queue_page(work, queue, View(after="nowhere"))


@pytest.mark.usefixtures("stored")
def test_of_too_many_words_whole_ones_are_looked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words searched for are reported."""
    monkeypatch.setattr(terms, "WIDE", 1)
    queue = Queue(wanted=AlertFilter(words="eori2 dru"), today=TODAY, cleared=True)
    with database.work() as work:
        page = queue_page(work, queue)
        assert page.whole == ("dru",)
        assert page.total == 0
