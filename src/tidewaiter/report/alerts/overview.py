"""Text for the overview: open alerts, inflow and outflow, and rule precision."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES
from tidewaiter.casework.counts import Counts, Track, ages, decision_times, load_overview_rules
from tidewaiter.explain.languages import day, number, words
from tidewaiter.explain.official_names import substance_names
from tidewaiter.explain.rules import TrackView, is_noisy, noisy_in_words, track_views
from tidewaiter.explain.words import Library, severity_in_words
from tidewaiter.report.charts import Drawn, classes_chart, days_chart, days_of, flow_chart

_MILLION = 1_000_000
_HOUR, _DAY = 60, 1_440  # minutes
_HOURS = 48  # times from this many hours are shown in days
_WEEK = 7


class Tile(Record, frozen=True, kw_only=True):
    """A headline figure."""

    label: str
    value: str
    more: str
    asks: Mapping[str, str] | None  # filter of the queue; None: no link


class Row(Record, frozen=True, kw_only=True):
    """One count in a breakdown."""

    label: str
    kind: str  # CSS class
    count: int
    width: float  # percent of the largest count
    asks: Mapping[str, str] | None  # filter of the queue; None: the queue has no such filter


class Noisy(Record, frozen=True, kw_only=True):
    """A rule reported as noisy."""

    text: str
    asks: Mapping[str, str]  # filter of the queue
    rule: str


class OverviewView(Record, frozen=True, kw_only=True):
    """The overview, formatted for display."""

    tiles: tuple[Tile, ...]
    noisy: tuple[Noisy, ...]
    severities: tuple[Row, ...]
    assignees: tuple[Row, ...]
    stands: tuple[Row, ...]
    flow: Drawn
    ages: Drawn
    rate: Drawn | None  # None: too few lines for a rate
    rules: tuple[TrackView, ...]
    substances: tuple[TrackView, ...]
    substances_more: int  # number of further substances
    lists: tuple[TrackView, ...]
    disagreed: tuple[tuple[str, int], ...]
    undone: int
    few: int
    days: int


def overview_view(
    counts: Counts, first: date, today: date, library: Library, names: Mapping[str, str]
) -> OverviewView:
    """Format the overview for display.

    Args:
        counts: Counts for the days since `first`.
        first: The first day.
        today: The last day.
        library: Display names by slug.
        names: Display names of statuses by slug.
    """
    rules, span = load_overview_rules(), days_of(first, today)
    return OverviewView(
        tiles=tuple(_tiles(counts, first, today)),
        noisy=tuple(_noisy(counts.rules, counts.raised, library)),
        severities=_severities(counts),
        assignees=_assignees(counts, rules.assignees),
        stands=_rows(
            (names.get(status, status), status, count, _queue(status=status))
            for status, count in sorted(counts.stands.items(), key=lambda each: -each[1])
        ),
        flow=flow_chart(counts.added, counts.decided, span),
        ages=classes_chart(
            "ages", words("Open alerts by age (days)"), words("Days"), _ages(counts, today)
        ),
        rate=_rate(counts, span),
        rules=track_views(
            counts.rules, counts.raised, "rule", lambda key: words(library.rules.get(key, key))
        ),
        substances=track_views(
            counts.substances[: rules.shown],
            counts.raised,
            "substance",
            _titles(substance_names(library.substances)),
        ),
        substances_more=max(0, len(counts.substances) - rules.shown),
        lists=track_views(counts.lists[: rules.shown], counts.raised, "list", str),
        disagreed=tuple((_turn(key, names), count) for key, count in _by_size(counts.disagreed)),
        undone=counts.undone,
        few=rules.few,
        days=len(span),
    )


def minutes_in_words(minutes: int | None) -> str:
    """Format a duration in minutes; None: unknown."""
    if minutes is None:
        return "–"
    if minutes < _HOUR:
        return f"{number(minutes)} {words('min')}"
    if minutes < _HOURS * _HOUR:
        return f"{number(round(minutes / _HOUR, 1))} {words('h')}"
    return f"{number(round(minutes / _DAY, 1))} {words('days')}"


def _tiles(counts: Counts, first: date, today: date) -> Iterable[Tile]:
    waiting = sum(each.alerts for each in counts.open)
    critical = sum(each.alerts for each in counts.open if each.severity == "critical")
    yield Tile(
        label=words("Open alerts"),
        value=number(waiting),
        more=f"{number(critical)} {words('critical')}",
        asks=_queue(),
    )
    oldest = min((each.day for each in counts.open if each.alerts), default=None)
    age = (today - oldest).days if oldest else None
    yield Tile(
        label=words("Oldest open alert"),
        value="–" if age is None else f"{number(max(0, age))} {words('days')}",
        more=f"{words('Raised')}: {day(oldest)}" if oldest else "",
        asks=None,
    )
    week = days_of(max(first, _week(today)), today)
    came, went = (sum(of.get(each, 0) for each in week) for of in (counts.added, counts.decided))
    yield Tile(
        label=words("Last 7 days"),
        value=f"{words('Raised')}: {number(came)}",
        more=f"{words('Decided')}: {number(went)}",
        asks=None,
    )
    half, most = decision_times(counts.took)
    yield Tile(
        label=words("Median time to decision"),
        value=minutes_in_words(half),
        more=f"{words('90th percentile')} {minutes_in_words(most)}",
        asks=None,
    )
    yield _lines_tile(counts)


def _lines_tile(counts: Counts) -> Tile:
    """Show the rate of alerts, or the plain counts where a rate would mean nothing."""
    lines, alerts = sum(counts.lines.values()), sum(counts.added.values())
    if lines < load_overview_rules().rate_lines:
        return Tile(
            label=words("Lines screened"),
            value=number(lines),
            more=f"{words('Alerts')}: {number(alerts)}",
            asks=None,
        )
    return Tile(
        label=words("Alerts per million lines"),
        value=number(round(alerts / lines * _MILLION)),
        more=f"{number(lines)} {words('lines')}",
        asks=None,
    )


def _week(today: date) -> date:
    return date.fromordinal(today.toordinal() - _WEEK + 1)


def _noisy(tracks: Iterable[Track], raised: int, library: Library) -> Iterable[Noisy]:
    rules = load_overview_rules()
    found = [track for track in tracks if is_noisy(track, raised, rules)]
    found.sort(key=lambda track: (track.confirmed / track.decided, -track.added))
    for track in found[: rules.noisy_shown]:
        title = words(library.rules.get(track.key, track.key))
        yield Noisy(
            text=noisy_in_words(track, raised, title), rule=track.key, asks=_queue(rule=track.key)
        )


def _severities(counts: Counts) -> tuple[Row, ...]:
    told: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    for each in counts.open:
        told[each.severity] = told.get(each.severity, 0) + each.alerts
    return _rows(
        (severity_in_words(name), name, count, _queue(severity=name))
        for name, count in told.items()
    )


def _assignees(counts: Counts, shown: int) -> tuple[Row, ...]:
    named = _by_size({name: count for name, count in counts.assigned.items() if name})
    rows: list[tuple[str, str, int, Mapping[str, str] | None]] = [
        (name, "plain", count, _queue(assignee=name)) for name, count in named[:shown]
    ]
    nobody = counts.assigned.get("", 0)
    if nobody:
        rows.insert(0, (words("no one"), "soft", nobody, None))
    rest = sum(count for _, count in named[shown:])
    if rest:
        rows.append((words("others"), "soft", rest, None))
    return _rows(rows)


def _rows(told: Iterable[tuple[str, str, int, Mapping[str, str] | None]]) -> tuple[Row, ...]:
    listed = list(told)
    most = max([count for _, _, count, _ in listed], default=0) or 1
    return tuple(
        Row(label=label, kind=kind, count=count, width=round(count / most * 100, 1), asks=asks)
        for label, kind, count, asks in listed
    )


def _ages(counts: Counts, today: date) -> list[tuple[str, int]]:
    starts = load_overview_rules().ages
    names = [
        str(start) if end == start + 1 else f"{start}–{end - 1}" for start, end in pairwise(starts)
    ]
    counted = ages(counts.open, today, starts)
    return list(zip([*names, f"{starts[-1]}+"], counted, strict=True))


def _rate(counts: Counts, span: Sequence[date]) -> Drawn | None:
    """Draw the rate by day; None: too few lines."""
    if sum(counts.lines.values()) < load_overview_rules().rate_lines:
        return None
    return days_chart(
        "rate",
        words("Alerts per million lines, by day"),
        words("Per million lines"),
        _rates(counts),
        span,
    )


def _rates(counts: Counts) -> dict[date, float]:
    return {
        each: counts.added.get(each, 0) / lines * _MILLION
        for each, lines in counts.lines.items()
        if lines
    }


def _turn(key: str, names: Mapping[str, str]) -> str:
    was, now = key.split(" ", 1)
    return f"{names.get(was, was)} → {names.get(now, now)}"


def _titles(known: Mapping[str, str]) -> Callable[[str], str]:
    return lambda key: known.get(key, key)


def _by_size(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _queue(**told: str) -> Mapping[str, str]:
    """Return filters of the queue: open alerts unless another status is given."""
    return {"status": "open", **told}
