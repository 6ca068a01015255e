"""Uploads: how soon alerts of a dropped file are seen, and what the pages are like meanwhile.

``python -m benchmarks.uploads`` starts ``tidewaiter serve`` with an empty database, and measures

- the time from sending the sample manifest to its first alert in the queue, and to its end,
- the time of a page while a file of ``--lines`` made lines is screened, and idle before that,
- the memory of all processes of the server while a file of ``--gigabytes`` comes in.

It writes ``docs/benchmarks/uploads.json``. Pages are asked for over HTTP on the same machine.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from benchmarks.evaluation import ROOT
from benchmarks.whole import memory_of, write_large

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.resources import data
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.core.database import Stamp, open_database
from tidewaiter.web.core.security import COOKIE

OUT = ROOT / "docs" / "benchmarks" / "uploads.json"
PAGES = ("/screen", "/queue", "/screen/1")
IDLE = 60  # requests of each page
_HEAD = b'--b\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n'
_TAIL = b"\r\n--b--\r\n"


class Visitor:
    """Someone who is signed in to a server of one's own."""

    def __init__(self, folder: Path) -> None:
        place = folder / "x.db"
        stamp = Stamp(who="server", at=datetime.now(UTC))
        with open_database(place) as database, database.work(stamp) as work:
            account = add_account(work, NewAccount(name="reyes", role="analyst"))
            secret = begin_session(work, account, "a benchmark")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        command = [sys.executable, "-m", "tidewaiter", "serve", "--db", str(place), "--port", port]
        lists = ["--lists", str(folder / "none"), "--upload-limit", "4"]
        self.server = subprocess.Popen([*command, *lists])
        self.token = form_token(secret)
        cookies = {COOKIE: secret}
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", cookies=cookies, timeout=3600
        )
        self._wait()

    def _wait(self) -> None:
        while True:
            try:
                self.client.get("/health").raise_for_status()
            except httpx.HTTPError:
                time.sleep(0.2)
            else:
                time.sleep(20)  # until the worker is warm
                return

    def send(self, pieces: Iterator[bytes], name: bytes) -> dict[str, Any]:
        """Send a file."""

        def body() -> Iterator[bytes]:
            yield _HEAD % name
            yield from pieces
            yield _TAIL

        answer = self.client.post(
            f"/screen/files.json?csrf={self.token}",
            content=body(),
            headers={"content-type": "multipart/form-data; boundary=b"},
        )
        answer.raise_for_status()
        return dict(answer.json()["uploads"][0])

    def screen(self, upload: dict[str, Any]) -> None:
        """Let an upload be screened."""
        form = {"version": upload["version"], "then": "screen", "csrf": self.token}
        self.client.post(f"/screen/{upload['id']}/reading.json", data=form).raise_for_status()

    def upload(self, number: int) -> dict[str, Any]:
        """Return how far an upload is."""
        return dict(self.client.get(f"/screen/{number}.json").json()["upload"])

    def page(self, path: str) -> float:
        """Return the milliseconds that a page takes."""
        begun = time.perf_counter()
        self.client.get(path).raise_for_status()
        return 1000 * (time.perf_counter() - begun)


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=1_000_000)
    options.add_argument("--gigabytes", type=float, default=2.0)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        visitor = Visitor(folder)
        try:
            found = {
                **first_alert(visitor),
                **pages(visitor, folder, wanted.lines),
                **large(visitor, wanted.gigabytes),
            }
        finally:
            visitor.server.terminate()
            visitor.server.wait(60)
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


def first_alert(visitor: Visitor) -> dict[str, float]:
    """Return the seconds from sending the sample to its first alert, and to its end."""
    begun = time.perf_counter()
    upload = visitor.send(iter([data("samples", "manifest.csv").read_bytes()]), b"sample.csv")
    looked = time.perf_counter() - begun
    visitor.screen(upload)
    while not visitor.client.get("/queue.json").json()["rows"]:
        time.sleep(0.02)
    seen = time.perf_counter() - begun
    while visitor.upload(upload["id"])["state"] != "done":
        time.sleep(0.02)
    return {
        "sample_inspected_seconds": round(looked, 2),
        "sample_first_alert_seconds": round(seen, 2),
        "sample_done_seconds": round(time.perf_counter() - begun, 2),
    }


def pages(visitor: Visitor, folder: Path, lines: int) -> dict[str, Any]:
    """Return the milliseconds of pages, idle and while a large file is screened."""
    path = folder / "large.csv"
    write_large(path, lines)
    idle = {page: [visitor.page(page) for _ in range(IDLE)] for page in PAGES}
    upload = visitor.send(_pieces(path), b"large.csv")
    visitor.screen(upload)
    busy: dict[str, list[float]] = {page: [] for page in PAGES}
    begun, state = time.perf_counter(), "queued"
    while state in {"queued", "running"}:
        for page in PAGES:
            busy[page].append(visitor.page(page))
        time.sleep(0.2)
        now = visitor.upload(upload["id"])
        state = now["state"]
    assert (state, now["lines"]) == ("done", lines)
    seconds = time.perf_counter() - begun
    return {
        "lines": lines,
        "screening_seconds": round(seconds, 1),
        "alerts": sum(now["alerts"].values()),
        "idle_p95_ms": {page: _p95(times) for page, times in idle.items()},
        "busy_p95_ms": {page: _p95(times) for page, times in busy.items()},
        "busy_requests": sum(map(len, busy.values())),
    }


def large(visitor: Visitor, gigabytes: float) -> dict[str, float]:
    """Return the memory of the server before and while a large file comes in."""
    line = b"C1,pumps and valves,841381,12\n" * 40_000
    count = round(gigabytes * (1 << 30)) // len(line)
    before = memory_of(visitor.server.pid)
    peak, sent = before, 0

    def pieces() -> Iterator[bytes]:
        nonlocal peak, sent
        yield b"Consignment,Description of goods,HS Code,Net weight (kg)\n"
        for number in range(count):
            sent += len(line)
            if number % 100 == 0:
                peak = max(peak, memory_of(visitor.server.pid))
            yield line

    begun = time.perf_counter()
    visitor.send(pieces(), b"huge.csv")
    return {
        "upload_gigabytes": round(sent / (1 << 30), 2),
        "upload_seconds": round(time.perf_counter() - begun, 1),
        "memory_before_megabytes": round(before / 1e6),
        "memory_peak_megabytes": round(max(peak, memory_of(visitor.server.pid)) / 1e6),
    }


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[-1], 1)


if __name__ == "__main__":
    main()
