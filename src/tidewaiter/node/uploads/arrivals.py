"""Arrivals: a file that came in is noted and looked at, read in another way, or sent away."""

from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.bulk.confined import confined
from tidewaiter.consignments.readers.inspection import Inspection, inspect_file
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.store.database import Database, Stamp
from tidewaiter.store.uploads import (
    Arrived,
    Options,
    Upload,
    add_upload,
    copy_upload,
    drop_upload,
    last_like,
    set_options,
    unheld,
)
from tidewaiter.uploads.desk import Desk


def look_at(desk: Desk, upload: Upload, reading: ReadOptions) -> Inspection:
    """Look at the first rows of an upload, in a process that may take so much and no more.

    Args:
        desk: Of the installation.
        upload: Its bytes must be kept.
        reading: How it is to be read.

    Returns:
        What is seen; where nothing can be read at all, why.
    """
    place = desk.spool.place(upload.sha256)
    if not upload.held or not place.is_file():
        raise InputError("the file is no longer kept", hint="send it again")
    try:
        return confined(_inspect, place, upload.name, reading, limits=desk.limits)
    except TidewaiterError as error:
        return Inspection(form="", signature="", problem=error.message, hint=error.hint)


def _inspect(place: Path, name: str, reading: ReadOptions) -> Inspection:
    with place.open("rb") as file:
        return inspect_file(file, name, reading)


def get_ready(desk: Desk) -> None:
    """Start what looks at files, so that the first one need not wait for it."""
    confined(len, "", limits=desk.limits)


def take_in(database: Database, desk: Desk, arrived: Arrived, who: str) -> Upload:
    """Keep that a file came in, and look at it; its bytes stand in the spool already.

    A file whose columns were seen before is read as that one was.

    Args:
        database: Of the desk.
        desk: Of the installation.
        arrived: The file.
        who: Who sent it.
    """
    with database.work(_stamp(who)) as work:
        if not desk.spool.place(arrived.sha256).is_file():  # dropped with another upload just now
            raise InputError("the file was dropped in the meantime", hint="send it again")
        upload = add_upload(work, arrived, Options())
    return look_again(database, desk, upload, who)


def look_again(database: Database, desk: Desk, upload: Upload, who: str) -> Upload:
    """Look at an upload with its own options, or else with those of the last one like it."""
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
    """Drop the bytes of an upload, and its journal, unless another upload holds the same bytes."""
    with database.work(_stamp(who)) as work:
        dropped = drop_upload(work, upload)
        desk.spool.remove(unheld(work, [upload.sha256]), [upload.id])
    return dropped


def begin_anew(database: Database, desk: Desk, upload: Upload, who: str) -> Upload:
    """Begin anew with the bytes of an upload, to read them in another way."""
    with database.work(_stamp(who)) as work:
        made = copy_upload(work, upload)
    return look_again(database, desk, made, who)


def _stamp(who: str) -> Stamp:
    return Stamp(who=who, at=datetime.now(UTC))
