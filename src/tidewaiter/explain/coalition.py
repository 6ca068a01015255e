"""The cooperation board in words: shares with what small numbers cannot tell."""

from collections.abc import Iterable, Mapping

from tidewaiter.base.records import Record
from tidewaiter.coalition.board import Board, Country, Row
from tidewaiter.coalition.clocks import Freeze
from tidewaiter.coalition.intervals import Share
from tidewaiter.coalition.outcomes import Outcome
from tidewaiter.coalition.waiting import Days, Waits
from tidewaiter.report.coalitionwords import told
from tidewaiter.report.languages import country, day, number, words

_PERCENT = 100
_OPEN: tuple[Outcome, ...] = (
    "waiting",
    "answered early",
    "frozen",
    "no term",
    "undelivered",
    "came too late",
    "withdrawn",
)


class RowView(Record, frozen=True, kw_only=True):
    """Notices in one direction, ready to be printed."""

    exporter: str  # name of the country; "": any
    importer: str
    notices: str
    tells: bool  # there are enough for a share
    count: str  # "8 of 10"
    share: str  # "80 %"; "": too few
    interval: str  # "49 to 94 %"
    low: float  # in percent, for the drawing
    dot: float
    high: float
    median: str  # "6 (4 to 9)"; "": too few
    ninetieth: str
    method: str  # by what days were counted, where not of the answered alone
    silences: str
    rest: tuple[str, ...]  # "3 waiting"
    objections: str
    queries: str
    more_time: str
    released: str
    frozen_days: str
    incidents: str
    trend: str  # of the share in time
    trend_days: str
    more: str  # notices against the period before: "+3"


class CountryView(Record, frozen=True, kw_only=True):
    """One country: how others answer it, and how it answers others."""

    name: str
    sent: RowView
    received: RowView
    frozen: tuple[str, ...]  # "since 3 May 2026, by Bergen"


class BoardView(Record, frozen=True, kw_only=True):
    """The board, ready to be printed."""

    countries: tuple[CountryView, ...]
    pairs: tuple[RowView, ...]
    no_calendar: str  # countries, parted by commas; "": all calendars are known


def board_view(board: Board, names: Mapping[str, str]) -> BoardView:
    """Put a board into words.

    Args:
        board: The board.
        names: Of nodes.
    """
    return BoardView(
        countries=tuple(_country(each, names) for each in board.countries),
        pairs=tuple(row_view(each) for each in board.pairs),
        no_calendar=", ".join(place(each) for each in board.no_calendar),
    )


def row_view(row: Row) -> RowView:
    """Put one direction into words."""
    now, trend = row.now, row.trend
    shown = now.in_time
    return RowView(
        exporter=place(row.exporter),
        importer=place(row.importer),
        notices=number(now.notices),
        tells=shown.share is not None,
        count=_count(shown),
        share=_percent(shown.share),
        interval=interval_in_words(shown),
        low=_scaled(shown.low),
        dot=_scaled(shown.share),
        high=_scaled(shown.high),
        median=days_in_words(now.waits, now.waits.median),
        ninetieth=days_in_words(now.waits, now.waits.ninetieth),
        method=now.waits.method if now.waits.method == "Kaplan-Meier" else "",
        silences=number(now.silences),
        rest=tuple(
            f"{number(now.outcomes[each])} {told(each)}" for each in _OPEN if now.outcomes[each]
        ),
        objections=number(now.objections),
        queries=number(now.queries),
        more_time=number(now.more_time),
        released=number(now.released),
        frozen_days=number(now.frozen_days),
        incidents=number(now.incidents),
        trend=told(trend.in_time.tendency),
        trend_days=told(trend.median),
        more=f"{trend.notices:+,}",
    )


def place(code: str | None) -> str:
    """Name a country; "": any."""
    if code is None:
        return ""
    return country(code) if code else words("no country")


def interval_in_words(share: Share) -> str:
    """Write the 95 % interval of a share; "": too few."""
    if share.low is None or share.high is None:
        return ""
    ends = {"low": number(round(_PERCENT * share.low)), "high": _percent(share.high)}
    return words("%(low)s to %(high)s") % ends


def days_in_words(waits: Waits, days: Days) -> str:
    """Write a number of working days with its interval; where there is none, why."""
    if waits.method == "too few":
        return ""
    if days.days is None:
        return words("not yet")
    if days.low is None and days.high is None:
        return number(days.days)
    low = "?" if days.low is None else number(days.low)
    high = "?" if days.high is None else number(days.high)
    between = words("%(low)s to %(high)s") % {"low": low, "high": high}
    return f"{number(days.days)} ({between})"


def freezes_in_words(freezes: Iterable[Freeze], names: Mapping[str, str]) -> tuple[str, ...]:
    """Say by whom channels were frozen, and for how long."""
    return tuple(
        words("frozen by %(by)s from %(since)s") % _of(each, names)
        if each.until is None
        else words("frozen by %(by)s from %(since)s to %(until)s") % _of(each, names)
        for each in freezes
    )


def _of(freeze: Freeze, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "by": names.get(freeze.by, freeze.by),
        "since": day(freeze.since),
        "until": day(freeze.until),
    }


def _country(found: Country, names: Mapping[str, str]) -> CountryView:
    return CountryView(
        name=place(found.country),
        sent=row_view(found.sent),
        received=row_view(found.received),
        frozen=freezes_in_words(found.frozen, names),
    )


def _count(share: Share) -> str:
    if not share.of:
        return "–"
    told_of = {"count": number(share.count), "all": number(share.of)}
    return words("%(count)s of %(all)s") % told_of


def _percent(share: float | None) -> str:
    return "" if share is None else f"{number(round(_PERCENT * share))} %"


def _scaled(share: float | None) -> float:
    return round(_PERCENT * (share or 0.0), 1)
