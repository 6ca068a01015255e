"""Flows: the totals are those of the alerts, each line once."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.quantities import MG_PER_KG
from tidewaiter.casework.flows import (
    LARGEST_MG,
    UNKNOWN,
    FlowColumns,
    Measure,
    Sum,
    by_ends,
    known_mass,
    tallies,
)

MASSES = st.sampled_from([UNKNOWN, 0, 1, 999_999, 1_000_000, 1_999_998, 25_000_001, LARGEST_MG])


@st.composite
def papers(draw: st.DrawFn) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Draw alerts as line, route and mass, which are those of the line, and some to add up."""
    lines = draw(st.lists(st.tuples(st.integers(0, 3), MASSES), min_size=1, max_size=6))
    of = draw(st.lists(st.integers(0, len(lines) - 1), max_size=20))
    wanted = draw(st.sets(st.integers(0, max(0, len(of) - 1)))) if of else set()
    return [(line, *lines[line]) for line in of], sorted(wanted)


def columns(alerts: list[tuple[int, int, int]]) -> FlowColumns:
    """Return alerts as columns."""
    first: dict[int, int] = {}
    for number, (line, _, _) in enumerate(alerts):
        first.setdefault(line, number)
    again = [n for n, (line, _, _) in enumerate(alerts) if first[line] != n]
    return FlowColumns(
        route=np.array([route for _, route, _ in alerts], np.int32),
        month=np.zeros(len(alerts), np.int32),
        net_mg=np.array([mass for _, _, mass in alerts], np.int64),
        again=np.array(again, np.int64),
        first=np.array([first[alerts[n][0]] for n in again], np.int64),
        ends=np.array([0, 0, 2, 2], np.int32),
    )


@given(papers())
def test_each_line_counts_once(drawn: tuple[list[tuple[int, int, int]], list[int]]) -> None:
    """Sums by route are those of going through the alerts one by one."""
    alerts, wanted = drawn
    found = tallies(columns(alerts), np.array(wanted, np.int64))
    by_route: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number in wanted:
        line, route, mass = alerts[number]
        by_route[route].append((line, mass))
    for route, named in by_route.items():
        lines = dict(named)
        assert found.at(route) == Sum(
            alerts=len(named),
            lines=len(lines),
            net_mg=sum(mass for mass in lines.values() if mass != UNKNOWN),
            unweighed=sum(mass == UNKNOWN for mass in lines.values()),
        )
    assert set(found.largest("alerts")[0].tolist()) == set(by_route)


@given(papers())
def test_the_parts_are_the_whole(drawn: tuple[list[tuple[int, int, int]], list[int]]) -> None:
    """Wherever the list of routes is cut, both parts add up to the total, the largest first."""
    alerts, wanted = drawn
    found = tallies(columns(alerts), np.array(wanted, np.int64))
    by_mass, none = found.largest("mass")
    masses = [found.at(route).net_mg for route in by_mass]
    assert masses == sorted(masses, reverse=True)
    assert len(none) == 0
    whole = found.whole()
    assert whole.alerts == len(wanted)
    for cut in range(len(by_mass) + 1):
        shown, rest = found.largest("mass", cut)
        assert shown.tolist() == by_mass[:cut].tolist()
        parts = found.whole(shown), found.whole(rest)
        assert whole == Sum(
            alerts=sum(part.alerts for part in parts),
            lines=sum(part.lines for part in parts),
            net_mg=sum(part.net_mg for part in parts),
            unweighed=sum(part.unweighed for part in parts),
        )


@given(papers())
def test_ends_are_the_sums_of_their_routes(
    drawn: tuple[list[tuple[int, int, int]], list[int]],
) -> None:
    """Routes 0 and 1 have the same ends, and so do 2 and 3."""
    alerts, wanted = drawn
    held = columns(alerts)
    found = tallies(held, np.array(wanted, np.int64))
    ends = by_ends(held, found)
    for direct, other in ((0, 1), (2, 3)):
        assert ends.at(direct) == found.whole(np.array([direct, other]))
        assert ends.at(other) == Sum()


def parcels(*routes: tuple[int, int, int]) -> FlowColumns:
    """Return alerts on lines of their own: for each route so many lines of so many milligrams."""
    each = [(route, mg) for route, lines, mg in routes for _ in range(lines)]
    return columns([(line, *one) for line, one in enumerate(each)])


@pytest.mark.parametrize("measure", ["mass", "alerts"])
@pytest.mark.parametrize("most", [1, 2, None])
def test_many_parcels_weigh_more_than_one_heavy_line(measure: Measure, most: int | None) -> None:
    """1,000 lines of 0.9 kg rank above 1,000 of 0.1 kg and one of 1 kg, wherever it is cut."""
    held = parcels((0, 1, 1_000_000), (1, 1_000, 900_000), (2, 1_000, 100_000))
    found = tallies(held, np.arange(len(held.route)))
    shown, rest = found.largest(measure, most)
    order = [1, 2, 0]
    assert shown.tolist() == order[:most]
    assert sorted(rest.tolist()) == sorted(order[len(shown) :])
    assert found.whole(shown).net_mg + found.whole(rest).net_mg == 1_001_000_000


def test_ends_of_parcels_are_ranked_by_all_that_they_weigh() -> None:
    """Amounts below a kilogram on two routes make one more kilogram between their ends."""
    held = parcels((0, 1, 600_000), (1, 1, 600_000), (2, 1, 1_100_000))
    ends = by_ends(held, tallies(held, np.arange(3)))
    assert ends.largest("mass")[0].tolist() == [0, 2]
    assert (ends.kg[[0, 2]].tolist(), ends.mg[[0, 2]].tolist()) == ([1, 1], [200_000, 100_000])


@given(papers())
def test_milligrams_stay_below_a_kilogram(
    drawn: tuple[list[tuple[int, int, int]], list[int]],
) -> None:
    """A sum has one spelling, as otherwise its kilograms would not rank it."""
    alerts, wanted = drawn
    held = columns(alerts)
    found = tallies(held, np.array(wanted, np.int64))
    for sums in (found, by_ends(held, found)):
        assert ((sums.mg >= 0) & (sums.mg < MG_PER_KG)).all()


def test_what_is_no_mass() -> None:
    """A mass that no ship carries is not known, and is never mixed into a sum."""
    assert [known_mass(mass) for mass in (None, -1, LARGEST_MG + 1)] == [UNKNOWN] * 3
    assert [known_mass(mass) for mass in (0, 300, LARGEST_MG)] == [0, 300, LARGEST_MG]
