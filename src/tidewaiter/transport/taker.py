"""The taker: requests that come at the same time are kept by one commit."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from tidewaiter.courier.desk import Desk
from tidewaiter.courier.receiving import receive_all

_TOGETHER = 512  # lines of one commit
_WAITING = 256  # requests that wait at most

Job = tuple[Sequence[str], "Future[list[str]]"]


class Full(Exception):  # noqa: N818 - it is told to the peer as what it is
    """More requests wait than can be taken soon."""


class Taker:
    """Takes what peers send, in a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._jobs: queue.Queue[Job | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._run, name="taker", daemon=True)
        self._thread.start()

    def take(self, lines: Sequence[str]) -> list[str]:
        """Take the lines of a request; return when they are on the disk.

        Raises:
            Full: Too many wait.
            StoreError: They could not be kept.
        """
        done: Future[list[str]] = Future()
        try:
            self._jobs.put_nowait((lines, done))
        except queue.Full as error:
            raise Full from error
        return done.result()

    def close(self) -> None:
        """Take what waits, and end."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._jobs.get()
            if first is None:
                return
            jobs, lines = [first], len(first[0])
            while lines < _TOGETHER:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    self._jobs.put(None)  # after this commit
                    break
                jobs.append(more)
                lines += len(more[0])
            self._take(jobs)

    def _take(self, jobs: Sequence[Job]) -> None:
        try:
            receipts = receive_all(self._desk, [lines for lines, _ in jobs])
        except Exception as error:  # noqa: BLE001 - the request is told of it
            if len(jobs) == 1:
                jobs[0][1].set_exception(error)
                return
            for job in jobs:  # what one of them cannot do is not the fault of the others
                self._take([job])
            return
        for (_, done), given in zip(jobs, receipts, strict=True):
            done.set_result(given)
