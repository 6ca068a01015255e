"""The command `tidewaiter burden supply`, and exports that say nothing of what they count."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.support.raising import says

Call = Callable[..., Result]
Objects = Callable[[str], list[dict[str, Any]]]
TITLES = (
    "FY,Month (abbv),Component,Region,Land Filter,Area of Responsibility,Drug Type,"
    "Count of Event,Sum Qty (lbs)"
)
ROWS = (
    "2024,{month},Office of Field Operations,Coastal/Interior,Other,MIAMI FIELD OFFICE,{rest}",
    "2024,{month},U.S. Border Patrol,Northern Border,Land Only,SWANTON SECTOR,{rest}",
    "2024,{month},Office of Field Operations,Southwest Border,Land Only,LAREDO FIELD OFFICE,{rest}",
)
STRIPPED = (
    "Notes,Month,Month Code,State,State Code,Deaths\n"
    ',"Jan., 2023",2023/01,Ohio,39,400\n,"Jan., 2023",2023/01,Alaska,02,7\n'
)


@pytest.fixture
def burden(call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `tidewaiter burden` on an empty archive, beside two downloads of CBP that overlap."""
    monkeypatch.setenv("TIDEWAITER_RELEASES", str(here / "kept"))
    september = [row.format(month="SEP", rest="Fentanyl,2,1.5") for row in ROWS]
    august = [row.format(month="AUG", rest="Fentanyl,1,{}") for row in ROWS]
    for name, pounds, more in (("old", "1", []), ("new", "2", september)):
        rows = [row.format(pounds) for row in august]
        (here / f"{name}.csv").write_text("\n".join([TITLES, *rows, *more]))
    return lambda *arguments: call("burden", *map(str, arguments))


def test_an_archive_and_files_give_the_same_series(burden: Call, objects: Objects) -> None:
    """Each month appears once, from the newest download, with the older value beside it."""
    asked = ("--indicator", "seized-fentanyl", "--measure", "pounds", "--as", "json")
    files = burden("supply", "new.csv", "old.csv", *asked)
    assert burden("add", "new.csv", "old.csv").exit_code == 0
    kept = burden("supply", *asked)
    assert kept.stdout == files.stdout
    told = [
        (row["to"], row["value"], row["before"], row["release"]) for row in objects(kept.stdout)
    ]
    assert told == [
        ("2024-08", 6, 3, "cbp-seizures 2024-10"),
        ("2024-09", 4.5, None, "cbp-seizures 2024-10"),
    ]
    assert "Seizures mix enforcement with supply" in kept.stderr
    assert "is no seizure" in kept.stderr


def test_a_table_says_place_period_measure_release_and_limits(burden: Call) -> None:
    """A supply figure always appears with its release and limits."""
    shown = " ".join(burden("supply", "new.csv", "--from", "2024-09").stdout.split())
    assert "Fentanyl seized by CBP, pounds (seized-fentanyl)" in shown
    assert "US 2024-09 4.5 not stated cbp-seizures 2024-10" in shown
    assert "Seizures mix enforcement with supply" in shown
    as_csv = burden("supply", "new.csv", "--as", "csv").stdout
    assert as_csv.count("seized-fentanyl") == 4
    assert burden("supply", "new.csv", "--out", "supply.csv").exit_code == 0
    assert Path("supply.csv").read_text() == as_csv.replace("\r\n", "\n")


def test_what_no_release_has_is_refused(burden: Call) -> None:
    """An empty archive, an unknown drug and seizures of a state: each says what would do."""
    assert "tidewaiter burden add FILE" in burden("supply").output
    assert "one of: seized-fentanyl" in burden("supply", "new.csv", "--indicator", "x").output
    said = burden("supply", "new.csv", "--place", "Ohio").output
    assert says(said, "cli/no-such-number")
    assert burden("supply").exit_code == 2


def test_an_export_without_its_query_is_kept_as_what_it_counts(burden: Call, here: Path) -> None:
    """The archive stores the user's settings with the file, and re-reads its bytes with them."""
    (here / "wonder.csv").write_text(STRIPPED)
    refused = burden("add", "wonder.csv")
    assert refused.exit_code == 2
    assert says(refused.output, "burden/query-cut-off")
    assert burden("add", "wonder.csv", "--indicator", "T40.4").exit_code == 0
    for figures in (here / "kept" / "figures").iterdir():
        figures.unlink()
    lines = burden("figures").stdout.splitlines()
    assert len(lines) == 3
    assert ",T40.4," in lines[1]
    assert "suppressed" in lines[2]
    assert burden("add", "wonder.csv", "--indicator", "T40.5").exit_code == 0
    assert ",T40.5," in burden("figures").stdout


def test_figures_of_supply_are_exported_by_their_key(burden: Call) -> None:
    """A non-death indicator is found in releases that have it, with its name."""
    burden("add", "new.csv")
    lines = burden("figures", "--indicator", "seized-fentanyl", "--from", "2024-09").stdout
    assert "Fentanyl seized by CBP" in lines
    assert burden("figures", "--indicator", "seized-lsd").exit_code == 2
