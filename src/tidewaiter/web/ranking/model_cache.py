"""The ranking model as the server holds it: the model, its drift, the returned lists.

The files may be replaced while the server runs: they are read again when they have changed.
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

NEWEST = 2_000  # alerts that are looked at for drift
_FRESH = timedelta(hours=1)  # for so long drift is not looked for again

Mark = tuple[int, int]
"""Size and time of a file: where they are the same, so is what stands in it."""


class Drifted(Record, frozen=True, kw_only=True):
    """What is seen of the alerts since training, and when it was looked for."""

    at: datetime
    drift: Drift


class Taught:
    """The folder of the ranker."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._ranker: tuple[Mark, Ranker] | None = None
        self._drift: tuple[str, Drifted] | None = None

    def ranker(self) -> Ranker | None:
        """Return the model; None: no folder is named, or it holds none.

        Raises:
            InputError: It is no model, or was changed by hand.
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
        """Return an alert with what decisions taught of it, where a sound model is there."""
        told = self.telling()
        return structs.replace(alert, learned=UNSET) if told is None else told(alert)

    def telling(self) -> Callable[[Alert], Alert] | None:
        """Return what adds to alerts what decisions taught, by one model; None: none is sound."""
        ranker = self.sound()
        return None if ranker is None else partial(explained, ranker)

    def sound(self) -> Ranker | None:
        """Return the model; None: there is none that can be read. Its own page says why."""
        try:
            return self.ranker()
        except (TidewaiterError, OSError):
            return None

    def lists(self) -> list[Row]:
        """Read the inspection lists that came back, in the order of their names.

        Raises:
            InputError: A list cannot be read.
        """
        found = lists_in(self.folder) if self.folder else []
        return [row for path in found for row in read_list(path)]

    def drifted(self, work: Work, ranker: Ranker, now: Callable[[], datetime]) -> Drifted:
        """Compare the newest alerts since training with it; what was seen is kept for an hour."""
        name, at = ranker.model.sha256, now()
        if self._drift is not None and self._drift[0] == name and at - self._drift[1].at < _FRESH:
            return self._drift[1]
        first = ranker.model.training.last + timedelta(days=1)
        rows = [values_of(alert) for alert in alerts_in(work, Days(first=first), most=NEWEST)]
        decided = list(outcomes(work, Days(first=first), most=NEWEST))
        seen = drift(ranker, rows, decided, (first, at.date()))
        self._drift = (name, Drifted(at=at, drift=seen))
        return self._drift[1]
