"""Where the fields of death records stand."""

import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.burden.deaths.records import STEP, find_year, layout_of, layouts, states

Record = Callable[..., bytes]
FIELDS = {
    "status": "restatus",
    "month": "monthdth",
    "sex": "sex",
    "age": "age",
    "underlying": "ucod",
    "occurrence": "stateoc",
    "residence": "staters",
}


@pytest.mark.shared
def test_positions_are_those_of_another_transcription(shared: Path) -> None:
    """Every position of 1979 to 2024 is that of the table which was checked against the bytes."""
    table: dict[int, dict[str, tuple[int, int] | None]] = defaultdict(dict)
    path = shared / "data" / "burden" / "nvss_layout" / "mcod_fwf_public.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        there = (int(row["start"]), int(row["end"])) if row["start"] else None
        table[int(row["year"])][row["name"]] = there
    assert sorted(table) == list(range(1979, 2025))
    for year, fields in table.items():
        layout = layout_of(year)
        assert layout.year == (fields.get("year") or fields.get("datayear"))
        for ours, theirs in FIELDS.items():
            assert getattr(layout, ours) == fields[theirs], (year, theirs)
        first, count = layout.conditions
        for place in range(count):
            there = fields[f"record_{place + 1}"]
            assert there is not None
            assert there[0] == first + place * STEP


def test_layouts_follow_each_other() -> None:
    """Each year from 1979 on has one layout, and the revision of its codes."""
    for before, after in zip(layouts()[:-1], layouts()[1:], strict=True):
        assert after.first == before.last + 1
    for layout in layouts():
        assert layout.revision == ("ICD-10" if layout.first >= 1999 else "ICD-9")
        assert (layout.first >= 1999) == (layout.last >= 1999)
    with raises("burden/no-layout-of-that-year", year=1978):
        layout_of(1978)


@pytest.mark.parametrize("year", range(1979, 2025))
def test_a_record_tells_its_year(year: int, record: Record) -> None:
    """The layout that a record fits determines the year, and no other layout fits."""
    cause = "X42" if year >= 1999 else "8502"
    assert find_year(record(year, underlying=cause)) == year
    assert find_year(b"state,year,month" + b" " * 500) is None


def test_states_are_numbered_as_nchs_does() -> None:
    """The states are in alphabetical order, with the District of Columbia as 9: 51 in all."""
    assert len(states()) == 51
    numbered = {1: "US-AL", 5: "US-CA", 9: "US-DC", 10: "US-FL", 36: "US-OH", 51: "US-WY"}
    assert all(states()[number - 1] == code for number, code in numbered.items())
