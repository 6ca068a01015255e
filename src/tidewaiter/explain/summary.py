"""Summary of a screening of any size in bounded memory: figures and the highest-priority alerts."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES
from tidewaiter.explain.lines import destination, origin
from tidewaiter.trade.alerts import Priority, priority_of
from tidewaiter.trade.types import Alert, Refusal

_Kept = tuple[Priority, int, int, Alert]

OTHERS = "others"
NO_DATE = "no date"
_SURE = 0.9
_SUBSTANCES = 20
_ROUTES = 20
_KEYS = 10_000  # limit: a hostile file can name a new country on every line
_KEY_LENGTH = 80
_CHARACTERS = 64_000_000  # maximum characters of goods text in the retained alerts


class Counts(Record, frozen=True, kw_only=True):
    """Figures of the run that the alerts do not contain."""

    file: str
    day: date  # day of the law applied
    registry: str  # version of the registry
    lines: int  # lines screened, without refused rows
    refused_rows: int = 0  # not screened
    refused_fields: int = 0  # fields refused in screened rows, including remarks
    lists: tuple[str, ...] = ()  # party lists that were screened: name and day
    threshold: str = ""  # similarity from which parties are reported, and where it was set
    unread: int = 0  # lines with a systematic name that no installed parser could read
    unknown: int = 0  # lines with an apparent systematic name that OPSIN rejects
    scripts: Mapping[str, int] = {}  # names of parties not compared with other scripts, by script
    refusals: tuple[Refusal, ...] = ()  # the first refusals, and all remarks
    elapsed_seconds: float = 0.0

    @property
    def remarks(self) -> tuple[Refusal, ...]:
        """Remarks on the file as a whole, such as a sheet that was not read."""
        return tuple(each for each in self.refusals if not each.row and each.screened)

    @property
    def fields(self) -> int:
        """Number of fields in rows that could not be read."""
        return self.refused_fields - len(self.remarks)


class Tally(Record, frozen=True, kw_only=True):
    """Number of alerts with a key."""

    key: str
    alerts: int


class RouteTally(Record, frozen=True, kw_only=True):
    """Number of alerts for a route, by countries as written; shown, not scored."""

    origin: str
    destination: str
    alerts: int


class Summary(Record, frozen=True, kw_only=True):
    """Summary of a screening, with its alerts of highest priority."""

    counts: Counts
    alerts: int
    # Alerts with a strong, not downgraded mention, or with a close party match that was not
    # dismissed as a different party.
    strong: int
    weak: int  # the other alerts
    per_million: float | None  # alerts per million lines; None: no lines
    by_severity: tuple[Tally, ...]  # all four severities, most urgent first
    by_substance: tuple[Tally, ...]  # slugs: the 20 with most alerts, then `OTHERS`
    by_rule: tuple[Tally, ...]  # most alerts first
    by_how: tuple[Tally, ...]  # most alerts first
    by_due: tuple[Tally, ...]  # arrival or planned release: ISO dates in order, `NO_DATE` last
    by_route: tuple[RouteTally, ...]  # the 20 with most alerts, then `OTHERS`
    top: tuple[Alert, ...]  # in order of priority


class SummaryBuilder:
    """Aggregates a stream of alerts into counts and the alerts of highest priority."""

    def __init__(self, *, top: int = 500) -> None:
        self._top = top
        self._alerts = self._strong = self._characters = 0
        self._severity: Counter[str] = Counter()
        self._substance: Counter[str] = Counter()
        self._rule: Counter[str] = Counter()
        self._how: Counter[str] = Counter()
        self._due: Counter[str] = Counter()
        self._route: Counter[tuple[str, str]] = Counter()
        self._heap: list[_Kept] = []

    def add(self, alerts: Iterable[Alert]) -> None:
        """Count alerts, and keep those among the highest in priority so far."""
        for alert in alerts:
            self._count(alert)
            self._keep(alert)

    def finish(self, counts: Counts) -> Summary:
        """Return the summary of the alerts added so far."""
        per_million = self._alerts * 1_000_000 / counts.lines if counts.lines else None
        return Summary(
            counts=counts,
            alerts=self._alerts,
            strong=self._strong,
            weak=self._alerts - self._strong,
            per_million=per_million,
            by_severity=tuple(Tally(key=s, alerts=self._severity[s]) for s in SEVERITIES),
            by_substance=_most(self._substance, _SUBSTANCES),
            by_rule=_most(self._rule, _KEYS),
            by_how=_most(self._how, _KEYS),
            by_due=tuple(Tally(key=k, alerts=self._due[k]) for k in sorted(self._due)),
            by_route=_routes(self._route),
            top=tuple(entry[3] for entry in sorted(self._heap, key=_urgency, reverse=True)),
        )

    def _count(self, alert: Alert) -> None:
        self._alerts += 1
        self._strong += any(m.tier == "strong" and not m.downgraded for m in alert.mentions) or any(
            each.probability >= _SURE and not each.judged for each in alert.parties
        )
        _tally(self._severity, [alert.severity])
        _tally(self._substance, alert.substances)
        _tally(self._rule, (reason.rule for reason in alert.reasons))
        _tally(self._how, (mention.how for mention in alert.mentions))
        _tally(self._due, [alert.due.isoformat() if alert.due else NO_DATE])
        way = (origin(alert.line)[:_KEY_LENGTH], destination(alert.line)[:_KEY_LENGTH])
        known = way in self._route or len(self._route) < _KEYS
        self._route[way if known else (OTHERS, OTHERS)] += 1

    def _keep(self, alert: Alert) -> None:
        # The alert's number breaks ties, because alerts cannot be ordered.
        heapq.heappush(self._heap, (priority_of(alert), -alert.row, -self._alerts, alert))
        self._characters += _characters(alert)
        while len(self._heap) > self._top or (
            self._characters > _CHARACTERS and len(self._heap) > 1
        ):
            self._characters -= _characters(heapq.heappop(self._heap)[3])


def _tally(counter: Counter[str], keys: Iterable[str]) -> None:
    """Count each key once; beyond `_KEYS` different keys, new ones count as `OTHERS`."""
    for key in {key[:_KEY_LENGTH] for key in keys}:
        counter[key if key in counter or len(counter) < _KEYS else OTHERS] += 1


def _most(counter: Counter[str], limit: int) -> tuple[Tally, ...]:
    """Return the keys with most alerts; the remainder is counted as `OTHERS`."""
    ranked = sorted(counter.items(), key=lambda item: (item[0] == OTHERS, -item[1], item[0]))
    shown, rest = ranked[:limit], ranked[limit:]
    left = [(OTHERS, sum(count for _, count in rest))] if rest else []
    return tuple(Tally(key=key, alerts=count) for key, count in shown + left)


def _routes(counter: Counter[tuple[str, str]]) -> tuple[RouteTally, ...]:
    """Return the routes with most alerts; the remainder is counted as `OTHERS`."""
    other = (OTHERS, OTHERS)
    ranked = sorted(counter.items(), key=lambda item: (item[0] == other, -item[1], item[0]))
    shown, rest = ranked[:_ROUTES], ranked[_ROUTES:]
    left = [(other, sum(count for _, count in rest))] if rest else []
    return tuple(RouteTally(origin=a, destination=b, alerts=n) for (a, b), n in shown + left)


def _characters(alert: Alert) -> int:
    return len(alert.line.goods or "") + len(alert.line.commercial or "")


def _urgency(entry: _Kept) -> tuple[Priority, int, int]:
    return entry[:3]
