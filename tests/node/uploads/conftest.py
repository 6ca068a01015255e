"""A desk with an empty spool, files to send in, and a bench to screen them at."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tidewaiter.base.resources import data
from tidewaiter.bulk.sandbox import Limits
from tidewaiter.node.uploads.arrivals import look_at, take_in
from tidewaiter.node.uploads.jobs import Bench, screen_upload, stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.node.uploads.storage import Spool
from tidewaiter.store.core.database import Database
from tidewaiter.store.uploads import (
    Arrived,
    Lease,
    Upload,
    queue_upload,
    set_options,
    take_upload,
    upload_of,
)

DAY = date(2026, 11, 25)
Send = Callable[..., Upload]


@pytest.fixture
def desk(url: str, tmp_path: Path) -> Desk:
    """Keep uploads in a folder of the test's own."""
    spool = Spool(folder=tmp_path / "spool", limit=64 << 20)
    return Desk(database=url, spool=spool, limits=Limits(seconds=60, megabytes=1024))


@pytest.fixture
def send(database: Database, desk: Desk) -> Send:
    """Send a file in, as officer reyes does."""

    def sent(content: bytes, name: str = "manifest.csv", who: str = "reyes") -> Upload:
        with desk.spool.receive() as part:
            part.write(content)
            arrived = Arrived(name=name, sha256=part.keep(), size=part.size)
        return take_in(database, desk, arrived, who)

    return sent


@pytest.fixture(scope="session")
def sample() -> bytes:
    """Return the sample: 432 rows."""
    return data("samples", "manifest.csv").read_bytes()


@pytest.fixture
def bench(desk: Desk, database: Database) -> Bench:
    """Work under the name of worker one."""
    lease = Lease(worker="here 1 one")
    return Bench(desk=desk, database=database, lease=lease, leaving=threading.Event())


@pytest.fixture
def queued(database: Database, desk: Desk, send: Send, sample: bytes) -> Callable[..., Upload]:
    """Send a file in and let it be screened in batches of 50 rows."""

    def go(content: bytes = sample, name: str = "manifest.csv", **said: Any) -> Upload:
        upload = send(content, name)
        options = upload.options
        few = structs.replace(options.reading, **{"batch_rows": 50, **said})
        inspection = look_at(desk, upload, few)
        with database.work(stamp()) as work:
            told = set_options(
                work, upload, structs.replace(options, reading=few, day=DAY), inspection
            )
            return queue_upload(work, told, DAY)

    return go


@pytest.fixture
def screened(bench: Bench) -> Callable[[Upload], Upload]:
    """Screen the upload that has waited longest, and return this one as it is then."""

    def go(upload: Upload) -> Upload:
        with bench.database.work(stamp()) as work:
            taken = take_upload(work, bench.lease)
        if taken is not None:
            screen_upload(bench, taken)
        with bench.database.work() as work:
            return upload_of(work, upload.id)

    return go
