"""Outcomes: each notice has one outcome, and no frozen day counts against either side."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.coalition.samples import LAST, MONDAY, YES, Story, days, frozen
from tests.support.notices import changed

from tidewaiter.exchange.coalition.outcomes import Clock, Freeze, counted
from tidewaiter.exchange.notices.types import (
    Acknowledged,
    Amended,
    Amount,
    LineAmount,
    MoreTime,
    Objected,
    Queried,
    Returned,
    Viewed,
    What,
    Withdrawn,
)

LATER = date(2026, 5, 4)
NO = Objected(code="importer unknown", decided_by="Section 4")
ALL = (LineAmount(line=1, amount=Amount(mass_mg=800_000_000)),)


def _span(since: int, length: int | None) -> Freeze:
    return frozen(days(since), None if length is None else days(since + length))


spans = st.lists(st.builds(_span, st.integers(-5, 40), st.none() | st.integers(1, 30)), max_size=3)


@pytest.mark.parametrize(
    ("what", "day", "outcome", "waited"),
    [
        (YES, days(4), "in time", 4),
        (NO, LAST, "in time", 9),
        (Queried(text="For what?"), days(7), "in time", 5),
        (YES, days(1, LAST), "late", 9),
        (Viewed(), days(1), "no reply", 41),
        (Acknowledged(), days(1), "no reply", 41),
    ],
)
def test_an_answer_is_a_decision_or_a_query(
    what: What, day: date, outcome: str, waited: int
) -> None:
    """In time is by the last day and with it; that it was opened or acknowledged answers nothing.

    The 63 days to the 4th of May hold 45 from Monday to Friday, of which Mexico takes off the 16th
    of March, Germany Good Friday and Easter Monday, and both the 1st of May.
    """
    story = Story()
    story.say("importer", what, day)
    told = story.on(LATER)
    assert told.outcome == outcome
    assert told.days == waited


def test_before_the_last_day_is_over_nobody_is_late() -> None:
    """It waits; an answer until then is early, and neither is in the share in time."""
    story = Story()
    assert story.on(LAST).outcome == "waiting"
    assert story.on(days(1, LAST)).outcome == "no reply"
    story.say("importer", YES, days(2))
    assert story.on(LAST).outcome == "answered early"
    assert story.on(days(1)).outcome == "waiting"


def test_what_was_never_delivered_is_no_silence() -> None:
    """Without a receipt the clock does not run; an answer shows as well that it was there."""
    story = Story(had=None)
    told = story.on(LATER)
    assert (told.outcome, told.days) == ("undelivered", None)
    story.say("importer", YES, days(3))
    assert story.on(LATER).outcome == "in time"


def test_an_answer_counts_from_its_receipt() -> None:
    """Of one's own answer the asker knows only once it has come."""
    story = Story()
    story.say("importer", YES, days(3), had=None)
    assert story.on(LATER).outcome == "no reply"


def test_more_time_moves_the_day_if_it_is_asked_in_time() -> None:
    """Asked for after the end, it undoes no silence."""
    asked, too_late = Story(), Story()
    asked.say("importer", MoreTime(until=days(30)), days(5))
    too_late.say("importer", MoreTime(until=days(30)), days(2, LAST))
    assert asked.on(days(20)).outcome == "waiting"
    assert too_late.on(days(20)).outcome == "no reply"
    assert asked.on(days(20)).more_time
    assert too_late.on(days(20)).more_time


def test_a_withdrawal_ends_the_wait_but_no_silence() -> None:
    """Before the deadline it ends without a failure; after it, with one."""
    before, after, answered = Story(), Story(), Story()
    before.say("exporter", Withdrawn(), days(3))
    after.say("exporter", Withdrawn(), days(3, LAST))
    answered.say("importer", YES, days(1))
    answered.say("exporter", Withdrawn(), days(3))
    told = before.on(LATER)
    assert (told.outcome, told.days) == ("withdrawn", 3)
    assert after.on(LATER).outcome == "no reply"
    assert answered.on(LATER).outcome == "in time"


def test_an_amendment_begins_anew() -> None:
    """The version in force needs a separate answer."""
    story = Story()
    story.say("importer", YES, days(1))
    second = changed(story.notice, version=2, reply_by=days(30))
    story.say("exporter", Amended(notice=second), days(2), version=2)
    assert story.on(days(3)).outcome == "waiting"
    assert story.on(days(31)).outcome == "no reply"
    assert story.on(days(31)).sent == MONDAY


def test_without_a_last_day_nobody_is_in_time_or_late() -> None:
    """Where none was asked for, the wait alone is counted."""
    story = Story(last=None)
    story.say("importer", YES, days(2))
    told = story.on(LATER)
    assert (told.outcome, told.days) == ("no term", 2)


def test_goods_that_leave_before_an_answer_are_released_in_silence() -> None:
    """By the day of departure that the exporting side names."""
    gone, waited = Story(), Story()
    waited.say("importer", YES, days(5))
    for story in (gone, waited):
        back = Returned(outcome="shipped", on=days(20), lines=ALL)
        story.say("exporter", back, days(21))
    assert gone.on(LATER).released
    assert not waited.on(LATER).released


