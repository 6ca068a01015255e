"""Screening report: one self-contained page with charts, usable offline and without scripts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.explain.languages import marked, number, numbered, words
from tidewaiter.explain.lines import UNKNOWN
from tidewaiter.explain.summary import NO_DATE, OTHERS, Counts, RouteTally, Summary, Tally
from tidewaiter.explain.words import (
    HOW,
    Citation,
    Library,
    citations,
    not_compared,
    severity_in_words,
    unread_in_words,
    word,
)
from tidewaiter.report.alerts.view import AlertView, alert_view
from tidewaiter.report.pages import environment, hashed, static

WIDTH = 400  # width of every chart, in its own units; 1 unit is about 1 px on a phone
_ROW = 42
_COLUMNS = 31
_HEIGHT = 190
_LABEL_CELLS = 40
_NARROW = 0x2E7F  # the last code point that is not twice as wide
_CELL = 7.5  # width of a figure
_ROWS = 60  # of the table
_MANY = 100_000  # lines from which a rate of alerts means something
_EARLIER, _LATER = "earlier", "later"
_EDGES: Mapping[str, str] = MappingProxyType(
    {_EARLIER: marked("earlier"), _LATER: marked("later"), NO_DATE: marked("no date")}
)
_HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "severity": marked("Severity"),
        "due": marked("Day of arrival or release"),
        "substance": marked("Substance"),
        "how": marked("Matched by"),
    }
)


class Bar(Record, frozen=True, kw_only=True):
    """One bar and its labels. Lengths are in chart units."""

    label: str  # full label
    short: str  # label, shortened to fit; "": no room
    count: str  # formatted number; "": no room
    alerts: int
    kind: str  # CSS class
    x: float
    y: float
    width: float
    height: float


class Tick(Record, frozen=True, kw_only=True):
    """A label below a chart of days."""

    text: str
    x: float
    y: float


class Chart(Record, frozen=True, kw_only=True):
    """A chart, with the same figures as a table."""

    slug: str
    title: str
    about: str  # text alternative for screen readers
    upright: bool
    height: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    heading: str  # heading of the first table column
    rows: tuple[Tally, ...]
    left_out: int  # rows that are counted but not in the table


def rows_chart(
    slug: str, title: str, tallies: Sequence[Tally], named: Callable[[str], str], *, shown: int = 10
) -> Chart:
    """Return a horizontal bar chart, one bar per key, with the label above it.

    Args:
        slug: Slug of the chart; its bars have the CSS class "bar-" plus the key.
        title: What is counted, and by what.
        tallies: Tallies in display order.
        named: Returns the label of a key.
        shown: Maximum number of bars; the table lists every tally.
    """
    most = max([t.alerts for t in tallies], default=0) or 1
    bars = tuple(
        Bar(
            label=named(tally.key),
            short=shorten(named(tally.key), _LABEL_CELLS),
            count=number(tally.alerts),
            alerts=tally.alerts,
            kind=tally.key if slug == "severity" else "plain",
            x=0,
            y=i * _ROW + 22,
            width=round(tally.alerts / most * WIDTH, 1),
            height=12,
        )
        for i, tally in enumerate(tallies[:shown])
    )
    table = tuple(Tally(key=named(t.key), alerts=t.alerts) for t in tallies)
    return _chart(slug, title, bars, table)


def days_chart(tallies: Sequence[Tally], day: date) -> Chart:
    """Return a column chart, one bar per day, at most 31.

    For a longer range, the days around `day` are shown and the others are counted as "earlier" and
    "later".

    Args:
        tallies: ISO dates in order, `NO_DATE` last.
        day: The day of the screening.
    """
    groups = _days(tallies, day)
    most = max([t.alerts for t in groups], default=0) or 1
    step = WIDTH / max(len(groups), 12)
    bars = tuple(_standing(i * step, step, tally, most) for i, tally in enumerate(groups))
    title = words("Alerts by day of arrival or planned release")
    table = tuple(Tally(key=word(_EDGES, t.key), alerts=t.alerts) for t in tallies)
    return _chart("due", title, bars, table, ticks=_ticks(bars))


def shorten(text: str, cells: int) -> str:
    """Return as much of a text as fits into `cells` half-width cells, with an ellipsis."""
    widths = [_cells(c) for c in text[: cells + 1]]
    if len(text) <= cells and sum(widths) <= cells:
        return text
    fits = [i for i in range(len(widths) + 1) if sum(widths[:i]) < cells]
    return text[: fits[-1]].rstrip() + "…"


def _cells(text: str) -> int:
    """Return the width of a text in half-width cells."""
    return sum(2 if ord(c) > _NARROW else 1 for c in text)


def _days(tallies: Sequence[Tally], day: date) -> list[Tally]:
    """Return one tally per day of the window, including empty days, and the others in groups."""
    dated = {date.fromisoformat(t.key): t.alerts for t in tallies if t.key != NO_DATE}
    first, last = _window(sorted(dated), day)
    days = [first + timedelta(i) for i in range((last - first).days + 1)] if dated else []
    groups = [
        (_EARLIER, sum(n for d, n in dated.items() if d < first)),
        *((d.isoformat(), dated.get(d, 0)) for d in days),
        (_LATER, sum(n for d, n in dated.items() if d > last)),
        (NO_DATE, sum(t.alerts for t in tallies if t.key == NO_DATE)),
    ]
    return [Tally(key=k, alerts=n) for k, n in groups if n or k not in _EDGES]


def _window(days: Sequence[date], day: date) -> tuple[date, date]:
    """Return the first and last day shown: all days, or those around `day`."""
    if not days or (days[-1] - days[0]).days < _COLUMNS - 3:
        return (days[0], days[-1]) if days else (day, day)
    back = min(3, (day - date.min).days)
    ahead = min(_COLUMNS - 7, (date.max - day).days)
    return day - timedelta(back), day + timedelta(ahead)


def _standing(x: float, step: float, tally: Tally, most: int) -> Bar:
    """Return a vertical bar in a column of width `step`."""
    height = round(max(2.0 if tally.alerts else 0.0, tally.alerts / most * (_HEIGHT - 20)), 1)
    count = number(tally.alerts)
    room = tally.alerts == most or _CELL * len(count) <= step
    return Bar(
        label=word(_EDGES, tally.key),
        short="",
        count=count if tally.alerts and room else "",
        alerts=tally.alerts,
        kind="plain",
        x=round(x + 1, 1),
        y=round(_HEIGHT - height, 1),
        width=round(step - 2, 1),
        height=height,
    )


def _ticks(bars: Sequence[Bar]) -> tuple[Tick, ...]:
    """Label the first and last day and the groups beside them, on lines that do not overlap."""
    days = [bar for bar in bars if bar.label[:1].isdigit()]
    named = [bar for bar in bars if bar not in days[1:-1]]
    ends = [-_CELL] * len(named)
    ticks: list[Tick] = []
    for bar in named:
        width = _CELL * _cells(bar.label)
        x = max(0.0, min(bar.x, WIDTH - width))
        line = next(i for i, end in enumerate(ends) if end + _CELL <= x or not ticks)
        ends[line] = x + width
        ticks.append(Tick(text=bar.label, x=round(x, 1), y=_HEIGHT + 20 + 18 * line))
    return tuple(ticks)


def _chart(
    slug: str,
    title: str,
    bars: tuple[Bar, ...],
    rows: tuple[Tally, ...],
    *,
    ticks: tuple[Tick, ...] | None = None,
) -> Chart:
    """Return a chart; one with ticks is a chart of standing bars."""
    told = [f"{bar.label}: {number(bar.alerts)}" for bar in bars if bar.alerts]
    foot = max((tick.y for tick in ticks or ()), default=_HEIGHT) + 8
    return Chart(
        slug=slug,
        title=title,
        about="; ".join(told) or words("No alerts."),
        upright=ticks is not None,
        height=max(len(bars), 1) * _ROW if ticks is None else foot,
        bars=bars,
        ticks=ticks or (),
        heading=words(_HEADINGS[slug]),
        rows=rows[:_ROWS],
        left_out=max(0, len(rows) - _ROWS),
    )


class Page(Record, frozen=True, kw_only=True):
    """Data for the template."""

    summary: Summary
    problems: tuple[str, ...]  # counts of what was not read or not compared; (): none
    many: int  # lines from which a rate of alerts means something
    unread: tuple[str, ...]  # notes on systematic names that were not read
    scripts: tuple[str, ...]  # notes on names of parties that were not compared
    charts: tuple[Chart, ...]
    routes: tuple[RouteTally, ...]
    rules: tuple[Tally, ...]
    cards: tuple[AlertView, ...]
    sources: tuple[Citation, ...]
    css: Markup
    script: Markup
    policy: str  # Content-Security-Policy


def render_report(summary: Summary, library: Library | None = None) -> str:
    """Return a screening as one self-contained HTML page.

    Args:
        summary: The figures and the highest-priority alerts.
        library: Display names by slug; without it the slugs are shown.

    Returns:
        HTML that can be encoded in UTF-8 for any goods text.
    """
    return environment().get_template("report.html").render(page=_page(summary, library))


def write_report(path: Path, summary: Summary, library: Library | None = None) -> None:
    """Write the page of `render_report` to a file."""
    path.write_text(render_report(summary, library), encoding="utf-8", newline="\n")


def _page(summary: Summary, library: Library | None) -> Page:
    known = library or Library()
    cited = citations(summary.top, known)
    css, script = static("colours.css", "report.css", "short-answer.css"), static("report.js")
    return Page(
        summary=summary,
        problems=tuple(_problems(summary.counts)),
        many=_MANY,
        unread=unread_in_words(summary.counts),
        scripts=not_compared(summary.counts.scripts),
        charts=_charts(summary, known),
        routes=tuple(map(_route, summary.by_route)),
        rules=tuple(
            Tally(key=words(known.rules.get(each.key, each.key)), alerts=each.alerts)
            for each in summary.by_rule[:_ROWS]
        ),
        cards=tuple(alert_view(i, a, known, cited) for i, a in enumerate(summary.top, start=1)),
        sources=tuple(cited.values()),
        css=css,
        script=script,
        policy=_policy(css, script),
    )


def _problems(counts: Counts) -> Iterator[str]:
    """Count what was not read or not compared."""
    remarks, named = len(counts.remarks), sum(counts.scripts.values())
    unread = counts.unread + counts.unknown
    if counts.refused_rows:
        yield numbered("%(num)s row", "%(num)s rows", counts.refused_rows)
    if counts.fields:
        yield numbered("%(num)s field", "%(num)s fields", counts.fields)
    if remarks:
        yield numbered("%(num)s part of the file", "%(num)s parts of the file", remarks)
    if unread:
        yield numbered(
            "%(num)s line with a systematic name", "%(num)s lines with a systematic name", unread
        )
    if named:
        yield numbered("%(num)s party name", "%(num)s party names", named)


def _charts(summary: Summary, library: Library) -> tuple[Chart, ...]:
    names = {m.substance: m.name for alert in summary.top for m in alert.mentions}
    named = {**names, **library.substances, OTHERS: words("other substances")}
    return (
        rows_chart("severity", words("Alerts by severity"), summary.by_severity, severity_in_words),
        days_chart(summary.by_due, summary.counts.day),
        rows_chart(
            "substance",
            words("Alerts by substance"),
            summary.by_substance,
            lambda s: named.get(s, s),
        ),
        rows_chart("how", words("How it was matched"), summary.by_how, lambda how: word(HOW, how)),
    )


def _route(tally: RouteTally) -> RouteTally:
    """Put what is not a country as written into words."""
    named = {UNKNOWN: words("not given"), OTHERS: words("others")}
    return RouteTally(
        origin=named.get(tally.origin, tally.origin),
        destination=named.get(tally.destination, tally.destination),
        alerts=tally.alerts,
    )


def _policy(css: str, script: str) -> str:
    """Return a Content-Security-Policy that allows only our own style and script."""
    return (
        f"default-src 'none'; style-src {hashed(css)}; script-src {hashed(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
