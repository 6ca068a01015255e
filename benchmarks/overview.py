"""Duration of the overview with many alerts, and the cost of counting for each decision.

    python -m benchmarks.overview
    python -m benchmarks.overview 1000000 overview.db
    python -m benchmarks.overview 1000000 postgresql+psycopg://user@host/empty

Alerts are generated from a seed and written directly to the tables; a recount creates the counts.
Rules and substances are skewed, seven in ten are decided, over a year. In a database that is
already filled, alerts are only read and decided; without one, a temporary SQLite file is used. It
writes ``docs/benchmarks/overview.json``.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.evaluation import ROOT
from benchmarks.keeping import keep, kind_of
from sqlalchemy import insert, text

from tidewaiter.base.phrases import as_written
from tidewaiter.casework.counts import load_overview_rules
from tidewaiter.casework.decisions import Verdict, load_decision_rules
from tidewaiter.explain.words import Library
from tidewaiter.law.registry import load_registry
from tidewaiter.report.alerts.overview import overview_view
from tidewaiter.store.alerts.counts import Span, read_counts, recount
from tidewaiter.store.alerts.decisions import Wanted, decide, standings
from tidewaiter.store.audit import audit_size, record_change
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.screening.runs import Run, Source, begin_screening
from tidewaiter.trade.types import Alert, Line

OUT = ROOT / "docs" / "benchmarks" / "overview.json"
SEED = 1988
TODAY = date(2026, 11, 25)
ROWS = 10_000  # of a transaction
LINES = 60  # read for each alert
RULES = (
    "control",
    "exact",
    "hs",
    "vague",
    "hs-mismatch",
    "fuzzy-1",
    "cas",
    "squeezed",
    "party",
    "both",
    "weak",
    "un-mismatch",
    "downgraded",
    "cas-mismatch",
    "hidden",
    "fuzzy-2",
    "unno",
    "more",
    "structure",
    "sign",
)
OFFICERS = [f"officer{n}" for n in range(1, 51)]
VERDICTS: tuple[tuple[Verdict, str], ...] = (
    ("dismiss", "other-goods"),
    ("release", "permitted"),
    ("confirm", "analysed"),
    ("hold", "inspect"),
    ("dismiss", "other-party"),
    ("refer", "police"),
)


def main() -> None:
    """Fill a database, time what the overview asks of it, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000)
    parser.add_argument("db", nargs="?", help="without it, an SQLite file that is not kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = given.db or str(Path(folder) / "overview.db")
        with open_database(place) as database:
            keep(OUT, kind_of(place), measured(database, given.count))


def measured(database: Database, count: int) -> dict[str, Any]:
    """Fill a database that is empty, and time what the overview asks of it."""
    told: dict[str, Any] = {"alerts": count}
    with database.work() as work:
        filled = audit_size(work) > 0
    stamp = Stamp(who="bench", at=datetime(2026, 11, 25, 12, tzinfo=UTC))
    if not filled:
        _, told["filled s"] = _timed("filled", lambda: _fill(database, count))
        with database.work(stamp) as work:
            found, told["counted anew s"] = _timed("counted anew", lambda: recount(work))
        print(f"  {found.alerts:,} alerts, {found.counts:,} counts")
        told["counts"] = found.counts
    for months in (3, 12, None):
        what = f"counts, months={months}"
        told[what] = _quantiles(what, lambda m=months: _read(database, m))  # type: ignore[misc]
        _server(database, months)
    whole, deciding = "counts and words, months=3", "a decision with its counts"
    told[whole] = _quantiles(whole, lambda: _whole(database))
    ids = [f"{n:024x}" for n in random.Random(SEED).sample(range(1, count + 1), 200)]
    told[deciding] = _quantiles(deciding, lambda: _decide(database, stamp, ids), times=200)
    if not filled:
        with database.work(stamp) as work:
            told["wrong after 200 decisions"] = recount(work).wrong
        print(f"  counts that were wrong after 200 decisions: {told['wrong after 200 decisions']}")
    return told


def _read(database: Database, months: int | None) -> None:
    with database.work() as work:
        read_counts(work, Span(today=TODAY, days=load_overview_rules().days, months=months))


def _server(database: Database, months: int | None) -> None:
    """Print what the server of PostgreSQL does for the counts, where it runs on this machine."""
    with database.work() as work:
        if work.connection.dialect.name != "postgresql":
            return
        process = work.connection.execute(text("SELECT pg_backend_pid()")).scalar()
        stat, ticks = Path(f"/proc/{process}/stat"), os.sysconf("SC_CLK_TCK")
        if not stat.exists():
            return

        def busy() -> int:
            return sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))

        begun, span = busy(), Span(today=TODAY, days=load_overview_rules().days, months=months)
        for _ in range(40):
            read_counts(work, span)
        print(f"  of the server's processor: mean {(busy() - begun) / ticks / 40 * 1000:.0f} ms")


