"""The journal: completed steps are never lost, and truncated ones never kept."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import OutputError
from tidewaiter.bulk.journal import Done, Journal, read_done, read_journal
from tidewaiter.bulk.screening import Settings, run
from tidewaiter.trade.types import Alert, Refusal

Read = Callable[[], Iterator[pa.RecordBatch | Refusal]]
Screen = Callable[..., int]
DONE = b'{"done":'


class _StoppedError(Exception):
    """Whatever ends a process in the middle."""


@pytest.fixture(scope="module")
def screen(read: Read, settings: Settings) -> Screen:
    """Screen the file into a journal, and stop after some steps; return how many ran."""

    def go(path: Path, *, stop: int = 1000, of: Settings = settings, digest: str = "r") -> int:
        steps = 0
        with Journal(path, of, digest, "reading") as journal:
            for step in run(read(), of, workers=1, after=journal.done.row):
                journal.add(step, 0.5)
                steps += 1
                if steps == stop:
                    raise _StoppedError
        return steps

    return go


@pytest.fixture(scope="module")
def undisturbed(screen: Screen, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Write the journal of an undisturbed screening."""
    path = tmp_path_factory.mktemp("whole") / "whole.journal"
    screen(path)
    return path.read_bytes()


@pytest.fixture
def whole(undisturbed: bytes, tmp_path: Path) -> Path:
    """Write a copy of the journal of an undisturbed screening."""
    path = tmp_path / "whole.journal"
    path.write_bytes(undisturbed)
    return path


def _alerts(path: Path) -> list[Alert]:
    return [entry for entry in read_journal(path) if isinstance(entry, Alert)]


def test_a_journal_holds_what_was_found(whole: Path) -> None:
    """Its counts are those of its entries."""
    entries, done = list(read_journal(whole)), read_done(whole)
    assert done.alerts == sum(isinstance(entry, Alert) for entry in entries) > 200
    refusals = [entry for entry in entries if isinstance(entry, Refusal)]
    assert done.refused_fields == sum(refusal.screened for refusal in refusals)
    assert done.refused_rows == len(refusals) - done.refused_fields == 4
    assert (done.row, done.lines) == (1724, 1720)
    assert done.seconds == pytest.approx(0.5 * 18)


@pytest.mark.parametrize("stop", [1, 2, 9, 17, 18])
def test_a_stop_between_steps_loses_and_doubles_nothing(
    stop: int, screen: Screen, whole: Path, tmp_path: Path
) -> None:
    """After an error in the consumer of its steps, the screening resumes where it was."""
    path = tmp_path / "stopped.journal"
    with pytest.raises(_StoppedError):
        screen(path, stop=stop)
    assert screen(path) == 18 - stop
    assert _alerts(path) == _alerts(whole)
    assert path.read_bytes() == whole.read_bytes()


def _cuts(journal: bytes) -> dict[str, int]:
    """Name places where a write may be cut off, as counts of bytes that are kept."""
    head = journal.index(b"\n") + 1
    second = journal.index(DONE, journal.index(DONE) + 1)  # start of the second done line
    end = journal.index(b"\n", second)
    return {
        "nothing": 0,
        "in the head": head // 2,
        "head without its end": head - 1,
        "after the head": head,
        "in the first alert": head + 40,
        "in a later alert": second - 300,
        "before the done line": second,
        "at the start of the done line": second + 1,
        "in the name of the done line": second + len(DONE) - 2,
        "in the done line": (second + end) // 2,
        "before the last bracket": end - 1,
        "done line without its end": end,
        "after the done line": end + 1,
        "in a letter of several bytes": journal.index("漢".encode()[:1], end) + 1,
        "all but a byte": len(journal) - 1,
    }


