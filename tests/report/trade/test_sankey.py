"""The Sankey diagram: what flows in flows out, and nothing lies on anything else."""

import itertools
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.report.trade.flow_charts import Carried, Node, sankey

NAMES = st.sampled_from(["CN", "IN", "SG", "NL", "", "others"])
FLOWS = st.lists(
    st.builds(
        lambda stages, value: Carried(stages=stages, value=value),
        st.tuples(NAMES, NAMES, NAMES),
        st.integers(1, 10**15),
    ),
    min_size=1,
    max_size=40,
)


@given(FLOWS)
def test_sums_are_conserved(flows: list[Carried]) -> None:
    """Each stage carries the total, and each node what its bands bring and take."""
    drawn = sankey(flows, "others")
    total = sum(each.value for each in flows)
    came: dict[tuple[int, str], int] = defaultdict(int)
    left: dict[tuple[int, str], int] = defaultdict(int)
    for band in drawn.bands:
        left[band.stage, band.start] += band.value
        came[band.stage + 1, band.end] += band.value
    for stage in range(3):
        assert sum(node.value for node in drawn.nodes if node.stage == stage) == total
    for node in drawn.nodes:
        if node.stage < 2:
            assert left[node.stage, node.name] == node.value
        if node.stage > 0:
            assert came[node.stage, node.name] == node.value


@given(FLOWS)
def test_nodes_stand_apart_and_others_last(flows: list[Carried]) -> None:
    """No node of a stage covers another, all are inside, and what is left stands lowest."""
    drawn = sankey(flows, "others", inset=100)
    for stage in range(3):
        nodes = sorted((n for n in drawn.nodes if n.stage == stage), key=lambda node: node.y)
        for above, below in itertools.pairwise(nodes):
            assert above.y + above.height < below.y
        assert nodes[0].y >= 0
        assert nodes[-1].y + nodes[-1].height <= drawn.height
        assert all(node.name != "others" for node in nodes[:-1])


@given(FLOWS)
def test_heights_are_in_proportion(flows: list[Carried]) -> None:
    """Twice the value is twice the height, in each stage."""
    drawn = sankey(flows, "others")

    def density(node: Node) -> float:
        return node.height / node.value

    large = [n for n in drawn.nodes if n.height > 1]
    assert max(map(density, large)) == pytest.approx(min(map(density, large)), rel=0.02)


def test_nothing_flows() -> None:
    """Without flows there is an empty diagram."""
    drawn = sankey([], "others")
    assert (drawn.nodes, drawn.bands) == ((), ())
