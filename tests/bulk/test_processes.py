"""Worker processes: copies of this one where that is safe, new ones elsewhere."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread, active_count

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.bulk import processes as module
from tidewaiter.bulk.processes import done_beside, processes
from tidewaiter.store.core.database import open_database

_LOADED: list[int] = []  # ids of the processes that loaded something


@pytest.fixture(autouse=True)
def _threads_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the threads of what runs the tests."""
    others = active_count() - 1
    monkeypatch.setattr(module, "active_count", lambda: active_count() - others)


def _load(settings: str) -> None:
    if settings == "wrong":
        raise InputError("base/folder-not-empty", at=settings)
    _LOADED.append(os.getpid())


def _loaded() -> list[int]:
    return list(_LOADED)


def _collect() -> int:
    import gc  # noqa: PLC0415 - in the worker

    gc.collect()
    return os.getpid()


def _sum(size: int) -> int:
    """Use the threads of Arrow."""
    numbers = pa.chunked_array([pa.array(range(size))] * 4)
    return int(pc.sum(pa.table({"a": numbers}).group_by("a").aggregate([]).column("a")).as_py())


def _stop_the_worker() -> None:
    with processes(1, _load, "right") as pool:
        os.kill(pool.submit(os.getpid).result(), signal.SIGTERM)
        while True:
            pool.submit(_loaded).result()


@contextmanager
def _beside_a_thread() -> Iterator[None]:
    ends = Event()
    thread = Thread(target=ends.wait)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="workers are copies on Linux")
def test_workers_share_what_is_loaded() -> None:
    """It is loaded once, here, and no worker loads it again."""
    _LOADED.clear()
    with processes(2, _load, "right") as pool:
        found = [pool.submit(_loaded).result() for _ in range(4)]
    assert found == [[os.getpid()]] * 4


def test_a_process_with_threads_is_not_copied() -> None:
    """A worker of a process with another thread is new: locks may be held here."""
    _LOADED.clear()
    with _beside_a_thread(), processes(1, _load, "right") as pool:
        found = pool.submit(_loaded).result()
    assert found
    assert os.getpid() not in found


def test_an_error_of_loading_is_raised() -> None:
    """What keeps workers from loading is raised here, whether they are copies or new."""
    with (
        pytest.raises(InputError, match="wrong"),
        processes(2, _load, "wrong") as pool,
    ):
        pool.submit(_loaded).result()
    with (
        pytest.raises(InputError, match="wrong"),
        _beside_a_thread(),
        processes(2, _load, "wrong") as pool,
    ):
        pool.submit(_loaded).result()


def test_a_worker_that_is_stopped_is_an_error() -> None:
    """A signal that ends a worker ends the work; a handler of this process does not catch it."""
    handler = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with pytest.raises(TidewaiterError) as caught:
            _stop_the_worker()
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert caught.value.code == "bulk/worker-process-ended"


def test_arrow_works_in_copies_of_a_process_that_used_its_threads() -> None:
    """Its threads do not survive a copy; the copy starts others."""
    assert _sum(50_000) == 50_000 * 49_999 // 2
    with processes(2, _load, "right") as pool:
        found = [pool.submit(_sum, 50_000) for _ in range(4)]
        assert [each.result(timeout=120) for each in found] == [50_000 * 49_999 // 2] * 4


def test_a_database_stays_open_and_whole(tmp_path: Path) -> None:
    """Workers that collect garbage and end do not close a database that is open here."""
    with open_database(str(tmp_path / "a.db")) as database:
        with database.work() as work, processes(2, _load, "right") as pool:
            assert pool.submit(_collect).result() != os.getpid()
            before = work.connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        with database.work() as work:
            after = work.connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    assert (before, after) == ("ok", "ok")


def _write(path: Path) -> None:
    path.write_text(str(os.getpid()), encoding="ascii")


@pytest.mark.parametrize("threads", [False, True])
def test_work_is_done_beside_the_block(tmp_path: Path, *, threads: bool) -> None:
    """At its end the work is done: by a copy of this process, or here if it has more threads."""
    path = tmp_path / "found"
    with ExitStack() as stack:
        if threads:
            stack.enter_context(_beside_a_thread())
        with done_beside(partial(_write, path)):
            pass
    here = threads or sys.platform != "linux"
    assert (int(path.read_text(encoding="ascii")) == os.getpid()) == here


def test_an_error_of_work_beside_is_raised(tmp_path: Path) -> None:
    """An error is that of the work; a process that is killed is an error, too."""
    with pytest.raises(FileNotFoundError), done_beside(partial(_write, tmp_path / "no" / "file")):
        pass
    if sys.platform == "linux":
        with (
            pytest.raises(TidewaiterError, match="worker"),
            done_beside(lambda: os.kill(os.getpid(), signal.SIGKILL)),
        ):
            pass
