"""Deadlines: which period binds, which is only shown, and when a return is due."""

from datetime import date

import pytest
from tests.support.notices import DAY, NOTICE, changed

from tidewaiter.exchange.notices import deadlines
from tidewaiter.exchange.notices.deadlines import (
    earliest_dispatch,
    load_periods,
    reply_deadline,
    return_due,
)
from tidewaiter.exchange.notices.forms import load_sources
from tidewaiter.exchange.notices.types import Authority, Notice


def _from(country: str) -> Notice:
    found: Notice = changed(NOTICE, sender=Authority(name="a", country=country))
    return found


def test_what_is_not_verified_decides_nothing() -> None:
    """What PEN Online does is remembered: it is shown, and our own floor binds."""
    deadline = reply_deadline(_from("IN"), DAY)
    assert deadline.due is not None
    assert deadline.due.period.slug == "own-reply"
    assert [due.period.slug for due in deadline.shown] == ["incb-pen-online"]


def test_an_unverified_period_does_not_bind_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is shown with its day beside the one that binds."""
    own = next(each for each in load_periods() if each.slug == "own-reply")
    long = changed(own, slug="long", days=200, verified=False)
    monkeypatch.setattr(deadlines, "load_periods", lambda: (own, long))
    deadline = reply_deadline(_from("IN"), DAY)
    assert deadline.due is not None
    assert deadline.due.period.slug == "own-reply"
    assert [due.period.slug for due in deadline.shown] == ["long"]
    assert deadline.shown[0].day is not None
    assert deadline.shown[0].day > DAY


def test_of_several_periods_the_longest_binds() -> None:
    """From the Union to Mexico: 15 working days of both, over the holiday of 16 March."""
    deadline = reply_deadline(_from("DE"), DAY)
    assert deadline.due is not None
    assert deadline.due.period.slug == "eu-111-2005"
    assert deadline.due.day == date(2026, 3, 24)


def test_form_486_takes_15_calendar_days() -> None:
    """A notice from the United States: answer and departure are 15 calendar days away."""
    notice = _from("US")
    reply, dispatch = reply_deadline(notice, DAY), earliest_dispatch(notice, DAY)
    assert reply.due is not None
    assert dispatch.due is not None
    assert (reply.due.period.slug, dispatch.due.period.slug) == ("us-486", "us-486")
    assert dispatch.due.day == date(2026, 3, 17)


def test_australian_goods_stay_for_five_working_days() -> None:
    """The days are counted in Australia and in the importing country."""
    dispatch = earliest_dispatch(_from("AU"), date(2026, 3, 11))
    assert dispatch.due is not None
    assert dispatch.due.day == date(2026, 3, 19)  # 16 March is a holiday in Mexico


def test_goods_from_elsewhere_have_no_earliest_departure() -> None:
    """No verified rule: the answer is that none is known, not that there is none."""
    assert earliest_dispatch(_from("DE"), DAY).due is None


def test_a_return_is_due_by_the_law_of_the_exporter() -> None:
    """Canada asks for it after 15 days, the United States after 30; else we do, after 30."""
    due = {country: return_due(_from(country)) for country in ("CA", "US", "DE")}
    slugs = {country: each.period.slug for country, each in due.items() if each}
    assert slugs == {"CA": "ca-return", "US": "us-return", "DE": "own-return"}
    assert due["CA"] is not None
    assert due["CA"].day == date(2026, 4, 22)


def test_a_return_of_several_shipments_is_counted_from_the_end_of_the_period() -> None:
    """Without a period there is nothing to count from."""
    several = changed(_from("CA"), shipments="multi")
    assert return_due(several) is None
    ended = return_due(changed(several, period_until=date(2026, 9, 30)))
    assert ended is not None
    assert ended.day == date(2026, 10, 15)


def test_every_unverified_period_says_that_nothing_was_read() -> None:
    """A period is verified exactly where its source is not our memory."""
    for period in load_periods():
        kind = load_sources()[period.source].kind
        assert period.verified == (kind != "memory"), period.slug
