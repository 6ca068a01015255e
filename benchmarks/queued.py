"""The queue with a million alerts: server time of each page and its counts.

``python -m benchmarks.queued`` makes a million alerts over 200,000 consignments, stores them in an
SQLite file, in batches of 5,000 as a screening does, and requests pages: the first, a deep one,
each order, each filter alone, pairs of filters, and words that are common, rare and absent. With
``--server URL`` it does the same in an empty PostgreSQL database. The measured unit is one
transaction: the filter, the order, 50 alerts read and decoded; the counts beside all filters; and
both at once, as the page of the server requests them. The CPU time is that of this process and of
the server's process that works for it.
Two methods with the same answer are compared: some totals are counted in SQL too. It writes
``docs/benchmarks/queue.json``.
"""

import argparse
import gc
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from benchmarks.evaluation import ROOT
from benchmarks.queue_made import SEED, TODAY, Maker
from benchmarks.throughput import processor, versions
from msgspec.structs import replace
from sqlalchemy import func, select

from tidewaiter.casework.decisions import load_decision_rules
from tidewaiter.store.alerts.decisions import Wanted, add_steps, assign, standings
from tidewaiter.store.alerts.filters import AlertFilter, Queue, View
from tidewaiter.store.alerts.queue import MOST, ORDERS, Counts, Page, queue_page, queue_with_counts
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.screening.runs import Run, Source, add_batch, begin_screening

OUT = ROOT / "docs" / "benchmarks" / "queue.json"
STAMP = Stamp(who="benchmark", at=datetime(2026, 11, 25, tzinfo=UTC))
BATCH = 5_000
DECIDED, ASSIGNED = 40, 9  # one alert in so many
_STEP = 2_000
TIMES = 3
PAIRS = 60  # of some four hundred


class Question(NamedTuple):
    """A query, and the case it represents."""

    group: str
    wanted: AlertFilter
    view: View


def fill(database: Database, alerts: int) -> float:
    """Store alerts; some are decided, and some assigned. Return alerts per second of our CPU."""
    source = Source(sha256="a" * 64, name="made.csv", size=1, mapping={})
    with database.work(STAMP) as work:
        run = Run(day=date(2026, 11, 25), registry="b" * 64, rules="1")
        screening = begin_screening(work, source, run)
    spent = 0.0
    for batch in Maker(alerts).batches(BATCH):
        begun = time.process_time()
        with database.work(STAMP) as work:
            add_batch(work, screening.id, batch)
        spent += time.process_time() - begun
        print(f"\r{batch.done_row:,} alerts", end="", file=sys.stderr)
    return alerts / spent


