"""Records of the pages of uploads, and the phases of a screening."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from tidewaiter import identify
from tidewaiter.base.records import Record
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.matching import matcher
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.uploads import Options, Reached, State, Upload
from tidewaiter.trade.readers.inspection import Inspection
from tidewaiter.trade.types import Refusal
from tidewaiter.web.core.node import Node

Phase = Literal["", "turn", "start", "scan", "search", "loading"]
"""turn: it waits for those before it; start: it is the next; scan, search: machine code of this
version is compiled, once; loading: substances, rules and lists are loaded; "": lines are read, or
it has ended."""


def phase_of(node: Node, upload: Upload, *, first: bool = True) -> Phase:
    """Say what the screening of an upload is at.

    Args:
        node: The installation.
        upload: Any.
        first: No other upload is before it.
    """
    if upload.state not in {"queued", "running"} or (upload.progress and upload.progress.lines):
        return ""
    if not first:
        return "turn"
    if not identify.is_ready():
        return "scan"
    lists = node.desk.lists
    if lists and not matcher.is_ready() and Archive(lists).slugs():
        return "search"
    return "loading" if upload.state == "running" else "start"


Version = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
Short = Annotated[str, msgspec.Meta(max_length=40)]


class Shown(Record, frozen=True, kw_only=True):
    """An upload as someone may see it."""

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
    scripts: Mapping[str, int]  # names of parties that are not compared with other scripts
    beside: bool  # all lines are screened; other lines are looked through
    stopping: bool
    finished: str | None
    error: str | None
    hint: str | None
    held: bool
    phase: Phase  # what it is at while no lines are read; "": they are, or it has ended


class UploadsPage(Record, frozen=True, kw_only=True):
    """The uploads, the newest first."""

    uploads: tuple[Shown, ...]
    next: int | None  # id of the last one shown, where there may be more
    ready: int  # of these that only wait to be screened
    limit: int  # bytes of a file
    days: int  # for which files are kept
    alone: bool  # the reader keeps the accounts, and nobody decides alerts


class UploadPage(Record, frozen=True, kw_only=True):
    """One upload: how it is read, how far its screening is, what came of it."""

    upload: Shown
    twins: tuple[Shown, ...]  # uploads of the same bytes that are screened
    like: Shown | None  # the last upload with the same columns
    refusals: tuple[Refusal, ...]  # the first of what could not be read


class Taken(Record, frozen=True, kw_only=True):
    """The uploads that a form brought."""

    uploads: tuple[Shown, ...]


class Reading(Record, frozen=True, kw_only=True):
    """How an upload is to be read and screened."""

    version: Version  # of the upload as it was seen
    then: Literal["look", "screen"] = "look"
    map: tuple[str, ...] = ()  # field=column
    day: date | None = None  # whose law applies; None: today
    sheet: str = ""
    format: Short = ""
    encoding: Short = ""
    delimiter: Annotated[str, msgspec.Meta(max_length=4)] = ""
    decimal: Literal["", ".", ","] = ""
    dates: Literal["", "dmy", "mdy"] = ""
    net: Short = ""  # unit of net masses that the file does not name
    gross: Short = ""
    street: bool = False


class Wanted(Record, frozen=True, kw_only=True):
    """A change of an upload that was seen."""

    version: Version


def shown_to(user: User, upload: Upload, phase: Phase = "") -> Shown:
    """Return an upload as a user may see it: restricted alerts are counted for those cleared."""
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
