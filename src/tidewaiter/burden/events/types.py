"""What is declared of an event, and what a card shows."""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record

Kind = Literal["class ban in force", "listing", "seizure", "freeze", "thaw", "other"]
"""What happened. "freeze" and "thaw" are of cooperation."""

Direction = Literal["down", "up", "either"]
"""Which way the series is expected to move."""

Verdict = Literal[
    "compatible with",
    "not distinguishable from ordinary variation",
    "opposite to declared direction",
]
"""All that a card may say. There is no word for cause, and none is added."""

LEVEL = 0.05
"""How often a card may say more than "not distinguishable" of dates without an event."""


class Event(Record, frozen=True, kw_only=True):
    """Something that happened on a day."""

    slug: str
    name: str
    day: date
    kind: Kind
    where: str  # ISO 3166 code of the place whose act it was, "UN"; "": not told
    substances: tuple[str, ...] = ()  # slugs of substances and class rules, or names
    source: str = ""
    verified: bool = True  # a second source says the same


class Window(Record, frozen=True, kw_only=True):
    """Months after the month of the event: 0 to 12 are the twelve that begin with it."""

    since: int = 0  # 0: the month of the event itself
    until: int = 12  # the first month that is no longer counted

    @property
    def length(self) -> int:
        """How many months are counted."""
        return self.until - self.since


class Declaration(Record, frozen=True, kw_only=True):
    """What is asked, told before the data are looked at."""

    event: Event
    place: str  # whose series: data/burden/places.toml
    indicator: str  # data/burden/indicators.toml
    window: Window
    direction: Direction


class Declared(Record, frozen=True, kw_only=True):
    """A declaration that was kept."""

    sha256: str  # of the declaration: events/declarations.py
    day: date  # on which it was kept
    declaration: Declaration


class Point(Record, frozen=True, kw_only=True):
    """A month of the series."""

    month: str  # "2018-02"
    value: float
    low: float | None  # interval, where it is provisional
    high: float | None
    closed: bool


class Forecast(Record, frozen=True, kw_only=True):
    """What earlier months alone would have let one expect."""

    method: str
    expected: float  # deaths in the window
    gap: float  # observed / expected - 1: 0.1 is ten percent more
    gap_low: float  # the same where the observed total is provisional
    gap_high: float


class Rank(Record, frozen=True, kw_only=True):
    """Where the gap stands among placebos, in one direction, by the weakest forecast."""

    apart: int  # dates whose windows do not overlap the event's
    apart_extreme: int  # of them, how many gaps are at least as extreme
    all: int  # all other admissible dates, its own neighbours too
    all_extreme: int
    p: float  # the greater of (1 + extreme) / (1 + n) of both


class Placebo(Record, frozen=True, kw_only=True):
    """The same statistic on a date on which nothing is claimed."""

    month: str
    gaps: tuple[float, ...]  # of each forecast, as Forecast.gap
    overlaps: bool  # its window overlaps the event's


class Places(Record, frozen=True, kw_only=True):
    """The same date in places that the event did not touch."""

    n: int
    extreme: int  # in the direction of the event's gap, each in parts of its place's usual gap
    p: float


class Control(Record, frozen=True, kw_only=True):
    """An outcome that the event should not move."""

    indicator: str
    name: str
    gaps: tuple[float, ...]
    p_down: float
    p_up: float
    moved: bool  # it moved as rarely: the card then tells nothing apart
    note: str  # what it cannot rule out; why it is missing


class Concurrent(Record, frozen=True, kw_only=True):
    """Something else that happened within twelve months."""

    name: str
    day: date
    source: str
    verified: bool


class Dose(Record, frozen=True, kw_only=True):
    """A supply series beside the deaths: both as differences from month to month."""

    name: str
    months: int  # differences that both have
    correlation: float


class EventCard(Record, frozen=True, kw_only=True):
    """All that a card shows; pages and the command draw nothing that is not here."""

    declaration: Declaration
    sha256: str
    declared: date | None  # None: it was not kept before the card was drawn
    exploratory: str  # why it proves less than it seems; "": it was declared before its data
    series: str  # "Synthetic opioids other than methadone (T40.4), United States"
    basis: str
    release: str
    release_sha256: str
    months_from: str  # monthly.Method, in words
    notes: tuple[str, ...]  # of the months
    points: tuple[Point, ...]
    event_month: str
    observed: float
    observed_low: float | None  # provisional, with its interval; None: all closed
    observed_high: float | None
    closed: bool
    forecasts: tuple[Forecast, ...]
    down: Rank
    up: Rank
    level: float
    smallest_p: float  # that so few dates allow
    detectable_down: float | None  # smallest fall told apart: -0.26; None: none could be
    detectable_up: float | None
    placebos: tuple[Placebo, ...]
    places: Places | None  # None: no untreated places, or fewer than ten
    control: Control | None
    dose: Dose | None
    concurrent: tuple[Concurrent, ...]
    verdict: Verdict
    because: tuple[str, ...]  # what kept it from saying more
