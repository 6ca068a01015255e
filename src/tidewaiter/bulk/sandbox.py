"""A function called in a process of its own, with limits on its time and memory.

What strangers send is looked at there: whatever it does to the process, the caller lives, and all
that was taken is given back.
"""

import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import TypeVar

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.records import Record

if sys.platform == "linux":
    import resource

T = TypeVar("T")
_READY = [
    "__main__",
    "tidewaiter.trade.readers.inspection",
]  # imported once, not in each process


class Limits(Record, frozen=True, kw_only=True):
    """What a call may take."""

    seconds: float = 30.0
    megabytes: int = 512  # of memory beyond what the process begins with; on Linux


def confined(function: Callable[..., T], *arguments: object, limits: Limits) -> T:
    """Call a function of a module in a process of its own.

    Args:
        function: Of a module; it and the arguments go to another process.
        arguments: What it is called with.
        limits: What it may take.

    Returns:
        What it returns.

    Raises:
        InputError: It took too long or too much, or its process came to a bad end.
        TidewaiterError: What it raises itself; of anything else that it raises, what that is.
    """
    context = _context()
    here, there = context.Pipe(duplex=False)
    worker = context.Process(  # type: ignore[attr-defined]
        target=_call, args=(there, function, arguments, limits.megabytes), daemon=True
    )
    worker.start()
    there.close()
    try:
        if not here.poll(limits.seconds):
            raise InputError("bulk/reading-took-too-long", seconds=limits.seconds)
        kind, found = here.recv()
    except EOFError as error:
        raise InputError("bulk/reading-process-died") from error
    finally:
        worker.kill()
        worker.join()
        here.close()
    if kind == "error":
        raise found
    if kind == "memory":
        raise InputError("bulk/reading-takes-too-much-memory", megabytes=limits.megabytes)
    return found  # type: ignore[no-any-return]


def broke_off(error: Exception) -> TidewaiterError:
    """Say of a fault of ours what it is; its trace goes to standard error, for the log."""
    traceback.print_exception(error)
    return TidewaiterError("bulk/broke-off", fault=repr(error)[:_LONGEST])


_LONGEST = 475  # characters of what is told of a fault


def _context() -> BaseContext:
    """Choose how processes start: from one that has all imported already, where there is such."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(_READY)
    return context


def _call(
    there: Connection,
    function: Callable[..., object],
    arguments: tuple[object, ...],
    megabytes: int,
) -> None:
    """Call the function in this process, and send what came of it."""
    _limit(megabytes << 20)
    try:
        told: tuple[str, object] = ("found", function(*arguments))
    except TidewaiterError as error:
        told = ("error", error)
    except MemoryError:  # Arrow's own too
        told = ("memory", None)
    except Exception as error:  # noqa: BLE001 - a fault of ours: whoever waits is told of it
        told = ("error", broke_off(error))
    with suppress(BrokenPipeError):
        there.send(told)


def _limit(size: int) -> None:
    """Let this process take so many bytes more than it has now."""
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        most = int(pages) * resource.getpagesize() + size
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
