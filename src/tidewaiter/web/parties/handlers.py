"""Parties: search, the page of one party, and entity resolution judged by people."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.flows import month_number, month_text
from tidewaiter.explain.words import Library
from tidewaiter.node.network.graph import Seen
from tidewaiter.node.network.party import PartyView, view_party
from tidewaiter.parties.resolution.types import Verdict
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.network.entities import (
    MOST,
    Hit,
    Month,
    Profile,
    entity_with,
    largest_entities,
    profiles_of,
    search_entities,
    written_parties,
)
from tidewaiter.store.network.members import entities_of
from tidewaiter.store.network.resolutions import (
    Behind,
    Resolved,
    Said,
    behind,
    changes_of,
    current_run,
    judge_parties,
)
from tidewaiter.web.alerts.decision_form import status_in_words
from tidewaiter.web.core.node import TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may

_MONTHS: Final = 36  # that are drawn one by one; longer spans are drawn by years
_WIDTH: Final = 640.0
_HEIGHT: Final = 150.0
_LABELS: Final = 8
_CENTURY: Final = 1_200  # months


class Part(Record, frozen=True, kw_only=True):
    """A part of a bar."""

    kind: str  # sent, received, named
    x: float
    y: float
    width: float
    height: float


class Bar(Record, frozen=True, kw_only=True):
    """Consignments of a month, or of a year."""

    label: str
    sent: int
    received: int
    named: int
    parts: tuple[Part, ...]
    x: float
    told: bool  # its label is drawn


class Course(Record, frozen=True, kw_only=True):
    """Consignments over time, drawn."""

    bars: tuple[Bar, ...]
    width: float
    height: float
    most: int
    undated: int
    by_years: bool


class Substance(Record, frozen=True, kw_only=True):
    """A substance that alerts about a party name."""

    slug: str
    name: str
    alerts: int


class PartyPageView(Record, frozen=True, kw_only=True):
    """The page of a party in words."""

    course: Course
    substances: tuple[Substance, ...]
    statuses: tuple[tuple[str, int], ...]


def party_page_view(party: PartyView, library: Library) -> PartyPageView:
    """Put the page of a party into words and bars.

    Args:
        party: What it tells.
        library: What to print for slugs.
    """
    counts = party.alerts
    return PartyPageView(
        course=draw_course(party.months),
        substances=tuple(
            Substance(slug=slug, name=library.substances.get(slug, slug), alerts=many)
            for slug, many in counts.substances.items()
        ),
        statuses=tuple((status_in_words(each), many) for each, many in counts.statuses.items()),
    )


def draw_course(months: Sequence[Month]) -> Course:
    """Draw consignments over time: a bar for each month, or for each year where there are many.

    Args:
        months: In order; of those without a consignment none is there.
    """
    dated = [each for each in months if each.month]
    undated = sum(each.sent + each.received + each.named for each in months if not each.month)
    labels = _span([each.month for each in dated]) if dated else []
    by_years = len(labels) > _MONTHS
    size = 4 if by_years else 7
    labels = list(dict.fromkeys(label[:size] for label in labels))
    sums = dict.fromkeys(labels, (0, 0, 0))
    for label, some in groupby(dated, key=lambda each: each.month[:size]):
        held = list(some)
        sums[label] = (
            sum(m.sent for m in held),
            sum(m.received for m in held),
            sum(m.named for m in held),
        )
    most = max(map(sum, sums.values()), default=0)
    step = _WIDTH / max(1, len(labels))
    every = -(-len(labels) // _LABELS) or 1
    bars = tuple(
        _bar(label, sums[label], (place * step, step, most), told=place % every == 0)
        for place, label in enumerate(labels)
    )
    return Course(
        bars=bars, width=_WIDTH, height=_HEIGHT, most=most, undated=undated, by_years=by_years
    )


def _bar(
    label: str, sums: tuple[int, int, int], at: tuple[float, float, int], *, told: bool
) -> Bar:
    x, step, most = at
    parts, y = [], _HEIGHT
    for kind, many in zip(("sent", "received", "named"), sums, strict=True):
        height = many / most * (_HEIGHT - 12) if most else 0.0
        if many:
            y -= height
            width = max(1.0, min(step * 0.8, 28.0))
            parts.append(
                Part(
                    kind=kind,
                    x=round(x + (step - width) / 2, 1),
                    y=round(y, 1),
                    width=round(width, 1),
                    height=round(height, 1),
                )
            )
    return Bar(
        label=label,
        sent=sums[0],
        received=sums[1],
        named=sums[2],
        parts=tuple(parts),
        x=round(x + step / 2, 1),
        told=told,
    )


def _span(months: Sequence[str]) -> list[str]:
    """Return all months from the first to the last; of more than a century those that there are."""
    start, end = (
        month_number(date.fromisoformat(f"{each}-01")) for each in (months[0], months[-1])
    )
    if end - start > _CENTURY:  # a day is mistyped
        return list(months)
    return [month_text(month) for month in range(start, end + 1)]


class Question(Record, frozen=True, kw_only=True):
    """What is looked for."""

    q: Annotated[str, msgspec.Meta(max_length=300)] = ""


class PartiesPage(Record, frozen=True, kw_only=True):
    """Parties that were found; without a question, those that most lines name."""

    q: str
    run: Resolved | None  # None: no party was taken up yet
    behind: Behind | None
    hits: tuple[Hit, ...]
    largest: tuple[Profile, ...]


class PartyPage(Record, frozen=True, kw_only=True):
    """One party: all that is known of it, and how far that is counted."""

    run: Resolved
    behind: Behind
    party: PartyView


class Judge(Record, frozen=True, kw_only=True):
    """What somebody says of two ways of writing, or of two parties."""

    verdict: Verdict
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
    a: Annotated[str, msgspec.Meta(max_length=40)] = ""  # ids of two members
    b: Annotated[str, msgspec.Meta(max_length=40)] = ""
    other: int = 0  # in place of them: another party, by its number
    seen: int = 0  # id of the last judgement of the two that was seen; 0: none


class JudgedPair(Record, frozen=True, kw_only=True):
    """What came of a judgement."""

    judgement: int
    a: str
    b: str
    verdict: Verdict


@get("/parties", guards=[may("see")], sync_to_thread=True, query=Question)
def parties_page(request: Asked, node: TheNode) -> Response[PartiesPage]:
    """Find parties by a name in any script, a number, a telephone or an e-mail."""
    asked = read_query(request, Question)
    with node.read() as work:
        run = current_run(work)
        if run is None:
            page = PartiesPage(q=asked.q, run=None, behind=None, hits=(), largest=())
        else:
            page = PartiesPage(
                q=asked.q,
                run=run,
                behind=behind(work, run),
                hits=tuple(_hits(work, run.id, asked.q)),
                largest=() if asked.q.strip() else tuple(largest_entities(work, run.id)),
            )
    return reply(request, "parties.html", page)


@get("/parties/{number:int}", guards=[may("see")], sync_to_thread=True)
def party_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[PartyPage]:
    """Show one party: names, listings, alerts, consignments, and what ties it to others."""
    with node.read() as work:
        run = run_of(work)
        view = view_party(Seen(work, run.id, user.account.cleared), number)
        if view is None:
            now = _moved(work, run, number)
            if request.wants_json:
                raise MissingError("web/party-joined-another", number=number, now=now)
            return Redirect(path=f"/parties/{now}", status_code=303)
        page = PartyPage(run=run, behind=behind(work, run), party=view)
    return reply(
        request, "party.html", page, view=lambda: party_page_view(page.party, node.library())
    )


@post("/parties/{number:int}/judgements", guards=[may("decide")], sync_to_thread=True)
def judge_party(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Judge]
) -> Response[JudgedPair]:
    """Say that two are one party, or are not, or take that back; the next resolve heeds it."""
    with node.change(user) as work:
        run = run_of(work)
        a, b = _members(work, run.id, number, data)
        said = Said(a=a, b=b, verdict=data.verdict, why=data.why, seen=data.seen or None)
        made = judge_parties(work, said)
    told = JudgedPair(judgement=made, a=a, b=b, verdict=data.verdict)
    return done(request, told, f"/parties/{number}#judged")


def run_of(work: Work) -> Resolved:
    """Return the run that pages read.

    Raises:
        MissingError: No party was taken up yet.
    """
    run = current_run(work)
    if run is None:
        raise MissingError("web/no-parties-yet")
    return run


def profile_of(work: Work, run: int, number: int) -> Profile:
    """Return a party in short.

    Raises:
        MissingError: There is none with the number.
    """
    found = profiles_of(work, run, [number]).get(number)
    if found is None:
        raise MissingError("web/no-party", number=number)
    return found


def _hits(work: Work, run: int, text: str) -> list[Hit]:
    """Return what is found; an id of an entity or a member names one."""
    said = plain(text.strip())
    if not said:
        return []
    if said.startswith(("e-", "p-")) and (number := entity_with(work, run, said)):
        found = profiles_of(work, run, [number])
        return [Hit(profile=each, name=each.name, likeness=1.0) for each in found.values()]
    return search_entities(work, run, said)


def _moved(work: Work, run: Resolved, number: int) -> int:
    """Return the party of which another one is part by now.

    Raises:
        MissingError: There never was one with the number, or it came apart.
    """
    if number >= MOST:
        profile_of(work, run.id, number)
    into = {each.entity for each in changes_of(work, number) if each.other == number}
    now = sorted(profiles_of(work, run.id, into))
    if not now:
        profile_of(work, run.id, number)
    if len(now) == 1:
        return now[0]
    raise MissingError("web/party-came-apart", number=number, now=", ".join(map(str, now)))


def _members(work: Work, run: int, number: int, data: Judge) -> tuple[str, str]:
    """Return the two members that a judgement is about.

    Raises:
        InputError: It names neither two members nor another party.
        MissingError: One of them is not there.
    """
    profile_of(work, run, number)
    if data.other:
        if data.other == number:
            raise InputError("web/party-itself", number=number)
        profile_of(work, run, data.other)
        pair = [written_parties(work, run, each, rows=1)[0].member for each in (number, data.other)]
        return pair[0], pair[1]
    a, b = plain(data.a), plain(data.b)
    known = entities_of(work, run, {a, b})
    for member in (a, b):
        if member not in known:
            raise MissingError("web/no-member", member=member)
    if number not in known.values():
        raise InputError("web/neither-of-the-party", number=number)
    return a, b


HANDLERS = [parties_page, party_page, judge_party]
