"""The sample: made-up consignments, so that the first visit has something to see."""

import threading
import time
from datetime import date

from tidewaiter.base.resources import data
from tidewaiter.store.database import Database
from tidewaiter.store.leases import take_upload
from tidewaiter.store.uploads import ENDED, Arrived, Upload, queue_upload, upload_of
from tidewaiter.uploads.arrivals import take_in
from tidewaiter.uploads.desk import Desk
from tidewaiter.uploads.jobs import Bench, new_lease, screen_upload, stamp

NAME = "sample manifest.csv"
_POLL = 0.2  # seconds


def queue_sample(database: Database, desk: Desk, day: date) -> Upload:
    """Put the sample among the uploads, to be screened by the next worker.

    Args:
        database: Of the desk.
        desk: Of the installation.
        day: Whose law applies.
    """
    with desk.spool.receive() as part:
        part.write(data("samples", "manifest.csv").read_bytes())
        digest, size = part.keep(), part.size
    arrived = Arrived(name=NAME, sha256=digest, size=size)
    upload = take_in(database, desk, arrived, stamp().who)
    with database.work(stamp()) as work:
        return queue_upload(work, upload, day)


def load_sample(database: Database, desk: Desk, day: date) -> Upload:
    """Screen the sample into a database in this process.

    Args:
        database: Of the desk.
        desk: Of the installation.
        day: Whose law applies.

    Returns:
        The upload, done.
    """
    queued = queue_sample(database, desk, day)
    lease = new_lease()
    bench = Bench(desk=desk, database=database, lease=lease, leaving=threading.Event())
    upload = queued
    while upload.state not in ENDED:  # those that waited longer come first
        with database.work(stamp()) as work:
            taken = take_upload(work, lease)
        if taken is None:  # another process has it
            time.sleep(_POLL)
        else:
            screen_upload(bench, taken)
        with database.work() as work:
            upload = upload_of(work, queued.id)
    return upload
