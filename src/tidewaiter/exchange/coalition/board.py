"""The cooperation board: response times and outcomes of notices for each pair of countries.

Open notices are neither dropped nor counted as late: their waiting times are right-censored, which
the Kaplan-Meier estimate takes into account.

One node computes it from its own messages and receipts, so it does not cover exchanges between
other nodes.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, get_args

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.intervals import (
    FEWEST,
    Difference,
    Share,
    Tendency,
    Z,
    difference,
    ranks,
    share_of,
)
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.outcomes import (
    Counted,
    Freeze,
    Outcome,
    Watched,
    as_known,
    counted,
    without_calendar,
)

MEDIAN, TAIL_END = 0.5, 0.9
_FEW = 10  # up to one in this many may be unanswered for the plain quantiles

Method = Literal["answered", "Kaplan-Meier", "too few"]
"""Estimation method: answered notices only, including those that wait, or none."""


class Waited(Record, frozen=True, kw_only=True):
    """Waiting time of one notice, ended or not by an answer."""

    days: int  # days counted
    answered: bool


class Days(Record, frozen=True, kw_only=True):
    """The day by which a share was answered, with its 95 % interval."""

    days: int | None = None  # None: that share is not answered yet
    low: int | None = None  # None: too few for a bound
    high: int | None = None


class Waits(Record, frozen=True, kw_only=True):
    """Response times."""

    method: Method
    answered: int
    unanswered: int
    median: Days = Days()
    ninetieth: Days = Days()


def waits_of(waited: Sequence[Waited]) -> Waits:
    """Compute response times; below five notices, only the counts."""
    answered = sum(each.answered for each in waited)
    unanswered = len(waited) - answered
    if len(waited) < FEWEST or not answered:
        return Waits(method="too few", answered=answered, unanswered=unanswered)
    if unanswered * _FEW <= len(waited):
        days = sorted(each.days for each in waited if each.answered)
        return Waits(
            method="answered",
            answered=answered,
            unanswered=unanswered,
            median=quantile(days, MEDIAN),
            ninetieth=quantile(days, TAIL_END),
        )
    curve = survival(waited)
    return Waits(
        method="Kaplan-Meier",
        answered=answered,
        unanswered=unanswered,
        median=crossing(curve, MEDIAN),
        ninetieth=crossing(curve, TAIL_END),
    )


def quantile(days: Sequence[int], share: float) -> Days:
    """Return the first day by which a share was answered.

    Args:
        days: Sorted, at least one.
        share: From 0 to 1.
    """
    low, high = ranks(len(days), share)
    place = math.ceil(round(share * len(days), 9))
    return Days(
        days=days[max(place, 1) - 1],
        low=None if low is None else days[low - 1],
        high=None if high is None else days[high - 1],
    )


class Step(Record, frozen=True, kw_only=True):
    """A step of the Kaplan-Meier curve."""

    days: int
    waiting: float  # share still waiting, from 0 to 1
    low: float
    high: float


def survival(waited: Sequence[Waited]) -> list[Step]:
    """Estimate the share still waiting after each day with an answer.

    Returns:
        The steps, with pointwise 95 % intervals on the scale of log(-log).

    Source:
        Kaplan and Meier 1958, Journal of the American Statistical Association 53; Greenwood 1926;
        Kalbfleisch and Prentice 2002, The Statistical Analysis of Failure Time Data, section 1.4.
    """
    answers = Counter(each.days for each in waited if each.answered)
    leaving = Counter(each.days for each in waited)
    at_risk, waiting, variance = len(waited), 1.0, 0.0
    steps = []
    for day in sorted(leaving):
        if came := answers[day]:
            waiting *= 1 - came / at_risk
            variance += came / (at_risk * (at_risk - came)) if at_risk > came else math.inf
            low, high = _bounds(waiting, variance)
            steps.append(Step(days=day, waiting=waiting, low=low, high=high))
        at_risk -= leaving[day]
    return steps


def crossing(curve: Sequence[Step], share: float) -> Days:
    """Return the first day on which the curve reaches an answered share.

    The interval consists of the days with an own interval that contains that share.

    Source:
        Brookmeyer and Crowley 1982, Biometrics 38.
    """
    rest = 1 - share + 1e-12  # so much of rounding
    return Days(
        days=next((step.days for step in curve if step.waiting <= rest), None),
        low=next((step.days for step in curve if step.low <= rest), None),
        high=next((step.days for step in curve if step.high <= rest), None),
    )


def _bounds(waiting: float, variance: float) -> tuple[float, float]:
    if waiting <= 0 or math.isinf(variance):
        return 0.0, 1.0
    log = math.log(waiting)
    spread = Z * math.sqrt(variance) / abs(log)
    return waiting ** math.exp(spread), waiting ** math.exp(-spread)


OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
OVER: tuple[Outcome, ...] = ("in time", "late", "no reply")
"""Outcomes of notices past their deadline: the share answered in time is computed from these."""


class Period(Record, frozen=True, kw_only=True):
    """Interval of days; notices belong to the day of their first version."""

    since: date
    until: date  # exclusive end

    def holds(self, day: date) -> bool:
        """Return whether a day is in it."""
        return self.since <= day < self.until

    def before(self) -> "Period":
        """Return the preceding period of the same length."""
        return Period(since=self.since - (self.until - self.since), until=self.since)


class SharedIncident(Record, frozen=True, kw_only=True):
    """An incident sent from one node to another; versions count once."""

    owner: str  # owner's node id
    incident: str
    teller: str  # sender's country
    told: str
    day: date


class Figures(Record, frozen=True, kw_only=True):
    """Counts over some notices."""

    notices: int
    outcomes: Mapping[Outcome, int]  # every outcome; they sum to the notices
    in_time: Share  # of those past their deadline
    waits: Waits
    objections: int  # notices objected to, whatever happened later
    queries: int
    more_time: int
    released: int  # notices with goods released before any answer
    frozen_days: int  # total working days of all notices during which the channel was frozen
    incidents: int  # sent in the same direction

    @property
    def silences(self) -> int:
        """Return the number without a reply by the deadline."""
        return self.outcomes["no reply"]


class Trend(Record, frozen=True, kw_only=True):
    """A period compared with the previous one."""

    in_time: Difference
    median: Tendency  # "higher": answers take longer
    notices: int  # difference in number
    incidents: int


class Row(Record, frozen=True, kw_only=True):
    """Notices from one country to another; None: any."""

    exporter: str | None
    importer: str | None
    now: Figures
    before: Figures
    trend: Trend


class Country(Record, frozen=True, kw_only=True):
    """One country in both roles."""

    country: str
    sent: Row  # how others answer it
    received: Row  # how it answers others
    frozen: tuple[Freeze, ...] = ()  # freezes of its channels in the period


class Board(Record, frozen=True, kw_only=True):
    """The board as of a day."""

    day: date
    period: Period
    pairs: tuple[Row, ...]  # by countries; only pairs with a notice or an incident
    countries: tuple[Country, ...]
    no_calendar: tuple[str, ...]  # countries with unknown holidays; see `Clock`


class Material(Record, frozen=True, kw_only=True):
    """Input of a board."""

    notices: tuple[Watched, ...] = ()
    incidents: tuple[SharedIncident, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    countries: Mapping[str, str] = {}  # node -> country, for nodes with a freeze


def board_from(notices: Sequence[Counted], material: Material, period: Period, day: date) -> Board:
    """Build the board from counted notices.

    Args:
        notices: Counted as of the day; notices outside both periods may be missing.
        material: Its notices are ignored.
        period: Period of the notices and incidents counted.
        day: As-of day.

    Raises:
        InputError: A day before the period.
    """
    _check(period, day)
    known = structs.replace(material, freezes=as_known(material.freezes, day))
    incidents = [each for each in material.incidents if each.day <= day]
    pairs = sorted(
        {(each.exporter, each.importer) for each in notices}
        | {(each.teller, each.told) for each in incidents}
    )
    rows = [_row(pair, notices, incidents, period) for pair in pairs]
    rows = [each for each in rows if _has_any(each)]
    named = sorted(
        {each for row in rows for each in (row.exporter, row.importer) if each is not None}
    )
    return Board(
        day=day,
        period=period,
        pairs=tuple(rows),
        countries=tuple(_country(each, notices, incidents, period, known) for each in named),
        no_calendar=tuple(each for each in named if without_calendar(each, day.year)),
    )


def _check(period: Period, day: date) -> None:
    too_early = period.since - date.min < period.until - period.since
    if not period.since < period.until or day < period.since or too_early:
        raise InputError("exchange/period-without-day", at=f"from {period.since}")


def count_all(
    watched: Iterable[Watched], freezes: Sequence[Freeze], day: date
) -> tuple[Counted, ...]:
    """Count each notice sent by a day.

    Raises:
        InputError: A duplicate notice.
    """
    told = tuple(filter(None, (counted(each, freezes, day) for each in watched)))
    most = Counter((each.owner, each.notice) for each in told).most_common(1)
    if most and most[0][1] > 1:
        owner, notice = most[0][0]
        raise InputError("exchange/notice-twice", notice=notice, owner=owner)
    return told


def figures(notices: Sequence[Counted], incidents: Sequence[SharedIncident]) -> Figures:
    """Count notices and incidents."""
    outcomes = Counter(each.outcome for each in notices)
    waited = [
        Waited(days=each.days, answered=each.answered) for each in notices if each.days is not None
    ]
    return Figures(
        notices=len(notices),
        outcomes={each: outcomes[each] for each in OUTCOMES},
        in_time=share_of(outcomes["in time"], sum(outcomes[each] for each in OVER)),
        waits=waits_of(waited),
        objections=sum(each.objected for each in notices),
        queries=sum(each.queried for each in notices),
        more_time=sum(each.more_time for each in notices),
        released=sum(each.released for each in notices),
        frozen_days=sum(each.frozen_days for each in notices),
        incidents=len({(each.owner, each.incident, each.teller, each.told) for each in incidents}),
    )


def _row(
    pair: tuple[str | None, str | None],
    notices: Sequence[Counted],
    incidents: Sequence[SharedIncident],
    period: Period,
) -> Row:
    """Count one direction; None: any country."""
    sender, receiver = pair
    mine = [
        each
        for each in notices
        if sender in {None, each.exporter} and receiver in {None, each.importer}
    ]
    told = [
        each
        for each in incidents
        if sender in {None, each.teller} and receiver in {None, each.told}
    ]
    now, before = (
        figures([e for e in mine if p.holds(e.sent)], [e for e in _first(told) if p.holds(e.day)])
        for p in (period, period.before())
    )
    return Row(exporter=sender, importer=receiver, now=now, before=before, trend=trend(now, before))


def _first(incidents: Iterable[SharedIncident]) -> list[SharedIncident]:
    """Store the first report of each incident and pair."""
    first: dict[tuple[str, str, str, str], SharedIncident] = {}
    for each in sorted(incidents, key=lambda one: one.day):
        first.setdefault((each.owner, each.incident, each.teller, each.told), each)
    return list(first.values())


def _country(
    country: str,
    notices: Sequence[Counted],
    incidents: Sequence[SharedIncident],
    period: Period,
    material: Material,
) -> Country:
    return Country(
        country=country,
        sent=_row((country, None), notices, incidents, period),
        received=_row((None, country), notices, incidents, period),
        frozen=tuple(
            each
            for each in material.freezes
            if country in {material.countries.get(n) for n in (each.by, each.towards)}
            and each.since < period.until
            and (each.until is None or each.until > period.since)
        ),
    )


def trend(now: Figures, before: Figures) -> Trend:
    """Compare a period with the previous one."""
    return Trend(
        in_time=difference(now.in_time, before.in_time),
        median=_median_tendency(now.waits, before.waits),
        notices=now.notices - before.notices,
        incidents=now.incidents - before.incidents,
    )


def _median_tendency(now: Waits, before: Waits) -> Tendency:
    """Return a tendency of the median only where the two intervals are disjoint."""
    if "too few" in {now.method, before.method}:
        return "too few"
    one, other = now.median, before.median
    if one.low is not None and other.high is not None and one.low > other.high:
        return "higher"
    if one.high is not None and other.low is not None and one.high < other.low:
        return "lower"
    return "no clear change"


def _has_any(row: Row) -> bool:
    return any(each.notices or each.incidents for each in (row.now, row.before))
