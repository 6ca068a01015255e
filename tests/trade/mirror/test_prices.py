"""Unit values: outliers for their code, with the data to judge them."""

from unittest import mock

import msgspec
import pytest

from tidewaiter.trade.mirror import outliers as prices
from tidewaiter.trade.mirror.estimates import middle
from tidewaiter.trade.mirror.outliers import unusual_prices
from tidewaiter.trade.mirror.reading import Reading
from tidewaiter.trade.mirror.types import Amount, Key, Price, Watched, load_method

OWN, SHARED = "291524", "291590"
WATCHED = {code: Watched(code=code, own=code == OWN, substances=(code,)) for code in (OWN, SHARED)}
LEAST = load_method().prices
ODD = Key(code=OWN, revision="H6", exporter=842, importer=484, period=2020)


def market(code: str = OWN) -> Reading:
    """Make twenty pairs over three years, both sides at 1 to 1.4 dollars, imports with freight."""
    reading = Reading()
    for pair in range(20):
        for year in (2019, 2020, 2021):
            key = Key(code=code, revision="H6", exporter=842, importer=500 + pair, period=year)
            price = 1 + pair % 5 / 10
            reading.flows["X", key] = Amount(kg=1000, usd=1000 * price)
            reading.flows["M", key] = Amount(kg=1000, usd=1060 * price)
    return reading


def found(reading: Reading) -> tuple[Price, ...]:
    """Judge with the shipped numbers."""
    return unusual_prices(reading, WATCHED, LEAST)


def test_ordinary_prices_are_not_listed() -> None:
    """Grades and freight make a price differ by as much."""
    assert found(market()) == ()


def test_a_price_far_from_the_codes_own_is_listed_with_the_other_sides() -> None:
    """Exports at 60 dollars a kilogram; the importer says 1.3, and so did the years before."""
    reading = market()
    reading.flows["X", ODD] = Amount(kg=1000, usd=60_000)
    reading.flows["M", ODD] = Amount(kg=1000, usd=1_300)
    reading.flows["X", msgspec.structs.replace(ODD, period=2019)] = Amount(kg=1000, usd=1_200)
    (one,) = found(reading)
    assert (one.key, one.reported, one.flows, one.always) == (ODD, "X", 62, False)
    assert [one.price, one.usual, one.other_side, one.pair_usual] == pytest.approx(
        [60, 1.2, 1.3, 1.2]
    )
    assert one.z > LEAST.least_z


def test_a_pair_that_always_is_so_is_listed_once() -> None:
    """A more expensive grade is listed for its last period, after new ones."""
    reading = market()
    for year in (2018, 2019, 2020):
        reading.flows["X", msgspec.structs.replace(ODD, period=year)] = Amount(kg=1000, usd=60_000)
    new = msgspec.structs.replace(ODD, importer=124)
    reading.flows["X", new] = Amount(kg=40_000, usd=1_000)
    listed = found(reading)
    assert [(each.key.importer, each.key.period, each.always) for each in listed] == [
        (124, 2020, False),
        (484, 2020, True),
    ]
    assert listed[0].z < 0 < listed[1].z


def test_a_year_stands_beside_years_and_a_month_beside_months() -> None:
    """Twelve ordinary months of the same goods say nothing of the year, and fill no group."""
    reading = market()
    reading.flows["X", ODD] = Amount(kg=1000, usd=60_000)
    reading.flows["X", msgspec.structs.replace(ODD, period=2019)] = Amount(kg=1000, usd=1_200)
    alone = found(reading)
    for month in range(12):
        key = msgspec.structs.replace(ODD, period=202001 + month)
        reading.flows["X", key] = Amount(kg=1000, usd=60_000)
    assert found(reading) == alone
    assert alone[0].pair_usual == pytest.approx(1.2)
    assert alone[0].flows == 62


@pytest.mark.parametrize(
    "amount",
    [
        Amount(kg=LEAST.floor_kg - 1, usd=1e6),
        Amount(kg=1e6, usd=LEAST.floor_usd - 1),
        Amount(kg=1000, usd=1e6, estimated=True),
        Amount(kg=None, usd=1e6),
        Amount(kg=1000, usd=None),
    ],
)
def test_small_and_estimated_amounts_make_no_price(amount: Amount) -> None:
    """An estimated weight is computed from the value: its price says nothing."""
    reading = market()
    reading.flows["X", ODD] = amount
    assert found(reading) == ()


def test_few_flows_of_a_code_have_nothing_usual() -> None:
    """Eleven flows and one that is far off."""
    reading = Reading()
    for year in range(2010, 2010 + LEAST.least_flows - 2):
        reading.flows["X", msgspec.structs.replace(ODD, period=year)] = Amount(kg=1000, usd=1000)
    reading.flows["X", ODD] = Amount(kg=1000, usd=1e6)
    assert found(reading) == ()


def test_codes_of_one_substance_come_first() -> None:
    """Of a shared code prices are of many goods."""
    reading, shared = market(), market(SHARED)
    reading.flows |= shared.flows
    reading.flows["X", msgspec.structs.replace(ODD, code=SHARED)] = Amount(kg=1000, usd=1e6)
    reading.flows["X", ODD] = Amount(kg=1000, usd=60_000)
    assert [each.own for each in found(reading)] == [True, False]


def test_what_is_usual_of_a_code_is_found_once() -> None:
    """Not again for each of its flows: large files have tens of thousands of one code."""
    with mock.patch.object(prices, "middle", wraps=middle) as called:
        unusual_prices(market(), WATCHED, LEAST)
    assert called.call_count == len("XM")
