"""The record of the queue: what a program gets, and what the page puts into words."""

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Alert
from tidewaiter.store.bulkdecisions import Batch
from tidewaiter.store.decisions import Standing
from tidewaiter.store.queue import Counts
from tidewaiter.store.savedfilters import SavedFilter
from tidewaiter.web.queuequery import QueueQuery
from tidewaiter.web.toasts import Step
from tidewaiter.web.uploadpages import Shown


class QueueRow(Record, frozen=True, kw_only=True):
    """An alert, and where it stands."""

    alert: Alert
    standing: Standing
    proposed: int | None  # the bulk decision that waits for a second officer; None: there is none


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
    batch: Batch | None  # the bulk decision that led here
    step: Step | None  # or the decision on one alert
    running: tuple[Shown, ...]  # uploads that are being screened or wait for it
    preparing: bool  # the sample is about to be put among them
    alone: bool  # the reader keeps the accounts, and nobody decides alerts
