"""Exports of WONDER: the query decides what is counted, totals stand apart, small counts hide."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.support.raising import message_of, raises

from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.readers.wonder import is_wonder, read_wonder
from tidewaiter.burden.types import Reading, parse_month

# The layout of an export of 2025; its numbers are made up but where a test says otherwise.
TITLES = (
    "Notes",
    "Month",
    "Month Code",
    "Residence State",
    "Residence State Code",
    "Deaths",
    "Population",
    "Crude Rate",
)
OVERDOSE = (
    "UCD - Drug/Alcohol Induced Causes: Drug poisonings (overdose) Unintentional (X40-X44); "
    "Drug poisonings (overdose) Suicide (X60-X64); Drug poisonings (overdose) Homicide (X85); Drug "
    "poisonings (overdose) Undetermined (Y10-Y14)"
)
PROVISIONAL = "Provisional Mortality Statistics, 2018 through Last Week"
OHIO = ("", "Jan., 2023", "2023/01", "Ohio", "39", "400", "Not Applicable", "Unreliable")
ALASKA = ("", "Jan., 2024 (provisional)", "2024/01", "Alaska", "2", "12", "Not Applicable", "")


def export(
    *rows: tuple[str, ...],
    titles: tuple[str, ...] = TITLES,
    dataset: str = PROVISIONAL,
    asked: tuple[str, ...] = (OVERDOSE,),
    queried: str = "Apr 21, 2025",
) -> bytes:
    """Write an export as WONDER does, with what stands behind the rows."""
    lines = ["\t".join(f'"{cell}"' for cell in row) for row in (titles, *rows)]
    lines += ['"---"', f'"Dataset: {dataset}"', '"Query Parameters:"']
    lines += [f'"{each}"' for each in asked]
    lines += ['"Show Suppressed: False"', '"---"', f'"Query Date: {queried} 4:55:30 PM"', '"---"']
    lines += [
        '"Suggested Citation: Data are from the final Multiple Cause of Death Files, 2018-2023,"',
        '"and from provisional data for years 2024 and later."',
        '"---"',
        '"6. Deaths occurring through April 05, 2025 as of April 13, 2025."',
    ]
    return "\r\n".join(lines).encode()


def total(figures: pa.Table, **where: object) -> float | None:
    """Add up the values of the rows that hold all of these."""
    for name, value in where.items():
        figures = figures.filter(pc.equal(figures[name], value))
    added: float | None = pc.sum(figures["value"]).as_py()
    return added


def test_a_state_and_month_of_residents_of_the_month_of_the_query() -> None:
    """Codes come as "39" or "2", the release is the month of the query, final years are closed."""
    read = read_wonder(export(OHIO, ALASKA), "x.txt")
    assert (read.released, read.told) == (parse_month("2025-04"), True)
    rows = read.figures.to_pylist()
    assert [(row["place"], row["value"], row["closed"]) for row in rows] == [
        ("US-OH", 400, True),
        ("US-AK", 12, False),
    ]
    assert {(row["indicator"], row["basis"], row["months"]) for row in rows} == {
        ("overdose", "residence", 1)
    }


def test_totals_are_figures_of_their_own() -> None:
    """A total of all states is the nation's, and no sum counts it twice."""
    month = ("Total", "Jan., 2023", "2023/01", "", "", "9000", "", "")
    whole = ("Total", "", "", "", "", "107000", "", "")
    read = read_wonder(export(OHIO, month, whole, asked=(OVERDOSE, "Year/Month: 2023")), "x.txt")
    assert total(read.figures, place="US", months=1) == 9000
    assert total(read.figures, place="US", months=12, last=parse_month("2023-12")) == 107000
    assert total(read.figures, place="US-OH") == 400


@pytest.mark.shared
def test_the_totals_of_2019(shared: Path) -> None:
    """With its totals kept as rows like others, 2019 would count 140,959 below its grand total."""
    read = _shared(shared, "odl_WONDER_2019_asof2025-04-21.txt")
    states = read.figures.filter(pc.not_equal(read.figures["place"], "US"))
    shown = total(states)
    assert total(read.figures, place="US", months=12) == 70630
    assert total(read.figures, place="US", months=1) == 70630
    assert shown == 70329  # 301 deaths are hidden in small counts
    assert shown + 70630 == 140959


def test_a_row_that_leaves_out_a_place_and_is_no_total_is_refused() -> None:
    """Where Notes was dropped, a total would pass as a place: it does not."""
    titles, lost = TITLES[1:], ("Jan., 2023", "2023/01", "", "", "9000", "", "")
    read = read_wonder(export(OHIO[1:], lost, titles=titles), "x.txt")
    assert read.refused == 1
    assert total(read.figures) == 400


