"""Records of the upload pages, and the phases of a screening."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.uploads import Options, Reached, State, Upload
from tidewaiter.trade.readers.inspection import Inspection
from tidewaiter.trade.types import Refusal

Phase = Literal["", "turn", "start", "loading"]
"""turn: others are before it; start: it is next; loading: substances, rules and lists; "": reading
lines, or ended."""


def phase_of(upload: Upload, *, first: bool = True) -> Phase:
    """Return the phase of an upload's screening.

    Args:
        upload: Any.
        first: No other upload is before it.
    """
    if upload.state not in {"queued", "running"} or (upload.progress and upload.progress.lines):
        return ""
    if not first:
        return "turn"
    return "loading" if upload.state == "running" else "start"


Version = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
Short = Annotated[str, msgspec.Meta(max_length=40)]


class Shown(Record, frozen=True, kw_only=True):
    """An upload as visible to a user."""

    id: int
    name: str
    sha256: str
    size: int  # bytes
    who: str
    received: str
    state: State
    version: int
    options: Options
    inspection: Inspection | None
    screening: int | None
    alerts: Mapping[str, int]  # severity -> how many
    read: int  # bytes
    row: int
    lines: int
    refused_rows: int
    refused_fields: int
    seconds: float
    scripts: Mapping[str, int]  # party names not comparable with other scripts
    beside: bool  # all lines are screened; other lines are being analysed
    stopping: bool
    finished: str | None
    error: str | None
    hint: str | None
    held: bool
    phase: Phase  # current phase; "": reading lines, or ended


class UploadsPage(Record, frozen=True, kw_only=True):
    """The uploads, newest first."""

    uploads: tuple[Shown, ...]
    next: int | None  # id of the last one shown; None: no further ones
    ready: int  # of these, ready to be screened
    limit: int  # maximum bytes of a file
    days: int  # retention of files
    alone: bool  # an administrator, and no account decides alerts


class UploadPage(Record, frozen=True, kw_only=True):
    """An upload: options, progress and results."""

    upload: Shown
    twins: tuple[Shown, ...]  # screened uploads of the same content
    like: Shown | None  # last upload with the same columns
    refusals: tuple[Refusal, ...]  # first unreadable rows


class Taken(Record, frozen=True, kw_only=True):
    """The uploads of a form."""

    uploads: tuple[Shown, ...]


class Reading(Record, frozen=True, kw_only=True):
    """Reading and screening options."""

    version: Version  # of the upload as seen
    then: Literal["look", "screen"] = "look"
    map: tuple[str, ...] = ()  # field=column
    day: date | None = None  # date of the law applied; None: today
    sheet: str = ""
    format: Short = ""
    encoding: Short = ""
    delimiter: Annotated[str, msgspec.Meta(max_length=4)] = ""
    decimal: Literal["", ".", ","] = ""
    dates: Literal["", "dmy", "mdy"] = ""
    net: Short = ""  # unit of net masses without one
    gross: Short = ""
    street: bool = False


class Wanted(Record, frozen=True, kw_only=True):
    """A change of an upload as seen."""

    version: Version


def shown_to(user: User, upload: Upload, phase: Phase = "") -> Shown:
    """Return an upload as visible to a user: restricted alerts count for cleared users only."""
    reached = upload.progress or Reached()
    same = {
        name: getattr(upload, name) for name in Shown.__struct_fields__ if hasattr(upload, name)
    }
    figures = (
        "read",
        "row",
        "lines",
        "refused_rows",
        "refused_fields",
        "seconds",
        "beside",
        "scripts",
    )
    return Shown(
        **same,
        alerts=reached.alerts if user.account.cleared else reached.open_alerts,
        **{name: getattr(reached, name) for name in figures},
        stopping=upload.stop and upload.state == "running",
        phase=phase,
    )
