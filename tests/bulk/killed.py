"""Run the command, and kill this process before its n-th call that touches a file or a database.

Called as: killed.py N ARGUMENTS. N 0 kills never, and prints how many such calls there were.
"""

import fcntl
import os
import signal
import sys
import threading
from types import FrameType

import tidewaiter.node  # noqa: F401 - before the calls are watched, which makes imports slow
from tidewaiter.cli.core.main import main

OURS = ("tidewaiter", "pathlib", "sqlalchemy.engine", "sqlalchemy.dialects")
TOUCHES = frozenset(
    {
        "write",
        "writelines",
        "flush",
        "fsync",
        "truncate",
        "close",
        "replace",
        "unlink",
        "mkdir",
        "flock",
        "execute",
        "executemany",
        "commit",
        "write_batch",
    }
)


def kill_at(number: int, seen: list[int]) -> None:
    """Count calls; kill this process before one of them, as a power cut would."""

    def watch(frame: FrameType, event: str, argument: object) -> None:
        if event != "c_call" or getattr(argument, "__name__", "") not in TOUCHES:
            return
        if isinstance(getattr(argument, "__self__", None), str):
            return  # a text replaces too
        if not frame.f_globals.get("__name__", "").startswith(OURS):
            return
        if not seen[0] and argument is not fcntl.flock:
            return  # what comes before the lock leaves nothing
        seen[0] += 1
        if seen[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(watch)
    sys.setprofile(watch)


if __name__ == "__main__":
    seen = [0]
    kill_at(int(sys.argv[1]), seen)
    try:
        main(sys.argv[2:])
    finally:
        sys.setprofile(None)
        sys.stderr.write(f"{seen[0]} calls\n")
