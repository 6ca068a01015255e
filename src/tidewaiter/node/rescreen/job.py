"""Re-screening by itself: when party lists or judgements have changed, past lines are looked up.

The web server watches the folder of lists. A change is seen by file times within seconds; a new day
counts too, as entries and links of ownership begin and end. Whether anything is different for the
stored lines is then found in a process of its own, so neither pages nor uploads wait for it.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import alone
from tidewaiter.base.records import Record
from tidewaiter.bulk.screening import Settings
from tidewaiter.lists.archive import Archive, FolderState, folder_state
from tidewaiter.lists.decisions import JUDGEMENTS_FILE, threshold_for
from tidewaiter.lists.generation import generation_of
from tidewaiter.node.rescreen.again import screen_again
from tidewaiter.node.rescreen.basis import Basis, basis_of
from tidewaiter.node.rescreen.cross_line import mark_again
from tidewaiter.node.rescreen.database_inputs import switched
from tidewaiter.node.rescreen.plan import Plan, last_bases, plan_of
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import past_runs

_LOG = logging.getLogger("tidewaiter.rescreen")
_LOOK: Final = 10.0  # seconds between looks at the folder
LOCK: Final = "rescreening.journal"
"""Lock in the spool that one re-screening at a time holds."""
AT_WORK: Final = "base/another-is-at-work"
"""Code of the error when another process has the lock."""


class Rescreened(Record, frozen=True, kw_only=True):
    """What a re-screening did."""

    lines: int  # screened again
    alerts: int  # new
    notes: int  # alerts with a note


class Stopped(Exception):  # noqa: N818 - no error
    """The server ends; nothing was stored, and the next start tries again."""


class _State(NamedTuple):
    lists: FolderState
    judgements: tuple[int, int]  # time of the last change (ns), and size
    day: date


class ListWatch:
    """Tells when the folder of lists, or the day, is another one than at the last look."""

    def __init__(self, desk: Desk, today: Callable[[], date], *, pause: float = _LOOK) -> None:
        """Watch from now on; the first look counts as a change.

        Args:
            desk: With the folder.
            today: Returns the current day.
            pause: Seconds between looks.
        """
        self._desk, self._today, self._pause = desk, today, pause
        self._seen: _State | None = None
        self._looked = -pause

    def has_changed(self) -> bool:
        """Return whether there is a change that was not taken up."""
        now = time.monotonic()
        if self._desk.lists is None or now - self._looked < self._pause:
            return False
        self._looked = now
        return self._state() != self._seen

    def take_up(self) -> None:
        """Take up the change: later looks compare with the current state."""
        self._seen = self._state()

    def forget(self) -> None:
        """Take back what was taken up: the work on it failed."""
        self._seen = None

    def _state(self) -> _State:
        folder = self._desk.lists
        place = folder / JUDGEMENTS_FILE if folder else None
        try:
            told = place.stat() if place else None
        except OSError:
            told = None
        judged = (told.st_mtime_ns, told.st_size) if told else (0, 0)
        return _State(folder_state(folder), judged, self._today())


def due_settings(desk: Desk, database: Database, day: date) -> Settings | None:
    """Return the settings of a re-screening; None: nothing has changed for the stored lines.

    Changes of lists, of judgements, and of days of entries and links count. An update of Tidewaiter
    or its rules alone does not: that is a decision of an administrator (`screen --again`).
    """
    if desk.lists is None or not Archive(desk.lists).slugs():
        return None
    with database.work() as work:
        runs = [run for past in past_runs(work) for run in past.runs]
    if not runs:
        return None
    streets = {basis.street for basis in last_bases(runs)}
    settings = Settings(
        day=day,
        file="",
        sha256="",
        own=desk.own,
        rules=desk.rules,
        street=streets == {True},
        lists=desk.lists,
        threshold=threshold_for(desk.lists, desk.threshold),
    )
    settings = switched(settings, database)
    basis = basis_of(settings)
    plan = plan_of(runs, settings, basis, whole=False)
    return settings if _is_due(plan, last_bases(runs), basis) else None


def _is_due(plan: Plan, known: list[Basis], now: Basis) -> bool:
    told = plan.difference
    if told is None:  # a version is no longer stored, or was never known: other versions are due
        return any(was.lists != now.lists for was in known)
    return bool(told.new or told.changed or told.removed or told.turned or plan.judged)


def rescreen(
    database: Database, settings: Settings, stamp: Callable[[], Stamp], leaving: threading.Event
) -> Rescreened:
    """Screen the lines concerned again, and store alerts and notes, all or none.

    Args:
        database: With past screenings.
        settings: From `due_settings`.
        stamp: Acting user and time.
        leaving: Set: stop after the current batch.

    Raises:
        Stopped: The server ends.
    """
    if settings.lists is not None:
        generation_of(Archive(settings.lists))
    lines = alerts = 0
    with screen_again(database, settings) as again:
        for stored, new in again.batches():
            if leaving.is_set():
                raise Stopped
            lines += len(stored.lines)
            alerts += len(new)
        with database.work() as work:
            notes = len({each.alert for each in again.due(work)})
    mark_again(database, settings, stamp)
    return Rescreened(lines=lines, alerts=alerts, notes=notes)


def rescreen_if_due(
    database: Database,
    desk: Desk,
    day: date,
    stamp: Callable[[], Stamp],
    leaving: threading.Event,
) -> Rescreened | None:
    """Screen past lines again if lists have changed for them; one process at a time.

    Returns:
        What was done; None: nothing was due, or another process is at it.
    """
    settings = due_settings(desk, database, day)
    if settings is None:
        return None
    try:
        with alone(desk.spool.folder / LOCK, "re-screening"):
            settings = due_settings(desk, database, day)  # another process may have done it
            done = rescreen(database, settings, stamp, leaving) if settings else None
    except Stopped:
        return None
    except OutputError as error:
        if error.code != AT_WORK:
            raise  # it failed, and is tried again
        return None
    if done:
        text = "lists have changed: %s lines screened again, %s new alerts, %s alerts with a note"
        _LOG.info(text, done.lines, done.alerts, done.notes)
    return done
