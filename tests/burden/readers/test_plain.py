"""The plain CSV of any country: forgiving in titles, strict in meaning."""

from collections.abc import Callable

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.burden.readers.formats import READERS, read_release
from tidewaiter.burden.readers.plain import period_of
from tidewaiter.burden.types import month_of

Written = Callable[..., bytes]


def row(**cells: str) -> dict[str, str]:
    """Make a row: the code ZZ is left to users by ISO 3166."""
    return {"place": "ZZ", "indicator": "overdose", "period": "2022", "value": "1,200"} | cells


def test_a_country_is_read(written: Written) -> None:
    """Every column; the source is the country's, so that two countries are two series."""
    content = written(
        [
            row(
                basis="residents",
                closed="final",
                predicted="1230.5",
                part="sex=F;age=25-34",
                released="2023-06",
                note="x",
            ),
            row(
                basis="",
                closed="no",
                predicted="",
                part="",
                released="2023-06",
                note="",
                place="ZZ-A",
                indicator="Heroin (T40.1)",
                period="2022-12",
                value="<5",
            ),
        ]
    )
    read = read_release(content, "zz.csv")
    assert (read.source, read.released, read.told, read.refused) == (
        "plain-zz",
        month_of(2023, 6),
        True,
        0,
    )
    assert read.figures.to_pylist() == [
        {
            "place": "ZZ",
            "indicator": "overdose",
            "measure": "deaths",
            "basis": "residence",
            "last": month_of(2022, 12),
            "months": 12,
            "part": "age=25-34;sex=F",
            "value": 1200.0,
            "predicted": 1230.5,
            "pending": None,
            "complete": None,
            "closed": True,
            "missing": "",
        },
        {
            "place": "ZZ-A",
            "indicator": "T40.1",
            "measure": "deaths",
            "basis": "",
            "last": month_of(2022, 12),
            "months": 1,
            "part": "",
            "value": None,
            "predicted": None,
            "pending": None,
            "complete": None,
            "closed": False,
            "missing": "suppressed",
        },
    ]
    assert read_release(content, "zz.csv", "plain-zz") == read


def test_titles_may_be_others(written: Written) -> None:
    """Those in use for the same thing; each is noted."""
    rows = [{"Place": "Germany", "Cause": "Drug overdose deaths", "Year": "2022", "Deaths": "1990"}]
    read = read_release(written(rows, ";"), "x")
    assert (read.source, read.released) == ("plain-de", None)
    assert read.figures["value"].to_pylist() == [1990.0]
    assert [note.place for note in read.notes] == ['column "cause"', 'column "deaths"']


def test_a_source_that_is_named_is_the_source(written: Written) -> None:
    """The name of the authority's series; of several countries without one, plain."""
    named = read_release(written([row(source="Min. of Health")]), "x")
    assert named.source == "plain-min-of-health"
    assert read_release(written([row(), row(place="DE")]), "x").source == "plain"


@pytest.mark.parametrize(
    ("cells", "last", "months"),
    [
        ({"period": "2022"}, (2022, 12), 12),
        ({"period": "2022-03"}, (2022, 3), 1),
        ({"period": "2022-Q2"}, (2022, 6), 3),
        ({"period": "2021-07/2022-06"}, (2022, 6), 12),
        ({"period": "2022-03", "months": "12"}, (2022, 3), 12),
        ({"year": "2022"}, (2022, 12), 12),
        ({"year": "2022", "month": "May"}, (2022, 5), 1),
        ({"from": "2022-04-01", "to": "2022-06-30"}, (2022, 6), 3),
        ({"year": "2022", "from": "2022-01", "to": "2022-12"}, (2022, 12), 12),
    ],
)
def test_periods_are_whole_months(
    cells: dict[str, str], last: tuple[int, int], months: int
) -> None:
    """A year, a quarter, a month, a span, a window."""
    assert period_of(cells) == (month_of(*last), months)


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"period": "2022-00"},
        {"period": "2022-13"},
        {"period": "2010/11"},
        {"period": "FY2022"},
        {"period": "2022", "year": "2021"},
        {"year": "2022", "month": "Mai"},
        {"from": "2022-01"},
        {"from": "2022-06", "to": "2022-01"},
        {"from": "2022-01-15", "to": "2022-06-30"},
        {"period": "2022", "months": "1"},
        {"period": "2022-01", "months": "twelve"},
    ],
    ids=str,
)
def test_what_is_no_period_is_refused(cells: dict[str, str]) -> None:
    """A fiscal year that looks like a month, half months, columns that contradict each other."""
    with pytest.raises(InputError):
        period_of(cells)


@pytest.mark.parametrize(
    "cells",
    [
        {"place": "Atlantis"},
        {"place": "OH"},
        {"place": "US-QQ"},
        {"indicator": "fentanyl"},
        {"value": "12.5"},
        {"value": "many"},
        {"basis": "here"},
        {"closed": "perhaps"},
        {"part": "women"},
        {"measure": "1"},
        {"released": "soon"},
    ],
    ids=str,
)
def test_what_is_not_meant_clearly_is_refused(cells: dict[str, str], written: Written) -> None:
    """The row is refused with its reason, and the others are kept."""
    columns = dict.fromkeys(cells, "")
    read = read_release(
        written([row() | {k: v or row().get(k, "") for k, v in columns.items()}, row(**cells)]), "x"
    )
    assert read.refused == 1
    assert len(read.figures) == 1


def test_two_letters_are_a_country(written: Written) -> None:
    """CA is Canada; California is US-CA, or by its name."""
    rows = [row(place=place) for place in ("CA", "US-CA", "California", "us-06037")]
    places = read_release(written(rows), "x").figures["place"].to_pylist()
    assert places == ["CA", "US-CA", "US-06037"]


def test_windows_given_as_months_are_refused(written: Written) -> None:
    """Twelve of them are twelve times the year's count, which is too many deaths."""
    months = [row(period=f"2022-{month:02}", value="1190") for month in range(1, 13)]
    read = read_release(written([row(), *months]), "x")
    assert read.figures["value"].to_pylist() == [1200.0]
    assert read.notes[0].code == "burden/windows-given-as-months"
    true = [row(period=f"2022-{month:02}", value="100") for month in range(1, 13)]
    assert len(read_release(written([row(), *true]), "x").figures) == 13


def test_a_drug_above_all_deaths_is_refused(written: Written) -> None:
    """In any country: more than a fifth of all deaths, or more than all overdoses."""
    rows = [
        row(indicator="all-causes", value="50000"),
        row(value="20000"),
        row(indicator="T40.4", value="900", period="2021"),
        row(period="2021", value="800"),
    ]
    read = read_release(written(rows), "x")
    assert [note.kept for note in read.notes] == [False, False]
    assert read.figures["indicator"].to_pylist() == ["all-causes", "overdose"]


def test_several_releases_in_a_file_are_refused(written: Written) -> None:
    """Each needs a separate file; an unknown source is refused."""
    with raises("burden/several-months-of-release", released="2023-01, 2023-02"):
        read_release(
            written([row(released="2023-01"), row(period="2021", released="2023-02")]), "x"
        )
    with raises("burden/not-a-source", key="plane", known=", ".join(READERS)):
        read_release(b"x", "x", "plane")