def _whole(database: Database) -> None:
    span = Span(today=TODAY, days=load_overview_rules().days, months=3)
    with database.work() as work:
        counts = read_counts(work, span)
    overview_view(counts, span.first_day, TODAY, Library(), {})


def _decide(database: Database, stamp: Stamp, ids: list[str]) -> None:
    alert = ids.pop()
    with database.work(stamp) as work:
        decide(work, standings(work, [alert])[alert], Wanted(verdict="hold", reason="inspect"))


def _quantiles(what: str, call: Callable[[], None], times: int = 40) -> dict[str, float]:
    took, busy = [], []
    for _ in range(times):
        begun, cpu = time.perf_counter(), time.process_time()
        call()
        took.append((time.perf_counter() - begun) * 1000)
        busy.append((time.process_time() - cpu) * 1000)
    took.sort()
    busy.sort()
    middle, most = times // 2, times * 95 // 100
    print(
        f"{what}: median {took[middle]:.1f} ms, p95 {took[most]:.1f} ms; "
        f"of the processor {busy[middle]:.1f} and {busy[most]:.1f} ms",
        flush=True,
    )
    return {
        f"{kind} {name}": round(some[place], 1)
        for kind, some in (("ms", took), ("cpu ms", busy))
        for name, place in (("p50", middle), ("p95", most))
    }


def _timed(what: str, call: Callable[[], Any]) -> tuple[Any, float]:
    """Return what a call makes, and its seconds."""
    begun = time.perf_counter()
    made = call()
    took = time.perf_counter() - begun
    print(f"{what} in {took:,.0f} s", flush=True)
    return made, round(took, 1)


def _fill(database: Database, count: int) -> None:
    chance = random.Random(SEED)
    slugs = [each.slug for each in load_registry().substances[:400]]
    chance.shuffle(slugs)
    weights = _zipf(len(slugs), 1.1)
    stamp = Stamp(who="bench", at=datetime(2026, 1, 1, tzinfo=UTC))
    source = Source(sha256="0" * 64, name="made.csv", size=1)
    with database.work(stamp) as work:
        run = Run(day=TODAY, registry="made", rules="made")
        screening = begin_screening(work, source, run)
    for first in range(1, count + 1, ROWS):
        rows: dict[Any, list[dict[str, Any]]] = {}
        for number in range(first, min(first + ROWS, count + 1)):
            slug = chance.choices(slugs, cum_weights=weights)[0]
            for table, row in _rows(chance, number, count, slug, screening.id):
                rows.setdefault(table, []).append(row)
        came = datetime.fromisoformat(rows[tables.alert][-1]["stored"])
        with database.work(Stamp(who="bench", at=came)) as work:
            record_change(work, "batch added", {"new_lines": ROWS * LINES})
            for table in (
                tables.line,
                tables.alert,
                tables.reason,
                tables.alert_substance,
                tables.alert_party,
                tables.decision,
            ):
                if rows.get(table):
                    work.connection.execute(insert(table), rows[table])

    with database.work(stamp) as work:
        if work.connection.dialect.name == "postgresql":  # ids were given, not drawn
            last = "SELECT setval(pg_get_serial_sequence('decision', 'id'), max(id)) FROM decision"
            work.connection.execute(text(last))


