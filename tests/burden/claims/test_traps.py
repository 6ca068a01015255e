"""Incorrect counting methods: each gives a number that people have quoted, and is detected."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.burden.claims.reading import parse_claim

from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.types import Checked
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.types import FIGURES, Reading, Release, parse_month

DAY = date(2026, 11, 26)
DECEMBER = parse_month("2022-12")


def _row(value: float, **cells: Any) -> dict[str, Any]:
    return {
        "place": "US",
        "indicator": "overdose",
        "measure": "deaths",
        "basis": "occurrence",
        "last": DECEMBER,
        "months": 12,
        "part": "",
        "value": value,
        "closed": True,
        "missing": "",
    } | cells


def _release(*rows: dict[str, Any], source: str = "cdc-vsrr", month: str = "2025-01") -> Release:
    reading = Reading(
        source=source,
        figures=pa.Table.from_pylist(list(rows), schema=FIGURES),
        notes=(),
        released=parse_month(month),
        told=True,
    )
    return Release(sha256=month, name=f"{source}.csv", reading=reading)


def _windows(total: int, december: int, indicator: str) -> list[dict[str, Any]]:
    """Return twelve windows of 2022 that end in what December is and add up to a total."""
    each, rest = divmod(total - december, 11)
    values = [each + (number < rest) for number in range(11)]
    months = range(DECEMBER - 11, DECEMBER)
    rows = [_row(v, last=m, indicator=indicator) for v, m in zip(values, months, strict=True)]
    return [*rows, _row(december, indicator=indicator)]


def _checked(text: str, *releases: Release) -> Checked:
    return check_claim(parse_claim(text, DAY), releases, DAY)


def _keys(checked: Checked) -> list[str]:
    return [trap.key for trap in checked.traps]


@pytest.mark.parametrize(
    ("text", "total", "december", "indicator"),
    [
        ("1,295,774 overdose deaths in 2022", 1_295_774, 109_413, "overdose"),
        ("1.3 million overdose deaths in 2022", 1_295_774, 109_413, "overdose"),
        ("978,133 opioid deaths in 2022", 978_133, 82_851, "opioids"),
    ],
)
def test_twelve_overlapping_windows_added_up(
    text: str, total: int, december: int, indicator: str
) -> None:
    """The sum of the windows that end in a year is about twelve times the year."""
    checked = _checked(text, _release(*_windows(total, december, indicator)))
    assert checked.verdict == "fails"
    assert _keys(checked) == ["windows"]
    assert f"right: {december:,}" in checked.traps[0].text


def test_windows_that_are_not_at_hand_are_suspected_by_size() -> None:
    """Without the months of the year, eleven to thirteen times the figure is reported as likely."""
    checked = _checked("1,295,774 overdose deaths in 2022")
    assert _keys(checked) == ["windows?"]
    assert "would tell" in checked.traps[0].text


def test_the_nation_and_its_states_added_up() -> None:
    """National rows beside state rows double the count, with the states there or not."""
    states = [
        _row(9_413, place="US-OH"),
        _row(99_000, place="US-CA"),
        _row(1_000, place="US-NY"),
        _row(400, place="US-NY-NYC"),
        _row(600, place="US-NY-REST"),
    ]
    checked = _checked("218,826 overdose deaths in 2022", _release(_row(109_413), *states))
    assert "parts 109,413" in " ".join(checked.summary)
    assert _keys(_checked("218,826 overdose deaths in 2022")) == ["parts"]


def test_new_york_without_its_city() -> None:
    """The row that CDC calls NY leaves the City out."""
    rows = [
        _row(6_000, place="US-NY"),
        _row(2_600, place="US-NY-NYC"),
        _row(3_400, place="US-NY-REST"),
    ]
    checked = _checked("3,400 overdose deaths in New York in 2022", _release(*rows))
    assert checked.verdict == "fails"
    assert "New York without New York City" in checked.traps[0].text
    assert _checked("6,000 overdose deaths in New York in 2022", _release(*rows)).verdict == "holds"


def test_mentions_without_the_underlying_cause() -> None:
    """An export of any mention does not count overdose deaths: 111,528 is not 107,941."""
    rows = [
        _row(100_000, place="US-CA", part="age=25-34", indicator="any-overdose"),
        _row(11_528, place="US-OH", part="age=35-44", indicator="any-overdose"),
    ]
    checked = _checked("111,528 overdose deaths in 2022", _release(*rows, source="cdc-wonder"))
    assert _keys(checked) == ["rows"]
    assert "whatever the underlying cause" in checked.traps[0].text


def test_all_causes_under_the_name_of_a_drug() -> None:
    """3,289,569 is all deaths of 2022, whatever the label says."""
    release = _release(_row(3_289_569, indicator="all-causes"), _row(109_413))
    checked = _checked("3,289,569 overdose deaths in 2022", release)
    assert _keys(checked) == ["indicator"]
    assert "all causes" in checked.traps[0].text


def test_classes_of_drugs_added_up() -> None:
    """A death with two drugs is in both classes, so classes do not add up."""
    keys = ("T40.1", "T40.2", "T40.3", "T40.4")
    rows = [_row(value, indicator=key) for value, key in zip((6, 12, 3, 75), keys, strict=True)]
    rows = [row | {"value": row["value"] * 1000 + 7} for row in rows]
    release = _release(*rows, _row(82_851, indicator="opioids"))
    checked = _checked("96,028 opioid deaths in 2022", release)
    assert _keys(checked) == ["classes"]


def test_a_prediction_quoted_for_another_year() -> None:
    """80,391 is CDC's prediction for 2024, as of May 2025."""
    checked = _checked("80,391 died of overdoses in 2021")
    assert checked.verdict == "fails"
    assert _keys(checked) == ["period"]
    assert "2024" in checked.traps[0].text
    assert "cdc-told 2025-05" in checked.traps[0].text


