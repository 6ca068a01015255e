"""The page of a calibration: it holds all it needs, and runs no script."""

from collections.abc import Callable, Sequence
from pathlib import Path

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.parties.calibration.types import HOWS, Calibration, Group
from tidewaiter.parties.thresholds import printed
from tidewaiter.report.calibrationgraphs import Graph, alerts_graph, bins_graph
from tidewaiter.report.calibrationwords import (
    MILLION,
    TEN_THOUSAND,
    alerts_in_words,
    cause_in_words,
    doubts_in_words,
    example_in_words,
    files_in_words,
    interval,
    judge_command,
    per,
    recall_cell,
    recall_in_words,
    threshold_in_words,
)
from tidewaiter.report.pages import environment, hashed, static

_ROWS, _MORE = 15, 300  # of a table of groups: shown, and behind a click


class Row(Record, frozen=True, kw_only=True):
    """A row of a table, as printed."""

    key: str
    cells: tuple[str, ...]
    marked: bool = False


class Groups(Record, frozen=True, kw_only=True):
    """A table of alerts by something."""

    title: str
    first: str  # heading of the first column
    rows: tuple[Row, ...]
    more: tuple[Row, ...]
    left_out: int
    note: str = ""


class CauseView(Record, frozen=True, kw_only=True):
    """An entry that cleared parties resemble."""

    title: str
    example: str
    how: str
    command: str


class CalibrationPage(Record, frozen=True, kw_only=True):
    """All that the template prints."""

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
    recalled: str  # heading of the last column of levels; "": there is none
    groups: tuple[Groups, ...]
    bins: tuple[Row, ...]
    causes: tuple[CauseView, ...]
    css: Markup
    policy: str


def write_calibration(path: Path, told: Calibration) -> None:
    """Write the page of a calibration to a file."""
    path.write_text(render_calibration(told), encoding="utf-8", newline="\n")


def render_calibration(told: Calibration) -> str:
    """Return a calibration as one page of HTML."""
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
    """Return what the last column of the levels is; "": there is none."""
    if told.found:
        return "recall, %"
    return "of variants, %" if told.at.benchmark else ""


def level_rows(told: Calibration) -> tuple[Row, ...]:
    """Return the table of thresholds: alerts, in 10,000, in a million, interval, recall."""
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
    """Return a row of a table of groups: alerts, parties, in a million, interval.

    What agrees is counted among the alerts, so it has no rate.
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
    """Name the origin of parties."""
    return key or "not said"


def _groups(told: Calibration) -> tuple[Groups, ...]:
    unequal = (
        "Marked: the rate differs from that of all other parties by more than chance. No country "
        "raises an alert; names of some origins are met more often on lists."
    )
    note = unequal if any(each.unequal for each in told.origins) else ""
    tables = (
        ("Alerts by origin of the party", "Country", told.origins, origin_words, note),
        ("Alerts by list", "List", told.by_list, str, ""),
        ("Alerts by kind of entry", "Kind", told.kinds, str, ""),
        ("What agrees in the best match", "Agreement", told.hows, HOWS.__getitem__, ""),
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
