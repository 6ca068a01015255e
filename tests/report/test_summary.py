"""A summary counts every alert and keeps the most urgent ones."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report.conftest import summarise

from tidewaiter.base.phrases import as_written
from tidewaiter.explain.summary import (
    NO_DATE,
    OTHERS,
    Counts,
    RouteTally,
    Summary,
    SummaryBuilder,
    Tally,
)
from tidewaiter.trade.types import Alert, Line

COUNTS = Counts(file="m.csv", day=date(2026, 3, 1), registry="1", lines=2_000_000)


def test_numbers_of_the_sample(summary: Summary, alerts: tuple[Alert, ...]) -> None:
    """The sample counts as it was written."""
    assert summary.alerts == len(alerts) == summary.strong + summary.weak
    assert summary.strong == 6
    assert [t.alerts for t in summary.by_severity] == [1, 3, 2, 2]
    assert summary.by_substance[0] == Tally(key="acetone", alerts=2)
    assert summary.by_how[0] == Tally(key="exact", alerts=5)
    assert summary.by_due[-1] == Tally(key=NO_DATE, alerts=1)
    assert RouteTally(origin="DE", destination="MX", alerts=8) in summary.by_route
    assert summary.per_million == pytest.approx(8 / 48_211 * 1e6)


def _place(alert: Alert) -> tuple[int, bool, date, int, int]:
    """Return the place of an alert: the least is first."""
    place = ("critical", "high", "medium", "low").index(alert.severity)
    return place, not alert.parties, alert.due or date.max, -alert.rank, alert.row


def test_the_most_severe_come_first(summary: Summary, alerts: tuple[Alert, ...]) -> None:
    """Then list hits, then what is due soonest, then the highest rank."""
    assert list(summary.top) == sorted(alerts, key=_place)
    assert [alert.severity for alert in summary.top][:2] == ["critical", "high"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=40), st.integers(1, 8))
def test_the_heap_keeps_what_sorting_would(pairs: list[tuple[int, int]], top: int) -> None:
    """In bounded memory, the alerts kept are those that a full sort would put first."""
    made = [_made(rank, row) for rank, row in pairs]
    kept = summarise(made, COUNTS, top=top).top
    assert list(kept) == sorted(made, key=_place)[:top]


def test_batches_do_not_matter(alerts: tuple[Alert, ...]) -> None:
    """Alerts added one by one give the summary of all at once, in any order."""
    builder = SummaryBuilder(top=3)
    for alert in random.Random(1988).sample(alerts, len(alerts)):
        builder.add([alert])
    assert builder.finish(COUNTS) == summarise(alerts, COUNTS, top=3)


def test_a_file_that_invents_countries_stays_small() -> None:
    """However many routes a file names, 20 are listed and all are counted."""
    made = (_made(1, row, origin=f"land {row}") for row in range(30_000))
    summary = summarise(made, COUNTS)
    assert len(summary.by_route) <= 21
    assert sum(route.alerts for route in summary.by_route) == 30_000
    assert summary.by_route[-1].origin == OTHERS


def test_huge_texts_do_not_pile_up() -> None:
    """Alerts with huge texts displace the least urgent ones before memory fills."""
    text = "x" * 10_000_000
    kept = summarise((_made(row, row, goods=text) for row in range(20)), COUNTS).top
    assert [alert.rank for alert in kept] == [19, 18, 17, 16, 15, 14]


def test_no_lines_no_rate() -> None:
    """Without a line there is no rate, and also no error."""
    empty = summarise([], msgspec.structs.replace(COUNTS, lines=0))
    assert empty.per_million is None
    assert empty.top == ()


@pytest.mark.parametrize(
    ("tallies", "of"),
    [
        ("by_substance", lambda a: set(a.substances)),
        ("by_rule", lambda a: {r.rule for r in a.reasons}),
        ("by_how", lambda a: {m.how for m in a.mentions}),
    ],
)
def test_an_alert_counts_once_per_key(
    summary: Summary,
    alerts: tuple[Alert, ...],
    tallies: str,
    of: Callable[[Alert], set[str]],
) -> None:
    """An alert with two mentions of one kind counts once for that kind."""
    expected = Counter(key for alert in alerts for key in of(alert))
    assert {t.key: t.alerts for t in getattr(summary, tallies)} == dict(expected)


def _made(rank: int, row: int, *, goods: str = "x", origin: str = "DE") -> Alert:
    line = Line(row=row, consignment="c", seq=1, goods=goods, origin=origin)
    return Alert(
        id="1",
        file="m.csv",
        row=row,
        consignment="c",
        seq=1,
        day=COUNTS.day,
        severity="low",
        score=1,
        rank=rank,
        due=None,
        days_left=None,
        substances=(),
        title=as_written("t"),
        line=line,
        mentions=(),
        reasons=(),
        law=(),
    )
