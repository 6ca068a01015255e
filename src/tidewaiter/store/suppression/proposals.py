"""Proposals of suppression rules: learned from decisions, and previewed before approval."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

import msgspec
from sqlalchemy import RowMapping, func, select

from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity, weight
from tidewaiter.casework.decisions import Decided, Status, standing
from tidewaiter.casework.suppression.proposals import Offer, Past, known_of, offers, shared_by
from tidewaiter.casework.suppression.rules import fit
from tidewaiter.casework.suppression.scope import Scope, Subject, subject_of
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.store.alerts.bitmaps import size
from tidewaiter.store.alerts.inverted_index import having, index_of, term
from tidewaiter.store.alerts.queue import by_priority
from tidewaiter.store.alerts.storage import find_alert
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Work
from tidewaiter.store.suppression.index import is_suppressed, rules_that_hide
from tidewaiter.store.suppression.rules import (
    Candidate,
    candidates,
    comparable,
    suppression_of,
    suppressions,
)
from tidewaiter.trade.types import Alert

SAMPLE = 20  # alerts shown per kind
K = TypeVar("K", bound=str)

_MONTH = 7  # length of the month part of a day


class Part(Record, frozen=True, kw_only=True):
    """Counted alerts of one part of a scope."""

    alerts: int
    by_severity: dict[Severity, int]
    by_month: dict[str, int]  # "2026-03": month of the law's day, in order
    by_status: dict[Status, int]  # current status
    sample: tuple[str, ...]  # ids, by priority


class Preview(Record, frozen=True, kw_only=True):
    """Preview of a scope over the stored alerts; restricted ones are excluded."""

    stored: int  # unrestricted alerts, all of them compared
    plain: Part  # an active rule would suppress these
    strong: Part  # these only if its text says so and a second person approved
    against: tuple[str, ...]  # ids of those confirmed, held or referred
    against_count: int

    @property
    def alerts(self) -> int:
        """How many alerts match the scope."""
        return self.plain.alerts + self.strong.alerts


class Rest(Record, frozen=True, kw_only=True):
    """Why an alert is suppressed."""

    suppression: int  # rule number
    reason: str  # code
    expires: date
    why: tuple[str, ...]  # attributes of the alert that match the scope


def preview(work: Work, scope: Scope) -> Preview:
    """Compare a scope with all stored alerts.

    Args:
        work: Any transaction.
        scope: From `check_scope`.

    Raises:
        StoreError: A stored alert cannot be decoded.
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
    """Return whether a scope matches an alert that was confirmed, held or referred.

    Args:
        work: Any transaction.
        scope: From `check_scope`.
    """
    against = load_suppression_settings().offer.against
    return any(fit(scope, each.subject) for each in candidates(work, scope, against))


def suppressed_by_rule(work: Work, number: int, rows: int = SAMPLE) -> list[str]:
    """Return ids of alerts that a rule currently suppresses, by priority."""
    a, s = tables.alert.c, tables.alert_suppressed.c
    joined = tables.alert_suppressed.join(tables.alert).join(tables.suppression)
    wanted = select(a.id).select_from(joined).where(s.suppression == number, is_suppressed())
    ranked = wanted.order_by(*by_priority()).limit(rows)
    return list(work.connection.execute(ranked).scalars())


def hidden_by_day(work: Work, number: int) -> dict[str, int]:
    """Count the alerts suppressed by a rule since it began, by day (ISO 8601), in order.

    Alerts that no longer match because they changed are excluded.
    """
    s = tables.alert_suppressed.c
    day = func.substr(s.at, 1, 10).label("day")
    wanted = select(day, func.count()).where(s.suppression == number)
    rows = work.connection.execute(wanted.group_by("day").order_by("day")).all()
    return {str(name): int(count) for name, count in rows}


