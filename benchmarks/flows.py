"""Flows over a million alerts: how long the database takes to add them up.

``python -m benchmarks.flows`` fills a database with what flows read of 1,000,000 made alerts (the
index of the queue, and the routes and masses; no payloads), asks 400 questions with filters drawn
by a seed, and checks each sum against one made from the drawn columns. One country is at an end of
85 routes in 100, as for an authority that reads its own papers; one route in three goes through a
third country. ``--server URL`` does the same on PostgreSQL, ``--alerts N`` with fewer of them. It
writes ``docs/benchmarks/flows.json``.
"""

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from benchmarks.evaluation import ROOT
from benchmarks.throughput import processor, versions
from numpy.typing import NDArray
from sqlalchemy import insert, text

from tidewaiter.base.countries import country_codes
from tidewaiter.casework.flows import Flows, month_number
from tidewaiter.store.alerts.bitmaps import BLOCK, packed
from tidewaiter.store.alerts.filters import AlertFilter, Queue
from tidewaiter.store.alerts.flows import BLOCK as FLOW_BLOCK
from tidewaiter.store.alerts.flows import flows
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, Work, open_database

OUT = ROOT / "docs" / "benchmarks" / "flows.json"
SEED = 1988
ASKED = 400
TODAY = date(2026, 11, 25)
STAMP = Stamp(who="benchmark", at=datetime(2026, 11, 25, tzinfo=UTC))
DAYS = 730
SUBSTANCES = 150
SEVERITIES = ("critical", "high", "medium", "low")
STATUSES = ("open", "dismissed", "held", "released", "confirmed")
TOP = 100  # routes that the page asks for
PARTS = (50, 95, 99)

Places = NDArray[np.int64]


class Drawn(NamedTuple):
    """The alerts, in columns."""

    route: Places
    net_mg: Places
    day: Places  # from the first one; below 0: none
    columns: Mapping[str, tuple[tuple[str, ...], Places]]  # term -> values, place of each alert's
    routes: list[tuple[str, str, str]]


