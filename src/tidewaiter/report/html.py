"""The report: one page that needs no network and runs on any browser, old or offline."""

import hashlib
from base64 import b64encode
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.report.characters import visible
from tidewaiter.report.charts import Chart, days_chart, rows_chart
from tidewaiter.report.library import Citation, Library, citations
from tidewaiter.report.summary import OTHERS, Summary
from tidewaiter.report.view import AlertView, alert_view
from tidewaiter.report.words import HOW, unread_in_words, word

_LIMIT = 1_000


class Page(Record, frozen=True, kw_only=True):
    """All that the template prints."""

    summary: Summary
    unread: tuple[str, ...]  # what of the systematic names was not read
    charts: tuple[Chart, ...]
    cards: tuple[AlertView, ...]
    sources: tuple[Citation, ...]
    css: Markup
    script: Markup
    policy: str  # Content-Security-Policy


def render_report(summary: Summary, library: Library | None = None) -> str:
    """Return a screening as one page of HTML that holds everything it needs.

    Args:
        summary: The numbers and the most urgent alerts.
        library: What to print for slugs; without it the slugs themselves.

    Returns:
        HTML that can be encoded in UTF-8, whatever stands in the goods texts.
    """
    return _environment().get_template("report.html").render(page=_page(summary, library))


def write_report(path: Path, summary: Summary, library: Library | None = None) -> None:
    """Write the page of `render_report` to a file."""
    path.write_text(render_report(summary, library), encoding="utf-8", newline="\n")


def _page(summary: Summary, library: Library | None) -> Page:
    known = library or Library()
    cited = citations(summary.top, known)
    css, script = _static("report.css"), _static("report.js")
    return Page(
        summary=summary,
        unread=unread_in_words(summary.counts),
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
        f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _static(name: str) -> Markup:
    """Return a file of our own, to be put into the page as it is."""
    text = files("tidewaiter.report").joinpath("static", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - ours, not a stranger's


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tidewaiter.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_legible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = "{:,}".format
    return environment


def _legible(value: object) -> object:
    """Make every text that the template prints visible, and none too long."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if len(value) > _LIMIT:
        return f"{visible(value[:_LIMIT])} ⟦{len(value) - _LIMIT:,} characters left out⟧"
    return visible(value)
