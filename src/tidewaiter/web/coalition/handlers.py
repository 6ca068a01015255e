"""Coalition: board, members, commitments and timelines."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, get
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.board import Board, Period
from tidewaiter.exchange.coalition.commitments import Pledge, Pledges
from tidewaiter.exchange.coalition.meeting_packs import Line
from tidewaiter.exchange.coalition.timeline import Timeline
from tidewaiter.explain.coalition import (
    GroupView,
    MemberView,
    PledgeView,
    board_view,
    display_word,
    group_view,
    initiative_words,
    member_view,
    pledge_view,
    report_in_words,
)
from tidewaiter.explain.languages import day, language
from tidewaiter.law.changes import Change, changes_of
from tidewaiter.report.coalition import render_pack, timeline_view
from tidewaiter.report.pages import pdf_of
from tidewaiter.store.coalition.meeting_packs import (
    Members,
    names_of,
    read_board,
    read_members,
    read_pack,
    read_pledges,
    read_timeline,
)
from tidewaiter.store.coalition.participation import Reader, known_nodes
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.law.desk import desk_of


class Said(Record, frozen=True, kw_only=True):
    """A statement, as displayed."""

    day: str
    who: str
    what: str
    why: str


class MemberWords(Record, frozen=True, kw_only=True):
    """The page of members."""

    members: tuple[MemberView, ...]
    said: tuple[tuple[str, tuple[Said, ...]], ...]  # by member name
    groups: tuple[GroupView, ...]


class PledgeWords(Record, frozen=True, kw_only=True):
    """The page of commitments."""

    pledges: tuple[PledgeView, ...]
    said: tuple[tuple[str, tuple[Said, ...]], ...]  # by commitment
    initiatives: tuple[tuple[str, str, str], ...]


def member_words(found: Members) -> MemberWords:
    """Render members as text, each with its statements."""
    return MemberWords(
        members=tuple(member_view(each) for each in found.members),
        said=tuple((each.name or each.member.node, _statements(each)) for each in found.members),
        groups=tuple(group_view(each) for each in found.groups),
    )


def pledge_words(pledges: Pledges, names: Mapping[str, str]) -> PledgeWords:
    """Render commitments as text, each with versions and numbers."""
    return PledgeWords(
        pledges=tuple(pledge_view(each, names) for each in pledges.commitments),
        said=tuple(
            (each.standing.commitment.what, _history(each, names)) for each in pledges.commitments
        ),
        initiatives=initiative_words(pledges, names),
    )


def _statements(line: Line) -> tuple[Said, ...]:
    return tuple(
        Said(
            day=day(each.day),
            who=display_word(each.source),
            what=display_word(each.says),
            why=each.told,
        )
        for each in reversed(line.member.statements)
    )


def _history(pledge: Pledge, names: Mapping[str, str]) -> tuple[Said, ...]:
    unit = pledge.standing.commitment.indicator.unit
    unused = {each.report: each.why for each in pledge.standing.unused}
    return tuple(
        Said(
            day=day(each.day),
            who=names.get(each.by, each.by),
            what=report_in_words(each, unit),
            why="; ".join(filter(None, (unused.get(each.id, ""), each.note))),
        )
        for each in reversed(pledge.reports)
    )


_YEAR = 12  # months
_OLDEST = date(1900, 1, 1)
_HTML = "text/html; charset=utf-8"


class Span(Record, frozen=True, kw_only=True):
    """Last day, and number of months before it."""

    day: date | None = None  # None: today
    months: Annotated[int, msgspec.Meta(ge=1, le=240)] = _YEAR


class OnDay(Record, frozen=True, kw_only=True):
    """Day of the query."""

    day: date | None = None  # None: today


class BoardPage(Record, frozen=True, kw_only=True):
    """Response times and outcomes of notices between countries."""

    months: int  # of the period
    board: Board
    names: Mapping[str, str]  # of nodes


class MembersPage(Record, frozen=True, kw_only=True):
    """Members on a day; reasons of relations are for authorised readers only."""

    members: Members
    reasons: bool  # the reader may see them


class CommitmentsPage(Record, frozen=True, kw_only=True):
    """Commitments and their status on a day."""

    day: date
    pledges: Pledges
    names: Mapping[str, str]


class TimelinePage(Record, frozen=True, kw_only=True):
    """Monthly counts of notices, and events."""

    day: date
    months: int
    timeline: Timeline
    names: Mapping[str, str]


@get("/coalition", guards=[may("exchange")], sync_to_thread=True, query=Span)
def board_page(request: Asked, node: TheNode) -> Response[BoardPage]:
    """Show response times and outcomes between countries, with intervals."""
    asked = read_query(request, Span)
    day = _day(node, asked.day)
    with _reader(node) as reader:
        board = read_board(reader, _period(day, asked.months), day)
        page = BoardPage(months=asked.months, board=board, names=names_of(known_nodes(reader)))
    return reply(request, "coalition-board.html", page, view=lambda: board_view(board, page.names))


@get("/coalition/members", guards=[may("exchange")], sync_to_thread=True, query=OnDay)
def members_page(request: Asked, node: TheNode, user: TheUser) -> Response[MembersPage]:
    """Show the members, by this node's and its peers' relations, and by member lists."""
    day = _day(node, read_query(request, OnDay).day)
    reasons = "relate" in user.rights
    with _reader(node) as reader:
        found = read_members(reader, day)
    if not reasons:
        found = structs.replace(found, members=tuple(map(_bare, found.members)))
    page = MembersPage(members=found, reasons=reasons)
    return reply(request, "coalition-members.html", page, view=lambda: member_words(found))


@get("/coalition/commitments", guards=[may("exchange")], sync_to_thread=True, query=OnDay)
def commitments_page(request: Asked, node: TheNode) -> Response[CommitmentsPage]:
    """Show the members' commitments and their status."""
    day = _day(node, read_query(request, OnDay).day)
    with _reader(node) as reader:
        page = CommitmentsPage(
            day=day, pledges=read_pledges(reader, day), names=names_of(known_nodes(reader))
        )
    return reply(
        request,
        "coalition-commitments.html",
        page,
        view=lambda: pledge_words(page.pledges, page.names),
    )