def test_mentions_without_an_underlying_cause_are_no_overdose_deaths() -> None:
    """T40.4 of any death stands apart from T40.4 of overdose deaths, with a note."""
    mention = "MCD - ICD-10 Codes: T40.4 (Other synthetic narcotics)"
    alone = read_wonder(export(OHIO, asked=(mention,)), "x.txt")
    both = read_wonder(export(OHIO, asked=(mention, OVERDOSE)), "x.txt")
    assert alone.figures["indicator"].to_pylist() == ["any-T40.4"]
    assert both.figures["indicator"].to_pylist() == ["T40.4"]
    code = "burden/no-underlying-cause"
    assert code in {note.code for note in alone.notes}
    assert code not in {note.code for note in both.notes}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            (OVERDOSE.replace("(X40-X44)", "(X40-X44); (P00-P96)"),),
            "burden/causes-of-no-indicator",
        ),
        (
            ("UCD - Drug/Alcohol Induced Causes: Drug-induced causes",),
            "burden/list-without-codes",
        ),
        ((OVERDOSE, "Gender: Female"), "burden/part-of-deaths-not-said"),
        ((OVERDOSE, "UCD - ICD-10 Codes: X42 (Narcotics)"), "burden/causes-asked-in-two-ways"),
        (
            (OVERDOSE, "MCD - ICD-10 Codes: T40.4 (x); T40.5 (x)"),
            "burden/causes-of-no-indicator",
        ),
    ],
)
def test_what_a_query_asked_beside_is_refused(asked: tuple[str, ...], said: str) -> None:
    """Deaths of newborns, of one sex, or of causes that no indicator has pass for no other's."""
    with raises(said):
        read_wonder(export(OHIO, asked=asked), "x.txt")


def test_a_file_without_its_query_needs_an_indicator() -> None:
    """What was cut off behind the rows must be named; it is not closed and has no date then."""
    content = export(OHIO, ALASKA).split(b'"---"')[0]
    assert is_wonder(content)
    with raises("burden/query-cut-off"):
        read_release(content, "x.txt")
    read = read_release(content, "x.txt", indicator="T40.4")
    assert read.figures["indicator"].to_pylist() == ["T40.4", "T40.4"]
    assert read.figures["closed"].to_pylist() == [None, False]
    assert (read.released, read.told) == (None, False)


def test_a_name_that_the_file_contradicts_is_refused() -> None:
    """Neither the query nor the column of mentioned causes gives way to what a user names."""
    with raises("burden/query-asked-for-another", key="overdose"):
        read_release(export(OHIO), "x.txt", indicator="T40.4")
    titles = (*TITLES[:5], "Multiple Cause of death", "Multiple Cause of death Code", *TITLES[5:])
    row = (*OHIO[:5], "Other synthetic narcotics", "T40.4", *OHIO[5:])
    content = export(row, titles=titles).split(b'"---"')[0]
    assert read_wonder(content, "x.txt", "T40.4").figures["value"].to_pylist() == [400]
    with raises(
        "burden/no-readable-row",
        gathered=f"row 1: {message_of('burden/counts-another-indicator', named='T40.4')}",
    ):
        read_wonder(content, "x.txt", "T40.5")
    with raises("burden/indicator-named-in-vain"):
        read_release(b"State,Year,Month,Indicator,Data Value\n", "v.csv", indicator="T40.4")


def test_small_counts_below_the_nation_are_hidden() -> None:
    """A count of 9 in a state is hidden with a note that does not tell it; one of 10 is shown."""
    small = (*OHIO[:5], "9", "", "")
    nation = ("Total", "Feb., 2023", "2023/02", "", "", "9", "", "")
    hidden = ("", "Mar., 2023", "2023/03", "Ohio", "39", "Suppressed", "", "")
    read = read_wonder(export(small, nation, hidden, (*ALASKA[:5], "10", "", "")), "x.txt")
    rows = read.figures.to_pylist()
    assert [(row["value"], row["missing"]) for row in rows] == [
        (None, "suppressed"),
        (9, ""),
        (None, "suppressed"),
        (10, ""),
    ]
    note = next(note for note in read.notes if note.place == "row 1")
    assert note.code == "burden/counts-of-9-or-fewer"
    assert not note.value


def test_a_period_that_had_not_ended_is_refused() -> None:
    """April 2025 in a query of April 2025, and a partial year, are incomplete periods."""
    april = ("", "Apr., 2025 (provisional and partial)", "2025/04", "Ohio", "39", "30", "", "")
    march = ("", "Mar., 2025 (provisional and partial)", "2025/03", "Ohio", "39", "80", "", "")
    read = read_wonder(export(april, march), "x.txt")
    assert (total(read.figures), read.refused) == (80, 1)
    titles = ("Notes", "Year", "Year Code", "Deaths")
    partial = ("", "2025 (provisional and partial)", "2025", "20000")
    read = read_wonder(export(("", "2023", "2023", "105007"), partial, titles=titles), "x.txt")
    assert (total(read.figures), read.refused) == (105007, 1)


