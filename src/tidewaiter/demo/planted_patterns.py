"""Planting: what is done to made trade that its rules are to find, each a scenario of its own."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from tidewaiter.scenario.market import Market, Unlike
from tidewaiter.scenario.plants import (
    ACETONE,
    ANHYDRIDE,
    PRESS,
    Plant,
    australian,
    comes_back,
    european,
    for_need,
    in_one_box,
    litres,
    looked_at,
    parcel,
    under_permit,
)


def front_company(made: Market, day: date) -> Plant:
    """Send watched goods of a firm of another trade to a receiver that nobody knows."""
    goods = made.chance.choice(made.facts.trade["watched"])
    firm = made.of("food", "textiles", "home")
    return Plant([made.row(firm, made.name(), day, Unlike(goods=goods))])


def new_consignee(made: Market, day: date) -> Plant:
    """Send watched goods of their maker to a known firm of quite another trade."""
    receiver = made.known(made.of("food", "textiles", "home", "metals"))
    return Plant([made.row(made.of("watched"), receiver, day)])


def mismatch(made: Market, day: date) -> Plant:
    """Send watched goods under the HS code of other ones."""
    firm = made.of("chemicals", "plastics", "home")
    text = made.chance.choice(made.facts.trade["watched"])[0]
    _, hs, price, each = made.chance.choice(firm.goods)
    return Plant([made.row(firm, made.known(firm), day, Unlike(goods=(text, hs, price, each)))])


def price(made: Market, day: date) -> Plant:
    """Send ordinary goods on paper, at many times their price or a fraction of it."""
    firm = made.of("home", "chemicals", "plastics", "food")
    times = made.chance.choice((1 / 12, 6, 10, 20))
    return Plant([made.row(firm, made.known(firm), day, Unlike(price=times))])


def detour(made: Market, day: date) -> Plant:
    """Send goods through a place where no other line between the two countries goes."""
    while True:
        firm = made.of()
        row = made.row(firm, made.known(firm), day, Unlike(via=""))
        ends = " ".join(stop["country"] for stop in row["route"])
        if ends in made.facts.detours:
            code = made.chance.choice(made.facts.detours[ends])
            row["route"].insert(1, {"function": "transit", "locode": code, "country": code[:2]})
            return Plant([row])


def split(made: Market, day: date) -> Plant:
    """Send three or four lots of acetone below the limit of 100 l to receivers apart."""
    firm = australian(made)
    days = sorted(made.chance.sample(range(21), made.chance.randint(3, 4)))
    return Plant(
        [litres(made, firm, made.name(), day + timedelta(days=d), between=(55, 98)) for d in days]
    )


def month(made: Market, day: date) -> Plant:
    """Send one receiver three lots of acetone, each below the limit of a calendar month."""
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
    """Pass the limit of a calendar year with the last of several small lots, within the Union."""
    firm = european(made)
    receiver, earlier = made.known(firm), [day - timedelta(days=d) for d in (150, 100, 50)]
    around = [litres(made, firm, receiver, each, ANHYDRIDE, between=(20, 32)) for each in earlier]
    return Plant([litres(made, firm, receiver, day, ANHYDRIDE, between=(45, 90))], around)


def over_usual(made: Market, day: date) -> Plant:
    """Send a receiver many times what it usually gets of watched goods."""
    firm = made.of("watched")
    kilos = firm.usual * made.chance.uniform(8, 20)
    return Plant([made.row(firm, made.known(firm), day, Unlike(kilos=kilos))])


def dormant(made: Market, day: date) -> Plant:
    """Let a sender of watched goods come back after more than a year."""
    return comes_back(made, day, (367, 378, 396))


def equipment(made: Market, day: date) -> Plant:
    """Send a press to a receiver that gets watched goods."""
    chemist, maker = made.of("watched"), made.of("machines")
    receiver = made.known(chemist)
    earlier = [made.row(chemist, receiver, day - timedelta(days=made.chance.randint(20, 200)))]
    row = made.row(maker, receiver, day, Unlike(goods=PRESS, kilos=made.chance.uniform(300, 2_000)))
    return Plant([row], earlier)


def label(made: Market, day: date) -> Plant:
    """Send a parcel from abroad under a number of the post of its destination."""
    return Plant([parcel(made, day, abroad=False)])


def inspected(made: Market, day: date) -> Plant:
    """Send what is usual to a receiver whose goods were not as declared before."""
    return looked_at(made, day, "Not as declared")


def co_loaded(made: Market, day: date) -> Plant:
    """Put watched goods of a sender that always fills its own containers into one with others."""
    return in_one_box(made, day, shares=False)


def over_quota(made: Market, day: date) -> Plant:
    """Pass the amount of a permit with a line under its number."""
    return under_permit(made, day, before=0.9, now=made.chance.uniform(0.15, 0.6))


def over_need(made: Market, day: date) -> Plant:
    """Pass the need that a receiver declared for the year."""
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
"""What is planted, by name."""
