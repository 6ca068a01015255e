"""Exchange: messages per second between two nodes, compared with the limits of the machine.

``python -m benchmarks.exchange`` starts two nodes, each in a separate process with its own database
on loopback. One writes ``--messages`` messages of ``--bytes`` bytes; the time runs from permission
to send to the receipt of the last. Each message is signed, encrypted, sent over HTTP in batches of
64, checked, decrypted, acted on, stored with its receipt by a full commit, and its receipt is
checked and stored by another. In the same run the raw limits are measured: commits of one row with
`synchronous = FULL`, signatures, and verifications.

It writes ``docs/benchmarks/exchange.json``.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
from benchmarks.evaluation import ROOT
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from tidewaiter.exchange.protocol.documents import SignedDocument
from tidewaiter.exchange.protocol.keyring import About, Ring, found
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.node.identity import keep_ring
from tidewaiter.store.audit import moment, verify_audit
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.peers.channel import MESSAGE, Words
from tidewaiter.store.peers.directory import add_documents, add_peer, set_relation
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.transport.http_client import DOCUMENT
from tidewaiter.transport.message_kinds import body_of
from tidewaiter.transport.server import Serving, run

OUT = ROOT / "docs" / "benchmarks" / "exchange.json"
NAMES = ("bench/one", "bench/other")
_ROW = 2048  # bytes of the row of a raw commit
_LONG = 3.0  # seconds for which each raw limit is measured


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=10_000)
    options.add_argument("--bytes", type=int, default=500)
    options.add_argument("--folder", type=Path, help="on the disk to be measured")
    told = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="exchange-", dir=told.folder))
    try:
        found_ = {"messages": told.messages, "bytes": told.bytes, "load": _load(), **limits(folder)}
        found_ |= exchange(folder, told.messages, told.bytes)
    finally:
        shutil.rmtree(folder)
    found_ |= {"commits_each": round(found_["per_second"] / found_["commits_per_second"], 2)}
    print(json.dumps(found_, indent=2))
    OUT.write_text(json.dumps(found_, indent=2) + "\n")


def limits(folder: Path) -> dict[str, Any]:
    """Measure what a disk and a core can do, one after another, by clock and by processor."""
    key, payload = Ed25519PrivateKey.generate(), b"x" * 700
    signature, public = key.sign(payload), key.public_key()
    plain = sqlite3.connect(folder / "raw.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE t (held BLOB)")
    row = (os.urandom(_ROW),)
    return {
        **_rate("commits", lambda: plain.execute("INSERT INTO t VALUES (?)", row)),
        **_rate("signs", lambda: key.sign(payload)),
        **_rate("verifies", lambda: public.verify(signature, payload)),
    }


def _rate(name: str, do: Callable[[], object]) -> dict[str, Any]:
    begun, cpu, count = time.monotonic(), time.process_time(), 0
    while time.monotonic() - begun < _LONG:
        do()
        count += 1
    seconds, used = time.monotonic() - begun, time.process_time() - cpu
    return {
        f"{name}_per_second": round(count / seconds),
        f"{name}_per_cpu_second": round(count / used),
    }


def exchange(folder: Path, messages: int, size: int) -> dict[str, Any]:
    """Exchange messages between two nodes; return how fast, and what it took."""
    ports = [_port(), _port()]
    rings = [_found(folder, index, ports) for index in range(2)]
    databases = [open_database(folder / f"{index}.db") for index in range(2)]
    for index, database in enumerate(databases):
        _meet(database, [chain for _, chain in rings], index)
    _write(databases[0], rings[0][0], messages, size)
    nodes = [_begin(folder, index, ports[index]) for index in range(2)]
    try:
        for port in ports:
            _wait(port)
        cpu = sum(_cpu(each) for each in nodes)
        begun = time.monotonic()
        _activate(databases[0])
        while _arrived(databases[0]) < messages:
            time.sleep(0.1)
        seconds, used = time.monotonic() - begun, sum(_cpu(each) for each in nodes) - cpu
        memory = max(_memory(each) for each in nodes)
    finally:
        for each in nodes:
            for process in [*psutil.Process(each).children(recursive=True), psutil.Process(each)]:
                process.send_signal(signal.SIGKILL)
            os.waitpid(each, 0)
    _check(databases, messages)
    return {
        "seconds": round(seconds, 2),
        "per_second": round(messages / seconds),
        "cpu_ms_each": round(1000 * used / messages, 3),
        "memory_megabytes": round(memory),
        "load_after": _load(),
    }


def _found(folder: Path, index: int, ports: list[int]) -> tuple[Ring, list[SignedDocument]]:
    about = About(
        node=NAMES[index],
        name="A node",
        country="",
        role="authority",
        endpoints=(f"http://127.0.0.1:{ports[index]}",),
    )
    made = found(about, os.urandom, "2026-11-26T00:00:00+00:00")
    keep_ring(folder / f"{index}.ring", made.ring)
    return made.ring, [made.document]


def _meet(database: Database, chains: list[list[SignedDocument]], index: int) -> None:
    """Let a node know the other; the first one does not send yet."""
    with database.work(_stamp()) as work:
        add_documents(work, chains[index])
        known = add_peer(work, chains[1 - index])
        active = Relation(standing="active", confirmed="compared")
        set_relation(work, known.node, active)


def _write(database: Database, ring: Ring, messages: int, size: int) -> None:
    body = body_of(Words(text="x" * (size - 11)))
    with database.work(_stamp()) as work:
        for _ in range(messages):
            write_message(work, ring.lock, NAMES[1], Message(kind=MESSAGE, body=body))
        hour = moment(datetime.now(UTC) + timedelta(hours=1))
        work.connection.exec_driver_sql("UPDATE peer SET due = ?", (hour,))


def _activate(database: Database) -> None:
    """Let the first node send."""
    with database.work(_stamp()) as work:
        work.connection.exec_driver_sql("UPDATE peer SET due = ''")


def _begin(folder: Path, index: int, port: int) -> int:
    process = os.fork()
    if process == 0:
        db, ring = str(folder / f"{index}.db"), str(folder / f"{index}.ring")
        run(Serving(db=db, ring=ring, port=port, inside=("127.0.0.0/8",)))
        os._exit(0)
    return process


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}{DOCUMENT}").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("a node does not answer")


_ARRIVED = "SELECT count(*) FROM outgoing WHERE kind = :kind AND state = 'processed'"
_CAME = "SELECT count(*) FROM incoming WHERE kind = :kind AND state = 'processed'"


def _check(databases: list[Database], messages: int) -> None:
    """Check that the timed operations did what was intended."""
    for database in databases:
        with database.work() as work:
            assert verify_audit(work).broken is None
        database.close()
    with databases[1].work() as work:
        came = work.connection.execute(text(_CAME), {"kind": MESSAGE}).scalar_one()
        assert came == messages
    databases[1].close()


def _arrived(database: Database) -> int:
    with database.work() as work:
        return int(work.connection.execute(text(_ARRIVED), {"kind": MESSAGE}).scalar_one())


def _stamp() -> Stamp:
    return Stamp(who="bench", at=datetime.now(UTC))


def _port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _cpu(process: int) -> float:
    """Return the seconds of the processor that a node and its children have used."""
    each = psutil.Process(process)
    times = [child.cpu_times() for child in [each, *each.children(recursive=True)]]
    return float(sum(used.user + used.system for used in times))


def _memory(process: int) -> float:
    each = psutil.Process(process)
    held = [child.memory_info().rss for child in [each, *each.children(recursive=True)]]
    return float(max(held)) / 1e6


def _load() -> float:
    return round(os.getloadavg()[0], 1)


if __name__ == "__main__":
    main()
