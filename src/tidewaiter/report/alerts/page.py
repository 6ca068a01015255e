"""The report: one page that needs no network and runs on any browser, old or offline."""

from pathlib import Path

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.report.charts import Chart, days_chart, rows_chart
from tidewaiter.report.library import Citation, Library, citations
from tidewaiter.report.pages import environment, hashed, static
from tidewaiter.report.scripts import not_compared
from tidewaiter.report.summary import OTHERS, Summary
from tidewaiter.report.view import AlertView, alert_view
from tidewaiter.report.words import HOW, unread_in_words, word


class Page(Record, frozen=True, kw_only=True):
    """All that the template prints."""

    summary: Summary
    unread: tuple[str, ...]  # what of the systematic names was not read
    scripts: tuple[str, ...]  # which names of parties are not compared
    charts: tuple[Chart, ...]
    cards: tuple[AlertView, ...]
    sources: tuple[Citation, ...]
    css: Markup
    script: Markup
    policy: str  # Content-Security-Policy


def render_report(summary: Summary, library: Library | None = None) -> str:
    """Return a screening as one page of HTML that holds everything it needs.

    Args:
        summary: The numbers and the first alerts.
        library: What to print for slugs; without it the slugs themselves.

    Returns:
        HTML that can be encoded in UTF-8, whatever stands in the goods texts.
    """
    return environment().get_template("report.html").render(page=_page(summary, library))


def write_report(path: Path, summary: Summary, library: Library | None = None) -> None:
    """Write the page of `render_report` to a file."""
    path.write_text(render_report(summary, library), encoding="utf-8", newline="\n")


def _page(summary: Summary, library: Library | None) -> Page:
    known = library or Library()
    cited = citations(summary.top, known)
    css, script = static("colours.css", "report.css"), static("report.js")
    return Page(
        summary=summary,
        unread=unread_in_words(summary.counts),
        scripts=not_compared(summary.counts.scripts),
        charts=_charts(summary, known),
        cards=tuple(alert_view(i, a, known, cited) for i, a in enumerate(summary.top, start=1)),
        sources=tuple(cited.values()),
        css=css,
        script=script,
        policy=_policy(css, script),
    )


def _charts(summary: Summary, library: Library) -> tuple[Chart, ...]:
    names = {m.substance: m.name for alert in summary.top for m in alert.mentions}
    named = {**names, **library.substances, OTHERS: "other substances"}
    return (
        rows_chart("severity", "Alerts by severity", summary.by_severity, str.capitalize),
        days_chart(summary.by_due, summary.counts.day),
        rows_chart(
            "substance", "Alerts by substance", summary.by_substance, lambda s: named.get(s, s)
        ),
        rows_chart("how", "How it was found", summary.by_how, lambda how: word(HOW, how)),
    )


def _policy(css: str, script: str) -> str:
    """Return a policy under which nothing loads and only our own style and script run."""
    return (
        f"default-src 'none'; style-src {hashed(css)}; script-src {hashed(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
