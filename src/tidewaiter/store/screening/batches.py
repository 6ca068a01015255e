"""A batch of a screening: its lines, alerts and refusals with the checkpoint, in one go."""

from collections.abc import Sequence

import pyarrow as pa
from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Alert, Refusal
from tidewaiter.store import tables
from tidewaiter.store.alerts import insert_alerts
from tidewaiter.store.audit import record_change
from tidewaiter.store.database import Work
from tidewaiter.store.lines import insert_lines
from tidewaiter.store.parties import insert_parties
from tidewaiter.store.partyalerts import insert_party_alerts
from tidewaiter.store.refusals import insert_refusals
from tidewaiter.store.screenings import advance
from tidewaiter.store.tallies import count_lines


class Batch(Record, frozen=True, kw_only=True):
    """What one step of a screening read and found."""

    lines: pa.RecordBatch  # of the schema LINES
    alerts: Sequence[Alert] = ()
    refusals: Sequence[Refusal] = ()
    done_row: int  # the last row of data that is read with it: 1 is the first


class Added(Record, frozen=True, kw_only=True):
    """What of a batch was new to the database."""

    lines: int
    alerts: tuple[str, ...]  # ids
    refusals: int


def add_batch(work: Work, screening_id: int, batch: Batch) -> Added:
    """Store a batch and the checkpoint after it; what is known already stays as it is.

    Nothing of the batch is kept unless the work ends well, so a screening that is cut off
    goes on at its checkpoint, and loses and doubles nothing.

    Args:
        work: Begun with a stamp.
        screening_id: Of the screening; its source is where the lines come from.
        batch: Each alert is of a line of this batch, or of one stored before.

    Returns:
        What was new.
    """
    s = tables.screening.c
    source = work.connection.execute(select(s.source).where(s.id == screening_id)).scalar_one()
    added = Added(
        lines=insert_lines(work, source, batch.lines),
        alerts=insert_alerts(work, source, screening_id, batch.alerts),
        refusals=insert_refusals(work, source, batch.refusals),
    )
    if added.lines:
        count_lines(work, added.lines)
        insert_parties(work, source, batch.lines)
    insert_party_alerts(work, batch.alerts, added.alerts)
    counts = {
        "lines": len(batch.lines),
        "alerts": len(batch.alerts),
        "refusals": len(batch.refusals),
        "new_lines": added.lines,
        "new_alerts": len(added.alerts),
    }
    moved = advance(work, screening_id, batch.done_row, counts)
    if moved or added.lines or added.alerts or added.refusals:
        details = {"screening": screening_id, "rows_done": batch.done_row, **counts}
        record_change(work, "batch added", details)
    return added
