"""What changes in the law that is loaded, and what changed."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import takewhile
from urllib.parse import urlencode

from litestar import Response, get

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.report.lawchanges import ChangeView, calendar_of, change_views
from tidewaiter.report.lawplaces import (
    regime_lines,
)
from tidewaiter.report.library import words_of
from tidewaiter.substances.changes import changes_of, undated
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.lawdesk import LawDesk, desk_of
from tidewaiter.web.node import Node
from tidewaiter.web.replies import download, reply
from tidewaiter.web.security import may

_BACK = 365  # days
_TOLD = 60  # changes of a list, and those of the last one's day


class ChangesQuestion(Record, frozen=True, kw_only=True):
    """Of what time and of which laws changes are told."""

    day: date | None = None  # None: today
    since: date | None = None  # None: a year before
    regime: tuple[str, ...] = ()  # slugs; none: all


class RegimeChoice(Record, frozen=True, kw_only=True):
    """A regime that can be chosen."""

    slug: str
    name: str
    undated: int  # listings whose first day is not known
    chosen: bool


class ChangesPage(Record, frozen=True, kw_only=True):
    """What comes and what came."""

    day: date
    since: date
    regimes: tuple[RegimeChoice, ...]
    coming: tuple[ChangeView, ...]  # the next 60, and what is of the same day as the last
    later: int  # further ones
    later_at: str  # address of those; "": there are none
    came: tuple[ChangeView, ...]  # the latest first; as many
    earlier: int  # further ones
    earlier_at: str
    undated: int
    calendar: str  # address


@get("/law/changes", guards=[may("see")], sync_to_thread=True, query=ChangesQuestion)
def changes_page(request: Asked, node: TheNode) -> Response[ChangesPage]:
    """Say what changes next in the law that is loaded, and what changed lately."""
    asked = read_query(request, ChangesQuestion)
    desk, day, views = _changes(node, asked)
    counts = undated(desk.registry)
    since = asked.since or max(day, date.min + timedelta(_BACK)) - timedelta(_BACK)
    chosen = set(asked.regime)
    coming = [each for each in views if each.day > day]
    came = [each for each in reversed(views) if since <= each.day <= day]
    next_, lately = _some(coming), _some(came)
    page = ChangesPage(
        day=day,
        since=since,
        regimes=tuple(
            RegimeChoice(
                slug=each.slug,
                name=each.name,
                undated=counts.get(each.slug, 0),
                chosen=each.slug in chosen,
            )
            for each in regime_lines(desk.registry, day)
        ),
        coming=next_,
        later=len(coming) - len(next_),
        later_at=_changes_at(asked, next_[-1].day) if len(coming) > len(next_) else "",
        came=lately,
        earlier=len(came) - len(lately),
        earlier_at=(
            _changes_at(asked, lately[-1].day - timedelta(1), since)
            if len(came) > len(lately)
            else ""
        ),
        undated=sum(n for slug, n in counts.items() if not chosen or slug in chosen),
        calendar=f"/law/changes/calendar.ics?{request.url.query}",
    )
    return reply(request, "law-changes.html", page)


@get(
    "/law/changes/calendar.ics",
    guards=[may("see")],
    sync_to_thread=True,
    query=ChangesQuestion,
    gives="text/calendar",
)
def changes_calendar(request: Asked, node: TheNode) -> Response[bytes]:
    """Send what changes after the day as a calendar."""
    asked = read_query(request, ChangesQuestion)
    _, day, views = _changes(node, asked)
    coming = (each for each in views if each.day > day)
    return download(calendar_of(coming, node.now()), "text/calendar", f"law-after-{day}.ics")


def _changes(node: Node, asked: ChangesQuestion) -> tuple[LawDesk, date, tuple[ChangeView, ...]]:
    desk, day = desk_of(node), asked.day or node.today()
    for slug in asked.regime:
        if slug not in desk.registry.regimes:
            raise InputError(f'no law is called "{slug[:80]}"', hint="look it up among the laws")
    found = changes_of(desk.registry, desk.book, asked.regime)
    return desk, day, change_views(found, words_of(desk.registry))


def _changes_at(asked: ChangesQuestion, day: date, since: date | None = None) -> str:
    said = {"day": f"{day}", **({"since": f"{since}"} if since else {}), "regime": asked.regime}
    return f"/law/changes?{urlencode(said, doseq=True)}"


def _some(changes: Sequence[ChangeView]) -> tuple[ChangeView, ...]:
    """Return the first changes, up to the end of a day."""
    if len(changes) <= _TOLD:
        return tuple(changes)
    last = changes[_TOLD - 1].day
    return (*changes[:_TOLD], *takewhile(lambda each: each.day == last, changes[_TOLD:]))


HANDLERS = [changes_page, changes_calendar]
