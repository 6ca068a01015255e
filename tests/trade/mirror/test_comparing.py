"""The method: freight, m, reliability, z, lags, orphans."""

import math
import random
from collections.abc import Callable, Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.trade.mirror.comparison import Compared, compare, neighbours
from tidewaiter.trade.mirror.estimates import (
    fit_freight,
    import_fob,
    ratio,
    reliabilities,
    standing,
    tau_of,
)
from tidewaiter.trade.mirror.places import distance
from tidewaiter.trade.mirror.reading import Flows, Reading
from tidewaiter.trade.mirror.types import (
    Amount,
    Discrepancy,
    Key,
    Side,
    Watched,
    load_method,
)

METHOD = load_method()
CODE = "291524"
WATCHED = {
    CODE: Watched(code=CODE, own=True, substances=("Acetic anhydride",)),
    "291590": Watched(code="291590", own=False, substances=("Acetyl chloride",)),
}
amounts = st.floats(1, 1e9, allow_nan=False)


def key(year: int = 2022, exporter: int = 842, importer: int = 484, code: str = CODE) -> Key:
    """Make the key of a flow."""
    return Key(code=code, revision="H6", exporter=exporter, importer=importer, period=year)


def reading_of(flows: Iterable[tuple[Side, Key, float | None, float]]) -> Reading:
    """Make a reading of flows: side, key, kilograms, dollars."""
    reading = Reading()
    for side, at, kg, usd in flows:
        reading.flows[side, at] = Amount(kg=kg, usd=usd)
        teller = at.exporter if side == "X" else at.importer
        reading.reporting.add((teller, side, at.period))
    return reading


def both(
    values: dict[int, tuple[float, float]], exporter: int = 842, importer: int = 484
) -> list[tuple[Side, Key, float | None, float]]:
    """Make both sides of a flow over years, at 10 dollars a kilogram."""
    found: list[tuple[Side, Key, float | None, float]] = []
    for year, (x, m) in values.items():
        at = key(year, exporter, importer)
        found += [("X", at, x, x * 10), ("M", at, m, m * 10)]
    return found


def compared(reading: Reading) -> Compared:
    """Compare with the shipped numbers."""
    return compare(reading, WATCHED, METHOD)


def test_m_is_the_difference_over_the_sum() -> None:
    """Two and a half times as much is sold as bought."""
    (one,) = compared(reading_of(both({2022: (50_000, 20_000)}))).discrepancies
    assert one.ratio == pytest.approx(30_000 / 70_000)
    assert (one.basis, one.gap, one.tau, one.periods, one.z) == ("kg", 30_000, None, 0, None)


@given(amounts, amounts)
def test_m_is_symmetric(x: float, m: float) -> None:
    """Swapping the sides only changes the sign of m."""
    assert ratio(x, m) == -ratio(m, x)
    assert -1 <= ratio(x, m) <= 1


