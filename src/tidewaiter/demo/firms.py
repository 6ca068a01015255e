"""Fictitious companies with goods, routes, customers and containers, and their lines."""

import random
from datetime import date, timedelta
from decimal import Decimal
from math import exp
from typing import Any, NamedTuple

from msgspec import field

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.check_digits import container_digit

Row = dict[str, Any]
Goods = tuple[str, str, float, int]  # description, HS subheading, USD per kilogram, kg per package

FIRMS_PER_LINE = 1 / 40
MG = 1_000_000  # per kilogram; microlitres per litre
_REGULAR = 4  # regular receivers of a sender
_NEW = 0.004  # share of ordinary lines with a receiver new to all
_OTHER_PAIR = 0.01  # share of ordinary lines with a known receiver new to the sender
_SHARING = 0.3  # share of companies that share containers
_SPREAD = 0.15  # standard deviation of log prices
_DIGITS = 7


class Lane(Record, frozen=True, kw_only=True):
    """A trade lane, by UN/LOCODE."""

    from_: tuple[str, ...] = field(name="from")
    to: tuple[str, ...]
    via: tuple[str, ...]  # some lines go through one of them


class TradeFacts(Record, frozen=True, kw_only=True):
    """Content of data/scenarios/trade.toml."""

    version: str
    begins: date
    days: int
    splits: date
    first: tuple[str, ...]
    second: tuple[str, ...]
    kind: tuple[str, ...]
    lane: tuple[Lane, ...]
    detours: dict[str, tuple[str, ...]]
    trade: dict[str, tuple[Goods, ...]]
    share: dict[str, int]


class Firm(NamedTuple):
    """A fictitious sender: goods, route and regular receivers."""

    name: str
    trade: str
    goods: tuple[Goods, ...]
    lane: Lane
    receivers: tuple[str, ...]
    usual: float  # median kilograms of a line
    shares: bool  # usually shares containers


class Unlike(NamedTuple):
    """Deviations of a line from its company's habits."""

    goods: Goods | None = None
    kilos: float | None = None
    price: float = 1  # factor on the usual price
    via: str | None = None  # UN/LOCODE of a stop; "": none
    box: str | None = None  # container number


_USUAL = Unlike()


def load_trade() -> TradeFacts:
    """Load the trade data.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("scenarios", "trade.toml"), TradeFacts)


class Market:
    """Companies and their lines; deterministic for a seed."""

    def __init__(self, seed: int, lines: int) -> None:
        """Set the seed, and the approximate number of lines."""
        self.facts = load_trade()
        self.chance = random.Random(seed)
        self._names = set[str]()
        self._boxes: dict[tuple[str, int], str] = {}  # shared containers, by place and week
        self._firms = [self.firm() for _ in range(max(20, round(lines * FIRMS_PER_LINE)))]

    def day(self, first: date, days: int) -> date:
        """Return a random day of an interval."""
        return first + timedelta(days=self.chance.randrange(days))

    def name(self) -> str:
        """Return an unused name."""
        pick = self.chance.choice
        while True:
            words = (pick(self.facts.first), pick(self.facts.first), pick(self.facts.second))
            name = f"{words[0]}{words[1].lower()} {words[2]} {pick(self.facts.kind)}"
            if name not in self._names:
                self._names.add(name)
                return name

    def firm(
        self, trade: str = "", lane: Lane | None = None, *, shares: bool | None = None
    ) -> Firm:
        """Create a company, optionally with given trade, lane and habit."""
        facts, chance = self.facts, self.chance
        trade = trade or chance.choices(list(facts.share), list(facts.share.values()))[0]
        held = facts.trade[trade]
        goods = tuple(chance.sample(held, min(len(held), chance.randint(1, 3))))
        receivers = tuple(self.name() for _ in range(chance.randint(2, 2 * _REGULAR)))
        usual = exp(chance.gauss(7, 0.8))
        habit = chance.random() < _SHARING
        return Firm(
            self.name(),
            trade,
            goods,
            lane or chance.choice(facts.lane),
            receivers,
            usual,
            habit if shares is None else shares,
        )

    def of(self, *trades: str, shares: bool | None = None) -> Firm:
        """Return a company with given trades (any if none) and habit."""
        firms = [
            firm
            for firm in self._firms
            if (not trades or firm.trade in trades) and shares in {None, firm.shares}
        ]
        return self.chance.choice(firms or [self.firm(trades[0] if trades else "", shares=shares)])

    def known(self, firm: Firm) -> str:
        """Return a regular receiver of a company."""
        return self.chance.choice(firm.receivers)

    def to(self, code: str) -> Lane:
        """Return a lane to a country."""
        return self.chance.choice([x for x in self.facts.lane if x.to[0].startswith(code)])

    def ordinary(self, day: date) -> Row:
        """Create an ordinary line."""
        firm, luck = self.of(), self.chance.random()
        receiver = self.known(firm)
        if luck < _NEW:
            receiver = self.name()
        elif luck < _NEW + _OTHER_PAIR:
            receiver = self.known(self.of(firm.trade))
        return self.row(firm, receiver, day)

    def row(self, firm: Firm, receiver: str, day: date, unlike: Unlike = _USUAL) -> Row:
        """Create a line.

        Args:
            firm: Sender.
            receiver: Receiver.
            day: Of departure.
            unlike: Deviations.
        """
        chance, lane = self.chance, firm.lane
        text, hs, usual, each = unlike.goods or chance.choice(firm.goods)
        mass = unlike.kilos or firm.usual * exp(chance.gauss(0, 0.35))
        packages = max(1, round(mass / (each * exp(chance.gauss(0, 0.1)))))
        via = unlike.via
        if via is None:
            via = chance.choice(lane.via) if lane.via and chance.random() < 0.4 else ""  # noqa: PLR2004
        begin, end = chance.choice(lane.from_), chance.choice(lane.to)
        stops = [("loading", begin), *([("transit", via)] if via else []), ("destination", end)]
        value = mass * usual * unlike.price * exp(chance.gauss(0, _SPREAD))
        return {
            "goods": text,
            "hs": hs,
            "net_mg": round(mass * MG),
            "packages": packages,
            "value": Decimal(f"{value:.2f}"),
            "currency": "USD",
            "origin": begin[:2],
            "departure": day,
            "mode": "sea",
            "containers": [unlike.box or self._box(firm, begin, day)],
            "parties": [
                {"role": "exporter", "name": firm.name, "country": begin[:2]},
                {"role": "importer", "name": receiver, "country": end[:2]},
            ],
            "route": [{"function": f, "locode": c, "country": c[:2]} for f, c in stops],
        }

    def _box(self, firm: Firm, place: str, day: date) -> str:
        """Return a container: its own, or that of its place and week."""
        if not firm.shares:
            return self.container()
        week = (place, day.toordinal() // 7)
        if week not in self._boxes:
            self._boxes[week] = self.container()
        return self._boxes[week]

    def container(self) -> str:
        """Return a container number with a valid check digit."""
        number = f"MTDU{self.chance.randrange(10 ** (_DIGITS - 1)):06d}"
        return next(number + f"{d}" for d in range(10) if container_digit(number + f"{d}"))
