"""A running installation: a file screened into a database, and screened again."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from tests.found import alerts
from tests.support.raising import raises

from tidewaiter.base.files import hash_file
from tidewaiter.base.resources import data
from tidewaiter.bulk.journal import read_done, read_journal
from tidewaiter.bulk.screening import Settings
from tidewaiter.node.context import screen_file
from tidewaiter.node.file_screening import FileJob, Progress
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import take_up
from tidewaiter.node.rescreen.again import screen_again
from tidewaiter.node.rescreen.basis import registry_digest
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core.database import Database
from tidewaiter.store.network.entities import largest_entities
from tidewaiter.store.network.resolutions import behind, current_run
from tidewaiter.trade.types import Alert, ReadOptions

NEW = """
slug = "harbourine"
name = "Harbourine"
kind = "precursor"
sources = ["own-order"]
"""
ScreenFile = Callable[..., list[Progress]]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Write the sample, and a line with an unlisted party."""
    path = tmp_path / "manifest.csv"
    line = b'EX26-0999,1,"Harbourine, 25 kg drum",,,,1,pcs' + b"," * 13 + b"\n"
    path.write_bytes(data("samples", "manifest.csv").read_bytes() + line)
    return path


@pytest.fixture
def settings(manifest: Path) -> Settings:
    """Screen by what travels with the package."""
    return Settings(day=date(2026, 11, 25), file=manifest.name, sha256=hash_file(manifest))


