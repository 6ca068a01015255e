"""Case steps: additions, notes, tasks, decisions and changes; immutable.

A step is hashed with its own salt, and the audit log holds the digest. So anyone with the step can
prove it; once text and salt are erased, the digest reveals nothing.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import get_args

import msgspec

from tidewaiter.base.records import Record

SALT = 16  # bytes


class Content(Record, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Content of a step; each kind of step has its own record."""


class Opened(Content, frozen=True, kw_only=True):
    """Case opened; the user becomes its owner."""

    title: str


class Renamed(Content, frozen=True, kw_only=True):
    """Title changed."""

    title: str


class Owned(Content, frozen=True, kw_only=True):
    """Owner changed."""

    owner: str


class Shared(Content, frozen=True, kw_only=True):
    """Member added."""

    user: str


class Unshared(Content, frozen=True, kw_only=True):
    """Member removed."""

    user: str


class AlertAdded(Content, frozen=True, kw_only=True):
    """Alert added."""

    alert: str  # id


class ConsignmentAdded(Content, frozen=True, kw_only=True):
    """Consignment added, with all of its lines."""

    source: int  # id of its file
    consignment: str


class PartyAdded(Content, frozen=True, kw_only=True):
    """Party added, as written in documents or on a list."""

    name: str
    role: str = ""  # in the documents
    country: str = ""
    list: str = ""  # slug; "": from documents
    entry: str = ""  # id in the list
    alert: str = ""  # id of the alert with it
    note: str = ""


class FileAdded(Content, frozen=True, kw_only=True):
    """File attached."""

    name: str  # original name; never used as a path
    sha256: str
    size: int  # bytes
    type: str  # detected from its first bytes
    note: str = ""


class Note(Content, frozen=True, kw_only=True):
    """A note; if the step refers to another note, a correction of it."""

    text: str


class Task(Content, frozen=True, kw_only=True):
    """Task added."""

    who: str
    what: str
    due: date | None = None


class Done(Content, frozen=True, kw_only=True):
    """Task completed."""

    note: str = ""


class Withdrawn(Content, frozen=True, kw_only=True):
    """Content removed; it stays in the history."""

    why: str


class Proposed(Content, frozen=True, kw_only=True):
    """Closing as dismissed proposed; a second person must review."""

    why: str


class Agreed(Content, frozen=True, kw_only=True):
    """Second person agrees: closed as dismissed."""

    note: str = ""


class Refused(Content, frozen=True, kw_only=True):
    """Second person disagrees."""

    why: str


class Recalled(Content, frozen=True, kw_only=True):
    """Proposal withdrawn by its author."""

    why: str = ""


class Confirmed(Content, frozen=True, kw_only=True):
    """Closed: the alerts were right."""

    why: str


class Referred(Content, frozen=True, kw_only=True):
    """Closed here: another authority continues."""

    to: str
    why: str


class Reopened(Content, frozen=True, kw_only=True):
    """Reopened."""

    why: str


class Retained(Content, frozen=True, kw_only=True):
    """Minimum retention, and its rule."""

    until: date  # last day of retention
    basis: str


class Held(Content, frozen=True, kw_only=True):
    """Legal hold: no erasure."""

    why: str


class Unheld(Content, frozen=True, kw_only=True):
    """Legal hold lifted."""

    why: str


class Erased(Content, frozen=True, kw_only=True):
    """Personal data erased; the digests stay."""

    steps: int  # how many
    why: str


class Exported(Content, frozen=True, kw_only=True):
    """Case exported as a bundle."""

    restricted: bool  # with restricted data


class Drafted(Content, frozen=True, kw_only=True):
    """Suspicious transaction report filled in."""

    form: str  # slug
    fields: Mapping[str, str]  # values by field key


AnyContent = (
    Opened
    | Renamed
    | Owned
    | Shared
    | Unshared
    | AlertAdded
    | ConsignmentAdded
    | PartyAdded
    | FileAdded
    | Note
    | Task
    | Done
    | Withdrawn
    | Proposed
    | Agreed
    | Refused
    | Recalled
    | Confirmed
    | Referred
    | Reopened
    | Retained
    | Held
    | Unheld
    | Erased
    | Exported
    | Drafted
)

KINDS: Mapping[str, type[Content]] = {each.__name__.lower(): each for each in get_args(AnyContent)}
"""The record of each kind of step."""


class Step(Record, frozen=True, kw_only=True):
    """A step of a case."""

    id: int  # unique across all cases
    case: int
    kind: str  # of KINDS
    about: int | None = None  # the step corrected, ended or removed
    restricted: bool = False  # cleared readers only
    by: str
    at: str  # ISO 8601, UTC
    written: str  # content as JSON, byte by byte; "": erased
    salt: str  # in hexadecimal digits; "": erased
    digest: str  # of both; stays after erasure
    entry: int  # number of its audit entry

    def content(self) -> AnyContent | None:
        """Return its content; None: erased.

        Raises:
            ValueError: It cannot be decoded.
        """
        return read_content(self.written) if self.written else None


def kind_of(content: AnyContent) -> str:
    """Return the tag of a step kind."""
    return type(content).__name__.lower()


def write_content(content: AnyContent) -> str:
    """Encode a step's content as JSON."""
    return msgspec.json.encode(content, order="sorted").decode()


def read_content(written: str) -> AnyContent:
    """Decode output of `write_content`.

    Raises:
        ValueError: It cannot be decoded.
    """
    return msgspec.json.decode(written, type=AnyContent)


def step_digest(salt: str, written: str) -> str:
    """Return a step's digest for the audit log: SHA-256 of salt and content.

    Raises:
        ValueError: The salt is not hexadecimal.
    """
    return hashlib.sha256(bytes.fromhex(salt) + written.encode()).hexdigest()