def why_suppressed(work: Work, alert: Alert) -> Rest | None:
    """Return why an alert is suppressed; None: it is not."""
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
    """A part while it is being counted."""

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
        """Return the result."""
        return Part(
            alerts=sum(self.statuses.values()),
            by_severity=_ordered(self.severities),
            by_month=_ordered(self.months),
            by_status=_ordered(self.statuses),
            sample=tuple(name for *_, name in sorted(self.top, reverse=True)),
        )


def _ordered(counts: Mapping[K, int]) -> dict[K, int]:
    """Return counts sorted by name."""
    return dict(sorted(counts.items()))


_DAY = 10  # length of the date part of a moment
_DECIDED = ("dismissed", "released", "confirmed", "held", "referred", "waiting")


class Learned(Record, frozen=True, kw_only=True):
    """Patterns learned from decisions."""

    offers: tuple[Offer, ...]
    looked: int  # decided alerts examined
    decided: int  # all decided alerts


def learn(work: Work) -> Learned:
    """Find patterns to propose as rules.

    The newest decisions are examined; the remaining patterns are compared with all stored alerts,
    so that no counterexample is too old.

    Args:
        work: Any transaction.

    Raises:
        StoreError: A stored alert cannot be decoded.
    """
    past = list(_past(work))
    rules = suppressions(work)
    taken = [each.proposal.scope for each in rules if each.state in {"active", "proposed"}]
    refused = [each.proposal.scope for each in rules if each.state == "refused"]
    found = offers(past, taken, refused)
    index = index_of(work)
    decided = having(index, [term("status", each) for each in _DECIDED])
    return Learned(
        offers=tuple(each for each in found if not is_opposed(work, each.scope)),
        looked=len(past),
        decided=size(decided & ~having(index, ["restricted:"])),
    )


def scope_of(work: Work, alert: str) -> Scope | None:
    """Return the narrowest scope that matches an alert; None: it has too few attributes.

    Args:
        work: Any transaction.
        alert: Its id.

    Raises:
        StoreError: The stored alert cannot be decoded.
    """
    found = find_alert(work, alert)
    if found is None or found.restricted:
        return None
    return shared_by([known_of(subject_of(found))])


def _past(work: Work) -> Iterator[Past]:
    """Yield the alerts decided most recently."""
    c = tables.alert.c
    reads = msgspec.json.Decoder(Subject)
    ids = _newest(work)
    for some in slices(ids):
        stand = _standing(work, some)
        payloads = select(c.id, c.status, c.payload).where(c.id.in_(some)).order_by(c.id)
        for row in work.connection.execute(payloads).mappings():
            if row["id"] in stand:
                yield _one(row, stand[row["id"]], reads)


def _newest(work: Work) -> list[str]:
    """Return the ids of the alerts decided most recently."""
    a, d = tables.alert.c, tables.decision.c
    last = tables.decision.join(tables.alert, (a.id == d.alert) & (a.decided == d.id))
    # Restricted alerts must not influence what everyone may see.
    wanted = select(d.alert).select_from(last).where(a.restricted == 0).order_by(d.id.desc())
    most = load_suppression_settings().offer.looked
    return list(work.connection.execute(wanted.limit(most)).scalars())


def _standing(work: Work, ids: Sequence[str]) -> dict[str, Decided]:
    """Return the current decision on each alert."""
    c = tables.decision.c
    trails: dict[str, list[Decided]] = defaultdict(list)
    wanted = select(tables.decision).where(c.alert.in_(ids)).order_by(c.id)
    for row in work.connection.execute(wanted).mappings():
        trails[row["alert"]].append(Decided(**row))
    found = {alert: standing(trail) for alert, trail in trails.items()}
    return {alert: decided for alert, decided in found.items() if decided is not None}


def _one(row: RowMapping, decided: Decided, reads: msgspec.json.Decoder[Subject]) -> Past:
    return Past(
        subject=reads.decode(row["payload"]),
        status=row["status"],
        reason=decided.reason,
        by=decided.by,
        day=date.fromisoformat(decided.at[:_DAY]),
        batch=decided.batch,
    )
