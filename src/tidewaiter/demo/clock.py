"""The clock of a story: what day it is there, for all nodes of it, in a file that they look at."""

import time
from datetime import datetime, timedelta
from pathlib import Path


class StoryClock:
    """Tells the moment of a story; between two days of it, it goes as fast as any other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[str, datetime, float] | None = None

    def set(self, moment: datetime) -> None:
        """Let it be another moment from now on; it is seen by all who look at the file."""
        part = self._path.with_suffix(".part")
        part.write_text(moment.isoformat(), encoding="ascii")
        part.replace(self._path)

    def __call__(self) -> datetime:
        """Return the moment."""
        text, now = self._path.read_text(encoding="ascii"), time.monotonic()
        if self._read is None or self._read[0] != text:
            self._read = (text, datetime.fromisoformat(text), now)
        _, told, at = self._read
        return told + timedelta(seconds=now - at)
