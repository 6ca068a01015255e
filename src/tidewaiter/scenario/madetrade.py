"""Made trade: ordinary lines of made-up firms, with planted ones and innocent look-alikes.

The same seed makes the same lines. It proves that rules see what was planted, and nothing of how
often any of it happens in life: who plants, knows the rules.
"""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from math import exp
from typing import Any, NamedTuple

from msgspec import field

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Row = dict[str, Any]
Goods = tuple[str, str, float, int]  # description, HS subheading, USD a kilogram, kg a package

FIRMS_PER_LINE = 1 / 40
_PLANTED = 0.01
_REGULAR = 4  # receivers that a sender has for its goods
_NEW = 0.004  # of ordinary lines: a receiver that was in none before
_OTHER_PAIR = 0.01  # of ordinary lines: a known receiver that the sender did not have
_SPREAD = 0.15  # of prices, as a standard deviation of logarithms
_MG = 1_000_000


class Lane(Record, frozen=True, kw_only=True):
    """Between which places goods go, by UN/LOCODE."""

    from_: tuple[str, ...] = field(name="from")
    to: tuple[str, ...]
    via: tuple[str, ...]  # a part of the lines goes through one of them


class TradeFacts(Record, frozen=True, kw_only=True):
    """data/scenarios/trade.toml, read."""

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
    """A made-up sender: what it sells, from where to where, and to whom as a rule."""

    name: str
    trade: str
    goods: tuple[Goods, ...]
    lane: Lane
    receivers: tuple[str, ...]
    usual: float  # kilograms of a line, its middle


class Made(NamedTuple):
    """A line, and what it is."""

    row: Row
    planted: str  # name of the scenario; "": it is ordinary
    like: str  # name of the scenario that an innocent line looks like; "": of none