def work_through(database: Database) -> None:
    """Decide of some alerts, and assign others."""
    c = tables.alert.c
    ways = ("dismiss/other-goods", "hold/inspect", "release/permitted", "confirm/documents")
    with database.work() as work:
        names = work.connection.execute(select(c.id).order_by(c.number)).scalars().all()
    decided = names[::DECIDED]
    for start in range(0, len(decided), _STEP):
        verdict, _, reason = ways[(start // _STEP) ** 2 % 4].partition("/")
        with database.work(STAMP) as work:
            wanted = Wanted(verdict=verdict, reason=reason)  # type: ignore[arg-type]
            status = load_decision_rules().verdict[wanted.verdict].status
            now = standings(work, decided[start : start + _STEP])
            add_steps(work, [(each, status) for each in now.values()], wanted)
    given = names[::ASSIGNED]
    for start in range(0, len(given), 20_000):
        with database.work(STAMP) as work:
            assign(work, given[start : start + 20_000], f"officer-{start // 20_000 % 12}")


def questions(database: Database, alerts: int) -> list[Question]:
    """Return what is asked."""
    singles = list(_filters(database))
    c = tables.alert.c
    with database.work() as work:
        deep = work.connection.execute(select(c.id).where(c.number == alerts // 2)).scalar_one()
    every = AlertFilter()
    asked = [Question("first page", every, View()), Question("first page", _open(), View())]
    for sort in ORDERS:
        asked += [
            Question("each order", _open(), View(sort=sort)),
            Question("deep page", _open(), View(sort=sort, after=deep)),
            Question("deep page", _open(), View(sort=sort, before=deep)),
        ]
    for wanted in singles:
        group = "full text" if wanted.words else "each filter alone"
        asked += [Question(group, wanted, View(sort=sort)) for sort in ("rank", "due")]
    pairs = (_both(one, other) for one, other in itertools.combinations(singles, 2))
    there = [Question("pairs of filters", both, View()) for both in pairs if both is not None]
    return asked + random.Random(SEED).sample(there, min(PAIRS, len(there)))


def _open() -> AlertFilter:
    return AlertFilter(status=("open",))


def _counts(work: Work, queue: Queue, *, most: int = MOST) -> Counts:
    """Count without a page, apart from the one row that shows whether there is one."""
    return queue_with_counts(work, queue, View(rows=0), most=most)[1]


def _filters(database: Database) -> Iterator[AlertFilter]:
    """Yield filters by themselves, with common values and rare ones."""
    with database.work() as work:
        counts = _counts(work, _queue(AlertFilter()), most=1_000)
        entry = work.connection.execute(select(tables.alert_party.c.entry).limit(1)).scalar_one()
        name = work.connection.execute(select(tables.party.c.name).limit(1)).scalar_one()
        consignment = work.connection.execute(
            select(tables.alert.c.consignment).limit(1)
        ).scalar_one()
    for kind in ("severity", "status", "substance", "rule", "country"):
        there = [each.value for each in counts.by[kind] if each.alerts]
        for value in dict.fromkeys((there[0], there[-1])):
            yield replace(AlertFilter(), **{kind: (value,)})
    yield AlertFilter(severity=("high", "low"), status=("open", "held"))
    yield AlertFilter(assignee="")
    yield AlertFilter(assignee="officer-3")
    yield AlertFilter(origin="CN")
    yield AlertFilter(destination="MX")
    yield AlertFilter(party=name)
    yield AlertFilter(entry=f"made-list/{entry}")
    yield AlertFilter(consignment=consignment)
    yield AlertFilter(screening=1)
    yield AlertFilter(due_within=-1)
    yield AlertFilter(due_from=TODAY, due_to=TODAY + timedelta(days=40))
    yield AlertFilter(day_from=TODAY - timedelta(days=100), day_to=TODAY - timedelta(days=90))
    for words in (
        "drums",
        "acid",
        "eph",
        "中间体",
        "drums precursor lot",
        "lot 0004711",
        "cn20260000",
        "nothing-like-it",
        "trading gmbh drums",
    ):
        yield AlertFilter(words=words)


def _both(one: AlertFilter, other: AlertFilter) -> AlertFilter | None:
    default = AlertFilter()
    told = {
        name: getattr(other, name)
        for name in other.__struct_fields__
        if getattr(other, name) != getattr(default, name)
    }
    if any(getattr(one, name) != getattr(default, name) for name in told):
        return None
    return replace(one, **told)


def _queue(wanted: AlertFilter) -> Queue:
    return Queue(wanted=wanted, today=TODAY, cleared=False)


class Clock:
    """The CPU time of this process and of the server's that works for it, where it is here."""

    def __init__(self, database: Database) -> None:
        self._server: Path | None = None
        with database.work() as work:
            if work.connection.dialect.name == "postgresql":
                number = work.connection.execute(select(func.pg_backend_pid())).scalar_one()
                self._server = Path(f"/proc/{number}/schedstat")

    def now(self) -> float:
        """Return seconds."""
        here = time.process_time()
        if self._server is None:
            return here
        return here + int(self._server.read_text("ascii").split()[0]) / 1e9


Times = dict[tuple[str, str], list[tuple[float, float]]]
"""Seconds of the CPU and of the wall clock, by group and what is asked."""


def measure(database: Database, asked: list[Question]) -> list[dict[str, Any]]:
    """Ask each question some times; the first time is not counted for any."""
    found: Times = {}
    clock = Clock(database)
    for question in asked:
        queue = _queue(question.wanted)
        ways: dict[str, Callable[[Work], Page | Counts]] = {
            "page": lambda work, q=queue, v=question.view: queue_page(work, q, v),  # type: ignore[misc]
            "counts": lambda work, q=queue: _counts(work, q),  # type: ignore[misc]
            "both": lambda work, q=queue, v=question.view: queue_with_counts(work, q, v)[1],  # type: ignore[misc]
        }
        totals = set()
        for what, way in ways.items():
            for turn in range(TIMES):
                begun, wall = clock.now(), time.perf_counter()
                with database.work() as work:
                    totals.add(way(work).total)
                took = clock.now() - begun, time.perf_counter() - wall
                if turn:
                    found.setdefault((question.group, what), []).append(took)
        if len(totals) != 1:
            raise AssertionError(question)
    return [_row(group, what, times) for (group, what), times in found.items()]


def _row(group: str, what: str, times: list[tuple[float, float]]) -> dict[str, Any]:
    row: dict[str, Any] = {"group": group, "what": what, "asked": len(times)}
    for kind, column in (("cpu", 0), ("wall", 1)):
        some = [each[column] * 1000 for each in times]
        row[f"{kind}_ms"] = [round(float(np.percentile(some, share)), 1) for share in (50, 95, 100)]
    return row


def check(database: Database) -> None:
    """Count some alerts in SQL, and compare."""
    a, s = tables.alert.c, tables.alert_substance.c
    with database.work() as work:
        counts = _counts(work, replace(_queue(AlertFilter()), cleared=True))
        for each in counts.by["substance"][:3]:
            held = select(func.count()).where(s.substance == each.value)
            assert work.connection.execute(held).scalar_one() == each.alerts
        for each in counts.by["status"]:
            stand = select(func.count()).where(a.status == each.value)
            assert work.connection.execute(stand).scalar_one() == each.alerts


def main() -> None:
    """Fill a database, ask, and write what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--server", help="a PostgreSQL database; without it, an SQLite file")
    parser.add_argument("--filled", action="store_true", help="it is filled already")
    parser.add_argument("--file", type=Path, help="where the SQLite file is kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.server or str(given.file or Path(folder) / "queue.db")
        with open_database(place) as database:
            if not given.filled:
                rate = fill(database, given.alerts)
                print(f"\n{rate:,.0f} alerts stored in a CPU second", file=sys.stderr)
                work_through(database)
            check(database)
            asked = questions(database, given.alerts)
            gc.collect()
            gc.freeze()  # as the server does
            told = measure(database, asked)
    kind = "PostgreSQL" if given.server else "SQLite"
    known = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    known[kind] = {
        "alerts": given.alerts,
        "seed": SEED,
        "processor": processor(),
        "times": told,
        "versions": versions(("sqlalchemy", "numpy", "msgspec")),
    }
    OUT.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
    for row in told:
        print(
            f"{kind:11} {row['group']:20} {row['what']:7} {row['asked']:6} "
            f"CPU {row['cpu_ms']} wall {row['wall_ms']} ms"
        )


if __name__ == "__main__":
    main()
