"""Restricted entries: the officer reads them in a separate file, and they appear only there."""

import json
import re
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from tests.found import alerts
from tests.support.raising import says

from tidewaiter.store.core.database import open_database

Call = Callable[..., Result]

OPEN = (
    "id,kind,name,countries,action,listed,ties,confidential\n"
    "OPN-1,organisation,Harbourine Chemicals Ltd,IN,watched,2026-01-05,owned-by:ZQX-77:60 %,no\n"
    "OPN-2,organisation,Beispiel Kontor AG,DE,blocked,2026-01-05,,no\n"
    "ZQX-77,organisation,Verdeckte Quelle Holding,CY,blocked,2026-02-02,,yes\n"
)
HIDDEN = (
    "id,kind,name,countries,action,listed,confidential\n"
    "KRYPT-9,organisation,Ocultamar Comercio,MX,blocked,2026-03-03,yes\n"
    "KRYPT-8,organisation,Harbourine Chemicals Limited,IN,blocked,2026-03-03,yes\n"
)
MANIFEST = (
    "consignment,goods,consignor,consignor country,consignee,consignee country\n"
    "C1,steel bolts,HARBOURINE CHEMICAL LIMITED,IN,Muster GmbH,DE\n"
    "C2,acetic anhydride,Beispiel Kontor,DE,OCULTAMAR COMERCIO,MX\n"
    "C3,paper,Kuusi Oy,FI,Ocultamar Comercio,MX\n"
    "C4,acetone,Kuusi Oy,FI,Verdeckte Quelle Holding,CY\n"
    "C5,ephedrine,Kuusi Oy,FI,Lumme Oy,FI\n"
)
TRACES = ("ZQX-77", "Verdeckte Quelle", "KRYPT", "hidden-watch", "Geheime Liste", "estricted")
"""Ids and names of restricted entries and of their list, and the word itself. The name of one
is in the manifest, as written there.
"""


@pytest.fixture
def folder(here: Path, call: Call) -> Path:
    """Keep an open list, and write the manifest."""
    (here / "manifest.csv").write_text(MANIFEST, encoding="utf-8")
    (here / "open.csv").write_text(OPEN, encoding="utf-8")
    (here / "secret.csv").write_text(HIDDEN, encoding="utf-8")
    (here / "without.csv").write_text(
        "\n".join(row for row in OPEN.splitlines() if "yes" not in row).replace(
            "owned-by:ZQX-77:60 %", ""
        ),
        encoding="utf-8",
    )
    text = 'slug = "hidden-watch"\nname = "Geheime Liste"\nauthority = "Amt"\nlicence = ""\n'
    for kept, list_ in (("with", "open.csv"), ("without", "without.csv")):
        added = call(
            "lists", "add", list_, "--as", "open-watch", "--dated", "2026-10-01", "--lists", kept
        )
        assert added.exit_code == 0, added.output
    place = here / "with" / "definitions"
    place.mkdir()
    (place / "hidden-watch.toml").write_text(f'{text}source = ""\nconfidential = true\n')
    added = call(
        "lists",
        "add",
        "secret.csv",
        "--as",
        "hidden-watch",
        "--dated",
        "2026-10-01",
        "--lists",
        "with",
    )
    assert added.exit_code == 0, added.output
    return here


def _screen(call: Call, lists: str, *more: str) -> Result:
    outputs = ("--out", "a.jsonl", "--report", "r.html")
    result = call(
        "screen", "--day", "2026-11-25", "manifest.csv", *outputs, "--lists", lists, *more
    )
    assert result.exit_code == 0, result.output
    return result


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _private(folder: Path) -> Path:
    (place,) = (folder / "with" / "restricted").iterdir()
    return place


def _plain(page: str) -> str:
    """Return a report without what differs from run to run: the digest, the time, the versions."""
    page = re.sub(r"<dt>(Registry version|Time taken)</dt><dd>.*?</dd>", "", page)
    return re.sub(r"SHA-256 [0-9a-f]{16}", "", page)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_open_outputs_are_those_of_a_screening_without_restricted_entries(
    folder: Path, call: Call, suffix: str
) -> None:
    """Alerts, points, order, ids and the report are the same, whether or not such entries exist."""
    name = f"a{suffix}"
    _screen(call, "with", "--out", name)
    shown, page = (folder / name).read_bytes(), (folder / "r.html").read_text(encoding="utf-8")
    table = pq.read_table(name).to_pylist() if suffix == ".parquet" else None
    _screen(call, "without", "--out", name)
    page_without = (folder / "r.html").read_text(encoding="utf-8")
    version, other = (
        next(each.stem for each in (folder / kept / "lists" / "open-watch").glob("*.json"))
        for kept in ("with", "without")
    )
    if table is not None:
        text = str(table).replace(version, other).replace(version[:12], other[:12])
        assert text == str(pq.read_table(name).to_pylist())
    else:
        text = shown.decode().replace(version, other).replace(version[:12], other[:12])
        assert text == (folder / name).read_bytes().decode()
    assert _plain(page.replace(version[:12], other[:12])) == _plain(page_without)


