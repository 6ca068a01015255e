"""Pages of substances and law: server time, and bytes sent.

``python -m benchmarks.law_pages`` requests each kind of page from an installation in this process,
several hundred times with substances and laws of the whole registry, and writes
``docs/benchmarks/law_pages.json``. The time is from the request to the last byte, compressed, for
a signed-in user, without network and browser. It is reported as CPU time of this process, and as
wall time, which grows with other load on the machine. The first request of each kind, which loads
what it needs, is reported separately.
"""

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import quote

from benchmarks.evaluation import ROOT
from benchmarks.throughput import processor, versions
from litestar.testing import TestClient

from tidewaiter.accounts.passwords import Limiter
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.web.core.app import make_app
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.security import COOKIE

OUT = ROOT / "docs" / "benchmarks" / "law_pages.json"
SEED, ASKED = 1988, 200
DAY = "2026-11-25"
_HOME = "http://127.0.0.1:8477"


def addresses(registry: Registry, chance: random.Random) -> dict[str, Callable[[], str]]:
    """Return what makes an address, by kind of page."""
    substances = [each for each in registry.substances if each.kind != "class"]
    drawn = [each for each in substances if each.smiles]
    names = [name.text for each in substances for name in each.names]
    schedules = sorted({f"{c.regime}:{c.schedule}" for s in substances for c in s.controls})
    one = chance.choice
    return {
        "list": lambda: f"/substances?day={DAY}",
        "list, a name": lambda: f"/substances?day={DAY}&text={quote(one(names)[:6])}",
        "list, a law": lambda: f"/substances?day={DAY}&regime={one(list(registry.regimes))}",
        "list, a structure": lambda: f"/substances?text={quote(one(drawn).smiles or '')}",
        "card": lambda: f"/substances/{one(substances).slug}?day={DAY}",
        "ask, a name": lambda: f"/law?day={DAY}&what={one(substances).slug}",
        "ask, a structure": lambda: f"/law?day={DAY}&what={quote(one(drawn).smiles or '')}",
        "compare three": lambda: (
            f"/law/compare?day={DAY}&what=" + "%0A".join(one(substances).slug for _ in range(3))
        ),
        "compare a schedule": lambda: f"/law/compare?day={DAY}&of={quote(one(schedules))}",
        "changes of a year": lambda: f"/law/changes?day={chance.randrange(1992, 2027)}-06-01",
        "a law": lambda: f"/law/regimes/{one(list(registry.regimes))}?day={DAY}",
        "a class rule": lambda: f"/law/classes/{one(registry.classes).slug}?day={DAY}",
    }


def measured(client: "TestClient[Any]", make: Callable[[], str]) -> dict[str, float]:
    """Ask for pages of one kind, and return times in ms and the largest size in kB."""
    times, worked, sizes = [], [], []
    for _ in range(ASKED):
        begun, before = time.perf_counter(), time.process_time()
        with client.stream("GET", make()) as answer:
            sent = sum(map(len, answer.iter_raw()))
        times.append((time.perf_counter() - begun) * 1_000)
        worked.append((time.process_time() - before) * 1_000)
        assert answer.status_code == 200, answer.url
        sizes.append(sent)
    clock, cpu = quantiles(times[1:], n=20), quantiles(worked[1:], n=20)
    return {
        "first_cpu_ms": round(worked[0], 1),
        "median_cpu_ms": round(cpu[9], 1),
        "p95_cpu_ms": round(cpu[18], 1),
        "median_ms": round(clock[9], 1),
        "p95_ms": round(clock[18], 1),
        "largest_kb": round(max(sizes) / 1_000, 1),
    }


def rows() -> Iterator[tuple[str, dict[str, float]]]:
    """Measure each kind of page."""
    with tempfile.TemporaryDirectory() as folder:
        node = Node(Serving(db=str(Path(folder) / "tidewaiter.db")))
        node.users = Limiter(ASKED * 100, 60.0)  # it asks faster than an account may
        with node.change(None) as work:
            account = add_account(work, NewAccount(name="viewer", role="viewer"))
            secret = begin_session(work, account, "a benchmark")
        headers = {"cookie": f"{COOKIE}={secret}", "accept-encoding": "gzip"}
        with TestClient(make_app(node), _HOME) as client:
            client.headers.update(headers)
            for kind, make in addresses(load_registry(), random.Random(SEED)).items():
                yield kind, measured(client, make)


def main() -> None:
    """Measure, print and write."""
    found = {}
    for kind, row in rows():
        found[kind] = row
        print(f"{kind:>20}  {row}")
    told = {"processor": processor(), "versions": versions(), "asked": ASKED, "pages": found}
    OUT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
