"""Suppression views: scopes and form fields, states, counts and charts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, get_args
from urllib.parse import urlencode

import msgspec

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.casework.suppression.proposals import Offer
from tidewaiter.casework.suppression.rules import Suppression, Taken
from tidewaiter.casework.suppression.scope import Scope, Trader, Way, check_scope
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.explain.alerts import short_title
from tidewaiter.explain.languages import counted, day, number, numbered, pgettext, words
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.words import Library
from tidewaiter.store.suppression.proposals import Part, Preview
from tidewaiter.trade.types import Alert
from tidewaiter.web.alerts.decision_form import status_in_words

Few = Annotated[str, msgspec.Meta(max_length=400)]


class ScopeForm(Record, frozen=True, kw_only=True):
    """A scope as form fields; empty ones are ignored."""

    substances: tuple[Few, ...] = ()
    ways: tuple[Way, ...] = ()
    rules: tuple[Few, ...] = ()
    phrase: Few = ""
    heading: Few = ""
    shipper: Few = ""
    shipper_id: Few = ""
    consignee: Few = ""
    consignee_id: Few = ""
    most: Severity = "medium"


def scope_of_form(form: ScopeForm) -> Scope:
    """Parse a scope.

    Raises:
        InputError: It is too broad, names a country, or is otherwise invalid.
    """
    return check_scope(
        Scope(
            substances=form.substances,
            ways=form.ways,
            rules=form.rules,
            phrase=form.phrase,
            heading=form.heading,
            shipper=_trader_of_form(form.shipper, form.shipper_id),
            consignee=_trader_of_form(form.consignee, form.consignee_id),
            most=form.most,
        )
    )


def form_of(scope: Scope) -> ScopeForm:
    """Format a scope."""
    shipper, consignee = scope.shipper, scope.consignee
    return ScopeForm(
        substances=scope.substances,
        ways=scope.ways,
        rules=scope.rules,
        phrase=scope.phrase,
        heading=scope.heading,
        shipper=shipper.name if shipper else "",
        shipper_id=shipper.id if shipper else "",
        consignee=consignee.name if consignee else "",
        consignee_id=consignee.id if consignee else "",
        most=scope.most,
    )


def fields_of(form: ScopeForm) -> tuple[tuple[str, str], ...]:
    """Return the non-empty fields, repeated for several values."""
    told: list[tuple[str, str]] = []
    for name in ScopeForm.__struct_fields__:
        value = getattr(form, name)
        told += [(name, each) for each in ((value,) if isinstance(value, str) else value) if each]
    return tuple(told)


def query_of(scope: Scope) -> str:
    """Format a scope as a query string."""
    return urlencode(fields_of(form_of(scope)))


def _trader_of_form(name: str, number: str) -> Trader | None:
    return Trader(name=name, id=number) if name or number else None


_SOON = 30  # days before its end at which a rule is marked
_LISTINGS = 2  # named in a title
_WEEK = 7
_WIDTH, _HEIGHT, _WEEKS = 560, 120, 53


class Condition(Record, frozen=True, kw_only=True):
    """One part of a scope."""

    label: str
    values: tuple[str, ...]


class RuleView(Record, frozen=True, kw_only=True):
    """A rule, as displayed."""

    rule: Suppression
    scope: tuple[Condition, ...]
    state: str
    reason: str
    ends: str
    soon: bool


class StepView(Record, frozen=True, kw_only=True):
    """A step, as displayed."""

    step: str
    taken: Taken


class AlertLine(Record, frozen=True, kw_only=True):
    """An alert as a line of a list."""

    alert: Alert
    title: Phrase
    goods: str


class PartView(Record, frozen=True, kw_only=True):
    """Some of the alerts of a preview."""

    alerts: int
    counts: tuple[Condition, ...]
    sample: tuple[AlertLine, ...]


class PreviewView(Record, frozen=True, kw_only=True):
    """A preview, as displayed."""

    told: str
    plain: PartView
    strong: PartView
    against: tuple[AlertLine, ...]
    against_count: int


class WeekBar(Record, frozen=True, kw_only=True):
    """A bar of the chart: alerts per week; lengths in chart units."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


