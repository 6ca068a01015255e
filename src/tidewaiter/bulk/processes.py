"""Worker processes, initialised once; they always end with the parent."""

import gc
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue
from threading import Thread, active_count
from typing import TypeVar

import pyarrow as pa

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.processes import keep_for_good, look_seldom, packed, unpacked

S = TypeVar("S")
_LOOK = 0.5  # seconds


@contextmanager
def processes(
    workers: int, prepare: Callable[[S], object], settings: S
) -> Iterator[ProcessPoolExecutor]:
    """Start worker processes; on an early exit pending work is dropped.

    Where a process may be copied (`_may_fork`), the workers are copies of this one and share what
    it has loaded; elsewhere each is a new process that loads all of it again.

    Args:
        workers: Number of processes.
        prepare: Module-level function, called first: once here if workers are copies, else in each.
        settings: Its argument.

    Raises:
        TidewaiterError: A worker was killed. Errors of `prepare` are raised here too.
    """
    copied = _may_fork()
    context = get_context("fork" if copied else "spawn")
    failed: SimpleQueue[bytes] = context.SimpleQueue()
    if copied:
        prepare(settings)
        pool = ProcessPoolExecutor(workers, context, _ready)
    else:
        pool = ProcessPoolExecutor(workers, context, _ready_anew, (prepare, settings, failed))
    try:
        if copied:  # all at once, before this process has more threads or open files
            with _forking():
                pool.submit(int)
        yield pool
    except BrokenProcessPool as error:
        if not failed.empty():
            raise unpacked(failed.get()) from error
        raise TidewaiterError("bulk/worker-process-ended") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def done_beside(work: Callable[[], None]) -> Iterator[None]:
    """Do work in a copy of this process during the block, and wait for it at the end.

    Where this process may not be copied, the work is done here, before the block.

    Args:
        work: Leaves its result in a file.

    Raises:
        TidewaiterError: The copy was killed. Errors of the work are raised here too.
    """
    if not _may_fork():
        work()
        yield
        return
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=_do, args=(work, there))
    with _forking():
        worker.start()
    there.close()
    try:
        yield
        if failed := _told(here):
            raise unpacked(failed)
    finally:
        worker.kill()
        worker.join()
        here.close()


def _told(here: Connection) -> bytes:
    """Wait for the end of the work; return its error, if any.

    Raises:
        TidewaiterError: The process was killed.
    """
    try:
        return here.recv_bytes()
    except EOFError as error:
        raise TidewaiterError("bulk/worker-process-ended") from error


def _do(work: Callable[[], None], there: Connection) -> None:
    _ready()
    try:
        work()
    except Exception as error:  # noqa: BLE001 - raised by the parent
        there.send_bytes(packed(error))
    else:
        there.send_bytes(b"")


def _may_fork() -> bool:
    """Return whether a copy of this process can work.

    Only with one thread: the copy has no other, and locks that another one held stay locked. The
    threads of Arrow, its allocator and OpenBLAS do not count: these libraries prepare for a copy.
    Elsewhere than on Linux, libraries of the system do not.
    """
    return sys.platform == "linux" and active_count() == 1


@contextmanager
def _forking() -> Iterator[None]:
    with warnings.catch_warnings():
        # Since Python 3.12: threads of libraries count there.
        warnings.filterwarnings("ignore", ".*multi-threaded.*fork", DeprecationWarning)
        yield


def _ready() -> None:
    """Initialise a worker that is a copy; keyboard interrupts are for the parent."""
    # Frozen before anything is collected: what the parent has open, such as a database, would be
    # closed here; and collecting would copy the memory that both share.
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    end_with_parent()
    look_seldom()
    pa.set_cpu_count(1)


def _ready_anew(prepare: Callable[[S], object], settings: S, failed: "SimpleQueue[bytes]") -> None:
    """Initialise a worker that has loaded nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    look_seldom()
    pa.set_cpu_count(1)
    try:
        prepare(settings)
    except Exception as error:
        failed.put(packed(error))
        raise
    keep_for_good()


def end_with_parent() -> None:
    """End this process when its parent is killed, instead of waiting for work for ever."""
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is None:
        return
    # Not by the parent's pipe: a later fork of the parent keeps its other end open.
    while parent.is_alive() if sys.platform == "win32" else os.getppid() == parent.pid:
        time.sleep(_LOOK)
    os._exit(1)
