"""Aggregation: lines that are each below a limit but exceed it together."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple, get_args

from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import Dealing, Found, Role
from tidewaiter.law.limits import (
    counted,
    is_content_below,
    limited,
    limits_on,
    phrase_of,
    quantity,
    reaches,
)
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import Limit
from tidewaiter.trade.alerts import with_reasons
from tidewaiter.trade.amounts import Amount, amount_of, form_of_line, is_alone
from tidewaiter.trade.applicable_law import RoutedLaw
from tidewaiter.trade.mentions import Find, find_of
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.substance_lookup import form_of
from tidewaiter.trade.traders import day_of, receiver_of, sender_of
from tidewaiter.trade.types import Alert, Holding, Line, Mention, Reason

HOLDING = b'"amounts":[{'
"""Marker in the JSON of an alert if a limit applies to its goods; free text cannot contain it, as
its quotes would be escaped.
"""

_NOT_FREE = Phrase("check/together")
_ROLES: tuple[Role, ...] = get_args(Role)
Key = tuple[str, int, str, bool, str, str]  # regime, limit, slug, by mass, period, parties


class Part(NamedTuple):
    """The part of a line that counts for one limit."""

    key: Key
    limit: Limit
    amount: Decimal
    gross: bool

    @property
    def alone(self) -> bool:
        """Return whether the line alone reaches the limit."""
        return self.reached_by(self.amount)

    @property
    def share(self) -> Decimal:
        """Return the line's fraction of the limit; 0: the limit is zero."""
        bound = self.limit.mass_mg if self.key[3] else self.limit.volume_ul
        return self.amount / bound if bound else Decimal(0)

    def reached_by(self, amount: Decimal) -> bool:
        """Return whether an amount reaches the limit."""
        return reaches(self.limit, amount, by_mass=self.key[3])


class Sum(NamedTuple):
    """Total of lines for one limit."""

    total: Decimal = Decimal(0)
    lines: int = 0
    earlier: int = 0
    gross: bool = False

    def plus(self, other: "Sum") -> "Sum":
        """Add the total of other lines."""
        return Sum(
            self.total + other.total,
            self.lines + other.lines,
            self.earlier + other.earlier,
            self.gross or other.gross,
        )


Sums = dict[Key, Sum]
"""Totals by limit, period and parties."""


