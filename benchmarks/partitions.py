"""Partitions by month: benefit and cost for the table of lines on PostgreSQL.

``python -m benchmarks.partitions postgresql://postgres@HOST:PORT/postgres --lines 1000000`` creates
a separate database, fills a table of lines as the store has it (unchanged; with a BRIN index on the
day of arrival; partitioned by the month of storing) with 24 months of lines, and measures the
queries of a screening and its pages. It prints wall times in seconds and sizes; writes
``docs/benchmarks/partitions.json``.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

import psycopg
from benchmarks.evaluation import ROOT

OUT = ROOT / "docs" / "benchmarks" / "partitions.json"
DATABASE = "tidewaiter_partitions"
MONTHS = 24
ASKED = 200  # times of each look-up
COLUMNS = (
    "id bigint not null, source bigint not null, row bigint not null, consignment text not null, "
    "seq bigint not null, goods text, hs text, arrival text, payload text not null"
)
FILL = """
INSERT INTO {table} ({month} id, source, row, consignment, seq, goods, hs, arrival, payload)
SELECT {value} n, n / 10000, n % 10000, 'C' || n / 3, n % 3 + 1, 'goods ' || md5(n::text), '2915',
  to_char(date '2025-01-01' + (n * 730 / {lines})::int, 'YYYY-MM-DD'), repeat(md5(n::text), 28)
FROM generate_series({first}, {last}) AS n
"""


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("server")
    options.add_argument("--lines", type=int, default=1_000_000)
    asked = options.parse_args()
    with psycopg.connect(asked.server, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        server.execute(f"CREATE DATABASE {DATABASE}")
        try:
            place = asked.server.rpartition("/")[0] + "/" + DATABASE
            with psycopg.connect(place, autocommit=True) as db:
                rows = [measured(db, kind, asked.lines) for kind in ("plain", "brin", "parted")]
        finally:
            server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    OUT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        print(json.dumps(row))


def measured(db: psycopg.Connection, kind: str, lines: int) -> dict[str, object]:
    """Make, fill and ask a table of one kind."""
    make(db, kind)
    month = lines // MONTHS
    filled = sum(timed(partial(fill, db, kind, number, month, lines)) for number in range(MONTHS))
    db.execute(f"VACUUM ANALYZE {kind}")
    found: dict[str, object] = {"kind": kind, "lines": month * MONTHS, "load": os.getloadavg()[0]}
    found["lines a second stored"] = round(month * MONTHS / filled)
    found["megabytes"] = size(db, kind)
    asks = {
        "by source and row, ms": "SELECT payload FROM {t} WHERE source = {s} AND row = {r}",
        "by id, ms": "SELECT payload FROM {t} WHERE id = {n}",
        "by consignment, ms": "SELECT payload FROM {t} WHERE consignment = 'C{c}'",
    }
    for name, query in asks.items():
        found[name] = median(db, kind, query, month * MONTHS)
    week = "SELECT count(*) FROM {t} WHERE arrival BETWEEN '2026-03-01' AND '2026-03-07'"
    found["lines of a week of arrivals, ms"] = median(db, kind, week, month, times=5)
    found["a month taken away, s"] = round(timed(lambda: drop(db, kind, month)), 2)
    db.execute(f"DROP TABLE {kind}")
    return found


def make(db: psycopg.Connection, kind: str) -> None:
    """Create the table with the keys that it can have."""
    if kind == "parted":
        db.execute(
            f"CREATE TABLE parted (month text not null, {COLUMNS}) PARTITION BY LIST (month)"
        )
        for number in range(MONTHS):
            db.execute(
                f"CREATE TABLE parted_{number} PARTITION OF parted FOR VALUES IN ('{number}')"
            )
        keys = ("PRIMARY KEY (id, month)", "UNIQUE (source, row, month)")
    else:
        db.execute(f"CREATE TABLE {kind} ({COLUMNS})")
        keys = ("PRIMARY KEY (id)", "UNIQUE (source, row)")
    for key in keys:
        db.execute(f"ALTER TABLE {kind} ADD {key}")
    db.execute(f"CREATE INDEX {kind}_consignment ON {kind} (consignment)")
    if kind == "brin":
        db.execute("CREATE INDEX brin_arrival ON brin USING brin (arrival)")


def fill(db: psycopg.Connection, kind: str, number: int, month: int, lines: int) -> None:
    """Store a month of lines."""
    parted = kind == "parted"
    said = {
        "table": kind,
        "month": "month," if parted else "",
        "value": f"'{number}'," if parted else "",
        "lines": lines,
        "first": number * month,
        "last": (number + 1) * month - 1,
    }
    db.execute(FILL.format(**said))


def drop(db: psycopg.Connection, kind: str, month: int) -> None:
    """Take the first month away, and give its place back."""
    if kind == "parted":
        db.execute("DROP TABLE parted_0")
        return
    db.execute(f"DELETE FROM {kind} WHERE id < {month}")  # noqa: S608 - of our own names
    db.execute(f"VACUUM {kind}")


def size(db: psycopg.Connection, kind: str) -> int:
    """Return the megabytes of a table with its indexes and partitions."""
    query = (
        "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
        "WHERE relkind = 'r' AND relname LIKE %s"
    )
    ((found,),) = db.execute(query, [f"{kind}%"]).fetchall()
    return round(int(found) / 1e6)


def median(db: psycopg.Connection, kind: str, query: str, lines: int, times: int = ASKED) -> float:
    """Return the median milliseconds of a question, asked for other lines each time."""
    took = []
    for number in range(times):
        n = number * 7_919 % lines
        text = query.format(t=kind, n=n, s=n // 10_000, r=n % 10_000, c=n // 3)
        took.append(timed(partial(_asked, db, text)))
    return round(statistics.median(took) * 1_000, 2)


def _asked(db: psycopg.Connection, text: str) -> list[tuple[object, ...]]:
    return db.execute(text).fetchall()


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
