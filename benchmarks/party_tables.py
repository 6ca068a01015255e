"""Tables of the comparison of party matching, from the scores of each tool."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from benchmarks.comparing import Bools, Floats, best_f1, cut_at, f1, mcnemar, wilson

SHARE = 0.01  # of false alerts, as a yardstick
CHANCE = 0.05
Table = dict[str, Any]


class Query(NamedTuple):
    """One name that is asked for."""

    qid: str
    kind: str  # class
    schema: str
    text: str
    gold: frozenset[str]  # correct entries; empty: not listed


class Case(NamedTuple):
    """A labelled pair of names."""

    first: str
    second: str
    same: bool
    kept: bool  # of the half that our model did not learn from


class Bench(NamedTuple):
    """What all tools are asked."""

    queries: list[Query]
    cases: list[Case]

    @property
    def listed(self) -> Bools:
        """By query: it has a right entry."""
        return np.array([bool(query.gold) for query in self.queries])

    @property
    def kinds(self) -> dict[str, Bools]:
        """By class: which queries are of it."""
        names = [query.kind for query in self.queries]
        return {kind: np.array([name == kind for name in names]) for kind in sorted(set(names))}


class Tool(NamedTuple):
    """What one tool said."""

    name: str
    default: float | None  # its own threshold; None: it has none
    scores: Floats  # by query: of the right entry, or for an unlisted one of the best; -inf: none
    pairs: Floats  # by labelled pair
    pair_default: float | None
    seconds: float  # of CPU, for all queries
    build_seconds: float
    shown: float | None = None  # the threshold as its users write it, where scores are others


def compared(bench: Bench, tools: Sequence[Tool]) -> Table:
    """Compare tools; the first is ours by cross-validation, the second ours as it is."""
    listed, mine, peers = bench.listed, tools[0], tools[2:]
    own = float((mine.scores[~listed] >= cut_of(bench, mine)).mean())
    points = {"at 1 % false alerts": SHARE, "at our default": own}
    return {
        "tools": [_summary(bench, tool, own) for tool in tools],
        "points": {
            title: {
                "false_alerts": share,
                "classes": [
                    _against(bench, kind, mine, peers, share) for kind in _kinds(bench, listed)
                ],
                "origins": _origins(bench, tools, share),
            }
            for title, share in points.items()
        },
        "at_the_peers_threshold": [_at_threshold(bench, mine, peer) for peer in peers],
    }


def cut_of(bench: Bench, tool: Tool) -> float:
    """Return a tool's threshold, or the one that gives the best F1 here where it has none."""
    if tool.default is not None:
        return tool.default
    return best_f1(tool.scores[bench.listed], tool.scores[~bench.listed])[1]


def _kinds(bench: Bench, which: Bools) -> list[str]:
    return [kind for kind, rows in bench.kinds.items() if (rows & which).any()]


def _summary(bench: Bench, tool: Tool, own: float) -> Table:
    listed = bench.listed
    hits, alerts = tool.scores[listed], tool.scores[~listed]
    cut = cut_of(bench, tool)
    right, false = int((hits >= cut).sum()), int((alerts >= cut).sum())
    return {
        "tool": tool.name,
        "threshold": cut if tool.shown is None else tool.shown,
        "own_threshold": tool.default is not None,
        "precision": right / (right + false),
        "recall": right / len(hits),
        "f1": f1(right, false, len(hits)),
        "best_f1": best_f1(hits, alerts)[0],
        "false_alerts": false / len(alerts),
        "recall_at_1_percent": float((hits > cut_at(alerts, SHARE)).mean()),
        "recall_at_our_default": float((hits > cut_at(alerts, own)).mean()),
        "queries_per_cpu_second": len(bench.queries) / tool.seconds,
        "build_cpu_seconds": tool.build_seconds,
        "name_bench": _pairs(bench, tool),
    }


def _pairs(bench: Bench, tool: Tool) -> Table:
    same = np.array([case.same for case in bench.cases])
    kept = np.array([case.kept for case in bench.cases])
    highest, at = best_f1(tool.pairs[same], tool.pairs[~same])
    said = tool.pairs >= (at if tool.pair_default is None else tool.pair_default)
    values = {
        title: f1(
            int((said & same & part).sum()),
            int((said & ~same & part).sum()),
            int((same & part).sum()),
        )
        for title, part in (("f1", np.ones(len(same), np.bool_)), ("f1_of_half_not_learnt", kept))
    }
    return {**values, "best_f1": highest, "pairs": len(same)}


def _against(bench: Bench, kind: str, mine: Tool, peers: Sequence[Tool], share: float) -> Table:
    """Put ours beside the best peer of a class of listed queries."""
    rows = bench.kinds[kind]
    found = {tool.name: _hits(bench, tool, share)[rows] for tool in (mine, *peers)}
    own = found.pop(mine.name)
    other = max(found, key=lambda name: int(found[name].sum()), default="")
    return {
        "class": kind,
        "queries": len(own),
        "ours": _share(own),
        "peer": other,
        "best_peer": _share(found[other]) if other else None,
        "chance": mcnemar(own, found[other]) if other else None,
        "verdict": _verdict(own, found[other]) if other else "",
        "others": {name: float(hits.mean()) for name, hits in found.items()},
    }


