"""Diversion patterns planted in synthetic trade, which the rules must find."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.demo.firms import MG, Firm, Goods, Market, Row, Unlike
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.history.routes import issued_in
from tidewaiter.trade.traders import fold_party

PRESS: Goods = ("Rotary tablet press machine", "847989", 45.0, 900)
SOURCE = "made-up register"
ACETONE, ANHYDRIDE = 0, 3  # indexes of watched goods
_DENSITY = {ACETONE: 0.79, ANHYDRIDE: 1.08}  # kilograms per litre
_SLUGS: Mapping[str, str] = MappingProxyType(
    {
        "291411": "acetone",
        "290230": "toluene",
        "284161": "potassium-permanganate",
        "291524": "acetic-anhydride",
        "280610": "hydrochloric-acid",
        "290911": "ethyl-ether",
    }
)


class Plant(NamedTuple):
    """Lines of a scenario, and related data."""

    rows: Sequence[Row]
    around: Sequence[Row] = ()  # ordinary earlier or accompanying lines
    allowed: Sequence[Allowed] = ()
    inspected: Sequence[Inspected] = ()


def australian(made: Market) -> Firm:
    """Create a company that sends watched goods from Australia."""
    lane = next(each for each in made.facts.lane if each.from_[0].startswith("AU"))
    return made.firm("watched", lane)


def european(made: Market) -> Firm:
    """Create a company that sends watched goods within the Union."""
    lane = next(each for each in made.facts.lane if each.to[0].startswith("SE"))
    return made.firm("watched", lane)


def litres(
    made: Market,
    firm: Firm,
    receiver: str,
    day: date,
    place: int = ACETONE,
    *,
    between: tuple[float, float],
) -> Row:
    """Create a line of a liquid, by volume.

    Args:
        made: The market.
        firm: Sender.
        receiver: Receiver.
        day: Of departure.
        place: Index of the liquid among the watched goods.
        between: Litres, from and to.
    """
    volume = made.chance.uniform(*between)
    goods = made.facts.trade["watched"][place]
    row = made.row(firm, receiver, day, Unlike(goods=goods, kilos=volume * _DENSITY[place]))
    return row | {"volume_ul": round(volume * MG), "net_mg": None, "percent": "99"}


def parcel(made: Market, day: date, *, abroad: bool) -> Row:
    """Create a parcel of a few kilograms from abroad; half of them declare watched goods.

    Args:
        made: The market.
        day: Of departure.
        abroad: Its number belongs to its country of origin.
    """
    firm = made.of("home", "textiles", "chemicals")
    goods = made.chance.choice(made.facts.trade["watched"]) if made.chance.random() < 0.5 else None  # noqa: PLR2004
    row = made.row(
        firm, made.known(firm), day, Unlike(goods=goods, kilos=made.chance.uniform(0.5, 8))
    )
    country = row["route"][0 if abroad else -1]["country"]
    number = f"CP{made.chance.randrange(10**8):08d}"
    found = (f"{number}{digit}{country}" for digit in range(10))
    return row | {"consignment": next(filter(issued_in, found)), "containers": None, "mode": "post"}


def comes_back(made: Market, day: date, after: Sequence[int]) -> Plant:
    """A sender of watched goods returns a number of days after earlier lines."""
    firm = made.firm("watched")._replace(receivers=made.of("watched").receivers)
    receiver = made.known(firm)
    earlier = [made.row(firm, receiver, day - timedelta(days=d)) for d in after]
    return Plant([made.row(firm, receiver, day)], earlier)


def looked_at(made: Market, day: date, declared: str) -> Plant:
    """The usual goods for a receiver inspected before.

    Args:
        made: The market.
        day: Of departure.
        declared: Inspection result; "": as declared.
    """
    firm = made.of("watched")
    receiver = made.known(firm)
    found = Inspected(fold_party(receiver), day - timedelta(days=40), declared)
    return Plant([made.row(firm, receiver, day)], inspected=[found])


def in_one_box(made: Market, day: date, *, shares: bool) -> Plant:
    """Watched goods in a shared container, of a sender that shares always or never."""
    firm, other = made.of("watched", shares=shares), made.of("food", "textiles", shares=True)
    box = made.container()
    beside = made.row(other, made.known(other), day, Unlike(box=box))
    return Plant([made.row(firm, made.known(firm), day, Unlike(box=box))], [beside])


def under_permit(made: Market, day: date, *, before: float, now: float) -> Plant:
    """Create lines under a permit number; before and now are shares of it, see `_used`."""

    def permit(slug: str, _: str, mass_mg: int) -> tuple[Allowed, Row]:
        number = f"PE-{made.chance.randrange(10**6):06d}"
        allowed = Allowed(
            what="paper",
            name=Phrase("allowance/paper", paper="export permit", number=number),
            number=number,
            substance=slug,
            mass_mg=mass_mg,
            source=SOURCE,
        )
        return allowed, {"licences": [number]}

    return _used(made, day, (before, now), permit)


def for_need(made: Market, day: date, *, before: float, now: float) -> Plant:
    """Create lines for a receiver with a declared annual need; shares are of this need."""

    def need(slug: str, receiver: str, mass_mg: int) -> tuple[Allowed, Row]:
        allowed = Allowed(
            what="need",
            name=Phrase("allowance/need", name=receiver, year=f"{day.year}"),
            traders=(fold_party(receiver),),
            substance=slug,
            mass_mg=mass_mg,
            content=True,
            since=date(day.year, 1, 1),
            until=date(day.year, 12, 31),
            source=SOURCE,
        )
        return allowed, {"percent": "100"}

    return _used(made, day, (before, now), need)


def _used(
    made: Market,
    day: date,
    shares: tuple[float, float],
    allow: Callable[[str, str, int], tuple[Allowed, Row]],
) -> Plant:
    """Create lines that use up an allowance.

    Args:
        made: The market.
        day: Day of the last line.
        shares: Of the allowance: used by three earlier lines, and by the last one.
        allow: Creates the allowance for a substance, receiver and milligrams, and returns what
            lines need to count against it.
    """
    firm = made.firm("watched")
    goods, receiver, most = made.chance.choice(firm.goods), made.known(firm), 4 * firm.usual
    allowed, more = allow(_SLUGS[goods[1]], receiver, round(most * MG))

    def lot(when: date, share: float) -> Row:
        return made.row(firm, receiver, when, Unlike(goods=goods, kilos=share * most)) | more

    before, now = shares
    earlier = [lot(day - timedelta(days=d), before / 3) for d in (90, 60, 30)]
    return Plant([lot(day, now)], earlier, [allowed])


def front_company(made: Market, day: date) -> Plant:
    """Watched goods from a company of another trade to an unknown receiver."""
    goods = made.chance.choice(made.facts.trade["watched"])
    firm = made.of("food", "textiles", "home")
    return Plant([made.row(firm, made.name(), day, Unlike(goods=goods))])


def new_consignee(made: Market, day: date) -> Plant:
    """Watched goods from their producer to a known company of an unrelated trade."""
    receiver = made.known(made.of("food", "textiles", "home", "metals"))
    return Plant([made.row(made.of("watched"), receiver, day)])


def mismatch(made: Market, day: date) -> Plant:
    """Watched goods under the HS code of others."""
    firm = made.of("chemicals", "plastics", "home")
    text = made.chance.choice(made.facts.trade["watched"])[0]
    _, hs, price, each = made.chance.choice(firm.goods)
    return Plant([made.row(firm, made.known(firm), day, Unlike(goods=(text, hs, price, each)))])


def price(made: Market, day: date) -> Plant:
    """Goods declared as ordinary, at a multiple or fraction of their price."""
    firm = made.of("home", "chemicals", "plastics", "food")
    times = made.chance.choice((1 / 12, 6, 10, 20))
    return Plant([made.row(firm, made.known(firm), day, Unlike(price=times))])


def detour(made: Market, day: date) -> Plant:
    """A stop that no other line between the two countries uses."""
    while True:
        firm = made.of()
        row = made.row(firm, made.known(firm), day, Unlike(via=""))
        ends = " ".join(stop["country"] for stop in row["route"])
        if ends in made.facts.detours:
            code = made.chance.choice(made.facts.detours[ends])
            row["route"].insert(1, {"function": "transit", "locode": code, "country": code[:2]})
            return Plant([row])


def split(made: Market, day: date) -> Plant:
    """Three or four consignments of acetone below 100 l to separate receivers."""
    firm = australian(made)
    days = sorted(made.chance.sample(range(21), made.chance.randint(3, 4)))
    return Plant(
        [litres(made, firm, made.name(), day + timedelta(days=d), between=(55, 98)) for d in days]
    )


def month(made: Market, day: date) -> Plant:
    """Three consignments of acetone to one receiver, each below the monthly limit."""
    firm = made.firm("watched", made.to("US"))
    first = day.replace(day=1)
    days = sorted(made.chance.sample(range(28), 3))
    goods, receiver = made.facts.trade["watched"][ACETONE], made.known(firm)
    return Plant(
        [
            made.row(
                firm,
                receiver,
                first + timedelta(days=d),
                Unlike(goods=goods, kilos=made.chance.uniform(700, 1_400)),
            )
            for d in days
        ]
    )


def year(made: Market, day: date) -> Plant:
    """The last of several small consignments within the Union exceeds the annual limit."""
    firm = european(made)
    receiver, earlier = made.known(firm), [day - timedelta(days=d) for d in (150, 100, 50)]
    around = [litres(made, firm, receiver, each, ANHYDRIDE, between=(20, 32)) for each in earlier]
    return Plant([litres(made, firm, receiver, day, ANHYDRIDE, between=(45, 90))], around)


def over_usual(made: Market, day: date) -> Plant:
    """Many times the usual amount of watched goods for a receiver."""
    firm = made.of("watched")
    kilos = firm.usual * made.chance.uniform(8, 20)
    return Plant([made.row(firm, made.known(firm), day, Unlike(kilos=kilos))])


def dormant(made: Market, day: date) -> Plant:
    """A sender of watched goods returns after more than a year."""
    return comes_back(made, day, (367, 378, 396))


def equipment(made: Market, day: date) -> Plant:
    """A press for a receiver of watched goods."""
    chemist, maker = made.of("watched"), made.of("machines")
    receiver = made.known(chemist)
    earlier = [made.row(chemist, receiver, day - timedelta(days=made.chance.randint(20, 200)))]
    row = made.row(maker, receiver, day, Unlike(goods=PRESS, kilos=made.chance.uniform(300, 2_000)))
    return Plant([row], earlier)


def label(made: Market, day: date) -> Plant:
    """A parcel from abroad with a number of the destination's post."""
    return Plant([parcel(made, day, abroad=False)])


