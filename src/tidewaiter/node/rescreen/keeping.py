"""Keeping what the other lines say of the alerts of a file in the database that holds them."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import read_journal
from tidewaiter.bulk.marks import Marks
from tidewaiter.consignments.types import Alert
from tidewaiter.store.alerts import add_alerts
from tidewaiter.store.database import Database, Stamp
from tidewaiter.store.marking import mark_alerts

_AT_ONCE: Final = 500  # alerts of one transaction, so that others get their turn


class Kept(Record, frozen=True, kw_only=True):
    """What a piece of work did."""

    looked: int = 0  # alerts
    changed: int = 0  # that say something else now
    raised: int = 0  # of these, whose severity is another now
    noted: int = 0  # decided ones that got a note
    selected: int = 0  # new alerts of lines that had none

    def plus(self, other: "Kept") -> "Kept":
        """Add what another piece of work did."""
        return Kept(
            looked=self.looked + other.looked,
            changed=self.changed + other.changed,
            raised=self.raised + other.raised,
            noted=self.noted + other.noted,
            selected=self.selected + other.selected,
        )


def keep_marks(
    database: Database, screening: int, journal: Path, marks: Marks, stamp: Callable[[], Stamp]
) -> Iterator[Kept]:
    """Mark the stored alerts of a file, and store those that only rules of the past select.

    Called again after a stop, it does the same: what is said already is not written again.

    Args:
        database: Which holds its lines and alerts.
        screening: Its id there.
        journal: Of the screening.
        marks: What the other lines say.
        stamp: Says who keeps it, and when.

    Yields:
        What each piece of work did.
    """
    found = (e.id for e in read_journal(journal) if isinstance(e, Alert))
    while some := list(islice(found, _AT_ONCE)):
        yield mark_some(database, some, marks.mark, stamp)
    more = marks.selected()
    while selected := list(islice(more, _AT_ONCE)):
        with database.work(stamp()) as work:
            new = set(add_alerts(work, screening, selected))
        known = [alert.id for alert in selected if alert.id not in new]
        yield mark_some(database, known, marks.mark, stamp).plus(Kept(selected=len(new)))


def mark_some(
    database: Database, ids: list[str], mark: Callable[[Alert], Alert], stamp: Callable[[], Stamp]
) -> Kept:
    """Mark some stored alerts in one piece of work."""
    with database.work(stamp()) as work:
        told = mark_alerts(work, ids, mark)
    return Kept(
        looked=len(ids), changed=len(told.changed), raised=told.raised, noted=len(told.noted)
    )
