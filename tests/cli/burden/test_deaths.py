"""The commands on death records: code, rates and leading; and such a file in the archive."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from benchmarks.deaths_made import Made, made_years
from click.testing import Result

from tidewaiter.burden.releases.archive import ReleaseArchive

Call = Callable[..., Result]
LINES = 2_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """Write a small year of made records."""
    counts = Made()
    path = tmp_path_factory.mktemp("deaths") / "VS22MORT.dat"
    path.write_bytes(b"".join(made_years(LINES, counts, seed=11)))
    return path, counts


def test_code_counts_and_says_on_what_basis(call: Call, made: tuple[Path, Made]) -> None:
    """The table goes to stdout, and a summary of both bases, T40.4 and named drugs to stderr."""
    path, counts = made
    result = call("burden", "code", str(path), "--by", "sex")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    overdoses = [row for row in rows if row["indicator"] == "overdose"]
    for basis in ("residence", "occurrence"):
        deaths = sum(int(row["deaths"]) for row in overdoses if row["basis"] == basis)
        assert deaths == counts.counts["overdose", basis]
    there = counts.counts["overdose", "residence"]
    t404 = counts.counts["T40.4", "residence"]
    for said in (
        "2022, United States, final file, coded by ICD-10: 2,000 lines, 0 rejected",
        f"{there:,} residents",
        f"(T40.4): {t404}, {100 * t404 / there:.1f} %",
        "a drug specified (T36-T50.8)",
    ):
        assert said in result.stderr
    assert "fentanyl" not in result.output


def test_code_writes_parquet_and_names_what_it_refused(
    call: Call, made: tuple[Path, Made], tmp_path: Path
) -> None:
    """A file with a short line is counted but for it, exit status 1; a wrong year is refused, 2."""
    path, _ = made
    broken, out = tmp_path / "broken.dat", tmp_path / "table.parquet"
    broken.write_bytes(b"2022 short\r\n" + path.read_bytes())
    result = call("burden", "code", str(broken), "--by", "age", "--out", str(out))
    assert result.exit_code == 1
    assert "broken.dat, line 1: the record does not have the length 490" in result.stderr
    assert "1 lines rejected" in result.stderr
    deaths = [row for row in pq.read_table(out).to_pylist() if row["indicator"] == "all-causes"]
    assert sum(row["deaths"] for row in deaths if row["basis"] == "occurrence") == LINES
    assert call("burden", "code", str(path), "--year", "2021").exit_code == 2


def test_rates_of_coded_deaths(call: Call, made: tuple[Path, Made], tmp_path: Path) -> None:
    """Deaths by band and people by age give a rate of each band, of all, and an adjusted one."""
    path, counts = made
    deaths, people = tmp_path / "deaths.csv", tmp_path / "people.csv"
    assert call("burden", "code", str(path), "--by", "band", "--out", str(deaths)).exit_code == 0
    bands = (
        "0",
        "1-4",
        "5-14",
        "15-24",
        "25-34",
        "35-44",
        "45-54",
        "55-64",
        "65-74",
        "75-84",
        "85+",
    )
    people.write_text("age,people\n" + "".join(f"{band},100000\n" for band in bands))
    groups = ("--by", "basis", "--by", "indicator")
    result = call("burden", "rates", str(deaths), "--people", str(people), *groups)
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    whole = next(
        row
        for row in rows
        if (row["basis"], row["indicator"], row["ages"])
        == ("residence", "overdose", "all ages, crude")
    )
    assert float(whole["rate"]) == pytest.approx(counts.counts["overdose", "residence"] / 11)
    assert any(row["ages"] == "all ages, age-adjusted" and row["rate"] for row in rows)


def test_leading_says_what_was_carved_out(
    call: Call, made: tuple[Path, Made], tmp_path: Path
) -> None:
    """Both rankings are printed, with what was taken out of what; JSON and CSV have all causes."""
    path, counts = made
    out = tmp_path / "ages.csv"
    command = ("burden", "leading", str(path), "--carve", "T40.4", "--out", str(out))
    result = call(*command)
    assert result.exit_code == 0
    t404 = counts.counts["T40.4", "residence"]
    assert "Official ranking (NCHS)" in result.stdout
    assert f"Counted separately: {t404} deaths" in result.stdout
    assert "from Accidents (unintentional injuries)" in result.stdout
    ranking = json.loads(call(*command, "--json").stdout)
    assert sum(each["deaths"] for each in ranking["taken"]) == t404
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert sum(int(row["deaths"]) for row in rows) == counts.residents
    assert call("burden", "leading", str(path), "--ages", "49-18").exit_code == 2


def test_a_year_of_records_is_a_release(
    call: Call, made: tuple[Path, Made], tmp_path: Path
) -> None:
    """The archive keeps the packed file as it is, and its figures are there on both bases."""
    path, counts = made
    packed = tmp_path / "VS22MORT.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(path, "VS22MORT.DUSMCPUB")
    archive = ("--archive", str(tmp_path / "archive"))
    added = call("burden", "add", str(packed), *archive)
    assert added.exit_code == 0, added.output
    assert [each.name for each in ReleaseArchive(tmp_path / "archive").kept()] == [packed.name]
    asked = ("--place", "US", "--indicator", "overdose", "--from", "2022-12")
    result = call("burden", "figures", *asked, *archive)
    assert result.exit_code == 0, result.output
    rows = [
        row
        for row in csv.DictReader(io.StringIO(result.stdout))
        if row["months"] == "12" and not row["part"]
    ]
    found = {row["basis"]: float(row["value"]) for row in rows}
    assert found == {
        basis: counts.counts["overdose", basis] for basis in ("residence", "occurrence")
    }
