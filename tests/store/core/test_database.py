"""Opening a database, and working on it."""

import os
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.raising import raises

from tidewaiter.base.errors import StoreError
from tidewaiter.store.audit import audit_size, record_change, verify_audit
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.screening.runs import screenings

WRITER = """
    import sys
    from datetime import UTC, date, datetime

    import pyarrow as pa

    from tidewaiter.trade.types import LINES
    from tidewaiter.store.screening.runs import Batch, add_batch
    from tidewaiter.store.core.database import Stamp, open_database
    from tidewaiter.store.screening.runs import Run, Source, begin_screening

    url, who = sys.argv[1:]
    stamp = Stamp(who=who, at=datetime(2026, 3, 1, tzinfo=UTC))
    source = Source(sha256=who * 64, name=f"{who}.csv", size=1)
    with open_database(url) as database:
        with database.work(stamp) as work:
            run = Run(day=date(2026, 3, 1), registry="r", rules="1")
            screening = begin_screening(work, source, run).id
        for start in range(1, 2001, 100):
            rows = [
                {"row": row, "consignment": f"{who}{row}", "seq": 1}
                for row in range(start, start + 100)
            ]
            lines = pa.RecordBatch.from_pylist(rows, schema=LINES)
            with database.work(stamp) as work:
                add_batch(work, screening, Batch(lines=lines, done_row=start + 99))
"""


def _fail_after_a_change(work: Work) -> None:
    record_change(work, "tried", {})
    raise ZeroDivisionError


def test_an_error_in_the_middle_undoes_all_of_the_work(database: Database, stamp: Stamp) -> None:
    """A change before an error is not kept."""
    with pytest.raises(ZeroDivisionError), database.work(stamp) as work:
        _fail_after_a_change(work)
    with database.work() as work:
        assert audit_size(work) == 0


def test_work_without_a_stamp_cannot_change_anything(database: Database) -> None:
    """Each change of the database has a named author."""
    with pytest.raises(ValueError, match="stamp"), database.work() as work:
        record_change(work, "tried", {})


def test_a_second_opening_finds_what_the_first_kept(blank: str, stamp: Stamp) -> None:
    """A database outlives the process that made it."""
    with open_database(blank) as database, database.work(stamp) as work:
        record_change(work, "kept", {})
    with open_database(blank) as database, database.work() as work:
        assert audit_size(work) == 1


def test_two_processes_write_at_once(blank: str) -> None:
    """Two processes that open, create and write at once both store all, in one chain."""
    command = [sys.executable, "-c", textwrap.dedent(WRITER), blank]
    writers = [subprocess.Popen([*command, who], stderr=subprocess.PIPE) for who in "ab"]
    errors = [writer.communicate(timeout=120)[1].decode() for writer in writers]
    assert errors == ["", ""]
    with open_database(blank) as database, database.work() as work:
        assert [found.new_lines for found in screenings(work)] == [2000, 2000]
        verdict = verify_audit(work)
        assert (verdict.state.entries, verdict.broken) == (42, None)


def test_a_writer_that_waits_too_long_is_told(url: str, stamp: Stamp) -> None:
    """While one writer is at work, another gives up after its time, and readers go on."""
    with (
        open_database(url) as first,
        open_database(url, busy_seconds=0.1) as second,
        first.work(stamp) as work,
    ):
        record_change(work, "held", {})
        with raises("store/locked", StoreError) as caught, second.work(stamp):
            pass
        assert "try again" in caught.value.hint
        with second.work() as reading:
            assert audit_size(reading) == 0


def test_work_that_may_be_left_out_waits_for_nobody(url: str, stamp: Stamp) -> None:
    """While a writer is active it is skipped; afterwards it runs, and others wait as before.

    Other work on this database would wait for an hour.
    """
    done: list[int] = []

    def note(work: Work) -> None:
        record_change(work, "noted", {})
        done.append(audit_size(work))

    with open_database(url, busy_seconds=3600) as database:
        with database.work(stamp), ThreadPoolExecutor() as pool:
            left_out = pool.submit(database.work_if_free, stamp, note)
            wait([left_out], timeout=60)
            assert left_out.done()
        assert (left_out.result(), done) == (False, [])
        assert database.work_if_free(stamp, note)
        assert done == [1]
        with database.work() as work:
            assert audit_size(work) == 1
            if work.connection.dialect.name == "sqlite":
                usual = work.connection.execute(text("PRAGMA busy_timeout")).scalar()
                assert usual == 3_600_000


def test_a_reader_sees_one_state(url: str, stamp: Stamp) -> None:
    """A reader does not see what is stored while it reads."""
    with open_database(url) as database, database.work() as reading:
        assert audit_size(reading) == 0
        with database.work(stamp) as work:
            record_change(work, "later", {})
        assert audit_size(reading) == 0