class Together:
    """Adds up the amounts that count for limits, over all alerts of a file and of earlier files.

    All alerts are added before any is marked, so the result for a line does not depend on its
    position, on batches or on workers.
    """

    def __init__(
        self, registry: Registry, rules: AlertRules, day: date, sums: Sums | None = None
    ) -> None:
        """Set the registry, the rules and the day of the screening; optionally existing totals."""
        self._registry = registry
        self._book = registry.book
        self._law = RoutedLaw(registry, self._book, day)
        self._rules = rules
        self._day = day
        self._places = {each.slug: place for place, each in enumerate(registry.substances)}
        self.sums: Sums = {} if sums is None else sums
        self.left_out = 0  # amounts of lines without a day or party required by the limit

    def add(self, alert: Alert, *, earlier: bool = False) -> None:
        """Add an alert's amounts; `earlier`: from an earlier file."""
        for part in self.parts(alert):
            self._add(part.key, Sum(part.amount, 1, int(earlier), part.gross))

    def add_sums(self, sums: Sums, left_out: int) -> None:
        """Add the totals of other lines, and their number of excluded amounts."""
        for key, sum_ in sums.items():
            self._add(key, sum_)
        self.left_out += left_out

    def sum_of(self, key: Key) -> Sum:
        """Return the total for a limit, a period and parties."""
        return self.sums.get(key, Sum())

    def _add(self, key: Key, sum_: Sum) -> None:
        self.sums[key] = self.sums.get(key, Sum()).plus(sum_)

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with the totals to which its line contributes."""
        if not any(held.amounts for held in alert.law):
            return alert  # usual case: no applicable limit
        passed = [part for part in self.parts(alert, counting=False) if self._passes(part)]
        if not passed:
            return alert
        reasons, law = list(alert.reasons), list(alert.law)
        for part in passed:
            made = self._reason(part)
            reasons = [each for each in reasons if not _is_undone(each, part, alert)] + [made]
            law = self._held(law, part, alert)
        return with_reasons(structs.replace(alert, law=tuple(law)), reasons, self._rules)

    def _passes(self, part: Part) -> bool:
        sum_ = self.sum_of(part.key)
        by_mass = part.key[3]
        return not part.alone and reaches(part.limit, sum_.total, by_mass=by_mass)

    def _reason(self, part: Part) -> Reason:
        regime, _, slug, by_mass, span, who = part.key
        sum_, rule = self.sum_of(part.key), self._rules.check["together"]
        count = Phrase("lines/all", figure=sum_.lines)
        if sum_.earlier:
            count = Phrase("lines/earlier", figure=sum_.lines, figure2=sum_.earlier)
        total = quantity(sum_.total, "kg" if by_mass else "l", "most-" if sum_.gross else "")
        says = rule.says(
            "together",
            name=self._registry.substances[self._places[slug]].name,
            count=count,
            span=_span_said(part.limit, span.partition("\x1f")[0], who),
            sum=total,
            limit=limited(phrase_of(part.limit), part.limit.clause, part.limit.mark),
            regime=self._registry.regimes[regime].name,
        )
        # Several lines of one consignment are no more than a single line for all of it.
        counts = part.limit.period != "consignment" and part.limit.mark != "unverified"
        points = rule.points if counts else 0
        return Reason(rule="together", says=says, points=points, source=part.limit.source)

    def _held(self, law: list[Holding], part: Part, alert: Alert) -> list[Holding]:
        """Restore the law for any amount where goods were exempt only by their own amount."""
        regime, slug = part.key[0], part.key[2]
        place = self._places[slug]
        finds = [self._find(each) for each in alert.mentions if each.substance == slug]
        whole = self._law.of(place, route_of(alert.line), None, finds).holdings
        any_ = {(each.regime, each.schedule, each.since): each for each in whole}
        return [
            structs.replace(
                any_[each.regime, each.schedule, each.since],
                amounts=(*each.amounts, _NOT_FREE) if each.amounts else (),
            )
            if (each.substance, each.regime, each.answer) == (slug, regime, "free by amount")
            and (each.regime, each.schedule, each.since) in any_  # else the law has changed since
            else each
            for each in law
        ]

    def parts(self, alert: Alert, *, counting: bool = True) -> Iterator[Part]:
        """Yield the parts of an alert that count for limits by amount."""
        alone = is_alone(self._find(each) for each in alert.mentions)
        for slug in alert.substances:
            held = [each for each in alert.law if each.substance == slug and each.role]
            limited = dict.fromkeys(each.regime for each in held if each.amounts)
            if not limited:
                continue
            finds = [self._find(each) for each in alert.mentions if each.substance == slug]
            amount = amount_of(alert.line, finds, alone=alone)
            for regime in limited:
                mine = [each for each in held if each.regime == regime]
                yield from self._counted(alert, mine, finds, amount, counting=counting)

    def _counted(
        self,
        alert: Alert,
        held: list[Holding],
        finds: list[Find],
        amount: Amount,
        *,
        counting: bool,
    ) -> Iterator[Part]:
        regime, slug, role = held[0].regime, held[0].substance, held[0].role
        every = self._book.limits(regime)
        schedules = {each.schedule for each in held if each.answer != "not listed"}
        roles = tuple(part for part in _ROLES if part in role.split(", "))
        for limit in limits_on(every, self._day, slug, roles, schedules):
            if limit.mass_mg is None and limit.volume_ul is None:
                continue
            content = None if amount.at_least else amount.percent
            if is_content_below(limit, content):
                continue
            by_mass = limit.mass_mg is not None and (
                amount.mass_mg is not None or limit.volume_ul is None
            )
            number = self._number(limit, slug, finds, amount, by_mass=by_mass)
            if number is None:
                continue
            span = _span(limit, alert, role)
            if span is None:
                self.left_out += counting
                continue
            key = (regime, every.index(limit), slug, by_mass, *span)
            yield Part(key, limit, number, amount.gross)

    def _number(
        self, limit: Limit, slug: str, finds: list[Find], amount: Amount, *, by_mass: bool
    ) -> Decimal | None:
        substance = self._registry.substances[self._places[slug]]
        form = form_of(substance, form_of_line(finds, substance.cas))
        dealing = Dealing(
            day=self._day,
            substance=slug,
            mass_mg=amount.mass_mg,
            volume_ul=amount.volume_ul,
            percent=None if amount.at_least else amount.percent,
            form=form.cas if form else None,
        )
        found = Found(name=substance.name, substance=substance, form=form)
        return counted(limit, dealing, found, by_mass=by_mass)

    def _find(self, mention: Mention) -> Find:
        return find_of(mention, self._places[mention.substance])


def _span(limit: Limit, alert: Alert, role: str) -> tuple[str, str] | None:
    """Return the period and parties for adding up; None: not known."""
    line = alert.line
    if limit.period == "consignment":
        return f"{line.consignment}\x1f{alert.file}", ""
    day, who = day_of(line), _who(limit, line, role)
    if day is None or not who:
        return None
    return (f"{day:%Y-%m}" if limit.period == "calendar month" else f"{day:%Y}"), who


def _span_said(limit: Limit, span: str, who: str) -> Phrase:
    """Describe what lines add up over: a consignment, or a month or year of traders."""
    if limit.period == "consignment":
        return Phrase("span/consignment", number=span)
    names = who.split(_AND)
    if len(names) > 1:
        return Phrase("span/pair", month=span, sender=names[0], receiver=names[1])
    return Phrase("span/one", month=span, name=who)


_AND = "\x1f"
"""Separator of the parties in a key; not a printable character, so it occurs in no name."""


def _who(limit: Limit, line: Line, role: str) -> str:
    """Return the two parties of a transaction, or the trader if all its transactions add up."""
    sender, receiver = sender_of(line), receiver_of(line)
    if limit.party == "party":
        return _AND.join(name for name in (sender, receiver) if name)
    return receiver if role == "import" else sender


def _is_undone(reason: Reason, part: Part, alert: Alert) -> bool:
    """Return whether a reason states an exemption by the limit that is exceeded."""
    mine = alert.substances[:1] == (part.key[2],)
    return mine and reason.rule == "free" and reason.source == part.limit.source
