"""Records of an event declaration, and of an event card."""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record

Kind = Literal["class ban in force", "listing", "seizure", "freeze", "thaw", "other"]
"""Kind of event. "freeze" and "thaw" concern cooperation."""

Direction = Literal["down", "up", "either"]
"""Expected direction of the series."""

Verdict = Literal[
    "compatible with",
    "not distinguishable from ordinary variation",
    "opposite to declared direction",
]
"""All possible verdicts of a card. None of them claims causation."""

LEVEL = 0.05
"""Maximum rate of verdicts other than "not distinguishable" for dates without an event."""


class Event(Record, frozen=True, kw_only=True):
    """An event on a day."""

    slug: str
    name: str
    day: date
    kind: Kind
    where: str  # ISO 3166 code of the acting place, "UN"; "": unknown
    substances: tuple[str, ...] = ()  # slugs of substances and class rules, or names
    source: str = ""
    verified: bool = True  # confirmed by a second source


class Window(Record, frozen=True, kw_only=True):
    """Months counted from the event's month: 0 to 12 are the twelve that begin with it."""

    since: int = 0  # 0: the month of the event itself
    until: int = 12  # exclusive

    @property
    def length(self) -> int:
        """Return the number of months."""
        return self.until - self.since


class Declaration(Record, frozen=True, kw_only=True):
    """A hypothesis declared before looking at the data."""

    event: Event
    place: str  # of the series: data/burden/places.toml
    indicator: str  # data/burden/indicators.toml
    window: Window
    direction: Direction


class Declared(Record, frozen=True, kw_only=True):
    """A stored declaration."""

    sha256: str  # of the declaration: events/declarations.py
    day: date  # of storing
    declaration: Declaration


class Point(Record, frozen=True, kw_only=True):
    """A month of a series."""

    month: str  # "2018-02"
    value: float
    low: float | None  # interval, if provisional
    high: float | None
    closed: bool


class Forecast(Record, frozen=True, kw_only=True):
    """Forecast from earlier months only."""

    method: str
    expected: float  # deaths in the window
    gap: float  # observed / expected - 1: 0.1 is ten percent more
    gap_low: float  # lower bound if the observed total is provisional
    gap_high: float


class Rank(Record, frozen=True, kw_only=True):
    """Rank of the gap among placebos in one direction, by the weakest forecast."""

    apart: int  # dates with windows that do not overlap the event's
    apart_extreme: int  # of these, gaps at least as extreme
    all: int  # all other admissible dates, including neighbours
    all_extreme: int
    p: float  # maximum of (1 + extreme) / (1 + n) of both


class Placebo(Record, frozen=True, kw_only=True):
    """The statistic on a date without an event."""

    month: str
    gaps: tuple[float, ...]  # per forecast, as Forecast.gap
    overlaps: bool  # its window overlaps the event's


class Places(Record, frozen=True, kw_only=True):
    """The same date in places without the event."""

    n: int
    extreme: int  # in the direction of the event's gap, scaled by each place's usual gap
    p: float


class Control(Record, frozen=True, kw_only=True):
    """Negative control: an outcome that the event should not affect."""

    indicator: str
    name: str
    gaps: tuple[float, ...]
    p_down: float
    p_up: float
    moved: bool  # equally unusual: the card then distinguishes nothing
    note: str  # limits, or why it is missing


class Concurrent(Record, frozen=True, kw_only=True):
    """Another event within twelve months."""

    name: str
    day: date
    source: str
    verified: bool


class Dose(Record, frozen=True, kw_only=True):
    """A supply series compared with deaths, both as month-to-month differences."""

    name: str
    months: int  # differences available in both
    correlation: float


class EventCard(Record, frozen=True, kw_only=True):
    """Complete content of a card; pages and commands show nothing else."""

    declaration: Declaration
    sha256: str
    declared: date | None  # None: not stored before the card was computed
    exploratory: str  # why it is exploratory; "": declared before its data
    series: str  # "Synthetic opioids other than methadone (T40.4), United States"
    basis: str
    release: str
    release_sha256: str
    months_from: str  # monthly.Method, as text
    notes: tuple[str, ...]  # on the months
    points: tuple[Point, ...]
    event_month: str
    observed: float
    observed_low: float | None  # provisional, with interval; None: all closed
    observed_high: float | None
    closed: bool
    forecasts: tuple[Forecast, ...]
    down: Rank
    up: Rank
    level: float
    smallest_p: float  # attainable with so few dates
    detectable_down: float | None  # smallest detectable fall: -0.26; None: none
    detectable_up: float | None
    placebos: tuple[Placebo, ...]
    places: Places | None  # None: fewer than ten places without the event
    control: Control | None
    dose: Dose | None
    concurrent: tuple[Concurrent, ...]
    verdict: Verdict
    because: tuple[str, ...]  # limiting reasons