def load_trade() -> TradeFacts:
    """Load what trade is made of.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("scenarios", "trade.toml"), TradeFacts)


class MadeTrade:
    """Makes the lines of a year, in the order of days."""

    def __init__(self, seed: int, lines: int) -> None:
        """Take a seed, and about how many lines there are to be."""
        self.facts = load_trade()
        self._chance = random.Random(seed)
        self._count = lines
        self._names = set[str]()
        self._firms = [self._firm() for _ in range(max(20, round(lines * FIRMS_PER_LINE)))]
        self._makers: Mapping[str, Callable[[date], list[Row]]] = {
            "front-company": self._front, "new-consignee": self._new_consignee,
            "mismatch": self._mismatch, "price": self._price, "detour": self._detour,
            "split": self._split, "over-usual": self._over,
        }  # fmt: skip
        self._likes: Mapping[str, Callable[[date], list[Row]]] = {
            "front-company": self._start_up, "new-consignee": self._new_pair,
            "mismatch": self._wrong_code, "price": self._premium, "detour": self._other_way,
            "split": self._small, "over-usual": self._stocks_up,
        }  # fmt: skip

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Return the names of what is planted."""
        return tuple(self._makers)

    def lines(self) -> list[Made]:
        """Make all lines; planted ones and look-alikes are among those that are screened."""
        facts = self.facts
        made = [Made(self._ordinary(self._any_day()), "", "") for _ in range(self._count)]
        late = sum(each.row["departure"] >= facts.splits for each in made)
        each_ = max(1, round(late * _PLANTED / len(self._makers)))
        for name in self._makers:
            made += self._some(self._makers[name], each_, name, "")
            made += self._some(self._likes[name], each_, "", name)
        self._chance.shuffle(made)
        made.sort(key=lambda each: each.row["departure"])
        for number, each in enumerate(made, start=1):
            each.row.update(row=number, consignment=f"MT{number:07d}", seq=1)
        return made

    def _some(
        self, make: Callable[[date], list[Row]], count: int, planted: str, like: str
    ) -> list[Made]:
        rows: list[Row] = []
        last = self.facts.begins + timedelta(days=self.facts.days)
        room = (last - self.facts.splits).days - 25  # so that a split ends within the year
        while len(rows) < count:
            rows += make(self.facts.splits + timedelta(days=self._chance.randrange(room)))
        return [Made(row, planted, like) for row in rows]

    def _any_day(self) -> date:
        return self.facts.begins + timedelta(days=self._chance.randrange(self.facts.days))

    def _name(self) -> str:
        pick = self._chance.choice
        while True:
            words = (pick(self.facts.first), pick(self.facts.first), pick(self.facts.second))
            name = f"{words[0]}{words[1].lower()} {words[2]} {pick(self.facts.kind)}"
            if name not in self._names:
                self._names.add(name)
                return name

    def _firm(self) -> Firm:
        facts, chance = self.facts, self._chance
        trade = chance.choices(list(facts.share), list(facts.share.values()))[0]
        held = facts.trade[trade]
        goods = tuple(chance.sample(held, min(len(held), chance.randint(1, 3))))
        receivers = tuple(self._name() for _ in range(chance.randint(2, 2 * _REGULAR)))
        usual = exp(chance.gauss(7, 0.8))
        return Firm(self._name(), trade, goods, chance.choice(facts.lane), receivers, usual)

    def _of(self, *trades: str) -> Firm:
        """Return a firm of some trades; of any, where none is named."""
        firms = [firm for firm in self._firms if not trades or firm.trade in trades]
        return self._chance.choice(firms)

    def _ordinary(self, day: date) -> Row:
        firm, luck = self._of(), self._chance.random()
        receiver = self._chance.choice(firm.receivers)
        if luck < _NEW:
            receiver = self._name()
        elif luck < _NEW + _OTHER_PAIR:
            receiver = self._chance.choice(self._of(firm.trade).receivers)
        return self._row(firm, receiver, day)

    def _row(
        self, firm: Firm, receiver: str, day: date, *, goods: Goods | None = None,
        kilos: float | None = None, price: float = 1, via: str | None = None,
    ) -> Row:  # fmt: skip
        """Make a line.

        Args:
            firm: Who sends.
            receiver: Who receives.
            day: Of departure.
            goods: Other than its own.
            kilos: Other than the usual mass.
            price: How many times the usual one.
            via: The UN/LOCODE of a place on the way, other than its lane has; "": none.
        """
        chance, lane = self._chance, firm.lane
        text, hs, usual, each = goods or chance.choice(firm.goods)
        mass = kilos or firm.usual * exp(chance.gauss(0, 0.35))
        packages = max(1, round(mass / (each * exp(chance.gauss(0, 0.1)))))
        if via is None:
            via = chance.choice(lane.via) if lane.via and chance.random() < 0.4 else ""  # noqa: PLR2004
        begin, end = chance.choice(lane.from_), chance.choice(lane.to)
        stops = [("loading", begin), *([("transit", via)] if via else []), ("destination", end)]
        value = mass * usual * price * exp(chance.gauss(0, _SPREAD))
        return {
            "goods": text, "hs": hs, "net_mg": round(mass * _MG), "packages": packages,
            "value": Decimal(f"{value:.2f}"), "currency": "USD", "origin": begin[:2],
            "departure": day, "mode": "sea",
            "parties": [
                {"role": "exporter", "name": firm.name, "country": begin[:2]},
                {"role": "importer", "name": receiver, "country": end[:2]},
            ],
            "route": [{"function": f, "locode": c, "country": c[:2]} for f, c in stops],
        }  # fmt: skip

    def _known(self, firm: Firm) -> str:
        return self._chance.choice(firm.receivers)

    # What is planted.

    def _front(self, day: date) -> list[Row]:
        """A receiver that nobody knows gets watched goods from a firm of another trade."""
        goods = self._chance.choice(self.facts.trade["watched"])
        return [self._row(self._of("food", "textiles", "home"), self._name(), day, goods=goods)]

    def _new_consignee(self, day: date) -> list[Row]:
        """A maker of watched goods sends them to a known firm of quite another trade."""
        receiver = self._known(self._of("food", "textiles", "home", "metals"))
        return [self._row(self._of("watched"), receiver, day)]

    def _mismatch(self, day: date) -> list[Row]:
        """Watched goods under the HS code of other ones."""
        firm = self._of("chemicals", "plastics", "home")
        text = self._chance.choice(self.facts.trade["watched"])[0]
        _, hs, price, each = self._chance.choice(firm.goods)
        return [self._row(firm, self._known(firm), day, goods=(text, hs, price, each))]

    def _price(self, day: date) -> list[Row]:
        """Ordinary goods on paper, at many times their price."""
        firm = self._of("home", "chemicals", "plastics", "food")
        price = self._chance.choice((1 / 12, 6, 10, 20))
        return [self._row(firm, self._known(firm), day, price=price)]

    def _detour(self, day: date) -> list[Row]:
        """Through a place where no other line between the two countries goes."""
        while True:
            firm = self._of()
            row = self._row(firm, self._known(firm), day, via="")
            ends = " ".join(stop["country"] for stop in row["route"])
            if ends in self.facts.detours:
                code = self._chance.choice(self.facts.detours[ends])
                row["route"].insert(1, {"function": "transit", "locode": code, "country": code[:2]})
                return [row]

    def _split(self, day: date) -> list[Row]:
        """Three or four exports of acetone below the limit of 100 l, to receivers apart."""
        firm = self._australian()
        days = sorted(self._chance.sample(range(21), self._chance.randint(3, 4)))
        return [self._litres(firm, self._name(), day + timedelta(days=d), 55, 98) for d in days]

    def _over(self, day: date) -> list[Row]:
        """Many times what a receiver usually gets of watched goods."""
        firm = self._of("watched")
        times = self._chance.uniform(8, 20)
        return [self._row(firm, self._known(firm), day, kilos=firm.usual * times)]

    # What looks like it and is innocent.

    def _start_up(self, day: date) -> list[Row]:
        """A new receiver gets what a firm of the trade sells to all."""
        return [self._row(self._of("chemicals", "watched", "food"), self._name(), day)]

    def _new_pair(self, day: date) -> list[Row]:
        """A known receiver changes its supplier within its trade."""
        firm = self._of("chemicals", "plastics", "watched")
        return [self._row(firm, self._known(self._of(firm.trade)), day)]

    def _wrong_code(self, day: date) -> list[Row]:
        """Ordinary goods under a wrong code of their own trade."""
        firm = self._of("home", "metals", "plastics")
        one, other = self._chance.sample(self.facts.trade[firm.trade], 2)
        goods = (one[0], other[1], one[2], one[3])
        return [self._row(firm, self._known(firm), day, goods=goods)]

    def _premium(self, day: date) -> list[Row]:
        """A better quality, at half as much again."""
        firm = self._of("food", "textiles", "home")
        return [self._row(firm, self._known(firm), day, price=1.5)]

    def _other_way(self, day: date) -> list[Row]:
        """Through a place that others use too."""
        while True:
            firm = self._of()
            if firm.lane.via:
                via = self._chance.choice(firm.lane.via)
                return [self._row(firm, self._known(firm), day, via=via)]

    def _small(self, day: date) -> list[Row]:
        """One small export of acetone."""
        firm = self._australian()
        return [self._litres(firm, self._known(firm), day, 20, 60)]

    def _stocks_up(self, day: date) -> list[Row]:
        """Twice or three times the usual amount."""
        firm = self._of("watched", "chemicals")
        kilos = firm.usual * self._chance.uniform(2, 3)
        return [self._row(firm, self._known(firm), day, kilos=kilos)]

    def _australian(self) -> Firm:
        firms = [f for f in self._firms if f.lane.from_[0].startswith("AU")]
        return self._chance.choice(firms)._replace(trade="watched")

    def _litres(self, firm: Firm, receiver: str, day: date, least: int, most: int) -> Row:
        litres = self._chance.uniform(least, most)
        acetone = self.facts.trade["watched"][0]
        row = self._row(firm, receiver, day, goods=acetone, kilos=litres * 0.79)
        return row | {"volume_ul": round(litres * _MG), "net_mg": None, "gross_mg": None}
