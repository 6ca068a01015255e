"""Seizures, reports and residents as their authorities publish them, and series of supply."""

import hashlib
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.burden.indicators import places, sources
from tidewaiter.burden.readers.formats import READERS, read_release
from tidewaiter.burden.supply import Said, chosen, supplied, supply_name
from tidewaiter.burden.types import Release, parse_month

CBP = (
    "FY,Month (abbv),Component,Region,Land Filter,Area of Responsibility,Drug Type,"
    "Count of Event,Sum Qty (lbs)\r\n"
)
NFLIS = (
    "LABTYPE,RPTAGGR,YYYY,PERIOD,DRUG_REPORTS,QUERY_RUN_DATE,SUBSTANCE_ID,SUBSTANCE_DESCRIPTION,"
    "BASE_ID,BASE_DESCRIPTION,DRUG_CATEGORY_CODE,DRUG_CATEGORY_DESCRIPTION,STATE,STATE_LONG_NAME,"
    "STATE_FIPS\r\n"
)
STATES = sorted(
    code.removeprefix("US-") for code, place in places().items() if place.fips and code != "US-PR"
)
CENSUS = """table with row headers in column A,,,
"Annual Estimates of the Resident Population for the United States: July 1, 2024",,,
Geographic Area,"April 1, 2020 Estimates Base",Population Estimate (as of July 1),,
,,2022,2023,2024
United States,"331,515,736","334,017,321","336,806,231","340,110,988"
Northeast,"57,617,706","57,159,597","57,398,303","57,832,935"
.Ohio,"11,799,453","11,777,874","11,824,034","x"
.Alabama,"5,025,369","5,076,181","5,117,673","5,157,699"
Release Date: December 2024,,,
"""

ANNUAL = """Table 3. State Counts for Fentanyl and Fentanyl-Related Compounds: 2022
Drug,Ohio,New York
Fentanyl,"17,910","9,188"
Fentanyl-related compound (unspecified)1,0,181

"Source: Data generated: August 18, 2023."
"""
WONDER = """"Notes"\t"Year"\t"Year Code"\t"State"\t"State Code"\t"Sex"\t"Sex Code"\tDeaths
\t"2022"\t"2022"\t"Ohio"\t"39"\t"Male"\t"M"\t3,600
"Total"\t"2022"\t"2022"\t"Ohio"\t"39"\t\t\t5,000
"---"
"Dataset: Underlying Cause of Death, 2018-2023, Single Race"
"Query Parameters:"
"ICD-10 Codes: X40-X44 (Accidental); X60-X64 (Suicide); X85 (Assault); Y10-Y14 (Undetermined)"
"Year/Month: 2022"
"---"
"Query Date: Aug 20, 2025 4:15:21 AM"
"""


def seized(year: str, month: str, pounds: str, events: str = "1", drug: str = "Fentanyl") -> str:
    """Write a row for each of the places that make a file of CBP whole."""
    rows = (
        "Office of Field Operations,Coastal/Interior,Other,MIAMI FIELD OFFICE",
        "U.S. Border Patrol,Northern Border,Land Only,SWANTON SECTOR",
        "Office of Field Operations,Southwest Border,Land Only,LAREDO FIELD OFFICE",
    )
    return "".join(f"{year},{month},{row},{drug},{events},{pounds}\r\n" for row in rows)


def reported(state: str, count: int, substance: str, base: str, year: str = "2024") -> str:
    """Write a row of NFLIS."""
    return (
        f'"Local,State",DrugReport  ,{year},{year},{count},2025-08-10 18:30:22,1,{substance},1,'
        f"{base},33,Fentanyl and Fentanyl-related,{state},X,1\r\n"
    )


def release(text: str, name: str) -> Release:
    """Read a text as a release."""
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()
    return Release(sha256=digest, name=name, reading=read_release(content, name))


SAMPLES = {
    "cbp": CBP + seized("2024", "SEP", "1") + seized("2025 (FYTD)", "OCT", "1"),
    "nflis": NFLIS + "".join(reported(state, 1, "FENTANYL", "Fentanyl") for state in STATES[:5]),
    "census": CENSUS,
    "annual": ANNUAL,
    "wonder": WONDER,
}


def value(figures: pa.Table, **where: object) -> list[float | None]:
    """Return the values of the rows that hold all of these."""
    for name, wanted in where.items():
        figures = figures.filter(pc.equal(figures[name], wanted))
    values: list[float | None] = figures["value"].to_pylist()
    return values


