"""Screening with the register: its result for the goods of an alert, as a reason."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import get_args

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import Measure, measured
from tidewaiter.exchange.notices.amounts import amount_of as amount_in
from tidewaiter.exchange.notices.law import TABLES
from tidewaiter.exchange.notices.types import Amount, NoticeLine, Party
from tidewaiter.exchange.register.book import Book, total
from tidewaiter.exchange.register.coverage import answer_from, names_of
from tidewaiter.exchange.register.movements import content_in
from tidewaiter.exchange.register.types import (
    Answer,
    Answered,
    Direction,
    Grant,
    Operator,
    Part,
    Question,
    Register,
    Requirement,
    Standing,
    Verdict,
)
from tidewaiter.law.registry import Registry
from tidewaiter.trade.alerts import with_reasons
from tidewaiter.trade.amounts import amount_of, form_of_line, is_alone
from tidewaiter.trade.duties import duty_of
from tidewaiter.trade.history.allowances import Allowed, trader_key
from tidewaiter.trade.mentions import Find, find_of
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.traders import RECEIVERS, SENDERS, fold_party
from tidewaiter.trade.types import Alert, Holding, Line, Reason

_NOTICE = "notice "
_PARTS = 3  # id parts of a movement after the notice's reference
_Noticed = tuple[str, str, Direction, Measure]


def allowed_in(register: Register, day: date) -> Iterator[Allowed]:
    """Yield amounts that a register allows as of a day.

    Requirements count only for an operator: other traders' lines say nothing about a country's
    need. For a notice, remaining reservations and returned amounts count.

    Args:
        register: The whole register.
        day: Day of the screening.
    """
    book = Book(register)
    for grant in book.all_on(Grant, day):
        if _counts(grant.amount):
            yield Allowed(
                what="paper",
                name=Phrase("allowance/paper", paper=grant.kind, number=grant.number),
                number=grant.number,
                substance=grant.substance,
                mass_mg=grant.amount.mass_mg,
                volume_ul=grant.amount.volume_ul,
                content=grant.counts != "goods",
                since=grant.since,
                until=grant.until,
                source=grant.source,
            )
    for need in book.all_on(Requirement, day):
        operator = book.on(Operator, need.operator, day)
        if operator is not None and _counts(need.amount):
            yield Allowed(
                what="need",
                name=Phrase("allowance/need", name=operator.id, year=f"{need.year}"),
                traders=_traders(operator),
                country=need.country,
                substance=need.substance,
                mass_mg=need.amount.mass_mg,
                volume_ul=need.amount.volume_ul,
                content=True,
                since=date(need.year, 1, 1),
                until=date(need.year, 12, 31),
                source=need.source,
            )
    yield from _noticed(book, day)


def _noticed(book: Book, day: date) -> Iterator[Allowed]:
    """Sum remaining reservations and returned amounts by notice and substance."""
    sums: dict[_Noticed, int] = defaultdict(int)
    sources: dict[_Noticed, str] = {}
    told = [
        (each.notice, each.substance, each.direction, each.net, each.source)
        for each in book.promises
    ]
    told += [
        (each.id.rsplit("/", _PARTS)[0], each.substance, each.direction, each.net, each.source)
        for each in book.moved_on(day)
        if each.source.startswith(_NOTICE)
    ]
    for notice, substance, direction, net, source in told:
        amount = measured(net)
        if amount is not None and substance and amount.measure != "pieces":
            key = (notice, substance, direction, amount.measure)
            sums[key] += amount.value
            sources.setdefault(key, source)
    for (notice, substance, direction, measure), value in sums.items():
        mass = value if measure == "mass_mg" else None
        volume = None if measure == "mass_mg" else value
        yield Allowed(
            what="paper",
            name=Phrase("allowance/notice", number=notice, direction=direction),
            number=notice,
            substance=substance,
            mass_mg=mass,
            volume_ul=volume,
            source=sources[notice, substance, direction, measure],
        )


def _counts(amount: Amount) -> bool:
    return amount.mass_mg is not None or amount.volume_ul is not None


def _traders(operator: Operator) -> tuple[str, ...]:
    """Return the folded names of an operator, and its business numbers."""
    names = map(fold_party, filter(None, (operator.name, *operator.other_names)))
    return tuple(dict.fromkeys([*names, *map(trader_key, operator.business_numbers)]))


_PPM = 10_000  # in one percent
_CODES = frozenset({"hs", "unno"})
_ASKED = frozenset({"controlled", "not assessable"})
_RULES: dict[Verdict, str] = {
    **{each: f"register-{each}" for each in get_args(Verdict)},
    "cannot tell": "register-open",
}
_PERMITS = ("authorisation", "permit", "import licence", "export licence", "import or export")
_STANDINGS = ("of the operator",)
_TAKEN: tuple[Part, ...] = ("permit", "requirement")  # what goods take of


class Kept(Record, frozen=True, kw_only=True):
    """A register and its country."""

    country: str  # ISO 3166-1 alpha-2
    register: Register
    digest: str  # of its content


class RegisterDesk:
    """Checks alerts against the register, in file order.

    Amounts used by one answer are deducted for the following ones.
    """

    def __init__(self, kept: Kept, registry: Registry, rules: AlertRules, day: date) -> None:
        """Index the register.

        Args:
            kept: The register.
            registry: The substances.
            rules: Points, as adjusted by rule settings.
            day: Date of the law applied in the screening.
        """
        self.digest = kept.digest
        self.allowed = tuple(allowed_in(kept.register, day))
        self._country = kept.country
        self._registry = registry
        self._places = {each.slug: place for place, each in enumerate(registry.substances)}
        self._rules = rules
        self._day = day
        self._book = Book(kept.register)
        self._names = cache(names_of(self._book.all_on(Operator, day)))
        self._taken: dict[tuple[Part, str], Amount] = {}
        self._known = {  # substances with an entry
            slug
            for each in kept.register.entries
            for slug in (
                each.substances
                if isinstance(each, Standing)
                else ()
                if isinstance(each, Operator)
                else (each.substance,)
            )
        }
        self._needs = {
            each.substance for each in self._book.all_on(Requirement, day) if each.year == day.year
        }

    def told(self, alert: Alert) -> Alert:
        """Return the alert with the register's result for its goods.

        Checks only substances named by the line and controlled by this country's law, or by the
        tables of the 1988 Convention where no national law is loaded; and only those in these
        tables or in the register.
        """
        direction = self._direction(alert.line)
        if direction is None:
            return alert
        made = [
            reason
            for slug in alert.substances
            if self._is_asked(alert, slug, direction)
            for reason in self._reasons(alert, slug, direction)
        ]
        if not made:
            return alert
        return with_reasons(alert, (*alert.reasons, *made), self._rules)

    def _direction(self, line: Line) -> Direction | None:
        """Return a line's direction for this country; None: not across its border, or both ways."""
        route = route_of(line)
        leaves, comes = route.origin == self._country, route.destination == self._country
        if leaves == comes:
            return None
        return "export" if leaves else "import"

    def _is_asked(self, alert: Alert, slug: str, direction: Direction) -> bool:
        mine = [each for each in alert.law if each.substance == slug]
        tables = [each for each in mine if each.regime == TABLES]
        if not tables and slug not in self._known:
            return False
        if not any(map(_names, self._finds(alert, slug))):
            return False
        own = self._own(mine, direction)
        return any(each.answer in _ASKED for each in own or tables)

    def _own(self, holdings: Sequence[Holding], direction: Direction) -> list[Holding]:
        """Return this country's own controls on a substance for the route."""
        return [
            each
            for each in holdings
            if direction in each.role.split(", ")
            and self._registry.regimes[each.regime].jurisdiction != "UN"
        ]

    def _finds(self, alert: Alert, slug: str) -> list[Find]:
        place = self._places[slug]
        return [find_of(each, place) for each in alert.mentions if each.substance == slug]

    def _reasons(self, alert: Alert, slug: str, direction: Direction) -> Iterator[Reason]:
        question, strange = self._question(alert, slug, direction)
        answer = answer_from(self._book, question, self._names, self._taken)
        if answer.verdict == "covered":
            self._take(answer, question)
        name = _RULES[answer.verdict]
        rule = self._rules.check[name]
        # An unknown party can have no permits: reported once, as identification.
        parts = [x for x in answer.parts if x.part == "operator" or answer.operator or x.entries]
        why = [_said(each) for each in parts]
        why += [Phrase("answer/missing", numbers=strange)] if strange else []
        sources = dict.fromkeys(source for each in answer.parts for source in each.sources)
        yield Reason(
            rule=name,
            points=rule.points,
            says=rule.says(
                name,
                name=self._registry.substances[self._places[slug]].name,
                direction=direction,
                why=why,
            ),
            source="; ".join(sources) or f"register of {self._country}",
        )

    def _question(
        self, alert: Alert, slug: str, direction: Direction
    ) -> tuple[Question, list[str]]:
        """Build the question for a line, and list document numbers that the register lacks."""
        numbers = alert.line.licences or ()
        grants = [x for x in numbers if self._book.numbered(Grant, x, self._day)]
        standings = [x for x in numbers if self._book.numbered(Standing, x, self._day)]
        net, content = self._amounts(alert, slug)
        question = Question(
            direction=direction,
            day=self._day,
            country=self._country,
            party=_party(alert.line, direction, standings[0] if standings else ""),
            substance=slug,
            net=net,
            content=content,
            permit=self._permit_for(grants, slug),
            asks=self._asks(alert, slug, direction),
        )
        return question, [x for x in numbers if x not in grants and x not in standings]

    def _permit_for(self, numbers: Sequence[str], slug: str) -> str:
        """Return a permit number for the substance, otherwise any in the documents."""
        for number in numbers:
            if any(x.substance == slug for x in self._book.numbered(Grant, number, self._day)):
                return number
        return numbers[0] if numbers else ""

    def _asks(self, alert: Alert, slug: str, direction: Direction) -> tuple[Part, ...]:
        """Return what this country's law requires; everything if no requirements are loaded."""
        mine = [each for each in alert.law if each.substance == slug]
        kinds = [
            kind
            for each in self._own(mine, direction)
            for kind, of in map(duty_of, each.duties)
            if of == direction
        ]
        standing = any(word in kind for kind in kinds for word in _STANDINGS)
        permit = any(word in kind for kind in kinds for word in _PERMITS)
        parts: list[Part] = ["standing"] if standing or not permit else []
        parts += ["permit"] if permit or not standing else []
        if direction == "import" and slug in self._needs:
            parts.append("requirement")
        return tuple(parts)

    def _amounts(self, alert: Alert, slug: str) -> tuple[Amount, Amount]:
        """Return the goods of a line, and the substance content; a gross mass is neither."""
        places = self._places
        alone = is_alone(find_of(each, places[each.substance]) for each in alert.mentions)
        finds = self._finds(alert, slug)
        goods = amount_of(alert.line, finds, alone=alone)
        net = Amount(mass_mg=None if goods.gross else goods.mass_mg)
        if net.mass_mg is None:
            net = Amount(volume_ul=goods.volume_ul)
        ppm = None if goods.percent is None or goods.at_least else int(goods.percent * _PPM)
        cas = form_of_line(finds, self._registry.substances[places[slug]].cas)
        line = NoticeLine(number=1, cas=cas or "", net=net, content_ppm=ppm)
        return net, content_in(line, slug, self._day, self._registry)[0]

    def _take(self, answer: Answer, question: Question) -> None:
        """Record amounts used by covered goods from a permit and a requirement."""
        for part in answer.parts:
            for name in part.entries if part.part in _TAKEN else ():
                grant = self._book.on(Grant, name, self._day) if part.part == "permit" else None
                goods = grant is not None and grant.counts == "goods"
                self._add((part.part, name), question.net if goods else question.content)

    def _add(self, key: tuple[Part, str], amount: Amount) -> None:
        more = measured(amount)
        if more is not None:
            both = (amount, self._taken.get(key, Amount()))
            self._taken[key] = amount_in(more.measure, total(both, more.measure))


def _names(find: Find) -> bool:
    """Return whether a match identifies its substance: a commodity code does not."""
    return find.finding.how not in _CODES and not find.finding.downgraded


def _said(part: Answered) -> Phrase:
    if part.part == "operator":
        return part.text
    return Phrase("register/part", part=part.part, answer=part.text)


def _party(line: Line, direction: Direction, licence: str) -> Party:
    """Return the sender or recipient of a line, with the document data about it."""
    roles = SENDERS if direction == "export" else RECEIVERS
    parties = line.parties or ()
    found = next((each for role in roles for each in parties if each.role == role), None)
    if found is None:
        return Party(licence=licence)
    return Party(
        name=found.name or "",
        address=found.address or "",
        country=found.country or "",
        licence=licence,
        business_number=found.id or "",
    )
