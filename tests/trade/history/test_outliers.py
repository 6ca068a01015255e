"""Prices, packages, ways and labels that are far from the usual."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trade.history.conftest import DAY, Row, deal

from tidewaiter.trade.history.outliers import usual_of
from tidewaiter.trade.history.routes import Place, apart_km, detour_of, issued_in, place_of
from tidewaiter.trade.types import Stop

Told = Callable[..., dict[str, str]]
SOAP: Row = {"goods": "ephedrine", "hs": "340120", "currency": "USD", "origin": "CN"}


def soap(price: float, each: int = 20, **more: Any) -> Row:
    """Make a line of 100 kg at a price a kilogram, in packages of so many kilograms."""
    facts = {"net_mg": 10**8, "value": Decimal(str(round(100 * price, 4))), "packages": 100 // each}
    return deal("Alpha", "Beta", **{**SOAP, **facts, **more})


USUAL = [soap(2 + place % 5 / 10, goods="soap", day=DAY) for place in range(30)]


def test_a_price_far_from_that_of_the_same_goods(told: Told) -> None:
    """Ten times the middle is far, twice it is not quite."""
    said = told(soap(22), before=USUAL)
    assert said == {
        "price-outlier": "22.00 USD per kg is far from the usual 2.20 USD per kg (median of 31 "
        "lines of HS 340120 from China)"
    }
    assert told(soap(3), before=USUAL) == {}


def test_prices_are_compared_within_a_currency_and_code(told: Told) -> None:
    """Another currency, other goods or too few lines tell nothing; another origin does."""
    assert told(soap(22, currency="JPY"), before=USUAL) == {}
    assert told(soap(22, hs="340130"), before=USUAL) == {}
    assert told(soap(22), before=USUAL[:15]) == {}
    assert "lines of HS 340120" in told(soap(22, origin="IN"), before=USUAL)["price-outlier"]


def test_kilograms_a_package(told: Told) -> None:
    """Small packs where all others have sacks."""
    said = told(soap(2, each=1), before=USUAL)
    assert said["pack-outlier"].startswith("1.00 kg per package is far from the usual 20.00 kg")


@given(st.lists(st.floats(0.01, 1e6), min_size=3, max_size=40), st.floats(1e7, 1e12))
@settings(max_examples=40)
def test_one_wild_value_moves_the_middle_no_further_than_its_neighbours(
    values: list[float], wild: float
) -> None:
    """The median with a wild value lies between values that were there."""
    before = np.log(np.array(values))
    usual = usual_of(np.append(before, np.log(wild)))
    assert before.min() <= usual.middle <= before.max() + 1e-9


def test_places_and_distances() -> None:
    """Rotterdam and Shanghai lie 8,900 km apart; what is unknown has no place."""
    rotterdam, shanghai = place_of("NL RTM"), place_of("CNSHA")
    assert rotterdam is not None
    assert shanghai is not None
    assert apart_km(rotterdam, shanghai) == pytest.approx(8_930, abs=40)
    assert apart_km(Place(0, 0), Place(0, 180)) == pytest.approx(20_015, abs=1)
    assert place_of("XXXXX") is place_of(None) is None


def route(*codes: str) -> tuple[Stop, ...]:
    """Make the stops of a way by their UN/LOCODEs."""
    functions = ["loading", *["transit"] * (len(codes) - 2), "destination"]
    return tuple(Stop(function=f, locode=c) for f, c in zip(functions, codes, strict=True))


def test_the_way_of_a_line() -> None:
    """Through a third country; within two countries, or with unknown ends, it is none."""
    way = detour_of(route("CNSHA", "DEHAM", "MXZLO"))
    assert way is not None
    assert (way.ends, way.via) == (("CN", "MX"), ("DE",))
    assert way.length > 1.3 * way.direct
    assert detour_of(route("CNSHA", "CNNGB", "MXZLO")) is None
    assert detour_of(route("CNSHA", "MXZLO")) is None
    assert detour_of(route("XXXXX", "DEHAM", "MXZLO")) is None


def way(*codes: str, **more: Any) -> Row:
    """Make a line that takes a way."""
    stops = [{"function": s.function, "locode": s.locode} for s in route(*codes)]
    return deal("Alpha", "Beta", goods="ephedrine", route=stops, **more)


def test_a_way_that_others_do_not_take(told: Told) -> None:
    """From China to Mexico by Hamburg, where all others go straight or by Los Angeles."""
    old = {"day": DAY - timedelta(days=9)}
    others = [way("CNSHA", "USLAX", "MXZLO", **old), way("CNNGB", "MXZLO", **old)] * 15
    said = told(way("CNSHA", "DEHAM", "MXZLO"), before=others)
    assert said["detour"].startswith("The route via Germany is 18,")
    assert (
        "earlier lines between the same countries that took this route: 0 of 30" in said["detour"]
    )
    assert "detour" not in told(way("CNSHA", "USLAX", "MXZLO"), before=others)
    assert "detour" not in told(way("CNSHA", "DEHAM", "MXZLO"), before=others[:10])
    usual = [*others, way("CNNGB", "DEHAM", "MXZLO", **old)]
    assert "detour" not in told(way("CNSHA", "DEHAM", "MXZLO"), before=usual)


@pytest.mark.parametrize(
    ("number", "country"),
    [("RA473124829CN", "CN"), ("ra 47312482 9 us", "US"), ("RA473124828CN", ""), ("MSKU123", "")],
)
def test_who_issued_the_number_of_a_parcel(number: str, country: str) -> None:
    """The example of the standard, 473124829, with a right and a wrong check digit."""
    assert issued_in(number) == country


def test_a_foreign_parcel_with_a_domestic_number(told: Told) -> None:
    """Its number is of the post of its destination, and it comes from abroad."""
    stops = [{"function": "loading", "country": "CN"}, {"function": "destination", "country": "US"}]
    row = deal("Alpha", "Beta", goods="ephedrine", route=stops)
    said = told({**row, "consignment": "RA473124829US"})
    assert (
        "RA473124829US belongs to the postal operator of the country of destination (United States)"
        in (said["label-domestic"])
    )
    assert told({**row, "consignment": "RA473124829CN"}) == {}
    assert told({**row, "consignment": "RA473124829DE"}) == {}
    stops[0]["country"] = "US"
    assert told({**row, "route": stops, "consignment": "RA473124829US"}) == {}
