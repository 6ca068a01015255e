"""The sample comes in once, however often a server is started with it."""

from collections.abc import Callable
from datetime import date

from tests.found import alerts

from tidewaiter.node.uploads.arrivals import queue_sample, sample_upload
from tidewaiter.node.uploads.jobs import stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.core.database import Database
from tidewaiter.store.uploads import Upload, cancel_upload, uploads

FIRST, LATER = date(2026, 11, 25), date(2026, 11, 26)


def test_a_second_start_takes_no_second_sample(
    database: Database, desk: Desk, screened: Callable[[Upload], Upload]
) -> None:
    """Neither while it waits nor when it is screened, whatever day it is then."""
    first = queue_sample(database, desk, FIRST)
    assert queue_sample(database, desk, LATER) == first
    done = screened(first)
    assert done.state == "done"
    assert queue_sample(database, desk, LATER) == done
    with database.work() as work:
        assert [each.id for each in uploads(work)] == [first.id]
        found = alerts(work, rows=1_000)
    assert len(found) == len({each.row for each in found}) > 70


def test_what_somebody_sends_comes_in_each_time(
    database: Database, send: Callable[..., Upload], sample: bytes, desk: Desk
) -> None:
    """The bytes of the sample too; and a sample that was cancelled may come again."""
    assert send(sample).id != send(sample).id
    first = queue_sample(database, desk, FIRST)
    with database.work(stamp()) as work:
        cancel_upload(work, first)
        assert sample_upload(work) is None
    assert queue_sample(database, desk, LATER).id != first.id