class WeekChart(Record, frozen=True, kw_only=True):
    """Alerts suppressed by a rule, by week."""

    bars: tuple[WeekBar, ...]
    about: str
    width: int = _WIDTH
    height: int = _HEIGHT
    first: str
    last: str
    most: int


class OfferView(Record, frozen=True, kw_only=True):
    """A suggested pattern, as displayed."""

    offer: Offer
    scope: tuple[Condition, ...]
    told: str
    query: str


def scope_view(scope: Scope, library: Library) -> tuple[Condition, ...]:
    """Describe a scope, one condition each."""
    return tuple(_conditions(scope, library))


def rule_view(rule: Suppression, library: Library, today: date) -> RuleView:
    """Render a rule as text."""
    left = (rule.proposal.expires - today).days
    live = rule.state in {"active", "proposed"}
    return RuleView(
        rule=rule,
        scope=scope_view(rule.proposal.scope, library),
        state=state_in_words(rule.state),
        reason=words(load_suppression_settings().reason[rule.proposal.reason].says),
        ends=_ends(rule.proposal.expires, left) if live else day(rule.proposal.expires),
        soon=live and left <= _SOON,
    )


def step_views(steps: Sequence[Taken]) -> tuple[StepView, ...]:
    """Render a rule's history as text, latest first."""
    said = {
        "proposed": words("Proposed"),
        "approved": words("Approved"),
        "refused": words("Rejected"),
        "ended": words("Ended"),
        "expired": words("Expired"),
    }
    return tuple(StepView(step=said[each.step], taken=each) for each in reversed(steps))


def state_in_words(state: str) -> str:
    """Return the state of a rule as text."""
    said = {
        "proposed": words("proposed"),
        "active": pgettext("rule", "active"),
        "refused": words("rejected"),
        "ended": words("ended"),
        "expired": words("expired"),
    }
    return said[state]


def alert_lines(alerts: Sequence[Alert], library: Library) -> tuple[AlertLine, ...]:
    """Put alerts into a line each."""
    return tuple(
        AlertLine(
            alert=each,
            title=short_title(each, library.regimes, _LISTINGS),
            goods=each.line.goods or each.line.commercial or "",
        )
        for each in alerts
    )


def preview_view(preview: Preview, alerts: Mapping[str, Alert], library: Library) -> PreviewView:
    """Render a preview as text.

    Args:
        preview: The counts, and ids of some alerts.
        alerts: These alerts, by id.
        library: Display names of slugs.
    """
    told = words("{fit} of {stored} stored alerts match").format(
        fit=number(preview.alerts), stored=number(preview.stored)
    )
    found = [alerts[name] for name in preview.against if name in alerts]
    return PreviewView(
        told=told,
        plain=_part(preview.plain, alerts, library),
        strong=_part(preview.strong, alerts, library),
        against=alert_lines(found, library),
        against_count=preview.against_count,
    )


def offer_view(offer: Offer, library: Library) -> OfferView:
    """Render a suggested pattern as text."""
    who = counted("by one officer", "by %(num)s officers", offer.officers)
    told = words(
        "{dismissed} of {decided} similar decided alerts were dismissed, {who}, {first} to {last}"
    )
    said = told.format(
        dismissed=number(offer.dismissed),
        decided=number(offer.decided),
        who=who % {"num": number(offer.officers)},
        first=day(offer.first),
        last=day(offer.last),
    )
    if offer.decisions < offer.dismissed:
        acts = words("{count} decisions; a bulk decision counts once")
        said = f"{said} ({acts.format(count=number(offer.decisions))})"
    return OfferView(
        offer=offer,
        scope=scope_view(offer.scope, library),
        told=said,
        query=query_of(offer.scope),
    )