@given(amounts, amounts, st.floats(1e-3, 1e6))
def test_m_does_not_know_the_unit(x: float, m: float, factor: float) -> None:
    """Tons or kilograms: the same."""
    assert math.isclose(ratio(x * factor, m * factor), ratio(x, m), abs_tol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(draw: random.Random) -> None:
    """The same flows in any order give the same answer, to the last bit."""
    flows = both({year: (9_000 + year, 8_000) for year in range(2015, 2022)})
    flows += both({2020: (9_000, 900), 2021: (5_000, 9_000)}, 156, 276)
    flows += both({2020: (7_000, 6_900)}, 276, 842)
    mixed = flows[:]
    draw.shuffle(mixed)
    assert compared(reading_of(mixed)) == compared(reading_of(flows))


def _found(values: dict[int, tuple[float, float]], year: int) -> Discrepancy:
    found = compared(reading_of(both(values))).discrepancies
    return next(each for each in found if each.key.period == year)


ORDINARY = {year: (10_000.0, 9_500.0 + year % 3 * 400) for year in range(2014, 2021)}


def test_a_year_unlike_the_others_is_changed() -> None:
    """Seven ordinary years, and one in which a fifth arrives."""
    one = _found({**ORDINARY, 2021: (10_000, 2_000)}, 2021)
    assert one.kind == "changed"
    assert one.z is not None
    assert one.z > METHOD.judging.least_z
    assert one.periods == 7


def test_goods_that_arrive_in_the_next_year_are_a_lag() -> None:
    """A shortfall in one year is an excess in the next."""
    one = _found({**ORDINARY, 2021: (10_000, 5_000), 2022: (10_000, 15_000)}, 2021)
    assert one.kind == "lag"
    assert one.with_next == pytest.approx(0)


def test_a_difference_of_all_years_stands() -> None:
    """It is not a change, so z is small, but m is still large."""
    one = _found(dict.fromkeys(range(2015, 2021), (10000, 2000)), 2018)
    assert (one.kind, one.z) == ("standing", 0)


def test_without_a_history_nothing_is_called_a_change() -> None:
    """Fewer than three other periods: a large difference is listed without calling it a change."""
    flows = {2021: (10_000.0, 9_000.0), 2022: (10_000.0, 2_000.0)}
    one = _found(flows, 2022)
    assert (one.kind, one.z) == ("no history", None)


def test_a_small_difference_is_ordinary_however_quiet_the_flow_was() -> None:
    """M below a fifth is never listed."""
    assert _found({**ORDINARY, 2021: (10_000, 8_000)}, 2021).kind == "ordinary"


def test_differences_below_the_floor_are_not_listed() -> None:
    """90 kg are missing of 100."""
    assert compared(reading_of(both({2022: (100, 10)}))).discrepancies == ()


def test_kilograms_come_before_values() -> None:
    """Values are compared where a side has no weight, and stand behind all that has."""
    flows = both({2022: (5_000, 1_000)})
    flows += [("X", key(2022, 156, 276), None, 900_000), ("M", key(2022, 156, 276), 5.0, 90_000)]
    found = compared(reading_of(flows)).discrepancies
    assert [each.basis for each in found] == ["kg", "USD"]
    assert found[1].tau == METHOD.freight.default
    assert found[1].m_fob == pytest.approx(90_000 / 1.06)


def test_an_estimated_weight_is_not_compared() -> None:
    """An estimate from the value says nothing but the value."""
    reading = reading_of(both({2022: (5_000, 1_000)}))
    held = reading.flows["M", key()]
    reading.flows["M", key()] = msgspec.structs.replace(held, estimated=True)
    (one,) = compared(reading).discrepancies
    assert (one.basis, one.estimated) == ("USD", True)


def test_a_reported_fob_value_of_an_import_needs_no_tau() -> None:
    """Some countries report imports both ways."""
    assert import_fob(Amount(kg=1, usd=110, cif=110, fob=100), 0.2) == (100, None)


def _priced(rate: Callable[[float], float]) -> Flows:
    """Make flows with imports that cost more by a rate of ln(km)."""
    codes = (842, 156, 276, 699, 76, 392, 36, 710)
    flows: Flows = {}
    for exporter in codes:
        for importer in codes:
            if exporter != importer:
                km = distance(exporter, importer) or 0.0
                at = key(2022, exporter, importer)
                flows["X", at] = Amount(kg=1_000, usd=20_000)
                flows["M", at] = Amount(kg=1_000, usd=20_000 * (1 + rate(math.log(km))))
    return flows


def test_tau_grows_with_distance_as_the_prices_do() -> None:
    """The line is found from the prices of two sides; flatter, as its ends are winsorised."""
    freight = fit_freight(_priced(lambda far: 0.02 * (far - 5)), METHOD)
    assert (freight.how, freight.observations) == ("prices of two sides", 56)
    assert 0.01 < freight.slope < 0.02


@given(st.floats(-2, 5), st.floats(1, 20_000))
def test_tau_is_never_below_0_nor_above_the_cap(rate: float, km: float) -> None:
    """Whatever was seen."""
    freight = fit_freight(_priced(lambda _: rate), METHOD)
    assert 0 <= tau_of(freight, km) <= METHOD.freight.cap


def test_with_few_observations_tau_is_that_of_the_imf() -> None:
    """No line is drawn through a handful of points."""
    freight = fit_freight({}, METHOD)
    assert (freight.how, tau_of(freight, 9_000)) == ("default", 0.06)


def test_a_bad_partner_spoils_no_good_reporter() -> None:
    """A country that agrees with all but one stays above the one that agrees with none."""
    good = [(a, b, 0.02) for a in range(1, 8) for b in range(1, 8) if a != b]
    found = reliabilities([*good, *((9, b, 0.8) for b in range(1, 8))], METHOD)
    assert found[9][0] < 0.5
    assert found[1][0] > 0.85
    assert found[1][1] == 13


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(7, 12), st.floats(-1, 1)), max_size=30))
def test_reliability_lies_between_0_and_1(seen: list[tuple[int, int, float]]) -> None:
    """Even if no two reporters agree."""
    assert all(-1e-9 <= value <= 1 + 1e-9 for value, _ in reliabilities(seen, METHOD).values())


def test_a_spread_of_nothing_is_not_divided_by() -> None:
    """Seven equal years, and one a little other."""
    assert standing(0.06, [0.0] * 7, 0.05).z == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("period", "near"),
    [(2022, (2021, 2023)), (202301, (202212, 202302)), (202212, (202211, 202301))],
)
def test_neighbours_of_a_period(period: int, near: tuple[int, int]) -> None:
    """Years and months."""
    assert neighbours(period) == near


def test_what_one_side_alone_reports_is_listed_apart() -> None:
    """The other side reports other flows; reporting none at all is distinguished from it."""
    flows = both({2021: (5_000, 5_000)})
    flows += [("X", key(2022), 4_000, 40_000), ("M", key(2022, 156, 484), 800, 9_000)]
    found = compared(reading_of(flows)).orphans
    assert [(each.key.exporter, each.reported, each.other) for each in found] == [
        (842, "X", "reports others"),
        (156, "M", "no reports"),
    ]
    assert found[0].seen == 1


def test_two_revisions_are_never_compared() -> None:
    """One side in HS 2017, the other in HS 2022: said, not mixed."""
    old = msgspec.structs.replace(key(), revision="H5")
    found = compared(reading_of([("X", key(), 9_000, 90_000), ("M", old, 2_000, 20_000)]))
    assert found.discrepancies == ()
    assert {each.other for each in found.orphans} == {"other revision"}


def test_a_code_that_holds_others_too_is_marked() -> None:
    """There m says little of the watched chemical."""
    flows: list[tuple[Side, Key, float | None, float]] = [
        ("X", key(code="291590"), 9_000, 90_000),
        ("M", key(code="291590"), 1_000, 10_000),
        *both({2022: (9_000, 1_000)}),
    ]
    found = compared(reading_of(flows)).discrepancies
    assert [(each.key.code, each.own) for each in found] == [(CODE, True), ("291590", False)]
