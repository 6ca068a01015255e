"""Source data for selecting inspections: lines of files by date, and their open alerts."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Join, func, select

from tidewaiter.base.records import Record
from tidewaiter.casework.selection.types import Selection
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.audit import record_change
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Work
from tidewaiter.store.screening.lines import StoredBatch, batches_of
from tidewaiter.trade.types import Alert

_DIGITS = 12  # of a file's hash, enough to distinguish files of one name


class Days(Record, frozen=True, kw_only=True):
    """Closed interval of UTC days; None: open."""

    first: date | None = None
    last: date | None = None


def file_label(name: str, sha256: str) -> str:
    """Return the label that distinguishes a file from others of its name."""
    return f"{name}@{sha256[:_DIGITS]}"


def lines_seen(work: Work, days: Days) -> Iterator[StoredBatch]:
    """Read the lines of the files received in a period.

    Args:
        work: Any transaction.
        days: Period in which the files were first seen.
    """
    c = tables.line.c
    joined = select(c.id).select_from(tables.line.join(tables.source)).where(*_seen(days))
    yield from batches_of(work, work.connection.execute(joined).scalars())


def open_alerts_seen(work: Work, days: Days, *, restricted: bool) -> Iterator[tuple[str, Alert]]:
    """Read the open alerts on lines of the files received in a period.

    Args:
        work: Any transaction.
        days: Period in which the files were first seen.
        restricted: Whether to include those on restricted entries.

    Yields:
        The label of the file, and the alert.
    """
    c, f = tables.alert.c, tables.source.c
    wanted = select(c.id, f.name, f.sha256).select_from(_sourced())
    wanted = wanted.where(c.status == "open", *_seen(days)).order_by(c.number)
    if not restricted:
        wanted = wanted.where(c.restricted == 0)
    labels = {row.id: file_label(row.name, row.sha256) for row in work.connection.execute(wanted)}
    for some in slices(list(labels)):
        for alert in alerts_of(work, some):
            yield labels[alert.id], alert


def note_seed(work: Work, commitment: str) -> None:
    """Commit to a seed in the audit log, before lines are drawn with it.

    Args:
        work: A write transaction.
        commitment: SHA-256 of the seed.
    """
    record_change(work, "seed promised", {"commitment": commitment})


def note_list(work: Work, told: Selection) -> None:
    """Record in the audit log that a list was made, before anything on it is inspected.

    Args:
        work: A write transaction.
        told: The selection.
    """
    said: dict[str, str | int] = {
        "commitment": told.commitment,
        "digest": told.digest,
        "lines": told.lines,
        "quota": told.plan.quota,
    }
    said |= {f"by {arm}": count for arm, count in told.arms.items()}
    record_change(work, "inspection list made", said)


def restricted_seen(work: Work, days: Days) -> int:
    """Count the open alerts on restricted entries."""
    c = tables.alert.c
    wanted = select(func.count()).select_from(_sourced())
    wanted = wanted.where(c.status == "open", c.restricted == 1, *_seen(days))
    return int(work.connection.execute(wanted).scalar_one())


def _sourced() -> Join:
    return tables.alert.join(tables.source, tables.alert.c.source == tables.source.c.id)


def _seen(days: Days) -> Iterator[ColumnElement[bool]]:
    seen = tables.source.c.first_seen
    if days.first is not None:
        yield seen >= days.first.isoformat()
    if days.last is not None:
        yield seen < (days.last + timedelta(days=1)).isoformat()
