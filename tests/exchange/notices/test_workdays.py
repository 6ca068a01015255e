"""Working days: counted in both countries, and told where a calendar is not known."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.exchange.notices.deadlines import add_working_days, working_days_until

COUNTRIES = ("DE", "MX", "US", "CA", "CN", "SA", "IL", "AU", "IN", "BR")
UNKNOWN = "XX"


def test_weekends_and_holidays_of_both_countries_do_not_count() -> None:
    """Five days from the Thursday before Easter 2026, of Germany and Mexico."""
    counted = add_working_days(date(2026, 4, 2), 5, ("DE", "MX"))
    assert counted.day == date(2026, 4, 13)
    assert not counted.missing
    why = {(each.day, each.country): each.why for each in counted.skipped}
    assert why[date(2026, 4, 3), "DE"] == "Good Friday"
    assert why[date(2026, 4, 6), "DE"] == "Easter Monday"
    assert why[date(2026, 4, 4), "MX"] == "weekend"


def test_the_weekend_is_that_of_each_country() -> None:
    """Saudi Arabia has Friday off, Germany Sunday: neither country counts either day."""
    counted = add_working_days(date(2026, 1, 8), 1, ("DE", "SA"))  # a Thursday
    assert counted.day == date(2026, 1, 12)
    alone = add_working_days(date(2026, 1, 8), 1, ("SA",))
    assert alone.day == date(2026, 1, 11)


def test_a_saturday_that_is_worked_counts() -> None:
    """China works on the Saturday before the spring festival of 2026."""
    assert add_working_days(date(2026, 2, 13), 1, ("CN",)).day == date(2026, 2, 14)


def test_a_country_without_data_is_told_and_not_guessed() -> None:
    """With one unknown calendar the day is the earliest possible; with both there is none."""
    counted = add_working_days(date(2026, 3, 2), 5, ("DE", UNKNOWN))
    assert counted.missing == (UNKNOWN,)
    assert counted.day == date(2026, 3, 9)
    assert add_working_days(date(2026, 3, 2), 5, (UNKNOWN,)).day is None
    assert add_working_days(date(2026, 3, 2), 5, ()).day is None


def test_a_year_beyond_the_data_is_told() -> None:
    """The library ends in some year; no holidays are made up after it."""
    assert add_working_days(date(2500, 1, 1), 5, ("DE",)).missing == ("DE",)


def test_an_absurd_number_of_days_is_refused() -> None:
    """No deadline is longer than a year."""
    with raises("exchange/too-many-working-days"):
        add_working_days(date(2026, 3, 2), 251, ("DE",))


@given(
    start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(1, 30),
    countries=st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=2, unique=True),
)
def test_as_many_days_count_as_were_asked(start: date, days: int, countries: list[str]) -> None:
    """Between the start and the end are as many counted days; the end is one."""
    counted = add_working_days(start, days, countries)
    assert counted.day is not None
    skipped = {each.day for each in counted.skipped}
    passed = [start + timedelta(days=n) for n in range(1, (counted.day - start).days + 1)]
    assert sum(day not in skipped for day in passed) == days
    assert counted.day not in skipped


@given(
    start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(0, 20),
    first=st.sampled_from(COUNTRIES),
    second=st.sampled_from((*COUNTRIES, UNKNOWN)),
)
def test_a_second_country_never_brings_the_day_forward(
    start: date, days: int, first: str, second: str
) -> None:
    """Two calendars leave at least as much time as one."""
    one = add_working_days(start, days, (first,)).day
    both = add_working_days(start, days, (first, second)).day
    assert one is not None
    assert both is not None
    assert both >= one


@given(
    start=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(0, 20),
    countries=st.lists(st.sampled_from((*COUNTRIES, UNKNOWN)), max_size=2, unique=True),
)
def test_the_days_that_are_left_are_those_that_were_counted(
    start: date, days: int, countries: list[str]
) -> None:
    """To the end of a count as many days are left; of no country anything is known, none."""
    counted = add_working_days(start, days, countries)
    if counted.day is None:
        assert working_days_until(start, start + timedelta(days=9), countries) is None
    else:
        assert working_days_until(start, counted.day, countries) == days
    assert working_days_until(start, start - timedelta(days=1), countries) == 0
