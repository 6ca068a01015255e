"""Uploads: files that were sent in, how each is to be read, and how far its screening is.

    received ─► mapped ─► queued ─► running ─► done
        │          │         │         ├─────► failed ────┐
        └──────────┴─────────┴─────────┴─────► cancelled ─┴─► queued

One is `received` while something must be asked, and `mapped` when nothing must.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import insert, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.consignments.readers.inspection import Inspection
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.store import tables
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode, encode, plain

State = Literal["received", "mapped", "queued", "running", "done", "failed", "cancelled"]

OPEN: tuple[State, ...] = ("received", "mapped", "failed", "cancelled")
"""States in which its options can be changed and its screening begun."""

ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

LARGEST = 2**63 - 1
"""The largest number that a database keeps."""


class Options(Record, frozen=True, kw_only=True):
    """How an upload is to be read, and what it is screened by."""

    reading: ReadOptions = msgspec.field(default_factory=ReadOptions)
    day: date | None = None  # whose law applies; None: of the day on which it is queued
    street: bool = False  # know street names


class Reached(Record, frozen=True, kw_only=True):
    """How far a screening is, and what it found."""

    read: int = 0  # bytes
    row: int = 0  # the last that is done
    lines: int = 0
    alerts: Mapping[str, int] = {}  # severity -> how many, restricted ones too
    open_alerts: Mapping[str, int] = {}  # as those see them who are not cleared for restricted ones
    refused_rows: int = 0
    refused_fields: int = 0
    seconds: float = 0.0
    beside: bool = False  # all lines are screened; other lines are looked through
    scripts: Mapping[str, int] = {}  # names that are not compared with other scripts


class Upload(Record, frozen=True, kw_only=True):
    """One file that was sent in."""

    id: int
    name: str
    sha256: str
    size: int  # bytes
    who: str
    received: str  # ISO 8601, UTC
    state: State
    version: int  # of its options and state as its owner set them; a change names the one it saw
    options: Options
    inspection: Inspection | None
    signature: str | None
    screening: int | None
    progress: Reached | None
    tries: int
    worker: str | None
    until: str | None
    stop: bool
    finished: str | None
    error: str | None
    hint: str | None
    held: bool


class Arrived(Record, frozen=True, kw_only=True):
    """A file as it came in."""

    name: str  # as given, without its folders
    sha256: str
    size: int


def add_upload(work: Work, arrived: Arrived, options: Options) -> Upload:
    """Keep that a file came in.

    Args:
        work: Begun with a stamp, which says by whom and when.
        arrived: The file.
        options: How it is to be read as far as that is known.
    """
    stamp = stamp_of(work)
    row = {
        "name": plain(arrived.name),
        "sha256": arrived.sha256,
        "size": arrived.size,
        "who": plain(stamp.who),
        "received": moment(stamp.at),
        "state": "received",
        "version": 0,
        "options": encode(options),
        "tries": 0,
        "stop": 0,
        "held": 1,
    }
    made = work.connection.execute(insert(tables.upload).values(**row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    said: Details = {"upload": number, "sha256": arrived.sha256, "size": arrived.size}
    record_change(work, "upload received", said)
    return upload_of(work, number)


def upload_of(work: Work, number: int) -> Upload:
    """Read an upload.

    Raises:
        MissingError: There is none of this number.
    """
    wanted = select(tables.upload).where(tables.upload.c.id == number)
    found = work.connection.execute(wanted).mappings() if 0 < number <= LARGEST else None
    row = found.one_or_none() if found else None
    if row is None:
        raise MissingError(f"there is no upload {number}", hint="look at the list of uploads")
    return read_upload(row)


def uploads(work: Work, *, before: int | None = None, rows: int = 50) -> list[Upload]:
    """Read uploads, the newest first.

    Args:
        work: Any.
        before: The id of the last one seen; None: from the newest.
        rows: How many at most.
    """
    wanted = select(tables.upload).order_by(tables.upload.c.id.desc()).limit(rows)
    if before is not None:
        wanted = wanted.where(tables.upload.c.id < max(0, min(before, LARGEST)))
    return [read_upload(row) for row in work.connection.execute(wanted).mappings()]


def running_now(work: Work, rows: int = 5) -> list[Upload]:
    """Read the uploads that are being screened or wait for it, the first to come first."""
    u = tables.upload.c
    some = select(tables.upload).where(u.state.in_(("running", "queued")))
    found = work.connection.execute(some.order_by(u.state.desc(), u.id).limit(rows))
    return [read_upload(row) for row in found.mappings()]


def twins(work: Work, sha256: str, *, but: int = 0, rows: int = 5) -> list[Upload]:
    """Read the uploads of some bytes, but one, that did not fail or end early, the newest first."""
    u = tables.upload.c
    same = select(tables.upload).where(u.sha256 == sha256, u.id != but)
    same = same.where(u.state.not_in(("failed", "cancelled"))).order_by(u.id.desc()).limit(rows)
    return [read_upload(row) for row in work.connection.execute(same).mappings()]


def last_like(work: Work, upload: Upload) -> Upload | None:
    """Read the last upload with the same columns that was screened; None: there is none."""
    u = tables.upload.c
    same = select(tables.upload).where(u.signature == upload.signature, u.id != upload.id)
    same = same.where(u.state.in_(("queued", "running", "done"))).order_by(u.id.desc()).limit(1)
    row = work.connection.execute(same).mappings().one_or_none() if upload.signature else None
    return read_upload(row) if row else None


def set_options(work: Work, seen: Upload, options: Options, inspection: Inspection) -> Upload:
    """Say how an upload is to be read, and what is seen of it then.

    Args:
        work: Begun with a stamp.
        seen: As the officer saw it.
        options: How it is to be read.
        inspection: Of the file with these options.

    Raises:
        ConflictError: Somebody changed it since, or it is being screened.
    """
    state = "mapped" if inspection.is_clear else "received"
    facts = {
        "options": encode(options),
        "inspection": encode(inspection),
        "signature": inspection.signature,
        **dict.fromkeys(("error", "hint")),
    }
    return _change(work, seen, OPEN, "upload mapped", state=state, **facts)


def queue_upload(work: Work, seen: Upload, day: date) -> Upload:
    """Let an upload be screened, when its turn comes.

    Args:
        work: Begun with a stamp.
        seen: As the officer saw it.
        day: Today, where its options name no day of the law.

    Raises:
        ConflictError: Somebody changed it since, or it is being screened.
        InputError: Its bytes are no longer kept, or something must be asked first.
    """
    if not seen.held:
        raise InputError("the file is no longer kept", hint="send it again")
    if seen.inspection is None or not seen.inspection.is_clear:
        hint = "answer what is asked about its columns first"
        raise InputError("it is not clear how the file is to be read", at=seen.name, hint=hint)
    options = msgspec.structs.replace(seen.options, day=seen.options.day or day)
    facts = {"options": encode(options), "tries": 0, "stop": 0}
    facts |= dict.fromkeys(("finished", "error", "hint"))
    return _change(work, seen, OPEN, "upload queued", state="queued", **facts)


def cancel_upload(work: Work, seen: Upload) -> Upload:
    """Let an upload not be screened; one that is being screened stops after its next step.

    What was found until then stays.

    Raises:
        ConflictError: Somebody changed it since, or it has ended.
    """
    if seen.state == "running":
        return _change(work, seen, ("running",), "upload to be cancelled", stop=1)
    live: tuple[State, ...] = ("received", "mapped", "queued")
    at = moment(stamp_of(work).at)
    return _change(work, seen, live, "upload cancelled", state="cancelled", finished=at)


def copy_upload(work: Work, seen: Upload) -> Upload:
    """Begin anew with the same bytes, to read them in another way; the first upload stays.

    Raises:
        InputError: The bytes are no longer kept.
    """
    if not seen.held:
        raise InputError("the file is no longer kept", hint="send it again")
    arrived = Arrived(name=seen.name, sha256=seen.sha256, size=seen.size)
    return add_upload(work, arrived, seen.options)


def drop_upload(work: Work, seen: Upload) -> Upload:
    """Keep the bytes of an upload no longer; what was found in them stays.

    Raises:
        ConflictError: Somebody changed it since, or it is waiting or being screened.
    """
    free: tuple[State, ...] = ("received", "mapped", "done", "failed", "cancelled")
    state = seen.state if seen.state in ENDED else "cancelled"
    return _change(work, seen, free, "upload dropped", held=0, state=state)


def drop_old_uploads(work: Work, before: datetime) -> list[Upload]:
    """Keep the bytes of old uploads no longer, those that wait or are being screened apart.

    Args:
        work: Begun with a stamp.
        before: When the last of them came in or ended.

    Returns:
        Those that were dropped.
    """
    u = tables.upload.c
    wanted = select(tables.upload).where(u.held == 1, u.state.not_in(("queued", "running")))
    rows = work.connection.execute(wanted.order_by(u.id)).mappings()
    old = [up for up in map(read_upload, rows) if (up.finished or up.received) < moment(before)]
    return [drop_upload(work, each) for each in old]


def unheld(work: Work, digests: Sequence[str]) -> list[str]:
    """Return those of some digests whose bytes no upload holds any more."""
    u = tables.upload.c
    wanted = select(u.sha256).where(u.held == 1, u.sha256.in_(digests)).distinct()
    held = set(work.connection.execute(wanted).scalars())
    return [each for each in digests if each not in held]


def _change(
    work: Work, seen: Upload, states: Sequence[State], action: str, **facts: object
) -> Upload:
    """Change an upload that is as it was seen, and in one of these states."""
    u = tables.upload.c
    same = (u.id == seen.id, u.version == seen.version, u.state.in_(states))
    wanted = update(tables.upload).where(*same).values(version=seen.version + 1, **facts)
    if not work.connection.execute(wanted).rowcount:
        now = upload_of(work, seen.id)
        raise ConflictError(
            f"upload {seen.id} was changed since you looked: it is {now.state} now",
            hint="look at it again",
        )
    found = upload_of(work, seen.id)
    record_change(work, action, {"upload": found.id, "state": found.state})
    return found


def read_upload(row: Mapping[Any, Any]) -> Upload:
    """Make a record of a row of the table."""
    facts, what = dict(row), f"upload {row['id']}"
    facts["options"] = decode(facts["options"], Options, what)
    for name, kind in (("inspection", Inspection), ("progress", Reached)):
        facts[name] = decode(facts[name], kind, what) if facts[name] else None
    facts |= {name: bool(facts[name]) for name in ("stop", "held")}
    return Upload(**facts)
