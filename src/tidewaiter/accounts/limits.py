"""Limits: how often someone may try something, counted over a window that slides."""

import threading
from collections import OrderedDict, deque

KEYS = 10_000  # that are counted at a time; the one that asked longest ago gives way


class Limiter:
    """Counts tries by key, over the last so many seconds; threads may share it."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def waits(self, key: str, now: float) -> float:
        """Count a try; return how many seconds to wait before the next, 0 where it may go on.

        Args:
            key: Who tries.
            now: The moment in seconds, of a clock that only goes on.
        """
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            self._tries.move_to_end(key)
            while len(self._tries) > KEYS:
                self._tries.popitem(last=False)
            while tries and tries[0] <= now - self._seconds:
                tries.popleft()
            if len(tries) >= self._most:
                return tries[0] + self._seconds - now
            tries.append(now)
            return 0.0
