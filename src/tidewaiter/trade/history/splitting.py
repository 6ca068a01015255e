"""Structuring: lines of one trader that are each below a limit and reach it within some weeks.

The law adds up within its own scope: one consignment, or two parties in one month. Here all lines
of a trader count, with any partner, destination or month.
"""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.limits import limited, phrase_of, quantity
from tidewaiter.law.registry import Registry
from tidewaiter.trade.aggregation import Part, Together
from tidewaiter.trade.history.trader_changes import Said
from tidewaiter.trade.rules.alert_rules import PastRules
from tidewaiter.trade.traders import (
    RECEIVERS,
    SENDERS,
    day_of,
    first_named,
    receiver_of,
    sender_of,
)
from tidewaiter.trade.types import Alert

_Key = tuple[str, int, str, bool, bool, str]  # regime, limit, slug, by mass, sends, trader


class _Small(NamedTuple):
    """A line below a limit."""

    day: date
    amount: Decimal
    other: str  # the other trader, and its country


Small = dict[_Key, list[_Small]]
"""Small lines, by limit and trader."""


class _Run(NamedTuple):
    """Small lines by day, with their running total."""

    days: list[date]
    sums: list[Decimal]
    others: list[str]


class Splits:
    """Adds up the small lines of each trader."""

    def __init__(self, together: Together, registry: Registry, rules: PastRules) -> None:
        """Set the source of amounts that count for a limit.

        Args:
            together: Aggregation of the screening.
            registry: Substances.
            rules: Parameters.
        """
        self._together, self._registry = together, registry
        self._rule = rules.rules["split"]
        self._seen: set[str] = set()
        self.small: Small = {}
        self._runs: dict[_Key, _Run] = {}

    def add(self, alert: Alert) -> None:
        """Add an alert; of duplicates by id the first counts."""
        day = day_of(alert.line)
        if day is None or alert.id in self._seen:
            return
        self._seen.add(alert.id)
        for part in self._parts(alert):
            for sends, trader, other in _sides(alert):
                small = self.small.setdefault((*_limit_of(part), sends, trader), [])
                small.append(_Small(day, part.amount, other))
        self._runs = {}

    def of(self, alert: Alert) -> list[tuple[Said, str]]:
        """Return the findings of an alert's line, each with the source of the limit.

        At most one for each limit: that of the trader with more lines.
        """
        day = day_of(alert.line)
        if day is None:
            return []
        made = []
        for part in self._parts(alert):
            found = [
                (run, sends)
                for sends, trader, _ in _sides(alert)
                if (run := self._passing((*_limit_of(part), sends, trader), part, day))
            ]
            if found:
                run, sends = max(found, key=lambda each: len(each[0].days))
                made.append((self._said(alert, part, run, sends=sends), part.limit.source))
        return made

    def _parts(self, alert: Alert) -> list[Part]:
        """Return the parts of an alert that are below their limit, but not negligible."""
        least = Decimal(str(self._rule.numbers["share"]))
        return [
            part
            for part in self._together.parts(alert, counting=False)
            if not part.alone and part.share >= least
        ]

    def _passing(self, key: _Key, part: Part, day: date) -> _Run | None:
        """Return the largest run of days around one that reaches the limit and the law misses."""
        run = self._run(key)
        days, least = timedelta(days=self._rule.numbers["days"]), int(self._rule.numbers["lines"])
        best: _Run | None = None
        for first in range(bisect_left(run.days, day - days), bisect_right(run.days, day)):
            last = bisect_right(run.days, run.days[first] + days)
            sum_ = run.sums[last] - run.sums[first]
            if last - first < least or not part.reached_by(sum_):
                continue
            found = _Run(run.days[first:last], [sum_], run.others[first:last])
            spread = len(set(found.others)) > 1 or len({(d.year, d.month) for d in found.days}) > 1
            if spread and (best is None or len(found.days) > len(best.days)):
                best = found
        return best

    def _run(self, key: _Key) -> _Run:
        run = self._runs.get(key)
        if run is None:
            small = sorted(self.small.get(key, ()), key=lambda each: (each.day, each.amount))
            sums = list(accumulate((each.amount for each in small), initial=Decimal(0)))
            run = _Run([each.day for each in small], sums, [each.other for each in small])
            self._runs[key] = run
        return run

    def _said(self, alert: Alert, part: Part, run: _Run, *, sends: bool) -> Said:
        regime, _, slug, by_mass = _limit_of(part)
        role, name = first_named(alert.line, SENDERS if sends else RECEIVERS)
        words = {
            "role": role,
            "name": name,
            "goods": self._registry.substance(slug).name,
            "count": len(run.days),
            "span": Phrase("run/days", day=run.days[0], day2=run.days[-1]),
            "others": len(set(run.others)),
            "sum": quantity(run.sums[0], "kg" if by_mass else "l"),
            "limit": limited(phrase_of(part.limit), part.limit.clause, part.limit.mark),
            "regime": self._registry.regimes[regime].name,
        }
        return Said("split", words, weighs=part.limit.mark != "unverified")


def _limit_of(part: Part) -> tuple[str, int, str, bool]:
    regime, limit, slug, by_mass, _, _ = part.key
    return regime, limit, slug, by_mass


def _sides(alert: Alert) -> list[tuple[bool, str, str]]:
    """Return each trader of a line: whether it sends, and the other trader with its country."""
    line = alert.line
    sender, receiver = sender_of(line), receiver_of(line)
    place = {p.role: (p.address or "") for p in line.parties or ()}
    sides = [(True, sender, f"{receiver}\x1f{_first(place, RECEIVERS)}")]
    sides.append((False, receiver, f"{sender}\x1f{_first(place, SENDERS)}"))
    return [side for side in sides if side[1]]


def _first(place: dict[str | None, str], roles: tuple[str, ...]) -> str:
    return next((place[role] for role in roles if role in place), "")
