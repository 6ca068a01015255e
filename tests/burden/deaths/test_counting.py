"""Death records, read and counted."""

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest
from benchmarks.deaths_made import Made, made_years
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.burden.deaths.counting import (
    BASES,
    FIELDS,
    KEEP,
    Cells,
    breakdown,
    count_deaths,
    total,
)
from tidewaiter.burden.deaths.records import pieces
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.readers.nvss import figures_of, is_nvss, read_nvss

Record = Callable[..., bytes]
LINES = 3_000


def count(content: bytes, year: int | None = None, size: int = 1 << 20) -> Cells:
    """Count a file, cut into pieces of a size."""
    chunks = [content[place : place + size] for place in range(0, len(content), size)]
    *_, cells = count_deaths(chunks, "a.dat", KEEP, year=year)
    assert isinstance(cells, Cells)
    return cells


@pytest.fixture(scope="module")
def year_made() -> tuple[bytes, Made]:
    """Make some records of 2022, and the counts that they must give."""
    made = Made()
    return b"".join(made_years(LINES, made)), made


def test_counts_are_those_of_what_was_made(year_made: tuple[bytes, Made]) -> None:
    """Each indicator on each basis has the count that was kept while the records were made."""
    content, made = year_made
    cells = count(content)
    assert (cells.lines, cells.refused, cells.year) == (LINES, 0, 2022)
    for (indicator, basis), deaths in made.counts.items():
        assert (
            total(cells, indicator, "residence" if basis == "residence" else "occurrence") == deaths
        )
    assert made.counts["T40.4", "residence"] > 0


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 60_000), min_size=1, max_size=12), broken=st.booleans())
def test_any_split_gives_the_same_table(cuts: list[int], *, broken: bool) -> None:
    """Pieces of any size give the same counts, notes and order, with lines of other lengths too."""
    content = b"".join(made_years(120, Made(), seed=7))
    if broken:
        content = content[:5_000] + b"\r\nshort\r\n" + content[5_000:]
    whole = count(content)
    chunks, place = [], 0
    for cut in cuts:
        chunks.append(content[place : place + cut])
        place += cut
    *_, split = count_deaths([*chunks, content[place:]], "a.dat", KEEP)
    assert isinstance(split, Cells)
    assert breakdown(split, ("month", "sex", "age")).equals(
        breakdown(whole, ("month", "sex", "age"))
    )
    assert (split.lines, split.refused, split.notes) == (whole.lines, whole.refused, whole.notes)
    assert bool(whole.refused) == broken


def test_packed_files_are_the_same(year_made: tuple[bytes, Made]) -> None:
    """A file as .gz or .zip, with line ends of either kind, gives the figures of the plain one."""
    content, _ = year_made
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "documentation")
        archive.writestr("VS22MORT.DUSMCPUB", content)
    plain = read_nvss(content, "a").figures
    for other in (gzip.compress(content), packed.getvalue(), content.replace(b"\r\n", b"\n")):
        assert is_nvss(other)
        assert read_release(other, "a").figures.equals(plain)


def test_damaged_packs_are_refused(year_made: tuple[bytes, Made]) -> None:
    """A pack that ends too early says so, and no count is given."""
    packed = gzip.compress(year_made[0])[:-20_000]
    with raises("burden/cannot-be-unpacked"):
        list(pieces(io.BytesIO(packed), "a.gz"))