def test_what_came_later_is_not_known() -> None:
    """A day is evaluated with the data of that day; before sending there is none."""
    story = Story()
    story.say("importer", NO, days(3))
    assert not story.on(days(2)).objected
    assert story.on(days(3)).objected
    assert counted(story.watched(), (), days(-1)) is None


def test_while_it_is_frozen_the_clock_stands() -> None:
    """Frozen from Tuesday to Monday, five working days are given back after the last day."""
    story = Story()
    thawed = [frozen(days(1), days(8))]
    told = story.on(days(40), thawed)
    assert told.frozen_days == 5
    # Monday the 16th is a holiday in Mexico: Tuesday to Friday, then Monday the 23rd.
    assert told.last_day == date(2026, 3, 23)
    assert told.outcome == "no reply"
    assert story.on(date(2026, 3, 23), thawed).outcome == "waiting"
    assert story.on(LATER, [frozen(days(1), None)]).outcome == "frozen"
    assert story.on(LATER, [frozen(days(1, LAST), None)]).outcome == "no reply"


def test_what_a_freeze_held_back_has_its_whole_time_after_the_thaw() -> None:
    """It arrived ten weeks late because of a freeze: an answer within the term is on time."""
    story = Story(had=70)
    story.say("importer", YES, days(75))
    thawed = [frozen(days(1), days(70))]
    told = story.on(days(140), thawed)
    assert (told.outcome, told.last_day) == ("in time", date(2026, 5, 22))
    late = Story(had=70)
    late.say("importer", YES, date(2026, 5, 25))
    assert late.on(days(140), thawed).outcome == "late"


def test_who_had_it_after_its_last_day_is_not_late() -> None:
    """A line was down without a freeze: the answer cannot be judged."""
    story = Story(had=70)
    assert story.on(days(80)).outcome == "came too late"
    story.say("importer", YES, days(71))
    assert story.on(days(80)).outcome == "came too late"


def test_a_last_day_in_a_frozen_channel_is_not_over() -> None:
    """Frozen on the Saturday before a last day on Sunday: it is not known when that ends."""
    story = Story(last=days(2, LAST))
    assert story.on(LATER, [frozen(days(1, LAST), None)]).outcome == "frozen"
    assert story.on(LATER, [frozen(days(1, LAST), days(9, LAST))]).outcome == "no reply"


def test_either_side_can_freeze_and_others_do_not_matter() -> None:
    """A channel has two ends; that of two others is another channel."""
    story = Story()
    for ends, outcome in ((("MX", "DE"), "frozen"), (("DE", "FR"), "no reply")):
        assert story.on(LATER, [frozen(days(1), None, ends)]).outcome == outcome


def test_a_last_day_far_away_costs_nothing() -> None:
    """A peer that asks for time until the end of all days keeps no one busy."""
    story = Story(last=date.max)
    assert story.on(LATER, [frozen(days(1), days(9))]).outcome == "waiting"
    assert story.on(LATER, [frozen(days(1), None)]).outcome == "frozen"


def test_countries_without_a_calendar_work_from_monday_to_friday() -> None:
    """Of invented countries no holidays are known."""
    story = Story(ends=("XA", "XB"))
    story.say("importer", YES, days(14))
    assert story.on(LATER).days == 10


@given(spans, st.integers(0, 60), st.integers(0, 60))
def test_frozen_days_never_count(freezes: list[Freeze], start: int, length: int) -> None:
    """A working day either counts or was frozen; the clock never runs on both."""
    clock, open_ = Clock(("DE", "MX"), freezes), Clock(("DE", "MX"))
    begin, end = days(start), days(start + length)
    assert clock.days(begin, end) + clock.frozen_days(begin, end) == open_.days(begin, end)
    for number in range(1, length + 1):
        day = days(number, begin)
        assert not (clock.is_frozen(day) and clock.counts(day))


@given(spans, st.integers(0, 40))
def test_a_freeze_never_takes_time_away(freezes: list[Freeze], agreed: int) -> None:
    """Until the moved day at least as many days count as had been agreed."""
    clock, open_ = Clock(("DE", "MX"), freezes), Clock(("DE", "MX"))
    last = clock.last_day(MONDAY, days(agreed))
    if last is not None:
        assert last >= days(agreed)
        assert clock.days(MONDAY, last) == open_.days(MONDAY, days(agreed))


@given(spans, st.none() | st.integers(0, 30), st.integers(0, 70))
def test_a_freeze_makes_nobody_later(freezes: list[Freeze], answer: int | None, day: int) -> None:
    """An answer on time without a freeze is on time with it; waiting and silence are shorter."""
    story = Story()
    if answer is not None:
        story.say("importer", YES, days(answer))
    plain, told = story.on(days(day)), story.on(days(day), freezes)
    assert told.days is not None
    assert plain.days is not None
    assert told.days <= plain.days
    good = ("in time", "answered early", "waiting", "frozen", "withdrawn")
    if plain.outcome in good:
        assert told.outcome in good
