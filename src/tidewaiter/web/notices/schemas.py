"""Records of the notification pages, and party matching of a notice."""

import hashlib
from datetime import date
from functools import partial
from typing import Annotated, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.bulk.screening import Settings, finder_for
from tidewaiter.exchange.notices.checks import parties_of
from tidewaiter.exchange.notices.deadlines import Deadline
from tidewaiter.exchange.notices.law import LineLaw
from tidewaiter.exchange.notices.state import Act, State
from tidewaiter.exchange.notices.types import Event, Notice, Side
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.protocol.relations import Standing
from tidewaiter.lists.archive import Archive
from tidewaiter.store.notices.drafts import KeptDraft
from tidewaiter.store.notices.events import Delivery
from tidewaiter.store.notices.lookup import Listed, Row, Show
from tidewaiter.trade.alerts import open_match
from tidewaiter.trade.party_matches import PartyOnPaper
from tidewaiter.trade.types import PartyMatch
from tidewaiter.web.cases.steps import Short
from tidewaiter.web.core.node import Node


class Hit(Record, frozen=True, kw_only=True):
    """A match of a notice's party with a list entry."""

    place: str  # role: "importer", "other 2"
    match: PartyMatch


class Screened(Record, frozen=True, kw_only=True):
    """List matches of a notice's parties."""

    lists: bool  # False: no lists loaded
    hits: tuple[Hit, ...] = ()  # by party, most probable first
    mark: str = ""  # fingerprint of these matches, returned as confirmation of review


def screen_parties(node: Node, notice: Notice, day: date, *, cleared: bool) -> Screened:
    """Match the parties of a notice by name and other data.

    Parties without a name are skipped: a country alone matches nothing.

    Args:
        node: With its lists.
        notice: The notice.
        day: Day of the lists in force.
        cleared: Whether to include restricted entries.
    """
    folder = node.desk.lists
    if folder is None or not Archive(folder).slugs():
        return Screened(lists=False)
    named = [(place, party) for place, party in parties_of(notice) if party.name.strip()]
    settings = Settings(day=day, file="", sha256="", rules=node.desk.rules, lists=folder)
    finder = finder_for(settings)
    if finder is None or not named:
        return Screened(lists=True)
    asked = [
        PartyOnPaper(party.name, party.address or None, party.country or None, None, None)
        for _, party in named
    ]
    shown = partial(_shown, cleared=cleared)
    hits = tuple(
        Hit(place=place, match=match)
        for (place, _), matches in zip(named, finder.find(asked), strict=True)
        for match in filter(None, map(shown, matches))
    )
    return Screened(lists=True, hits=hits, mark=_mark(hits))


def _shown(match: PartyMatch, *, cleared: bool) -> PartyMatch | None:
    return match if cleared else open_match(match)


def _mark(hits: tuple[Hit, ...]) -> str:
    """Return a fingerprint that changes with matched entries or parties."""
    told = sorted(f"{h.place}\0{h.match.name}\0{h.match.list}\0{h.match.entry}" for h in hits)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16] if told else ""


Box = Literal["in", "out"]
SIDES: dict[Box, Side] = {"in": "importer", "out": "exporter"}


class NoticesAsked(Record, frozen=True, kw_only=True):
    """Query of notices."""

    box: Box = "in"  # in: as importing side; out: as exporting side
    show: Show = "all"
    text: Short = ""  # substring of the reference or the peer's name
    after: Annotated[str, msgspec.Meta(max_length=40)] = ""  # `more` of the previous page


class BoxRow(Record, frozen=True, kw_only=True):
    """A notice in a box."""

    listed: Listed
    days: int | None  # working days of both countries until the deadline; None: unknown


class NoticesPage(Record, frozen=True, kw_only=True):
    """A box of notices by deadline, and the number of each kind."""

    rows: tuple[BoxRow, ...]
    more: str  # cursor of the next page; "": last page
    counts: dict[Side, dict[Show, int]]
    drafts: int  # number of the reader's drafts
    asked: NoticesAsked
    day: date


class Told(Record, frozen=True, kw_only=True):
    """An event: time of storing here, and delivery status if ours."""

    event: Event
    kept: Delivery
    remarks: tuple[str, ...]  # that it is invalid, or has no effect


class Stands(Record, frozen=True, kw_only=True):
    """State of a notice for the current reader."""

    day: date
    seen: int  # last event of the other side, returned with acts
    acts: tuple[Act, ...]  # acts available now
    outcomes: tuple[str, ...]  # outcomes of goods that can be reported now
    days: int | None  # working days of both countries until the deadline; None: unknown
    overdue: bool
    own_country: str
    peer_name: str
    peer_country: str
    relation: Standing  # with the peer: while frozen, our messages are on hold


class NoticePage(Record, frozen=True, kw_only=True):
    """A notice with state, law and events."""

    row: Row
    stands: Stands
    state: State
    law: tuple[LineLaw, ...]
    problems: tuple[Problem, ...]  # check results of today
    told: tuple[Told, ...]  # in order of arrival here


class CheckPage(Record, frozen=True, kw_only=True):
    """Check results."""

    day: date
    sendable: bool  # no errors; party matches must still be reviewed
    problems: tuple[Problem, ...]
    law: tuple[LineLaw, ...]
    reply: Deadline  # earliest permitted deadline of the answer
    dispatch: Deadline  # first permitted day of departure
    reply_by: date | None  # as it would be sent
    screened: Screened


class DraftRow(Record, frozen=True, kw_only=True):
    """A draft in the list."""

    number: int
    changed: str  # ISO 8601, UTC
    peer: str
    reference: str
    amends: int  # number of a notice; 0: new
    goods: tuple[str, ...]  # names of its lines


class DraftsPage(Record, frozen=True, kw_only=True):
    """The user's drafts, newest first."""

    drafts: tuple[DraftRow, ...]


class PeerChoice(Record, frozen=True, kw_only=True):
    """A possible receiving node."""

    node: str
    name: str
    country: str
    relation: Standing


class DraftPage(Record, frozen=True, kw_only=True):
    """A draft with its check results."""

    draft: KeptDraft  # number 0 until saved
    checked: CheckPage
    peers: tuple[PeerChoice, ...]
    seen: int  # amendments: last event of the other side
    amends: str  # reference of the notice that it amends; "": new


class Saved(Record, frozen=True, kw_only=True):
    """Result of saving a draft."""

    draft: int  # its number; 0: deleted
    version: int
    notice: int  # number of the sent notice; 0: not sent
