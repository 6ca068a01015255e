"""The page of a notice in words: how it stands, what was done, and what may be done."""

from collections.abc import Iterator, Mapping, Sequence

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.events import (
    Amended,
    Answered,
    Event,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Objected,
    Queried,
    Returned,
    Withdrawn,
)
from tidewaiter.exchange.notices.forms import load_forms, suggested
from tidewaiter.exchange.notices.lawlines import LineLaw
from tidewaiter.exchange.notices.states import State
from tidewaiter.exchange.problems import Problem
from tidewaiter.report.languages import country, day, words
from tidewaiter.report.verdict import AgeView, age_views, in_order
from tidewaiter.store.noticerows import Row
from tidewaiter.store.sessions import User
from tidewaiter.substances.rulings import Ruling
from tidewaiter.substances.types import Regime
from tidewaiter.web.noticefacts import Fact, NoticeFacts, facts_of
from tidewaiter.web.noticepages import NoticePage, Told
from tidewaiter.web.noticewords import (
    Choices,
    called,
    choices,
    delivery_in_words,
    event_in_words,
    state_in_words,
    time_left,
    waiting_in_words,
)
from tidewaiter.web.peerkeys import peer_key


class EventView(Record, frozen=True, kw_only=True):
    """What one side did, in words."""

    ours: bool
    who: str  # as trails name them, of this node; "": not known, or the other side
    at: str  # as its side's clock says
    came: str  # when it came here; "": it is ours
    what: str
    said: tuple[Fact, ...]
    delivery: str  # "": it came from the other side
    trouble: bool  # the message did not arrive, and will not by itself
    proof: str  # address of the evidence; "": it has not left yet
    remarks: tuple[str, ...]
    new: bool  # it came after what someone had seen


class RulingView(Record, frozen=True, kw_only=True):
    """What one body of law says of a line."""

    place: str
    law: str
    answer: str
    ruling: Ruling


class LawView(Record, frozen=True, kw_only=True):
    """What the law says of a line."""

    line: int
    name: str
    content: str
    rulings: tuple[RulingView, ...]  # that hold it, or cannot be told
    silent: tuple[str, ...]  # laws that do not list it
    ages: tuple[AgeView, ...]  # how old the law is; empty: it is known for the day


class Late(Record, frozen=True, kw_only=True):
    """What somebody wanted to do, and could not for what they had not seen."""

    seen: int  # last event of the other side that they had seen
    said: tuple[str, ...]  # what they wrote


class NoticeView(Record, frozen=True, kw_only=True):
    """The page in words."""

    state: str
    left: str
    waits: str
    facts: NoticeFacts | None
    law: tuple[LawView, ...]
    doubts: tuple[Problem, ...]
    events: tuple[EventView, ...]  # the last first
    query: str  # that is to be answered
    held: bool  # what we say is held back
    codes: Choices
    licences: Choices
    outcomes: Choices
    by: str  # who decides, where nothing else is written
    forms: tuple[tuple[str, str], ...]  # slug and title; those of the two countries first
    balances: tuple[Fact, ...]
    late: bool  # it could not be done: the other side was faster
    unsent: tuple[str, ...]  # what was written then


def notice_view(
    page: NoticePage, user: User, regimes: Mapping[str, Regime], late: Late | None = None
) -> NoticeView:
    """Put the page of a notice into words.

    Args:
        page: The page.
        user: Who reads.
        regimes: By their slugs.
        late: What they wanted to do, where the other side was faster; None: they come to look.
    """
    row, state, stands = page.row, page.state, page.stands
    query = next((e for e in state.conversation if e.id == state.open_query), None)
    outcomes = dict(choices("outcome"))
    return NoticeView(
        state=state_in_words(state.name),
        left=time_left(row.due, stands.day, stands.days),
        waits=waiting_in_words(state.waits_for or "", row.side, stands.peer_name),
        facts=facts_of(state.notice) if state.notice else None,
        law=tuple(law_view(each, regimes) for each in page.law),
        doubts=tuple(page.problems),
        events=tuple(
            _event(each, row, late.seen if late else None) for each in reversed(page.told)
        ),
        query=query.what.text if query and isinstance(query.what, Queried) else "",
        held=stands.relation != "active",
        codes=choices("code"),
        licences=choices("licence"),
        outcomes=tuple((each, outcomes[each]) for each in stands.outcomes),
        by=user.account.shown,
        forms=_forms(state, page.law),
        balances=tuple(_balances(state)),
        late=late is not None,
        unsent=tuple(filter(None, late.said)) if late else (),
    )


