"""What the other lines say of each alert, and the parts into which all are written."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import msgspec
import pyarrow as pa

from tidewaiter.base.files import replacing
from tidewaiter.bulk.marks import Marks
from tidewaiter.bulk.spark.reading import one_row
from tidewaiter.bulk.spark.screening import alerts_in, past_of, rules_of, together_of
from tidewaiter.bulk.spark.types import PLACED, WRITTEN, Step, Task
from tidewaiter.consignments.past.marking import Gathered
from tidewaiter.consignments.signs import PartySigns, SignsFound
from tidewaiter.consignments.together import Key, Sum, Sums, Together
from tidewaiter.consignments.types import Alert
from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.sharing import Thing
from tidewaiter.report.exports import alert_writer


class Said(NamedTuple):
    """What all lines say: small, so that each process gets it."""

    sums: Sums
    signs: SignsFound
    past: Gathered | None  # None: no past is told


def add_up(adding: Together, found: pa.Table) -> None:
    """Add up what each batch added up.

    Args:
        adding: What adds up.
        found: The column `sums` of `SCREENED`.
    """
    for raw in filter(None, found.column("sums").to_pylist()):
        sums, left_out = _SUMS.decode(raw)
        adding.add_sums(dict(sums), left_out)


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
    for raw in filter(None, looked.column("shared").to_pylist()):
        signs.share(_SHARED.decode(raw))


def place_alerts(before: Mapping[int, int], batches: int, parts: int) -> Step:
    """Return the step from `SCREENED` to `PLACED`: lines that follow each other go to one part.

    Args:
        before: Batches of the files before each; alerts of others are left out.
        batches: All that there are.
        parts: How many parts there are.
    """

    def place(rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            for row in batch.select(["file", "batch", "alerts"]).to_pylist():
                if row["alerts"] and row["file"] in before:
                    part = (before[row["file"]] + row["batch"]) * parts // batches
                    yield one_row({**row, "part": part}, PLACED)

    return place


def write_parts(folder: Path, task: Task, said: Said | None, first: int = 0) -> Step:
    """Return the step from `PLACED`, in the order of lines, to `WRITTEN`.

    A part that is written twice, because a machine failed or was slow, is the same both times.

    Args:
        folder: Where the parts go; all machines see it.
        task: The screening.
        said: What all lines say; None: the alerts hold it already.
        first: The number of the first part.
    """

    def write(rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        cells = (row for batch in rows for row in batch.to_pylist())
        begin = next(cells, None)
        if begin is None:
            return
        mark = _marking(task, said)
        path = folder / f"part-{first + begin['part']:05}.{task.form}"
        count, learned = 0, task.beside is not None
        with replacing(path, _mark()) as part, alert_writer(part, learned=learned) as writer:
            for row in chain([begin], cells):
                alerts = [mark(alert) for alert in alerts_in(row["alerts"])]
                writer.add(alerts)
                count += len(alerts)
        yield one_row({"part": begin["part"], "alerts": count}, WRITTEN)

    return write


def _marking(task: Task, said: Said | None) -> Callable[[Alert], Alert]:
    """Return what adds to an alert what other lines say, and what decisions taught."""
    beside = task.beside or (lambda alert: alert)
    if said is None:
        return beside
    together, past = together_of(task.settings, said.sums), None
    if said.past is not None:
        past = past_of(task.settings, together)
        past.take(said.past)
    marks = Marks(together, PartySigns(rules_of(task.settings), said.signs), past)
    return lambda alert: beside(marks.mark(alert))


def _mark() -> str:
    """Return what no other process has in the names of its half-written files."""
    return uuid4().hex