def test_ages_and_sexes_are_parts_of_the_whole_period() -> None:
    """Without a column of time the period is the dataset's; "< 1 year" is age 0, not 1."""
    titles = (
        "Notes",
        "Ten-Year Age Groups",
        "Ten-Year Age Groups Code",
        "Sex",
        "Sex Code",
        "Deaths",
    )
    rows = (
        ("", "< 1 year", "1", "Female", "F", "305"),
        ("Total", "< 1 year", "1", "", "", "682"),
        ("Total", "", "", "", "", "932364"),
    )
    asked = (OVERDOSE.removeprefix("UCD - "),)
    dataset = "Underlying Cause of Death, 1999-2020"
    read = read_wonder(export(*rows, titles=titles, asked=asked, dataset=dataset), "x.txt")
    assert [(row["part"], row["months"]) for row in read.figures.to_pylist()] == [
        ("age=0;sex=F", 264),
        ("age=0", 264),
        ("", 264),
    ]
    assert set(read.figures["closed"].to_pylist()) == {True}


def test_a_spreadsheet_that_read_an_age_as_a_day_loses_nothing() -> None:
    """Ages 5-14 that a spreadsheet made 14 May are read from their words, or refused."""
    titles = (
        "Notes",
        "Ten-Year Age Groups",
        "Ten-Year Age Groups Code",
        "Year",
        "Year Code",
        "Deaths",
    )
    row = ("", "5-14 years", "2026-05-14", "2023", "2023", "40")
    read = read_wonder(export(row, titles=titles), "x.txt")
    assert read.figures["part"].to_pylist() == ["age=5-14"]
    age = message_of("burden/not-an-age", code="2026-05-14")
    with raises("burden/no-readable-row", gathered=f"row 1: {age}"):
        read_wonder(export(("", "", *row[2:]), titles=titles), "x.txt")


def test_single_years_of_age_are_as_they_are_coded() -> None:
    """In single years, code 1 is one year old."""
    titles = ("Notes", "Single-Year Ages", "Single-Year Ages Code", "Year", "Year Code", "Deaths")
    read = read_wonder(export(("", "1 year", "1", "2023", "2023", "40"), titles=titles), "x.txt")
    assert read.figures["part"].to_pylist() == ["age=1"]


def test_deaths_by_occurrence_have_that_basis_and_both_at_once_are_refused() -> None:
    """The column states the basis of the count; one file has one basis."""
    occurrence = tuple(title.replace("Residence", "Occurrence") for title in TITLES)
    read = read_wonder(export(OHIO, titles=occurrence), "x.txt")
    assert read.figures["basis"].to_pylist() == ["occurrence"]
    with raises("burden/residence-and-occurrence"):
        read_wonder(export(titles=(*TITLES, "Occurrence State")), "x.txt")
    with raises("burden/grouping-not-read", bare="residence county"):
        read_wonder(export(titles=(*TITLES, "Residence County")), "x.txt")


@pytest.mark.shared
def test_every_export_is_read_or_refused_for_what_it_asked(shared: Path) -> None:
    """All exports as CDC published them are read; one that also asked for newborns is refused."""
    for path in sorted((shared / "data/burden/wonder").glob("*.t*")):
        if path.name != "SOURCE.txt":
            read = _shared(shared, path.name)
            assert read.refused == 0, path.name
            assert read.told, path.name
    with raises("burden/causes-of-no-indicator"):
        _shared(shared, "bhavsszn_ucd_state_2018_2023.csv")
    with raises("burden/list-without-codes"):
        _shared(shared, "coreynolds2_mcd_state_age10.xlsx")  # its 2022 adds up to 111,528
    final = _shared(shared, "bryce_opioid_national_2021_2024.tsv").figures
    years = final.filter(pc.equal(final["months"], 12))
    assert years["value"].to_pylist() == [106699, 107941, 105007, 79384]
    assert set(years["closed"].to_pylist()) == {True}


@pytest.mark.shared
def test_mentions_in_the_evaluation_data_stand_apart(shared: Path) -> None:
    """An export asked by mentions alone gives no figure of the overdose indicators."""
    for name, key in (("t404", "any-T40.4"), ("od", "any-overdose")):
        read = _shared(shared, f"eagan_state_year_{name}_1999.txt")
        assert set(read.figures["indicator"].to_pylist()) == {key}


def _shared(shared: Path, name: str) -> Reading:
    return read_release((shared / "data/burden/wonder" / name).read_bytes(), name)
