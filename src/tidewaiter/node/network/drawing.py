"""Drawing: what is drawn, each node at its place."""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.network.graph import Edge, Graph, Node
from tidewaiter.network.layout import Point, place_nodes
from tidewaiter.network.paths import Search, Step


class Placed(Record, frozen=True, kw_only=True):
    """A node at its place, in lengths of a tie."""

    node: Node
    x: float
    y: float


class Drawing(Record, frozen=True, kw_only=True):
    """Nodes at their places, and the ties between them."""

    nodes: tuple[Placed, ...]
    edges: tuple[Edge, ...]
    full: bool  # no more may be drawn


def draw_graph(graph: Graph) -> Drawing:
    """Place what is drawn around a party."""
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
    """Place the parties of ways from left to right, one way under the other."""
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
    """Return what ties the two of a step, each as an edge."""
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
    """Return for each node of a later stage one of an earlier stage to which it is tied."""
    stage = {node.id: node.stage for node in graph.nodes}
    near: dict[str, str] = {}
    for edge in graph.edges:
        for one, other in ((edge.a, edge.b), (edge.b, edge.a)):
            if stage[other] < stage[one]:
                near.setdefault(one, other)
    return near


def _placed(node: Node, at: Point) -> Placed:
    return Placed(node=node, x=round(at.x, 3), y=round(at.y, 3))
