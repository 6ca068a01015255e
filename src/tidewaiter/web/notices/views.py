"""Notification views: boxes, notice page, form and check results."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import get_args
from urllib.parse import urlencode

import msgspec

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.countries import country_codes
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Field, field_of, fields_of
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.deadlines import Deadline
from tidewaiter.exchange.notices.drafts import (
    WrittenContained,
    WrittenLine,
    WrittenNotice,
    WrittenPermit,
    WrittenTransport,
)
from tidewaiter.exchange.notices.forms import load_forms, of_basis, suggested
from tidewaiter.exchange.notices.law import LineLaw
from tidewaiter.exchange.notices.state import State
from tidewaiter.exchange.notices.types import (
    Basis,
    Notice,
    Parties,
    Party,
    Queried,
)
from tidewaiter.exchange.problems import Problem
from tidewaiter.explain.errors import hint_in_words, message_in_words
from tidewaiter.explain.languages import country, day, words
from tidewaiter.explain.languages import marked as _
from tidewaiter.explain.official_names import instrument_name, substance_name
from tidewaiter.law.answers import Ruling
from tidewaiter.law.registry import Registry
from tidewaiter.report.fields import Fact
from tidewaiter.report.law.short_answer import ShortAnswer, in_order, short_answer
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.notices.lookup import Listed, Row, Show
from tidewaiter.web.core.form_fields import Choices, Filling, FormGroup, Layout, group_of
from tidewaiter.web.core.request_parsing import CSRF_FIELD, flat
from tidewaiter.web.notices.schemas import (
    SIDES,
    BoxRow,
    CheckPage,
    DraftPage,
    Hit,
    NoticePage,
    NoticesPage,
    Screened,
    Told,
)
from tidewaiter.web.notices.wording import (
    NoticeFacts,
    choices,
    delivery_in_words,
    event_facts,
    event_in_words,
    notice_facts,
    role_in_words,
    state_in_words,
    time_left,
    waiting_in_words,
)
from tidewaiter.web.peers.schemas import peer_key


class EventView(Record, frozen=True, kw_only=True):
    """An event, as displayed."""

    ours: bool
    who: str  # audit name, of this node; "": unknown, or the other side
    at: str  # by its side's clock
    came: str  # time of receipt; "": ours
    what: str
    said: tuple[Fact, ...]
    delivery: str  # "": received
    trouble: bool  # not delivered, and needs attention
    proof: str  # address of the evidence; "": not sent yet
    remarks: tuple[str, ...]
    new: bool  # received after the user's last view


class RulingView(Record, frozen=True, kw_only=True):
    """Result of one body of law for a line."""

    place: str
    law: str
    answer: str
    ruling: Ruling


class LawView(Record, frozen=True, kw_only=True):
    """Legal results of a line."""

    line: int
    name: str
    content: str
    rulings: tuple[RulingView, ...]  # controlled, or undetermined
    silent: tuple[str, ...]  # law without a control
    short: ShortAnswer | None  # all answers in few lines; None: not in the registry


class Late(Record, frozen=True, kw_only=True):
    """An act prevented by unseen events."""

    seen: int  # last event of the other side seen
    said: tuple[str, ...]  # text entered


class NoticeView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    state: str
    left: str
    waits: str
    facts: NoticeFacts | None
    law: tuple[LawView, ...]
    doubts: tuple[Problem, ...]
    events: tuple[EventView, ...]  # latest first
    query: str  # to answer
    held: bool  # our messages are on hold
    codes: Choices
    licences: Choices
    outcomes: Choices
    by: str  # default decision maker
    forms: tuple[tuple[str, str], ...]  # slug and title; those of both countries first
    balances: tuple[Fact, ...]
    late: bool  # prevented: the other side was faster
    unsent: tuple[str, ...]  # text entered


def notice_view(
    page: NoticePage, user: User, registry: Registry, late: Late | None = None
) -> NoticeView:
    """Render the page of a notice as text.

    Args:
        page: The page.
        user: The reader.
        registry: Legal instruments and class rules.
        late: A prevented act; None: none.
    """
    row, state, stands = page.row, page.state, page.stands
    query = next((e for e in state.conversation if e.id == state.open_query), None)
    outcomes = dict(choices("outcome"))
    return NoticeView(
        state=state_in_words(state.name),
        left=time_left(row.due, stands.day, stands.days),
        waits=waiting_in_words(state.waits_for or "", row.side, stands.peer_name),
        facts=notice_facts(state.notice) if state.notice else None,
        law=tuple(law_view(each, registry) for each in page.law),
        doubts=tuple(page.problems),
        events=tuple(
            _event(each, row, late.seen if late else None) for each in reversed(page.told)
        ),
        query=query.what.text if query and isinstance(query.what, Queried) else "",
        held=stands.relation != "active",
        codes=choices("code"),
        licences=choices("importer_licence"),
        outcomes=tuple((each, outcomes[each]) for each in stands.outcomes),
        by=user.account.shown,
        forms=_forms(state, page.law),
        balances=tuple(_balances(state)),
        late=late is not None,
        unsent=tuple(filter(None, late.said)) if late else (),
    )


def law_view(known: LineLaw, registry: Registry) -> LawView:
    """Put what the law says of a line into words.

    Args:
        known: The legal results.
        registry: Legal instruments and class rules.
    """
    regimes = registry.regimes
    rulings = known.assessment.rulings if known.assessment else ()
    told = [each for each in rulings if each.answer != "not listed"]
    silent = [
        instrument_name(regimes[each.regime].name)
        if each.regime in regimes
        else place_of(each.jurisdiction)
        for each in rulings
        if each.answer == "not listed"
    ]
    return LawView(
        line=known.line,
        name=substance_name(known.name),
        content=known.why_no_content
        or (in_words(known.content) if measured(known.content) else ""),
        rulings=tuple(
            RulingView(
                place=place_of(each.jurisdiction),
                answer=each.answer,
                ruling=each,
                law=instrument_name(regimes[each.regime].name) if each.regime in regimes else "",
            )
            for each in in_order(told)
        ),
        silent=tuple(dict.fromkeys(silent)),
        short=short_answer(known.assessment, regimes, registry.rules) if known.assessment else None,
    )


def place_of(jurisdiction: str) -> str:
    """Return the name of a jurisdiction: a country, a union, or the conventions."""
    return country(jurisdiction)


def _event(told: Told, row: Row, seen: int | None) -> EventView:
    event, ours = told.event, told.event.by == row.side
    return EventView(
        ours=ours,
        who=told.kept.who,
        at=event.at.isoformat(),
        came="" if ours else told.kept.came,
        what=event_in_words(event),
        said=event_facts(event),
        delivery=delivery_in_words(told.kept),
        trouble=told.kept.state in {"held", "refused", "discarded"},
        proof=f"/peers/{peer_key(row.peer)}/evidence/{told.kept.message}"
        if told.kept.sealed
        else "",
        remarks=(*told.remarks, *filter(None, (told.kept.code,))),
        new=seen is not None and not ours and event.seq > seen,
    )


def _balances(state: State) -> Iterator[Fact]:
    if not state.returned:
        return
    said = words("{used} of {most} used, {left} left")
    for each in state.balances:
        over = measured(each.exceeded)
        text = said.format(
            used=in_words(each.used), most=in_words(each.most), left=in_words(each.left)
        )
        more = words("; exceeded by {amount}").format(amount=in_words(each.exceeded))
        label = words("Line {number}").format(number=each.line)
        yield Fact(label=label, value=text + (more if over and over.value else ""))


def _forms(state: State, law: Sequence[LineLaw]) -> tuple[tuple[str, str], ...]:
    if state.notice is None:
        return ()
    slugs = {each.assessment.substance for each in law if each.assessment}
    near = suggested(state.notice, {slug for slug in slugs if slug}, state.day)
    ours = load_forms()
    return tuple((slug, ours[slug].title) for slug in dict.fromkeys((*near, "treaty", *ours)))


_SHOWS: Mapping[Show, str] = {
    "ours": _("Waiting for us"),
    "theirs": _("Waiting for them"),
    "overdue": _("Overdue"),
    "decided": _("Decided"),
    "all": _("All"),
}


class Tab(Record, frozen=True, kw_only=True):
    """A selection of notices."""

    label: str
    address: str
    count: int
    here: bool


class RowView(Record, frozen=True, kw_only=True):
    """A notice, as displayed."""

    listed: Listed
    left: str  # time left
    state: str
    waits: str
    country: str  # of the peer


class NoticeListView(Record, frozen=True, kw_only=True):
    """A box, as displayed."""

    boxes: tuple[Tab, ...]
    tabs: tuple[Tab, ...]
    rows: tuple[RowView, ...]
    more: str  # address of the next page; "": last page


def notice_list_view(page: NoticesPage) -> NoticeListView:
    """Render a box of notices as text."""
    asked = page.asked
    side = SIDES[asked.box]
    onward = {"box": asked.box, "show": asked.show, "text": asked.text, "after": page.more}
    return NoticeListView(
        boxes=(
            Tab(
                label=words("Inbox (imports)"),
                address="/notices?box=in",
                count=page.counts["importer"]["ours"],
                here=side == "importer",
            ),
            Tab(
                label=words("Outbox (exports)"),
                address="/notices?box=out",
                count=page.counts["exporter"]["ours"],
                here=side == "exporter",
            ),
            Tab(
                label=words("My drafts"),
                address="/notices/drafts",
                count=page.drafts,
                here=False,
            ),
        ),
        tabs=tuple(
            Tab(
                label=words(_SHOWS[show]),
                address=f"/notices?box={asked.box}&show={show}",
                count=page.counts[side][show],
                here=show == asked.show,
            )
            for show in get_args(Show)
        ),
        rows=tuple(_row(each, page.day) for each in page.rows),
        more=f"/notices?{urlencode(onward)}" if page.more else "",
    )


def _row(each: BoxRow, today: date) -> RowView:
    row = each.listed.row
    return RowView(
        listed=each.listed,
        left=time_left(row.due, today, each.days),
        state=state_in_words(row.state),
        waits=waiting_in_words(row.waits_for, row.side, each.listed.name),
        country=country(each.listed.country) if each.listed.country else "",
    )


class HitView(Record, frozen=True, kw_only=True):
    """A party match, as displayed."""

    role: str
    percent: int
    list: str  # its name and date
    action: str  # legal effect, with outcome and dates
    hit: Hit


class ScreenedView(Record, frozen=True, kw_only=True):
    """Party matches, as displayed."""

    hits: tuple[HitView, ...]


class CheckView(Record, frozen=True, kw_only=True):
    """What a check found,, as displayed."""

    wrong: tuple[Problem, ...]
    doubts: tuple[Problem, ...]
    law: tuple[LawView, ...]
    reply: str
    dispatch: str
    hits: tuple[HitView, ...]


def check_view(page: CheckPage, registry: Registry) -> CheckView:
    """Put what a check found into words.

    Args:
        page: The check results.
        registry: Legal instruments and class rules.
    """
    return CheckView(
        wrong=tuple(each for each in page.problems if each.level == "wrong"),
        doubts=tuple(each for each in page.problems if each.level == "doubt"),
        law=tuple(law_view(each, registry) for each in page.law),
        reply=_deadline(page.reply),
        dispatch=_deadline(page.dispatch),
        hits=screened_view(page.screened).hits,
    )


def screened_view(page: Screened) -> ScreenedView:
    """Render party matches as text."""
    return ScreenedView(hits=tuple(map(_hit, page.hits)))


def _hit(hit: Hit) -> HitView:
    match = hit.match
    dated = words("dated {day}").format(day=day(match.list_day)) if match.list_day else ""
    outcome = " ".join(filter(None, (match.outcome, _on(match.outcome_day))))
    return HitView(
        role=role_in_words(hit.place),
        percent=round(100 * match.probability),
        list=" ".join(filter(None, (match.list_name, dated))),
        action=", ".join(filter(None, (match.action, _on(match.listed), outcome))),
        hit=hit,
    )


def _on(when: date | None) -> str:
    return words("on {day}").format(day=day(when)) if when else ""


def _deadline(told: Deadline) -> str:
    if told.due is None or told.due.day is None:
        return words("period unknown")
    return words("{day}: {period}").format(
        day=day(told.due.day), period=words(told.due.period.text)
    )


_MESSAGE = Layout(
    main=(
        *("reference", "basis", "confidentiality", "sender.name", "sender.country"),
        *("recipient.name", "recipient.country", "reply_by"),
    ),
    more=(
        *("law", "shipments", "period_since", "period_until", "shipment_count", "replaces"),
        *("language", "consent", "consent_scope", "waiver", "sender.contact", "recipient.contact"),
    ),
    labels={
        "sender.name": _("Sending authority"),
        "sender.country": _("Country of the sending authority"),
        "sender.contact": _("Contact of the sending authority"),
        "recipient.name": _("Receiving authority"),
        "recipient.country": _("Country of the receiving authority"),
        "recipient.contact": _("Contact of the receiving authority"),
    },
)
_PARTY = Layout(main=("name", "address", "country", "licence"))
_LINE = Layout(main=("name", "net", "cas", "hs", "goods", "form", "content"))
_JOURNEY = Layout(main=("mode", "entry_point", "dispatch"), more=("means", "arrival"))
_PLAIN = Layout()
_COUNTED = frozenset({"reply_by"})  # required, but computed by default


class PartyView(Record, frozen=True, kw_only=True):
    """A party of the form."""

    role: str
    fields: FormGroup
    empty: bool
    removes: str  # row removed by its button; "": fixed


class LineView(Record, frozen=True, kw_only=True):
    """A line of the form."""

    place: str  # "lines.0"
    number: int | None
    fields: FormGroup
    contains: tuple[FormGroup, ...]


class FormView(Record, frozen=True, kw_only=True):
    """The form, as displayed."""

    action: str
    upload: str  # address of the upload form, with its CSRF token
    peers: Choices
    countries: Choices
    header: FormGroup
    lines: tuple[LineView, ...]
    journey: FormGroup
    permits: tuple[FormGroup, ...]
    first: tuple[PartyView, ...]  # the two mandatory parties
    others: tuple[PartyView, ...]
    others_open: bool
    checked: CheckView
    trouble: str  # why it was not sent; "": no attempt
    hint: str


def form_view(
    page: DraftPage, user: User, registry: Registry, trouble: InputError | None
) -> FormView:
    """Render the form of a notice as text.

    Args:
        page: The draft.
        user: The author.
        registry: Legal instruments and class rules.
        trouble: What prevented sending; None: no attempt.
    """
    number, written = page.draft.number, page.draft.draft.written
    token = form_token(user.session) if user.session else ""
    filling = Filling(
        values=flat(msgspec.to_builtins(written), "notice"),
        choices=lambda path: choices(path.rpartition(".")[2]),
        name="notice",
        must=_asked_for(written.basis),
    )
    parties = tuple(_parties(written.parties, filling))
    return FormView(
        action=f"/notices/drafts/{number}" if number else "/notices/drafts",
        upload=f"/notices/drafts/file?{CSRF_FIELD}={token}",
        peers=tuple(
            (each.node, f"{each.name or each.node} ({each.country or '?'})") for each in page.peers
        ),
        countries=tuple((code, country(code)) for code in sorted(country_codes())),
        header=group_of(WrittenNotice, "", _MESSAGE, filling),
        lines=tuple(
            LineView(
                place=f"lines.{place}",
                number=line.number,
                fields=group_of(WrittenLine, f"lines.{place}", _LINE, filling),
                contains=_groups(
                    WrittenContained, len(line.contains), f"lines.{place}.contains", filling
                ),
            )
            for place, line in enumerate(written.lines)
        ),
        journey=group_of(WrittenTransport, "transport", _JOURNEY, filling),
        permits=_groups(WrittenPermit, len(written.permits), "permits", filling),
        first=parties[:2],
        others=parties[2:],
        others_open=any(not each.empty for each in parties[2:]),
        checked=check_view(page.checked, registry),
        trouble=": ".join(filter(None, (trouble.at, message_in_words(trouble)))) if trouble else "",
        hint=hint_in_words(trouble) if trouble else "",
    )


def _asked_for(basis: Basis) -> frozenset[str]:
    """Return the written-form paths that a basis always requires."""
    needs = (need for form in of_basis(basis) for need in form.needs)
    paths = {each.field for each in needs if each.must and each.when == "always"} - _COUNTED
    heads = {path: path.rpartition(".")[0] for path in paths}
    return frozenset(
        ".".join(filter(None, (heads[path], field_of(Notice, path).written))) for path in paths
    )


def _groups(kind: type[Record], rows: int, path: str, filling: Filling) -> tuple[FormGroup, ...]:
    return tuple(group_of(kind, f"{path}.{row}", _PLAIN, filling) for row in range(rows))


def _parties(parties: Parties, filling: Filling) -> Iterator[PartyView]:
    """Yield the fixed parties, then the rows of repeatable ones."""
    rows = []
    for field in fields_of(Parties):
        value = getattr(parties, field.name)
        if field.shape.many:
            rows += [(field, each, f"{field.name}.{n}") for n, each in enumerate(value)]
        else:
            yield _party(field, value or Party(), field.name, "", filling)
    for field, party, place in rows:
        yield _party(field, party, place, place, filling)


def _party(field: Field, party: Party, place: str, removes: str, filling: Filling) -> PartyView:
    return PartyView(
        role=words(field.label),
        fields=group_of(Party, f"parties.{place}", _PARTY, filling),
        empty=party == Party(),
        removes=removes,
    )
