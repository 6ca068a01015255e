"""Report of a threshold calibration: findings in sentences, and charts."""

import math
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from tidewaiter.base.countries import find_country
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.parties.calibration.types import (
    HOWS,
    LOWEST,
    NONE,
    Bin,
    Calibration,
    Cause,
    Group,
    KnownFile,
    Level,
    Share,
)
from tidewaiter.parties.thresholds import printed
from tidewaiter.report.pages import environment, hashed, static

MILLION = 1_000_000
TEN_THOUSAND = 10_000
_WHOLE = 10  # rates from this value are shown without decimals
_PERCENT = 100
_LEAST = 0.001  # smallest percentage that is displayed
_HIGH = 0.9  # a threshold that very few matches reach


def per(share: float, parties: int) -> str:
    """Format a share as a number per so many parties."""
    rate = share * parties
    return f"{rate:,.0f}" if rate >= _WHOLE or rate == 0 else f"{rate:.2g}"


def interval(share: Share, parties: int) -> str:
    """Format the 95 % interval of a share."""
    return f"{per(share.low, parties)}–{per(share.high, parties)}"


def recall_cell(share: Share) -> str:
    """Format a share in percent with its interval, for a table cell."""
    return f"{_percent(share.share)} ({_percent(share.low)}–{_percent(share.high)})"


def percent(share: float) -> str:
    """Format a share in percent; 0 % and 100 % only if exact."""
    return f"{_percent(share)} %"


def _percent(share: float) -> str:
    percent = _PERCENT * share
    if 0 < percent < 1:
        return f"{percent:.1g}" if percent >= _LEAST else f"< {_LEAST}"
    text = f"{percent:.1f}".removesuffix(".0")
    return "> 99.9" if text == "100" and share < 1 else text


def share_in_words(share: Share) -> str:
    """Format a share of a small number, with its interval."""
    if not share.total:
        return "no parties"
    return f"{percent(share.share)} (95 %: {percent(share.low)} to {percent(share.high)})"


def files_in_words(told: Calibration) -> Iterator[str]:
    """Describe the input files, and what was excluded."""
    yield f"{_file(told.cleared)}: known not to be listed"
    if told.found:
        yield f"{_file(told.found)}: correctly flagged"
    lists = (f"{each.name}{f' of {each.dated}' if each.dated else ''}" for each in told.lists)
    yield f"compared with {'; '.join(lists)}, in force on {told.day}"


def _file(known: KnownFile) -> str:
    left = [
        text
        for count, text in (
            (known.repeated, "duplicate rows"),
            (known.refused, "rows could not be read"),
        )
        if count
        for text in [f"{count:,} {text}"]
    ]
    settled = (
        f"; {_counted(known.settled, 'party has', 'parties have')} a match excluded by an earlier "
        "decision"
        if known.settled
        else ""
    )
    beside = f" ({', '.join(left)})" if left else ""
    return f"{known.file}: {_counted(known.parties, 'party', 'parties')}{beside}{settled}"


