"""CDC's counts by county: by residence, small counts hidden, the day of the data told."""

import json
from collections.abc import Callable

import pytest
from tests.support.raising import raises

from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.readers.vsrr import is_county, is_vsrr
from tidewaiter.burden.types import month_of

Records = list[dict[str, str]]
Written = Callable[..., bytes]
LOW = "One or more data cells have counts between 1-9 and have been suppressed."


def county(fips: str = "39049", deaths: str = "812", **cells: str) -> dict[str, str]:
    """Make a row as the download has it; the titles are those of CDC, the counts made up."""
    return {
        "Data as of": "07/05/2026",
        "Year": "2025",
        "Month": "12",
        "ST_ABBREV": "OH",
        "STATE_NAME": "Ohio",
        "COUNTYNAME": "Franklin",
        "FIPS": fips,
        "STATEFIPS": "39",
        "COUNTYFIPS": "49",
        "CODE2013": "1",
        "Provisional Drug Overdose Deaths": deaths,
        "Footnote": "",
        "Percentage Of Records Pending Investigation": "0.12",
        "HistoricalDataCompletenessNote": "",
        "MonthEndingDate": "12/31/2025",
        "Start Date": "01/01/2025",
        "End Date": "12/31/2025",
    } | cells


def test_a_county_is_read_by_residence(written: Written) -> None:
    """FIPS gives the place, the data's day the month of release; nothing says what is closed."""
    content = written([county(), county("1001", "", Footnote=LOW), county("01003", "0")])
    read = read_release(content, "x.csv")
    assert (read.source, read.released, read.told, read.notes) == (
        "cdc-vsrr-county",
        month_of(2026, 7),
        True,
        (),
    )
    assert not is_vsrr(content)
    rows = read.figures.to_pylist()
    assert rows[0] == {
        "place": "US-39049",
        "indicator": "overdose",
        "measure": "deaths",
        "basis": "residence",
        "last": month_of(2025, 12),
        "months": 12,
        "part": "",
        "value": 812.0,
        "predicted": None,
        "pending": 0.12,
        "complete": None,
        "closed": None,
        "missing": "",
    }
    assert [(row["place"], row["value"], row["missing"]) for row in rows[1:]] == [
        ("US-01001", None, "suppressed"),
        ("US-01003", 0.0, ""),
    ]


def test_the_records_of_the_api_are_the_same(written: Written) -> None:
    """Its short names, dates with a time, and omitted blanks."""
    short = {
        "Provisional Drug Overdose Deaths": "provisional_drug_overdose",
        "Percentage Of Records Pending Investigation": "percentage_of_records_pending",
    }
    days = {"07/05/2026": "2026-07-05T00:00:00.000", "12/31/2025": "2025-12-31T00:00:00.000"}
    rows = [county("01001", "", Footnote=LOW), county()]
    records = [
        {
            short.get(key, key.lower().replace(" ", "_")): days.get(text, text)
            for key, text in row.items()
            if text
        }
        for row in rows
    ]
    read = read_release(json.dumps(records).encode(), "x.json")
    assert read.figures.equals(read_release(written(rows), "x.csv").figures)
    assert read.refused == 0


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"FIPS": "39"}, "burden/not-a-county"),
        ({"FIPS": "99001"}, "burden/not-a-county"),
        ({"MonthEndingDate": "2025-00-31"}, "burden/month-out-of-bounds"),
        ({"MonthEndingDate": ""}, "burden/column-not-a-day"),
        (
            {"Provisional Drug Overdose Deaths": "0", "Footnote": LOW},
            "burden/zero-is-hidden-by-cdc",
        ),
        ({"Provisional Drug Overdose Deaths": "8.5"}, "burden/column-not-a-kind"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(
    cells: dict[str, str], code: str, written: Written
) -> None:
    """The others stay."""
    read = read_release(written([county(), county() | cells]), "x")
    assert (len(read.figures), read.refused) == (1, 1)
    assert read.notes[0].code == code


def test_joined_releases_of_counties_are_told(written: Written) -> None:
    """Two days of data in one file; the later is that of the release."""
    later = county("39035", **{"Data as of": "10/04/2026"})
    read = read_release(written([county(), later]), "x")
    assert read.released == month_of(2026, 10)
    assert read.notes[0].code == "burden/several-release-months"
    assert not is_county(b"FIPS,Deaths\n39049,3\n")
    with raises("burden/no-readable-row"):
        read_release(written([county("x")]), "x")
