"""Visiting: a node that nobody can reach goes to its peers, and answers what they ask there."""

import logging
import secrets
import threading
import time
from collections.abc import Sequence

from tidewaiter.base.errors import InputError, MissingError, TidewaiterError
from tidewaiter.courier.asking import answer
from tidewaiter.courier.backoff import wait_seconds
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.hearing import hear_documents
from tidewaiter.courier.line import DOCUMENT, HELD, REFUSED, Line
from tidewaiter.courier.receiving import receive
from tidewaiter.courier.visits import Job, read_job
from tidewaiter.exchange.asking import Visit, write_signed
from tidewaiter.exchange.relations import MET
from tidewaiter.store.documents import documents
from tidewaiter.store.peers import judged_by, peer_of, peers

_LOG = logging.getLogger("tidewaiter.courier")
_NONCE = 16  # bytes
_LOOKS = 5.0  # seconds between two looks for peers to be visited
_PATIENCE = 1.0


class Visiting:
    """Visits peers, each in a thread of its own, while this node has no address."""

    def __init__(self, desk: Desk, line: Line) -> None:
        self._desk, self._line = desk, line
        self._leaving = threading.Event()
        self._visited: dict[str, threading.Thread] = {}
        self._thread = threading.Thread(target=self._run, name="visiting", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the visits that are on their way."""
        self._leaving.set()
        self._thread.join()
        for each in self._visited.values():
            each.join(_PATIENCE)  # what it is at is done as a whole or not at all

    def _run(self) -> None:
        while not self._leaving.is_set():
            for node in to_visit(self._desk):
                thread = self._visited.get(node)
                if thread is None or not thread.is_alive():
                    thread = threading.Thread(target=self._keep_visiting, args=(node,), daemon=True)
                    self._visited[node] = thread
                    thread.start()
            self._leaving.wait(_LOOKS)

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
            raise MissingError("there is no such peer")
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