def test_no_open_output_holds_a_trace(folder: Path, call: Call) -> None:
    """A file for others contains neither names nor ids nor the list nor the fact itself."""
    own = {"without.csv", "secret.csv", "open.csv", "manifest.csv"}
    for name in ("a.jsonl", "b.csv", "c.parquet"):
        result = _screen(call, "with", "--out", name)
        assert "Ocultamar" not in result.output.replace("OCULTAMAR COMERCIO", "")
        assert "Geheime" not in result.output
    given = [path for path in folder.iterdir() if path.is_file() and path.name not in own]
    assert {path.name for path in given} == {"a.jsonl", "b.csv", "c.parquet", "r.html"}
    for path in given:
        content = (
            path.read_bytes()
            if path.suffix != ".parquet"
            else str(pq.read_table(path).to_pylist()).replace("'restricted': False", "").encode()
        )
        content = content.replace(b'"restricted":false', b"")
        for trace in TRACES:
            found = content.replace(b"Verdeckte Quelle Holding", b"")  # the manifest writes it
            assert trace.encode() not in found, (path.name, trace)


def test_standard_output_is_open(folder: Path, call: Call) -> None:
    """Without --out, alerts as JSON Lines go on: the open ones."""
    result = call("screen", "--day", "2026-11-25", "manifest.csv", "--lists", "with")
    assert folder.is_dir()
    assert "KRYPT" not in result.stdout
    assert [each["consignment"] for each in map(json.loads, result.stdout.splitlines())] == [
        "C1",
        "C2",
        "C4",
        "C5",
    ]


def test_the_officer_has_them_whole(folder: Path, call: Call) -> None:
    """They are in the folder of lists, for her alone, and the terminal says where."""
    result = _screen(call, "with")
    place = _private(folder)
    assert "4 alerts are based on restricted entries" in result.stderr
    assert place.name in result.stderr.replace("\n", "")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    held = {each["consignment"]: each for each in _read(place)}
    assert list(held) == ["C1", "C2", "C3", "C4"]
    assert all(each["restricted"] for each in held.values())
    shown = {each["consignment"]: each for each in _read(folder / "a.jsonl")}
    for key in ("C1", "C2", "C4"):
        assert held[key]["open_id"] == shown[key]["id"] != held[key]["id"]
        assert held[key]["score"] >= shown[key]["score"]
        assert sum(each["points"] for each in shown[key]["reasons"]) >= shown[key]["score"]
    rules = [each["rule"] for each in held["C1"]["reasons"]]
    assert rules == ["party", "restricted", "restricted"]
    assert "owned by Verdeckte Quelle Holding (60 %)" in held["C1"]["reasons"][2]["text"]


def test_a_file_can_be_named(folder: Path, call: Call) -> None:
    """--out-restricted sets their path; the file is recreated, readable by the officer only."""
    (folder / "mine.csv").write_text("old")
    (folder / "mine.csv").chmod(0o644)
    _screen(call, "with", "--out-restricted", "mine.csv")
    assert stat.S_IMODE((folder / "mine.csv").stat().st_mode) == 0o600
    assert "KRYPT-9" in (folder / "mine.csv").read_text(encoding="utf-8-sig")
    assert not (folder / "with" / "restricted").exists()


