"""Delivery rounds: due messages are sent to each peer independently.

At start, each peer is asked once for this node's messages that it holds and its own: a node
restored from a backup cannot know that it has lost anything.
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
from tidewaiter.transport.sending import LONGEST, Post, Tell, put_off, send_keys, send_round

_LOG = logging.getLogger("tidewaiter.transport")
_LOOKS = 0.25  # polling interval in seconds
_AT_ONCE = 16  # concurrent peers


class Rounds:
    """Sends due messages in background threads until closed."""

    def __init__(
        self,
        desk: Desk,
        post: Post,
        ask: Asking | None = None,
        tell: Tell | None = None,
        visitors: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Start.

        Args:
            desk: The node's context.
            post: Sends messages to peers.
            ask: Sends queries; None: this node never loses data.
            tell: Sends documents of this node; None: they are sent as messages only.
            visitors: Returns the polling peers connected now.
        """
        self._desk, self._post, self._ask, self._tell = desk, post, ask, tell
        self._visitors = visitors
        self._asked: set[str] = set()
        self._busy: set[str] = set()
        self._rests: dict[str, float] = {}  # back-off end, on a monotonic clock
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sender")
        self._rounds = Repeated("rounds", self._round, _LOOKS)
        self._rounds.start()

    def close(self) -> None:
        """Stop after the requests in progress."""
        self._rounds.close()
        self._pool.shutdown(cancel_futures=True)

    def _round(self) -> None:
        self._doubt()
        for node in self._due():
            if node not in self._busy:
                self._busy.add(node)
                self._pool.submit(self._send, node)

    def _doubt(self) -> None:
        """Query peers again that reported a different state."""
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
        except TidewaiterError:  # database busy or full; retried
            return []
        return [each.node for each in due if each.node in here or not self._is_left_alone(each)]

    def _is_left_alone(self, due: Due) -> bool:
        """Return whether a back-off is still running, independent of clock changes."""
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
        except TidewaiterError:  # nothing was written, so nothing is lost: retried
            pass
        except Exception:  # noqa: BLE001 - our bug must not affect other peers
            _LOG.exception("sending to %s", node)
            self._put_off(node, "this node has a fault: look at its log")
        finally:
            self._busy.discard(node)

    def _knows(self, node: str) -> bool:
        """Query a peer once for this node's messages; nothing is sealed until it answers."""
        if self._ask is None or node in self._asked:
            return True
        try:
            catch_up(self._desk, node, self._ask)
        except (OutputError, InputError) as error:
            if isinstance(error, UnknownError) and self._tell:
                send_keys(self._desk, self._document(node), self._tell)
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
