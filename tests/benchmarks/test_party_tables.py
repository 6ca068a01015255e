"""Benchmarks: tables of the comparison of party matching."""

import numpy as np
from benchmarks.party_tables import Bench, Case, Query, Tool, compared
from benchmarks.recall_curve import draw, points

COUNT = 40


def _bench() -> Bench:
    """Two classes of listed names, one of others."""
    kinds = ["typo"] * COUNT + ["initial"] * COUNT + ["neg_us"] * 100
    queries = [
        Query(str(at), kind, "Person", "A B", frozenset() if kind[:3] == "neg" else frozenset("1"))
        for at, kind in enumerate(kinds)
    ]
    cases = [Case("A", "A", same=True, kept=True), Case("A", "B", same=False, kept=False)]
    return Bench(queries, cases)


def _tool(name: str, typo: float, initial: float, default: float | None = 0.5) -> Tool:
    """One false alert at .9 and one at .3; a share of each class found at .8."""
    scores = np.full(2 * COUNT + 100, -np.inf)
    scores[: int(typo * COUNT)] = 0.8
    scores[COUNT : COUNT + int(initial * COUNT)] = 0.8
    scores[2 * COUNT : 2 * COUNT + 2] = 0.9, 0.3
    return Tool(name, default, scores, np.array([1.0, 0.2]), default, 2.0, 1.0)


TOOLS = [
    _tool("ours", 0.9, 0.5),
    _tool("ours, fitted", 1.0, 1.0),
    _tool("one", 0.5, 0.8),
    _tool("two", 0.6, 0.1, default=None),
]


def test_each_class_stands_beside_its_best_peer() -> None:
    """At equal false alerts: where ours is worse than chance allows, the table says so."""
    table = compared(_bench(), TOOLS)["points"]["at 1 % false alerts"]
    initial, typo = table["classes"]
    assert (initial["class"], initial["peer"], initial["verdict"]) == ("initial", "one", "below")
    assert initial["ours"]["share"] == 0.5
    assert initial["best_peer"]["share"] == 0.8
    assert (typo["class"], typo["peer"], typo["verdict"]) == ("typo", "two", "above")
    assert table["origins"][0]["false_alerts"]["one"] == 0.01


def test_a_tool_without_a_threshold_gets_its_best() -> None:
    """The threshold of the best F1; a tool's own threshold is kept."""
    ours, _, one, two = compared(_bench(), TOOLS)["tools"]
    assert (ours["threshold"], ours["own_threshold"]) == (0.5, True)
    assert ours["false_alerts"] == 0.01
    assert ours["recall"] == 0.7
    assert one["queries_per_cpu_second"] == 90
    assert (two["threshold"], two["own_threshold"]) == (0.8, False)
    assert two["name_bench"]["f1"] == 1


def test_at_a_peers_threshold_the_classes_below_it_are_told() -> None:
    """Ours is taken at as many false alerts as the peer gives."""
    one, two = compared(_bench(), TOOLS)["at_the_peers_threshold"]
    assert list(one["below"]) == ["initial"]
    assert one["below"]["initial"]["peer"] == 0.8
    assert two["below"] == {}


def test_without_peers_there_is_a_table_still() -> None:
    """Where no peer is installed, ours stands alone."""
    table = compared(_bench(), TOOLS[:2])
    assert table["points"]["at 1 % false alerts"]["classes"][0]["best_peer"] is None
    assert table["at_the_peers_threshold"] == []


def test_a_curve_holds_each_threshold_that_there_is() -> None:
    """False alerts and recall grow together, and tied scores are one point."""
    hits, alerts = np.array([0.9, 0.9, 0.2, -np.inf]), np.array([0.9, 0.2, -np.inf, -np.inf])
    false, right = points(hits, alerts)
    assert false.tolist() == [0.25, 0.5]
    assert right.tolist() == [0.5, 0.75]


def test_the_drawing_names_each_tool() -> None:
    """One line a tool, with its name beside it; names are escaped."""
    tools = [*TOOLS[:3], TOOLS[3]._replace(name="two -> <three>")]
    svg = draw(_bench(), tools)
    assert svg.count("<polyline") == 4
    assert "two -&gt; &lt;three&gt;</text>" in svg
    assert "prefers-color-scheme: dark" in svg
