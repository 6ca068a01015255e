"""Authorised amounts (permits, notifications, declared requirements), and lines that exceed them.

Only the available lines are added up, regardless of write-offs elsewhere: a total that exceeds the
authorised amount does so without any unavailable lines.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Literal, NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.law.limits import quantity
from tidewaiter.law.registry import Registry
from tidewaiter.trade.amounts import amount_of, is_alone
from tidewaiter.trade.check_digits import number_key
from tidewaiter.trade.history.trader_changes import Said
from tidewaiter.trade.mentions import find_of
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.traders import RECEIVERS, day_of, first_named, receiver_of
from tidewaiter.trade.types import Alert

_WHOLE = Decimal(100)


class Allowed(Record, frozen=True, kw_only=True):
    """An amount of a substance authorised by a permit, a notification or a declared requirement."""

    what: Literal["paper", "need"]
    name: Phrase  # display name: "import permit 17", "the requirement of B for 2026"
    number: str = ""  # number of the permit or notification, as lines give it
    traders: tuple[str, ...] = ()  # who declared a requirement: folded names, and keys of numbers
    country: str = ""  # importing country of a requirement
    substance: str  # slug
    mass_mg: int | None = None  # exactly one of the two
    volume_ul: int | None = None
    content: bool = False  # amount of the substance in the goods; False: of the goods
    since: date | None = None
    until: date | None = None  # last day of validity
    source: str

    @property
    def most(self) -> int:
        """Return the amount, in its unit."""
        return (self.mass_mg if self.mass_mg is not None else self.volume_ul) or 0


class _Run(NamedTuple):
    """The lines that count for an authorised amount, by day, with their running total."""

    days: list[date]
    sums: list[Decimal]  # total of the first n lines


class Sums:
    """Adds up lines by authorised amount."""

    def __init__(self, registry: Registry) -> None:
        """Start without authorised amounts."""
        self._registry = registry
        self._places = {each.slug: place for place, each in enumerate(registry.substances)}
        self._papers: dict[tuple[str, str], list[Allowed]] = {}  # by number and substance
        self._needs: dict[tuple[str, str], list[Allowed]] = {}  # by trader and substance
        self._counted: dict[Allowed, list[tuple[date, Decimal]]] = {}
        self._runs: dict[Allowed, _Run] = {}
        self._seen: set[str] = set()

    def allow(self, allowed: Iterable[Allowed]) -> None:
        """Add authorised amounts, before any line."""
        for each in allowed:
            if each.number:
                self._papers.setdefault(_paper(each), []).append(each)
            for trader in each.traders:
                self._needs.setdefault((trader, each.substance), []).append(each)

    def add(self, alert: Alert) -> None:
        """Add an alert; of duplicates by id the first counts."""
        day = day_of(alert.line)
        if day is None or alert.id in self._seen or not (self._papers or self._needs):
            return
        self._seen.add(alert.id)
        for each in self._over(alert, day):
            amount = self._amount(alert, each)
            if amount is not None:
                self._counted.setdefault(each, []).append((day, amount))
        self._runs = {}

    def of(self, alert: Alert) -> Iterator[tuple[Said, str]]:
        """Yield the amounts that the line exceeds with those before it, each with its source.

        If documents of several authorities share a number, it must exceed all of them.
        """
        day = day_of(alert.line)
        if day is None or not (self._papers or self._needs):
            return
        counted = [x for x in self._over(alert, day) if self._amount(alert, x) is not None]
        within = {_paper(x) for x in counted if x.number and self._sum(x, day)[1] <= x.most}
        for each in counted:
            count, sum_ = self._sum(each, day)
            if sum_ <= each.most or (each.number and _paper(each) in within):
                continue
            unit = "kg" if each.mass_mg is not None else "l"
            words = {
                "count": count,
                "goods": self._registry.substance(each.substance).name,
                "what": each.name,
                "sum": quantity(sum_, unit),
                "allowed": quantity(each.most, unit),
                "since": self._run(each).days[0],
            }
            if each.what == "paper":
                yield Said("over-quota", words), each.source
            else:
                role, name = first_named(alert.line, RECEIVERS)
                who = {"role": role or RECEIVERS[0], "name": name}
                yield Said("over-need", {**words, **who}), each.source

    def _sum(self, allowed: Allowed, day: date) -> tuple[int, Decimal]:
        """Return the number of lines up to a day that count, and their total."""
        run = self._run(allowed)
        count = bisect_right(run.days, day)
        return count, run.sums[count]

    def _run(self, allowed: Allowed) -> _Run:
        run = self._runs.get(allowed)
        if run is None:
            lines = sorted(self._counted.get(allowed, ()))
            sums = accumulate((amount for _, amount in lines), initial=Decimal(0))
            run = self._runs[allowed] = _Run([day for day, _ in lines], list(sums))
        return run

    def _over(self, alert: Alert, day: date) -> Iterator[Allowed]:
        """Yield the authorised amounts that apply to a line on its day."""
        found: list[Allowed] = []
        for slug in alert.substances:
            for number in alert.line.licences or ():
                found += self._papers.get((number_key(number), slug), ())
            needs = [x for who in _receivers(alert) for x in self._needs.get((who, slug), ())]
            if needs:
                comes = route_of(alert.line).destination
                found += [each for each in needs if each.country in {comes, ""}]
        for each in dict.fromkeys(found):
            if (each.since is None or each.since <= day) and (not each.until or day <= each.until):
                yield each

    def _amount(self, alert: Alert, allowed: Allowed) -> Decimal | None:
        """Return the amount of a line that counts; None: unknown, or in another unit."""
        slug = allowed.substance
        finds = [find_of(x, self._places[slug]) for x in alert.mentions if x.substance == slug]
        alone = is_alone(find_of(x, self._places[x.substance]) for x in alert.mentions)
        goods = amount_of(alert.line, finds, alone=alone)
        amount = goods.mass_mg if allowed.mass_mg is not None else goods.volume_ul
        if amount is None or goods.gross:
            return None
        if not allowed.content:
            return Decimal(amount)
        own = self._registry.substance(slug).cas
        salt = any(x.cas and x.cas not in own for x in alert.mentions if x.substance == slug)
        if goods.percent is None or salt:  # for a salt only the base counts, which is less
            return None
        return amount * goods.percent / _WHOLE


def _paper(allowed: Allowed) -> tuple[str, str]:
    return number_key(allowed.number), allowed.substance


def trader_key(number: str) -> str:
    """Return the key of a trader identified by a number, distinct from names."""
    return f"#{number_key(number)}"


def _receivers(alert: Alert) -> set[str]:
    """Return the possible keys of a line's receiver."""
    parties = alert.line.parties or ()
    numbers = {trader_key(each.id) for each in parties if each.role in RECEIVERS and each.id}
    return {receiver_of(alert.line), *numbers} - {"", trader_key("")}
