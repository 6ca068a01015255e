"""Peers that cannot be reached (NAT, firewall): they poll, and requests travel in the poll.

It knocks, and its request stays open until there is something to ask of it; it answers with its
next one. So whatever goes to a peer with an address goes to one without in the same form.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate

from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import InputError, MissingError, OutputError, TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.receipts import Visit, write_signed
from tidewaiter.exchange.protocol.relations import MET
from tidewaiter.store.peers.directory import documents, judged_by, peer_of, peers
from tidewaiter.transport.context import Desk
from tidewaiter.transport.http_client import (
    DOCUMENT,
    HELD,
    INBOX,
    REFUSED,
    Line,
    UnknownError,
    as_lines,
)
from tidewaiter.transport.peers import hear_documents
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.reconciliation import answer
from tidewaiter.transport.sending import wait_seconds

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
        raise InputError("transport/not-for-a-visitor")
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
            raise OutputError("transport/peer-comes-itself")
        visitor[0].call_soon_threadsafe(_give, visitor[1], job)
        try:
            answer = done.result(self._seconds)
        except TooLate as error:
            raise OutputError("transport/went-without-answer") from error
        finally:
            with self._lock:
                if self._asked.get(node, ("",))[0] == job.name:
                    del self._asked[node]
        if answer.startswith(REFUSED):
            raise UnknownError("transport/node-or-key-not-known")
        return answer


def _give(coming: asyncio.Future[Job | None], job: Job | None) -> None:
    if not coming.done():  # else it has gone, and is asked anew when it comes back
        coming.set_result(job)


_LOG = logging.getLogger("tidewaiter.transport")
_NONCE = 16  # bytes
_LOOKS = 5.0  # seconds between two looks for peers to be visited
_PATIENCE = 1.0


class Visiting:
    """Visits peers, each in a thread of its own, while this node has no address."""

    def __init__(self, desk: Desk, line: Line) -> None:
        self._desk, self._line = desk, line
        self._visited: dict[str, threading.Thread] = {}
        self._looks = Repeated("visiting", self._look, _LOOKS)
        self._leaving = self._looks.leaving
        self._looks.start()

    def close(self) -> None:
        """End after the visits that are on their way."""
        self._looks.close()
        for each in self._visited.values():
            each.join(_PATIENCE)  # what it is at is done as a whole or not at all

    def _look(self) -> None:
        for node in to_visit(self._desk):
            thread = self._visited.get(node)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=self._keep_visiting, args=(node,), daemon=True)
                self._visited[node] = thread
                thread.start()

    def _keep_visiting(self, node: str) -> None:
        done: tuple[str, str] | None = None
        failed = 0
        while not self._leaving.is_set() and node in to_visit(self._desk):
            before = _due(self._desk, node)
            try:
                done = visit(self._desk, node, self._line, done)
                failed = 0
            except TidewaiterError:  # it cannot be reached, or this node's disk is full
                failed += 1
            except Exception:  # noqa: BLE001 - a fault of ours: the other peers shall not pay for it
                if not self._leaving.is_set():
                    _LOG.exception("visiting %s", node)
                failed, done = failed + 1, None
            if failed:
                self._rest(node, wait_seconds(failed, secrets.randbelow(1000) / 1000), before)

    def _rest(self, node: str, seconds: float, before: str) -> None:
        """Leave a peer alone for some seconds, or until the wait for it ends (`end_wait`).

        Args:
            node: The peer.
            seconds: How long.
            before: Since when it waited for nothing, before the visit that failed.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._leaving.wait(min(left, _LOOKS)):
            if _due(self._desk, node) not in {before, ""}:
                return


def _due(desk: Desk, node: str) -> str:
    """Return since when a peer waits for nothing; "": it is put off, or the database is busy."""
    try:
        with desk.database.work() as work:
            known = peer_of(work, node)
    except TidewaiterError:
        return ""
    return "" if known.tries else known.due


def to_visit(desk: Desk) -> list[str]:
    """Return the peers to which this node goes: none, where it can be reached itself."""
    try:
        with desk.database.work() as work:
            if documents(work, desk.node)[-1].read().endpoints:
                return []
            met = [each for each in peers(work) if each.relation.standing in MET]
            return [each.node for each in met if judged_by(work, each).document.endpoints]
    except TidewaiterError:  # the database is busy or full; it is looked at again
        return []


def visit(
    desk: Desk, node: str, line: Line, done: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Visit a peer once, and do what it asks for.

    Args:
        desk: Of this node.
        node: The peer.
        line: The line to it.
        done: Name and answer of what it asked for last; None: nothing.

    Returns:
        The same of what it asks for now.

    Raises:
        InputError: It asks for what nobody is asked for.
        MissingError: There is no such peer.
        OutputError: It is not reached.
        StoreError: The database cannot be used.
    """
    with desk.database.work() as work:
        desk.refresh(work)
        known = next((each for each in peers(work) if each.node == node), None)
        if known is None:
            raise MissingError("transport/no-such-peer")
        endpoints = judged_by(work, known).document.endpoints
    told = Visit(
        sender=desk.node, to=node, nonce=secrets.token_hex(_NONCE), answers=done[0] if done else ""
    )
    signed = write_signed(told, desk.ring.signer())
    job = read_job(line.visit(endpoints, f"{signed}\n{done[1] if done else ''}"))
    return None if job is None else (job.name, _answer(desk, job))


def _answer(desk: Desk, job: Job) -> str:
    """Answer as at an address of this node's own."""
    lines: Sequence[str]
    try:
        if job.path == DOCUMENT:
            hear_documents(desk, job.body.encode())
            return ""
        if job.path == HELD:
            lines = answer(desk, job.body.strip())
        else:
            lines = receive(desk, job.body.splitlines())
    except (InputError, MissingError):
        return REFUSED
    return "".join(f"{each}\n" for each in lines)


class Ways:
    """What reaches peers; one for all of them, and for several threads."""

    def __init__(self, line: Line, visits: Visits | None = None) -> None:
        """Say by what peers are reached.

        Args:
            line: To addresses.
            visits: Of peers that have none; None: nobody can visit.
        """
        self._line, self._visits = line, visits or Visits()

    def post(self, peer: Document, lines: Sequence[str]) -> list[str]:
        """Send lines; return the receipts.

        Raises:
            OutputError: It is not reached, or what comes are no receipts.
        """
        if peer.endpoints:
            return self._line.post(peer.endpoints, lines)
        return self._visits.post(peer.node, lines)

    def ask(self, peer: Document, text: str) -> list[str]:
        """Ask what it has of this node; return its lines.

        Raises:
            OutputError: It is not reached, or does not know this node.
        """
        if peer.endpoints:
            return self._line.ask(peer.endpoints, text)
        return self._visits.ask(peer.node, text)

    def tell(self, peer: Document, documents: bytes) -> None:
        """Send documents of this node.

        Raises:
            OutputError: It is not reached, or does not take them.
        """
        if peer.endpoints:
            self._line.tell(peer.endpoints, documents)
        else:
            self._visits.tell(peer.node, documents)
