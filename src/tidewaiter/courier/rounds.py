"""Rounds: whatever is due to any peer is sent, one peer never waiting for another."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tidewaiter.base.errors import InputError, OutputError, TidewaiterError
from tidewaiter.courier.asking import Asking, catch_up
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.sending import LONGEST, Post, Tell, put_off, send_round
from tidewaiter.store.audit import moment
from tidewaiter.store.peers import peer_of, peers_due

_LOG = logging.getLogger("tidewaiter.courier")
_LOOKS = 0.25  # seconds between two looks for what is due
_AT_ONCE = 16  # peers to whom is sent at the same time


class Rounds:
    """Sends what is due, in threads of its own, until it is closed."""

    def __init__(
        self, desk: Desk, post: Post, ask: Asking | None = None, tell: Tell | None = None,
        visitors: Callable[[], Sequence[str]] = tuple,
    ) -> None:  # fmt: skip
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
        self._leaving = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sender")
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the requests that are on their way."""
        self._leaving.set()
        self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while not self._leaving.is_set():
            for node in self._due():
                if node not in self._busy:
                    self._busy.add(node)
                    self._pool.submit(self._send, node)
            self._leaving.wait(_LOOKS)

    def _due(self) -> list[str]:
        now = self._desk.clock()
        latest = now + timedelta(seconds=2 * LONGEST)
        try:
            with self._desk.database.work() as work:
                here = self._visitors()
                return peers_due(work, moment(now), moment(latest), here=here)
        except TidewaiterError:  # the database is busy or full; it is looked at again
            return []

    def _send(self, node: str) -> None:
        try:
            more = self._knows(node)
            while more and not self._leaving.is_set():
                done = send_round(self._desk, node, self._post, self._tell)
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
            self._put_off(node, error.message)
            return False
        self._asked.add(node)
        return True

    def _put_off(self, node: str, trouble: str) -> None:
        with self._desk.database.work() as work:
            known = peer_of(work, node)
        put_off(self._desk, known, trouble)
