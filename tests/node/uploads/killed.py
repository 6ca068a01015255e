"""Send or screen uploads, and kill this process before its n-th call that touches disk or database.

Called as: killed.py N send|work DATABASE SPOOL [FILE]. N 0 kills never, and prints how many such
calls there were.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from tidewaiter.bulk.sandbox import Limits
from tidewaiter.bulk.screening import Settings, screener_for
from tidewaiter.node.uploads.arrivals import take_in
from tidewaiter.node.uploads.jobs import Bench, new_lease, stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.node.uploads.storage import Spool
from tidewaiter.node.uploads.workers import work_once
from tidewaiter.store.core.database import open_database
from tidewaiter.store.uploads import Arrived, uploads

OURS = ("tidewaiter", "pathlib", "sqlalchemy.engine", "sqlalchemy.dialects", "psycopg")
TOUCHES = frozenset(
    {
        "write",
        "fsync",
        "truncate",
        "replace",
        "unlink",
        "flock",
        "execute",
        "executemany",
        "commit",
        "_start_query",
    }
)


def kill_at(number: int, seen: list[int]) -> None:
    """Count calls; kill this process before one of them, as a power cut would."""

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if event == "c_call":
            name = getattr(argument, "__name__", "")
            if isinstance(getattr(argument, "__self__", None), str):
                return  # a text replaces too
        elif event == "call":
            name = frame.f_code.co_name if "psycopg" in frame.f_code.co_filename else ""
        else:
            return
        if name not in TOUCHES or not frame.f_globals.get("__name__", "").startswith(OURS):
            return
        seen[0] += 1
        if seen[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)


def send(desk: Desk, path: Path) -> None:
    """Send a file in, a piece at a time."""
    with open_database(desk.database) as database:
        content = path.read_bytes()
        with desk.spool.receive() as part:
            for start in range(0, len(content), 10_000):
                part.write(content[start : start + 10_000])
            arrived = Arrived(name=path.name, sha256=part.keep(), size=part.size)
        take_in(database, desk, arrived, "reyes")


def work(desk: Desk) -> None:
    """Screen all that waits."""
    with open_database(desk.database) as database:
        lease = new_lease()
        bench = Bench(desk=desk, database=database, lease=lease, leaving=threading.Event())
        while work_once(bench) or is_left(bench):
            time.sleep(0.1)


def is_left(bench: Bench) -> bool:
    """Say whether an upload still counts as that of a process that was killed."""
    with bench.database.work() as reading:
        return any(each.state == "running" for each in uploads(reading))


if __name__ == "__main__":
    number, how, url, folder = sys.argv[1:5]
    made = Desk(database=url, spool=Spool(folder=Path(folder)), limits=Limits(seconds=120))
    day = stamp().at.date()
    screener_for(Settings(day=day, file="", sha256=""))  # imports and caches are not watched
    calls = [0]
    kill_at(int(number), calls)
    try:
        send(made, Path(sys.argv[5])) if how == "send" else work(made)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        sys.stderr.write(f"{calls[0]} calls\n")