def _counted(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def threshold_in_words(told: Calibration) -> str:
    """Describe the threshold used in the following sentences."""
    if told.chosen and told.wanted is not None:
        rate = per(told.wanted, MILLION)
        return (
            f"Threshold {told.threshold.value}: the lowest that gives at most {rate} alerts in a "
            "million; never below the default of the model"
        )
    return f"Threshold {told.threshold}"


def alerts_in_words(told: Calibration) -> str:
    """Describe how many parties are flagged at the threshold."""
    share = told.at.alerts
    return (
        f"{_counted(share.count, 'party', 'parties')} of {share.total:,} would alert: "
        f"{per(share.share, TEN_THOUSAND)} in 10,000, {per(share.share, MILLION)} in a million "
        f"(95 %: {interval(share, MILLION)} in a million)"
    )


def doubts_in_words(told: Calibration) -> Iterator[str]:
    """Describe what the file is too small to show, and which parties determine the threshold."""
    parties = told.cleared.parties
    if told.chosen and told.threshold.least > _HIGH and told.causes:
        yield (
            "This threshold is determined by parties that almost certainly match. Review them "
            "before you save it: remove any party from this file that is the listed party"
        )
    if told.at.threshold < LOWEST:
        yield f"Matches below {printed(LOWEST)} are not counted, so there would be more alerts"
    if told.wanted is not None and parties < told.enough:
        yield (
            f"The file is too small for this rate: even with no alert among {parties:,} parties, "
            f"the rate could be {per(NONE / parties, MILLION)} in a million (95 %, rule of three). "
            f"At least {told.enough:,} parties are needed"
        )
    elif not told.at.alerts.count:
        yield (
            f"No alert among {parties:,} parties does not mean a rate of zero: it can be up to "
            f"{per(told.at.alerts.high, MILLION)} in a million (95 %, rule of three)"
        )


def recall_in_words(told: Calibration) -> str:
    """Describe what the threshold misses, as far as known."""
    at = told.at
    if at.recall is not None:
        found = _counted(at.recall.total, "party", "parties")
        return (
            f"Of {found} correctly flagged, {at.recall.count:,} reach the threshold: "
            f"{share_in_words(at.recall)}"
        )
    if at.benchmark is not None:
        return (
            "Missed matches cannot be determined from cleared parties. Of the benchmark's "
            f"generated variants of listed names, {percent(at.benchmark.share)} reach the "
            "threshold by name alone; your documents may differ. To measure it, give a file of "
            "parties that were correctly flagged: --found"
        )
    return (
        "Missed matches cannot be determined: no file of correctly flagged parties is given "
        "(--found), and the benchmark figures are for another model"
    )


def judge_command(cause: Cause) -> str:
    """Return the command that records a false positive."""
    country = find_country(cause.country) if cause.country else None
    where = f" --country {country}" if country else ""
    names = " ".join(shlex.quote(visible(text)) for text in (cause.list, cause.entry, cause.name))
    return f'tidewaiter lists judge {names} --other{where} --why "..."'


def cause_in_words(cause: Cause) -> str:
    """Describe a list entry that causes false positives."""
    return (
        f"{_counted(cause.parties, 'party', 'parties')}: {cause.listed} ({cause.list} "
        f"{cause.entry}, {cause.kind})"
    )


def example_in_words(cause: Cause) -> str:
    """Describe the party that is most similar to it."""
    country = f", {cause.country}" if cause.country else ""
    return f"{cause.name}{country}, probability {printed(cause.probability)}"


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
        title="Alerts in a million parties, by threshold",
        about="; ".join(mark.told for mark in marks),
        across="threshold",
        up="alerts in a million",
        marks=marks,
        columns=tuple(Tick(at=_at(each), text=f"{each:g}") for each in _TICKS),
        rows=tuple(Tick(at=up(10.0**p / MILLION), text=f"{10.0**p:,.10g}") for p in rows),
        line=Tick(at=_at(told.at.threshold), text=printed(told.at.threshold)),
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
        title="Share of parties known to be listed, by probability",
        about="; ".join(mark.told for mark in marks),
        across="probability of the best match",
        up="share listed",
        marks=marks,
        columns=tuple(Tick(at=_between(_LEFT, _RIGHT, f), text=f"{f:g}") for f in _FIFTHS),
        rows=tuple(Tick(at=up(each), text=f"{each:g}") for each in _FIFTHS),
        even=True,
    )


def _alert_mark(level: Level, up: Callable[[float], float]) -> Mark:
    share = level.alerts
    return Mark(
        x=_at(level.threshold),
        y=up(share.share) if share.count else None,
        top=up(share.high),
        foot=up(share.low),
        told=f"{printed(level.threshold)}: {per(share.share, MILLION)} in a million "
        f"(95 %: {interval(share, MILLION)})",
    )


