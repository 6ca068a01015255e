"""Report of a threshold calibration: findings in sentences, and charts."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.explain.calibration import (
    HOWS,
    MILLION,
    TEN_THOUSAND,
    alerts_in_words,
    cause_in_words,
    chosen_in_words,
    doubts_in_words,
    example_in_words,
    files_in_words,
    how_in_words,
    interval,
    judge_command,
    kind_in_words,
    origin_in_words,
    per,
    recall_cell,
    recall_heading,
    recall_in_words,
    share_in_words,
)
from tidewaiter.explain.languages import day, figure, number, speaking, words
from tidewaiter.parties.calibration.types import Bin, Calibration, Group, Level
from tidewaiter.parties.thresholds import printed
from tidewaiter.report.pages import environment, hashed, static

_LEFT, _RIGHT, _TOP, _FOOT = 64, 392, 14, 236
_TICKS = (0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
_FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_EDGE = 1e-4  # lowest rate drawn, per million


class Mark(Record, frozen=True, kw_only=True):
    """A share with coordinates; lengths are in chart units."""

    x: float
    y: float | None  # None: the share is 0, which cannot be drawn on this scale
    top: float  # upper end of its interval
    foot: float
    told: str


class Tick(Record, frozen=True, kw_only=True):
    """A grid line with its number."""

    at: float
    text: str


class Graph(Record, frozen=True, kw_only=True):
    """A chart; a table has the same figures."""

    slug: str
    title: str
    about: str
    across: str  # label of the x axis
    up: str  # label of the y axis
    marks: tuple[Mark, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]
    line: Tick | None = None  # the threshold
    even: bool = False  # whether to draw the diagonal of perfect calibration


def alerts_graph(told: Calibration) -> Graph:
    """Draw alerts per million parties by threshold; both axes are logarithmic."""
    levels = told.levels
    shares = [level.alerts for level in levels]
    least = min([each.share for each in shares if each.count] or [shares[0].high]) * MILLION
    most = max(each.high for each in shares) * MILLION
    low = math.floor(math.log10(max(least, _EDGE)))
    high = max(low + 1, math.ceil(math.log10(most)))

    def up(share: float) -> float:
        power = math.log10(max(share * MILLION, 10.0**low))
        return _between(_FOOT, _TOP, (min(power, high) - low) / (high - low))

    marks = tuple(_alert_mark(level, up) for level in levels)
    rows = range(low, high + 1, max(1, (high - low) // 4))
    return Graph(
        slug="alerts",
        title=words("Alerts in a million parties, by threshold"),
        about="; ".join(mark.told for mark in marks),
        across=words("threshold"),
        up=words("alerts in a million"),
        marks=marks,
        columns=tuple(Tick(at=_at(each), text=figure(f"{each:g}")) for each in _TICKS),
        rows=tuple(Tick(at=up(10.0**p / MILLION), text=figure(f"{10.0**p:,.10g}")) for p in rows),
        line=Tick(at=_at(told.at.threshold), text=figure(printed(told.at.threshold))),
    )


def bins_graph(told: Calibration) -> Graph | None:
    """Draw the share of flagged parties by probability; None: no file of such parties."""
    if not told.bins:
        return None

    def up(share: float) -> float:
        return _between(_FOOT, _TOP, share)

    marks = tuple(_bin_mark(each, up) for each in told.bins)
    return Graph(
        slug="bins",
        title=words("Share of parties known to be listed, by probability"),
        about="; ".join(mark.told for mark in marks),
        across=words("probability of the best match"),
        up=words("share listed"),
        marks=marks,
        columns=tuple(
            Tick(at=_between(_LEFT, _RIGHT, each), text=figure(f"{each:g}")) for each in _FIFTHS
        ),
        rows=tuple(Tick(at=up(each), text=figure(f"{each:g}")) for each in _FIFTHS),
        even=True,
    )


def _alert_mark(level: Level, up: Callable[[float], float]) -> Mark:
    share = level.alerts
    return Mark(
        x=_at(level.threshold),
        y=up(share.share) if share.count else None,
        top=up(share.high),
        foot=up(share.low),
        told=words("{threshold}: {rate} in a million (95 %: {interval})").format(
            threshold=figure(printed(level.threshold)),
            rate=per(share.share, MILLION),
            interval=interval(share, MILLION),
        ),
    )


def _bin_mark(held: Bin, up: Callable[[float], float]) -> Mark:
    share = held.flagged
    return Mark(
        x=_between(_LEFT, _RIGHT, held.mean),
        y=up(share.share),
        top=up(share.high),
        foot=up(share.low),
        told=words("{probability}: {count} of {total}, {share}").format(
            probability=figure(f"{held.mean:.2f}"),
            count=number(share.count),
            total=number(share.total),
            share=share_in_words(share),
        ),
    )


def _at(threshold: float) -> float:
    """Return the x coordinate of a threshold, on a log-odds scale that spreads out the top end."""
    ends = [math.log(each / (1 - each)) for each in (0.045, 0.99993)]
    held = min(max(threshold, 0.045), 0.99993)
    return _between(_LEFT, _RIGHT, (math.log(held / (1 - held)) - ends[0]) / (ends[1] - ends[0]))


def _between(begin: float, end: float, share: float) -> float:
    return round(begin + share * (end - begin), 1)


_ROWS, _MORE = 15, 300  # rows of a table of groups: shown at once, and on expanding


class Row(Record, frozen=True, kw_only=True):
    """A table row, formatted for display."""

    key: str
    cells: tuple[str, ...]
    marked: bool = False


class Groups(Record, frozen=True, kw_only=True):
    """A table of alerts by group."""

    title: str
    first: str  # heading of the first column
    rows: tuple[Row, ...]
    more: tuple[Row, ...]
    left_out: int
    note: str = ""


class CauseView(Record, frozen=True, kw_only=True):
    """A list entry that cleared parties resemble."""

    title: str
    example: str
    how: str
    command: str


class CalibrationPage(Record, frozen=True, kw_only=True):
    """Data for the template."""

    file: str
    day: str
    threshold: str
    alerts: str
    recall: str
    files: tuple[str, ...]
    doubts: tuple[str, ...]
    hashes: tuple[str, ...]
    graphs: tuple[Graph, ...]
    levels: tuple[Row, ...]
    recalled: str  # heading of the last column of levels; "": no such column
    groups: tuple[Groups, ...]
    bins: tuple[Row, ...]
    causes: tuple[CauseView, ...]
    css: Markup
    policy: str


def write_calibration(path: Path, told: Calibration, *, spoken: str = "en") -> None:
    """Write the page of a calibration to a file."""
    path.write_text(render_calibration(told, spoken=spoken), encoding="utf-8", newline="\n")


def render_calibration(told: Calibration, *, spoken: str = "en") -> str:
    """Return a calibration as one page of HTML."""
    with speaking(spoken):
        return environment().get_template("calibration.html").render(page=_page(told))


def _page(told: Calibration) -> CalibrationPage:
    css = static("colours.css", "report.css", "calibration.css")
    return CalibrationPage(
        file=told.cleared.file,
        day=day(told.day),
        threshold=chosen_in_words(told),
        alerts=alerts_in_words(told),
        recall=recall_in_words(told),
        files=tuple(files_in_words(told)),
        doubts=tuple(doubts_in_words(told)),
        hashes=_hashes(told),
        graphs=tuple(filter(None, (alerts_graph(told), bins_graph(told)))),
        levels=level_rows(told),
        recalled=recall_heading(told),
        groups=_groups(told),
        bins=tuple(map(_bin_row, told.bins)),
        causes=tuple(
            CauseView(
                title=cause_in_words(each),
                example=example_in_words(each),
                how=how_in_words(each.how),
                command=judge_command(each),
            )
            for each in told.causes
        ),
        css=css,
        policy=f"default-src 'none'; style-src {hashed(css)}; base-uri 'none'; form-action 'none'",
    )


def _bin_row(held: Bin) -> Row:
    share = held.flagged
    return Row(
        key=words("{low} to {high}").format(
            low=figure(f"{held.low:g}"), high=figure(f"{held.high:g}")
        ),
        cells=(
            figure(f"{held.mean:.3f}"),
            words("{count} of {total}").format(
                count=number(share.count), total=number(share.total)
            ),
            recall_cell(share),
        ),
    )


def _hashes(told: Calibration) -> tuple[str, ...]:
    files = filter(None, (told.cleared, told.found))
    return (
        *(f"{each.file}, SHA-256 {each.sha256}" for each in files),
        *(f"{each.list}, SHA-256 {each.version}" for each in told.lists),
    )


def level_rows(told: Calibration) -> tuple[Row, ...]:
    """Return the table of thresholds: alerts, per 10,000, per million, interval, recall."""
    rows = []
    for level in told.levels:
        share = level.alerts
        cells = [
            number(share.count),
            per(share.share, TEN_THOUSAND),
            per(share.share, MILLION),
            interval(share, MILLION),
        ]
        if level.recall:
            cells.append(recall_cell(level.recall))
        elif level.benchmark and not told.found:
            cells.append(recall_cell(level.benchmark))
        rows.append(Row(key=figure(printed(level.threshold)), cells=tuple(cells)))
    return tuple(rows)


def group_row(group: Group, named: Callable[[str], str]) -> Row:
    """Return a row of a table of groups: alerts, parties, in a million, interval.

    Groups by agreement are counted among alerts only, so they have no rate.
    """
    share = group.alerts
    if group.key in HOWS:
        return Row(key=named(group.key), cells=(number(share.count), number(share.total)))
    return Row(
        key=named(group.key),
        cells=(
            number(share.count),
            number(share.total),
            per(share.share, MILLION),
            interval(share, MILLION),
        ),
        marked=group.unequal,
    )


def _groups(told: Calibration) -> tuple[Groups, ...]:
    unequal = words(
        "Marked rates differ from those of all other parties by more than chance. A country alone "
        "never raises an alert; names of some origins are more common on lists."
    )
    note = unequal if any(each.unequal for each in told.origins) else ""
    tables = (
        (
            words("Alerts by origin of the party"),
            words("Country"),
            told.origins,
            origin_in_words,
            note,
        ),
        (words("Alerts by list"), words("List"), told.by_list, str, ""),
        (words("Alerts by kind of entry"), words("Kind"), told.kinds, kind_in_words, ""),
        (
            words("Matching parts in the best match"),
            words("Matching parts"),
            told.hows,
            how_in_words,
            "",
        ),
    )
    return tuple(_table(*each) for each in tables if each[2])


def _table(
    title: str, first: str, groups: Sequence[Group], named: Callable[[str], str], note: str
) -> Groups:
    rows = [group_row(each, named) for each in groups[:_MORE]]
    return Groups(
        title=title,
        first=first,
        rows=tuple(rows[:_ROWS]),
        more=tuple(rows[_ROWS:]),
        left_out=max(0, len(groups) - _MORE),
        note=note,
    )
