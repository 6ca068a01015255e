"""Uploads: files received, how each is read, and the lease of the process that screens it.

    received ─► mapped ─► queued ─► running ─► done
        │          │         │         ├─────► failed ────┐
        └──────────┴─────────┴─────────┴─────► cancelled ─┴─► queued

`received`: some option must be confirmed first; `mapped`: ready to start.

A process leases an upload for a time and renews the lease. When it stops renewing, another process
takes over and continues at the checkpoint.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Select, and_, func, insert, or_, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode, encode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.readers.inspection import Inspection
from tidewaiter.trade.types import ReadOptions

State = Literal["received", "mapped", "queued", "running", "done", "failed", "cancelled"]

OPEN: tuple[State, ...] = ("received", "mapped", "failed", "cancelled")
"""States in which its options can be changed and its screening started."""

ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

LARGEST = 2**63 - 1
"""Largest number that a database stores."""


class Options(Record, frozen=True, kw_only=True):
    """Reading and screening options of an upload."""

    reading: ReadOptions = msgspec.field(default_factory=ReadOptions)
    day: date | None = None  # date of the law applied; None: the day on which it is queued
    street: bool = False  # recognise slang


class Reached(Record, frozen=True, kw_only=True):
    """Progress and results of a screening."""

    read: int = 0  # bytes
    row: int = 0  # last row done
    lines: int = 0
    alerts: Mapping[str, int] = {}  # severity -> count, including restricted ones
    open_alerts: Mapping[str, int] = {}  # same, for users without clearance
    refused_rows: int = 0
    refused_fields: int = 0
    seconds: float = 0.0
    beside: bool = False  # all lines are screened; other lines are being analysed
    scripts: Mapping[str, int] = {}  # names that are not compared with other scripts


class Upload(Record, frozen=True, kw_only=True):
    """An uploaded file."""

    id: int
    name: str
    sha256: str
    size: int  # bytes
    who: str
    received: str  # ISO 8601, UTC
    state: State
    version: int  # of options and state as set by its owner; a change names the version it saw
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
    """A file as received."""

    name: str  # as given, without folders
    sha256: str
    size: int


def add_upload(work: Work, arrived: Arrived, options: Options) -> Upload:
    """Record a received file.

    Args:
        work: A write transaction; its stamp says by whom and when.
        arrived: The file.
        options: Reading options known so far.
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
        MissingError: No upload has this number.
    """
    wanted = select(tables.upload).where(tables.upload.c.id == number)
    found = work.connection.execute(wanted).mappings() if 0 < number <= LARGEST else None
    row = found.one_or_none() if found else None
    if row is None:
        raise MissingError("store/no-upload", number=number)
    return read_upload(row)


def uploads(work: Work, *, before: int | None = None, rows: int = 50) -> list[Upload]:
    """Read uploads, newest first.

    Args:
        work: Any transaction.
        before: Id of the last one seen; None: start with the newest.
        rows: Maximum number.
    """
    wanted = select(tables.upload).order_by(tables.upload.c.id.desc()).limit(rows)
    if before is not None:
        wanted = wanted.where(tables.upload.c.id < max(0, min(before, LARGEST)))
    return [read_upload(row) for row in work.connection.execute(wanted).mappings()]


def running_now(work: Work, rows: int = 5) -> list[Upload]:
    """Read the queued and running uploads, first come first served."""
    u = tables.upload.c
    some = select(tables.upload).where(u.state.in_(("running", "queued")))
    found = work.connection.execute(some.order_by(u.state.desc(), u.id).limit(rows))
    return [read_upload(row) for row in found.mappings()]


def count_uploads(work: Work) -> dict[str, int]:
    """Count the uploads by state."""
    u = tables.upload.c
    found = work.connection.execute(select(u.state, func.count()).group_by(u.state))
    return {state: int(count) for state, count in found}


def twins(work: Work, sha256: str, *, but: int = 0, rows: int = 5) -> list[Upload]:
    """Read other uploads of the same bytes that did not fail or end early, newest first."""
    u = tables.upload.c
    same = select(tables.upload).where(u.sha256 == sha256, u.id != but)
    same = same.where(u.state.not_in(("failed", "cancelled"))).order_by(u.id.desc()).limit(rows)
    return [read_upload(row) for row in work.connection.execute(same).mappings()]


def last_like(work: Work, upload: Upload) -> Upload | None:
    """Read the last screened upload with the same columns; None: none."""
    u = tables.upload.c
    same = select(tables.upload).where(u.signature == upload.signature, u.id != upload.id)
    same = same.where(u.state.in_(("queued", "running", "done"))).order_by(u.id.desc()).limit(1)
    row = work.connection.execute(same).mappings().one_or_none() if upload.signature else None
    return read_upload(row) if row else None


def set_options(work: Work, seen: Upload, options: Options, inspection: Inspection) -> Upload:
    """Set the reading options of an upload, with the resulting preview.

    Args:
        work: A write transaction.
        seen: The upload as the officer saw it.
        options: The options.
        inspection: Preview of the file with these options.

    Raises:
        ConflictError: It was changed since, or is being screened.
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
    """Queue an upload for screening.

    Args:
        work: A write transaction.
        seen: The upload as the officer saw it.
        day: Today, for options without a day.

    Raises:
        ConflictError: It was changed since, or is being screened.
        InputError: Its content is no longer stored, or an option must be confirmed first.
    """
    if not seen.held:
        raise InputError("store/file-no-longer-kept")
    if seen.inspection is None or not seen.inspection.is_clear:
        raise InputError("store/reading-not-clear", at=seen.name)
    options = msgspec.structs.replace(seen.options, day=seen.options.day or day)
    facts = {"options": encode(options), "tries": 0, "stop": 0}
    facts |= dict.fromkeys(("finished", "error", "hint"))
    return _change(work, seen, OPEN, "upload queued", state="queued", **facts)


