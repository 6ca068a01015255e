"""Load test with fifty analysts: a real server, real sessions, and a check of every decision.

``python -m benchmarks.analysts`` fills a database as `benchmarks.queued` does, starts `tidewaiter
serve` on it, and simulates 50 people for 30 minutes: they view the queue, filter it, open an alert,
decide, and sometimes undo, with five seconds between two pages. ``--db`` names a database that is
already filled, ``--minutes``, ``--people`` and ``--alerts`` make it smaller. Requests answered 2xx
or 3xx are compared with the histories in the database: a missing or duplicate decision fails the
run. Response times depend on the load of the machine, so the server's CPU time is reported too,
without that of a PostgreSQL server. It writes ``docs/benchmarks/analysts.json``.
"""

import argparse
import json
import os
import random
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from benchmarks.evaluation import ROOT
from benchmarks.keeping import keep, kind_of
from benchmarks.queue_made import SEED
from benchmarks.queued import fill
from sqlalchemy import func, select

from tidewaiter.accounts.secrets import form_token
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import (
    NewAccount,
    account_key,
    account_name,
    accounts,
    add_account,
)
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import open_database
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.security import COOKIE

OUT = ROOT / "docs" / "benchmarks" / "analysts.json"
_FILTERS = (
    "",
    "severity=critical",
    "severity=high&due_within=7",
    "assignee=",
    "words=acetic",
    "substance=acetic-anhydride",
    "country=CN",
    "sort=due",
    "status=held",
)
_WAYS = (
    ("dismiss", "other-goods"),
    ("hold", "inspect"),
    ("release", "permitted"),
    ("confirm", "documents"),
)


class Analyst(threading.Thread):
    """Someone who works through the queue."""

    def __init__(self, address: str, secret: str, number: int, until: float, think: float) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(
            base_url=address, headers={"cookie": f"{COOKIE}={secret}"}, timeout=60
        )
        self._secret = secret
        self._chance = random.Random(SEED + number)
        self._until = until
        self._think = think
        self.times: dict[str, list[float]] = defaultdict(list)
        self.answers: Counter[str] = Counter()
        self.decided: Counter[str] = Counter()  # answered as done, by alert

    def run(self) -> None:
        """Work until the time is over."""
        time.sleep(self._chance.random() * self._think)
        while time.monotonic() < self._until:
            self._work()

    def _work(self) -> None:
        query = self._chance.choice(_FILTERS)
        page = self._ask("queue", "GET", f"/queue.json?{query}")
        rows = page.get("rows", [])
        if not rows:
            return
        name = self._chance.choice(rows)["alert"]["id"]
        self._ask("queue page", "GET", f"/queue?{query}", page=True)
        found = self._ask("alert", "GET", f"/alerts/{name}.json")
        self._ask("alert page", "GET", f"/alerts/{name}", page=True)
        if "standing" not in found:
            return
        seen = found["standing"]["decided"] or 0
        verdict, reason = self._chance.choice(_WAYS)
        done = self._ask(
            "decide",
            "POST",
            f"/alerts/{name}/decision",
            {
                "verdict": verdict,
                "reason": reason,
                "seen": seen,
            },
        )
        if "decided" in done:
            self.decided[name] += 1
            if self._chance.random() < 0.1:
                undone = self._ask(
                    "undo", "POST", f"/alerts/{name}/undo", {"seen": done["decided"]}
                )
                self.decided[name] += "decided" in undone

    def _ask(
        self, what: str, method: str, path: str, body: Any = None, *, page: bool = False
    ) -> dict[str, Any]:
        headers = {"x-csrf-token": form_token(self._secret)} if method == "POST" else {}
        begun = time.perf_counter()
        try:
            answer = self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self.answers[f"{what}: {type(error).__name__}"] += 1
            return {}
        self.times[what].append(time.perf_counter() - begun)
        self.answers[f"{what}: {answer.status_code}"] += 1
        time.sleep(self._think * (0.5 + self._chance.random()))
        return {} if page or not answer.is_success else answer.json()


def sessions(db: str, people: int) -> dict[str, str]:
    """Make accounts, and sign them in; return their secrets by how trails name them."""
    node = Node(Serving(db=db))
    made = {}
    with node.change(None) as work:
        known = {each.name: each for each in accounts(work)}
        for number in range(people):
            name = account_name(f"analyst-{number}")
            account = known.get(name) or add_account(work, NewAccount(name=name, role="analyst"))
            made[account_key(account.id)] = begin_session(work, account, "benchmark")
    node.close()
    return made


def kept(db: str, who: list[str]) -> Counter[str]:
    """Count the steps of trails by those people, and check that the audit holds."""
    d = tables.decision.c
    with open_database(db) as database, database.work() as work:
        counted = select(d.alert, func.count()).where(d.by.in_(who)).group_by(d.alert)
        found: Counter[str] = Counter()
        for name, count in work.connection.execute(counted):
            found[name] = count
        if verify_audit(work).broken is not None:
            raise SystemExit("the audit does not hold")
    return found


def serve(db: str) -> tuple["subprocess.Popen[bytes]", str]:
    """Start a server; return it, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tidewaiter", "serve", "--db", db, "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ}, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{address}/health").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return server, address
    raise SystemExit("the server does not answer")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db")
    parser.add_argument("--alerts", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--think", type=float, default=5.0, help="seconds between two pages")
    parser.add_argument("--out", type=Path, default=OUT)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = wanted.db or str(Path(folder) / "analysts.db")
        if wanted.db is None:
            with open_database(db) as database:
                fill(database, wanted.alerts)
        _run(db, wanted)


def _run(db: str, wanted: argparse.Namespace) -> None:
    secrets = sessions(db, wanted.people)
    before = kept(db, list(secrets))
    server, address = serve(db)
    until = time.monotonic() + wanted.minutes * 60
    people = [
        Analyst(address, secret, number, until, wanted.think)
        for number, secret in enumerate(secrets.values())
    ]
    for each in people:
        each.start()
    for each in people:
        each.join()
    server.terminate()
    server.wait(30)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    answers = sum((each.answers for each in people), Counter[str]())
    decided = sum((each.decided for each in people), Counter[str]())
    found = kept(db, list(secrets)) - before
    rows = {}
    for what in sorted({name for each in people for name in each.times}):
        times = np.array([one for each in people for one in each.times[what]]) * 1_000
        p50, p95, p99 = np.percentile(times, (50, 95, 99))
        rows[what] = {
            "n": len(times),
            "p50_ms": round(p50, 1),
            "p95_ms": round(p95, 1),
            "p99_ms": round(p99, 1),
            "max_ms": round(times.max(), 1),
        }
    errors = {
        name: count for name, count in answers.items() if not name.endswith((": 200", ": 409"))
    }
    told = {
        "people": wanted.people,
        "minutes": wanted.minutes,
        "think_seconds": wanted.think,
        "answers": dict(answers),
        "server_cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "errors": errors,
        "decisions": sum(decided.values()),
        "lost": sum((decided - found).values()),
        "doubled": sum((found - decided).values()),
        "times": rows,
    }
    keep(wanted.out, kind_of(db), told)
    print(json.dumps(told, indent=1))
    if errors or told["lost"] or told["doubled"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
