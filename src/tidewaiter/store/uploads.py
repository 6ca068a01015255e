"""Uploads: files sent in, how each is read, and the lease of the process that screens it.

    received ─► mapped ─► queued ─► running ─► done
        │          │         │         ├─────► failed ────┐
        └──────────┴─────────┴─────────┴─────► cancelled ─┴─► queued

One is `received` while something must be asked, and `mapped` when nothing must.

A process takes an upload for a time, and says again and again that it is still there. Where it says
so no more, another one takes the upload over, and goes on at its checkpoint.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Select, and_, insert, or_, select, update

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
        raise MissingError("store/no-upload", number=number)
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
        raise InputError("store/file-no-longer-kept")
    if seen.inspection is None or not seen.inspection.is_clear:
        raise InputError("store/reading-not-clear", at=seen.name)
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
        raise InputError("store/file-no-longer-kept")
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
        raise ConflictError("store/upload-changed-since-you-looked", id=seen.id, state=now.state)
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


MOST = 2
"""How often an upload is begun without getting anywhere until it is given up."""

Orders = Literal["go on", "stop", "lost"]
"""What a process is to do: go on; stop, for it is cancelled; or leave it, for another has it."""

_POISONED = "the process that screened it ended twice without a word, and got nowhere"
_HINT = "it may have been stopped from outside, or short of memory: try again, or send it in parts"


class Lease(Record, frozen=True, kw_only=True):
    """Who has an upload, and for how long."""

    worker: str
    seconds: float = 60.0

    def until(self, now: datetime) -> str:
        """Return when it ends, unless it is renewed."""
        return moment(now + timedelta(seconds=self.seconds))


def is_waiting(work: Work, now: datetime, *, gone: Sequence[int] = ()) -> bool:
    """Tell whether there is an upload to take, without keeping writers waiting."""
    return work.connection.execute(_waiting(now, gone).limit(1)).first() is not None


def take_upload(work: Work, lease: Lease, *, gone: Sequence[int] = ()) -> Upload | None:
    """Take the upload that has waited longest, or one whose process has gone.

    Args:
        work: Begun with a stamp.
        lease: Who takes it.
        gone: Uploads whose processes are known to have ended, whatever their leases say.

    Returns:
        The upload, now running; None: there is none to be screened.
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


def renew_lease(
    work: Work,
    number: int,
    lease: Lease,
    reached: Reached | None = None,
    screening: int | None = None,
) -> Orders:
    """Say that a process is still at an upload, and how far it is.

    Args:
        work: Begun with a stamp.
        number: Of the upload.
        lease: Who has it.
        reached: How far it is, where it got further: the tries are counted anew.
        screening: Of the upload, once there is one.
    """
    upload = upload_of(work, number)
    if upload.state != "running" or upload.worker != lease.worker:
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
    failed: bool = False,
) -> bool:
    """End the work on an upload: it is done, cancelled, or waits for another process.

    Args:
        work: Begun with a stamp.
        number: Of the upload.
        lease: Who has it.
        state: Its next state.
        screening: Of the upload, where there is one.
        reached: How far it is.
        failed: It waits because something went wrong: this was a try.

    Returns:
        Whether it was still this process that had it.
    """
    upload = upload_of(work, number)
    if upload.state != "running" or upload.worker != lease.worker:
        return False
    facts: dict[str, object] = {}
    if screening is not None:
        facts["screening"] = screening
    if reached is not None:
        facts["progress"] = encode(reached)
    if state == "queued" and not failed:
        facts["tries"] = max(0, upload.tries - 1)
    _end(work, upload, state, **facts)
    return True


def fail_upload(work: Work, number: int, lease: Lease, error: str, hint: str = "") -> bool:
    """Give an upload up, and say why.

    Returns:
        Whether it was still this process that had it.
    """
    upload = upload_of(work, number)
    if upload.state != "running" or upload.worker != lease.worker:
        return False
    _end(work, upload, "failed", error=error, hint=hint)
    return True


def running_uploads(work: Work, host: str) -> list[Upload]:
    """Read the uploads that processes of a machine have, as their leases say."""
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
    # What its owner sees has changed: a change that rests on what was before is refused.
    version = tables.upload.c.version + int("state" in facts)
    work.connection.execute(chosen.values(version=version, **facts))
