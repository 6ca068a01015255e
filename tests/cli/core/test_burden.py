"""The commands `tidewaiter burden add`, `list`, `figures` and `fetch`."""

import csv
import gzip
import io
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result

Call = Callable[..., Result]
Objects = Callable[[str], list[dict[str, Any]]]
HEAD = "State,Year,Month,Period,Indicator,Data Value,Footnote Symbol,Predicted Value"


def release(month: str = "January", value: int = 81_000, more: str = "") -> bytes:
    """Write a release of two figures."""
    rows = [
        f"US,2026,{month},12 month-ending,Number of Drug Overdose Deaths,{value},*,{value + 500}",
        f"OH,2024,{month},12 month-ending,Heroin (T40.1),,**,",
    ]
    return "\n".join([HEAD, *rows, more, ""]).encode()


@pytest.fixture
def burden(call: Call, here: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call `tidewaiter burden` on an empty archive."""
    monkeypatch.setenv("TIDEWAITER_RELEASES", str(here / "kept"))
    return lambda *arguments: call("burden", *map(str, arguments))


class Web:
    """A server with one file, which it truncates on request."""

    def __init__(self) -> None:
        self.content = release()
        self.cuts: list[int] = []
        self.asked: list[dict[str, str]] = []
        self.address = ""


@pytest.fixture
def web() -> Iterator[Web]:
    """Serve a file with an entity tag, whole or in ranges."""
    held = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held.asked.append(dict(self.headers))
            if self.path != "/vsrr.csv":
                self.send_error(404)
                return
            tag = f'"{hash(held.content)}"'
            if self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                self.end_headers()
                return
            start = int(self.headers["Range"][6:-1]) if "Range" in self.headers else 0
            body = held.content[start:]
            self.send_response(206 if start else 200)
            total = len(held.content)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.send_header("ETag", tag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: held.cuts.pop(0) if held.cuts else total])

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.address = f"http://127.0.0.1:{running.server_port}/vsrr.csv"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield held
    running.shutdown()
    running.server_close()
    thread.join()


def test_files_folders_and_archives_are_added(burden: Call, here: Path, objects: Objects) -> None:
    """Each file is reported with its kind; other files do not stop the command."""
    folder = here / "files"
    folder.mkdir()
    (folder / "may.csv").write_bytes(release("May"))
    (folder / "june.csv.gz").write_bytes(gzip.compress(release("June")))
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.writestr("july.csv", release("July"))
    (folder / "README.txt").write_text("of these files")
    added = burden("add", folder)
    assert added.exit_code == 1
    assert (
        "may.csv: added: cdc-vsrr, released 2026-10 (inferred), periods of 12 months to 2024-05 "
        "until 2026-05, 2 figures" in added.stdout
    )
    assert "README.txt: not added: this file is not a known kind of release" in added.stderr
    kept = objects(burden("list", "--json").stdout)
    assert [each["name"] for each in kept] == ["may.csv", "june.csv", "july.csv"]
    assert kept[1]["origin"] == str(folder / "june.csv.gz")
    assert [each["released"] for each in kept] == ["2026-10", "2026-11", "2026-12"]
    table = burden("list").stdout
    assert "~2026-10" in table
    assert "public domain" in table


def test_what_is_there_already_is_said(burden: Call, here: Path) -> None:
    """The same bytes under another name; with a month of release, that is new."""
    (here / "a.csv").write_bytes(release())
    assert burden("add", "a.csv").exit_code == 0
    (here / "a.csv").rename(here / "b.csv")
    assert "b.csv: already stored" in burden("add", "b.csv").stdout
    told = burden("add", "b.csv", "--released", "2026-05")
    assert "b.csv: added: cdc-vsrr, released 2026-05 (told)" in told.stdout
    assert burden("add", "b.csv", "--released", "2026-13").exit_code == 2
    assert "~" not in burden("list").stdout.split("cdc-vsrr")[1]


def test_notes_are_shown(burden: Call, here: Path) -> None:
    """Twenty of them, those of refused rows first; --all shows all; exit status 1."""
    odd = "\n".join(f"ZZ,2026,May,12 month-ending,Number of Deaths,{n},*," for n in range(25))
    (here / "a.csv").write_bytes(release(more=odd))
    added = burden("add", "a.csv")
    assert added.exit_code == 1
    assert 'a.csv, row 3: "ZZ | 2026' in added.stderr
    assert "(refused)" in added.stderr
    assert "... and 5 more; use --all to see them" in added.stderr
    assert "a.csv: 25 rejected, 0 corrected" in added.stderr
    every = burden("add", "a.csv", "--all")
    assert "more; --all" not in every.stderr
    assert (every.stderr.count("(refused)"), every.exit_code) == (25, 1)


def test_what_cannot_be_added_is_refused(burden: Call, here: Path) -> None:
    """Exit status 2, with the reason, and nothing is kept."""
    (here / "a.csv").write_text("a,b\n1,2\n")
    (here / "empty").mkdir()
    for path, reason in (("a.csv", "not a known kind of release"), ("empty", "at least one file")):
        result = burden("add", path)
        assert (result.exit_code, reason in result.stderr) == (2, True)
    assert not (here / "kept").exists()
    listed = burden("list")
    assert (listed.exit_code, "There are no releases" in listed.stderr) == (0, True)


def test_figures_are_exported_with_all_that_they_rest_on(
    burden: Call, here: Path, objects: Objects
) -> None:
    """Release, place, period, basis and closed on each row; the same in each format."""
    (here / "a.csv").write_bytes(release("January"))
    (here / "b.csv").write_bytes(release("February", 82_000))
    burden("add", "a.csv", "b.csv")
    for name in ("out.jsonl", "out.csv", "out.parquet"):
        assert burden("figures", "--out", name).exit_code == 0
    rows = objects((here / "out.jsonl").read_text())
    assert rows == pq.read_table(here / "out.parquet").to_pylist()
    assert len(rows) == 4
    assert rows[0] | {"sha256": ""} == {
        "release": "cdc-vsrr 2026-06",
        "source": "cdc-vsrr",
        "released": "2026-06",
        "released_told": False,
        "sha256": "",
        "place": "US",
        "place_name": "United States",
        "indicator": "overdose",
        "indicator_name": "Drug overdose deaths",
        "measure": "deaths",
        "basis": "occurrence",
        "from": "2025-02",
        "to": "2026-01",
        "months": 12,
        "part": "",
        "value": 81_000.0,
        "predicted": 81_500.0,
        "pending": None,
        "complete": None,
        "closed": False,
        "missing": "",
    }
    assert (rows[1]["place"], rows[1]["value"], rows[1]["missing"], rows[1]["closed"]) == (
        "US-OH",
        None,
        "not shown",
        True,
    )
    read = list(csv.DictReader(io.StringIO((here / "out.csv").read_text("utf-8-sig"))))
    assert [row["value"] for row in read] == ["81000", "", "82000", ""]
    assert {row["closed"] for row in read} == {"true", "false"}


def test_figures_are_chosen(burden: Call, here: Path) -> None:
    """By place, indicator, release and period."""
    (here / "a.csv").write_bytes(release("January"))
    (here / "b.csv").write_bytes(release("February", 82_000))
    burden("add", "a.csv", "b.csv")

    def chosen(*options: str) -> list[str]:
        text = burden("figures", *options).stdout.removeprefix("\ufeff")
        return [f"{row['place']} {row['to']}" for row in csv.DictReader(io.StringIO(text))]

    assert chosen("--place", "Ohio") == ["US-OH 2024-01", "US-OH 2024-02"]
    assert chosen("--indicator", "T40.1", "--release", "newest") == ["US-OH 2024-02"]
    assert chosen("--release", "2026-06", "--place", "US") == ["US 2026-01"]
    assert chosen("--from", "2024-02", "--to", "2026-01") == ["US 2026-01", "US-OH 2024-02"]
    assert burden("figures", "--release", "2001-01").exit_code == 2
    assert burden("figures", "--place", "Atlantis").exit_code == 2
    assert burden("figures", "--out", "out.doc").exit_code == 2


def test_fetch_goes_on_where_it_was_cut_and_keeps_what_is_new(
    burden: Call, web: Web, objects: Objects
) -> None:
    """A cut download resumes; an unchanged file is skipped; a new release is added."""
    web.cuts = [40]
    fetched = burden("fetch", "cdc-vsrr", "--address", web.address)
    assert "cdc-vsrr: fetched: cdc-vsrr, released 2026-06 (inferred)" in fetched.stdout
    assert web.asked[1]["Range"] == "bytes=40-"
    again = burden("fetch", "cdc-vsrr", "--address", web.address)
    assert (again.stdout, again.exit_code) == ("cdc-vsrr: no changes since the last download\n", 0)
    web.content = release("February")
    assert burden("fetch", "cdc-vsrr", "--address", web.address).exit_code == 0
    kept = objects(burden("list", "--json").stdout)
    assert [(each["released"], each["origin"]) for each in kept] == [
        ("2026-06", web.address),
        ("2026-07", web.address),
    ]


def test_fetch_says_why_it_could_not(burden: Call, web: Web, here: Path) -> None:
    """No such file, a server's page, an address that is missing; what is kept stays."""
    moved = burden("fetch", "cdc-vsrr", "--address", f"{web.address}x")
    assert (moved.exit_code, "404" in moved.stderr) == (2, True)
    web.content = b"<html>Maintenance</html>"
    page = burden("fetch", "cdc-vsrr", "--address", web.address)
    assert (page.exit_code, "not fetched" in page.stderr) == (2, True)
    assert not (here / "kept" / "files").exists()
    assert burden("fetch", "no-source").exit_code == 2
    assert burden("fetch", "--address", web.address).exit_code == 2


def test_a_second_countrys_counts_are_checked_and_exported(burden: Call, here: Path) -> None:
    """The plain CSV of ZZ, a code that ISO leaves to users, goes where those of CDC go."""
    rows = "ZZ,overdose,2022,1130,residence,yes\nZZ,T40.4,2022,310,residence,yes\n"
    (here / "zz.csv").write_text(f"place,indicator,period,value,basis,closed\n{rows}")
    assert "added: plain-zz, released in an unknown month" in burden("add", "zz.csv").stdout
    claim = burden("claim", "--place", "ZZ", "1,130 deaths in 2022")
    assert claim.exit_code == 0
    assert "residen" in claim.stdout
    assert "ZZ,ZZ,overdose" in burden("figures", "--place", "zz").stdout
    assert burden("add", "zz.csv", "--released", "2024-03").exit_code == 0
    assert re.search(r"plain-zz +2024-03 ", burden("list").stdout)
