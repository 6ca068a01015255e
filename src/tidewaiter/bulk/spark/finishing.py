"""What the other lines say of each alert, and the parts into which all are written."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from uuid import uuid4

import msgspec
import pyarrow as pa

from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.bulk.marks import Marks
from tidewaiter.bulk.spark.reading import one_row
from tidewaiter.bulk.spark.screening import alerts_in, rules_of, together_of
from tidewaiter.bulk.spark.types import PLACED, WRITTEN, Step, Task
from tidewaiter.consignments.signs import PartySigns, SignsFound
from tidewaiter.consignments.together import Key, Sum, Sums, Together
from tidewaiter.consignments.types import Alert
from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.sharing import Thing
from tidewaiter.report.exports import alert_writer


class Said(Record, frozen=True, kw_only=True):
    """What all lines say: small, so that each process gets it."""

    sums: Sums
    signs: SignsFound


def add_up(found: pa.Table, task: Task) -> Together:
    """Add up what each batch added up.

    Args:
        found: The column `sums` of `SCREENED`.
        task: The screening.
    """
    adding = together_of(task.settings)
    for raw in filter(None, found.column("sums").to_pylist()):
        sums, left_out = _SUMS.decode(raw)
        adding.add_sums(dict(sums), left_out)
    return adding


_SUMS = msgspec.json.Decoder(tuple[list[tuple[Key, Sum]], int])
_PARTIES = msgspec.json.Decoder(list[Written])
_SHARED = msgspec.json.Decoder(list[tuple[Written, Thing]])


def want(found: pa.Table, task: Task) -> PartySigns:
    """Take up the parties of alerts.

    Args:
        found: The column `parties` of `SCREENED`, in the order of lines.
        task: The screening.
    """
    signs = PartySigns(rules_of(task.settings))
    for raw in filter(None, found.column("parties").to_pylist()):
        signs.want(_PARTIES.decode(raw))
    return signs


def share(signs: PartySigns, looked: pa.Table) -> None:
    """Take up the parties that share something.

    Args:
        signs: Which has begun.
        looked: Of the schema `LOOKED`, in the order of lines.
    """
    for raw in looked.column("shared").to_pylist():
        signs.share(_SHARED.decode(raw))


def place_alerts(before: Mapping[int, int], batches: int, parts: int) -> Step:
    """Return the step from `SCREENED` to `PLACED`: lines that follow each other go to one part.

    Args:
        before: Batches of the files before each.
        batches: All that there are.
        parts: How many parts there are.
    """

    def place(rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            for row in batch.select(["file", "batch", "alerts"]).to_pylist():
                if row["alerts"]:
                    part = (before[row["file"]] + row["batch"]) * parts // batches
                    yield one_row({**row, "part": part}, PLACED)

    return place


def write_parts(folder: Path, task: Task, said: Said) -> Step:
    """Return the step from `PLACED`, in the order of lines, to `WRITTEN`.

    A part that is written twice, because a machine failed or was slow, is the same both times.

    Args:
        folder: Where the parts go; all machines see it.
        task: The screening.
        said: What all lines say.
    """

    def write(rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        signs = PartySigns(rules_of(task.settings), said.signs)
        marks = Marks(together_of(task.settings, said.sums), signs)
        cells = (row for batch in rows for row in batch.to_pylist())
        first = next(cells, None)
        if first is None:
            return
        path = folder / f"part-{first['part']:05}.{task.form}"
        count = 0
        with replacing(path, _mark()) as part, alert_writer(part) as writer:
            for row in chain([first], cells):
                alerts = _marked(row["alerts"], marks)
                writer.add(alerts)
                count += len(alerts)
        yield one_row({"part": first["part"], "alerts": count}, WRITTEN)

    return write


def _marked(raw: bytes, marks: Marks) -> list[Alert]:
    return [marks.mark(alert) for alert in alerts_in(raw)]


def _mark() -> str:
    """Return what no other process has in the names of its half-written files."""
    return uuid4().hex