def _hits(bench: Bench, tool: Tool, share: float) -> Bools:
    hits: Bools = tool.scores > cut_at(tool.scores[~bench.listed], share)
    return hits


def _share(hits: Bools) -> Table:
    low, high = wilson(int(hits.sum()), len(hits))
    return {"share": float(hits.mean()), "low": low, "high": high}


def _verdict(mine: Bools, other: Bools) -> str:
    if mcnemar(mine, other) >= CHANCE:
        return ""
    return "below" if mine.sum() < other.sum() else "above"


def _origins(bench: Bench, tools: Sequence[Tool], share: float) -> list[Table]:
    """Return by class of unlisted queries how many alert, where as many alert in all."""
    found = {tool.name: _hits(bench, tool, share) for tool in tools}
    rows: list[Table] = []
    for kind in _kinds(bench, ~bench.listed):
        said = {name: hits[bench.kinds[kind]] for name, hits in found.items()}
        own = said[tools[0].name]
        rows.append(
            {
                "class": kind,
                "queries": len(own),
                "ours": _share(own),
                "false_alerts": {name: float(hits.mean()) for name, hits in said.items()},
                "fewer": [
                    tool.name
                    for tool in tools[2:]
                    if found[tool.name].any() and _verdict(own, said[tool.name]) == "above"
                ],
            }
        )
    return rows


def _at_threshold(bench: Bench, mine: Tool, peer: Tool) -> Table:
    """Compare at as many false alerts as a peer gives at its threshold."""
    listed, kinds = bench.listed, bench.kinds
    said = peer.scores >= cut_of(bench, peer)
    share = float(said[~listed].mean())
    own = _hits(bench, mine, share)
    return {
        "peer": peer.name,
        "false_alerts": share,
        "recall": float(said[listed].mean()),
        "ours": float(own[listed].mean()),
        "below": {
            kind: {
                "ours": float(own[kinds[kind]].mean()),
                "peer": float(said[kinds[kind]].mean()),
                "chance": mcnemar(own[kinds[kind]], said[kinds[kind]]),
            }
            for kind in _kinds(bench, listed)
            if _verdict(own[kinds[kind]], said[kinds[kind]]) == "below"
        },
    }


def show(result: Mapping[str, Any]) -> None:
    """Print all as tables."""
    print(
        "\n| tool | threshold | F1 | best F1 | false alerts | recall at 1 % | at our default "
        "| name_bench F1 | half | queries/cs | index, CPU s |\n|" + "---|" * 11
    )
    for row in result["tools"]:
        names = row["name_bench"]
        print(
            f"| {row['tool']} | {row['threshold']:.2f}{'' if row['own_threshold'] else ' *'} "
            f"| {row['f1']:.3f} | {row['best_f1']:.3f} | {row['false_alerts']:.1%} "
            f"| {row['recall_at_1_percent']:.3f} | {row['recall_at_our_default']:.3f} "
            f"| {names['f1']:.3f} | {names['f1_of_half_not_learnt']:.3f} "
            f"| {row['queries_per_cpu_second']:,.0f} | {row['build_cpu_seconds']:.1f} |"
        )
    for title, point in result["points"].items():
        print(f"\n{title} ({point['false_alerts']:.2%})\n")
        print("| class | queries | ours | 95 % | best peer | recall | 95 % | p | |")
        print("|" + "---|" * 9)
        for row in point["classes"]:
            print(_class_line(row))
        names = [row["tool"] for row in result["tools"]]
        print(f"\n| false alerts of | queries | {' | '.join(names)} | significantly fewer |")
        print("|" + "---|" * (len(names) + 3))
        for row in point["origins"]:
            shares = " | ".join(f"{row['false_alerts'][name]:.3f}" for name in names)
            fewer = ", ".join(row["fewer"])
            print(f"| {row['class']} | {row['queries']} | {shares} | {fewer} |")
    for row in result["at_the_peers_threshold"]:
        print(
            f"\n{row['peer']} at its threshold: {row['false_alerts']:.1%} false alerts, recall "
            f"{row['recall']:.3f}; ours {row['ours']:.3f}; significantly below it: "
            + (", ".join(row["below"]) or "no class")
        )


def _class_line(row: Mapping[str, Any]) -> str:
    ours, peer = row["ours"], row["best_peer"]
    text = f"| {row['class']} | {row['queries']} | {ours['share']:.3f} | {_interval(ours)} |"
    if peer is None:
        return f"{text} | | | | |"
    return (
        f"{text} {row['peer']} | {peer['share']:.3f} | {_interval(peer)} | {row['chance']:.3f} "
        f"| {row['verdict']} |"
    )


def _interval(share: Mapping[str, float]) -> str:
    return f"{share['low']:.2f} to {share['high']:.2f}"
