"""Delivery rounds: what is due to each peer is sent, and no peer waits for another.

Each peer is asked once, when the node starts, what it has of this node and has sent to it: a node
that was restored from an old copy does not know by itself that it has forgotten anything.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import InputError, OutputError, TidewaiterError
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.store.audit import moment
from tidewaiter.store.peers.directory import Due, judged_by, peer_of, peers_due
from tidewaiter.transport.context import Desk
from tidewaiter.transport.http_client import UnknownError
from tidewaiter.transport.reconciliation import Asking, catch_up
from tidewaiter.transport.sending import LONGEST, Post, Tell, put_off, send_round, tell_keys

_LOG = logging.getLogger("tidewaiter.transport")
_LOOKS = 0.25  # seconds between two looks for what is due
_AT_ONCE = 16  # peers to whom is sent at the same time


class Rounds:
    """Sends what is due, in threads of its own, until it is closed."""

    def __init__(
        self,
        desk: Desk,
        post: Post,
        ask: Asking | None = None,
        tell: Tell | None = None,
        visitors: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Begin.

        Args:
            desk: Of this node.
            post: The line to peers.
            ask: The same, for questions; None: this node forgets nothing.
            tell: The same, for documents of this node; None: they go as messages alone.
            visitors: Returns the peers without an address that are here now.
        """
        self._desk, self._post, self._ask, self._tell = desk, post, ask, tell
        self._visitors = visitors
        self._asked: set[str] = set()
        self._busy: set[str] = set()
        self._rests: dict[str, float] = {}  # until when, by a clock that nobody sets
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sender")
        self._rounds = Repeated("rounds", self._round, _LOOKS)
        self._rounds.start()

    def close(self) -> None:
        """End after the requests that are on their way."""
        self._rounds.close()
        self._pool.shutdown(cancel_futures=True)

    def _round(self) -> None:
        self._doubt()
        for node in self._due():
            if node not in self._busy:
                self._busy.add(node)
                self._pool.submit(self._send, node)

    def _doubt(self) -> None:
        """Ask those peers again who have said that they have something else than is known here."""
        while self._desk.doubted:
            self._asked.discard(self._desk.doubted.pop())

    def _due(self) -> list[str]:
        now = self._desk.clock()
        latest = now + timedelta(seconds=2 * LONGEST)
        asked = None if self._ask is None else tuple(self._asked)
        try:
            with self._desk.database.work() as work:
                here = self._visitors()
                due = peers_due(work, moment(now), moment(latest), here=here, asked=asked)
        except TidewaiterError:  # the database is busy or full; it is looked at again
            return []
        return [each.node for each in due if each.node in here or not self._is_left_alone(each)]

    def _is_left_alone(self, due: Due) -> bool:
        """Say whether it is too early for another try, however the clock was set meanwhile."""
        return due.tries > 0 and time.monotonic() < self._rests.get(due.node, 0.0)

    def _send(self, node: str) -> None:
        try:
            more = self._knows(node)
            while more and not self._rounds.leaving.is_set():
                done = send_round(self._desk, node, self._post, self._tell)
                self._rest(node, done.wait)
                if done.ask:
                    self._asked.discard(node)
                more = done.more
        except TidewaiterError:  # nothing was written, so nothing is lost: it is due again
            pass
        except Exception:  # noqa: BLE001 - a fault of ours: the others shall not pay for it
            _LOG.exception("sending to %s", node)
            self._put_off(node, "this node has a fault: look at its log")
        finally:
            self._busy.discard(node)

    def _knows(self, node: str) -> bool:
        """Ask a peer, once, what it has of this node; without an answer nothing is sealed."""
        if self._ask is None or node in self._asked:
            return True
        try:
            catch_up(self._desk, node, self._ask)
        except (OutputError, InputError) as error:
            if isinstance(error, UnknownError) and self._tell:
                tell_keys(self._desk, self._document(node), self._tell)
            self._put_off(node, error.message)
            return False
        self._asked.add(node)
        return True

    def _document(self, node: str) -> Document:
        with self._desk.database.work() as work:
            return judged_by(work, peer_of(work, node)).document

    def _rest(self, node: str, seconds: float) -> None:
        self._rests[node] = time.monotonic() + seconds

    def _put_off(self, node: str, trouble: str) -> None:
        with self._desk.database.work() as work:
            known = peer_of(work, node)
        self._rest(node, put_off(self._desk, known, trouble))
