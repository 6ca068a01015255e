"""The diagram of flows: from where, through where, to where, as wide as they carry."""

from collections.abc import Iterator

from tidewaiter.base.records import Record
from tidewaiter.casework.flows import Flows
from tidewaiter.report.charts import shorten
from tidewaiter.report.languages import counted, number, words
from tidewaiter.report.sankey import BAR, Carried, Node, sankey
from tidewaiter.web.flowquery import FlowQuery, queue_address
from tidewaiter.web.flowwords import place, value_in_words, value_of, way

TOP = 30  # routes that are drawn by themselves
INSET = 222.0  # room for labels
_OTHERS = "others"
_DIRECT = "direct"
_ORIGIN, _VIA, _DESTINATION = range(3)
_CELLS = 27  # half-width cells of a label: a name, shortened, and its value
_SHORTEST = 10
_BESIDE = 6.0


class DiagramNode(Record, frozen=True, kw_only=True):
    """A country in a stage, and where its label stands."""

    x: float
    y: float
    width: float
    height: float
    label_x: float
    label_y: float
    before: bool  # the label ends there; else it begins there
    label: str
    value: str
    says: str
    href: str  # of the queue; "": it stands for no country


class DiagramBand(Record, frozen=True, kw_only=True):
    """What flows between two nodes."""

    path: str
    says: str
    rest: bool  # of other routes


class Diagram(Record, frozen=True, kw_only=True):
    """The diagram, ready to be drawn."""

    width: float
    height: float
    nodes: tuple[DiagramNode, ...]
    bands: tuple[DiagramBand, ...]


def flow_diagram(query: FlowQuery, found: Flows) -> Diagram:
    """Lay out the diagram of what was added up: the largest routes, and all others as one.

    Args:
        query: What was asked, settled.
        found: What was added up.
    """
    shown, small = found.routes[:TOP], found.routes[TOP:]
    carried = [
        Carried(
            stages=(each.origin, " ".join(each.via) or _DIRECT, each.destination),
            value=value_of(each.sum, query.measure),
        )
        for each in shown
    ]
    rest = sum(value_of(each.sum, query.measure) for each in small)
    rest += value_of(found.others, query.measure)
    others = len(small) + found.other_routes
    carried.append(Carried(stages=(_OTHERS,) * 3, value=rest))
    drawn = sankey([each for each in carried if each.value], _OTHERS, INSET)
    return Diagram(
        width=drawn.width,
        height=drawn.height,
        nodes=tuple(_node(query, each, others) for each in drawn.nodes),
        bands=tuple(
            DiagramBand(
                path=band.path,
                says=f"{_name(band.start, others)} → {_name(band.end, others)}: "
                f"{value_in_words(band.value, query.measure)}",
                rest=band.start == _OTHERS,
            )
            for band in drawn.bands
        ),
    )


def _node(query: FlowQuery, node: Node, others: int) -> DiagramNode:
    name, value = _name(node.name, others), value_in_words(node.value, query.measure)
    before = node.stage == _ORIGIN
    return DiagramNode(
        x=node.x,
        y=node.y,
        width=BAR,
        height=max(node.height, 1.0),
        label_x=node.x - _BESIDE if before else node.x + BAR + _BESIDE,
        label_y=round(node.y + node.height / 2 + 4.5, 1),
        before=before,
        label=shorten(name, max(_SHORTEST, _CELLS - len(value))),
        value=value,
        says=f"{_stages()[node.stage]}: {name}, {value}",
        href=_href(query, node),
    )


def _href(query: FlowQuery, node: Node) -> str:
    if node.name in {"", _OTHERS, _DIRECT} or " " in node.name:
        return ""
    field = ("origin", "country", "destination")[node.stage]
    return queue_address(query, **{field: node.name})


def _name(name: str, others: int) -> str:
    if name == _OTHERS:
        said = counted("%(num)s other route", "%(num)s other routes", others)
        return said % {"num": number(others)}
    if name == _DIRECT:
        return words("no transit named")
    return way(tuple(name.split())) if " " in name else place(name)


def _stages() -> tuple[str, str, str]:
    return words("from"), words("through"), words("to")


def headings(diagram: Diagram) -> Iterator[tuple[float, str]]:
    """Yield where the name of each stage stands, and the name."""
    places = sorted({node.x for node in diagram.nodes})
    yield from zip((x + BAR / 2 for x in places), _stages(), strict=False)
