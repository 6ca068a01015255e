"""Leases: which process screens an upload, so that never two do, and none is left behind.

A process takes an upload for a time, and says again and again that it is still there. Where it says
so no more, another one takes the upload over, and goes on at its checkpoint.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, and_, or_, select, update

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import encode
from tidewaiter.store.uploads import Reached, Upload, read_upload, upload_of

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