def _bin_mark(held: Bin, up: Callable[[float], float]) -> Mark:
    share = held.flagged
    return Mark(
        x=_between(_LEFT, _RIGHT, held.mean),
        y=up(share.share),
        top=up(share.high),
        foot=up(share.low),
        told=f"{held.mean:.2f}: {share.count} of {share.total}, {share_in_words(share)}",
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


def write_calibration(path: Path, told: Calibration) -> None:
    """Write the report of a calibration to a file."""
    path.write_text(render_calibration(told), encoding="utf-8", newline="\n")


def render_calibration(told: Calibration) -> str:
    """Return the report of a calibration as one HTML page."""
    return environment().get_template("calibration.html").render(page=_page(told))


def _page(told: Calibration) -> CalibrationPage:
    css = static("colours.css", "report.css", "calibration.css")
    return CalibrationPage(
        file=told.cleared.file,
        day=told.day.isoformat(),
        threshold=threshold_in_words(told),
        alerts=alerts_in_words(told),
        recall=recall_in_words(told),
        files=tuple(files_in_words(told)),
        doubts=tuple(doubts_in_words(told)),
        hashes=_hashes(told),
        graphs=tuple(filter(None, (alerts_graph(told), bins_graph(told)))),
        levels=level_rows(told),
        recalled=recall_heading(told),
        groups=_groups(told),
        bins=tuple(
            Row(
                key=f"{each.low:g} to {each.high:g}",
                cells=(
                    f"{each.mean:.3f}",
                    f"{each.flagged.count:,} of {each.flagged.total:,}",
                    recall_cell(each.flagged),
                ),
            )
            for each in told.bins
        ),
        causes=tuple(
            CauseView(
                title=cause_in_words(each),
                example=example_in_words(each),
                how=HOWS[each.how],
                command=judge_command(each),
            )
            for each in told.causes
        ),
        css=css,
        policy=f"default-src 'none'; style-src {hashed(css)}; base-uri 'none'; form-action 'none'",
    )


def _hashes(told: Calibration) -> tuple[str, ...]:
    files = filter(None, (told.cleared, told.found))
    return (
        *(f"{each.file}, SHA-256 {each.sha256}" for each in files),
        *(f"{each.list}, SHA-256 {each.version}" for each in told.lists),
    )


def recall_heading(told: Calibration) -> str:
    """Return the heading of the last column of levels; "": no such column."""
    if told.found:
        return "recall, %"
    return "variants found, %" if told.at.benchmark else ""


def level_rows(told: Calibration) -> tuple[Row, ...]:
    """Return the table of thresholds: alerts, per 10,000, per million, interval, recall."""
    rows = []
    for level in told.levels:
        share = level.alerts
        cells = [
            f"{share.count:,}",
            per(share.share, TEN_THOUSAND),
            per(share.share, MILLION),
            interval(share, MILLION),
        ]
        if level.recall:
            cells.append(recall_cell(level.recall))
        elif level.benchmark and not told.found:
            cells.append(recall_cell(level.benchmark))
        rows.append(Row(key=printed(level.threshold), cells=tuple(cells)))
    return tuple(rows)


def group_row(group: Group, words: Callable[[str], str]) -> Row:
    """Return a row of a table of groups: alerts, parties, per million, interval.

    Groups by agreement are counted among alerts only, so they have no rate.
    """
    share = group.alerts
    if group.key in HOWS:
        return Row(key=words(group.key), cells=(f"{share.count:,}", f"{share.total:,}"))
    return Row(
        key=words(group.key),
        cells=(
            f"{share.count:,}",
            f"{share.total:,}",
            per(share.share, MILLION),
            interval(share, MILLION),
        ),
        marked=group.unequal,
    )


def origin_words(key: str) -> str:
    """Return the display name of the parties' origin."""
    return key or "not stated"


def _groups(told: Calibration) -> tuple[Groups, ...]:
    unequal = (
        "Marked rates differ from those of all other parties by more than chance. A country alone "
        "never raises an alert; names of some origins are more common on lists."
    )
    note = unequal if any(each.unequal for each in told.origins) else ""
    tables = (
        ("Alerts by origin of the party", "Country", told.origins, origin_words, note),
        ("Alerts by list", "List", told.by_list, str, ""),
        ("Alerts by kind of entry", "Kind", told.kinds, str, ""),
        ("Matching parts in the best match", "Matching parts", told.hows, HOWS.__getitem__, ""),
    )
    return tuple(_table(*each) for each in tables if each[2])


def _table(
    title: str, first: str, groups: Sequence[Group], words: Callable[[str], str], note: str
) -> Groups:
    rows = [group_row(each, words) for each in groups[:_MORE]]
    return Groups(
        title=title,
        first=first,
        rows=tuple(rows[:_ROWS]),
        more=tuple(rows[_ROWS:]),
        left_out=max(0, len(groups) - _MORE),
        note=note,
    )
