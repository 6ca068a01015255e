"""Steps of a case: what was added, said, asked, decided or changed. Nothing of one is ever changed.

A step is hashed with a salt of its own, and the audit holds that digest. So a step can be proved
to whoever has it; once its words and its salt are erased, the digest says nothing of them.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import get_args

import msgspec

from tidewaiter.base.records import Record

SALT = 16  # bytes


class Content(Record, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """What a step holds; each kind of step is a record of its own."""


class Opened(Content, frozen=True, kw_only=True):
    """The case was opened; who opened it owns it."""

    title: str


class Renamed(Content, frozen=True, kw_only=True):
    """It has another title."""

    title: str


class Owned(Content, frozen=True, kw_only=True):
    """It has another owner."""

    owner: str


class Shared(Content, frozen=True, kw_only=True):
    """Someone else needs to know."""

    user: str


class Unshared(Content, frozen=True, kw_only=True):
    """Someone no longer needs to know."""

    user: str


class AlertAdded(Content, frozen=True, kw_only=True):
    """An alert belongs to it."""

    alert: str  # id


class ConsignmentAdded(Content, frozen=True, kw_only=True):
    """A consignment belongs to it, with all of its lines."""

    source: int  # id of the file that it was read from
    consignment: str


class PartyAdded(Content, frozen=True, kw_only=True):
    """A party belongs to it, as papers write it or as a list names it."""

    name: str
    role: str = ""  # on the papers
    country: str = ""
    list: str = ""  # slug; "": as papers write it
    entry: str = ""  # id in the list
    alert: str = ""  # id of the alert that shows it
    note: str = ""


class FileAdded(Content, frozen=True, kw_only=True):
    """A file belongs to it."""

    name: str  # as it was called; it is never used as a path
    sha256: str
    size: int  # bytes
    type: str  # as its first bytes say
    note: str = ""


class Note(Content, frozen=True, kw_only=True):
    """Words; where the step is about another note, they correct it."""

    text: str


class Task(Content, frozen=True, kw_only=True):
    """Something to be done."""

    who: str
    what: str
    due: date | None = None


class Done(Content, frozen=True, kw_only=True):
    """A task is done."""

    note: str = ""


class Withdrawn(Content, frozen=True, kw_only=True):
    """What was added does not belong here; it stays in the trail."""

    why: str


class Proposed(Content, frozen=True, kw_only=True):
    """It should be closed as dismissed: someone else is to look."""

    why: str


class Agreed(Content, frozen=True, kw_only=True):
    """The second pair of eyes agrees: it is closed as dismissed."""

    note: str = ""


class Refused(Content, frozen=True, kw_only=True):
    """The second pair of eyes does not agree."""

    why: str


class Recalled(Content, frozen=True, kw_only=True):
    """Who proposed it takes the proposal back."""

    why: str = ""


class Confirmed(Content, frozen=True, kw_only=True):
    """It is closed: it was as the alerts say."""

    why: str


class Referred(Content, frozen=True, kw_only=True):
    """It is closed here: someone else goes on with it."""

    to: str
    why: str


class Reopened(Content, frozen=True, kw_only=True):
    """It is open again."""

    why: str


class Retained(Content, frozen=True, kw_only=True):
    """How long it is kept at least, and by which rule."""

    until: date  # the last day on which it is kept
    basis: str


class Held(Content, frozen=True, kw_only=True):
    """A legal hold: nothing may be erased."""

    why: str


class Unheld(Content, frozen=True, kw_only=True):
    """The legal hold is over."""

    why: str


class Erased(Content, frozen=True, kw_only=True):
    """What could name people was erased; the digests stay."""

    steps: int  # how many
    why: str


class Exported(Content, frozen=True, kw_only=True):
    """The case was given out as a bundle."""

    restricted: bool  # with what is for the authority only


class Drafted(Content, frozen=True, kw_only=True):
    """A report of a suspicion was filled."""

    form: str  # slug
    fields: Mapping[str, str]  # what was written, by the key of the field


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
    """One step of a case."""

    id: int  # of all steps of all cases
    case: int
    kind: str  # of KINDS
    about: int | None = None  # the step that it corrects, ends or takes out
    restricted: bool = False  # for those only who are cleared
    by: str
    at: str  # ISO 8601, UTC
    written: str  # the content as JSON, byte by byte; "": erased
    salt: str  # in hexadecimal digits; "": erased
    digest: str  # over both; it stays when they are erased
    entry: int  # number of its entry in the audit

    def content(self) -> AnyContent | None:
        """Return what it holds; None: it was erased.

        Raises:
            ValueError: It is none that we wrote.
        """
        return read_content(self.written) if self.written else None


def kind_of(content: AnyContent) -> str:
    """Return the word for a kind of step."""
    return type(content).__name__.lower()


def write_content(content: AnyContent) -> str:
    """Write what a step holds as JSON."""
    return msgspec.json.encode(content, order="sorted").decode()


def read_content(written: str) -> AnyContent:
    """Read what `write_content` wrote.

    Raises:
        ValueError: It is none that we wrote.
    """
    return msgspec.json.decode(written, type=AnyContent)


def step_digest(salt: str, written: str) -> str:
    """Return the digest that the audit holds of a step: SHA-256 over its salt and its content.

    Raises:
        ValueError: The salt is not in hexadecimal digits.
    """
    return hashlib.sha256(bytes.fromhex(salt) + written.encode()).hexdigest()