def test_a_folder_that_takes_no_file_asks_for_another(folder: Path, call: Call) -> None:
    """Nothing is partly written; with another path the same command continues."""
    (folder / "with" / "restricted").write_text("a file in the way")
    asked = ("screen", "--day", "2026-11-25", "manifest.csv", "--out", "a.jsonl", "--lists", "with")
    refused = call(*asked)
    assert refused.exit_code == 2
    assert "--out-restricted" in refused.output
    assert not (folder / "a.jsonl").exists()
    assert call(*asked, "--out-restricted", "mine.jsonl").exit_code == 0
    assert "KRYPT-9" in (folder / "mine.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["a.jsonl", "x.parquet", "manifest.csv"])
def test_a_file_that_cannot_be_is_refused(folder: Path, call: Call, name: str) -> None:
    """Not the file of the open ones, not the one that is screened, and no format that leaks."""
    result = call(
        "screen", "manifest.csv", "--out", "a.jsonl", "--lists", "with", "--out-restricted", name
    )
    assert folder.is_dir()
    assert result.exit_code == 2


def test_without_such_entries_there_is_no_file(folder: Path, call: Call) -> None:
    """Nothing is made and nothing said."""
    result = _screen(call, "without", "--out-restricted", "mine.jsonl")
    assert "restricted" not in result.stderr
    assert not (folder / "mine.jsonl").exists()


def test_the_database_keeps_the_marking(folder: Path, call: Call) -> None:
    """Its rows are whole and marked, so that a page can show them by clearance."""
    _screen(call, "with", "--db", "cases.db")
    with open_database(str(folder / "cases.db")) as database, database.work() as work:
        held = {each.consignment: each for each in alerts(work)}
    assert {key for key, each in held.items() if each.restricted} == {"C1", "C2", "C3", "C4"}
    assert not held["C5"].restricted
    again = call(
        "screen",
        "--day",
        "2026-11-25",
        "--db",
        "cases.db",
        "--again",
        "--out",
        "n.jsonl",
        "--lists",
        "without",
    )
    assert again.exit_code == 0, again.output


def test_screening_again_parts_them_too(folder: Path, call: Call) -> None:
    """Past lines against new lists: new alerts by restricted entries are not in --out."""
    call("screen", "--day", "2026-11-25", "manifest.csv", "--db", "c.db", "--lists", "empty")
    again = call(
        "screen",
        "--day",
        "2026-11-25",
        "--db",
        "c.db",
        "--again",
        "--out",
        "n.jsonl",
        "--lists",
        "with",
        "--out-restricted",
        "mine.jsonl",
    )
    assert again.exit_code == 0, again.output
    assert "KRYPT" not in (folder / "n.jsonl").read_text(encoding="utf-8")
    assert "KRYPT-9" in (folder / "mine.jsonl").read_text(encoding="utf-8")


def test_the_journal_is_for_the_officer_alone(folder: Path) -> None:
    """An interrupted screening leaves a journal with all alerts, readable by the owner only."""
    from tidewaiter.bulk.journal import Journal  # noqa: PLC0415
    from tidewaiter.bulk.screening import Settings  # noqa: PLC0415

    path = folder / "x.journal"
    settings = Settings(day=date(2026, 11, 25), file="x", sha256="0")
    with Journal(path, settings, "r", "m"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_match_leaves_them_out_unless_asked(folder: Path, call: Call) -> None:
    """The output of a match is passed on too: restricted entries are in it only by request."""
    (folder / "parties.csv").write_text("name\nOcultamar Comercio\nHarbourine Chemicals\n")
    asked = ("match", "--file", "parties.csv", "--out", "m.jsonl", "--lists", "with")
    result = call(*asked)
    assert result.exit_code == 0, result.output
    text = (folder / "m.jsonl").read_text(encoding="utf-8")
    assert "OPN-1" in text
    assert not any(trace in text for trace in ("KRYPT", "ZQX", "hidden-watch"))
    assert "restricted entries are excluded" in result.stderr
    call(*asked, "--restricted")
    assert "KRYPT-9" in (folder / "m.jsonl").read_text(encoding="utf-8")
    assert stat.S_IMODE((folder / "m.jsonl").stat().st_mode) == 0o600
    one = call("match", "Ocultamar Comercio", "--lists", "with", "--json")
    assert json.loads(one.stdout)["matches"] == []
    whole = call("match", "Ocultamar Comercio", "--lists", "with", "--json", "--restricted")
    (match,) = json.loads(whole.stdout)["matches"]
    assert match["confidential"]


def test_restricted_entries_do_not_go_to_a_cluster(folder: Path, call: Call) -> None:
    """Spark writes what it works on to the disks of all machines, so it does not even start."""
    pytest.importorskip("pyspark")
    asked = ("screen", "manifest.csv", "--engine", "spark", "--out", "parts", "--lists", "with")
    result = call(*asked)
    assert result.exit_code == 2
    assert says(result.stderr, "cli/restricted-list-on-a-cluster")
    assert not (folder / "parts").exists()


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_a_second_process_writes_the_same_alerts(folder: Path, call: Call, suffix: str) -> None:
    """Where alerts are many, another process writes them: every file has the same bytes."""
    head, *rows = MANIFEST.splitlines(keepends=True)
    (folder / "many.csv").write_text(head + "".join(rows) * 600, encoding="utf-8")
    files = []
    for workers in ("1", "2"):
        out, secret = folder / f"{workers}{suffix}", folder / f"secret{workers}.jsonl"
        said = ("--workers", workers, "--out", str(out), "--out-restricted", str(secret))
        done = call("screen", "many.csv", "--lists", "with", "--day", "2026-11-25", *said)
        assert done.exit_code == 0, done.output
        files.append((out.read_bytes(), secret.read_bytes()))
    assert files[0] == files[1]
    assert files[0][1].count(b"\n") > 600
