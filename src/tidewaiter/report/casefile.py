"""A case on paper: one page that needs no network, as it travels in an evidence bundle."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.casework.cases import Case
from tidewaiter.casework.timeline import Event
from tidewaiter.consignments.types import Alert
from tidewaiter.report.casetimeline import Drawn, draw_timeline
from tidewaiter.report.library import Citation, Library, citations
from tidewaiter.report.pages import environment, hashed, static
from tidewaiter.report.view import AlertView, alert_view

STATUS = {
    "open": "Open",
    "closed-confirmed": "Closed: confirmed",
    "closed-dismissed": "Closed: dismissed by two people",
    "closed-referred": "Closed: referred to someone else",
}
"""How the statuses of a case are printed."""


class Custody(Record, frozen=True, kw_only=True):
    """An entry of the audit about the case, as the page prints it."""

    number: int
    at: str
    who: str
    action: str
    what: str  # "step 12, note", "alert 12b0f39e"
    digest: str


class CaseSheet(Record, frozen=True, kw_only=True):
    """All that the page shows of a case."""

    case: Case
    events: tuple[Event, ...]
    alerts: tuple[Alert, ...]
    files: Mapping[int, str]  # step -> name in the bundle
    drafts: Mapping[int, str]
    custody: tuple[Custody, ...]
    people: Mapping[str, str]  # how those who are named in it are read
    made: str  # ISO 8601, UTC
    key: str  # of whoever signs
    log: str  # "4,117 entries, root 9f0c..."
    restricted: bool  # with what is for the authority only


class _Page(Record, frozen=True, kw_only=True):
    sheet: CaseSheet
    status: str
    drawn: Drawn
    cards: tuple[AlertView, ...]
    sources: tuple[Citation, ...]
    css: Markup
    policy: str


def render_case(sheet: CaseSheet, library: Library | None = None) -> str:
    """Return a case as one page of HTML that holds everything it needs.

    Args:
        sheet: What it shows.
        library: What to print for slugs; without it the slugs themselves.
    """
    known = library or Library()
    cited = citations(sheet.alerts, known)
    css = static("colours.css", "report.css", "case.css")
    page = _Page(
        sheet=sheet,
        status=STATUS[sheet.case.status],
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
