"""Places, indicators and sources by every name that they have, and months as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.burden.indicators import (
    coded_place,
    find_indicator,
    find_place,
    find_source,
    indicators,
    place_name,
    places,
    sources,
    vsrr_indicators,
    vsrr_places,
)
from tidewaiter.burden.readers.formats import READERS
from tidewaiter.burden.types import month_of, month_text, named_month, parse_month


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_a_month_is_written_and_read(year: int, month: int) -> None:
    """There and back; the next month is one more."""
    number = month_of(year, month)
    assert parse_month(month_text(number)) == number
    assert month_text(number) == f"{year}-{month:02}"
    assert number + 12 == (year + 1) * 12 + month - 1


@pytest.mark.parametrize("text", ["2022-00", "2022-13", "2022", "22-01", "1899-12", "2022-1", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    """The trap of a public file: "2026-00"."""
    with pytest.raises(InputError) as caught:
        parse_month(text)
    assert caught.value.code in {"burden/not-a-written-month", "burden/month-out-of-bounds"}


def test_months_have_names() -> None:
    """Whole, cut to three letters, with a point, or a number."""
    assert [named_month(text) for text in ("December", "dec.", " 12 ", "1")] == [12, 12, 12, 1]
    assert [named_month(text) for text in ("", "0", "13", "Mai")] == [None] * 4


def test_the_jurisdictions_are_those_of_the_census() -> None:
    """Fifty states, DC and Puerto Rico have a FIPS code each; CDC adds the nation and the City."""
    fips = [each.fips for each in places().values() if each.fips]
    assert (len(fips), len(set(fips))) == (52, 52)
    assert len(vsrr_places()) == 54
    assert vsrr_places()["NY"].code == "US-NY-REST"
    assert {each.within for each in places().values()} == {"", "US-NY"}


def test_a_place_is_found_by_each_name() -> None:
    """Code, name, FIPS; NY is all of New York here, and two letters of a state are the state."""
    for each in places().values():
        assert find_place(each.code) == each
        assert find_place(each.name.upper()) == each
    assert [find_place(text).code for text in ("oh", "39", "NY", "YC", "DE", "Germany", "zz")] == [
        "US-OH",
        "US-OH",
        "US-NY",
        "US-NY-NYC",
        "US-DE",
        "DE",
        "ZZ",
    ]
    with raises("burden/not-a-place-with-figures"):
        find_place("Atlantis")


def test_counties_and_countries_have_codes() -> None:
    """By FIPS within a state that there is, by ISO 3166, or a code that ISO leaves to users."""
    assert find_place("US-39049").name == "county 39049, Ohio"
    assert place_name("US-01001") == "county 01001, Alabama"
    assert (place_name("DE"), place_name("DE-BY")) == ("Germany", "DE-BY")
    assert [coded_place(text) for text in ("US-99001", "US-3904", "US-QQ", "QQ1", "AB", "")] == [
        None
    ] * 6
    assert place_name("US-QQ") == "US-QQ"


def test_an_indicator_is_found_by_each_name() -> None:
    """Key, name and CDC's name, in any case; never by the name of one drug."""
    for each in indicators().values():
        names = filter(None, (each.key, each.name, each.vsrr))
        assert {find_indicator(text.upper()).key for text in names} == {each.key}
    assert len(vsrr_indicators()) == 12
    with raises("burden/not-an-indicator"):
        find_indicator("fentanyl")


def test_each_reader_has_a_source() -> None:
    """Where it is from, and how its authority wants to be named."""
    assert READERS.keys() <= sources().keys()
    assert all(each.cite and each.licence and each.about for each in sources().values())
    assert find_source("plain-zz") == sources()["plain"]
    with raises("burden/not-a-source"):
        find_source("plane")