def test_a_fiscal_year_begins_in_october() -> None:
    """October of fiscal year 2025 is 2024-10, September of it 2025-09; a running year is open."""
    text = CBP + seized("2025 (FYTD)", "OCT", "2.5") + seized("2024", "SEP", "1")
    read = read_release(text.encode(), "cbp.csv")
    whole = read.figures.filter(pc.equal(read.figures["part"], ""))
    pounds = whole.filter(pc.equal(whole["measure"], "pounds")).to_pylist()
    assert [(row["last"], row["value"], row["closed"]) for row in pounds] == [
        (parse_month("2024-09"), 3.0, None),
        (parse_month("2024-10"), 7.5, False),
    ]
    assert value(whole, measure="events") == [3, 3]
    assert read.released == parse_month("2024-11")


def test_a_file_that_was_filtered_makes_no_sum_of_the_nation() -> None:
    """One border is not the United States: its rows are read, the nation's sum is not made."""
    text = "".join(
        line
        for line in (CBP + seized("2024", "SEP", "1")).splitlines(keepends=True)
        if "Coastal" not in line
    )
    kept = release(text, "border.csv")
    assert len(kept.reading.figures) == 4
    assert "" not in kept.reading.figures["part"].to_pylist()
    note = kept.reading.notes[0]
    assert note.code == "burden/file-filtered"
    assert note.values == {"missing": "Coastal/Interior, Other"}
    assert supplied([kept]) == ()


def test_downloads_that_overlap_are_revisions_and_never_added() -> None:
    """A month in two downloads has the newer number, and reports the older one."""
    old = release(CBP + seized("2024", "AUG", "1"), "old.csv")
    both = CBP + seized("2024", "AUG", "1.5", "2") + seized("2024", "SEP", "4", drug="Lsd")
    new = release(both, "new.csv")
    august = chosen(supplied([new, old]), ["seized-fentanyl"], "pounds")
    assert [(each.value, each.release) for each in august] == [(4.5, "cbp-seizures 2024-10")]
    said = august[0].revised
    assert said is not None
    assert (said.value, said.release) == (3.0, "cbp-seizures 2024-09")
    lsd = chosen(supplied([old, new]), ["seized-lsd"], since=parse_month("2024-09"))
    assert [(each.measure, each.value, each.revised) for each in lsd] == [
        ("events", 3, None),
        ("pounds", 12, None),
    ]


def test_rows_of_seizures_that_cannot_be_read_are_noted() -> None:
    """A row twice, a drug unknown, a month that is none, a mass below zero: refused, one each."""
    row = seized("2024", "SEP", "1").splitlines(keepends=True)[0]
    bad = (
        row,
        row.replace("Fentanyl", "Aspirin"),
        row.replace("SEP", "XYZ"),
        row.replace(",1\r", ",-1\r"),
        "short,row\r\n",
    )
    read = read_release((CBP + row + "".join(bad)).encode(), "cbp.csv")
    assert [note.place for note in read.notes if not note.kept] == [f"row {n}" for n in range(2, 7)]
    assert value(read.figures, measure="events") == [1]


def test_reports_of_salts_are_those_of_their_substance() -> None:
    """Salts add up to a substance, substances to their class; a state unknown counts in the US."""
    text = NFLIS + "".join(reported(state, 2, "FENTANYL", "Fentanyl") for state in STATES)
    text += reported("OH", 3, "FENTANYL SALT UNDETERMINED", "Fentanyl")
    text += reported("OH", 5, "ACETYL FENTANYL", "Acetyl fentanyl")
    text += reported("XX", 7, "FENTANYL", "Fentanyl")
    kept = release(text, "nflis.csv")
    assert kept.reading.released == parse_month("2025-08")
    figures = kept.reading.figures
    assert value(figures, place="US-OH", indicator="reported-fentanyl") == [5]
    assert value(figures, place="US-OH", indicator="reported-class-fentanyl") == [10]
    assert value(figures, place="US", indicator="reported-class-fentanyl") == [117]
    assert {row["measure"] for row in figures.to_pylist()} == {"reports"}
    assert supply_name("reported-acetyl-fentanyl") == "Laboratory reports of acetyl fentanyl"
    ohio = chosen(supplied([kept]), ["reported-fentanyl"], place="US-OH")
    assert [(each.value, each.last) for each in ohio] == [(5, parse_month("2024-12"))]


def test_a_table_of_the_annual_report_counts_isomers_once() -> None:
    """The sum of isomers has a separate name, and the class counts each report once."""
    table = (
        "Table 3. State Counts for Fentanyl and Fentanyl-Related Compounds: 2022\n"
        + "".join(
            f"Drug,{name}\nFluorofentanyl,5\nFluorofentanyl (unspecified isomer),3\n"
            "para-Fluorofentanyl,2\nFentanyl-related compound (unspecified)1,1\n"
            for name in sorted(
                place.name for place in places().values() if place.fips and place.fips != "72"
            )
        )
        + '"Source: Data generated: August 18, 2023."\n'
    )
    read = read_release(table.encode(), "table.csv")
    ohio = read.figures.filter(pc.equal(read.figures["place"], "US-OH"))
    assert dict(zip(ohio["indicator"].to_pylist(), ohio["value"].to_pylist(), strict=True)) == {
        "reported-class-fentanyl": 6,
        "reported-fluorofentanyl-all-isomers": 5,
        "reported-fluorofentanyl": 3,
        "reported-para-fluorofentanyl": 2,
        "reported-fentanyl-related-compound-unspecified": 1,
    }
    assert value(read.figures, place="US", indicator="reported-class-fentanyl") == [6 * 51]
    assert read.released == parse_month("2023-08")


