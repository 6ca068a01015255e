"""Timelines: where each listing stands between the years. Templates only draw it."""

from collections.abc import Iterable, Sequence
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.substances.law import State

WIDTH = 400  # in units of the drawing; 1 unit is near 1 px on a telephone
_ROW = 34
_TOP = 24  # of the years
_FADE = 16.0  # that a bar without a known end stands for
_LEAST = 3.0  # width of a bar, or a short one is not seen
_MARKS = 6  # years that are named at most
_STEPS = (1, 2, 5, 10, 20, 50)


class Span(Record, frozen=True, kw_only=True):
    """A listing to be drawn."""

    label: str
    state: State  # on the day
    decided: date | None
    since: date | None
    until: date | None


class Bar(Record, frozen=True, kw_only=True):
    """A listing as drawn; places are in units of the drawing."""

    label: str
    days: str  # "2022-11-23 to 2024-05-01"; "?": not known; nothing behind "to": still in force
    kind: State  # a class of the style sheet
    x: float
    y: float
    width: float
    begins: bool  # the first day is known
    ends: bool  # there is a last day
    decided: float | None  # where the day of the decision stands, if it is not the first


class Year(Record, frozen=True, kw_only=True):
    """A year that is named above."""

    text: str
    x: float


class Timeline(Record, frozen=True, kw_only=True):
    """Listings over the years, and the day that is asked about."""

    height: float
    bars: tuple[Bar, ...]
    years: tuple[Year, ...]
    day: float
    about: str  # in words, for those who do not see it


def timeline(spans: Iterable[Span], day: date) -> Timeline | None:
    """Place listings between the years in which something of them is known.

    Args:
        spans: In the order in which they are drawn.
        day: That is marked.

    Returns:
        None where there are no listings.
    """
    held = list(spans)
    if not held:
        return None
    scale = _Scale(held, day)
    bars = tuple(scale.bar(i, each) for i, each in enumerate(held))
    return Timeline(
        height=_TOP + len(bars) * _ROW + 4,
        bars=bars,
        years=scale.years(),
        day=scale.at(day),
        about="; ".join(f"{bar.label}: {bar.days}" for bar in bars),
    )


class _Scale:
    """From days to places."""

    def __init__(self, spans: Sequence[Span], day: date) -> None:
        known = [d for s in spans for d in (s.decided, s.since, s.until) if d is not None]
        self._first = min([*known, day]).year
        self._last = max([*known, day]).year + 1
        self._day = day

    def at(self, day: date) -> float:
        """Return where a day stands."""
        years = day.year + (day.timetuple().tm_yday - 1) / 366 - self._first
        room = WIDTH - _FADE
        return round(_FADE + years / (self._last - self._first) * room, 1)

    def bar(self, place: int, span: Span) -> Bar:
        """Return a listing as drawn; one without a first day begins before all years."""
        left = self.at(span.since) if span.since else 0.0
        right = self.at(span.until) if span.until else float(WIDTH)
        decided = span.decided if span.decided != span.since else None
        return Bar(
            label=span.label,
            days=f"{span.since or '?'} to {span.until or ''}".strip(),
            kind=span.state,
            x=left,
            y=_TOP + place * _ROW + 18.0,
            width=max(round(right - left, 1), _LEAST),
            begins=span.since is not None,
            ends=span.until is not None,
            decided=self.at(decided) if decided else None,
        )

    def years(self) -> tuple[Year, ...]:
        """Name some years, at even steps."""
        count = self._last - self._first
        step = next((each for each in _STEPS if count / each <= _MARKS), -(-count // _MARKS))
        begin = -(-self._first // step) * step
        return tuple(
            Year(text=f"{year}", x=self.at(date(year, 1, 1)))
            for year in range(begin, self._last, step)
        )
