"""Sandbox: a function call in a separate process, with time and memory limits.

Untrusted files are examined here: whatever happens to the process, the caller survives, and all
resources are released.
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
]  # preloaded, to avoid imports in each process


class Limits(Record, frozen=True, kw_only=True):
    """Limits of a call."""

    seconds: float = 30.0
    megabytes: int = 512  # memory beyond that at start; on Linux


def confined(function: Callable[..., T], *arguments: object, limits: Limits) -> T:
    """Call a module-level function in a separate process.

    Args:
        function: Module-level; pickled with the arguments.
        arguments: Its arguments.
        limits: Time and memory limits.

    Returns:
        Its result.

    Raises:
        InputError: A limit was exceeded, or the process crashed.
        TidewaiterError: Raised by the function; other exceptions as a description.
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
    """Describe an unexpected exception; its traceback goes to standard error."""
    traceback.print_exception(error)
    return TidewaiterError("bulk/broke-off", fault=repr(error)[:_LONGEST])


_LONGEST = 475  # maximum characters of a description


def _context() -> BaseContext:
    """Choose how processes start: from a preloaded server, where available."""
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
    """Call the function in this process, and send its result."""
    _limit(megabytes << 20)
    try:
        told: tuple[str, object] = ("found", function(*arguments))
    except TidewaiterError as error:
        told = ("error", error)
    except MemoryError:  # includes Arrow's
        told = ("memory", None)
    except Exception as error:  # noqa: BLE001 - our bug: reported to the caller
        told = ("error", broke_off(error))
    with suppress(BrokenPipeError):
        there.send(told)


def _limit(size: int) -> None:
    """Limit this process's additional memory, in bytes."""
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        most = int(pages) * resource.getpagesize() + size
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