@pytest.mark.parametrize("place", list(_cuts(b'{"\n' + (DONE + b"}\n\xe6") * 4)))
def test_a_write_that_is_cut_off_anywhere_is_done_anew(
    place: str, screen: Screen, whole: Path, tmp_path: Path
) -> None:
    """Whatever a stop leaves half written, the finished journal is that of no stop."""
    path = tmp_path / "cut.journal"
    path.write_bytes(whole.read_bytes()[: _cuts(whole.read_bytes())[place]])
    screen(path)
    assert _alerts(path) == _alerts(whole)
    assert read_done(path).lines == read_done(whole).lines
    assert read_done(path).alerts == read_done(whole).alerts


def test_junk_after_the_last_step_is_dropped(screen: Screen, whole: Path, tmp_path: Path) -> None:
    """A disk may leave zeros where a write was under way."""
    path = tmp_path / "junk.journal"
    journal = whole.read_bytes()
    third = journal.index(b"\n", journal.index(DONE, len(journal) // 3)) + 1
    path.write_bytes(journal[:third] + b"\0" * 5000)
    screen(path)
    assert _alerts(path) == _alerts(whole)


@pytest.mark.parametrize(
    "change",
    [
        {"day": date(2026, 1, 1)},
        {"sha256": "1" * 64},
        {"street": True},
        {"own": (Path("/a"),)},
        {"rules": Path("/r.toml")},
        {"file": "other.csv"},
    ],
    ids=str,
)
def test_a_journal_of_other_settings_is_begun_anew(
    change: dict[str, object], settings: Settings, whole: Path
) -> None:
    """Nothing found by other law, bytes, lists or rules is taken over."""
    other = msgspec.structs.replace(settings, **change)
    with Journal(whole, other, "r", "reading") as journal:
        assert journal.done == Done()
    assert _alerts(whole) == []


@pytest.mark.parametrize(("digest", "reading"), [("s", "reading"), ("r", "other columns")])
def test_a_journal_of_another_registry_or_reading_is_begun_anew(
    digest: str, reading: str, settings: Settings, whole: Path
) -> None:
    """The registry and how columns are read decide what is found."""
    with Journal(whole, settings, digest, reading) as journal:
        assert journal.done == Done()


def test_a_finished_journal_is_taken_up_with_nothing_to_do(screen: Screen, whole: Path) -> None:
    """A stop after the last step, before the outputs, screens nothing twice."""
    before = whole.read_bytes()
    assert screen(whole) == 0
    assert whole.read_bytes() == before


def test_a_journal_begun_anew_forgets(settings: Settings, whole: Path) -> None:
    """It keeps its head and nothing else, so that it can be taken up again."""
    with Journal(whole, settings, "r", "reading") as journal:
        assert journal.done.row == 1724
        journal.begin_anew()
        assert journal.done == Done()
    assert whole.read_bytes().count(b"\n") == 1
    assert _alerts(whole) == []


@pytest.mark.parametrize("content", [b"precious", b"\n", b'{"set"\n'], ids=repr)
def test_a_file_that_is_no_journal_is_not_written_over(
    content: bytes, settings: Settings, tmp_path: Path
) -> None:
    """A file of the user's that happens to have the name stays as it is."""
    path = tmp_path / "a.csv.journal"
    path.write_bytes(content)
    with raises("bulk/not-a-journal", OutputError):
        Journal(path, settings, "r", "reading")
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [b"", b'{"set', b"\0" * 4096, b'{"settings":{"d\0\0'],
    ids=["empty", "cut off", "zeros", "ends in zeros"],
)
def test_a_journal_cut_off_in_its_head_is_begun_anew(
    content: bytes, settings: Settings, tmp_path: Path
) -> None:
    """A crash of the machine may leave less than the first line, or zeros."""
    path = tmp_path / "a.csv.journal"
    path.write_bytes(content)
    with Journal(path, settings, "r", "reading") as journal:
        assert journal.done == Done()


def test_a_journal_follows_no_link(settings: Settings, tmp_path: Path) -> None:
    """A planted link does not cause a file to be overwritten."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    (tmp_path / "journal").symlink_to(victim)
    with pytest.raises(OutputError):
        Journal(tmp_path / "journal", settings, "r", "reading")
    assert victim.read_bytes() == b""
