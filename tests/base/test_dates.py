"""Dates as trade papers write them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.dates import date_order, find_order, from_serial, parse_date
from tidewaiter.base.errors import InputError

DAY = date(2026, 3, 31)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31",
        "2026/3/31",
        "20260331",
        "2026-03-31T10:00:00+08:00",
        "2026-03-31 10:00",
        "31/03/2026",
        "03/31/2026",
        "31.3.2026",
        "31-Mar-2026",
        "31-MAR-26",
        "Mar 31, 2026",
        "March 31st, 2026",
        "31 de marzo de 2026",
        "31 mars 2026",
        "31. März 2026",
        "31 марта 2026",
        "2026年3月31日",
    ],
)
def test_a_date_is_read_in_many_styles(text: str) -> None:
    """ISO, numbered, named and Chinese dates come to the same day."""
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    "text", ["2026-02-30", "31/02/2026", "soon", "", "March 2026", "46112", "13/13/2026"]
)
def test_what_is_no_date_is_an_error(text: str) -> None:
    """A day that does not exist is not moved to one that does."""
    with pytest.raises(InputError) as caught:
        parse_date(text)
    assert caught.value.hint


def test_a_date_with_two_readings_needs_an_order() -> None:
    """03/04/2026 is a question, unless the order is known or both are the same."""
    with raises("base/date-read-two-ways"):
        parse_date("03/04/2026")
    assert parse_date("03/04/2026", "dmy") == date(2026, 4, 3)
    assert parse_date("03/04/2026", "mdy") == date(2026, 3, 4)
    assert parse_date("04/04/2026") == date(2026, 4, 4)


def test_a_column_shows_its_order_by_one_clear_date() -> None:
    """One date with a part above twelve decides; two that contradict each other do not."""
    assert date_order("31/03/2026") == "dmy"
    assert find_order(["03/04/2026", "31/03/2026"]) == "dmy"
    assert find_order(["03/04/2026", "03/31/2026"]) == "mdy"
    assert find_order(["31/03/2026", "03/31/2026"]) is None
    assert find_order(["03/04/2026"]) is None


def test_a_serial_is_a_spreadsheets_day() -> None:
    """46112 is 31 March 2026; days before March 1900 differ between spreadsheets."""
    assert from_serial(46_112) == DAY
    with pytest.raises(InputError):
        from_serial(60)


@given(
    DAYS,
    st.sampled_from(
        ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d-%b-%Y", "%d-%b-%y", "%B %d, %Y", "%Y/%m/%d"]
    ),
)
def test_a_date_is_read_back(day: date, style: str) -> None:
    """Each style with one reading closes the round trip."""
    assert parse_date(day.strftime(style)) == day


@given(DAYS)
def test_both_orders_are_read_back(day: date) -> None:
    """With the order known, each numbered date closes the round trip."""
    assert parse_date(day.strftime("%d/%m/%Y"), "dmy") == day
    assert parse_date(day.strftime("%m/%d/%Y"), "mdy") == day


@given(st.text(max_size=14))
def test_any_text_is_a_date_or_an_error(text: str) -> None:
    """A text that is not a date raises InputError and nothing else."""
    day = None
    with suppress(InputError):
        day = parse_date(text)
    assert day is None or day.year >= 1