def week_chart(days: Mapping[str, int]) -> WeekChart | None:
    """Chart the alerts suppressed by a rule, by week; None: none yet.

    Args:
        days: Counts by ISO day, in order.
    """
    weeks: dict[date, int] = {}
    for name, count in days.items():
        held = date.fromisoformat(name)
        monday = held - timedelta(days=held.weekday())
        weeks[monday] = weeks.get(monday, 0) + count
    if not weeks:
        return None
    last = max(weeks)
    begin = max(min(weeks), last - timedelta(weeks=_WEEKS - 1))
    span = max((last - begin).days // _WEEK + 1, 12)
    most, step = max(weeks.values()), _WIDTH / span
    bars = tuple(
        _bar(monday, count, most, step * ((monday - begin).days // _WEEK), step)
        for monday, count in sorted(weeks.items())
        if monday >= begin
    )
    told = "; ".join(f"{bar.label}: {number(bar.count)}" for bar in bars)
    return WeekChart(bars=bars, about=told, first=day(begin), last=day(last), most=most)


def ways() -> tuple[tuple[Way, str], ...]:
    """Return the identification methods with display texts."""
    return tuple((way, _way(way)) for way in get_args(Way))


def severities() -> tuple[tuple[Severity, str], ...]:
    """Return the severities with display texts, least urgent first."""
    return tuple((each, words(each)) for each in reversed(get_args(Severity)))


def _conditions(scope: Scope, library: Library) -> Iterator[Condition]:
    named = tuple(substance_name(library.substances.get(slug, slug)) for slug in scope.substances)
    if named:
        yield Condition(label=words("Only these substances"), values=named)
    if scope.ways:
        yield Condition(label=words("Matched only by"), values=tuple(map(_way, scope.ways)))
    if scope.rules:
        titles = tuple(words(library.rules.get(rule, rule)) for rule in scope.rules)
        yield Condition(label=words("Only these risk indicators"), values=titles)
    if scope.phrase:
        yield Condition(label=words("Text at each match"), values=(f"“{scope.phrase}”",))
    if scope.heading:
        yield Condition(label=words("HS code begins with"), values=(scope.heading,))
    for label, trader in ((words("Shipper"), scope.shipper), (words("Consignee"), scope.consignee)):
        if trader:
            yield Condition(label=label, values=(_trader_in_words(trader),))
    yield Condition(label=words("At most"), values=(words(scope.most),))


def _way(way: Way) -> str:
    said = {
        "exact": words("name"),
        "squeezed": words("name with spacing or scanning errors"),
        "disguised": words("name written to be missed"),
        "fuzzy": words("close spelling"),
        "cas": words("CAS number"),
        "hs": words("HS code"),
        "unno": words("UN number"),
        "cus": words("CUS number"),
        "name": words("systematic name"),
        "structure": words("structure"),
        "class": words("class rule"),
    }
    return said[way]


def _trader_in_words(trader: Trader) -> str:
    return f"{trader.name} ({trader.id})" if trader.id else trader.name


def _ends(expires: date, left: int) -> str:
    told = numbered("in one day", "in %(num)s days", left)
    return f"{day(expires)}, {told}" if left > 0 else day(expires)


def _part(part: Part, alerts: Mapping[str, Alert], library: Library) -> PartView:
    severity = {words(name): count for name, count in part.by_severity.items()}
    status = {status_in_words(name): count for name, count in part.by_status.items()}
    counts = (
        Condition(label=words("Severity"), values=_counts(severity)),
        Condition(label=words("Now"), values=_counts(status)),
        Condition(label=words("Month"), values=_counts(part.by_month)),
    )
    found = [alerts[name] for name in part.sample if name in alerts]
    return PartView(
        alerts=part.alerts,
        counts=counts if part.alerts else (),
        sample=alert_lines(found, library),
    )


def _counts(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"{name} {number(count)}" for name, count in counts.items())


def _bar(monday: date, count: int, most: int, x: float, step: float) -> WeekBar:
    height = round(max(2.0, count / most * (_HEIGHT - 18)), 1)
    return WeekBar(
        label=words("Week of {day}").format(day=day(monday)),
        count=count,
        x=round(x + 1, 1),
        y=round(_HEIGHT - height, 1),
        width=round(step - 2, 1),
        height=height,
    )