@pytest.fixture
def screen(manifest: Path, settings: Settings, database: Database, tmp_path: Path) -> ScreenFile:
    """Screen the file into the database in batches of 50 rows, with a separate journal."""

    def go(
        *, stop: int = 1000, journal: str = "journal", into: Database | None = database
    ) -> list[Progress]:
        steps: list[Progress] = []
        options = ReadOptions(batch_rows=50)
        screening = screen_file(
            FileJob(path=manifest, options=options, settings=settings, journal=tmp_path / journal),
            into,
        )
        for progress in screening:
            steps.append(progress)
            if len(steps) == stop:
                break
        return steps

    return go


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write an own list with a substance that a past line names."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "sources").mkdir()
    (folder / "sources" / "own-order.toml").write_text('title = "Order 1"\nread = 2026-01-02\n')
    (folder / "harbourine.toml").write_text(NEW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEWAITER_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield folder


def _stored(database: Database) -> list[Alert]:
    with database.work() as work:
        found = alerts(work, rows=10_000)
        assert verify_audit(work).broken is None
    return sorted(found, key=lambda alert: alert.row)


def _again(
    database: Database, settings: Settings, *, error: Exception | None = None
) -> list[Alert]:
    with screen_again(database, settings) as again:
        new = [alert for _, found in again.batches() for alert in found]
        if error is not None:
            assert new
            raise error
    return new


def _journalled(path: Path) -> list[Alert]:
    return [entry for entry in read_journal(path) if isinstance(entry, Alert)]


def test_the_database_holds_what_the_journal_does(
    screen: ScreenFile, database: Database, tmp_path: Path
) -> None:
    """The alerts that are kept are those that are written, and all are new."""
    steps = screen()
    kept = _journalled(tmp_path / "journal")
    assert _stored(database) == kept
    assert sum(len(step.new or ()) for step in steps) == len(kept) == steps[-1].done.alerts > 70


def test_the_same_file_again_adds_nothing(screen: ScreenFile, database: Database) -> None:
    """Screened twice, a file has its alerts once, and the second time reports none as new."""
    screen()
    before = _stored(database)
    again = screen(journal="another")
    assert sum(len(step.new or ()) for step in again) == 0
    assert again[-1].done.alerts == len(before)
    assert _stored(database) == before


def test_a_screening_leaves_the_network_of_parties_to_others(
    screen: ScreenFile, database: Database
) -> None:
    """Its lines count as missing until they are taken up, and then nothing is."""
    screen()
    with database.work() as work:
        run = current_run(work)
        assert run is not None
        assert behind(work, run).lines == 431
        assert largest_entities(work, run.id) == []
    assert take_up(database, own_stamp) > 0
    with database.work() as work:
        run = current_run(work)
        assert run is not None
        assert behind(work, run).lines == 0
        assert sum(each.lines for each in largest_entities(work, run.id)) > 0


@pytest.mark.parametrize("stop", [1, 5])
def test_a_stop_loses_and_doubles_nothing(
    stop: int, screen: ScreenFile, database: Database, tmp_path: Path
) -> None:
    """Stopped and called again, it goes on, and both keeps hold the whole."""
    screen(stop=stop)
    rest = screen()
    screen(journal="undisturbed")
    whole = _journalled(tmp_path / "undisturbed")
    assert _journalled(tmp_path / "journal") == whole
    assert _stored(database) == whole
    assert rest[0].done.row > 50 * stop


def test_a_lost_journal_costs_only_time(
    screen: ScreenFile, database: Database, tmp_path: Path
) -> None:
    """Without its journal a screening restarts, and the database still has each line once."""
    screen(stop=4)
    (tmp_path / "journal").unlink()
    screen()
    assert _stored(database) == _journalled(tmp_path / "journal")


@pytest.mark.parametrize("stop", [3, 1000])
def test_a_database_named_late_holds_all(
    stop: int, screen: ScreenFile, database: Database, tmp_path: Path
) -> None:
    """A journal that was begun without the database is not taken for what that holds."""
    screen(stop=stop, into=None)
    screen()
    assert _stored(database) == _journalled(tmp_path / "journal")
    assert read_done(tmp_path / "journal").lines == 431


def test_rows_that_are_refused_at_the_end_are_kept(
    screen: ScreenFile, manifest: Path, database: Database, tmp_path: Path
) -> None:
    """An invalid last row is a refusal in a separate step, stored once in both places."""
    with manifest.open("ab") as file:
        file.write(b"EX26-1000,1,ephedrine,too,short\n")
    assert screen()[-1].done.refused_rows == 2
    assert screen(journal="another")[-1].done.refused_rows == 2
    assert _stored(database) == _journalled(tmp_path / "journal")


def test_again_finds_what_a_new_list_names(
    screen: ScreenFile, database: Database, settings: Settings, own: Path
) -> None:
    """Past lines screened by a new list give exactly the new alerts, and only once."""
    screen()
    before = _stored(database)
    wider = msgspec.structs.replace(settings, own=(own,), file="", sha256="")
    new = _again(database, wider)
    assert [alert.substances for alert in new] == [("harbourine",)]
    assert (new[0].row, new[0].file) == (432, "manifest.csv")
    assert _stored(database) == [*before, *new]
    assert _again(database, wider) == []


def test_again_keeps_nothing_that_was_not_written(
    screen: ScreenFile, database: Database, settings: Settings, own: Path
) -> None:
    """Stopped before the new alerts are written, it finds them as new once more."""
    screen()
    before = _stored(database)
    wider = msgspec.structs.replace(settings, own=(own,), file="", sha256="")
    with pytest.raises(OSError, match="full"):
        _again(database, wider, error=OSError("the disk is full"))
    assert _stored(database) == before
    assert len(_again(database, wider)) == 1
    assert len(_stored(database)) == len(before) + 1


def test_again_without_a_change_finds_nothing(
    screen: ScreenFile, database: Database, settings: Settings
) -> None:
    """The same lists and rules give the same alerts, none of them new."""
    screen()
    lines, new = 0, 0
    with screen_again(database, settings, whole=True) as again:
        for stored, found in again.batches():
            lines += len(stored.lines)
            new += len(found)
    assert (lines, new) == (431, 0)


def test_again_needs_a_past(database: Database, settings: Settings) -> None:
    """An empty database has nothing to screen, and says what to do."""
    with raises("node/no-lines-yet") as caught:
        _again(database, settings)
    assert "--db" in caught.value.hint


def test_the_digest_is_of_lists_and_rules(settings: Settings, own: Path, tmp_path: Path) -> None:
    """An own list or other rules are another version; the day and the file are not."""
    rules = tmp_path / "own.toml"
    rules.write_bytes(data("rules", "alerts.toml").read_bytes() + b"\n# ours\n")
    ours = registry_digest(settings)
    assert ours == registry_digest(msgspec.structs.replace(settings, day=date(2020, 1, 1)))
    assert ours != registry_digest(msgspec.structs.replace(settings, own=(own,)))
    assert ours != registry_digest(msgspec.structs.replace(settings, rules=rules))


def test_progress_is_told(screen: ScreenFile, manifest: Path) -> None:
    """Bytes read never go back, and end at the size of the file."""
    steps = screen()
    read = [step.read for step in steps]
    assert read == sorted(read)
    assert read[-1] == steps[-1].size == manifest.stat().st_size
    assert steps[-1].done.lines == 431
