"""Rounds: whatever is due to any peer is sent, one peer never waiting for another."""

import threading
from concurrent.futures import ThreadPoolExecutor

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.sending import Post, Round, Tell, send_round
from tidewaiter.store.audit import moment
from tidewaiter.store.peers import peers_due

_LOOKS = 0.25  # seconds between two looks for what is due
_AT_ONCE = 16  # peers to whom is sent at the same time


class Rounds:
    """Sends what is due, in threads of its own, until it is closed."""

    def __init__(self, desk: Desk, post: Post, tell: Tell | None = None) -> None:
        self._desk, self._post, self._tell = desk, post, tell
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
        try:
            with self._desk.database.work() as work:
                return peers_due(work, moment(self._desk.clock()))
        except TidewaiterError:  # the database is busy or full; it is looked at again
            return []

    def _send(self, node: str) -> None:
        try:
            while not self._leaving.is_set() and self._round(node).more:
                pass
        except TidewaiterError:  # nothing was written, so nothing is lost: it is due again
            pass
        finally:
            self._busy.discard(node)

    def _round(self, node: str) -> Round:
        return send_round(self._desk, node, self._post, self._tell)
