"""Sums over all files of a database, each alert by the law of its own day."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from msgspec import structs

from tidewaiter.bulk.marks import Once
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.together import Key, Part, Sum, Together
from tidewaiter.consignments.traders import day_of
from tidewaiter.consignments.types import Alert
from tidewaiter.substances.registry import Registry


class AllSums(Together):
    """Adds up what limits count over all files; says which lines are of other files."""

    def __init__(self, registry: Registry, rules: AlertRules, day: date) -> None:
        """Take the registry, the rules and the day of this marking."""
        super().__init__(registry, rules, day)
        self._given = registry, rules
        self._days: dict[date, _Day] = {}
        self._own: Counter[tuple[int, Key]] = Counter()
        self._once = Once()
        self.source = 0
        """The source whose alerts are marked."""

    def add_of(self, source: int, alert: Alert) -> None:
        """Add an alert of a source; goods that stand in several files count once."""
        new = self._once.is_new(alert, source)
        for part in self.parts(alert):
            self._own[source, part.key] += 1
            if new:
                self._add(part.key, Sum(part.amount, 1, 0, part.gross))

    def sum_of(self, key: Key) -> Sum:
        """Return what lines add up to, as the source sees it whose alerts are marked."""
        sum_ = super().sum_of(key)
        return sum_._replace(earlier=max(0, sum_.lines - self._own[self.source, key]))

    def parts(self, alert: Alert, *, counting: bool = True) -> Iterator[Part]:
        """Yield what of an alert counts for each limit, by the law of its day."""
        return self._of(alert.day).parts(alert, counting=counting)

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with what its line is together with others."""
        return self._of(alert.day).mark(alert)

    def _of(self, day: date) -> "_Day":
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = _Day(self, *self._given, day)
        return found


class _Day(Together):
    """The sums by the law of one day."""

    def __init__(self, whole: AllSums, registry: Registry, rules: AlertRules, day: date) -> None:
        super().__init__(registry, rules, day, whole.sums)
        self._whole = whole

    def sum_of(self, key: Key) -> Sum:
        """Return what lines of all days add up to."""
        return self._whole.sum_of(key)


def dated(alert: Alert) -> Alert:
    """Return an alert whose line counts on the day of its screening, where it names none."""
    if day_of(alert.line):
        return alert
    return structs.replace(alert, line=structs.replace(alert.line, lodged=alert.day))
