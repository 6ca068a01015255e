"""Suppression rules over a million stored alerts: previews, approval, offers, cost of storing.

``python -m benchmarks.suppression --write`` fills an SQLite file with made-up alerts (those of the
benchmark of the queue); ``--db PLACE`` names an empty database that is filled and kept, or a filled
one. It dismisses and confirms some of the newest alerts, and ends its rules. Times are of this
process, CPU and wall; a PostgreSQL server's time is not included. With ``--write`` it writes
``docs/benchmarks/suppression.json``.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.evaluation import ROOT
from benchmarks.keeping import keep, kind_of
from benchmarks.queue_made import Maker
from msgspec import structs
from sqlalchemy import func, select

from tidewaiter.casework.decisions import load_decision_rules
from tidewaiter.casework.suppression.rules import Proposal
from tidewaiter.casework.suppression.scope import Scope, check_scope
from tidewaiter.node.context import go_through
from tidewaiter.store.alerts.decisions import Wanted, add_steps, standings
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.store.suppression.proposals import learn, preview, scope_of
from tidewaiter.store.suppression.rules import approve, end, propose
from tidewaiter.trade.types import Alert

OUT = ROOT / "docs" / "benchmarks" / "suppression.json"
ALERTS = 1_000_000
ROWS = 5_000  # of a batch
DECIDED = 20_000
CONFIRMED = 10  # one of so many decided alerts is confirmed, the others are dismissed
RULES = 20
NOW = datetime(2026, 11, 25, tzinfo=UTC)
OFFICER, CHIEF = Stamp(who="officer", at=NOW), Stamp(who="chief", at=NOW)
RUN = Run(day=NOW.date(), registry="b" * 64, rules="1")
DISMISS = Wanted(verdict="dismiss", reason="other-goods")
CONFIRM = Wanted(verdict="confirm", reason="analysed")


class Dropped(Exception):  # noqa: N818 - it is no error
    """Stored data are rolled back."""


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", help="without it, an SQLite file that is not kept")
    parser.add_argument("--alerts", type=int, default=ALERTS)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = told.db or str(Path(folder) / "suppression.db")
        with open_database(place) as database:
            _fill(database, told.alerts)
            result = measured(database)
        print(json.dumps(result, indent=1))
        if told.write:
            keep(OUT, kind_of(place), result)


def measured(database: Database) -> dict[str, Any]:
    """Measure everything on a filled database."""
    with database.work() as work:
        stored = work.connection.execute(select(func.count()).select_from(tables.alert)).scalar()
        scopes = _scopes(work)
        previews = {name: _preview(work, scope) for name, scope in scopes.items()}
    rules = {name: _rule(database, scopes[name]) for name in ("phrase", "substance")}
    return {
        "alerts": stored,
        "previews": previews,
        "rules": rules,
        "offers": _offers(database),
        "storing": _storing(database, scopes["phrase"]),
    }


def _fill(database: Database, alerts: int) -> None:
    with database.work() as work:
        if work.connection.execute(select(tables.alert.c.id).limit(1)).first():
            return
    with database.work(OFFICER) as work:
        screening = begin_screening(work, _source("a"), RUN).id
    for batch in Maker(alerts).batches(ROWS):
        with database.work(OFFICER) as work:
            add_batch(work, screening, batch)


def _source(sign: str) -> Source:
    return Source(sha256=sign * 64, name=f"{sign}.csv", size=1, mapping={})


def _scopes(work: Work) -> dict[str, Scope]:
    """Make scopes from the most frequent substance: all of it, a heading, words, a trader."""
    c = tables.alert_substance.c
    often = select(c.substance).group_by(c.substance).order_by(func.count().desc()).limit(1)
    slug = work.connection.execute(often).scalar_one()
    mine = select(c.alert).where(c.substance == slug).order_by(c.alert).limit(200)
    some = alerts_of(work, list(work.connection.execute(mine).scalars()))
    one = next(alert for alert in some if _is_simple(alert))
    narrow = scope_of(work, one.id)
    if narrow is None:
        raise AssertionError(one.id)
    words = narrow.phrase.split()
    most: Any = "critical"
    return {
        "substance": check_scope(Scope(substances=(slug,), ways=("exact",), most=most)),
        "heading": check_scope(Scope(substances=(slug,), heading=narrow.heading, most=most)),
        "phrase": check_scope(Scope(substances=(slug,), phrase=" ".join(words[1:3]), most=most)),
        "trader": check_scope(Scope(substances=(slug,), shipper=narrow.shipper, most=most)),
        "alert": narrow,
    }


def _is_simple(alert: Alert) -> bool:
    plain = (alert.line.goods or "").isascii() and len(alert.substances) == 1
    return plain and not (alert.restricted or alert.parties)


def _preview(work: Work, scope: Scope) -> dict[str, Any]:
    preview(work, scope)  # the pages of the file are in memory then
    with _timed() as spent:
        found = preview(work, scope)
    return {"fit": found.alerts, **spent}


def _rule(database: Database, scope: Scope) -> dict[str, Any]:
    """Propose a rule, approve it and end it."""
    with database.work(OFFICER) as work:
        rule = propose(work, _proposal(scope))
    with _timed() as approving:
        with database.work(CHIEF) as work:
            made = approve(work, rule)
        made = go_through(database, made, lambda: CHIEF)
    with _timed() as ending:
        with database.work(CHIEF) as work:
            ended = end(work, made.suppression, "measured")
        ended = go_through(database, ended, lambda: CHIEF)
    if ended.alerts != made.alerts:
        raise AssertionError((made.alerts, ended.alerts))
    return {"hidden": made.alerts, "approve": approving, "end": ending}


def _proposal(scope: Scope) -> Proposal:
    ends = date(2026, 11, 25) + timedelta(days=90)
    return Proposal(scope=scope, reason="other-goods", owner="officer", expires=ends)


def _offers(database: Database) -> dict[str, Any]:
    """Decide of the newest alerts, then look for patterns."""
    c = tables.alert.c
    with database.work(OFFICER) as work:
        wanted = select(c.id).where(c.decided.is_(None)).order_by(c.number.desc()).limit(DECIDED)
        ids = list(work.connection.execute(wanted).scalars())
        confirmed = ids[::CONFIRMED]
        dismissed = [name for place, name in enumerate(ids) if place % CONFIRMED]
        for some, verdict in ((dismissed, DISMISS), (confirmed, CONFIRM)):
            status = load_decision_rules().verdict[verdict.verdict].status
            for start in range(0, len(some), ROWS):
                now = standings(work, some[start : start + ROWS])
                add_steps(work, [(each, status) for each in now.values()], verdict)
    with database.work() as work, _timed() as spent:
        learned = learn(work)
    return {
        "decided": learned.decided,
        "looked": learned.looked,
        "offers": len(learned.offers),
        **spent,
    }


def _storing(database: Database, scope: Scope) -> dict[str, Any]:
    """Store a batch without rules, and with many of which none is about it."""
    made = next(iter(Maker(ROWS * 2).batches(ROWS * 2)))
    new = [structs.replace(alert, id=f"new-{alert.id}") for alert in made.alerts]
    batch = structs.replace(made, alerts=new)  # its alerts are stored already, by another id
    none = _stored(database, batch)
    numbers = []
    for place in range(RULES):
        other = check_scope(Scope(substances=scope.substances, phrase=f"no such words {place} x"))
        with database.work(OFFICER) as work:
            rule = propose(work, _proposal(other))
        with database.work(CHIEF) as work:
            numbers.append(approve(work, rule).suppression)
    many = _stored(database, batch)
    for each in numbers:
        with database.work(CHIEF) as work:
            end(work, each, "measured")
    return {"alerts": ROWS * 2, "without rules": none, f"with {RULES} rules": many}


def _stored(database: Database, batch: Batch) -> dict[str, float]:
    """Store a batch that is not kept."""
    best: dict[str, float] = {}
    for _ in range(3):
        try:
            with database.work(OFFICER) as work:
                screening = begin_screening(work, _source("c"), RUN).id
                with _timed() as spent:
                    add_batch(work, screening, batch)
                raise Dropped  # noqa: TRY301
        except Dropped:
            best = min(best or spent, spent, key=lambda each: each["cpu s"])
    return best


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    spent: dict[str, float] = {}
    cpu, wall = time.process_time(), time.perf_counter()
    yield spent
    spent["cpu s"] = round(time.process_time() - cpu, 2)
    spent["wall s"] = round(time.perf_counter() - wall, 2)


if __name__ == "__main__":
    main()