def cancel_upload(work: Work, seen: Upload) -> Upload:
    """Cancel an upload; a running one stops after its next step.

    Results up to then stay.

    Raises:
        ConflictError: It was changed since, or has ended.
    """
    if seen.state == "running":
        return _change(work, seen, ("running",), "upload to be cancelled", stop=1)
    live: tuple[State, ...] = ("received", "mapped", "queued")
    at = moment(stamp_of(work).at)
    return _change(work, seen, live, "upload cancelled", state="cancelled", finished=at)


def copy_upload(work: Work, seen: Upload) -> Upload:
    """Create a new upload of the same bytes, to read them differently; the first one stays.

    Raises:
        InputError: The content is no longer stored.
    """
    if not seen.held:
        raise InputError("store/file-no-longer-kept")
    arrived = Arrived(name=seen.name, sha256=seen.sha256, size=seen.size)
    return add_upload(work, arrived, seen.options)


def drop_upload(work: Work, seen: Upload) -> Upload:
    """Delete the content of an upload; its results stay.

    Raises:
        ConflictError: It was changed since, or is queued or running.
    """
    free: tuple[State, ...] = ("received", "mapped", "done", "failed", "cancelled")
    state = seen.state if seen.state in ENDED else "cancelled"
    return _change(work, seen, free, "upload dropped", held=0, state=state)


def drop_old_uploads(work: Work, before: datetime) -> list[Upload]:
    """Delete the content of old uploads that are not queued or running.

    Args:
        work: A write transaction.
        before: Limit on the time of receipt or end.

    Returns:
        The uploads affected.
    """
    u = tables.upload.c
    wanted = select(tables.upload).where(u.held == 1, u.state.not_in(("queued", "running")))
    rows = work.connection.execute(wanted.order_by(u.id)).mappings()
    old = [up for up in map(read_upload, rows) if (up.finished or up.received) < moment(before)]
    return [drop_upload(work, each) for each in old]


def unheld(work: Work, digests: Sequence[str]) -> list[str]:
    """Return those of some digests that no upload's content has any more."""
    u = tables.upload.c
    wanted = select(u.sha256).where(u.held == 1, u.sha256.in_(digests)).distinct()
    held = set(work.connection.execute(wanted).scalars())
    return [each for each in digests if each not in held]


def _change(
    work: Work, seen: Upload, states: Sequence[State], action: str, **facts: object
) -> Upload:
    """Change an upload, if unchanged since it was seen and in one of these states."""
    u = tables.upload.c
    same = (u.id == seen.id, u.version == seen.version, u.state.in_(states))
    wanted = update(tables.upload).where(*same).values(version=seen.version + 1, **facts)
    if not work.connection.execute(wanted).rowcount:
        now = upload_of(work, seen.id)
        raise ConflictError("store/upload-changed-since-you-looked", id=seen.id, state=now.state)
    found = upload_of(work, seen.id)
    record_change(work, action, {"upload": found.id, "state": found.state})
    return found


def read_upload(row: Mapping[Any, Any]) -> Upload:
    """Build the record of a table row."""
    facts, what = dict(row), f"upload {row['id']}"
    facts["options"] = decode(facts["options"], Options, what)
    for name, kind in (("inspection", Inspection), ("progress", Reached)):
        facts[name] = decode(facts[name], kind, what) if facts[name] else None
    facts |= {name: bool(facts[name]) for name in ("stop", "held")}
    return Upload(**facts)


MOST = 2
"""Attempts without progress before an upload is given up."""

Orders = Literal["go on", "stop", "lost"]
"""Instruction to a process: continue; stop, as it is cancelled; or leave it to its new owner."""

_POISONED = "the process that screened it ended twice without a word, and got nowhere"
_HINT = "it may have been stopped from outside, or short of memory: try again, or send it in parts"


class Lease(Record, frozen=True, kw_only=True):
    """Holder and duration of a lease."""

    worker: str
    seconds: float = 60.0

    def until(self, now: datetime) -> str:
        """Return when it ends unless renewed."""
        return moment(now + timedelta(seconds=self.seconds))


