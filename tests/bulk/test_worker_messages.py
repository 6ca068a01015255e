"""Batches and alerts as they pass between processes."""

import pickle
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

import pyarrow as pa
import pytest

from tidewaiter.base.phrases import stored_json
from tidewaiter.bulk.screening import Settings, screen_batch
from tidewaiter.bulk.worker_messages import (
    StoredAlerts,
    received_lines,
    sent_lines,
    stored_alerts,
)
from tidewaiter.trade.types import LINES, Refusal

Read = Callable[[], Iterator[pa.RecordBatch | Refusal]]


T = TypeVar("T")


def _passed(message: T) -> T:
    """Pass a message as a pool does."""
    found: T = pickle.loads(pickle.dumps(message))  # noqa: S301 - made here
    return found


@pytest.fixture(scope="module")
def batch(read: Read) -> pa.RecordBatch:
    """Read the first hundred lines of the sample."""
    return next(item for item in read() if isinstance(item, pa.RecordBatch))


def test_a_batch_arrives_as_it_was_sent(batch: pa.RecordBatch) -> None:
    """Columns with and without values, and those of a slice, keep their values and their types."""
    for sent in (batch, batch.slice(17, 30), batch.slice(0, 0)):
        found = received_lines(_passed(sent_lines(sent)))
        assert found.equals(sent, check_metadata=True)
        found.validate(full=True)


def test_only_values_are_sent(batch: pa.RecordBatch) -> None:
    """A message of a few lines is as small as these lines, and has no column that is empty."""
    few = sent_lines(batch.slice(50, 5))
    assert len(few.values) < len(sent_lines(batch).values) / 3
    empty = {name for name in LINES.names if batch.column(name).null_count == len(batch)}
    assert empty
    assert not empty & {*sent_lines(batch).filled}


def test_alerts_arrive_as_they_were_sent(read: Read, settings: Settings) -> None:
    """What a worker sends is the JSON of each alert, and decodes to the same alerts."""
    batches = (item for item in read() if isinstance(item, pa.RecordBatch))
    alerts = [a for each in islice(batches, 5) for a in screen_batch(each, settings).alerts]
    assert len(alerts) > 20
    sent = StoredAlerts(stored_alerts(alerts))
    found = _passed(sent)
    assert stored_alerts(found) == tuple(map(stored_json, alerts))
    assert (len(found), [*found], found[3:5]) == (len(alerts), alerts, tuple(alerts[3:5]))
