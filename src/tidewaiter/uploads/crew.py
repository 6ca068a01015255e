"""The crew: worker processes beside the web, started anew where one comes to a bad end."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from tidewaiter.uploads.desk import Desk
from tidewaiter.uploads.worker import work_for

_LEAVE = 20.0  # seconds in which a worker may end its step
_SHORT = 30.0  # seconds: whoever ends sooner waits before the next start
_PAUSE = 5.0
_LOOK = 0.5


@contextmanager
def crew(desk: Desk, workers: int = 1) -> Iterator[None]:
    """Let processes screen uploads as long as the block lasts.

    They end with it, after the step that they are at, and are killed with this process.

    Args:
        desk: By which uploads are screened.
        workers: How many uploads are screened at the same time.
    """
    desk.spool.make()
    over = threading.Event()
    threads = [
        threading.Thread(target=_keep_one, args=(desk, over), daemon=True) for _ in range(workers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _keep_one(desk: Desk, over: threading.Event) -> None:
    """Keep one worker at work until it is over."""
    while not over.is_set():
        begun = time.monotonic()
        worker = get_context("spawn").Process(target=work_for, args=(desk,))
        worker.start()
        while worker.is_alive() and not over.wait(_LOOK):
            pass
        if over.is_set():
            _end(worker)
        elif time.monotonic() - begun < _SHORT:
            over.wait(_PAUSE)


def _end(worker: BaseProcess) -> None:
    worker.terminate()
    worker.join(_LEAVE)
    if worker.is_alive():
        worker.kill()
        worker.join()
