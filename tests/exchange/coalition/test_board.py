"""The board: what is counted adds up, for pairs and for countries."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange.coalition.samples import LAST, MONDAY, YES, Story, days, frozen
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.coalition.board import (
    OVER,
    Board,
    Figures,
    Material,
    Period,
    SharedIncident,
    board_from,
    count_all,
)
from tidewaiter.exchange.notices.types import MoreTime, Objected, Queried, What, Withdrawn

DAY = days(120)
PERIOD = Period(since=days(0), until=days(60))
NO = Objected(code="suspected diversion", decided_by="Section 4")
COUNTRIES = ("DE", "MX", "XA")
replies: st.SearchStrategy[What] = st.sampled_from(
    [YES, NO, Queried(text="For what?"), MoreTime(until=days(90))]
)


@st.composite
def materials(draw: st.DrawFn) -> Material:
    """Make notices of two periods with replies, withdrawals and freezes; and incidents."""
    notices = []
    for number in range(draw(st.integers(0, 12))):
        start = draw(st.integers(-60, 70))
        sent = days(start)
        last = None if draw(st.integers(0, 9)) == 0 else days(draw(st.integers(1, 30)), sent)
        ends = (draw(st.sampled_from(COUNTRIES)), draw(st.sampled_from(COUNTRIES)))
        had = draw(st.sampled_from([0, 0, 0, 2, None]))
        story = Story(f"A-{number}", day=sent, last=last, ends=ends, had=had)
        for _ in range(draw(st.integers(0, 2))):
            story.say("importer", draw(replies), days(draw(st.integers(0, 50)), sent))
        if draw(st.integers(0, 5)) == 0:
            story.say("exporter", Withdrawn(), days(draw(st.integers(0, 50)), sent))
        notices.append(story.watched())
    pair = st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(COUNTRIES))
    told = st.builds(
        lambda number, ends, day: _told(number, ends, days(day)),
        st.integers(0, 3),
        pair,
        st.integers(-60, 130),
    )
    spans = st.builds(
        lambda ends, since, length: frozen(
            days(since), None if length is None else days(since + length), ends
        ),
        pair,
        st.integers(-60, 100),
        st.none() | st.integers(1, 40),
    )
    return Material(
        notices=tuple(notices),
        incidents=tuple(draw(st.lists(told, max_size=6))),
        freezes=tuple(draw(st.lists(spans, max_size=3))),
        countries={f"node-{each}": each for each in COUNTRIES},
    )


def _told(number: int, ends: tuple[str, str], day: date) -> SharedIncident:
    return SharedIncident(
        owner="node-DE", incident=f"I-{number}", teller=ends[0], told=ends[1], day=day
    )


def board_of(material: Material, period: Period, day: date) -> Board:
    """Compute the board of all records of a node."""
    notices = count_all(material.notices, material.freezes, day)
    return board_from(notices, material, period, day)


def _board(stories: Sequence[Story], period: Period = PERIOD, day: date = DAY) -> Board:
    return board_of(Material(notices=tuple(each.watched() for each in stories)), period, day)


def _answered(number: int, after: int, **how: object) -> Story:
    story = Story(f"A-{number}", **how)  # type: ignore[arg-type]
    story.say("importer", YES, days(after, story.heard[0].kept))
    return story


@given(materials())
@settings(max_examples=60, deadline=None)
def test_pairs_add_up_to_countries(material: Material) -> None:
    """What one country sends to all others is what it sends; likewise what it receives."""
    board = board_of(material, PERIOD, DAY)
    for country in board.countries:
        for total, mine in (
            (country.sent, [row for row in board.pairs if row.exporter == country.country]),
            (country.received, [row for row in board.pairs if row.importer == country.country]),
        ):
            for name in ("now", "before"):
                _adds_up(getattr(total, name), [getattr(row, name) for row in mine])


def _adds_up(total: Figures, parts: Sequence[Figures]) -> None:
    for field in (
        "notices",
        "objections",
        "queries",
        "more_time",
        "released",
        "frozen_days",
        "incidents",
        "silences",
    ):
        assert getattr(total, field) == sum(getattr(each, field) for each in parts), field
    for outcome, count in total.outcomes.items():
        assert count == sum(each.outcomes[outcome] for each in parts)
    assert total.waits.answered == sum(each.waits.answered for each in parts)


@given(materials())
@settings(max_examples=60, deadline=None)
def test_each_notice_has_exactly_one_outcome(material: Material) -> None:
    """All notices of a period are there once, whatever became of them."""
    board = board_of(material, PERIOD, DAY)
    for period, name in ((PERIOD, "now"), (PERIOD.before(), "before")):
        sent = sum(period.holds(each.heard[0].kept) for each in material.notices)
        rows = [getattr(row, name) for row in board.pairs]
        assert sum(each.notices for each in rows) == sent
        for each in rows:
            assert sum(each.outcomes.values()) == each.notices
            assert each.in_time.of == sum(each.outcomes[one] for one in OVER)


@given(materials(), st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_does_not_matter(material: Material, chance: object) -> None:
    """A dashboard depends on the data, not on its order."""
    notices, incidents = list(material.notices), list(material.incidents)
    chance.shuffle(notices)  # type: ignore[attr-defined]
    chance.shuffle(incidents)  # type: ignore[attr-defined]
    other = Material(
        notices=tuple(notices),
        incidents=tuple(incidents),
        freezes=material.freezes,
        countries=material.countries,
    )
    assert board_of(other, PERIOD, DAY) == board_of(material, PERIOD, DAY)


def test_those_that_wait_are_not_late() -> None:
    """Two on time, one late, one silent, and one with its deadline still to come."""
    stories = [_answered(1, 3), _answered(2, 9), _answered(3, 14), Story("A-4")]
    late = Story("A-5", day=days(10), last=days(40))
    (row,) = _board([*stories, late], day=days(20)).pairs
    assert row.now.outcomes["waiting"] == 1
    assert (row.now.in_time.count, row.now.in_time.of) == (2, 4)
    assert row.now.in_time.share is None
    assert row.now.silences == 1
    assert row.now.waits.method == "Kaplan-Meier"


def test_a_share_has_its_interval() -> None:
    """Eight of ten is 80 %, and could be from 49 to 94 %."""
    stories = [_answered(number, 3) for number in range(8)]
    (row,) = _board([*stories, Story("A-8"), Story("A-9")]).pairs
    told = row.now.in_time
    assert told.share == 0.8
    assert [told.low, told.high] == pytest.approx([0.490, 0.943], abs=1e-3)
    assert row.trend.in_time.tendency == "too few"


def test_a_trend_needs_more_than_chance() -> None:
    """From 20 of 20 to 5 of 20 is a fall; and answers take longer where intervals are apart."""
    before = [_answered(number, 2, day=days(-40), last=days(-20)) for number in range(20)]
    now = [_answered(100 + number, 3 if number < 5 else 20) for number in range(20)]
    (row,) = _board([*before, *now]).pairs
    assert row.trend.in_time.tendency == "lower"
    assert row.trend.median == "higher"
    assert row.trend.notices == 0
    (row,) = _board(now).pairs
    assert (row.trend.in_time.tendency, row.trend.notices) == ("too few", 20)


def test_an_incident_counts_once_in_a_direction() -> None:
    """Its second version is not a second incident, and belongs to the period of the first."""
    ends = ("DE", "MX")
    told = (
        _told(1, ends, days(-5)),
        _told(1, ends, days(5)),
        _told(2, ends, days(6)),
        _told(2, ("MX", "DE"), days(7)),
    )
    board = board_of(Material(incidents=told), PERIOD, DAY)
    rows = {(row.exporter, row.importer): row for row in board.pairs}
    assert (rows[ends].now.incidents, rows[ends].before.incidents) == (1, 1)
    assert rows["MX", "DE"].now.incidents == 1
    assert rows[ends].now.notices == 0


def test_a_frozen_channel_is_shown_with_the_country() -> None:
    """Those that touch the period, as far as the day knew of them."""
    freezes = (frozen(days(5), days(9)), frozen(days(70), None), frozen(days(-90), days(-80)))
    countries = {"node-DE": "DE", "node-MX": "MX"}
    material = Material(notices=(Story().watched(),), freezes=freezes, countries=countries)
    board = board_of(material, PERIOD, DAY)
    assert [each.frozen for each in board.countries] == [freezes[:1], freezes[:1]]
    known = board_of(material, PERIOD, days(6)).countries[0].frozen
    assert [each.until for each in known] == [None]


def test_countries_without_a_calendar_are_named() -> None:
    """Of an invented country no holidays are known, and the board says so."""
    board = _board([Story(ends=("DE", "XA"))])
    assert board.no_calendar == ("XA",)


def test_a_notice_that_is_there_twice_is_refused() -> None:
    """Counting what both sides know as two would double everything."""
    with raises("exchange/notice-twice"):
        _board([Story(), Story()])


@pytest.mark.parametrize(
    ("since", "until"),
    [(MONDAY, MONDAY), (LAST, MONDAY), (days(1, DAY), days(2, DAY)), (date.min, days(1))],
)
def test_a_period_needs_days(since: date, until: date) -> None:
    """Also the one before it."""
    with pytest.raises(InputError):
        _board([Story()], Period(since=since, until=until))