def test_a_file_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    """A spreadsheet is not opened, and is left as it was."""
    path = tmp_path / "goods.csv"
    path.write_text("goods,mass\n" * 200)
    with raises("store/not-a-database", StoreError) as caught:
        open_database(path)
    assert caught.value.at == str(path)
    assert path.read_text() == "goods,mass\n" * 200


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    """No directory is made up."""
    with raises("store/not-opened", StoreError) as caught:
        open_database(tmp_path / "none" / "tidewaiter.db")
    assert "folder" in caught.value.hint


def test_a_locked_file_is_named(tmp_path: Path) -> None:
    """A new file that another program holds cannot be created in."""
    path = tmp_path / "tidewaiter.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with raises("store/locked", StoreError):
        open_database(path, busy_seconds=0.1)
    holder.close()


def test_a_read_only_file_is_read_but_not_changed(tmp_path: Path, stamp: Stamp) -> None:
    """A read-only SQLite database can be read, and a change gives a clear error."""
    path = tmp_path / "tidewaiter.db"
    open_database(path).close()
    with open_database(f"sqlite:///file:{path}?mode=ro&uri=true") as database:
        with database.work() as work:
            assert audit_size(work) == 0
        with raises("store/read-only", StoreError), database.work(stamp) as work:
            record_change(work, "tried", {})


def test_a_read_only_server_is_read_but_not_changed(blank: str, stamp: Stamp) -> None:
    """A read-only PostgreSQL server can be read, and a change gives a clear error."""
    if "://" not in blank:
        pytest.skip("SQLite has a test of its own")
    open_database(blank).close()
    with open_database(f"{blank}%20-cdefault_transaction_read_only%3Don") as database:
        with database.work() as work:
            assert audit_size(work) == 0
        with raises("store/server-read-only", StoreError), database.work(stamp) as work:
            record_change(work, "tried", {})


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    """The error names the host; the password stays out of it."""
    pytest.importorskip("psycopg")
    with raises("store/server-does-not-answer", StoreError) as caught:
        open_database("postgresql://user:secret@127.0.0.1:9/none")
    assert "127.0.0.1" in caught.value.at
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "x y://"])
def test_other_databases_are_refused(url: str) -> None:
    """Only SQLite files and PostgreSQL are used."""
    with raises("store/not-a-database-scheme", StoreError) as caught:
        open_database(url)
    assert "postgresql://" in caught.value.hint


def test_sqlite_writes_ahead_and_holds_foreign_keys(tmp_path: Path) -> None:
    """Readers go on while a writer writes, and a line without its source is refused."""
    with open_database(tmp_path / "tidewaiter.db") as database, database.work() as work:
        ask = work.connection.execute
        assert ask(text("PRAGMA journal_mode")).scalar() == "wal"
        assert ask(text("PRAGMA foreign_keys")).scalar() == 1
        assert ask(text("PRAGMA page_size")).scalar() == 16384


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_database_is_its_owners_alone(tmp_path: Path, stamp: Stamp) -> None:
    """Whatever the process makes other files like; the files beside it are like it."""
    path = tmp_path / "tidewaiter.db"
    before = os.umask(0o022)
    try:
        with open_database(path) as database, database.work(stamp) as work:
            record_change(work, "kept", {})
            modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert set(modes) >= {"tidewaiter.db", "tidewaiter.db-wal"}
    assert set(modes.values()) == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
@pytest.mark.parametrize(("was", "becomes"), [(0o644, 0o640), (0o666, 0o660), (0o660, 0o660)])
def test_a_database_of_an_earlier_version_is_closed_to_others(
    tmp_path: Path, was: int, becomes: int
) -> None:
    """Permissions that someone chose for a group are kept."""
    path = tmp_path / "tidewaiter.db"
    open_database(path).close()
    path.chmod(was)
    open_database(path).close()
    assert path.stat().st_mode & 0o777 == becomes


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_database_behind_a_link_is_its_owners_alone(tmp_path: Path, stamp: Stamp) -> None:
    """Where the link names a file that is not there yet, and the files beside that file."""
    real, link = tmp_path / "disk" / "real.db", tmp_path / "tidewaiter.db"
    real.parent.mkdir()
    link.symlink_to(real)
    before = os.umask(0o022)
    try:
        with open_database(link) as database, database.work(stamp) as work:
            record_change(work, "kept", {})
            first = {each.name: each.stat().st_mode & 0o777 for each in real.parent.iterdir()}
            for each in real.parent.iterdir():
                each.chmod(0o644)
            open_database(link).close()
            again = {each.name: each.stat().st_mode & 0o777 for each in real.parent.iterdir()}
    finally:
        os.umask(before)
    assert set(first) >= {"real.db", "real.db-wal"}
    assert set(first.values()) == {0o600}
    assert set(again.values()) == {0o640}


def test_a_folder_is_no_database_and_keeps_its_rights(tmp_path: Path) -> None:
    """It is refused, and nothing of it is changed."""
    before = tmp_path.stat().st_mode
    with pytest.raises(StoreError):
        open_database(tmp_path)
    assert tmp_path.stat().st_mode == before
