"""Noting: what the log says of messages, so that nobody fills it in the name of another.

That a message was turned away is worth an entry each; but who sent it is not proved, and whoever
knows the name of a peer can send any number in that name.
"""

from tidewaiter.accounts.limits import Limiter
from tidewaiter.store.audit import Details

TAKEN = "message taken"
TURNED_AWAY = "message turned away"
UNLISTED = "more messages turned away than are listed"
MOST = 1_000  # entries about what was turned away, in the name of one peer
_SECONDS = 3600.0

Entry = tuple[str, Details]


class Noting:
    """Keeps or drops entries of the log; for one thread."""

    def __init__(self, most: int = MOST, seconds: float = _SECONDS) -> None:
        self._limiter = Limiter(most, seconds)
        self._over: set[str] = set()

    def kept(self, entry: Entry | None, now: float) -> Entry | None:
        """Return what is to be written of an entry: itself, that there are more, or nothing.

        Args:
            entry: About a message, with its peer; None: there is none.
            now: The moment in seconds.
        """
        if entry is None or entry[0] != TURNED_AWAY:
            return entry
        peer = str(entry[1]["peer"])
        if not self._limiter.waits(peer, now):
            self._over.discard(peer)
            return entry
        if peer in self._over:
            return None
        self._over.add(peer)
        return UNLISTED, {"peer": peer}
