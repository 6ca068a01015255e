"""What `tidewaiter ranker` prints: a model in words, and what became of it."""

import math
from collections.abc import Iterator
from itertools import pairwise

from tidewaiter.ranking.drift import Drift
from tidewaiter.ranking.model import Backtest, Model, Scale

_SMALL = 0.05  # log odds below which a bin is not told


def show_model(model: Model, *, tables: bool) -> Iterator[str]:
    """Yield what a model was made from and how it did; with tables, all that it learned."""
    made = model.training
    yield f"model {model.sha256[:12]}, made on {model.made} by {made.library}, seed {made.seed}"
    yield (
        f"learned from {made.alerts:,} alerts of {made.first} to {made.last}: "
        f"{made.hits:,} were right, {made.results:,} by inspection or laboratory"
    )
    if made.by_lot or made.lines:
        yield (
            f"trees grew on {made.lines:,} lines without an alert too; {made.by_lot:,} outcomes "
            f"were drawn by lot, each weighed {made.lot_weight or 1:.3g} times as much as another"
        )
    yield f"training data {made.digest[:12]}; it adds at most {model.most_points} points"
    yield from _backtest(model.backtest)
    if not tables:
        return
    yield "what each value does to the odds; as many alerts had it"
    for scale in sorted(model.scales, key=_reach, reverse=True):
        yield f"{scale.feature.name}{': more never counts against' if scale.feature.rising else ''}"
        yield from _table(scale, model.slope)


def show_drift(found: Drift) -> Iterator[str]:
    """Yield what is seen of a period."""
    days = f"{found.first or 'the first day'} to {found.last or 'the last day'}"
    yield f"{found.alerts:,} alerts, {days}"
    for each in found.features:
        chance = f"chance alone: up to {each.by_chance:.3f}"
        yield f"  {each.verdict:8} {each.index:6.3f}  {each.name} ({chance})"
    share = found.decided
    yield f"{share.of:,} have an outcome: {share.count:,} were right, {found.expected:.1f} expected"
    if found.calibrated is None:
        yield "too few outcomes to say whether the chances are right"
    elif found.calibrated:
        yield "the chances agree with the outcomes"
    else:
        yield "the chances do NOT agree with the outcomes: train anew, or do without"
    if found.auc is not None:
        yield f"area under the curve {found.auc:.3f} (0.5: no better than the lot)"


def _backtest(test: Backtest) -> Iterator[str]:
    yield (
        f"back-test on {test.alerts:,} later alerts of {test.first} to {test.last}: "
        f"{test.hits:,} were right, {test.expected:.1f} expected"
    )
    yield f"  area under the curve: learned {test.auc:.3f}, rules alone {test.auc_score:.3f}"
    for each in test.depths:
        yield (
            f"  first {each.share:.0%} ({each.alerts:,}): rules {each.score:,} right, "
            f"rules with what was learned {each.both:,}, learned alone {each.learned:,}"
        )


def _table(scale: Scale, slope: float) -> Iterator[str]:
    for words, value, seen in zip(_bins(scale), scale.values, scale.seen, strict=True):
        if abs(slope * value) >= _SMALL:
            yield f"  x{math.exp(slope * value):5.2f}  {words} ({seen:,})"


def _bins(scale: Scale) -> Iterator[str]:
    if scale.feature.kind == "category":
        yield from scale.levels
        yield "other or not given"
        return
    ends = [f"{edge:.4g}" for edge in scale.edges]
    yield f"below {ends[0]}"
    yield from (f"{low} to {high}" for low, high in pairwise(ends))
    yield f"{ends[-1]} and more"
    yield "not given"


def _reach(scale: Scale) -> float:
    return max(scale.values) - min(scale.values)