def law_view(known: LineLaw, regimes: Mapping[str, Regime]) -> LawView:
    """Put what the law says of a line into words.

    Args:
        known: What it says.
        regimes: By their slugs.
    """
    rulings = known.assessment.rulings if known.assessment else ()
    told = [each for each in rulings if each.answer != "not listed"]
    silent = [
        regimes[each.regime].name if each.regime in regimes else place_of(each.jurisdiction)
        for each in rulings
        if each.answer == "not listed"
    ]
    return LawView(
        line=known.line,
        name=known.name,
        content=known.why_no_content
        or (in_words(known.content) if measured(known.content) else ""),
        rulings=tuple(
            RulingView(
                place=place_of(each.jurisdiction),
                answer=each.answer,
                ruling=each,
                law=regimes[each.regime].name if each.regime in regimes else "",
            )
            for each in in_order(told)
        ),
        silent=tuple(dict.fromkeys(silent)),
        ages=age_views(known.assessment.ages if known.assessment else (), regimes),
    )


def place_of(jurisdiction: str) -> str:
    """Name a jurisdiction: a country, a union, or the conventions."""
    return country(jurisdiction)


def _event(told: Told, row: Row, seen: int | None) -> EventView:
    event, ours = told.event, told.event.by == row.side
    return EventView(
        ours=ours,
        who=told.kept.who,
        at=event.at.isoformat(),
        came="" if ours else told.kept.came,
        what=event_in_words(event),
        said=tuple(Fact(label=label, value=value) for label, value in _said(event) if value),
        delivery=delivery_in_words(told.kept),
        trouble=told.kept.state in {"held", "refused", "discarded"},
        proof=f"/peers/{peer_key(row.peer)}/evidence/{told.kept.message}"
        if told.kept.sealed
        else "",
        remarks=(*told.remarks, *filter(None, (told.kept.code,))),
        new=seen is not None and not ours and event.seq > seen,
    )


def _said(event: Event) -> Iterator[tuple[str, str]]:
    """Yield what an event says."""
    what = event.what
    if isinstance(what, NoObjection | Objected):
        yield words("Decided by"), what.decided_by
        if isinstance(what, Objected):
            yield words("Reason"), called("code", what.code)
            yield words("In words"), what.text
        else:
            yield words("Allowed"), _amounts(what.allowed)
        yield words("Conditions"), "; ".join(what.conditions)
        yield words("Licence of the importer"), called("licence", what.importer_licence)
    elif isinstance(what, Queried | Answered):
        yield words("In words"), what.text
    elif isinstance(what, MoreTime):
        yield words("Until"), day(what.until)
        yield words("Reason"), what.reason
    elif isinstance(what, NotForUs):
        yield words("Reason"), what.reason
        yield words("Whose it is"), what.whose
    elif isinstance(what, Withdrawn | Amended):
        yield words("Version"), str(event.version)
        yield words("Reason"), what.reason
    elif isinstance(what, Returned):
        yield from _returned(what)


def _returned(what: Returned) -> Iterator[tuple[str, str]]:
    yield words("Outcome"), called("outcome", what.outcome)
    yield words("On"), day(what.on)
    yield words("Quantity"), _amounts(what.lines)
    yield words("Written off permit"), what.permit
    yield words("Incident"), what.incident
    yield words("More shipments follow"), "" if what.last else words("yes")
    yield words("Note"), what.note


def _amounts(amounts: Sequence[LineAmount]) -> str:
    line = words("line {number}: {amount}")
    return "; ".join(line.format(number=e.line, amount=in_words(e.amount)) for e in amounts)


def _balances(state: State) -> Iterator[Fact]:
    if not state.returned:
        return
    said = words("{used} of {most}, {left} left")
    for each in state.balances:
        over = measured(each.exceeded)
        text = said.format(
            used=in_words(each.used), most=in_words(each.most), left=in_words(each.left)
        )
        more = words("; {amount} too much").format(amount=in_words(each.exceeded))
        label = words("Line {number}").format(number=each.line)
        yield Fact(label=label, value=text + (more if over and over.value else ""))


def _forms(state: State, law: Sequence[LineLaw]) -> tuple[tuple[str, str], ...]:
    if state.notice is None:
        return ()
    slugs = {each.assessment.substance for each in law if each.assessment}
    near = suggested(state.notice, {slug for slug in slugs if slug}, state.day)
    ours = load_forms()
    return tuple((slug, ours[slug].title) for slug in dict.fromkeys((*near, "treaty", *ours)))
