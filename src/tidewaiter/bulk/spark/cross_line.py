"""Findings from other lines and history on a cluster, and the output files."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.base.files import replacing
from tidewaiter.bulk.cross_line import Marks
from tidewaiter.bulk.spark.batches import (
    ASKED,
    NARROW,
    PLACED,
    SELECTED,
    WRITTEN,
    Rows,
    Step,
    Task,
    alerts_in,
    check_whole,
    lines_in,
    one_row,
    past_of,
    rows_in,
    rules_of,
    streamed,
    together_of,
    written_alerts,
)
from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.shared_attributes import SharedThing
from tidewaiter.trade.aggregation import Key, Sum, Sums, Together
from tidewaiter.trade.history.reasons import Asking, Gathered, Past, Screening, Wanted, selected
from tidewaiter.trade.history.relevant_lines import Narrow, Narrowing
from tidewaiter.trade.history.shared_containers import Boxes
from tidewaiter.trade.readers.passthrough_columns import only_lines
from tidewaiter.trade.shell_companies import PartySigns, SignsFound
from tidewaiter.trade.types import Alert, line_of


class Said(NamedTuple):
    """Findings from all lines: small enough to broadcast."""

    sums: Sums
    signs: SignsFound
    past: Gathered | None  # None: no history


def add_up(adding: Together, found: pa.Table) -> None:
    """Sum the amounts of all batches.

    Args:
        adding: What adds up.
        found: The column `sums` of `SCREENED`.
    """
    for raw in filter(None, found.column("sums").to_pylist()):
        sums, left_out = _SUMS.decode(raw)
        adding.add_sums(dict(sums), left_out)


_SUMS = msgspec.json.Decoder(tuple[list[tuple[Key, Sum]], int])
_PARTIES = msgspec.json.Decoder(list[Written])
_SHARED_THINGS = msgspec.json.Decoder(list[tuple[Written, SharedThing]])


def want(found: pa.Table, task: Task) -> PartySigns:
    """Add the parties of alerts.

    Args:
        found: Column `parties` of `SCREENED`, in line order.
        task: The screening.
    """
    signs = PartySigns(rules_of(task.settings))
    for raw in filter(None, found.column("parties").to_pylist()):
        signs.want(_PARTIES.decode(raw))
    return signs


def share(signs: PartySigns, looked: pa.Table) -> None:
    """Add parties that share identifiers.

    Args:
        signs: A started search.
        looked: Schema `LOOKED`, in line order.
    """
    for raw in filter(None, looked.column("shared").to_pylist()):
        signs.share(_SHARED_THINGS.decode(raw))


def place_alerts(before: Mapping[int, int], batches: int, parts: int) -> Step:
    """Return the step from `SCREENED` to `PLACED`: consecutive lines go to one partition.

    Args:
        before: Number of batches before each file; other files' alerts are skipped.
        batches: Total number.
        parts: Number of partitions.
    """

    def place(rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            for row in batch.select(["file", "batch", "alerts"]).to_pylist():
                if row["alerts"] and row["file"] in before:
                    part = (before[row["file"]] + row["batch"]) * parts // batches
                    yield one_row({**row, "part": part}, PLACED)

    return place


def write_parts(folder: Path, task: Task, said: Said | None, first: int = 0) -> Step:
    """Return the step from `PLACED`, in line order, to `WRITTEN`.

    Deterministic: a partition written twice after a failure is identical.

    Args:
        folder: Output folder, shared by all machines.
        task: The screening.
        said: Findings from all lines; None: already in the alerts.
        first: First output number.
    """

    def write(rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        cells = (row for batch in rows for row in batch.to_pylist())
        begin = next(cells, None)
        if begin is None:
            return
        mark = _marking(task, said)
        path = folder / f"part-{first + begin['part']:05}.{task.form}"
        count, learned = 0, task.beside is not None
        with replacing(path, _mark()) as part, task.open_writer(part, learned=learned) as writer:
            for row in chain([begin], cells):
                alerts = [mark(alert) for alert in alerts_in(row["alerts"])]
                writer.add(alerts)
                count += len(alerts)
        yield one_row({"part": begin["part"], "alerts": count}, WRITTEN)

    return write


def _marking(task: Task, said: Said | None) -> Callable[[Alert], Alert]:
    """Return the function that adds findings and learned reasons to an alert."""
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
    """Return a process-unique suffix for temporary files."""
    return uuid4().hex


_NARROWED = ("whole", "days", "boxes", "shared")
_BATCHES = 32  # processed at a time: half a million narrowed lines


class Spans:
    """Positions of the batches of some files, to partition consecutive ones together."""

    def __init__(self, batches: Mapping[int, int]) -> None:
        """Set the number of batches per file, in file order."""
        self.before: dict[int, int] = {}
        self.all = 0
        for file in sorted(batches):
            self.before[file] = self.all
            self.all += batches[file]

    def parts(self, size: int) -> int:
        """Return the number of partitions with at most so many batches."""
        return -(-self.all // size)


class ToldThere:
    """Results and lines of a cluster screening, for `gather`."""

    def __init__(self, read: Rows, screened: Rows, spans: tuple[Spans, Spans], task: Task) -> None:
        """Set the rows of `READ` and `SCREENED`.

        Args:
            read: Kept.
            screened: Kept.
            spans: Of screened files and of earlier ones.
            task: The screening.
        """
        self._read, self._screened, self._task = read, screened, task
        self._here, self._earlier = spans

    def found(self) -> Iterator[Alert]:
        """Yield the alerts of the screening; none is on restricted entries."""
        yield from self._alerts(self._placed_here)

    def alerts(self) -> Iterator[Alert]:
        """Yield them again, in line order."""
        yield from self._alerts(self._placed_here)

    def earlier(self) -> Iterator[Alert]:
        """Yield the alerts of earlier files."""
        yield from self._alerts(self._placed(self._earlier))

    def ask_lines(self, past: Past) -> None:
        """Request the history of all screened lines."""
        asked = self._read.through(ask_lines(self._task), ASKED).gathered("asking")
        check_whole(len(asked), self._here.all)
        for raw in asked.column("asking").to_pylist():
            past.ask(_ASKING.decode(raw))

    def look(self, past: Past) -> None:
        """Pass all narrowed lines through it, in order."""
        wanted = _plain(past.wanted)
        for spans, earlier in ((self._here, False), (self._earlier, True)):
            parts = spans.parts(_BATCHES)
            if not parts:
                continue
            step = narrow_lines(self._task, wanted, spans, parts)
            rows = self._read.through(step, NARROW).parted("part", parts)
            count = 0
            for row in rows.streamed(*_NARROWED):
                count += 1
                boxes = np.frombuffer(row["boxes"], np.int64).reshape(-1, 3)
                shared = Boxes(boxes, _SHARED_BOXES.decode(row["shared"]))
                told = Narrow(lines_in(row["whole"]), lines_in(row["days"]), shared)
                told.tell(past, earlier=earlier)
            check_whole(count, spans.all)

    @cached_property
    def _placed_here(self) -> Rows:
        return self._placed(self._here).kept()

    def _placed(self, spans: Spans) -> Rows:
        parts = max(1, spans.parts(_BATCHES))
        placed = self._screened.through(place_alerts(spans.before, spans.all, parts), PLACED)
        return placed.parted("part", parts)

    def _alerts(self, rows: Rows) -> Iterator[Alert]:
        for row in rows.streamed("alerts"):
            yield from alerts_in(row["alerts"])


_SHARED_BOXES = msgspec.json.Decoder(list[tuple[str, int, int, str, str]])
_ASKING = msgspec.json.Decoder(Asking)


def _plain(wanted: Wanted) -> Wanted:
    """Return the request as sets that can be sent to other processes."""
    traders = None if wanted.traders is None else frozenset(wanted.traders)
    headings, ways = frozenset(wanted.headings), frozenset(wanted.ways)
    return Wanted(traders, headings, ways, frozenset(wanted.containers))


def narrow_lines(task: Task, wanted: Wanted, spans: Spans, parts: int) -> Step:
    """Return the step from `READ` to `NARROW`.

    Args:
        task: The screening.
        wanted: Lines relevant for the history.
        spans: Files to read.
        parts: Number of partitions.
    """

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pa.set_cpu_count(1)
        narrowing = Narrowing(wanted, task.settings.day)
        for row in rows_in(batches, task):
            if row["file"] in spans.before:
                lines, earlier = lines_in(row["lines"]), row["file"] >= task.screened
                made = narrowing.narrow(only_lines(lines), earlier=earlier)
                cells = {
                    "whole": streamed(made.whole),
                    "days": streamed(made.days),
                    "boxes": made.boxes.rows.tobytes(),
                    "shared": msgspec.json.encode(made.boxes.shared),
                }
                part = (spans.before[row["file"]] + row["batch"]) * parts // spans.all
                place = {"file": row["file"], "batch": row["batch"], "part": part}
                yield one_row({**place, **cells}, NARROW)

    return look


def ask_lines(task: Task) -> Step:
    """Return the step from `READ` to `ASKED`."""

    def ask(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for row in rows_in(batches, task):
            if row["file"] < task.screened:
                past = past_of(task.settings)
                for each in only_lines(lines_in(row["lines"])).to_pylist():
                    past.want(line_of(each))
                asking = msgspec.json.encode(past.asking)
                place = {"file": row["file"], "batch": row["batch"]}
                yield one_row({**place, "asking": asking}, ASKED)

    return ask


def select_lines(task: Task, gathered: Gathered, known: Mapping[str, frozenset[int]]) -> Step:
    """Return the step from `READ` to `SELECTED`.

    Args:
        task: The screening.
        gathered: Collected history.
        known: Rows of each file that are alerts already.
    """

    def select(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pa.set_cpu_count(1)
        past, rules, settings = past_of(task.settings), rules_of(task.settings), task.settings
        past.take(gathered)
        for row in rows_in(batches, task):
            if row["file"] >= task.screened:
                continue
            name = task.inputs[row["file"]].name
            made = Screening(settings.day, name, row["source"])
            rows = known.get(name, frozenset())
            found = list(selected(lines_in(row["lines"]), past, rules, made, rows))
            place = {"file": row["file"], "batch": row["batch"], "count": len(found)}
            alerts = written_alerts(found) if found else None
            yield one_row({**place, "alerts": alerts}, SELECTED)

    return select
