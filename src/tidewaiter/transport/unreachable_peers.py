"""Peers behind NAT or a firewall: they poll, and requests travel in the poll.

A polling peer keeps a request open until there is a request to it, and answers with its next poll.
So messages to unreachable peers have the same form as to others.
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

PATIENCE = 8.0  # seconds that a poll waits, below the read timeout
_SECONDS = 30.0  # for an answer
_NAME = 8  # bytes


class Job(Record, frozen=True, kw_only=True):
    """A request to a polling peer, as if sent to its address."""

    name: str
    path: str
    body: str

    def text(self) -> str:
        """Encode it: a line with name and path, then the body."""
        return f"{self.name} {self.path}\n{self.body}"


def read_job(text: str) -> Job | None:
    """Decode output of `Job.text`; None: nothing to do.

    Raises:
        InputError: Malformed.
    """
    if not text:
        return None
    head, _, body = text.partition("\n")
    name, _, path = head.partition(" ")
    if path not in {INBOX, HELD, DOCUMENT}:
        raise InputError("transport/not-for-a-visitor")
    return Job(name=name, path=path, body=body)


class Visits:
    """Waiting polls of a node, and their requests."""

    def __init__(self, *, patience: float = PATIENCE, seconds: float = _SECONDS) -> None:
        """Start empty.

        Args:
            patience: Seconds that a poll waits.
            seconds: Time limit for an answer.
        """
        self._patience, self._seconds = patience, seconds
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Future[Job | None]]] = {}
        self._asked: dict[str, tuple[str, Future[str]]] = {}  # name of the job, by node

    def waiting(self) -> list[str]:
        """Return the nodes with a waiting poll."""
        with self._lock:
            return sorted(self._waiting)

    async def receive(self, node: str, answers: str = "", answer: str = "") -> Job | None:
        """Accept a poll's answer, and wait for the next request; None: none.

        Args:
            node: The polling node; replaces its earlier waiting poll.
            answers: Name of the request answered; unknown or late ones are ignored.
            answer: The answer.
        """
        loop = asyncio.get_running_loop()
        coming: asyncio.Future[Job | None] = loop.create_future()
        with self._lock:
            before = self._waiting.get(node)
            self._waiting[node] = (loop, coming)
        if before is not None:
            before[0].call_soon_threadsafe(_give, before[1], None)
        self._answered(node, answers, answer)  # last: the caller may call again at once
        try:
            return await asyncio.wait_for(coming, self._patience)
        except TimeoutError:
            return None
        finally:
            with self._lock:
                if self._waiting.get(node) == (loop, coming):
                    del self._waiting[node]

    def post(self, node: str, lines: Sequence[str]) -> list[str]:
        """Send lines to a polling peer; return its receipts.

        Raises:
            OutputError: Not connected, or no answer.
        """
        return as_lines(self._ask(node, INBOX, "".join(f"{line}\n" for line in lines)))

    def ask(self, node: str, text: str) -> list[str]:
        """Ask a polling peer for this node's messages; return its lines.

        Raises:
            OutputError: Not connected, or no answer.
        """
        return as_lines(self._ask(node, HELD, f"{text}\n"))

    def tell(self, node: str, documents: bytes) -> None:
        """Send documents of this node to a polling peer.

        Raises:
            OutputError: Not connected, or not accepted.
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
    if not coming.done():  # otherwise disconnected; resent at its next poll
        coming.set_result(job)


_LOG = logging.getLogger("tidewaiter.transport")
_NONCE = 16  # bytes
_LOOKS = 5.0  # seconds between checks for peers to poll
_PATIENCE = 1.0


class Visiting:
    """Polls peers, each in its own thread, while this node has no address."""

    def __init__(self, desk: Desk, line: Line) -> None:
        self._desk, self._line = desk, line
        self._visited: dict[str, threading.Thread] = {}
        self._looks = Repeated("visiting", self._look, _LOOKS)
        self._leaving = self._looks.leaving
        self._looks.start()

    def close(self) -> None:
        """Stop after the polls in progress."""
        self._looks.close()
        for each in self._visited.values():
            each.join(_PATIENCE)  # its work is transactional

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
            except TidewaiterError:  # peer unreachable, or disk full
                failed += 1
            except Exception:  # noqa: BLE001 - our bug must not affect other peers
                if not self._leaving.is_set():
                    _LOG.exception("visiting %s", node)
                failed, done = failed + 1, None
            if failed:
                self._rest(node, wait_seconds(failed, secrets.randbelow(1000) / 1000), before)

    def _rest(self, node: str, seconds: float, before: str) -> None:
        """Pause for a peer, until a time limit or the end of its back-off (`end_wait`).

        Args:
            node: The peer.
            seconds: Time limit.
            before: Start of readiness before the failed poll.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._leaving.wait(min(left, _LOOKS)):
            if _due(self._desk, node) not in {before, ""}:
                return


def _due(desk: Desk, node: str) -> str:
    """Return since when a peer has no back-off; "": it has one, or the database is busy."""
    try:
        with desk.database.work() as work:
            known = peer_of(work, node)
    except TidewaiterError:
        return ""
    return "" if known.tries else known.due


def to_visit(desk: Desk) -> list[str]:
    """Return the peers to poll: none if this node is reachable."""
    try:
        with desk.database.work() as work:
            if documents(work, desk.node)[-1].read().endpoints:
                return []
            met = [each for each in peers(work) if each.relation.standing in MET]
            return [each.node for each in met if judged_by(work, each).document.endpoints]
    except TidewaiterError:  # database busy or full; retried
        return []


def visit(
    desk: Desk, node: str, line: Line, done: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Poll a peer once, and process its request.

    Args:
        desk: The node's context.
        node: The peer.
        line: Connection to it.
        done: Name and answer of its previous request; None: none.

    Returns:
        Name and answer of its current request.

    Raises:
        InputError: An unsupported request.
        MissingError: No such peer.
        OutputError: Not reached.
        StoreError: The database is unavailable.
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
    """Process a request like the server of a reachable node."""
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
    """Connections to all peers, for several threads."""

    def __init__(self, line: Line, visits: Visits | None = None) -> None:
        """Set the connections.

        Args:
            line: To addresses.
            visits: To polling peers; None: polling is not possible.
        """
        self._line, self._visits = line, visits or Visits()

    def post(self, peer: Document, lines: Sequence[str]) -> list[str]:
        """Send lines; return the receipts.

        Raises:
            OutputError: Not reached, or no valid receipts.
        """
        if peer.endpoints:
            return self._line.post(peer.endpoints, lines)
        return self._visits.post(peer.node, lines)

    def ask(self, peer: Document, text: str) -> list[str]:
        """Ask for this node's messages; return the lines.

        Raises:
            OutputError: Not reached, or the peer does not know this node.
        """
        if peer.endpoints:
            return self._line.ask(peer.endpoints, text)
        return self._visits.ask(peer.node, text)

    def tell(self, peer: Document, documents: bytes) -> None:
        """Send documents of this node.

        Raises:
            OutputError: Not reached, or not accepted.
        """
        if peer.endpoints:
            self._line.tell(peer.endpoints, documents)
        else:
            self._visits.tell(peer.node, documents)
