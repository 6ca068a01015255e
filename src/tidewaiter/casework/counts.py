"""Counts of alerts: contribution of each alert, overview sums, and noisy rules.

Each count is a sum over alerts, so a change contributes the difference of an alert's values after
and before, and a recount is the same sum from scratch.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.casework.decisions import Decided, standing, status_of
from tidewaiter.trade.rules.claim_outcomes import Said
from tidewaiter.trade.rules.results import load_result_rules

Subject = Literal["alert", "rule", "substance", "list", "lines"]
"""Counted objects: alerts as such, by rule, substance or list; lines read."""

FINAL: frozenset[str] = frozenset({"released", "confirmed", "dismissed"})
"""Final statuses. A change from one to another is a disagreement."""

BATCH = "batch "
"""Prefix of count names for bulk decisions."""

_MONTH = 7  # characters of an ISO moment: "2026-11"
_DAY = 10
_MINUTE = 60  # seconds
_EXACT = 100  # minutes below which durations are exact; above, two significant digits


class Cell(NamedTuple):
    """One count."""

    subject: Subject
    what: str
    key: str
    day: str  # ISO day, or month; "": current state
    restricted: bool  # alerts visible to cleared readers only


class Facts(Record, frozen=True, kw_only=True):
    """Countable attributes of an alert."""

    severity: str
    stored: str  # ISO 8601, UTC
    restricted: bool
    status: str  # where it stands
    assignee: str | None
    rules: tuple[str, ...]  # of its reasons, distinct
    substances: tuple[str, ...]
    lists: tuple[str, ...]
    trail: tuple[Decided, ...] = ()
    said: Mapping[str, Said] = {}  # results on "rule vague" or "substance acetone"


def cells(facts: Facts) -> Counter[Cell]:
    """Return an alert's contribution to each count."""
    counted: Counter[Cell] = Counter()
    for subject, what, key, day in _counted(facts):
        counted[Cell(subject, what, key, day, facts.restricted)] += 1
    return counted


def minutes_kept(minutes: int) -> int:
    """Return the duration class: to the minute below 100, otherwise two significant digits."""
    kept, unit = max(0, minutes), 1
    while kept >= _EXACT * unit:
        unit *= 10
    return kept // unit * unit


_Four = tuple[Subject, str, str, str]


def _counted(facts: Facts) -> Iterator[_Four]:
    day = facts.stored[:_DAY]
    yield "alert", "added", facts.severity, day
    yield "alert", "stands", facts.status, ""
    if facts.status == "open":
        yield "alert", "open", facts.severity, day
        yield "alert", "assigned", facts.assignee or "", ""
    yield from _steps(facts)
    yield from _precision(facts, standing(facts.trail))


def _precision(facts: Facts, last: Decided | None) -> Iterator[_Four]:
    """Yield the outcomes of rules, substances and lists, by the alert's month of arrival."""
    rules, batch = load_result_rules(), last.batch if last else None
    month, spoken = facts.stored[:_MONTH], set(rules.speaks_of(last.reason if last else ""))
    named: list[tuple[Subject, str, str]] = [
        *(("rule", rule, rules.about_of(rule)) for rule in facts.rules),
        *(("substance", slug, "substance") for slug in facts.substances),
        *(("list", slug, "party") for slug in facts.lists),
    ]
    for subject, key, about in named:
        yield subject, "added", key, month
        if facts.status in FINAL and about in spoken:
            yield subject, *_once(facts.status, key, batch), month
        said = facts.said.get(f"{subject} {key}", "nothing")
        if said != "nothing":
            yield subject, f"result-{said}", key, month


def _steps(facts: Facts) -> Iterator[_Four]:
    """Yield the contribution of each history step to the counts of its day."""
    stack: list[Decided] = []
    for place, step in enumerate(facts.trail):
        day, before = step.at[:_DAY], stack[-1] if stack else None
        if step.verdict is not None:
            stack.append(step)
        elif stack:
            stack.pop()
        after = stack[-1] if stack else None
        if place == 0:
            minutes = str(minutes_kept(_minutes(facts.stored, step.at)))
            yield "alert", *_once("took", minutes, step.batch), day
        if (before is None) != (after is None):
            yield "alert", "decided" if after else "reopened", "", day
        if step.verdict is None and before is not None:
            yield "alert", *_once("undone", status_of(before), step.batch), day
        if before is not None and _disagree(before, step, after):
            way = f"{status_of(before)} {status_of(after)}"
            yield "alert", *_once("disagreed", way, step.batch), day


