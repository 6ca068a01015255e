"""The command `tidewaiter screen` on files that can be read."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from tests.support.raising import says

from tidewaiter.base.resources import data
from tidewaiter.bulk.cross_line import Marks
from tidewaiter.cli.screening import run as onefile

Screen = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[bytes]]
Objects = Callable[[str], list[dict[str, Any]]]
RULES = data("rules", "alerts.toml").read_text(encoding="utf-8")


def test_alerts_are_json_lines_in_a_pipe(screen: Screen, manifest: Path, objects: Objects) -> None:
    """Standard output holds alerts and nothing else; talk goes to stderr."""
    result = screen(str(manifest))
    assert result.exit_code == 0
    alerts = objects(result.stdout)
    assert [alert["row"] for alert in alerts] == [1, 3]
    assert alerts[0]["line"]["goods"] == "acetic anhydride"
    assert "reading manifest.csv" in result.stderr
    assert "2 alerts" in result.stderr
    assert "not legal advice" in " ".join(result.stderr.lower().split())


def test_a_table_is_printed_where_alerts_go_to_a_file(
    screen: Screen, manifest: Path, here: Path, objects: Objects
) -> None:
    """The file holds what the pipe would, and the terminal gets the summary."""
    piped = screen(str(manifest)).stdout
    result = screen(str(manifest), "--out", "alerts.jsonl")
    assert (here / "alerts.jsonl").read_text(encoding="utf-8") == piped
    assert "The worst of 2 alerts" in result.stdout
    assert "3 lines screened, law as of 2026-11-25: 2 alerts" in result.stdout
    assert "Alerts: alerts.jsonl" in result.stdout
    assert len(objects(piped)) == 2


def test_nothing_is_left_beside_the_outputs(screen: Screen, manifest: Path, here: Path) -> None:
    """No journal and no half file stays, and nothing refused means no file of refusals."""
    assert screen(str(manifest), "--out", "a.jsonl", "--report", "r.html").exit_code == 0
    assert {path.name for path in here.iterdir()} == {"manifest.csv", "a.jsonl", "r.html"}


def test_alerts_as_csv_hold_no_formula(screen: Screen, manifest: Path, here: Path) -> None:
    """A cell that begins like a formula gets an apostrophe."""
    screen(str(manifest), "--out", "alerts.csv")
    text = (here / "alerts.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["row"] for row in rows] == ["1", "3"]
    cells = [cell for row in rows for cell in row.values() if cell[:1] in {"=", "+", "@", "-"}]
    assert cells == []
    assert any(cell.startswith("'=cmd") for cell in rows[1].values())


def test_alerts_as_parquet_can_be_read(screen: Screen, manifest: Path, here: Path) -> None:
    """Rows and reasons come back."""
    screen(str(manifest), "--out", "alerts.parquet")
    rows = pq.read_table(here / "alerts.parquet").to_pylist()
    assert [row["row"] for row in rows] == [1, 3]
    assert sum(reason["points"] for reason in rows[0]["reasons"]) == rows[0]["score"]


def test_the_report_needs_nothing_else(screen: Screen, manifest: Path, here: Path) -> None:
    """It loads no script, style, font or picture from anywhere."""
    screen(str(manifest), "--report", "r.html")
    page = (here / "r.html").read_text(encoding="utf-8")
    assert "Acetic anhydride" in page
    loads = r"""(?:src\s*=\s*["']?|url\(\s*["']?|@import\s+["']?)(?:https?:)?//"""
    assert not re.search(loads, page, re.IGNORECASE)
    assert not re.search(r"<link\b[^>]*href\s*=", page, re.IGNORECASE)


