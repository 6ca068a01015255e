"""Workers are processes only while uploads wait, or lines that are not in the network yet."""

import time
from collections.abc import Callable
from multiprocessing import active_children

import pyarrow as pa
from tests.node.uploads.conftest import DAY

from tidewaiter.node.uploads.jobs import stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.node.uploads.workers import crew
from tidewaiter.store.core.database import Database
from tidewaiter.store.network.entities import largest_entities
from tidewaiter.store.network.resolutions import Behind, behind, current_run, run_or_first
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.store.uploads import Upload, upload_of
from tidewaiter.trade.types import LINES

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


def test_a_worker_adds_what_another_process_stored_to_the_network(
    database: Database, desk: Desk
) -> None:
    """Pages say how much is missing until a worker has counted it."""

    def missing() -> Behind:
        with database.work() as work:
            run = current_run(work)
            assert run is not None
            return behind(work, run)

    party = {"role": "exporter", "name": "Ornek Kimya AS", "country": "TR"}
    lines = [{"row": row, "consignment": f"C{row}", "seq": 1, "parties": [party]} for row in (1, 2)]
    with database.work(stamp()) as work:
        source = Source(sha256="a" * 64, name="a.csv", size=1)
        screening = begin_screening(work, source, Run(day=DAY, registry="r", rules="r")).id
        batch = Batch(lines=pa.RecordBatch.from_pylist(lines, schema=LINES), done_row=2)
        add_batch(work, screening, batch)
        run_or_first(work)
    assert missing().lines == 2
    with crew(database, desk, idle=0.5):
        until(lambda: missing().lines == 0)
        until(lambda: active_children() == [])
    with database.work() as work:
        run = current_run(work)
        assert run is not None
        (found,) = largest_entities(work, run.id)
    assert (found.name, found.lines) == ("Ornek Kimya AS", 2)