def _once(what: str, key: str, batch: int | None) -> tuple[str, str]:
    """Return the kind and key of a count; each bulk decision has a separate cell.

    However many alerts are in such a cell, readers count it as one.
    """
    return (what, key) if batch is None else (f"{BATCH}{what}", f"{batch} {key}")


def _disagree(before: Decided, step: Decided, after: Decided | None) -> bool:
    """Return whether an officer overrode a colleague's decision."""
    was, now = status_of(before), status_of(after)
    return was in FINAL and was != now and step.by != before.by


def _minutes(stored: str, at: str) -> int:
    spent = datetime.fromisoformat(at) - datetime.fromisoformat(stored)
    return int(spent.total_seconds()) // _MINUTE


def difference(before: Iterable[Facts], after: Sequence[Facts]) -> Counter[Cell]:
    """Return the change of each count; unchanged cells are omitted."""
    changed: Counter[Cell] = Counter()
    for each in after:
        changed.update(cells(each))
    for each in before:
        changed.subtract(cells(each))
    return Counter({cell: count for cell, count in changed.items() if count})


class Track(Record, frozen=True, kw_only=True):
    """Outcomes of the alerts of a rule, substance or list.

    A bulk decision counts once.
    """

    key: str
    added: int = 0
    confirmed: int = 0  # by officers, if the reason concerns it
    dismissed: int = 0
    released: int = 0
    bulk: int = 0  # of these: bulk decisions
    bulk_alerts: int = 0  # alerts decided by those
    result_confirmed: int = 0  # by inspection or laboratory
    result_refuted: int = 0

    @property
    def decided(self) -> int:
        """Count those confirmed or dismissed by officers."""
        return self.confirmed + self.dismissed


class OpenSince(Record, frozen=True, kw_only=True):
    """Open alerts of one severity received on one day."""

    severity: str
    day: date
    alerts: int


class Counts(Record, frozen=True, kw_only=True):
    """The counts visible to the reader."""

    open: Sequence[OpenSince]
    stands: Mapping[str, int]  # by status
    assigned: Mapping[str, int]  # open ones; "": unassigned
    added: Mapping[date, int]  # by day of the period
    decided: Mapping[date, int]  # no longer open
    reopened: Mapping[date, int]
    lines: Mapping[date, int]  # read
    undone: int  # decisions undone in the period
    disagreed: Mapping[str, int]  # "dismissed confirmed": from, to; by two officers
    took: Mapping[int, int]  # minutes to the first decision -> alerts
    raised: int  # alerts received in the months of the period
    rules: Sequence[Track]  # of these months, most frequent first
    substances: Sequence[Track]
    lists: Sequence[Track]


def percentile(took: Mapping[int, int], share: float) -> int | None:
    """Return a quantile of durations; None: no data.

    Args:
        took: Duration -> count.
        share: 0.5 for the median.
    """
    left = share * sum(took.values())
    for minutes in sorted(took):
        left -= took[minutes]
        if left <= 0 and took[minutes]:
            return minutes
    return None


def decision_times(took: Mapping[int, int]) -> tuple[int | None, int | None]:
    """Return the median and 90th percentile of minutes to decision."""
    return percentile(took, 0.5), percentile(took, 0.9)


def ages(opened: Sequence[OpenSince], today: date, starts: Sequence[int]) -> list[int]:
    """Count open alerts by age in days.

    Args:
        opened: Open alerts.
        today: The reader's day, in UTC.
        starts: Lower bounds of the classes, increasing, from 0.

    Returns:
        One count per class.
    """
    counted = [0] * len(starts)
    for each in opened:
        age = max(0, (today - each.day).days)
        counted[max(i for i, start in enumerate(starts) if start <= age)] += each.alerts
    return counted


class OverviewRules(Record, frozen=True, kw_only=True):
    """Content of the file."""

    version: str
    days: int
    few: int
    noisy_share: float
    noisy_precision: float
    noisy_shown: int
    shown: int
    assignees: int
    rate_lines: int
    ages: tuple[int, ...]  # increasing, from 0


@cache
def load_overview_rules() -> OverviewRules:
    """Load the file.

    Raises:
        RegistryError: It is malformed.
    """
    return read_toml(data("rules", "overview.toml"), OverviewRules)
