"""Counts of alerts: what each adds, what they say together, and which rules are noisy.

Each count is a sum over alerts, so what a change does to the counts is what the alert adds after it
less what it added before; and a recount is the same sum from the beginning.
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
"""What is counted: alerts as such, by their rules, substances or lists; lines that were read."""

FINAL: frozenset[str] = frozenset({"released", "confirmed", "dismissed"})
"""Where nothing is left to do. What leads from one of them to another is a disagreement."""

BATCH = "batch "
"""What the name of a count begins with, where the decision was one on many alerts."""

_MONTH = 7  # characters of an ISO moment: "2026-11"
_DAY = 10
_MINUTE = 60  # seconds
_EXACT = 100  # minutes below which a time is kept exactly; above, with two significant digits


class Cell(NamedTuple):
    """One count."""

    subject: Subject
    what: str
    key: str
    day: str  # ISO day, or month; "": of now
    restricted: bool  # of alerts that only the cleared may know of


class Facts(Record, frozen=True, kw_only=True):
    """What is counted of one alert."""

    severity: str
    stored: str  # ISO 8601, UTC
    restricted: bool
    status: str  # where it stands
    assignee: str | None
    rules: tuple[str, ...]  # of its reasons, each once
    substances: tuple[str, ...]
    lists: tuple[str, ...]
    trail: tuple[Decided, ...] = ()
    said: Mapping[str, Said] = {}  # by results, of "rule vague" or "substance acetone"


def cells(facts: Facts) -> Counter[Cell]:
    """Return what an alert adds to each count."""
    counted: Counter[Cell] = Counter()
    for subject, what, key, day in _counted(facts):
        counted[Cell(subject, what, key, day, facts.restricted)] += 1
    return counted


def minutes_kept(minutes: int) -> int:
    """Return a time as it is counted: to the minute below 100, else with two digits that count."""
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
    """Yield how rules, substances and lists came out, by the month in which the alert came in."""
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
    """Yield what each step of the trail adds to the counts of its day."""
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
    """Return what is counted, and its key; of an act on many alerts a cell of the act's own.

    However many alerts are in such a cell, whoever reads the counts takes it for one.
    """
    return (what, key) if batch is None else (f"{BATCH}{what}", f"{batch} {key}")


def _disagree(before: Decided, step: Decided, after: Decided | None) -> bool:
    """Tell whether an officer put something else in the place of another's last word."""
    was, now = status_of(before), status_of(after)
    return was in FINAL and was != now and step.by != before.by


def _minutes(stored: str, at: str) -> int:
    spent = datetime.fromisoformat(at) - datetime.fromisoformat(stored)
    return int(spent.total_seconds()) // _MINUTE


def difference(before: Iterable[Facts], after: Sequence[Facts]) -> Counter[Cell]:
    """Return what a change adds to each count, and takes from it; cells that stay are absent."""
    changed: Counter[Cell] = Counter()
    for each in after:
        changed.update(cells(each))
    for each in before:
        changed.subtract(cells(each))
    return Counter({cell: count for cell, count in changed.items() if count})


class Track(Record, frozen=True, kw_only=True):
    """How the alerts of a rule, a substance or a list came out.

    A decision on many alerts in one act counts once.
    """

    key: str
    added: int = 0
    confirmed: int = 0  # by officers, where their reason speaks of it
    dismissed: int = 0
    released: int = 0
    bulk: int = 0  # of these decisions: made on many alerts in one act
    bulk_alerts: int = 0  # the alerts that these acts decided
    result_confirmed: int = 0  # by inspections and laboratories
    result_refuted: int = 0

    @property
    def decided(self) -> int:
        """Count those that officers found right or wrong."""
        return self.confirmed + self.dismissed


class OpenSince(Record, frozen=True, kw_only=True):
    """Open alerts of one severity that came in on one day."""

    severity: str
    day: date
    alerts: int


class Counts(Record, frozen=True, kw_only=True):
    """What is counted, as far as the reader may know of it."""

    open: Sequence[OpenSince]
    stands: Mapping[str, int]  # by status
    assigned: Mapping[str, int]  # open ones; "": nobody's
    added: Mapping[date, int]  # by day, of the days asked for
    decided: Mapping[date, int]  # no longer open
    reopened: Mapping[date, int]
    lines: Mapping[date, int]  # read
    undone: int  # decisions that were taken back, in these days
    disagreed: Mapping[str, int]  # "dismissed confirmed": from, to; by two officers
    took: Mapping[int, int]  # minutes to the first decision: alerts
    raised: int  # alerts that came in, of the months asked for
    rules: Sequence[Track]  # of these months, the most frequent first
    substances: Sequence[Track]
    lists: Sequence[Track]


def percentile(took: Mapping[int, int], share: float) -> int | None:
    """Return the least time within which a share of all was done; None: there are none.

    Args:
        took: Time: how many.
        share: 0.5 for the median.
    """
    left = share * sum(took.values())
    for minutes in sorted(took):
        left -= took[minutes]
        if left <= 0 and took[minutes]:
            return minutes
    return None


def decision_times(took: Mapping[int, int]) -> tuple[int | None, int | None]:
    """Return within how many minutes half of all, and nine in ten, were decided."""
    return percentile(took, 0.5), percentile(took, 0.9)


def ages(opened: Sequence[OpenSince], today: date, starts: Sequence[int]) -> list[int]:
    """Count open alerts by how many days they have been open.

    Args:
        opened: Open alerts.
        today: The day of the reader, in UTC.
        starts: Days from which on each class counts, rising, from 0.

    Returns:
        One count for each class.
    """
    counted = [0] * len(starts)
    for each in opened:
        age = max(0, (today - each.day).days)
        counted[max(i for i, start in enumerate(starts) if start <= age)] += each.alerts
    return counted


class OverviewRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    days: int
    few: int
    noisy_share: float
    noisy_precision: float
    noisy_shown: int
    shown: int
    assignees: int
    ages: tuple[int, ...]  # rising, from 0


@cache
def load_overview_rules() -> OverviewRules:
    """Load the file.

    Raises:
        RegistryError: It is malformed.
    """
    return read_toml(data("rules", "overview.toml"), OverviewRules)
