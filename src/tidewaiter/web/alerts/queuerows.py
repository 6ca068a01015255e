"""The rows of the queue in words."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.consignments.priority import is_listed
from tidewaiter.consignments.routing import route_of
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert, Severity
from tidewaiter.report.finds import goods_shown
from tidewaiter.report.languages import counted, day, words
from tidewaiter.report.marks import Span, mark_up
from tidewaiter.report.reasonwords import markup, plain, title_told
from tidewaiter.report.titles import short_title
from tidewaiter.report.tracks import percent
from tidewaiter.report.words import days_in_words
from tidewaiter.substances.types import Regime
from tidewaiter.web.alertview import added_in_words
from tidewaiter.web.decisionform import status_in_words
from tidewaiter.web.queuepage import QueueRow

_GOODS = 180  # characters of a description that are shown around a find
_LISTINGS = 2  # named in a title
_NAME = 60  # of a party


class RowView(Record, frozen=True, kw_only=True):
    """An alert as a row."""

    id: str
    path: str
    severity: Severity
    score: int
    learned: str  # chance that decisions taught; "": none was asked for
    title: str
    heading: Markup  # the title; what is English still is marked
    goods: Markup
    parties: str
    route: str
    consignment: str
    due: str
    days: str
    late: bool
    age: str
    status: str
    status_words: str
    assignee: str
    restricted: bool
    adds: tuple[str, ...]  # what brings it forward among those of its severity, like "+30 unusual"
    listed: bool  # a party resembles one on a list
    proposed: int | None  # the bulk decision that waits for a second officer


def row_view(
    row: QueueRow, kept: str, today: date, regimes: Mapping[str, Regime], rules: AlertRules
) -> RowView:
    """Put an alert into words, as a row of the queue.

    Args:
        row: The alert, and where it stands.
        kept: Query of the queue, to come back to.
        today: The day.
        regimes: By slug, for their short names.
        rules: By which its place was made.
    """
    alert = row.alert
    route = route_of(alert.line)
    left = (alert.due - today).days if alert.due else None
    ends = filter(None, (route.origin, *route.transit, route.destination))
    titled = title_told(short_title(alert, regimes, _LISTINGS))
    return RowView(
        id=alert.id,
        path=f"/alerts/{alert.id}" + (f"?{urlencode({'queue': kept})}" if kept else ""),
        severity=alert.severity,
        score=alert.score,
        learned=percent(alert.learned.chance) if alert.learned else "",
        title=plain(titled),
        heading=markup(titled),
        goods=_goods(alert),
        parties=_parties(alert),
        route=" → ".join(dict.fromkeys(ends)),
        consignment=f"{alert.consignment}/{alert.seq}",
        due=day(alert.due),
        days=days_in_words(left),
        late=left is not None and left <= 0 and row.standing.status == "open",
        age=_age((today - alert.day).days),
        status=row.standing.status,
        status_words=status_in_words(row.standing.status),
        assignee=row.standing.assignee or "",
        restricted=alert.restricted,
        adds=tuple(added_in_words(alert, rules)),
        listed=is_listed(alert),
        proposed=row.proposed,
    )


def _goods(alert: Alert) -> Markup:
    """Return the goods as written, cut to what stands around the finds, which are marked."""
    text, found = goods_shown(alert)
    spans = [
        Span(start=find.evidence.start, end=find.evidence.end, label=find.label) for find in found
    ]
    return mark_up(text, spans, limit=_GOODS)


def _parties(alert: Alert) -> str:
    named = [party.name for party in alert.line.parties or () if party.name]
    return " → ".join(name[:_NAME] for name in named[:2])


def _age(days: int) -> str:
    if days <= 0:
        return words("screened today")
    return counted("screened %d day ago", "screened %d days ago", days) % days
