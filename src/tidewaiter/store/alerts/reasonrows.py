"""The reasons of alerts as rows, by which they are counted."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import delete

from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.inserts import insert_rows
from tidewaiter.store.payloads import plain
from tidewaiter.store.slices import slices

_REASON = ("alert", "number", "rule", "points", "text", "source", "evidence")


def insert_reasons(work: Work, new: Iterable[Alert]) -> None:
    """Insert the reasons of alerts that are being stored."""
    rows = (row for alert in new for row in _rows(alert))
    insert_rows(work.connection, tables.reason, _REASON, rows)


def replace_reasons(work: Work, changed: Sequence[Alert]) -> None:
    """Put the reasons of stored alerts in the place of those that they had."""
    for some in slices([alert.id for alert in changed]):
        gone = delete(tables.reason).where(tables.reason.c.alert.in_(some))
        work.connection.execute(gone)
    insert_reasons(work, changed)


def _rows(alert: Alert) -> Iterator[tuple[object, ...]]:
    for number, reason in enumerate(alert.reasons, start=1):
        evidence = reason.evidence and msgspec.json.encode(reason.evidence).decode()
        text, source = plain(reason.text), plain(reason.source)
        yield alert.id, number, reason.rule, reason.points, text, source, evidence
