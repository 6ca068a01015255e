"""The timeline has every month, and events on their days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.coalition.samples import MONDAY, Story, days, frozen

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.coalition.board import SharedIncident
from tidewaiter.exchange.coalition.member_lists import Endorsed, Group, Roster
from tidewaiter.exchange.coalition.members import Move
from tidewaiter.exchange.coalition.timeline import (
    Series,
    channel_events,
    group_events,
    law_events,
    member_events,
    timeline_of,
)
from tidewaiter.law.changes import changes_of
from tidewaiter.law.registry import load_registry

DAY = date(2026, 6, 15)


def _told(number: int, day: date, to: str = "MX") -> SharedIncident:
    return SharedIncident(owner="node-DE", incident=f"I-{number}", teller="DE", told=to, day=day)


def test_months_have_no_gap_and_the_last_is_not_whole() -> None:
    """From the month of the first day, also where nothing was sent."""
    silent, waiting = Story().on(DAY), Story("A-2", day=DAY, last=date(2026, 7, 1)).on(DAY)
    incidents = (_told(1, date(2026, 4, 2)), _told(1, date(2026, 3, 30), "FR"), _told(2, days(300)))
    series = Series(
        notices=(silent, waiting),
        incidents=incidents,
        freezes=(frozen(date(2026, 4, 30), date(2026, 6, 1)), frozen(date(2026, 7, 1), None)),
    )
    told = timeline_of(series, (), date(2026, 2, 20), DAY)
    assert [each.first.month for each in told.months] == [2, 3, 4, 5, 6]
    assert [each.notices for each in told.months] == [0, 1, 0, 0, 1]
    assert [each.no_reply for each in told.months] == [0, 1, 0, 0, 0]
    assert [each.still_open for each in told.months] == [0, 0, 0, 0, 1]
    assert [each.incidents for each in told.months] == [0, 1, 0, 0, 0]
    assert [each.frozen for each in told.months] == [0, 0, 1, 1, 0]
    assert [each.whole for each in told.months] == [True, True, True, True, False]


def test_law_stands_on_the_days_of_the_registry() -> None:
    """Only that it begins or ends is an event, with its source and mark."""
    registry = load_registry()
    changes = changes_of(registry, registry.book, ["un-1988"])
    events = list(law_events(changes))
    assert {each.what for each in events} <= {"law in force", "law ends"}
    assert len(events) == sum(each.step in {"begins", "ends"} for each in changes)
    assert all(each.source and each.of[0] == "un-1988" for each in events)
    told = timeline_of(Series(), events, date(2020, 1, 1), date(2024, 12, 31))
    assert told.events
    assert all(date(2020, 1, 1) <= each.day <= date(2024, 12, 31) for each in told.events)


def test_channels_members_and_groups_have_their_days() -> None:
    """Unfreezing is not a second joining."""
    moves = [
        Move(node="b", by=by, to=to, day=days(day))  # type: ignore[arg-type]
        for by, to, day in (
            ("own", "invited", 0),
            ("own", "active", 1),
            ("peer", "active", 2),
            ("own", "frozen", 5),
            ("own", "active", 9),
            ("peer", "ended", 20),
        )
    ]
    told = [(each.what, each.day) for each in member_events(moves)]
    assert told == [("invited", MONDAY), ("joined", days(2)), ("left", days(20))]
    channel = [(each.what, each.day) for each in channel_events([frozen(days(5), days(9))])]
    assert channel == [("frozen", days(5)), ("thawed", days(9))]
    roster = Roster(
        id="r",
        name="Roster",
        version=1,
        previous="",
        day=MONDAY,
        needed=1,
        endorsers=("a",),
        groups=(Group(id="g", name="Precursors", since=days(3), until=days(30)),),
    )
    groups = list(group_events([Endorsed(roster=roster, signers=("a",))]))
    assert [(each.what, each.text) for each in groups] == [
        ("group formed", "Precursors"),
        ("group ended", "Precursors"),
    ]


@given(st.lists(st.integers(-200, 100), max_size=20))
def test_months_add_up(sent: list[int]) -> None:
    """Each notice that was sent in these months is in exactly one."""
    notices = tuple(
        Story(f"A-{number}", day=days(day), last=days(day + 10)).on(days(150))
        for number, day in enumerate(sent)
    )
    told = timeline_of(Series(notices=notices), (), days(-400), days(150))
    assert sum(each.notices for each in told.months) == len(sent)
    assert all(each.no_reply + each.still_open <= each.notices for each in told.months)


def test_there_must_be_a_month() -> None:
    """And no more than a hundred years of them."""
    for since in (days(1, DAY), date(1900, 1, 1)):
        with pytest.raises(InputError):
            timeline_of(Series(), (), since, DAY)
    last = timeline_of(Series(freezes=(frozen(date.max, None),)), (), date.max, date.max)
    assert [each.frozen for each in last.months] == [1]
