"""The sample: made-up consignments, so that the first visit has something to see."""

from datetime import date

from tidewaiter.base.resources import data
from tidewaiter.store.database import Database
from tidewaiter.store.uploads import Arrived, Upload, queue_upload
from tidewaiter.uploads.arrivals import take_in
from tidewaiter.uploads.desk import Desk
from tidewaiter.uploads.jobs import stamp

NAME = "sample manifest.csv"


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
