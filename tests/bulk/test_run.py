"""A file's batches through the screen: in order, once, on however many processes."""

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pytest

from tidewaiter.bulk.screening import Settings, Step, run
from tidewaiter.trade.types import LINES, Alert, Refusal

Read = Callable[[], Iterator[pa.RecordBatch | Refusal]]
BATCHES = 18


def _alerts(steps: Iterable[Step]) -> list[Alert]:
    return [alert for step in steps for alert in step.screened.alerts]


def _refusals(steps: Iterable[Step]) -> list[Refusal]:
    return [refusal for step in steps for refusal in step.refusals]


@pytest.fixture(scope="module")
def alone(read: Read, settings: Settings) -> list[Step]:
    """Screen the file in this process."""
    return list(run(read(), settings, workers=1))


def test_every_line_is_screened_once(alone: list[Step]) -> None:
    """Steps follow the file, and hold each of its rows but those that are refused."""
    rows = [row for step in alone for row in step.lines.column("row").to_pylist()]
    assert len(alone) == BATCHES
    assert sorted({*range(1, 1725)} - set(rows)) == [64, 495, 926, 1357]
    assert rows == sorted(set(rows))
    assert [step.done_row for step in alone] == sorted(step.done_row for step in alone)
    assert sum(step.screened.lines for step in alone) == 1720


def test_several_processes_answer_as_one(alone: list[Step], read: Read, settings: Settings) -> None:
    """Two processes give the steps of one, in the same order, down to the last byte."""
    together = list(run(read(), settings, workers=2))
    assert [step.done_row for step in together] == [step.done_row for step in alone]
    assert _alerts(together) == _alerts(alone)
    assert _refusals(together) == _refusals(alone)


@pytest.mark.parametrize("stop", range(1, BATCHES))
def test_a_stop_loses_and_doubles_no_alert(
    stop: int, alone: list[Step], read: Read, settings: Settings
) -> None:
    """Results before the last completed row and after it add up to the whole."""
    rest = list(run(read(), settings, workers=1, after=alone[stop - 1].done_row))
    assert _alerts(alone[:stop]) + _alerts(rest) == _alerts(alone)


@pytest.mark.parametrize("stop", range(1, BATCHES))
def test_a_stop_loses_and_doubles_no_refusal(
    stop: int, alone: list[Step], read: Read, settings: Settings
) -> None:
    """A row is refused once, even if its refusal arrived well before its batch."""
    rest = list(run(read(), settings, workers=1, after=alone[stop - 1].done_row))
    both = _refusals(alone[:stop]) + _refusals(rest)
    assert sorted(both, key=repr) == sorted(_refusals(alone), key=repr)


@pytest.mark.parametrize("after", [1, 99, 100, 101, 150, 1723, 1724])
def test_a_screening_goes_on_after_any_row(
    after: int, alone: list[Step], read: Read, settings: Settings
) -> None:
    """A row in the middle of a batch will do, since batches may be cut elsewhere next time."""
    rest = _alerts(run(read(), settings, workers=1, after=after))
    assert rest == [alert for alert in _alerts(alone) if alert.row > after]


def test_refusals_after_the_last_line_are_a_step(settings: Settings) -> None:
    """Rows that are refused at the end of a file are not lost, and are marked as done."""
    last = Refusal(row=7, column="", value="x", problem="no", hint="none", screened=False)
    (step,) = run(iter([last]), settings, workers=1)
    assert (step.refusals, step.done_row, step.screened.lines) == ((last,), 7, 0)


def test_a_reader_that_fails_ends_the_run(read: Read, settings: Settings) -> None:
    """An error of the reader reaches the caller, and no process is left behind."""

    def broken() -> Iterator[pa.RecordBatch | Refusal]:
        yield from list(read())[:3]
        raise OSError("the disk is gone")

    for workers in (1, 2):
        with pytest.raises(OSError, match="the disk is gone"):
            list(run(broken(), settings, workers=workers))


def _remark(text: str) -> Refusal:
    return Refusal(row=0, column="", value="", problem=text, hint="", screened=True)


def _lines(*rows: int) -> pa.RecordBatch:
    lines = [{"row": row, "consignment": "A", "seq": row} for row in rows]
    return pa.RecordBatch.from_pylist(lines, schema=LINES)


@pytest.mark.parametrize("done", range(5))
def test_what_is_said_of_the_whole_file_is_said_once_wherever_it_was_stopped(
    done: int, settings: Settings
) -> None:
    """At its start and at its end, whether the last row was done already or all of it was."""
    read = [_remark("first"), _lines(1, 2), _lines(3), _remark("last"), _remark("least")]
    whole = list(run(iter(read), settings, workers=1))
    assert [each.problem for each in _refusals(whole)] == ["first", "last", "least"]
    before = whole[:done]
    after = before[-1].done_row if before else 0
    told = len(_refusals(before))
    rest = list(run(iter(read), settings, workers=1, after=after, remarks=told))
    assert _refusals(before) + _refusals(rest) == _refusals(whole)
    assert [step.done_row for step in before + rest] == [2, 3, 3]
