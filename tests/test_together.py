"""Two processes at once on one database: each alert is kept once, and none is lost."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.found import alerts

from tidewaiter.base.resources import data
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.screening.runs import screenings

SCREEN = (sys.executable, "-m", "tidewaiter", "screen", "--day", "2026-11-25", "--workers", "1")
Together = Callable[..., list[str]]


@pytest.fixture
def manifests(tmp_path: Path) -> list[Path]:
    """Write two files of 17,240 rows, more than one batch each, that differ in a line."""
    head, body = data("samples", "manifest.csv").read_bytes().split(b"\n", 1)
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for number, path in enumerate(paths):
        last = f'Z-{number},1,"Ephedrine",,,,1,pcs'.encode() + b"," * 13 + b"\n"
        path.write_bytes(head + b"\n" + body * 40 + last)
    return paths


@pytest.fixture
def together(url: str, tmp_path: Path) -> Together:
    """Screen files at once into one database that is not there yet; return what each says."""

    def go(*paths: Path) -> list[str]:
        processes = [
            subprocess.Popen(
                [
                    *SCREEN,
                    str(path),
                    "--db",
                    url,
                    "--out",
                    str(tmp_path / f"{place}.jsonl"),
                    "--refused",
                    str(tmp_path / f"{place}.csv"),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for place, path in enumerate(paths)
        ]
        talk = [process.communicate(timeout=300)[1] for process in processes]
        assert [process.returncode for process in processes] == [1] * len(paths), talk
        return talk

    return go


def _kept(database: Database) -> list[tuple[str, int, str]]:
    with database.work() as work:
        assert verify_audit(work).broken is None
        assert {each.state for each in screenings(work)} == {"done"}
        found = alerts(work, rows=100_000)
    return sorted((alert.file, alert.row, alert.id) for alert in found)


def _written(path: Path) -> list[tuple[str, int, str]]:
    pattern = re.compile(r'^{"id":"(\w+)","file":"([\w.]+)","row":(\d+)')
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [pattern.match(line) for line in lines]
    assert None not in found
    return sorted((each[2], int(each[3]), each[1]) for each in found if each)


def _new(talk: str) -> int:
    found = re.search(r"([\d,]+) new alerts? in the database", talk)
    assert found is not None, talk
    return int(found[1].replace(",", ""))


def test_one_file_by_two_processes(
    together: Together, manifests: list[Path], url: str, tmp_path: Path
) -> None:
    """Both write all alerts; the database has each once, and each is new to one of them."""
    talk = together(manifests[0], manifests[0])
    first, second = (_written(tmp_path / f"{place}.jsonl") for place in range(2))
    assert first == second
    with open_database(url) as database:
        assert _kept(database) == first
    assert sum(map(_new, talk)) == len(first) > 3000


def test_two_files_by_two_processes(
    together: Together, manifests: list[Path], url: str, tmp_path: Path
) -> None:
    """Neither waits for ever, and the database has what both write."""
    talk = together(*manifests)
    written = [_written(tmp_path / f"{place}.jsonl") for place in range(2)]
    with open_database(url) as database:
        assert _kept(database) == sorted(written[0] + written[1])
    assert [_new(each) for each in talk] == [len(each) for each in written]
