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
from tidewaiter.store.suppression.index import rests, rules_that_hide
from tidewaiter.store.suppression.rules import (
    Candidate,
    candidates,
    comparable,
    suppression_of,
    suppressions,
)
from tidewaiter.trade.types import Alert

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


_DAY = 10  # characters of a moment that name its day
_DECIDED = ("dismissed", "released", "confirmed", "held", "referred", "waiting")


class Learned(Record, frozen=True, kw_only=True):
    """What the decisions teach."""

    offers: tuple[Offer, ...]
    looked: int  # decided alerts that were looked at
    decided: int  # that there are


def learn(work: Work) -> Learned:
    """Find the patterns to be offered as rules.

    The newest decisions are looked at; what then remains is compared with all stored
    alerts, so that one that speaks against an offer is never too old.

    Args:
        work: Any.

    Raises:
        StoreError: An alert is not one that we wrote.
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
    """Return the narrowest scope that an alert is of; None: it has too little that makes one.

    Args:
        work: Any.
        alert: Its id.

    Raises:
        StoreError: It is not one that we wrote.
    """
    found = find_alert(work, alert)
    if found is None or found.restricted:
        return None
    return shared_by([known_of(subject_of(found))])


def _past(work: Work) -> Iterator[Past]:
    """Yield the alerts that were decided last."""
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
    """Return the ids of the alerts that were decided last."""
    a, d = tables.alert.c, tables.decision.c
    last = tables.decision.join(tables.alert, (a.id == d.alert) & (a.decided == d.id))
    # Restricted ones teach nothing that everyone may know.
    wanted = select(d.alert).select_from(last).where(a.restricted == 0).order_by(d.id.desc())
    most = load_suppression_settings().offer.looked
    return list(work.connection.execute(wanted.limit(most)).scalars())


def _standing(work: Work, ids: Sequence[str]) -> dict[str, Decided]:
    """Return the decision that stands on each alert."""
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