def inspected(made: Market, day: date) -> Plant:
    """The usual goods for a receiver with goods not as declared before."""
    return looked_at(made, day, "Not as declared")


def co_loaded(made: Market, day: date) -> Plant:
    """Watched goods of a sender with its own containers in a shared one."""
    return in_one_box(made, day, shares=False)


def over_quota(made: Market, day: date) -> Plant:
    """A line exceeds the amount of its permit."""
    return under_permit(made, day, before=0.9, now=made.chance.uniform(0.15, 0.6))


def over_need(made: Market, day: date) -> Plant:
    """A line exceeds the declared annual need of its receiver."""
    return for_need(made, day, before=0.9, now=made.chance.uniform(0.15, 0.6))


PLANTED: Mapping[str, Callable[[Market, date], Plant]] = MappingProxyType(
    {
        "front-company": front_company,
        "new-consignee": new_consignee,
        "mismatch": mismatch,
        "price": price,
        "detour": detour,
        "split": split,
        "month": month,
        "year": year,
        "over-usual": over_usual,
        "dormant": dormant,
        "equipment": equipment,
        "label": label,
        "inspected": inspected,
        "co-loaded": co_loaded,
        "over-quota": over_quota,
        "over-need": over_need,
    }
)
"""Planted patterns, by name."""
