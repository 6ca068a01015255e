"""Counts that contradict each other: sums, windows, New York, joined and cut files."""

from collections.abc import Callable

import pytest
from tests.burden.readers.malforming import (
    ALL,
    OVERDOSE,
    T404,
    Records,
    Written,
    of,
    only,
    value,
)
from tests.support.raising import raises

from tidewaiter.burden.readers.formats import read_release


def test_new_york_counted_twice_is_mended_by_the_nation(records: Records, written: Written) -> None:
    """The parts then add up to more than the nation, by as many as the City has."""
    true = read_release(written(records), "x")
    for row in records:
        if row["State"] == "NY":
            city = of(records, "YC", row["Month"], row["Indicator"])
            for column in ("Data Value", "Predicted Value"):
                if row[column]:
                    row[column] = str(int(row[column]) + int(city[column]))
    read = read_release(written(records), "x")
    assert read.figures.equals(true.figures)
    assert (only(read).code, only(read).kept) == ("burden/new-york-city-subtracted", True)


def test_new_york_without_its_city_as_a_row_is_the_whole_state(
    records: Records, written: Written
) -> None:
    """Fifty-one rows that add up to the nation: the City is in the state's."""
    true = read_release(written(records), "x")
    for row in records:
        if row["State"] == "NY":
            city = of(records, "YC", row["Month"], row["Indicator"])
            row["Data Value"] = str(int(row["Data Value"]) + int(city["Data Value"]))
    read = read_release(written([row for row in records if row["State"] != "YC"]), "x")
    assert value(read, "US-NY") == value(true, "US-NY")
    assert value(read, "US-NY-REST") == "gone"
    assert "burden/new-york-as-a-whole" in {note.code for note in read.notes}


def test_new_york_that_changes_its_meaning_is_told_by_its_own_history(
    records: Records, written: Written
) -> None:
    """Without the nation: what leaps by as many as the City has, has the City in it."""
    mine = [row for row in records if row["State"] in {"NY", "YC"}]
    true = read_release(written(mine), "x")
    for what in (OVERDOSE, ALL):
        row, city = of(mine, "NY", "September", what), of(mine, "YC", "September", what)
        for column in ("Data Value", "Predicted Value"):
            row[column] = row[column] and str(int(row[column]) + int(city[column]))
    read = read_release(written(mine), "x")
    for last in ("2018-07", "2018-09"):
        assert value(read, "US-NY-REST", "overdose", last) == value(
            true, "US-NY-REST", "overdose", last
        )
    assert only(read).value == "3 figures"


def test_new_york_of_which_nothing_tells_is_refused(records: Records, written: Written) -> None:
    """The City is in it in some months and not in others, and a row of neither can be told."""
    row, city = of(records, "NY"), of(records, "YC")
    row["Data Value"] = str(int(row["Data Value"]) + int(city["Data Value"]))
    for what in (OVERDOSE, ALL):
        of(records, "US", "August", what)["Data Value"] = ""
    of(records, "US", "September", ALL)["Data Value"] = ""
    of(records, "US", "July", ALL)["Data Value"] = ""
    read = read_release(written(records), "x")
    assert value(read, "US-NY-REST", "overdose", "2018-08") == "gone"
    assert value(read, "US-NY-REST", "overdose", "2018-07") != "gone"
    assert "burden/new-york-uncertain" in {note.code for note in read.notes}


def test_the_nation_added_to_its_parts_is_refused(records: Records, written: Written) -> None:
    """218,826 for 109,413: everyone is counted twice."""
    row = of(records, "US")
    row["Data Value"] = str(2 * int(row["Data Value"]))
    row["Predicted Value"] = str(2 * int(row["Predicted Value"]))
    read = read_release(written(records), "x")
    assert only(read).code == "burden/nation-counted-twice"
    assert (only(read).kept, value(read, "US")) == (False, "gone")
    assert value(read, "US-OH") == 4095.0


def test_a_nation_that_is_not_its_sum_is_refused(records: Records, written: Written) -> None:
    """A state at a tenth of its count shows in the sum, though the wrong row is unknown."""
    of(records, "US")["Data Value"] = "70000"
    read = read_release(written(records), "x")
    assert only(read).code == "burden/nation-unlike-parts"
    assert str(only(read).values["parts"]).startswith("67,")
    assert value(read, "US") == "gone"


def test_a_sum_of_overlapping_windows_is_refused(written: Written) -> None:
    """Twelve windows of 2022 added up: 1,295,774 for 109,413."""
    row = {
        "State": "US",
        "Year": "2022",
        "Month": "December",
        "Indicator": OVERDOSE,
        "Data Value": "1295774",
    }
    with raises("burden/most-counts-impossible"):
        read_release(written([row]), "x")
    around = [
        row | {"Month": month, "Data Value": "109400"}
        for month in ("September", "October", "November")
    ]
    read = read_release(written([*around, row]), "x")
    note = next(note for note in read.notes if not note.kept)
    assert (note.code, note.values) == ("burden/share-of-deaths-too-large", {"share": "20%"})
    assert (value(read, "US", last="2022-12"), value(read, "US", last="2022-11")) == (
        "gone",
        109_400.0,
    )


