"""The sample: made-up consignments, so that the first visit has something to see."""

import hashlib
from datetime import date
from functools import cache

from tidewaiter.base.resources import data
from tidewaiter.store.database import Database, Work
from tidewaiter.store.uploads import Arrived, Upload, queue_upload, twins
from tidewaiter.uploads.arrivals import take_in
from tidewaiter.uploads.desk import Desk
from tidewaiter.uploads.jobs import stamp

NAME = "sample manifest.csv"


def sample_upload(work: Work) -> Upload | None:
    """Find the sample among the uploads that are screened or will be."""
    found = twins(work, hashlib.sha256(_sample()).hexdigest())
    return next((each for each in found if each.state in {"queued", "running", "done"}), None)


def queue_sample(database: Database, desk: Desk, day: date) -> Upload:
    """Put the sample among the uploads, to be screened by the next worker.

    Where it is there already, as when a server starts again, nothing comes in.

    Args:
        database: Of the desk.
        desk: Of the installation.
        day: Whose law applies.

    Returns:
        The one that was there, or the new one.
    """
    with database.work() as work:
        known = sample_upload(work)
    if known is not None:
        return known
    with desk.spool.receive() as part:
        part.write(_sample())
        digest, size = part.keep(), part.size
    arrived = Arrived(name=NAME, sha256=digest, size=size)
    upload = take_in(database, desk, arrived, stamp().who)
    with database.work(stamp()) as work:
        return queue_upload(work, upload, day)


@cache
def _sample() -> bytes:
    return data("samples", "manifest.csv").read_bytes()