def test_locked_packs_and_endless_lines_are_refused(year_made: tuple[bytes, Made]) -> None:
    """An encrypted zip cannot be read, and an endless line cannot be a record."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("VS22MORT.DUSMCPUB", year_made[0])
    locked = bytearray(packed.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    assert not is_nvss(bytes(locked))
    with raises("burden/archive-locked"):
        list(pieces(io.BytesIO(bytes(locked)), "a.zip"))
    endless = [year_made[0][: 492 * 500], *[b" " * (8 << 20)] * 9]
    with raises("burden/no-line-ends", at="line 501"):
        list(count_deaths(endless, "a", KEEP))


def test_lines_of_another_length_are_refused_with_their_place(record: Record) -> None:
    """Lines too short, too long or of another year are reported and counted; others are read."""
    good = record(2022)
    lines = [good, good[:100], good, good + b"x", good, record(2021), record(2022, month=13), good]
    cells = count(b"\n".join(lines) + b"\n\x1a")
    assert (cells.lines, cells.refused, total(cells, "overdose", "residence")) == (8, 4, 4)
    notes = {note.place: (note.code, note.values) for note in cells.notes}
    assert notes == {
        "line 2, 4": ("burden/record-length-wrong", {"width": 443}),
        "line 6": ("burden/record-of-another-year", {"year": 2022}),
        "line 7": ("burden/record-unreadable", {}),
    }


def test_a_file_of_another_year_or_kind_is_refused(record: Record) -> None:
    """A file that is not of death records, or of another year, is refused as a whole."""
    with raises("burden/records-of-another-year", told=2022, year=2021):
        count(record(2022), year=2021)
    with raises("burden/not-death-records"):
        count(b"state,year\nUS,2022\n")


@pytest.mark.parametrize(
    ("year", "age", "expected"),
    [
        (2022, "1018", 18),
        (2022, "1105", 105),
        (2022, "2006", 0),
        (2022, "9999", None),
        (2022, "1999", None),
        (2002, "018", 18),
        (2002, "105", 105),
        (2002, "211", 0),
        (2002, "999", None),
    ],
)
def test_ages_are_completed_years(
    year: int, age: str, expected: int | None, record: Record
) -> None:
    """Months, days and hours are 0 years; a missing age is in no band."""
    table = breakdown(count(record(year, age=age)), ("age",))
    assert set(table["age"].to_pylist()) == {expected}


def test_a_foreign_resident_is_counted_where_they_died(record: Record) -> None:
    """Status 4 counts as an occurrence, and not among residents; 1 to 3 count as both."""
    lines = [record(2022, status=status) for status in (1, 2, 3, 4)]
    cells = count(b"\n".join(lines))
    assert [total(cells, "overdose", basis) for basis in BASES] == [3, 4]


def test_drugs_count_only_where_the_underlying_cause_is_an_overdose(record: Record) -> None:
    """T40.4 with a crash is not an overdose of T40.4: the trap of 111,528 against 107,941."""
    lines = [
        record(2022, underlying="X42", conditions=["X42", "T404", "T401"]),
        record(2022, underlying="V892", conditions=["T404"]),
        record(2022, underlying="X44", conditions=["T509"]),
    ]
    cells = count(b"\n".join(lines))
    found = {key: total(cells, key, "residence") for key in ("overdose", "T40.4", "specified")}
    assert found == {"overdose": 2, "T40.4": 1, "specified": 1}


@pytest.mark.parametrize("year", [1979, 1980, 1995, 1998])
def test_icd9_tells_overdoses_and_opioids(year: int, record: Record) -> None:
    """E850-E858 and the like are overdoses; N965.0 beside one, or E850.0, makes it of opioids."""
    lines = [
        record(year, underlying="8500"),
        record(year, underlying="9504", conditions=["9504 0", "96501"]),
        record(year, underlying="9805", conditions=["96500"]),  # flag 0: E965.0 is an assault
        record(year, underlying="8599"),
        record(year, underlying="410 "),
    ]
    cells = count(b"\n".join(lines))
    assert cells.revision == "ICD-9"
    assert total(cells, "overdose", "residence") == 3
    assert total(cells, "opioids", "residence") == 2
    intents = breakdown(cells, ("intent",)).to_pylist()
    assert {row["intent"] for row in intents if row["indicator"] == "overdose"} == {
        "unintentional",
        "suicide",
        "undetermined",
    }


def test_the_ragged_file_of_1980_is_read(record: Record) -> None:
    """Blanks at the end of a line of 1980 may be missing; a line without its cause is refused."""
    full = record(1980, underlying="8502", conditions=["85020"])
    lines = [full, full.rstrip(), full[:200], full[:145], full[:144]]
    cells = count(b"\r\n".join(lines))
    assert (total(cells, "overdose", "residence"), cells.refused) == (4, 1)


def test_states_are_counted_on_their_basis_and_small_counts_hidden(record: Record) -> None:
    """In 2003 a state counts who lived there or who died there; 1 to 9 deaths are never shown."""
    lines = [record(2003, occurrence="OH", residence="OH")] * 9
    lines += [record(2003, occurrence="OH", residence="KY", status=3)] * 3
    lines += [record(2003, occurrence="PR", residence="OH")]
    cells = count(b"\n".join(lines))
    assert cells.elsewhere == 1
    rows = breakdown(cells, ("state",)).to_pylist()
    shown = {(row["basis"], row["state"]): row for row in rows if row["indicator"] == "overdose"}
    assert shown["occurrence", "US-OH"]["deaths"] == 12
    assert shown["residence", "US-OH"]["deaths"] is None
    assert shown["residence", "US-OH"]["missing"] == "suppressed"
    hidden = [v for v in figures_of(cells).to_pylist() if v["place"] == "US-KY"]
    assert hidden
    assert all(row["value"] is None and row["missing"] == "suppressed" for row in hidden)
    with raises("burden/public-file-without-states"):
        breakdown(count(record(2022)), ("state",))


def test_figures_of_a_year_add_up(year_made: tuple[bytes, Made]) -> None:
    """Months, bands and sexes each add up to the year; all is closed, on both bases."""
    content, made = year_made
    rows = figures_of(count(content)).to_pylist()
    assert {row["basis"] for row in rows} == {"residence", "occurrence"}
    assert all(row["closed"] for row in rows)
    for basis in BASES:
        deaths = [row for row in rows if (row["basis"], row["indicator"]) == (basis, "overdose")]
        assert _sum(deaths, 12, "") == made.counts["overdose", basis]
        assert _sum(deaths, 1, "") == made.counts["overdose", basis]
        assert _sum(deaths, 12, "age=", "sex=") == made.counts["overdose", basis]
    share = next(row for row in rows if row["indicator"] == "specified" and not row["part"])
    assert (share["measure"], share["months"]) == ("percent", 12)
    assert share["value"] == pytest.approx(
        100 * made.counts["specified", share["basis"]] / made.counts["overdose", share["basis"]]
    )


def test_fields_of_a_cell_fit_into_one_number() -> None:
    """All that a cell may tell apart fits into 63 bits, with room for every drug."""
    assert sum(FIELDS.values()) < 63


def _sum(rows: Sequence[dict[str, object]], months: int, *parts: str) -> float:
    found = [
        row["value"]
        for row in rows
        if row["months"] == months
        and len(str(row["part"]).split(";")) == len(parts)
        and all(part in str(row["part"]) for part in parts)
        and bool(row["part"]) == bool(parts[0])
    ]
    return float(np.sum(np.array(pa.array(found, pa.float64()))))
