"""Workers are processes only while uploads wait."""

import time
from collections.abc import Callable
from multiprocessing import active_children

from tidewaiter.node.uploads.settings import Desk
from tidewaiter.node.uploads.workers import crew
from tidewaiter.store.core.database import Database
from tidewaiter.store.uploads import Upload, upload_of

Queued = Callable[..., Upload]
SECONDS = 120.0


def until(happened: Callable[[], bool]) -> None:
    """Wait for something, for a limited time."""
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_worker_begins_with_an_upload_and_ends_without(
    database: Database, desk: Desk, queued: Queued
) -> None:
    """Idle memory is that of the pages; the next upload finds a worker again."""

    def done(upload: Upload) -> bool:
        with database.work() as work:
            return upload_of(work, upload.id).state == "done"

    with crew(database, desk, idle=0.5):
        time.sleep(1.5)
        assert active_children() == []
        for content in (b"goods\nacetone\n", b"goods\nether\n"):
            upload = queued(content, "one.csv")
            until(lambda: done(upload))  # noqa: B023 - called at once
            until(lambda: active_children() == [])