def test_refused_rows_are_told_and_the_exit_status_says_so(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """Exit status 1: the other rows are screened, and each refusal has its row and reason."""
    file = here / "m.csv"
    file.write_text("goods,hs,net weight (kg)\nacetone,1,2,3,4\nacetone,291411,much\n")
    result = screen(str(file), "--refused", "no.csv")
    assert result.exit_code == 1
    assert [alert["row"] for alert in objects(result.stdout)] == [2]
    text = (here / "no.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["row"], row["screened"]) for row in rows] == [("1", "no"), ("2", "yes")]
    assert all(row["problem"] and row["hint"] for row in rows)


def test_a_column_can_be_named(screen: Screen, here: Path, objects: Objects) -> None:
    """--map wins over any guess."""
    file = here / "m.csv"
    file.write_text("Description,Item text\nbolts,acetone\n")
    (alert,) = objects(screen(str(file), "--map", "goods=Item text").stdout)
    assert alert["line"]["goods"] == "acetone"


def test_a_row_without_an_amount_is_screened(screen: Screen, here: Path, objects: Objects) -> None:
    """A row may lack its quantity and its unit where other rows have both."""
    (here / "m.csv").write_text("goods,quantity,unit\nacetone,5,kg\ntoluene,,\nsafrole,,kg\n")
    alerts = objects(screen("m.csv").stdout)
    assert [alert["line"]["quantity"] for alert in alerts] == ["5 kg", None, None]


@pytest.mark.parametrize("field", ["consignee address", "container"])
def test_a_row_may_lack_both_of_two_columns_that_are_joined(
    field: str, screen: Screen, here: Path, objects: Objects
) -> None:
    """Rows keep their place where two columns make one field and both are empty."""
    (here / "m.csv").write_text(f"goods,{field} 1,{field} 2\nacetone,x,y\ntoluene,,\nsafrole,,z\n")
    alerts = objects(screen("m.csv").stdout)
    assert [alert["row"] for alert in alerts] == [1, 2, 3]


def test_own_rules_change_the_score(
    screen: Screen, manifest: Path, here: Path, objects: Objects
) -> None:
    """A copy of the rules with other points is what is screened by."""
    (here / "own.toml").write_text(RULES.replace("exact = { points = 20", "exact = { points = 33"))
    ours = objects(screen(str(manifest)).stdout)
    own = objects(screen(str(manifest), "--rules", "own.toml").stdout)
    assert [alert["score"] for alert in own] == [alert["score"] + 13 for alert in ours]


def test_the_day_is_part_of_every_alert(screen: Screen, manifest: Path, objects: Objects) -> None:
    """The last --day counts, and law that was not yet in force is not shown."""
    alerts = objects(screen(str(manifest), "--day", "1950-01-01").stdout)
    days = {alert["day"] for alert in alerts}
    assert days <= {"1950-01-01"}
    held = [holding for alert in alerts for holding in alert["law"]]
    assert all(holding["since"] is None for holding in held)


def test_two_at_once_without_an_output_file_are_both_done(
    screen: Screen, manifest: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its own journal in the cache; truncated steps are resumed once.

    With an output file the second run is refused, because both would write it.
    """
    monkeypatch.setattr("tidewaiter.cli.screening.outputs.cache_folder", lambda: here / "cache")
    alone, seen, inner = screen(str(manifest)).stdout, [], onefile.screen_alone

    def another(job: onefile.OneFile) -> Marks:
        seen.append(job.journal)
        made = inner(job)
        if len(seen) == 1:
            told.append(screen(str(manifest), *more))
        return made

    for more, code in (((), 0), (("--out", "a.jsonl"), 2)):
        told: list[Result] = []
        seen.clear()
        with monkeypatch.context() as patch:
            patch.setattr("tidewaiter.cli.screening.screen.screen_alone", another)
            first = screen(str(manifest), *more)
        assert (first.exit_code, told[0].exit_code) == (0, code)
        assert len(set(seen)) == (1 if code else 2)
        if not code:
            assert first.stdout == told[0].stdout == alone
    assert says(told[0].stderr, "base/another-is-at-work")
    assert list((here / "cache" / "journals").iterdir()) == []


def test_the_same_file_gives_the_same_bytes(screen: Screen, manifest: Path) -> None:
    """Screened twice, a file gives the same alerts in the same order."""
    assert screen(str(manifest)).stdout == screen(str(manifest)).stdout


def test_the_input_is_never_written_over(screen: Screen, manifest: Path) -> None:
    """An output that is the input is refused, and the input stays as it is."""
    before = manifest.read_bytes()
    for option in ("--out", "--refused", "--report"):
        result = screen(str(manifest), option, str(manifest))
        assert manifest.read_bytes() == before, option
        assert result.exit_code == 2, option


def test_two_outputs_do_not_share_a_file(screen: Screen, manifest: Path) -> None:
    """The later one would take the place of the one before."""
    assert screen(str(manifest), "--out", "x.csv", "--refused", "x.csv").exit_code == 2


def test_a_real_pipe_gets_json_lines(process: Process, manifest: Path) -> None:
    """A process with output to a pipe writes one JSON object per line."""
    done = process("screen", str(manifest), "--day", "2026-11-25")
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert [json.loads(line)["row"] for line in done.stdout.splitlines()] == [1, 3]


def test_a_file_name_may_hold_any_bytes(process: Process, manifest: Path, here: Path) -> None:
    """A name that is not UTF-8 is screened, and its bytes are shown escaped."""
    name = b"caf\xe9.csv"
    try:
        Path(here, name.decode("utf-8", "surrogateescape")).write_bytes(manifest.read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    done = process("screen", name, "--day", "2026-11-25")
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2


def test_again_writes_in_the_format_that_the_suffix_names(
    screen: Screen, manifest: Path, here: Path
) -> None:
    """--again with a .csv writes CSV, as the first screening does."""
    strict = RULES.replace("low = 15", "low = 96").replace("medium = 40", "medium = 97")
    strict = strict.replace("high = 60", "high = 98").replace("critical = 80", "critical = 99")
    (here / "strict.toml").write_text(strict)
    screen(str(manifest), "--db", "c.db", "--rules", "strict.toml", "--out", "none.jsonl")
    result = screen("--again", "--db", "c.db", "--out", "new.csv")
    assert "3 stored lines screened, 2 new alerts" in result.stderr
    rows = list(csv.DictReader((here / "new.csv").read_text("utf-8-sig").splitlines()))
    assert [row["row"] for row in rows] == ["1", "3"]


def test_nothing_but_the_outputs_stays(screen: Screen, manifest: Path, here: Path) -> None:
    """A screening that is done leaves no journal and no half-written file behind."""
    before = {path.name for path in here.iterdir()}
    screen(str(manifest), "--out", "a.jsonl", "--report", "r.html")
    made = {path.name for path in here.iterdir()} - before
    assert made - {"refused.csv"} == {"a.jsonl", "r.html"}


def test_refusals_of_another_file_are_kept(screen: Screen, manifest: Path, here: Path) -> None:
    """The user did not choose the name "refused.csv", so an existing file causes a number."""
    (here / "other.csv").write_text("goods,net\nacetone,many\n", encoding="utf-8")
    (here / "refused.csv").write_text("precious", encoding="utf-8")
    told = [
        screen(name, "--out", "a.jsonl").stderr.count("was renamed to refused.")
        for name in ("other.csv", "other.csv", str(manifest), str(manifest))
    ]
    assert told == [1, 0, 1, 0]
    kept = [(here / f"refused.{number}.csv").read_text("utf-8-sig") for number in (1, 2)]
    assert kept[0] == "precious"
    assert "many" in kept[1]
    assert len((here / "refused.csv").read_text("utf-8-sig").splitlines()) == 1
    assert not (here / "refused.3.csv").exists()


def test_refusals_of_a_named_file_give_way(screen: Screen, here: Path) -> None:
    """A file that the user names is replaced, as --out is."""
    (here / "other.csv").write_text("goods,net\nacetone,many\n", encoding="utf-8")
    (here / "r.csv").write_text("old", encoding="utf-8")
    result = screen("other.csv", "--out", "a.jsonl", "--refused", "r.csv")
    assert "was renamed" not in result.stderr
    assert "many" in (here / "r.csv").read_text("utf-8-sig")
    assert {path.name for path in here.glob("r*.csv")} == {"r.csv"}


def test_an_alert_says_that_a_unit_was_stated_and_not_read(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """The line of the alert shows which units the user set."""
    (here / "m.csv").write_text(
        "goods,net weight\nacetic anhydride,5\nacetic anhydride,5 kg\n", encoding="utf-8"
    )
    result = screen("m.csv", "--unit", "net=lb", "--report", "r.html")
    page = (here / "r.html").read_text("utf-8")
    assert page.count("2.267962 kg (5 lb in the document") == 1
    assert page.count('<dd dir="auto">5 kg</dd>') == 1
    lines = [alert["line"] for alert in objects(result.stdout)]
    assert [line["net_mg"] for line in lines] == [2_267_962, 5_000_000]
    assert [line.get("stated") for line in lines] == [["net: lb"], None]
    assert "read as kilograms" not in result.stderr
    refused = screen("m.csv", "--unit", "net=l")
    assert refused.exit_code == 2
    assert "is not a unit of mass" in refused.stderr


def test_journals_that_nobody_took_up_are_removed(
    screen: Screen, manifest: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A screening removes from the cache what was cut off more than a month ago."""
    monkeypatch.setattr("tidewaiter.cli.screening.outputs.cache_folder", lambda: here / "cache")
    old, new = (here / "cache" / "journals" / f"{age}.journal" for age in (31, 29))
    old.parent.mkdir(parents=True)
    for path, days in ((old, 31), (new, 29)):
        path.write_text("{}")
        os.utime(path, (time.time() - days * 86_400,) * 2)
    screen(str(manifest), "--out", "a.jsonl")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_screening_without_a_database_loads_none() -> None:
    """What works with a database takes half a second to load, which most screenings do without."""
    code = (
        "import sys; import tidewaiter.cli.screening.screen; "
        "print([name for name in sys.modules if name in ('sqlalchemy', 'tidewaiter.store')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
