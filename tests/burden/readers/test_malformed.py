"""Malformed rows of releases: each is corrected with a visible note, or refused with a hint."""

import pytest
from tests.burden.readers.malforming import Records, Written, of, only, value
from tests.support.raising import raises

from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.types import parse_month


def test_missing_footnotes_are_told(records: Records, written: Written) -> None:
    """Without them nothing says which counts are closed: it is null, and not false."""
    bare = [{k: v for k, v in row.items() if "Footnote" not in k} for row in records]
    read = read_release(written(bare), "x")
    assert only(read).code == "burden/no-footnotes"
    assert set(read.figures["closed"].to_pylist()) == {None}


def test_a_renamed_column_is_read_with_a_note(records: Records, written: Written) -> None:
    """The titles that files in circulation use; the note names both."""
    renamed = [
        {{"Data Value": "Deaths", "State": "Jurisdiction"}.get(k, k): v for k, v in row.items()}
        for row in records
    ]
    read = read_release(written(renamed), "x")
    assert value(read, "US-OH") == 4095.0
    assert [(note.place, note.values, note.kept) for note in read.notes] == [
        ('column "jurisdiction"', {"title": "state"}, True),
        ('column "deaths"', {"title": "data value"}, True),
    ]


@pytest.mark.parametrize(
    ("title", "hint"),
    [
        ("Data Valeu", '"data valeu" may be "data value": name it so'),
        ("Zahl", 'none of "zahl" is known as that: name it so'),
    ],
)
def test_an_unknown_title_is_refused_with_the_nearest(
    title: str, hint: str, records: Records, written: Written
) -> None:
    """A column that cannot be told is not guessed."""
    odd = [{title if k == "Data Value" else k: v for k, v in row.items()} for row in records]
    with raises("burden/columns-missing", missing="data value") as caught:
        read_release(written(odd), "x.csv")
    assert (caught.value.at, caught.value.hint) == ("x.csv", hint)


def test_two_columns_of_one_meaning_are_refused(records: Records, written: Written) -> None:
    """Which of them counts, nothing tells."""
    both = [row | {"data_value": "1"} for row in records]
    with raises("burden/column-twice", found="data value"):
        read_release(written(both), "x")


@pytest.mark.parametrize(
    ("cell", "missing"),
    [
        ("Suppressed", "suppressed"),
        ("<10", "suppressed"),
        ("1-9", "suppressed"),
        ("1–9", "suppressed"),
        ("fewer than 10", "suppressed"),
        ("*", "suppressed"),
        ("N/A", "not shown"),
        ("--", "not shown"),
        ("low data quality", "low quality"),
    ],
)
def test_words_for_numbers_are_never_zero(
    cell: str, missing: str, records: Records, written: Written
) -> None:
    """They are null, with the reason; one note says how many cells there were."""
    for month in ("August", "September"):
        of(records, "WY", month)["Data Value"] = cell
    read = read_release(written(records), "x")
    assert value(read, "US-WY") is None
    assert (only(read).value, only(read).kept) == (cell, True)
    assert only(read).code == "burden/word-for-number"
    assert only(read).values == {"count": 2, "why": missing}


def test_a_blank_is_not_zero(records: Records, written: Written) -> None:
    """Its footnote says why; a zero beside such a footnote is refused."""
    hidden = "Data suppressed (<10). Data not shown due to low data quality."
    for state, cell, note in (
        ("WY", "", hidden),
        ("VT", "", "Data suppressed (<10)."),
        ("AK", "", ""),
        ("HI", "0", hidden),
    ):
        of(records, state).update({"Data Value": cell, "Footnote": note})
    read = read_release(written(records), "x")
    found = {
        row["place"]: row["missing"]
        for row in read.figures.to_pylist()
        if row["last"] == parse_month("2018-09")
        and row["indicator"] == "overdose"
        and row["value"] is None
    }
    assert found == {
        "US-WY": "suppressed, low quality",
        "US-VT": "suppressed",
        "US-AK": "not shown",
    }
    assert only(read).code == "burden/zero-is-hidden"
    assert value(read, "US-HI") == "gone"


@pytest.mark.parametrize("cell", ["4.034,5", "40,34", "4.5", "-3", "12 deaths", "1e3", "300000000"])
def test_what_is_no_count_is_refused(cell: str, records: Records, written: Written) -> None:
    """A false thousands mark, a fraction of a death, a sign, words beside the number."""
    of(records, "OH")["Data Value"] = cell
    read = read_release(written(records), "x")
    assert (only(read).kept, value(read, "US-OH")) == (False, "gone")
    assert only(read).place.startswith("row ")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Month", "00"),
        ("Month", "13"),
        ("Month", ""),
        ("Year", "20188"),
        ("Year", "now"),
        ("Period", "Monthly"),
        ("State", "Atlantis"),
        ("Indicator", "Caffeine"),
    ],
)
def test_a_row_of_no_month_place_or_drug_is_refused(
    column: str, cell: str, records: Records, written: Written
) -> None:
    """The period "2026-00" is none."""
    of(records, "OH").update({column: cell, "State Name": ""})
    read = read_release(written(records), "x")
    assert (only(read).kept, value(read, "US-OH")) == (False, "gone")