def draw(size: int) -> Drawn:
    """Draw alerts by the seed."""
    chance = np.random.default_rng(SEED)
    codes = tuple(chance.permutation(sorted(country_codes())).tolist())

    def pick(values: int, power: float) -> Places:
        weights = 1 / np.arange(1, values + 1) ** power
        return chance.choice(values, size, p=weights / weights.sum()).astype(np.int64)

    ends = np.stack([pick(len(codes), 1.1), pick(len(codes), 1.1)])
    home = chance.random(size) < 0.85
    ends[(chance.random(size) < 0.7).astype(int)[home], np.flatnonzero(home)] = 0
    via = np.where(chance.random(size) < 1 / 3, 5 + pick(10, 0.5), -1)
    keys, route = np.unique((ends[0] * 1000 + ends[1]) * 1000 + via + 1, return_inverse=True)
    routes = [
        (codes[k // 10**6], codes[k % 1000 - 1] if k % 1000 else "", codes[k // 1000 % 1000])
        for k in keys.tolist()
    ]
    day = np.where(chance.random(size) < 0.92, chance.integers(0, DAYS, size), -1)
    mass = np.where(chance.random(size) < 0.8, chance.integers(1, 10**10, size), -1)
    columns = {
        "substance": (tuple(f"substance-{n}" for n in range(SUBSTANCES)), pick(SUBSTANCES, 1.0)),
        "severity": (SEVERITIES, pick(4, 0.5)[::-1]),
        "status": (STATUSES, pick(5, 2.0)),
        "from": (codes, ends[0]),
        "to": (codes, ends[1]),
        "restricted": ((), (chance.random(size) < 0.005).astype(np.int64)),
    }
    return Drawn(route.astype(np.int64), mass, day, columns, routes)


def terms(drawn: Drawn) -> Iterator[tuple[str, Places]]:
    """Yield the terms of the queue's index, with the numbers of the alerts that have each."""
    size = len(drawn.route)
    yield "any:", np.arange(size)
    yield "restricted:", np.flatnonzero(drawn.columns["restricted"][1])
    for kind in ("substance", "severity", "status", "from", "to"):
        names, places = drawn.columns[kind]
        for place, name in enumerate(names):
            yield f"{kind}:{name}", np.flatnonzero(places == place)
    codes = drawn.columns["from"][0]
    on = np.array([[codes.index(c) if c else -1 for c in route] for route in drawn.routes])
    for place, code in enumerate(codes):
        yield f"country:{code}", np.flatnonzero((on == place).any(axis=1)[drawn.route])
    days = [TODAY - timedelta(DAYS - 1 - n) for n in range(DAYS)]
    months = np.array([d.year * 12 + d.month for d in days])
    yield "due:none", np.flatnonzero(drawn.day < 0)
    yield "due-month:none", np.flatnonzero(drawn.day < 0)
    of = np.where(drawn.day < 0, -1, months[drawn.day])
    for month in np.unique(months):
        first = days[int(np.argmax(months == month))]
        yield f"due-month:{first.isoformat()[:7]}", np.flatnonzero(of == month)
    for place, each in enumerate(days):
        yield f"due:{each.isoformat()}", np.flatnonzero(drawn.day == place)


def fill(database: Database, drawn: Drawn) -> None:
    """Write what flows read."""
    with database.work(STAMP) as work:
        rows = [
            {"term": name, "block": int(block), "bits": packed(some - block * BLOCK)}
            for name, numbers in terms(drawn)
            if len(numbers)
            for block in np.unique(numbers // BLOCK)
            for some in [numbers[numbers // BLOCK == block]]
        ]
        work.connection.execute(insert(tables.alert_term), rows)
        days = [TODAY - timedelta(DAYS - 1 - n) for n in range(DAYS)]
        month = np.where(drawn.day < 0, 0, np.array(list(map(month_number, days)))[drawn.day])
        first_of: dict[tuple[str, str], int] = {}
        of = [first_of.setdefault((r[0], r[2]), n) for n, r in enumerate(drawn.routes)]
        work.connection.execute(
            insert(tables.route_ends),
            [
                {
                    "block": first // FLOW_BLOCK,
                    "ends": np.array(of[first : first + FLOW_BLOCK], "<i4").tobytes(),
                }
                for first in range(0, len(of), FLOW_BLOCK)
            ],
        )
        blocks = range(0, len(drawn.route), FLOW_BLOCK)
        work.connection.execute(
            insert(tables.alert_flow),
            [
                {
                    "block": first // FLOW_BLOCK,
                    "again": b"",
                    "route": drawn.route[first : first + FLOW_BLOCK].astype("<i4").tobytes(),
                    "month": month[first : first + FLOW_BLOCK].astype("<i4").tobytes(),
                    "net_mg": drawn.net_mg[first : first + FLOW_BLOCK].astype("<i8").tobytes(),
                }
                for first in blocks
            ],
        )
        names = ("origin", "via", "destination")
        work.connection.execute(
            insert(tables.route),
            [
                {"id": n, **dict(zip(names, each, strict=True))}
                for n, each in enumerate(drawn.routes)
            ],
        )
        _last_alert(work, len(drawn.route) - 1)
    with database.work(STAMP) as work:
        work.connection.execute(text("ANALYZE"))


def _last_alert(work: Work, number: int) -> None:
    """Write the one alert that tells how many there are."""
    run = {"day": "", "registry": "", "rules": "", "state": "", "started": ""}
    counts = dict.fromkeys(
        ("rows_done", "lines", "alerts", "refusals", "new_lines", "new_alerts"), 0
    )
    connection = work.connection
    file = {"sha256": "", "mapping": "", "reading": "", "name": "", "size": 0, "first_seen": ""}
    connection.execute(insert(tables.source), [{"id": 1, **file}])
    connection.execute(insert(tables.screening), [{"id": 1, "source": 1, **run, **counts}])
    line = {"source": 1, "row": 1, "consignment": "", "seq": 1, "payload": "{}"}
    connection.execute(insert(tables.line), [line])
    told = {"day": "", "title": "", "severity": "low", "score": 0, "rank": 0, "payload": "{}"}
    alert = {"id": "last", "source": 1, "row": 1, "screening": 1, "consignment": "", "seq": 1}
    connection.execute(insert(tables.alert), [{**alert, **told, "number": number}])


def questions() -> Iterator[tuple[Queue, dict[str, Any]]]:
    """Yield filters as the page makes them: most have a period, some a substance."""
    chance = np.random.default_rng(SEED + 1)
    for _ in range(ASKED):
        wanted: dict[str, Any] = {}
        if chance.random() < 0.5:
            wanted["substance"] = (f"substance-{int(SUBSTANCES * chance.random() ** 3)}",)
        if chance.random() < 0.3:
            wanted["severity"] = (SEVERITIES[chance.integers(4)],)
        if chance.random() < 0.3:
            wanted["status"] = (STATUSES[chance.integers(5)],)
        if chance.random() < 0.7:
            first, last = sorted(chance.integers(0, DAYS, 2).tolist())
            wanted["due_from"] = TODAY - timedelta(DAYS - 1 - first)
            wanted["due_to"] = TODAY - timedelta(DAYS - 1 - last)
        cleared = bool(chance.random() < 0.2)
        yield Queue(wanted=AlertFilter(**wanted), today=TODAY, cleared=cleared), wanted


def check(drawn: Drawn, queue: Queue, wanted: Mapping[str, Any], found: Flows) -> None:
    """Stop unless the sums are those of the drawn columns."""
    mask = np.ones(len(drawn.route), np.bool_)
    for name in ("substance", "severity", "status"):
        if name in wanted:
            names, places = drawn.columns[name]
            mask &= places == names.index(wanted[name][0])
    if "due_from" in wanted:
        first, last = (DAYS - 1 - (TODAY - wanted[name]).days for name in ("due_from", "due_to"))
        mask &= (drawn.day >= first) & (drawn.day <= last)
    if not queue.cleared:
        mask &= drawn.columns["restricted"][1] == 0
    mass = drawn.net_mg[mask]
    total = found.total
    assert total.alerts == mask.sum()
    assert (total.net_mg, total.unweighed) == (mass[mass >= 0].sum(), (mass < 0).sum())
    largest = np.bincount(drawn.route[mask], minlength=1).max()
    assert (found.routes[0].sum.alerts if found.routes else 0) == largest


def timed(database: Database, drawn: Drawn) -> Iterator[tuple[float, float]]:
    """Ask each question; yield its milliseconds by the clock and of this process's CPU."""
    for queue, wanted in questions():
        wall, cpu = time.perf_counter(), time.process_time()
        with database.work() as work:
            found = flows(work, queue, most=TOP)
        yield (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
        check(drawn, queue, wanted, found)


def main() -> None:
    """Fill, ask, check, and write the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="URL of an empty PostgreSQL database")
    parser.add_argument("--alerts", type=int, default=1_000_000)
    asked = parser.parse_args()
    drawn = draw(asked.alerts)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_database(asked.server or Path(folder) / "flows.db") as database,
    ):
        fill(database, drawn)
        gc.collect()
        gc.freeze()  # as the server does
        times = list(timed(database, drawn))
    told = {"alerts": asked.alerts, "routes": len(drawn.routes), "asked": len(times)}
    for name, ranked in (
        ("wall", sorted(w for w, _ in times)),
        ("cpu", sorted(c for _, c in times)),
    ):
        told |= {f"{name}_p{part}_ms": round(ranked[len(ranked) * part // 100]) for part in PARTS}
    kind = "postgresql" if asked.server else "sqlite"
    print(kind, told)
    kept = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    kept |= {"machine": processor(), "versions": versions(("numpy", "sqlalchemy")), kind: told}
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
