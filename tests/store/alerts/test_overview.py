"""The counts of the overview as they are read, on both databases."""

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import pytest

from tidewaiter.casework.counts import Counts, percentile
from tidewaiter.store.alerts.counts import Span, raised, read_counts, tracks_of
from tidewaiter.store.alerts.decisions import Wanted, assign, decide, standings, take_back
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import Alert

DAY = date(2026, 3, 1)
DISMISS = Wanted(verdict="dismiss", reason="wrong-data")


@pytest.fixture
def filled(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
    make_alert: Callable[..., Alert],
) -> Database:
    """Store ten alerts, of which two are restricted; two are dismissed, of which one is undone."""
    batch = make_batch(1, 10)
    found = [make_alert(row, restricted=row > 8) for row in range(1, 11)]
    with database.work(stamp) as work:
        lines = Batch(lines=batch.lines, alerts=found, done_row=10)
        add_batch(work, begin_screening(work, *reading).id, lines)
    later = Stamp(who="officer", at=stamp.at + timedelta(days=2))
    with database.work(later) as work:
        seen = standings(work, ["alert-1", "alert-2"])
        decide(work, seen["alert-1"], DISMISS)
        take_back(work, decide(work, seen["alert-2"], DISMISS))
        assign(work, ["alert-3", "alert-9"], "reyes")
    return database


def test_what_is_there_is_read(filled: Database) -> None:
    """Of the days and months asked for."""
    span = Span(today=DAY + timedelta(days=2), days=3, months=1)
    with filled.work() as work:
        told = read_counts(work, span)
    second = DAY + timedelta(days=2)
    assert sum(each.alerts for each in told.open) == 7
    assert {each.day for each in told.open} == {DAY}
    assert told.stands == {"open": 7, "dismissed": 1}
    assert told.assigned == {"": 6, "reyes": 1}
    assert (told.added, told.decided, told.reopened) == ({DAY: 8}, {second: 2}, {second: 1})
    assert (told.lines, told.undone, told.disagreed) == ({DAY: 10}, 1, {})
    assert told.took == {2_800: 2}
    assert told.raised == 8
    written = msgspec.json.encode(told)
    assert msgspec.json.encode(msgspec.json.decode(written, type=Counts)) == written
    assert percentile(told.took, 0.5) == 2_800
    assert {track.key: (track.added, track.dismissed) for track in told.rules} == {
        "named": (8, 1),
        "route": (8, 1),
    }
    assert [track.key for track in told.substances] == ["acetone"]
    assert told.lists == ()


def test_the_cleared_know_of_all(filled: Database) -> None:
    """Others of no restricted alert, in no count."""
    span = Span(today=DAY, days=1, cleared=True)
    with filled.work() as work:
        assert raised(work, span) == 10
        assert tracks_of(work, span, "rule")["route"].added == 10
        told = read_counts(work, span)
    assert sum(each.alerts for each in told.open) == 9
    assert told.assigned == {"": 7, "reyes": 2}


def test_what_lies_before_is_left_out(filled: Database) -> None:
    """Days before the first, and months; open alerts of any age count."""
    span = Span(today=date(2026, 6, 20), days=90, months=3)
    with filled.work() as work:
        told = read_counts(work, span)
    assert (span.first_day, span.first_month) == (date(2026, 3, 23), "2026-04")
    assert (told.added, told.took, told.rules, told.raised) == ({}, {}, (), 0)
    assert sum(each.alerts for each in told.open) == 7
    assert Span(today=date(2026, 1, 31), days=1, months=2).first_month == "2025-12"
