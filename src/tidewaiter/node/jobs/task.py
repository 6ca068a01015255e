"""Job at work: what a kind of job gets to do its work, reports, and asks whether to stop."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec
from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.node.uploads.jobs import Bench, stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.jobs import Job, JobKind, renew_job
from tidewaiter.store.uploads import Orders

R = TypeVar("R", bound=Record)
_OFTEN = 1.0  # seconds between reports


class Stopped(Exception):  # noqa: N818 - no error
    """The work stops: it was cancelled, the server ends, or another process has it."""

    def __init__(self, orders: Orders) -> None:
        super().__init__()
        self.orders = orders


class Task:
    """A job at work. A kind calls `go_on` between its steps, where it can stop without harm."""

    def __init__(self, bench: Bench, job: Job) -> None:
        self.job = job
        self._bench = bench
        self._done, self._total = 0, 0
        self._lines: list[Phrase] = []
        self._reported = 0.0
        self._orders: Orders = "go on"
        self._lock = threading.Lock()  # the lease is renewed by a thread of its own

    @property
    def desk(self) -> Desk:
        """Return the settings of the installation."""
        return self._bench.desk

    @property
    def database(self) -> Database:
        """Return the database."""
        return self._bench.database

    @property
    def leaving(self) -> threading.Event:
        """Return the event that is set when the server ends."""
        return self._bench.leaving

    def stamp(self) -> Stamp:
        """Return a stamp of the person who started the job, now."""
        return structs.replace(stamp(), who=self.job.who)

    def options(self, kind: type[R]) -> R:
        """Return the options of the job."""
        return msgspec.json.decode(self.job.options, type=kind)

    def say(self, code: str, /, **values: object) -> None:
        """Add a line to the log."""
        with self._lock:
            self._lines.append(Phrase(code, **values))  # type: ignore[arg-type]

    def go_on(self, done: int | None = None, total: int | None = None) -> None:
        """Report progress, at most once a second; stop if asked to.

        Args:
            done: How much is done; None: as before.
            total: Of how much; 0: not known; None: as before.

        Raises:
            Stopped: It was cancelled, the server ends, or another process has it.
        """
        with self._lock:
            self._done = self._done if done is None else done
            self._total = self._total if total is None else total
        if time.monotonic() - self._reported >= _OFTEN:
            self.report()
        if self._orders != "go on":
            raise Stopped(self._orders)
        if self._bench.leaving.is_set():
            raise Stopped("go on")

    def report(self) -> None:
        """Renew the lease, report progress and log, and read the instruction."""
        with self._lock:
            lines, self._lines = self._lines, []
            self._reported = time.monotonic()
            with self.database.work(stamp()) as work:
                self._orders = renew_job(
                    work, self.job.id, self._bench.lease, (self._done, self._total), lines
                )


Kind = Callable[[Task], str]
"""Does the work of a kind of job; returns the path of the page with its result. A module-level
function, as it is passed to another process."""

Kinds = Mapping[JobKind, Kind]
