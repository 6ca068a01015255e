"""CDC's provisional counts: the same figures, however a release is written."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.readers.vsrr import is_vsrr
from tidewaiter.burden.types import FIGURES, Reading, month_of, parse_month

Records = list[dict[str, str]]
Written = Callable[..., bytes]
_ORDER = [(name, "ascending") for name in ("place", "indicator", "last")]


def ordered(reading: Reading) -> list[dict[str, object]]:
    """Return the figures in one order."""
    rows: list[dict[str, object]] = reading.figures.sort_by(_ORDER).to_pylist()
    return rows


def figure(reading: Reading, place: str, indicator: str, last: str) -> dict[str, object]:
    """Return one figure."""
    [row] = [
        row
        for row in reading.figures.to_pylist()
        if (row["place"], row["indicator"], row["last"]) == (place, indicator, parse_month(last))
    ]
    return row  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def true(true_bytes: bytes) -> Reading:
    """Read the true release."""
    return read_release(true_bytes, "vsrr-2019-04.csv")


def test_a_true_release_is_read_whole(true: Reading) -> None:
    """Every row, with nothing to note; New York as a whole is added, the sum of its parts."""
    assert (true.source, true.notes, true.released, true.told) == (
        "cdc-vsrr",
        (),
        month_of(2019, 4),
        False,
    )
    assert true.figures.schema == FIGURES
    parts = [figure(true, place, "overdose", "2018-09") for place in ("US-NY-REST", "US-NY-NYC")]
    whole = figure(true, "US-NY", "overdose", "2018-09")
    assert whole["value"] == sum(float(str(part["value"])) for part in parts)
    assert len(true.figures) == 375 + 3 * 3


def test_a_figure_is_what_the_row_says(true: Reading) -> None:
    """Ohio to September 2018: count, prediction, shares, open, by occurrence."""
    assert figure(true, "US-OH", "overdose", "2018-09") == {
        "place": "US-OH",
        "indicator": "overdose",
        "measure": "deaths",
        "basis": "occurrence",
        "last": month_of(2018, 9),
        "months": 12,
        "part": "",
        "value": 4095.0,
        "predicted": 4138.0,
        "pending": 0.035273934166012,
        "complete": 100.0,
        "closed": False,
        "missing": "",
    }


def test_the_nation_is_the_sum_of_its_parts(true: Reading) -> None:
    """Fifty states, DC and New York City; a file that adds the nation to them counts twice."""
    for indicator in ("overdose", "all-causes"):
        chosen = true.figures.filter(pc.equal(true.figures["indicator"], indicator))
        chosen = chosen.filter(pc.equal(chosen["last"], parse_month("2018-09")))
        nation = chosen.filter(pc.equal(chosen["place"], "US"))["value"][0].as_py()
        parts = chosen.filter(pc.invert(pc.is_in(chosen["place"], pa.array(["US", "US-NY"]))))
        assert pc.sum(parts["value"]).as_py() == nation


@settings(max_examples=40)
@given(
    seed=st.integers(0, 1000),
    delimiter=st.sampled_from(",|;\t"),
    ways=st.sets(st.sampled_from(["BOM", "CRLF", "thousands", "snake", "UTF-16"])),
)
def test_reading_does_not_hang_on_how_it_is_written(
    seed: int, delimiter: str, ways: set[str], true_bytes: bytes, true: Reading
) -> None:
    """Order of columns and rows, delimiter, marks, CRLF, thousands commas, titles of the API."""
    chance = random.Random(seed)
    records = list(csv.DictReader(io.StringIO(true_bytes.decode())))
    titles = list(records[0])
    chance.shuffle(titles)
    rows = chance.sample(records, len(records))
    if "thousands" in ways:
        rows = [row | {"Data Value": f"{int(row['Data Value']):,}"} for row in rows]
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, titles, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = file.getvalue().encode()
    if "snake" in ways:
        first, _, rest = content.partition(b"\n")
        content = first.lower().replace(b" ", b"_") + b"\n" + rest
    if "CRLF" in ways:
        content = content.replace(b"\n", b"\r\n")
    if "UTF-16" in ways:
        content = content.decode().encode("utf-16")
    elif "BOM" in ways:
        content = b"\xef\xbb\xbf" + content
    read = read_release(content, "x.csv")
    assert ordered(read) == ordered(true)
    assert read.notes == ()


def test_records_of_json_and_sheets_are_read_as_text_is(
    records: Records, as_json: Callable[[Records], bytes], true: Reading
) -> None:
    """The API's records, which leave blanks out, and a workbook of numbers."""
    assert ordered(read_release(as_json(records), "x.json")) == ordered(true)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_numbers": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(records[0]))
        for number, record in enumerate(records, 1):
            sheet.write_row(number, 0, list(record.values()))
    assert ordered(read_release(file.getvalue(), "x.xlsx")) == ordered(true)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row | {"State Name": row["State"]},
        lambda row: row | {"State": row["State Name"], "State Name": ""},
        lambda row: row | {"Month": row["Month"][:3]},
        lambda row: row | {"Month": {"July": "7", "August": "08"}.get(row["Month"], "9")},
        lambda row: row | {"Year": "2018.0"},
        lambda row: row | {"Period": "12-month ending"},
        lambda row: row | {"Data Value": f"{row['Data Value']}.0"},
        lambda row: {key: value for key, value in row.items() if key != "Period"},
        lambda row: row | {"Indicator": row["Indicator"].replace("excl. ", "EXCL.  ")},
    ],
    ids=[
        "code for name",
        "name for code",
        "Jul",
        "numbers",
        "2018.0",
        "hyphen",
        ".0",
        "no period",
        "case",
    ],
)
def test_cells_in_other_words_are_the_same_figures(
    change: Callable[[dict[str, str]], dict[str, str]],
    records: Records,
    written: Written,
    true: Reading,
) -> None:
    """States by name, months by number, and what spreadsheets make of years."""
    assert ordered(read_release(written([change(row) for row in records]), "x")) == ordered(true)


