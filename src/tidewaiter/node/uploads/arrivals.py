"""Received files: recording, preview, re-reading and removal; the sample."""

import hashlib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.resources import data
from tidewaiter.bulk.sandbox import confined
from tidewaiter.node.uploads.jobs import stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.uploads import (
    Arrived,
    Options,
    Upload,
    add_upload,
    copy_upload,
    drop_upload,
    last_like,
    queue_upload,
    set_options,
    twins,
    unheld,
)
from tidewaiter.trade.readers.inspection import Inspection, inspect_file
from tidewaiter.trade.types import ReadOptions

_BEGIN = 16  # bytes that name the format
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_HOPELESS = frozenset({"trade/pdf-damaged", "trade/pdf-encrypted"})


def look_at(desk: Desk, upload: Upload, reading: ReadOptions) -> Inspection:
    """Preview the first rows of an upload in a sandboxed process.

    Args:
        desk: Upload settings.
        upload: Its content must be stored.
        reading: Reading options.

    Returns:
        The preview; if the file is unreadable, why.
    """
    place = desk.spool.place(upload.sha256)
    if not upload.held or not place.is_file():
        raise InputError("node/file-no-longer-kept")
    try:
        return confined(_inspect, place, upload.name, reading, limits=desk.limits)
    except TidewaiterError as error:
        return Inspection(form="", signature="").with_error(error, error.at)


def _inspect(place: Path, name: str, reading: ReadOptions) -> Inspection:
    with place.open("rb") as file:
        return inspect_file(file, name, reading)


def take_in(database: Database, desk: Desk, arrived: Arrived, who: str) -> Upload:
    """Record a file with its content in the spool, and preview it.

    A file with known columns gets the same reading options.

    Args:
        database: The database.
        desk: Upload settings.
        arrived: The file.
        who: Uploading user.

    Raises:
        InputError: The file is empty or a picture, or a PDF that cannot be read.
    """
    try:
        _check_readable(desk, arrived)
    except TidewaiterError:
        with database.work() as work:
            desk.spool.remove(unheld(work, [arrived.sha256]), [])
        raise
    with database.work(_stamp(who)) as work:
        if not desk.spool.place(arrived.sha256).is_file():  # just deleted with another upload
            raise InputError("node/file-dropped")
        upload = add_upload(work, arrived, Options())
    return look_again(database, desk, upload, who)


def _check_readable(desk: Desk, arrived: Arrived) -> None:
    """Refuse what no option can make readable.

    Raises:
        InputError: The file is empty or a picture, or a PDF that cannot be read.
    """
    if not arrived.size:
        raise InputError("trade/file-empty", at=arrived.name)
    place = desk.spool.place(arrived.sha256)
    if not place.is_file():
        return
    with place.open("rb") as file:
        begin = file.read(_BEGIN)
    if begin.startswith(_PICTURES) or (begin[:4] == b"RIFF" and begin[8:12] == b"WEBP"):
        raise InputError("node/picture-not-read", at=arrived.name)
    if begin.startswith(b"%PDF-"):
        options = ReadOptions()
        seen = confined(_inspect, place, arrived.name, options, limits=desk.limits)
        if seen.fault is not None and seen.fault.code in _HOPELESS:
            raise InputError(seen.fault.code, at=arrived.name)


def look_again(database: Database, desk: Desk, upload: Upload, who: str) -> Upload:
    """Preview an upload with its own options, otherwise those of the last similar one."""
    options = upload.options
    inspection = look_at(desk, upload, options.reading)
    with database.work() as work:
        like = last_like(work, structs.replace(upload, signature=inspection.signature))
    if like is not None and options == Options() and like.options.reading != options.reading:
        remembered = Options(reading=like.options.reading, street=like.options.street)
        again = look_at(desk, upload, remembered.reading)
        if again.is_clear:
            options, inspection = remembered, again
    with database.work(_stamp(who)) as work:
        return set_options(work, upload, options, inspection)


def send_away(database: Database, desk: Desk, upload: Upload, who: str) -> Upload:
    """Delete content and journal of an upload, unless another upload has the same content."""
    with database.work(_stamp(who)) as work:
        dropped = drop_upload(work, upload)
        desk.spool.remove(unheld(work, [upload.sha256]), [upload.id])
    return dropped


def begin_anew(database: Database, desk: Desk, upload: Upload, who: str) -> Upload:
    """Create a new upload of the same content, to read it differently."""
    with database.work(_stamp(who)) as work:
        made = copy_upload(work, upload)
    return look_again(database, desk, made, who)


def _stamp(who: str) -> Stamp:
    return Stamp(who=who, at=datetime.now(UTC))


NAME = "sample manifest.csv"


def sample_upload(work: Work) -> Upload | None:
    """Find the sample among uploads screened or waiting."""
    found = twins(work, hashlib.sha256(_sample()).hexdigest())
    return next((each for each in found if each.state in {"queued", "running", "done"}), None)


def queue_sample(database: Database, desk: Desk, day: date) -> Upload:
    """Add the sample to the uploads; the next free worker screens it.

    Does nothing if it exists, as after a server restart.

    Args:
        database: The database.
        desk: Upload settings.
        day: Date of the law applied.

    Returns:
        The existing or new one.
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