def test_a_prediction_set_against_a_closed_count_is_a_mix() -> None:
    """80,391 predicted against 105,007 residents is a fall of 23.4 %, of no basis at all."""
    checked = _checked("overdose deaths fell 23.4 percent in 2024 from 2023")
    assert _keys(checked) == ["mixed"]
    assert checked.verdict == "untold"  # 24.4 % is near, and many pairs of bases give something
    assert "could come from" in " ".join(checked.summary)


def test_a_share_of_other_deaths() -> None:
    """71.4 % is the share of the deaths with a drug specified, not of all overdose deaths."""
    rows = [
        _row(74_829, indicator="T40.4"),
        _row(109_413),
        _row(95.8, indicator="specified", measure="percent"),
    ]
    checked = _checked("71.4 percent involved synthetic opioids in 2022", _release(*rows))
    assert _keys(checked) == ["denominator"]
    assert "drug specified" in checked.traps[0].text


def test_windows_that_overlap_are_no_two_months() -> None:
    """A change between windows that share months is reported as such."""
    text = "overdose deaths rose 0.6% in the 12 months ending {} from the 12 months ending {}"
    checked = _checked(text.format("May 2023", "April 2023"))
    assert any("share 11 of their 12 months" in each for each in checked.warnings)
    apart = _checked(text.format("May 2023", "May 2022"))
    assert not any("share" in each for each in apart.warnings)


def test_months_one_by_one_make_a_year_only_when_all_are_there() -> None:
    """Twelve months add up to a year; eleven do not."""
    months = [
        _row(100, last=DECEMBER - back, months=1, basis="residence", place="US-OH")
        for back in range(12)
    ]
    whole = _checked("1,200 overdose deaths in Ohio in 2022", _release(*months))
    assert [each.value for each in whole.findings] == [1200]
    assert _checked("1,100 overdose deaths in Ohio in 2022", _release(*months[1:])).findings == ()


@pytest.mark.shared
def test_numbers_of_public_files_are_traced(shared: Path) -> None:
    """On the real files: WONDER's rows of totals, 2019, and Alaska's deaths of 2015."""
    paths = [
        shared / "data/burden" / name
        for name in ("wonder/odl_WONDER_2019_asof2025-04-21.txt", "vsrr/v2017-12.csv")
    ]
    releases = [
        Release(
            sha256=path.name, name=path.name, reading=read_release(path.read_bytes(), path.name)
        )
        for path in paths
    ]
    totals = _checked("140,959 overdose deaths in 2019", *releases)
    assert "right: 70,630; parts 70,329" in totals.traps[0].text
    alaska = _checked("50,086 overdose deaths in Alaska in 2015", *releases)
    assert "deaths from all causes" in alaska.traps[0].text
    assert _keys(alaska) == ["windows"]
