"""The record of the queue: what a program gets, and what the page puts into words."""

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Alert
from tidewaiter.store.decisions import Standing
from tidewaiter.store.queue import Counts
from tidewaiter.store.savedfilters import SavedFilter
from tidewaiter.web.queuequery import QueueQuery


class QueueRow(Record, frozen=True, kw_only=True):
    """An alert, and where it stands."""

    alert: Alert
    standing: Standing


class QueuePage(Record, frozen=True, kw_only=True):
    """A page of the queue."""

    query: QueueQuery
    rows: tuple[QueueRow, ...]
    total: int
    earlier: bool  # there may be alerts before these
    later: bool  # there are alerts behind these
    whole: tuple[str, ...]  # words of which only whole ones were looked for
    counts: Counts
    last: int  # id of the last decision of any alert: what is decided in bulk rests on it
    saved: tuple[SavedFilter, ...]
