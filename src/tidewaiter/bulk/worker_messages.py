"""Messages between a screening and its worker processes: batches of lines, and their alerts.

Everything that the parent does for a line or an alert, all workers wait for. So columns without a
value are not sent, and alerts come back as the JSON that the journal stores: the parent decodes
them only where something asks for them.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

import pyarrow as pa

from tidewaiter.base.phrases import decoder_of, stored_json
from tidewaiter.trade.types import Alert

_ALERT = decoder_of(Alert)


class SentLines(NamedTuple):
    """A batch of lines; read it with `received_lines`."""

    rows: int
    schema: bytes  # Arrow message with all columns
    filled: tuple[str, ...]  # names of the columns that have values
    values: bytes  # Arrow message with these columns


def sent_lines(batch: pa.RecordBatch) -> SentLines:
    """Encode a batch for another process, without columns that are empty.

    A pickled slice of a larger batch would bring all of it, and a column without values its zeros:
    together four times as many bytes for lines of goods and weights.
    """
    names = batch.schema.names
    filled = [name for name, column in zip(names, batch.columns, strict=True) if _has_value(column)]
    values = batch.select(filled).serialize().to_pybytes()
    return SentLines(len(batch), batch.schema.serialize().to_pybytes(), tuple(filled), values)


def _has_value(column: pa.Array) -> bool:
    return bool(column.null_count < len(column))


def received_lines(sent: SentLines) -> pa.RecordBatch:
    """Return the batch that `sent_lines` encoded."""
    schema = pa.ipc.read_schema(pa.py_buffer(sent.schema))
    part = pa.schema([schema.field(name) for name in sent.filled])
    values = pa.ipc.read_record_batch(pa.py_buffer(sent.values), part)
    columns = dict(zip(sent.filled, values.columns, strict=True))
    arrays = [
        columns[field.name] if field.name in columns else pa.nulls(sent.rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


class StoredAlerts(Sequence[Alert]):
    """Alerts as stored JSON, decoded when one is first asked for."""

    __slots__ = ("_decoded", "stored")

    def __init__(self, stored: tuple[bytes, ...]) -> None:
        """Take the JSON of each alert."""
        self.stored = stored
        self._decoded: tuple[Alert, ...] | None = None

    def _alerts(self) -> tuple[Alert, ...]:
        if self._decoded is None:
            self._decoded = tuple(map(_ALERT.decode, self.stored))
        return self._decoded

    def __len__(self) -> int:
        """Return the number of alerts."""
        return len(self.stored)

    @overload
    def __getitem__(self, index: int) -> Alert: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Alert, ...]: ...
    def __getitem__(self, index: int | slice) -> Alert | tuple[Alert, ...]:
        """Return an alert, or some."""
        return self._alerts()[index]

    def __iter__(self) -> Iterator[Alert]:
        """Yield the alerts."""
        return iter(self._alerts())

    def __reduce__(self) -> tuple[type["StoredAlerts"], tuple[tuple[bytes, ...]]]:
        """Support pickling, as JSON."""
        return StoredAlerts, (self.stored,)


def stored_alerts(alerts: Sequence[Alert]) -> tuple[bytes, ...]:
    """Return the stored JSON of each alert; of `StoredAlerts`, without decoding them."""
    if isinstance(alerts, StoredAlerts):
        return alerts.stored
    return tuple(map(stored_json, alerts))