def test_estimates_of_the_nation_are_no_counts() -> None:
    """An estimate has a separate measure, and without enough precision it has no value."""
    table = (
        "Table 1. National Estimates for the Most Frequently Identified Drugs: 20221\n"
        'Drug,Number,Percent\nCocaine,"169,971.9",0.14\nalpha-PiHP,*,*\n'
    )
    read = read_release(table.encode(), "table.csv")
    assert [(row["measure"], row["value"], row["missing"]) for row in read.figures.to_pylist()] == [
        ("estimated reports", None, "low quality"),
        ("estimated reports", 169971.9, ""),
    ]


def test_a_year_that_runs_and_a_nation_without_a_state_are_not_told() -> None:
    """Reports of the year of the query are refused, and 50 of 51 states are not the nation."""
    rows = [reported(state, 1, "FENTANYL", "Fentanyl") for state in STATES[1:]]
    running = reported("OH", 4, "FENTANYL", "Fentanyl", year="2025")
    read = read_release((NFLIS + "".join(rows) + running).encode(), "nflis.csv")
    assert "US" not in read.figures["place"].to_pylist()
    assert [note.kept for note in read.notes] == [False, True]


def test_residents_are_those_of_july() -> None:
    """The count of April and the regions are skipped; a non-number refuses its row."""
    read = read_release(CENSUS.encode(), "pop.csv")
    assert read.released == parse_month("2024-12")
    assert value(read.figures, place="US", last=parse_month("2024-12")) == [340110988]
    assert value(read.figures, place="US-AL") == [5076181, 5117673, 5157699]
    assert set(read.figures["place"].to_pylist()) == {"US", "US-AL"}
    assert (read.notes[0].place, read.notes[0].kept) == ("row 7", False)
    with raises("burden/no-years-named"):
        read_release(b"Annual Estimates of the Resident Population\nOhio,1,2\n", "pop.csv")


@pytest.mark.parametrize("name", ["cbp", "nflis", "census", "annual", "wonder"])
def test_a_file_that_is_damaged_is_read_or_refused(name: str) -> None:
    """Whatever is lost, doubled or garbled in a file, its reader gives figures or says why not."""
    chance, whole = random.Random(2024), SAMPLES[name]
    outcomes = set()
    for _ in range(150):
        text = list(whole)
        for _ in range(chance.randrange(1, 12)):
            at, size = chance.randrange(len(text)), chance.randrange(1, 30)
            text[at : at + size] = chance.choice(["", '"', "\n", "\t", "²", "99", ",,", "Total"])
        try:
            outcomes.add(len(read_release("".join(text).encode(), name).figures) > 0)
        except InputError:
            outcomes.add(False)
    assert outcomes == {True, False}


def test_every_reader_has_its_source() -> None:
    """The fact files name, cite and license the output of each reader."""
    assert set(READERS) <= set(sources())


@pytest.mark.shared
def test_the_series_of_the_evaluation_data(shared: Path) -> None:
    """Three downloads of CBP make 75 months of ten drugs, each month once; NFLIS has its years.

    Reports of 2022 grew by 7,750 from the annual report to the query two years later.
    """
    folder = shared / "data/burden"
    files = [
        *folder.glob("cbp/*.csv"),
        *folder.glob("nflis/NFLIS*.csv"),
        *folder.glob("nflis/*.xlsx"),
        *folder.glob("population/*.csv"),
    ]
    releases = [
        Release(
            sha256=path.name, name=path.name, reading=read_release(path.read_bytes(), path.name)
        )
        for path in files
    ]
    assert sum(each.reading.refused for each in releases) == 0
    series = supplied(releases)
    pounds = chosen(series, ["seized-fentanyl"], "pounds")
    assert len(pounds) == 75
    by_year = {
        year: sum(
            each.value or 0
            for each in pounds
            if parse_month(f"{year - 1}-10") <= each.last <= parse_month(f"{year}-09")
        )
        for year in (2022, 2023)
    }
    assert by_year == {2022: pytest.approx(14699.8788), 2023: pytest.approx(27022.8509)}
    nation = chosen(series, ["reported-class-fentanyl"], place="US", since=parse_month("2022-12"))
    assert [each.value for each in nation] == [225017, 218303, 172143]
    assert nation[0].revised == Said(release="dea-nflis 2023-08", value=217267)
