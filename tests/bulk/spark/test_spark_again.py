"""A cluster that loses what it read reads it again, and tells where a file is another by then."""

import itertools
from io import BufferedReader
from pathlib import Path

import pytest
from msgspec import structs
from tests.bulk.spreading import BASIS, ROOM, parts, selecting, spread, write
from tests.support.raising import raises

from tidewaiter.bulk.spark import batches as reading
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import Reader


@pytest.mark.parametrize("selects", ["", '"trade-change", "detour", "label-domestic"'])
def test_a_cluster_that_loses_everything_finds_the_same(
    selects: str, trade: Path, tmp_path: Path
) -> None:
    """What machines lose is read and computed again, from the same files."""
    basis = structs.replace(BASIS, rules=selecting(tmp_path, selects))
    now, history = trade / "now.parquet", [trade / "past.parquet"]
    for place, keeps in ((tmp_path / "kept", True), (tmp_path / "lost", False)):
        spread([now], place, batch_rows=1_000, history=history, basis=basis, keeps=keeps)
    assert parts(tmp_path / "kept") == parts(tmp_path / "lost")


ROWS = [("A", "acetic anhydride", "60", "2026-01-05", "Alpha Chem", ROOM, "Beta Chem")] * 20


@pytest.mark.parametrize("rows", [ROWS[:1], [*ROWS[:-1], (*ROWS[0][:2], "61", *ROWS[0][3:])]])
@pytest.mark.parametrize("after", range(5))
def test_a_file_that_changes_between_two_readings_is_told(
    rows: list[tuple[str, ...]], after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it has become shorter or says something else: nothing of it is taken for the whole.

    It is changed after each number of readings, as long as it is read again.
    """
    path, other = write(tmp_path, ROWS), write(tmp_path, rows)
    history, count = write(tmp_path, ROWS[:3]), itertools.count()
    really = reader_for

    def opened(name: str, *, unread: bool) -> Reader:
        if name == path.name and next(count) == after + 1:
            path.write_bytes(other.read_bytes())
        return really(name, unread=unread)

    monkeypatch.setattr("tidewaiter.bulk.spark.batches.reader_for", opened)
    with raises("bulk/changed-while-screened") as told:
        spread([path], tmp_path / "out", batch_rows=4, history=[history], keeps=False)
    assert next(count) == after + 2
    assert told.value.at in {str(path), "one of the files"}


@pytest.mark.parametrize("place", range(3))
def test_a_file_without_a_line_is_none_that_changed(place: int, tmp_path: Path) -> None:
    """A manifest may have only a header; the other files are still distinguished."""
    full = [write(tmp_path, ROWS), write(tmp_path, ROWS[:3])]
    empty = write(tmp_path, [])
    for inputs, out in ((full, "two"), ([*full[:place], empty, *full[place:]], "three")):
        spread(inputs, tmp_path / out, keeps=False)
    assert parts(tmp_path / "two") == parts(tmp_path / "three") != []


def test_a_file_that_changes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its alerts would name a hash that is of something else."""
    path, really = write(tmp_path, ROWS), reading.hash_of

    def hashed(file: BufferedReader) -> str:
        found = really(file)
        write_in_place(path, b"X")
        return found

    def write_in_place(path: Path, text: bytes) -> None:
        with path.open("ab") as file:
            file.write(text)

    monkeypatch.setattr(reading, "hash_of", hashed)
    with raises("bulk/changed-while-screened") as told:
        spread([path], tmp_path / "out")
    assert told.value.at.startswith(f"{path}, on ")
    assert not parts(tmp_path / "out")