@pytest.mark.parametrize(
    ("cell", "complete", "notes"),
    [
        ("99+", 99.0, 0),
        ("99.5+", 99.5, 0),
        ("100%", 100.0, 0),
        ("<1", 1.0, 0),
        ("", None, 0),
        ("99,5", None, 1),
        ("all", None, 1),
        ("101", None, 1),
    ],
)
def test_a_percentage_is_no_reason_to_lose_a_count(
    cell: str, complete: float | None, notes: int, records: Records, written: Written
) -> None:
    """99+ is 99; what cannot be read is noted, and the count beside it stays."""
    [row] = [
        row
        for row in records
        if (row["State"], row["Month"], row["Indicator"])
        == ("OH", "July", "Number of Drug Overdose Deaths")
    ]
    row["Percent Complete"] = cell
    read = read_release(written(records), "x")
    found = figure(read, "US-OH", "overdose", "2018-07")
    assert (found["complete"], found["value"]) == (complete, float(row["Data Value"]))
    assert (len(read.notes), read.refused) == (notes, 0)


def test_a_release_comes_out_four_months_after_its_last_period(written: Written) -> None:
    """Six months until early 2022; the month is inferred, and said to be."""
    head = {"State": "US", "Indicator": "Number of Drug Overdose Deaths", "Data Value": "100000"}
    for year, month, released in (("2021", "July", "2022-02"), ("2025", "April", "2025-09")):
        read = read_release(written([head | {"Year": year, "Month": month}]), "x")
        assert (read.released, read.told) == (parse_month(released), False)


def test_other_files_are_not_taken_for_it() -> None:
    """Files that share some titles; a page of a server; nothing at all."""
    for content in (
        b"State,Year,Month,Deaths\nOH,2018,July,1\n",
        b"release,period,reported,predicted,source,status\n2017-10,2016-12,,71135,x,read\n",
        b"<html><body>Maintenance</body></html>",
        b"",
        b"\0" * 100,
        b"[1, 2]",
        b"[",
    ):
        assert not is_vsrr(content)


def test_all_true_releases_are_read_without_refusing_a_row(shared: Path) -> None:
    """But for ten rows of March 2019, a file of two releases, that nothing can tell apart."""
    refused: dict[str, int] = {}
    for path in sorted((shared / "data" / "burden" / "vsrr").glob("v*")):
        if path.name != "v2025-09.json":
            read = read_release(path.read_bytes(), path.name)
            refused |= {path.name: read.refused} if read.refused else {}
            mended = [note.code for note in read.notes if note.kept]
            assert not any("new-york" in code for code in mended)
    assert refused == {"v2019-03.csv": 10}


def test_the_joined_releases_of_2019_are_parted(shared: Path) -> None:
    """The later of the two is taken: its newest count is larger, and what is alike counts once."""
    folder = shared / "data" / "burden" / "vsrr"
    joined = read_release((folder / "v2019-03.csv").read_bytes(), "x")
    later = read_release((folder / "v2019-04.csv").read_bytes(), "x")
    at = ("US", "overdose", "2018-08")
    assert figure(joined, *at)["value"] == 67_360.0
    assert figure(later, *at)["value"] == 67_742.0
    with (folder / "v2019-03.csv").open(encoding="utf-8-sig", newline="") as file:
        values = {
            row["Data Value"]
            for row in csv.DictReader(file)
            if (row["State"], row["Year"], row["Month"], row["Indicator"])
            == ("US", "2018", "April", "Number of Drug Overdose Deaths")
        }
    assert len(values) == 2
    assert figure(joined, "US", "overdose", "2018-04")["value"] == max(map(float, values))
