"""The network: what is drawn around a party, the ways between two, and where it is drawn."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.node.network.conftest import lines_of, seen_in

from tidewaiter.node.network.drawing import draw_graph, draw_ways, place_nodes
from tidewaiter.node.network.graph import Seen, build_graph, network_rules
from tidewaiter.node.network.paths import find_ways
from tidewaiter.store.core.database import Database, Work
from tidewaiter.store.network.entities import largest_entities

Resolved = Callable[..., None]
WORDS = (
    "Ambarino",
    "Boldega",
    "Cormundi",
    "Drusilko",
    "Elbantra",
    "Forzimel",
    "Gultenak",
    "Hervopal",
    "Istmorin",
    "Jakubelt",
    "Kronfadi",
    "Lumberto",
    "Mirkasol",
    "Nostrabe",
)
HUB = "Zwischenlager Spedition"
RULES = structs.replace(network_rules(), busy=6, first=4, more=3, shared=5)


def _firm(name: str, **more: str) -> dict[str, str]:
    return {"name": f"{name} Chemie GmbH", "country": "DE", **more}


def _sent(number: int, one: dict[str, str], other: dict[str, str]) -> tuple[object, ...]:
    return f"C{number}", "2026-03-01", [("exporter", one), ("consignee", other)]


@pytest.fixture
def tied(database: Database, resolved: Resolved) -> Database:
    """Store a chain of five, two that share a telephone, and a hub to which ten sent."""
    chain = [_firm(name) for name in WORDS[:5]]
    hub = {"name": HUB, "country": "DE"}
    phone = "Tel. +49 30 5550101"
    told = [_sent(n, *pair) for n, pair in enumerate(itertools.pairwise(chain))]
    told += [_sent(n + 10, _firm(name), hub) for n, name in enumerate(WORDS[:10])]
    told.append(_sent(30, _firm(WORDS[10], address=phone), _firm(WORDS[11])))
    told.append(_sent(31, _firm(WORDS[12], address=phone), _firm(WORDS[4])))
    resolved(database, lines_of(told))  # type: ignore[arg-type]
    return database


def _numbers(work: Work) -> dict[str, int]:
    found = largest_entities(work, seen_in(work).run)
    return {each.name.removesuffix(" Chemie GmbH"): each.entity for each in found}


def test_the_shortest_way_is_found_with_what_ties_each_step(tied: Database) -> None:
    """Trade in either direction, and a telephone that two give."""
    with tied.work() as work:
        seen, of = seen_in(work), _numbers(work)
        search = find_ways(seen, (of[WORDS[0]], of[WORDS[10]]), RULES)
        names = [search.profiles[e].name.split()[0] for e in search.ways[0].entities]
        assert names == [*WORDS[:5], WORDS[12], WORDS[10]]
        *trades, last = search.ways[0].steps
        assert all(step.trade and not step.things for step in trades)
        assert [thing.label for thing in last.things] == ["+49305550101"]
        assert search.busy == 1  # the hub was met, and not gone through
        drawing = draw_ways(search)
        assert [each.x for each in drawing.nodes] == [0, 1, 2, 3, 4, 5, 6]


def test_a_way_leads_through_the_busy_only_when_asked(tied: Database) -> None:
    """Else it is longer, or there is none of so many steps."""
    with tied.work() as work:
        seen, of = seen_in(work), _numbers(work)
        ends = of[WORDS[0]], of[WORDS[3]]
        plain = find_ways(seen, ends, RULES)
        through = find_ways(seen, ends, RULES, through_busy=True)
        assert len(plain.ways[0].steps) == 3
        assert [through.profiles[e].name for e in through.ways[0].entities][1] == HUB
        far = find_ways(seen, (of[WORDS[0]], of[WORDS[10]]), structs.replace(RULES, steps=5))
        assert far.ways == ()
        assert far.length == 5
        same = find_ways(seen, (ends[0], ends[0]), RULES)
        assert [way.entities for way in same.ways] == [(ends[0],)]


def test_what_is_not_drawn_is_counted(tied: Database) -> None:
    """For an expanded party, the drawn neighbours and the others add up to all."""
    with tied.work() as work:
        seen, of = seen_in(work), _numbers(work)
        graph = build_graph(seen, of[HUB], {}, 1, RULES)
        (rest,) = (node for node in graph.nodes if node.kind == "rest")
        drawn = [e for e in graph.edges if e.kind == "sends" and e.b == f"p{of[HUB]}"]
        assert (len(drawn), rest.hidden, rest.tie) == (4, 6, "receives")
        more = build_graph(seen, of[HUB], {of[HUB]: 10}, 1, RULES)
        assert not [node for node in more.nodes if node.kind == "rest"]
        between = [e for e in more.edges if e.kind == "sends" and e.b != f"p{of[HUB]}"]
        assert len(between) == 4  # the chain among those that are drawn


def test_no_more_is_drawn_than_may_be(tied: Database) -> None:
    """However many steps are expanded; reaching the limit is reported."""
    with tied.work() as work:
        seen, of = seen_in(work), _numbers(work)
        few = structs.replace(RULES, drawn=5)
        graph = build_graph(seen, of[WORDS[0]], {}, 3, few)
        parties = [node for node in graph.nodes if node.kind == "party"]
        assert len(parties) == 5
        assert graph.full
        whole = build_graph(seen, of[WORDS[0]], {}, 3, RULES)
        assert not whole.full
        assert len([n for n in whole.nodes if n.kind == "party"]) > 5


def test_opening_more_moves_nothing(tied: Database) -> None:
    """Drawn nodes keep their positions, and the same query gives the same drawing."""
    with tied.work() as work:
        seen, of = seen_in(work), _numbers(work)

        def places(opened: dict[int, int]) -> dict[str, tuple[float, float]]:
            drawing = draw_graph(build_graph(seen, of[WORDS[1]], opened, 1, RULES))
            return {each.node.id: (each.x, each.y) for each in drawing.nodes}

        before, after = places({}), places({of[WORDS[3]]: 4})
    assert after == places_again(tied, of)
    assert len(after) > len(before)
    assert {name: after[name] for name in before} == before


def places_again(tied: Database, of: dict[str, int]) -> dict[str, tuple[float, float]]:
    """Ask for the same drawing once more."""
    with tied.work() as work:
        graph = build_graph(seen_in(work), of[WORDS[1]], {of[WORDS[3]]: 4}, 1, RULES)
    return {each.node.id: (each.x, each.y) for each in draw_graph(graph).nodes}


def test_restricted_ownership_is_no_way(tied: Database) -> None:
    """Who is not cleared finds no way that a restricted entry alone tells."""
    with tied.work() as work:
        of = _numbers(work)
        run = seen_in(work).run
        open_ = find_ways(Seen(work, run, cleared=False), (of[WORDS[11]], of[WORDS[0]]), RULES)
        assert all(not step.owned for way in open_.ways for step in way.steps)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_every_node_has_a_place_of_its_own(pairs: list[tuple[int, int]]) -> None:
    """Whatever is tied to what, in stages or at once."""
    edges = [(str(a), str(b)) for a, b in pairs if a != b]
    nodes = [str(n) for n in range(31)]
    found = place_nodes([nodes[:10], nodes[10:]], edges, {"20": "3"})
    assert set(found) == set(nodes)
    assert len(set(found.values())) == len(nodes)