@get("/coalition/timeline", guards=[may("exchange")], sync_to_thread=True, query=Span)
def timeline_page(request: Asked, node: TheNode) -> Response[TimelinePage]:
    """Show monthly notices with changes of law, channels, groups and members."""
    asked = read_query(request, Span)
    day = _day(node, asked.day)
    with _reader(node) as reader:
        since = _period(day, asked.months).since
        page = TimelinePage(
            day=day,
            months=asked.months,
            names=names_of(known_nodes(reader)),
            timeline=read_timeline(reader, since, day, _laws(node)),
        )
    return reply(
        request,
        "coalition-timeline.html",
        page,
        view=lambda: timeline_view(page.timeline, page.names, node.library()),
    )


@get(
    "/coalition/pack.html",
    guards=[may("exchange")],
    sync_to_thread=True,
    query=Span,
    gives="text/html",
)
def pack_page(request: Asked, node: TheNode) -> Response[bytes]:
    """Send a meeting pack as a self-contained page."""
    day, held = _pack(request, node)
    return download(held.encode(), _HTML, f"pack-{day}.html")


@get(
    "/coalition/pack.pdf",
    guards=[may("exchange")],
    sync_to_thread=True,
    query=Span,
    gives="application/pdf",
)
def pack_paper(request: Asked, node: TheNode) -> Response[bytes]:
    """Send a meeting pack as PDF, if the extra is installed."""
    day, held = _pack(request, node)
    return download(pdf_of(held), "application/pdf", f"pack-{day}.pdf")


def _pack(request: Asked, node: Node) -> tuple[date, str]:
    asked = read_query(request, Span)
    day = _day(node, asked.day)
    with _reader(node) as reader:
        found = read_pack(reader, _period(day, asked.months), day, _laws(node))
    spoken: str = request.state.get("language", language())
    return day, render_pack(found, node.library(), spoken=spoken)


@contextmanager
def _reader(node: Node) -> Iterator[Reader]:
    with node.exchange() as (desk, work):
        yield Reader(work=work, safe=desk.ring.lock, node=desk.node)


def _day(node: Node, asked: date | None) -> date:
    """Return the requested day.

    Raises:
        InputError: No records for that day.
    """
    day = asked or node.today()
    if not _OLDEST <= day <= node.today():
        raise InputError("web/day-out-of-bounds", day=day)
    return day


def _period(day: date, months: int) -> Period:
    """Return the interval of a number of months that ends on a day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    since = date(year, month, min(day.day, monthrange(year, month)[1]))
    return Period(since=since, until=date.fromordinal(day.toordinal() + 1))


def _laws(node: Node) -> list[Change]:
    desk = desk_of(node)
    return changes_of(desk.registry, desk.book)


def _bare(line: Line) -> Line:
    """Remove the reasons of relations."""
    said = tuple(
        each if each.source == "roster" else structs.replace(each, told="")
        for each in line.member.statements
    )
    return structs.replace(line, member=structs.replace(line.member, statements=said))


HANDLERS = [board_page, members_page, commitments_page, timeline_page, pack_page, pack_paper]
