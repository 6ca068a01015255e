"""What is told of joint cases: rows of the list, the page of one, and what is sent."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Purpose, Tlp
from tidewaiter.exchange.requests.acts import JointAct
from tidewaiter.exchange.requests.joint import (
    Decision,
    JointCase,
    Offer,
    Part,
    Side,
    Spoken,
    Taking,
    Together,
)
from tidewaiter.exchange.said import Said
from tidewaiter.store.fates import Fate
from tidewaiter.web.incidentrows import UnheededTold

_Text = Annotated[str, msgspec.Meta(max_length=4_000)]
_Short = Annotated[str, msgspec.Meta(max_length=200)]


class SidePart(Record, frozen=True, kw_only=True):
    """A node of a joint case, and whether it takes part."""

    node: str
    part: Part


class JointRow(Record, frozen=True, kw_only=True):
    """A joint case in the list; what is not here is None."""

    number: int  # in the address of its page
    id: str
    opener: str
    title: str | None
    purpose: Purpose | None
    tlp: Tlp | None
    day: date | None
    sides: tuple[SidePart, ...]
    part: Part | None  # of this node
    bundles: int
    subjects: int  # of which something is decided
    apart: int  # of which the sides have decided differently


class JointCasesPage(Record, frozen=True, kw_only=True):
    """Joint cases: those to which this node is invited first, then what was spoken of last."""

    rows: tuple[JointRow, ...]
    own: str
    names: dict[str, str]  # of peers
    cut: bool  # there are more than are shown


class SaidInCase(Record, frozen=True, kw_only=True):
    """Something that was said of a joint case."""

    message: str
    sender: str
    at: str  # ISO 8601, UTC
    kind: Literal["case", "part", "bundle", "decision"]
    told: str  # title, part, bundle or subject


class JointPage(Record, frozen=True, kw_only=True):
    """A joint case, and what this node may say in it now."""

    number: int
    id: str
    opener: str
    own: str
    case: JointCase | None  # None: it has not come, or was recalled
    sides: tuple[Side, ...]  # the opener first
    side_by_side: dict[str, dict[str, Decision | None]]  # by subject and node
    said: tuple[SaidInCase, ...]
    unheeded: tuple[UnheededTold, ...]
    destroyed: int  # messages that were recalled, so that nothing is known of them
    acts: tuple[JointAct, ...]
    fates: dict[str, Fate]  # by message: what became of it
    untold: tuple[str, ...]  # nodes of the case that are no peers, so that they are not told
    names: dict[str, str]
    group: str  # name of the group that it is for, where that is this node's; "": none


class OpenJoint(Record, frozen=True, kw_only=True):
    """A joint case to be opened."""

    title: _Short
    partners: tuple[_Short, ...]  # nodes
    purpose: Purpose
    basis: _Text = ""
    tlp: Tlp = "amber"


class Partaking(Record, frozen=True, kw_only=True):
    """Whether this node takes part."""

    part: Literal["joined", "declined", "left"]
    note: _Text = ""


class Deciding(Record, frozen=True, kw_only=True):
    """What this side has decided on a subject."""

    subject: _Short
    decision: _Short  # verdict and code of the reason: "hold/inspect"
    note: _Text = ""


class JointSaid(Record, frozen=True, kw_only=True):
    """A joint case after this node said something in it."""

    number: int
    id: str
    untold: tuple[str, ...]  # nodes of the case that are no peers of this one


class BundleBrought(Record, frozen=True, kw_only=True):
    """A bundle that was brought by its hashes; it stays with its owner."""

    number: int
    sha256: str
    untold: tuple[str, ...]


def said_in_case(said: Said[Spoken]) -> SaidInCase:
    """Tell of one thing that was said of a joint case."""
    body = said.body
    kind: Literal["case", "part", "bundle", "decision"] = "decision"
    if isinstance(body, JointCase):
        kind, told = "case", body.title
    elif isinstance(body, Taking):
        kind, told = "part", body.part
    elif isinstance(body, Offer):
        kind, told = "bundle", body.bundle.sha256
    else:
        told = body.subject
    return SaidInCase(message=said.id, sender=said.sender, at=said.at, kind=kind, told=told)


def apart(known: Together) -> int:
    """Count the subjects of which the sides have decided differently."""
    return sum(differ(list(decided.values())) for decided in known.side_by_side().values())


def differ(decided: list[Decision | None]) -> bool:
    """Say whether sides have decided differently; who has decided nothing does not differ."""
    return len({each.verdict for each in decided if each is not None}) > 1
