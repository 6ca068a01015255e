"""Innocent trade that resembles the planted patterns."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from tidewaiter.demo.firms import Goods, Market, Unlike
from tidewaiter.demo.planted_patterns import (
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


def start_up(made: Market, day: date) -> Plant:
    """A new receiver buys what the company sells to everyone."""
    return Plant([made.row(made.of("chemicals", "watched", "food"), made.name(), day)])


def new_supplier(made: Market, day: date) -> Plant:
    """A known receiver changes its supplier within the trade."""
    firm = made.of("chemicals", "plastics", "watched")
    return Plant([made.row(firm, made.known(made.of(firm.trade)), day)])


def slip(made: Market, day: date) -> Plant:
    """Another code of the same trade, ordinary or watched."""
    firm = made.of("home", "metals", "plastics", "watched")
    one, other = made.chance.sample(made.facts.trade[firm.trade], 2)
    goods: Goods = (one[0], other[1], one[2], one[3])
    return Plant([made.row(firm, made.known(firm), day, Unlike(goods=goods))])


def premium(made: Market, day: date) -> Plant:
    """A better quality at 1.5 times the price."""
    firm = made.of("food", "textiles", "home")
    return Plant([made.row(firm, made.known(firm), day, Unlike(price=1.5))])


def other_way(made: Market, day: date) -> Plant:
    """A stop that others use too."""
    while True:
        firm = made.of()
        if firm.lane.via:
            via = made.chance.choice(firm.lane.via)
            return Plant([made.row(firm, made.known(firm), day, Unlike(via=via))])


def small(made: Market, day: date) -> Plant:
    """One small consignment of acetone."""
    firm = australian(made)
    return Plant([litres(made, firm, made.known(firm), day, between=(20, 60))])


def small_months(made: Market, day: date) -> Plant:
    """Small consignments in separate months, each below the monthly limit."""
    firm = made.firm("watched", made.to("US"))
    goods, receiver = made.facts.trade["watched"][0], made.known(firm)
    days = (day, day - timedelta(days=35), day - timedelta(days=70))
    rows = [
        made.row(firm, receiver, d, Unlike(goods=goods, kilos=made.chance.uniform(300, 700)))
        for d in days
    ]
    return Plant(rows[:1], rows[1:])


def small_year(made: Market, day: date) -> Plant:
    """Several small consignments within the Union, below the annual limit."""
    firm = european(made)
    receiver = made.known(firm)
    days = (day, day - timedelta(days=60), day - timedelta(days=120))
    rows = [litres(made, firm, receiver, d, ANHYDRIDE, between=(10, 30)) for d in days]
    return Plant(rows[:1], rows[1:])


def stocks_up(made: Market, day: date) -> Plant:
    """Two or three times the usual amount."""
    firm = made.of("watched", "chemicals")
    kilos = firm.usual * made.chance.uniform(2, 3)
    return Plant([made.row(firm, made.known(firm), day, Unlike(kilos=kilos))])


def seasonal(made: Market, day: date) -> Plant:
    """A sender of watched goods returns after half a year."""
    return comes_back(made, day, (180, 200, 230))


def tablets(made: Market, day: date) -> Plant:
    """A press for a receiver of other machines."""
    maker = made.of("machines")
    kilos = made.chance.uniform(300, 2_000)
    return Plant([made.row(maker, made.known(maker), day, Unlike(goods=PRESS, kilos=kilos))])


def foreign_label(made: Market, day: date) -> Plant:
    """A parcel with a number of its country of origin."""
    return Plant([parcel(made, day, abroad=True)])


def in_order(made: Market, day: date) -> Plant:
    """The usual goods for a receiver with goods as declared before."""
    return looked_at(made, day, "")


def groupage(made: Market, day: date) -> Plant:
    """Watched goods of a habitual container sharer in a shared container."""
    return in_one_box(made, day, shares=True)


def within_quota(made: Market, day: date) -> Plant:
    """Most of a permit is used, and no more."""
    return under_permit(made, day, before=0.6, now=made.chance.uniform(0.1, 0.35))


def within_need(made: Market, day: date) -> Plant:
    """Most of the declared need is imported, and no more."""
    return for_need(made, day, before=0.6, now=made.chance.uniform(0.1, 0.35))


LOOK_ALIKES: Mapping[str, Callable[[Market, date], Plant]] = MappingProxyType(
    {
        "front-company": start_up,
        "new-consignee": new_supplier,
        "mismatch": slip,
        "price": premium,
        "detour": other_way,
        "split": small,
        "month": small_months,
        "year": small_year,
        "over-usual": stocks_up,
        "dormant": seasonal,
        "equipment": tablets,
        "label": foreign_label,
        "inspected": in_order,
        "co-loaded": groupage,
        "over-quota": within_quota,
        "over-need": within_need,
    }
)
"""Look-alikes of each scenario, by name."""
