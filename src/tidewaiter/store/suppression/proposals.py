"""Previews: what a rule would hide of what is stored, before anyone approves it."""

import heapq
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select

from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity, weight
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.suppression.matching import fit
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.casework.suppression.subject import subject_of
from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.candidates import Candidate, candidates, comparable
from tidewaiter.store.database import Work
from tidewaiter.store.hiding import rests, rules_that_hide
from tidewaiter.store.ordering import by_priority
from tidewaiter.store.suppression import suppression_of

SAMPLE = 20  # alerts shown of each kind
K = TypeVar("K", bound=str)

_MONTH = 7  # characters of a day that name its month


class Part(Record, frozen=True, kw_only=True):
    """Some of the alerts that a scope is about, counted."""

    alerts: int
    by_severity: dict[Severity, int]
    by_month: dict[str, int]  # "2026-03": of the day of the law, in order
    by_status: dict[Status, int]  # as they stand now
    sample: tuple[str, ...]  # ids, in order of work


class Preview(Record, frozen=True, kw_only=True):
    """What a scope is about among the stored alerts; restricted ones are none of its business."""

    stored: int  # alerts that are not restricted; all of them were compared
    plain: Part  # that an active rule would hide
    strong: Part  # that it hides only where it says so and a second person approved
    against: tuple[str, ...]  # ids of those that were confirmed, held or referred
    against_count: int

    @property
    def alerts(self) -> int:
        """How many alerts the scope is about."""
        return self.plain.alerts + self.strong.alerts


class Rest(Record, frozen=True, kw_only=True):
    """That an alert rests."""

    suppression: int  # number of the rule
    reason: str  # code
    expires: date
    why: tuple[str, ...]  # what of the alert agrees with the scope


def preview(work: Work, scope: Scope) -> Preview:
    """Compare a scope with all stored alerts.

    Args:
        work: Any.
        scope: As `check_scope` returns it.

    Raises:
        StoreError: An alert is not one that we wrote.
    """
    against = load_suppression_settings().offer.against
    parts: dict[bool, _Count] = {False: _Count(), True: _Count()}
    opposed = _Count()
    for each in candidates(work, scope):
        found = fit(scope, each.subject)
        if found is not None:
            parts[bool(found.strong)].add(each)
            if each.status in against:
                opposed.add(each)
    speaks_against = opposed.part()
    return Preview(
        stored=comparable(work),
        plain=parts[False].part(),
        strong=parts[True].part(),
        against=speaks_against.sample,
        against_count=speaks_against.alerts,
    )


def is_opposed(work: Work, scope: Scope) -> bool:
    """Tell whether a scope is about an alert that was confirmed, held or referred.

    Args:
        work: Any.
        scope: As `check_scope` returns it.
    """
    against = load_suppression_settings().offer.against
    return any(fit(scope, each.subject) for each in candidates(work, scope, against))


def resting(work: Work, number: int, rows: int = SAMPLE) -> list[str]:
    """Return ids of alerts that rest by a rule now, in order of work."""
    a, s = tables.alert.c, tables.alert_suppressed.c
    joined = tables.alert_suppressed.join(tables.alert).join(tables.suppression)
    wanted = select(a.id).select_from(joined).where(s.suppression == number, rests())
    ranked = wanted.order_by(*by_priority()).limit(rows)
    return list(work.connection.execute(ranked).scalars())


def hidden_by_day(work: Work, number: int) -> dict[str, int]:
    """Count the alerts that a rule has hidden since it began, by day (ISO 8601), in order.

    Those that left it because they say something else now are not among them.
    """
    s = tables.alert_suppressed.c
    day = func.substr(s.at, 1, 10).label("day")
    wanted = select(day, func.count()).where(s.suppression == number)
    rows = work.connection.execute(wanted.group_by("day").order_by("day")).all()
    return {str(name): int(count) for name, count in rows}


def rest_of(work: Work, alert: Alert) -> Rest | None:
    """Say why an alert rests; None: it does not."""
    number = rules_that_hide(work, [alert.id]).get(alert.id)
    if number is None:
        return None
    rule = suppression_of(work, number)
    found = fit(rule.proposal.scope, subject_of(alert))
    return Rest(
        suppression=number,
        reason=rule.proposal.reason,
        expires=rule.proposal.expires,
        why=found.why if found else (),
    )


class _Count:
    """A part while it is counted."""

    def __init__(self) -> None:
        self.severities: Counter[Severity] = Counter()
        self.months: Counter[str] = Counter()
        self.statuses: Counter[Status] = Counter()
        self.top: list[tuple[int, int, str]] = []

    def add(self, each: Candidate) -> None:
        """Count an alert."""
        self.severities[each.subject.severity] += 1
        self.months[each.day[:_MONTH]] += 1
        self.statuses[each.status] += 1
        place = (weight(each.subject.severity), each.rank, each.subject.id)
        if len(self.top) < SAMPLE:
            heapq.heappush(self.top, place)
        else:
            heapq.heappushpop(self.top, place)

    def part(self) -> Part:
        """Return what was counted."""
        return Part(
            alerts=sum(self.statuses.values()),
            by_severity=_ordered(self.severities),
            by_month=_ordered(self.months),
            by_status=_ordered(self.statuses),
            sample=tuple(name for *_, name in sorted(self.top, reverse=True)),
        )


def _ordered(counts: Mapping[K, int]) -> dict[K, int]:
    """Return counts in the order of their names."""
    return dict(sorted(counts.items()))
