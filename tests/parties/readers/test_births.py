"""Birth dates as lists write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.errors import InputError
from tidewaiter.parties.birth_dates import parse_births


@pytest.mark.parametrize(
    ("text", "births", "about"),
    [
        ("1970", ("1970",), False),
        ("circa 1970", ("1970",), True),
        ("Approximately 1967", ("1967",), True),
        ("10 Dec 1948", ("1948-12-10",), False),
        ("Dec 1948", ("1948-12",), False),
        ("05 Jul 1987", ("1987-07-05",), False),
        ("00/00/1975", ("1975",), False),
        ("00/03/1975", ("1975-03",), False),
        ("03/04/1970", ("1970-04-03",), False),
        ("1970-03", ("1970-03",), False),
        ("1970-03-31T00:00:00", ("1970-03-31",), False),
        ("1973 to 1975", ("1973", "1974", "1975"), True),
        ("circa 1973-1974", ("1973", "1974"), True),
        ("Between 1963 and 1964", ("1963", "1964"), True),
        ("1962 or 1963", ("1962", "1963"), True),
        ("1900 to 1950", ("1900", "1950"), True),
        ("01 Jan 1960 to 31 Dec 1961", ("1960-01-01", "1961-12-31"), True),
        ("a) 5 May 1957 b) 1958", ("1957-05-05", "1958"), False),
        ("(1) 1961 (2) 12/04/1962", ("1961", "1962-04-12"), False),
        ("12.03.1971", ("1971-03-12",), False),
        ("12/03/1971", ("1971-03-12",), False),
        ("March 12, 1971; 1972", ("1971-03-12", "1972"), False),
        ("1972-08-10 or 1972-08-11", ("1972-08-10", "1972-08-11"), True),
        ("1961 or 1962 or 1963", ("1961", "1962", "1963"), True),
        ("1952 or 4 May 1955", ("1952", "1955-05-04"), True),
        ("19 December 1980, or 19 January 1980", ("1980-12-19", "1980-01-19"), True),
        ("14 Mar 1974 >> 13 Apr 1974", ("1974-03-14", "1974-04-13"), False),
        ("11/10/1953  10/11/1953", ("1953-10-11", "1953-11-10"), False),
        ("09/11/ 1954", ("1954-11-09",), False),
        ("alt DOB: 03/04/1957", ("1957-04-03",), False),
        ("(Apr. 1963)", ("1963-04",), False),
        ("August, 1961", ("1961-08",), False),
        ("xx/03/1971", ("1971-03",), False),
        ("dd/mm/1967-1969", ("1967", "1968", "1969"), True),
        ("1971年3月12日", ("1971-03-12",), False),
        ("1971年3月", ("1971-03",), False),
        ("1971年頃", ("1971",), True),
        ("おおよそ1971年", ("1971",), True),
        ("1958年又は1959年", ("1958", "1959"), False),
        ("1953年から1955年の間", ("1953", "1954", "1955"), True),
        ("1941年8月20日例示国生", ("1941-08-20",), False),
        ("1970年生まれ", ("1970",), False),
        ("Born at Primersk, Republic of Primer, on 20 August 1941", ("1941-08-20",), False),
        ("1958年から1960年までの間", ("1958", "1959", "1960"), True),
        ("1976年6 月26日", ("1976-06-26",), False),
        ("昭和46年3月12日", ("1971-03-12",), False),
        ("昭和46年3月12日、平成元年", ("1971-03-12", "1989"), False),
        ("①1960年②1961年５月", ("1960", "1961-05"), False),
    ],
)
def test_a_birth_date_is_read_whole_or_in_part(
    text: str, births: tuple[str, ...], *, about: bool
) -> None:
    """What the list leaves open stays open, and approximate dates are marked."""
    assert parse_births(text) == (births, about)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unknown",
        "1349 (Hijri)",
        "31/31/1970",
        "1975 to 1973",
        "昭和65年1月1日",
        "昭和64年2月1日",
    ],
)
def test_what_is_no_birth_date_is_an_error(text: str) -> None:
    """No date is guessed."""
    with pytest.raises(InputError) as caught:
        parse_births(text)
    assert caught.value.hint


def test_the_list_says_whether_the_month_comes_first() -> None:
    """The same text is a day in April or in March."""
    assert parse_births("03/04/1970", "mdy") == (("1970-03-04",), False)
    assert parse_births("03/04/1970", "dmy") == (("1970-04-03",), False)
    assert parse_births("03.04.1970", "mdy") == (("1970-04-03",), False)


@given(
    st.dates(min_value=date(1850, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d.%m.%Y"]),
)
def test_a_whole_date_comes_back(day: date, form: str) -> None:
    """Each way to write a day means that day."""
    assert parse_births(day.strftime(form)) == ((str(day),), False)