def test_a_sum_of_windows_of_one_drug_is_refused(records: Records, written: Written) -> None:
    """Small enough to be deaths of the place, and more than all overdoses."""
    state = "NM"
    row = of(records, state, what=T404)
    row.update({"Data Value": str(12 * int(row["Data Value"])), "Predicted Value": ""})
    read = read_release(written(records), "x")
    assert only(read).code == "burden/more-than-all-overdoses"
    alone = [each for each in records if each["Indicator"] == T404 and each["State"] == state]
    leap = [note for note in read_release(written(alone), "x").notes if not note.kept]
    assert leap[0].code == "burden/sum-of-windows"


def test_all_deaths_under_a_drug_label_are_refused(records: Records, written: Written) -> None:
    """One row: refused. All rows: the file is."""
    row = of(records, "OH")
    row.update({"Data Value": of(records, "OH", what=ALL)["Data Value"], "Predicted Value": ""})
    read = read_release(written(records), "x")
    assert only(read).code == "burden/deaths-of-all-causes"
    assert value(read, "US-OH") == "gone"
    every = [row | {"Indicator": OVERDOSE} for row in records if row["Indicator"] == ALL]
    with raises("burden/most-counts-impossible"):
        read_release(written(every), "x")


def test_alaska_2015_of_a_public_file_is_refused(records: Records, written: Written) -> None:
    """50,086 overdoses where some 4,400 die in a year."""
    of(records, "AK").update({"Data Value": "50086", "Predicted Value": ""})
    read = read_release(written(records), "x")
    assert (only(read).value, only(read).kept) == ("50,086", False)
    assert value(read, "US-AK") == "gone"


@pytest.mark.parametrize(
    ("what", "cell", "code"),
    [
        (OVERDOSE, "300", "burden/far-above-neighbours"),
        (ALL, "456", "burden/far-below-neighbours"),
    ],
)
def test_a_leap_between_overlapping_windows_is_refused(
    what: str, cell: str, code: str, records: Records, written: Written
) -> None:
    """Windows share eleven months with the next; those around it stay."""
    mine = [row for row in records if row["State"] == "WY" and row["Indicator"] == what]
    of(mine, "WY", "August", what).update({"Data Value": cell, "Predicted Value": ""})
    [note] = [note for note in read_release(written(mine), "x").notes if not note.kept]
    assert note.code == code
    assert note.place.endswith(" 2018-08")


def test_a_prediction_that_is_cut_is_refused(records: Records, written: Written) -> None:
    """4,138 as 41: the row is cut, or a column shifted."""
    of(records, "OH")["Predicted Value"] = "41"
    read = read_release(written(records), "x")
    assert (only(read).code, only(read).values) == (
        "burden/unlike-its-prediction",
        {"predicted": "41"},
    )


def test_a_file_that_is_cut_is_told(
    records: Records, written: Written, as_json: Callable[[Records], bytes]
) -> None:
    """Within a row, at its end, within a record: the remainder is read, with a note."""
    whole = written(records)
    within = read_release(whole[: whole.rindex(b",") - 30], "x")
    assert [note.code for note in within.notes if not note.kept] == [
        "burden/cells-do-not-fit-header"
    ]
    last = read_release(whole[:-1], "x")
    assert only(last).code == "burden/last-line-open"
    tenth = read_release(b"".join(whole.splitlines(keepends=True)[:340]), "x")
    assert (tenth.notes[0].value, tenth.notes[0].code) == (
        "New York City, Washington, Wisconsin, West Virginia, Wyoming",
        "burden/places-without-figures",
    )
    json = read_release(as_json(records)[:-50], "x")
    note = next(note for note in json.notes if not note.kept)
    assert note.code == "burden/record-cut"


def test_duplicate_rows_count_once(records: Records, written: Written) -> None:
    """Alike: once, with a note. The same count with two predictions: refused."""
    true = read_release(written(records), "x")
    read = read_release(written([*records, *records[:40]]), "x")
    assert sorted(read.figures.to_pylist(), key=str) == sorted(true.figures.to_pylist(), key=str)
    assert (only(read).value, only(read).code) == ("40 figures", "burden/figures-twice")
    other = of(records, "OH") | {"Predicted Value": "4200"}
    differing = read_release(written([*records, other]), "x")
    assert (only(differing).kept, value(differing, "US-OH")) == (False, "gone")


def test_two_releases_joined_are_parted(records: Records, written: Written) -> None:
    """Open counts grow, so the larger are the later, in either order."""
    true = read_release(written(records), "x")
    older = [
        row
        | {
            "Data Value": str(int(row["Data Value"]) * 99 // 100),
            "Predicted Value": row["Predicted Value"] and str(int(row["Predicted Value"]) + 3),
        }
        for row in records
        if row["Month"] == "September"
    ]
    for joined in ([*older, *records], [*records, *older]):
        read = read_release(written(joined), "x")
        assert sorted(read.figures.to_pylist(), key=str) == sorted(
            true.figures.to_pylist(), key=str
        )
        assert only(read).code == "burden/figures-of-two-releases"


def test_a_file_of_titles_alone_is_refused(records: Records, written: Written) -> None:
    """Nothing could be read, and the reason is that of the first row."""
    with raises("burden/no-readable-row") as caught:
        read_release(written(records).split(b"\n")[0] + b"\n", "x")
    assert caught.value.hint == "the file has only a header"
    with raises("burden/file-empty"):
        read_release(b" \n", "x", "cdc-vsrr")
