"""Model cache of the server: model, drift, returned inspection lists.

The files may be replaced while the server runs: they are reloaded when changed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from msgspec import UNSET, structs

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.drift import Drift, drift
from tidewaiter.casework.ranking.features import values_of
from tidewaiter.casework.ranking.model import MODEL, Ranker, explained, lists_in, read_ranker
from tidewaiter.report.selection import Row, read_list
from tidewaiter.store.core.database import Work
from tidewaiter.store.ranking import alerts_in, outcomes
from tidewaiter.store.selection import Days
from tidewaiter.trade.types import Alert

NEWEST = 2_000  # alerts examined for drift
_FRESH = timedelta(hours=1)  # cache lifetime of drift

Mark = tuple[int, int]
"""Size and modification time of a file, which identify its content."""


class Drifted(Record, frozen=True, kw_only=True):
    """Drift since training, and when it was computed."""

    at: datetime
    drift: Drift


class Taught:
    """The ranker folder."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._ranker: tuple[Mark, Ranker] | None = None
        self._drift: tuple[str, Drifted] | None = None

    def ranker(self) -> Ranker | None:
        """Return the model; None: no folder, or no model in it.

        Raises:
            InputError: Not a model, or altered.
        """
        path = self.folder / MODEL if self.folder else None
        if path is None or not path.is_file():
            return None
        said = path.stat()
        mark = (said.st_size, said.st_mtime_ns)
        if self._ranker is None or self._ranker[0] != mark:
            self._ranker = (mark, read_ranker(path))
        return self._ranker[1]

    def beside(self, alert: Alert) -> Alert:
        """Return an alert with learned reasons, if a valid model exists."""
        told = self.telling()
        return structs.replace(alert, learned=UNSET) if told is None else told(alert)

    def telling(self) -> Callable[[Alert], Alert] | None:
        """Return the function that adds learned reasons, for one model; None: no valid model."""
        ranker = self.sound()
        return None if ranker is None else partial(explained, ranker)

    def sound(self) -> Ranker | None:
        """Return the model; None: none readable. Its own page shows the error."""
        try:
            return self.ranker()
        except (TidewaiterError, OSError):
            return None

    def lists(self) -> list[Row]:
        """Read the returned inspection lists, by name.

        Raises:
            InputError: Unreadable list.
        """
        found = lists_in(self.folder) if self.folder else []
        return [row for path in found for row in read_list(path)]

    def drifted(self, work: Work, ranker: Ranker, now: Callable[[], datetime]) -> Drifted:
        """Compare the newest alerts with training; cached for an hour."""
        name, at = ranker.model.sha256, now()
        if self._drift is not None and self._drift[0] == name and at - self._drift[1].at < _FRESH:
            return self._drift[1]
        first = ranker.model.training.last + timedelta(days=1)
        rows = [values_of(alert) for alert in alerts_in(work, Days(first=first), most=NEWEST)]
        decided = list(outcomes(work, Days(first=first), most=NEWEST))
        seen = drift(ranker, rows, decided, (first, at.date()))
        self._drift = (name, Drifted(at=at, drift=seen))
        return self._drift[1]