def _rows(
    chance: random.Random, number: int, count: int, slug: str, screening: int
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the rows of one alert."""
    name, minutes = f"{number:024x}", (count - number) * 525_600 // count
    stored = datetime(2026, 11, 25, 11, tzinfo=UTC) - timedelta(minutes=minutes)
    verdict: Verdict | None = None
    reason = ""
    if chance.random() < 0.7:
        verdict, reason = chance.choices(VERDICTS, weights=(55, 20, 8, 8, 6, 3))[0]
    rules = dict.fromkeys(chance.choices(RULES, weights=_weights(), k=4))
    alert = _alert(chance, number, slug)
    yield (
        tables.line,
        {
            "source": 1,
            "row": number,
            "consignment": f"C{number // 5}",
            "seq": number % 5 + 1,
            "payload": "{}",
        },
    )
    yield (
        tables.alert,
        {
            "id": name,
            "source": 1,
            "row": number,
            "screening": screening,
            "consignment": alert.consignment,
            "seq": alert.seq,
            "severity": alert.severity,
            "score": alert.score,
            "rank": alert.rank,
            "day": TODAY.isoformat(),
            "title": alert.title,
            "payload": encode(alert),
            "stored": stored.isoformat(timespec="microseconds"),
            "status": load_decision_rules().verdict[verdict].status if verdict else "open",
            "assignee": chance.choice(OFFICERS) if chance.random() < 0.3 else None,
            "decided": number if verdict else None,
            "number": number - 1,
            "restricted": int(alert.restricted),
        },
    )
    for place, rule in enumerate(rules, 1):
        yield (
            tables.reason,
            {
                "alert": name,
                "number": place,
                "rule": rule,
                "points": 10,
                "text": rule,
                "source": "made",
            },
        )
    yield tables.alert_substance, {"alert": name, "substance": slug}
    if "party" in rules:
        yield (
            tables.alert_party,
            {
                "alert": name,
                "number": 1,
                "list": "made-list",
                "name": "made",
                "entry": f"M-{number % 3000}",
            },
        )
    if verdict:
        at = stored + timedelta(minutes=int(chance.lognormvariate(6, 1.4)))
        yield (
            tables.decision,
            {
                "id": number,
                "alert": name,
                "verdict": verdict,
                "reason": reason,
                "note": "",
                "by": chance.choice(OFFICERS),
                "at": at.isoformat(timespec="microseconds"),
            },
        )


def _alert(chance: random.Random, number: int, slug: str) -> Alert:
    score = min(100, max(15, int(chance.gauss(55, 18))))
    severity = next(
        s
        for s, least in (("critical", 80), ("high", 60), ("medium", 40), ("low", 0))
        if score >= least
    )
    consignment = f"C{number // 5}"
    return Alert(
        id=f"{number:024x}",
        file="made.csv",
        row=number,
        consignment=consignment,
        seq=number % 5 + 1,
        day=TODAY,
        severity=severity,  # type: ignore[arg-type]
        score=score,
        rank=score,
        due=None,
        days_left=None,
        substances=(slug,),
        title=as_written(slug),
        mentions=(),
        reasons=(),
        law=(),
        line=Line(row=number, consignment=consignment, seq=1, goods=f"{slug} in drums " * 8),
        restricted=chance.randrange(200) == 0,
    )


def _weights() -> list[float]:
    return [1 / (place + 1) ** 0.9 for place in range(len(RULES))]


def _zipf(count: int, power: float) -> list[float]:
    return list(accumulate(1 / (place + 1) ** power for place in range(count)))


if __name__ == "__main__":
    main()