def is_waiting(work: Work, now: datetime, *, gone: Sequence[int] = ()) -> bool:
    """Return whether an upload is available, without blocking writers."""
    return work.connection.execute(_waiting(now, gone).limit(1)).first() is not None


def take_upload(work: Work, lease: Lease, *, gone: Sequence[int] = ()) -> Upload | None:
    """Lease the upload that has waited longest, or one of a dead process.

    Args:
        work: A write transaction.
        lease: The new lease.
        gone: Uploads of processes known to be dead, regardless of their leases.

    Returns:
        The upload, now running; None: none is waiting.
    """
    for row in work.connection.execute(_waiting(stamp_of(work).at, gone)).mappings().all():
        upload = read_upload(row)
        if upload.state == "running" and upload.stop:
            _end(work, upload, "cancelled")
        elif upload.tries >= MOST:
            _end(work, upload, "failed", error=_POISONED, hint=_HINT)
        else:
            return _take(work, upload, lease)
    return None


def _waiting(now: datetime, gone: Sequence[int]) -> Select[Any]:
    u = tables.upload.c
    left = and_(u.state == "running", or_(u.until < moment(now), u.id.in_(gone)))
    return select(tables.upload).where(or_(u.state == "queued", left)).order_by(u.id)


def _take(work: Work, upload: Upload, lease: Lease) -> Upload:
    facts = {"state": "running", "worker": lease.worker, "until": lease.until(stamp_of(work).at)}
    _set(work, upload.id, tries=upload.tries + 1, **facts)
    action = "upload begun" if upload.state == "queued" else "upload taken over"
    record_change(work, action, {"upload": upload.id, "tries": upload.tries + 1})
    return upload_of(work, upload.id)


def _held(work: Work, number: int, lease: Lease) -> Upload | None:
    """Return an upload if the process of the lease still has it."""
    upload = upload_of(work, number)
    return upload if upload.state == "running" and upload.worker == lease.worker else None


def renew_lease(
    work: Work,
    number: int,
    lease: Lease,
    reached: Reached | None = None,
    screening: int | None = None,
) -> Orders:
    """Renew a lease, and report progress.

    Args:
        work: A write transaction.
        number: Upload number.
        lease: Who has it.
        reached: Progress; any advance resets the attempts.
        screening: Screening id, once there is one.
    """
    upload = _held(work, number, lease)
    if upload is None:
        return "lost"
    facts: dict[str, object] = {"until": lease.until(stamp_of(work).at)}
    if reached is not None:
        facts |= {"progress": encode(reached), "tries": 0}
    if screening is not None:
        facts["screening"] = screening
    _set(work, number, **facts)
    return "stop" if upload.stop else "go on"


def end_upload(
    work: Work,
    number: int,
    lease: Lease,
    state: Literal["done", "cancelled", "queued"],
    *,
    screening: int | None = None,
    reached: Reached | None = None,
) -> bool:
    """Release an upload: done, cancelled, or waiting for another process.

    Args:
        work: A write transaction.
        number: Upload number.
        lease: Who has it.
        state: Its next state.
        screening: Screening id, if there is one.
        reached: Progress.

    Returns:
        Whether this process still held the lease.
    """
    upload = _held(work, number, lease)
    if upload is None:
        return False
    facts: dict[str, object] = {}
    if screening is not None:
        facts["screening"] = screening
    if reached is not None:
        facts["progress"] = encode(reached)
    if state == "queued":
        facts["tries"] = max(0, upload.tries - 1)
    _end(work, upload, state, **facts)
    return True


def retry_upload(work: Work, number: int, lease: Lease) -> bool:
    """Release an upload after an error, for another attempt.

    Returns:
        Whether this process still held the lease.
    """
    upload = _held(work, number, lease)
    if upload is None:
        return False
    _end(work, upload, "queued")
    return True


def fail_upload(work: Work, number: int, lease: Lease, error: str, hint: str = "") -> bool:
    """Give up an upload, with a reason.

    Returns:
        Whether this process still held the lease.
    """
    upload = _held(work, number, lease)
    if upload is None:
        return False
    _end(work, upload, "failed", error=error, hint=hint)
    return True


def running_uploads(work: Work, host: str) -> list[Upload]:
    """Read the uploads leased by processes of a machine."""
    u = tables.upload.c
    mine = u.worker.startswith(f"{host} ", autoescape=True)
    wanted = select(tables.upload).where(u.state == "running", mine).order_by(u.id)
    return [read_upload(row) for row in work.connection.execute(wanted).mappings()]


def _end(work: Work, upload: Upload, state: str, **facts: object) -> None:
    finished = None if state == "queued" else moment(stamp_of(work).at)
    _set(work, upload.id, state=state, worker=None, until=None, finished=finished, **facts)
    record_change(work, f"upload {state}", {"upload": upload.id, "state": state})


def _set(work: Work, number: int, **facts: object) -> None:
    chosen = update(tables.upload).where(tables.upload.c.id == number)
    # What its owner sees has changed: changes based on the old version are refused.
    version = tables.upload.c.version + int("state" in facts)
    work.connection.execute(chosen.values(version=version, **facts))
