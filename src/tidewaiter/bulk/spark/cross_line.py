"""The past of a screening on a cluster: lines are narrowed where they lie, and heard in order."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.bulk.spark.finishing import place_alerts
from tidewaiter.bulk.spark.reading import check_whole, lines_in, one_row, rows_in, streamed
from tidewaiter.bulk.spark.screening import alerts_in, past_of, rules_of
from tidewaiter.bulk.spark.types import ASKED, NARROW, PLACED, SELECTED, Rows, Step, Task
from tidewaiter.consignments.lines import line_of
from tidewaiter.consignments.past.concerning import Narrow, Narrowing
from tidewaiter.consignments.past.loads import Boxes
from tidewaiter.consignments.past.marking import Asking, Gathered, Past, Wanted
from tidewaiter.consignments.past.selecting import Screening, selected
from tidewaiter.consignments.readers.unread import only_lines
from tidewaiter.consignments.types import Alert
from tidewaiter.report.exports import json_line

_NARROWED = ("whole", "days", "boxes", "shared")
_BATCHES = 32  # of a part that is taken up at a time: half a million lines, narrowed


class Spans:
    """Where the batches of some files are, so that those that follow each other go to one part."""

    def __init__(self, batches: Mapping[int, int]) -> None:
        """Take how many batches each file has, in the order of files."""
        self.before: dict[int, int] = {}
        self.all = 0
        for file in sorted(batches):
            self.before[file] = self.all
            self.all += batches[file]

    def parts(self, size: int) -> int:
        """Return how many parts there are, of so many batches at most."""
        return -(-self.all // size)


class ToldThere:
    """What a screening on a cluster found, and its lines, for `gather`."""

    def __init__(self, read: Rows, screened: Rows, spans: tuple[Spans, Spans], task: Task) -> None:
        """Take the rows of `READ` and of `SCREENED`.

        Args:
            read: Kept.
            screened: Kept.
            spans: Of the files that are screened, and of earlier ones.
            task: The screening.
        """
        self._read, self._screened, self._task = read, screened, task
        self._here, self._earlier = spans

    def found(self) -> Iterator[Alert]:
        """Yield the alerts of the screening; none rests on restricted entries."""
        yield from self._alerts(self._placed_here)

    def alerts(self) -> Iterator[Alert]:
        """Yield them again, in the order of lines."""
        yield from self._alerts(self._placed_here)

    def earlier(self) -> Iterator[Alert]:
        """Yield the alerts of earlier files."""
        yield from self._alerts(self._placed(self._earlier))

    def ask_lines(self, past: Past) -> None:
        """Ask for the past of all lines that are screened."""
        asked = self._read.through(ask_lines(self._task), ASKED).gathered("asking")
        check_whole(len(asked), self._here.all)
        for raw in asked.column("asking").to_pylist():
            past.ask(_ASKING.decode(raw))

    def look(self, past: Past) -> None:
        """Let it look through all lines, narrowed, in their order."""
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
                shared = Boxes(boxes, _SHARED.decode(row["shared"]))
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


_SHARED = msgspec.json.Decoder(list[tuple[str, int, int, str, str]])
_ASKING = msgspec.json.Decoder(Asking)


def _plain(wanted: Wanted) -> Wanted:
    """Return what is wanted, in sets that go to other processes."""
    traders = None if wanted.traders is None else frozenset(wanted.traders)
    headings, ways = frozenset(wanted.headings), frozenset(wanted.ways)
    return Wanted(traders, headings, ways, frozenset(wanted.containers))


def narrow_lines(task: Task, wanted: Wanted, spans: Spans, parts: int) -> Step:
    """Return the step from `READ` to `NARROW`.

    Args:
        task: The screening.
        wanted: Which lines concern the past.
        spans: Of the files that are looked at.
        parts: How many parts there are.
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
        gathered: Of its past.
        known: The rows of each file that are alerts already.
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
            alerts = b"".join(map(json_line, found)) if found else None
            yield one_row({**place, "alerts": alerts}, SELECTED)

    return select
