"""Case documents: the case file with its timeline, and suspicious transaction reports."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import msgspec
from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.casework.cases.state import Case
from tidewaiter.casework.cases.timeline import Event
from tidewaiter.casework.suspicious_transactions import FormRule
from tidewaiter.explain.cases import case_status_in_words
from tidewaiter.explain.languages import counted, marked, number, words
from tidewaiter.explain.lines import (
    capitalised,
    consignment_in_words,
    mode_in_words,
    more_in_words,
    party_in_words,
    quantity_in_words,
    role_in_words,
    stop_in_words,
    value_in_words,
)
from tidewaiter.explain.matches import done_phrase
from tidewaiter.explain.phrases import say
from tidewaiter.explain.words import Citation, Library, citations
from tidewaiter.report.alerts.view import AlertView, alert_view
from tidewaiter.report.pages import environment, hashed, static
from tidewaiter.trade.types import Alert, Line, PartyMatch

_MOST = 100  # maximum number of entries per field
_POSITIVE = 0  # reasons with more points than this support the alert


class FieldView(Record, frozen=True, kw_only=True):
    """A field of the report."""

    key: str
    label: str
    cite: str
    text: str
    left: bool  # no part of the case fills it


class Suspicion(Record, frozen=True, kw_only=True):
    """A report, as shown on the page and in JSON."""

    case: int
    form: str  # slug
    title: str
    law: str
    asks: str
    mark: str
    sources: tuple[str, ...]
    read: date
    fields: tuple[FieldView, ...]
    at: str  # when it was completed, ISO 8601 in UTC; "": a draft
    by: str


class _ReportPage(Record, frozen=True, kw_only=True):
    report: Suspicion
    css: Markup
    policy: str


def proposal(form: FormRule, alerts: Sequence[Alert]) -> dict[str, str]:
    """Return the field values that a case suggests for a form.

    Args:
        form: The form.
        alerts: Alerts of the case that the viewer may see.

    Returns:
        Texts by key; "" if the case has no value or the user fills in the field.
    """
    return {field.key: _joined(FILLS[field.fill](alerts)) for field in form.field}


def suspicion(
    case: int, slug: str, form: FormRule, told: Mapping[str, str], *, by: str = "", at: str = ""
) -> Suspicion:
    """Return a report with the given field values; missing fields are empty."""
    fields = tuple(
        FieldView(
            key=field.key,
            label=words(field.says),
            cite=field.cite,
            left=not field.fill,
            text=told.get(field.key, ""),
        )
        for field in form.field
    )
    return Suspicion(
        case=case,
        form=slug,
        title=words(form.says),
        law=form.law,
        asks=words(form.asks),
        mark=form.mark,
        sources=form.sources,
        read=form.read,
        fields=fields,
        at=at,
        by=by,
    )


def render_suspicion(report: Suspicion) -> str:
    """Return a report as a self-contained HTML page."""
    css = static("colours.css", "report.css", "short-answer.css", "case.css")
    policy = f"default-src 'none'; style-src {hashed(css)}; base-uri 'none'; form-action 'none'"
    page = _ReportPage(report=report, css=css, policy=policy)
    return environment().get_template("suspicion.html").render(page=page)


def suspicion_json(report: Suspicion) -> bytes:
    """Return a report as JSON with sorted keys."""
    return msgspec.json.format(msgspec.json.encode(report, order="sorted"), indent=2) + b"\n"


def _joined(texts: Iterable[str]) -> str:
    found = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    more = [more_in_words(len(found) - _MOST)] if len(found) > _MOST else []
    return "\n".join(found[:_MOST] + more)


def _parties(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        for party in alert.line.parties or ():
            yield party_in_words(party)
        yield from map(_match, alert.parties)


def _match(match: PartyMatch) -> str:
    said = words(
        "{role} {name} may match {listed} on {list} ({action}; entry {entry}); a possible match "
        "is not proof of identity"
    )
    return said.format(
        role=role_in_words(match.role or "party"),
        name=match.name,
        listed=match.listed_name,
        list=match.list_name,
        action=say(done_phrase(match)),
        entry=match.entry,
    )


def _substances(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        for mention in alert.mentions:
            if mention.substance in alert.substances:
                yield f"{mention.name}, CAS {mention.cas}" if mention.cas else mention.name


def _goods(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        line = alert.line
        parts = (line.goods or line.commercial, quantity_in_words(line), _packages(line))
        yield f"{_where(alert)}: {'; '.join(filter(None, parts))}"


def _packages(line: Line) -> str:
    if line.packages is None:
        return line.pack or ""
    if line.pack:
        return f"{number(line.packages)} {line.pack}"
    said = counted("{count} package", "{count} packages", line.packages)
    return said.format(count=number(line.packages))


def _dates(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        line = alert.line
        told = (
            (words("lodged {day}"), line.lodged),
            (words("departure {day}"), line.departure),
            (words("arrival {day}"), line.arrival),
        )
        days = ", ".join(said.format(day=day) for said, day in told if day)
        if days:
            yield f"{_where(alert)}: {days}"


def _route(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        stops = " → ".join(map(stop_in_words, alert.line.route or ()))
        if stops or alert.line.origin:
            said = words("origin {country}").format(country=alert.line.origin)
            origin = said if alert.line.origin else ""
            yield f"{_where(alert)}: {'; '.join(filter(None, (stops, origin)))}"


def _transfer(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        line = alert.line
        ship = " ".join(filter(None, (line.vessel, f"IMO {line.imo}" if line.imo else "")))
        means = (
            (words("vessel {name}"), ship),
            (words("voyage or flight {name}"), line.voyage),
            (words("containers {name}"), ", ".join(line.containers or ())),
        )
        named = (said.format(name=name) for said, name in means if name)
        told = "; ".join(filter(None, (mode_in_words(line.mode), line.procedure, *named)))
        if told:
            yield f"{_where(alert)}: {told}"


def _values(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        if value := value_in_words(alert.line.value, alert.line.currency):
            yield f"{_where(alert)}: {value}"


def _reasons(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts:
        for reason in alert.reasons:
            if reason.points > _POSITIVE:
                yield f"{_where(alert)}: {say(reason.says)}"


def _where(alert: Alert) -> str:
    return consignment_in_words(alert.consignment, alert.seq)


FILLS: Mapping[str, Callable[[Sequence[Alert]], Iterable[str]]] = MappingProxyType(
    {
        "": lambda _: (),
        "parties": _parties,
        "substances": _substances,
        "goods": _goods,
        "dates": _dates,
        "route": _route,
        "transfer": _transfer,
        "values": _values,
        "reasons": _reasons,
        "consignments": lambda alerts: (alert.consignment for alert in alerts),
    }
)
"""Values that each `fill` code in suspicions.toml takes from the alerts of a case."""


WIDTH, LEFT, RIGHT = 760, 118, 20  # of the timeline
_TOP, _LANE, _FOOT = 14, 30, 26
_NEAR = 13  # marks closer than this many units are merged
_TICKS = 5
_ONE, _MANY = 5, 9  # radius of a mark for one event, and for several


_LANES: Mapping[str, str] = MappingProxyType(
    {
        "case": marked("Case"),
        "alerts": marked("Alerts"),
        "decided": marked("Decisions"),
        "papers": marked("Documents"),
        "notes": marked("Notes and tasks"),
    }
)
_LANE_OF: Mapping[str, str] = MappingProxyType(
    {
        "decided": "decided",
        "alertadded": "alerts",
        "consignmentadded": "papers",
        "partyadded": "papers",
        "fileadded": "papers",
        "drafted": "papers",
        "exported": "papers",
        "note": "notes",
        "task": "notes",
        "done": "notes",
    }
)


class Mark(Record, frozen=True, kw_only=True):
    """An event, or several events close together."""

    x: float
    y: float
    radius: float
    count: int
    title: str


class Lane(Record, frozen=True, kw_only=True):
    """A row of the timeline."""

    slug: str
    label: str
    y: float
    marks: tuple[Mark, ...]


class Tick(Record, frozen=True, kw_only=True):
    """A label on the axis."""

    x: float
    label: str
    anchor: str


class Drawn(Record, frozen=True, kw_only=True):
    """A timeline with coordinates."""

    width: int
    height: int
    left: int
    right: int
    foot: float  # y of the axis
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]


def draw_timeline(events: Sequence[Event]) -> Drawn:
    """Lay out events; marks that would overlap are merged into one with a count.

    Args:
        events: Events in order; lanes without events are omitted.
    """
    moments = [datetime.fromisoformat(event.at).astimezone(UTC) for event in events]
    begin = min(moments, default=datetime(2000, 1, 1, tzinfo=UTC))
    span = max(max(moments, default=begin) - begin, timedelta(minutes=1))
    places = [LEFT + (WIDTH - LEFT - RIGHT) * ((at - begin) / span) for at in moments]
    told = list(zip(places, events, strict=True))
    lanes: list[Lane] = []
    for slug, label in _LANES.items():
        mine = [(x, event) for x, event in told if _LANE_OF.get(event.kind, "case") == slug]
        if mine:
            y = _TOP + _LANE * (len(lanes) + 0.5)
            marks = tuple(_mark(group, y) for group in _groups(mine))
            lanes.append(Lane(slug=slug, label=label, y=y, marks=marks))
    foot = _TOP + _LANE * len(lanes)
    return Drawn(
        width=WIDTH,
        height=foot + _FOOT,
        left=LEFT,
        right=WIDTH - RIGHT,
        foot=foot,
        lanes=tuple(lanes),
        ticks=tuple(_ticks(begin, span)),
    )


def _groups(told: Iterable[tuple[float, Event]]) -> Iterator[list[tuple[float, Event]]]:
    group: list[tuple[float, Event]] = []
    for x, event in told:
        if group and x - group[0][0] > _NEAR:
            yield group
            group = []
        group.append((x, event))
    if group:
        yield group


def _mark(group: Sequence[tuple[float, Event]], y: float) -> Mark:
    x = sum(place for place, _ in group) / len(group)
    first = group[0][1]
    more = f", {more_in_words(len(group) - 1)}" if len(group) > 1 else ""
    title = f"{first.at[:16].replace('T', ' ')}: {words(first.did)}{more}"
    return Mark(
        x=round(x, 1), y=y, radius=5 if len(group) == 1 else 9, count=len(group), title=title
    )


def _ticks(begin: datetime, span: timedelta) -> Iterator[Tick]:
    """Yield labels of the axis, as precise as needed to distinguish them."""
    form = "%Y-%m-%d" if span > timedelta(days=_TICKS) else "%m-%d %H:%M"
    form = "%H:%M:%S" if span < timedelta(minutes=_TICKS) else form
    for place in range(_TICKS):
        share = place / (_TICKS - 1)
        label = f"{begin + span * share:{form}}"
        anchor = {0: "start", _TICKS - 1: "end"}.get(place, "middle")
        yield Tick(x=round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1), label=label, anchor=anchor)


class Custody(Record, frozen=True, kw_only=True):
    """An audit-log entry about the case, formatted for display."""

    number: int
    at: str
    who: str
    action: str
    what: str  # "step 12, note", "alert 12b0f39e"
    digest: str


class CaseSheet(Record, frozen=True, kw_only=True):
    """Data for the page of a case."""

    case: Case
    events: tuple[Event, ...]
    alerts: tuple[Alert, ...]
    files: Mapping[int, str]  # step -> file name in the bundle
    drafts: Mapping[int, str]
    custody: tuple[Custody, ...]
    people: Mapping[str, str]  # display names of the people mentioned
    made: str  # ISO 8601, UTC
    key: str  # signing key
    log: str  # "4,117 entries, root 9f0c..."
    restricted: bool  # whether restricted material is included


class _CasePage(Record, frozen=True, kw_only=True):
    sheet: CaseSheet
    status: str
    drawn: Drawn
    cards: tuple[AlertView, ...]
    sources: tuple[Citation, ...]
    css: Markup
    policy: str


def render_case(sheet: CaseSheet, library: Library | None = None) -> str:
    """Return a case as one self-contained HTML page.

    Args:
        sheet: Data for the page.
        library: Display names by slug; without it the slugs are shown.
    """
    known = library or Library()
    cited = citations(sheet.alerts, known)
    css = static("colours.css", "report.css", "short-answer.css", "case.css")
    page = _CasePage(
        sheet=sheet,
        status=capitalised(case_status_in_words(sheet.case.status)),
        drawn=draw_timeline(sheet.events),
        cards=_cards(sheet.alerts, known, cited),
        sources=tuple(cited.values()),
        css=css,
        policy=(
            f"default-src 'none'; style-src {hashed(css)}; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        ),
    )
    return environment().get_template("case.html").render(page=page)


def _cards(
    alerts: Sequence[Alert], library: Library, cited: Mapping[str, Citation]
) -> tuple[AlertView, ...]:
    return tuple(alert_view(i, alert, library, cited) for i, alert in enumerate(alerts, start=1))
