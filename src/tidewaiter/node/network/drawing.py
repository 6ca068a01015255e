"""Deterministic network layout.

Nodes are placed in stages. Earlier stages stay in place when more are opened.
"""

from collections.abc import Mapping, Sequence
from math import cos, hypot, sin, sqrt
from typing import Final, NamedTuple

import rustworkx as rx

from tidewaiter.base.records import Record
from tidewaiter.node.network.graph import Edge, Graph, Node
from tidewaiter.node.network.paths import Search, Step

_GOLDEN: Final = 2.399963  # golden angle in radians: successive points are spread evenly
_APART: Final = 1.0  # distance of two connected nodes
_ROUNDS: Final = 60
_SEED: Final = 1988
_SEVERAL: Final = 40  # number of nodes from which the middle may be crowded


class Point(NamedTuple):
    """A position, in edge lengths."""

    x: float
    y: float


def place_nodes(
    stages: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]], near: Mapping[str, str]
) -> dict[str, Point]:
    """Place the nodes of a network.

    Args:
        stages: Nodes placed together, stage by stage; each node once.
        edges: Pairs of nodes.
        near: For nodes of later stages, a node to start beside.

    Returns:
        The position of each.
    """
    graph = rx.PyGraph(multigraph=False)
    numbers: dict[str, int] = {}
    placed: dict[int, tuple[float, float]] = {}
    ends: dict[str, list[tuple[str, str]]] = {}
    for edge in edges:
        for node in edge:
            ends.setdefault(node, []).append(edge)
    for stage in stages:
        fixed = set(placed)
        for place, node in enumerate(stage):
            numbers[node] = graph.add_node(node)
            placed[numbers[node]] = _begin(place, placed.get(numbers.get(near.get(node, ""), -1)))
        for node in stage:
            for one, other in ends.get(node, ()):
                if one in numbers and other in numbers:
                    graph.add_edge(numbers[one], numbers[other], None)
        if stage:
            placed = _settle(graph, placed, fixed)
        if not fixed:
            placed = _spread(placed)
    return {node: Point(*placed[number]) for node, number in numbers.items()}


def _begin(place: int, beside: tuple[float, float] | None) -> tuple[float, float]:
    x, y = beside or (0.0, 0.0)
    angle, reach = place * _GOLDEN, _APART * sqrt(place + (1 if beside else 0))
    if beside:  # outward from the centre
        length = sqrt(x * x + y * y) or 1.0
        x, y = x * (1 + 2 / length), y * (1 + 2 / length)
    return x + reach * cos(angle), y + reach * sin(angle)


def _settle(
    graph: "rx.PyGraph[str, None]", placed: Mapping[int, tuple[float, float]], fixed: set[int]
) -> dict[int, tuple[float, float]]:
    found = rx.spring_layout(
        graph,
        pos=dict(placed),
        fixed=fixed or None,
        k=_APART,
        num_iter=_ROUNDS,
        scale=max(1, round(sqrt(len(placed)))),  # where nothing is fixed
        seed=_SEED,
    )
    return {number: (float(x), float(y)) for number, (x, y) in found.items()}


def _spread(placed: Mapping[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Pull in outliers and spread the middle: halfway to uniform density."""
    reach = {number: hypot(x, y) for number, (x, y) in placed.items()}
    ordered = sorted(reach, key=lambda number: (reach[number], number))
    if len(ordered) < _SEVERAL:
        return dict(placed)
    most = reach[ordered[len(ordered) * 95 // 100]] or 1.0
    wanted = {n: most * sqrt(place / len(ordered)) for place, n in enumerate(ordered)}
    by = {n: (min(reach[n], most) + wanted[n]) / 2 / reach[n] if reach[n] else 1.0 for n in reach}
    return {number: (x * by[number], y * by[number]) for number, (x, y) in placed.items()}


class Placed(Record, frozen=True, kw_only=True):
    """A node at its position, in edge lengths."""

    node: Node
    x: float
    y: float


class Drawing(Record, frozen=True, kw_only=True):
    """Positioned nodes and their edges."""

    nodes: tuple[Placed, ...]
    edges: tuple[Edge, ...]
    full: bool  # drawing limit reached


def draw_graph(graph: Graph) -> Drawing:
    """Place the graph around a party."""
    stages = sorted({node.stage for node in graph.nodes})
    parts = [[node.id for node in graph.nodes if node.stage == stage] for stage in stages]
    pairs = [(edge.a, edge.b) for edge in graph.edges]
    places = place_nodes(parts, pairs, _near(graph))
    return Drawing(
        nodes=tuple(_placed(node, places[node.id]) for node in graph.nodes),
        edges=graph.edges,
        full=graph.full,
    )


def draw_ways(search: Search) -> Drawing:
    """Place the parties of paths from left to right, one path per row."""
    columns: dict[int, int] = {}
    rows: dict[int, float] = {}
    for row, way in enumerate(search.ways):
        for column, entity in enumerate(way.entities):
            columns.setdefault(entity, column)
            rows.setdefault(entity, float(row))
    middle = (len(search.ways) - 1) / 2
    for end in (search.ways[0].entities[0], search.ways[0].entities[-1]):
        rows[end] = middle
    nodes = tuple(
        Placed(
            node=Node(
                id=f"p{entity}",
                kind="party",
                label=search.profiles[entity].name,
                profile=search.profiles[entity],
            ),
            x=float(column),
            y=rows[entity],
        )
        for entity, column in columns.items()
    )
    steps = {frozenset((step.one, step.other)): step for way in search.ways for step in way.steps}
    edges = tuple(edge for step in steps.values() for edge in step_edges(step))
    return Drawing(nodes=nodes, edges=edges, full=False)


def step_edges(step: Step) -> tuple[Edge, ...]:
    """Return the edges of one path step."""
    trade = [
        Edge(
            a=f"p{t.sender}",
            b=f"p{t.receiver}",
            kind="sends",
            consignments=t.consignments,
            first=t.first,
            last=t.last,
        )
        for t in step.trade
    ]
    things = [
        Edge(a=f"p{step.one}", b=f"p{step.other}", kind=thing.kind, label=thing.label)  # type: ignore[arg-type]
        for thing in step.things
    ]
    owned = [
        Edge(
            a=f"p{o.entity}",
            b=f"p{o.owner}",
            kind="owned",
            list_name=o.told.list_name,
            steps=o.told.steps,
        )
        for o in step.owned
    ]
    return (*trade, *things, *owned)


def _near(graph: Graph) -> Mapping[str, str]:
    """Return for each later node a connected node of an earlier stage."""
    stage = {node.id: node.stage for node in graph.nodes}
    near: dict[str, str] = {}
    for edge in graph.edges:
        for one, other in ((edge.a, edge.b), (edge.b, edge.a)):
            if stage[other] < stage[one]:
                near.setdefault(one, other)
    return near


def _placed(node: Node, at: Point) -> Placed:
    return Placed(node=node, x=round(at.x, 3), y=round(at.y, 3))
