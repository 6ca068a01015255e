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
    # The first ones are started here and not in the threads: the server forks, and a fork in the
    # middle of a start in another thread would keep its locks for ever.
    first = [_start(desk) for _ in range(workers)]
    threads = [
        threading.Thread(target=_keep_one, args=(desk, worker, over), daemon=True)
        for worker in first
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _start(desk: Desk) -> BaseProcess:
    worker = get_context("spawn").Process(target=work_for, args=(desk,))
    worker.start()
    return worker


def _keep_one(desk: Desk, worker: BaseProcess, over: threading.Event) -> None:
    """Keep one worker at work until it is over."""
    begun = time.monotonic()
    while not over.wait(_LOOK):
        if worker.is_alive():
            continue
        if time.monotonic() - begun < _SHORT:
            over.wait(_PAUSE)
        begun, worker = time.monotonic(), _start(desk)
    _end(worker)


def _end(worker: BaseProcess) -> None:
    worker.terminate()
    worker.join(_LEAVE)
    if worker.is_alive():
        worker.kill()
        worker.join()
