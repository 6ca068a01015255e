"""Visits: a peer without an address is asked when it comes itself.

It knocks, and its request stays open until there is something to ask of it; it answers with its
next one. So whatever goes to a peer with an address goes to one without in the same form.
"""

import asyncio
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.base.records import Record
from tidewaiter.courier.line import (
    DOCUMENT,
    HELD,
    INBOX,
    REFUSED,
    UNREACHED,
    UnknownError,
    as_lines,
)

PATIENCE = 8.0  # seconds for which a visitor waits, below those of a line for a piece of an answer
_SECONDS = 30.0  # for an answer
_NAME = 8  # bytes


class Job(Record, frozen=True, kw_only=True):
    """What a visitor is asked, as if it had been asked at its address."""

    name: str
    path: str
    body: str

    def text(self) -> str:
        """Write it: a line of its name and path, then the body."""
        return f"{self.name} {self.path}\n{self.body}"


def read_job(text: str) -> Job | None:
    """Read what `Job.text` wrote; None: there is nothing to do.

    Raises:
        InputError: It is something else.
    """
    if not text:
        return None
    head, _, body = text.partition("\n")
    name, _, path = head.partition(" ")
    if path not in {INBOX, HELD, DOCUMENT}:
        raise InputError("a visitor is asked for nothing of this kind")
    return Job(name=name, path=path, body=body)


class Visits:
    """The visitors of a node that wait, and what they were asked."""

    def __init__(self, *, patience: float = PATIENCE, seconds: float = _SECONDS) -> None:
        """Begin without any.

        Args:
            patience: Seconds for which a visitor waits.
            seconds: For an answer.
        """
        self._patience, self._seconds = patience, seconds
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Future[Job | None]]] = {}
        self._asked: dict[str, tuple[str, Future[str]]] = {}  # name of the job, by node

    def waiting(self) -> list[str]:
        """Return the nodes whose visitors wait."""
        with self._lock:
            return sorted(self._waiting)

    async def receive(self, node: str, answers: str = "", answer: str = "") -> Job | None:
        """Take what a visitor answers, and let it wait for more to do; None: there was nothing.

        Args:
            node: Whose visitor it is; another one of it that waits goes away.
            answers: Name of what it was asked; what was not, or is too late, is passed over.
            answer: To that.
        """
        loop = asyncio.get_running_loop()
        coming: asyncio.Future[Job | None] = loop.create_future()
        with self._lock:
            before = self._waiting.get(node)
            self._waiting[node] = (loop, coming)
        if before is not None:
            before[0].call_soon_threadsafe(_give, before[1], None)
        self._answered(node, answers, answer)  # only now: whoever waits for it may ask at once
        try:
            return await asyncio.wait_for(coming, self._patience)
        except TimeoutError:
            return None
        finally:
            with self._lock:
                if self._waiting.get(node) == (loop, coming):
                    del self._waiting[node]

    def post(self, node: str, lines: Sequence[str]) -> list[str]:
        """Hand a visitor lines; return its receipts.

        Raises:
            OutputError: None waits, or it does not answer.
        """
        return as_lines(self._ask(node, INBOX, "".join(f"{line}\n" for line in lines)))

    def ask(self, node: str, text: str) -> list[str]:
        """Ask a visitor what it has of this node; return its lines.

        Raises:
            OutputError: None waits, or it does not answer.
        """
        return as_lines(self._ask(node, HELD, f"{text}\n"))

    def tell(self, node: str, documents: bytes) -> None:
        """Tell a visitor of documents of this node.

        Raises:
            OutputError: None waits, or it does not take them.
        """
        self._ask(node, DOCUMENT, documents.decode())

    def _answered(self, node: str, name: str, answer: str) -> None:
        with self._lock:
            asked = self._asked.get(node)
            if asked is None or asked[0] != name:
                return
            del self._asked[node]
        asked[1].set_result(answer)

    def _ask(self, node: str, path: str, body: str) -> str:
        job = Job(name=secrets.token_hex(_NAME), path=path, body=body)
        done: Future[str] = Future()
        with self._lock:
            visitor = self._waiting.pop(node, None)
            if visitor is not None:
                self._asked[node] = (job.name, done)
        if visitor is None:
            raise OutputError("it has no address: it comes itself", hint=UNREACHED)
        visitor[0].call_soon_threadsafe(_give, visitor[1], job)
        try:
            answer = done.result(self._seconds)
        except TooLate as error:
            raise OutputError("it came, and went without an answer", hint=UNREACHED) from error
        finally:
            with self._lock:
                if self._asked.get(node, ("",))[0] == job.name:
                    del self._asked[node]
        if answer.startswith(REFUSED):
            raise UnknownError
        return answer


def _give(coming: asyncio.Future[Job | None], job: Job | None) -> None:
    if not coming.done():  # else it has gone, and is asked anew when it comes back
        coming.set_result(job)
