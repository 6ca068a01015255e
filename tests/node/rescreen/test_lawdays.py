"""Law days: on which days the law may be another."""

from datetime import date, timedelta

import pytest

from tidewaiter.bulk.screening import Settings
from tidewaiter.law.controls import controls_on
from tidewaiter.law.registry import load_registry
from tidewaiter.node.rescreen.plan import law_moves

SETTINGS = Settings(day=date(2026, 12, 1), file="", sha256="")
_DAY = timedelta(days=1)
_MOVED = sorted(
    {
        day
        for substance in load_registry().substances
        for control in substance.controls
        for day in (control.since, control.until)
        if day is not None
    }
)


@pytest.mark.parametrize("day", _MOVED[-12:], ids=str)
def test_a_day_on_which_a_listing_begins_or_ends_moves_the_law(day: date) -> None:
    """The controls differ between the day before and the day; it is reported in both directions."""
    registry = load_registry()
    before, after = (
        [controls_on(substance, each) for substance in registry.substances]
        for each in (day - _DAY, day)
    )
    assert before != after
    assert law_moves(SETTINGS, day - _DAY, day)
    assert law_moves(SETTINGS, day, day - _DAY)


def test_between_two_days_without_a_date_the_law_stands() -> None:
    """No substance has other controls at the end of such a span."""
    one, other = date(2031, 12, 1), date(2031, 12, 8)
    assert not law_moves(SETTINGS, one, other)
    for substance in load_registry().substances:
        assert controls_on(substance, one) == controls_on(substance, other)


def test_one_day_is_one_law() -> None:
    """Even a day on which the law moves has one law."""
    assert not law_moves(SETTINGS, _MOVED[0], _MOVED[0])
