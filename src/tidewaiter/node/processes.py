"""Processes beside the web server: started without its threads, and ended gracefully."""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from types import FrameType

from tidewaiter.bulk.processes import end_with_parent

Worker = BaseProcess
"""A process started here."""

_NICE = 5  # pages have priority
_LEAVE = 20.0  # seconds for a process to end its step


def begin_process() -> threading.Event:
    """Prepare this process for background work.

    It yields to the pages, and ends with its parent.

    Returns:
        An event that is set on SIGTERM: stop after the current step.
    """
    leaving = threading.Event()
    _hear(leaving)
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    return leaving


def _hear(leaving: threading.Event) -> None:
    """Stop gracefully on SIGTERM; keyboard interrupts are for the parent."""

    def leave(number: int, frame: FrameType | None) -> None:
        del number, frame
        leaving.set()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)


def start_process(work: Callable[..., None], *arguments: object) -> Worker:
    """Start a process that calls a module-level function."""
    # Not fork: this process has threads, whose locks would be held for ever.
    worker = get_context("spawn").Process(target=work, args=arguments)
    worker.start()
    return worker


def end_process(worker: Worker) -> None:
    """Let a process end its step, or kill it after a while."""
    worker.terminate()
    worker.join(_LEAVE)
    if worker.is_alive():
        worker.kill()
        worker.join()
