"""Worker processes, each made ready once: they end with the parent, however that ends."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.queues import SimpleQueue
from threading import Thread
from typing import TypeVar

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.processes import keep_for_good, look_seldom, packed, unpacked

S = TypeVar("S")
_LOOK = 0.5  # seconds


@contextmanager
def processes(
    workers: int, prepare: Callable[[S], object], settings: S
) -> Iterator[ProcessPoolExecutor]:
    """Start worker processes; a stop in the middle drops what they have not begun.

    Args:
        workers: How many.
        prepare: A function of a module, called first in each worker.
        settings: What it is called with.

    Raises:
        TidewaiterError: A worker was ended from outside. What `prepare` raises is raised here too.
    """
    # Not fork: this process has threads of Arrow's, which a fork would leave half alive.
    context = get_context("spawn")
    failed: SimpleQueue[bytes] = context.SimpleQueue()
    pool = ProcessPoolExecutor(workers, context, _ready, (prepare, settings, failed))
    try:
        yield pool
    except BrokenProcessPool as error:
        if not failed.empty():
            raise unpacked(failed.get()) from error
        raise TidewaiterError("bulk/worker-process-ended") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ready(prepare: Callable[[S], object], settings: S, failed: "SimpleQueue[bytes]") -> None:
    """Make a worker ready; the keyboard's interrupt is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    look_seldom()
    try:
        prepare(settings)
    except Exception as error:
        failed.put(packed(error))
        raise
    keep_for_good()


def end_with_parent() -> None:
    """Let this process end where its parent was killed; it would wait for work for ever."""
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is None:
        return
    # Not by the parent's pipe: a process that it forked later holds the other end open.
    while parent.is_alive() if sys.platform == "win32" else os.getppid() == parent.pid:
        time.sleep(_LOOK)
    os._exit(1)
