"""Training: from alerts with an outcome to a model, its calibration and its back-test."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
import numpy as np
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.ranking.boosting import Boosted, Columns, grow, library
from tidewaiter.ranking.features import FEATURES, RULE, Feature, Value, number, rule_feature
from tidewaiter.ranking.figures import auc, brier, calibrated, hits_within, log_loss
from tidewaiter.ranking.model import (
    FORMAT,
    Backtest,
    Depth,
    Model,
    Scale,
    Training,
    codes_of,
    logistic,
    sealed,
    value_for,
)
from tidewaiter.ranking.settings import RankerSettings, load_ranker_settings

DEPTHS = (0.01, 0.05, 0.10)
TENTHS = 10


class Example(Record, frozen=True, kw_only=True):
    """An alert with an outcome."""

    alert: str  # id
    day: date  # on which it came in
    score: int  # by the rules
    values: dict[str, Value]
    hit: bool  # something was wrong
    by_result: bool  # an inspection or a laboratory says so, not papers alone


def train(examples: Iterable[Example], day: date, seed: int = 1) -> Model:
    """Train a model.

    Args:
        examples: Alerts with an outcome, each once.
        day: Of today.
        seed: Of the library. The same examples and seed give the same model.

    Raises:
        InputError: There are too few, or scikit-learn is not installed.
    """
    settings = load_ranker_settings()
    rows = sorted(examples, key=lambda each: (each.day, each.alert))
    check_enough(rows, settings)
    first = int(len(rows) * settings.taught)
    second = first + int(len(rows) * settings.calibrated)
    taught, held, last = rows[:first], rows[first:second], rows[second:]
    _check_both(taught, held)
    blank = scales_of(taught, features_in(taught, settings), settings)
    rounds = _rounds(blank, taught, held, settings, seed)
    base, scales = tabled(blank, _grown(blank, taught, rounds, settings, seed))
    slope, shift = calibrated(_odds(base, scales, held), hits_of(held))
    usual = float(hits_of(rows).mean())
    chances = logistic(slope * _odds(base, scales, [*held, *last]) + shift)
    training = Training(
        first=rows[0].day, last=rows[-1].day, alerts=len(rows), hits=int(hits_of(rows).sum()),
        results=sum(each.by_result for each in rows), digest=digest_of(rows),
        settings=settings.version, seed=seed, rounds=rounds, library=library(),
    )  # fmt: skip
    model = Model(
        format=FORMAT, made=day, training=training,
        backtest=tested(last, chances[len(held):], usual, settings),
        base=base, slope=slope, shift=shift, usual=usual, most_points=settings.most_points,
        scales=tuple(scales), chances=tuple(map(int, tenths(chances))),
    )  # fmt: skip
    return sealed(model)


def check_enough(rows: Sequence[Example], settings: RankerSettings) -> None:
    """Check that there is enough to learn from.

    Raises:
        InputError: There is not.
    """
    hits, results = sum(each.hit for each in rows), sum(each.by_result for each in rows)
    wanted = (
        (len(rows), settings.least, "alerts with an outcome"),
        (hits, settings.least_hits, "of them where something was wrong"),
        (len(rows) - hits, settings.least_others, "of them where nothing was"),
        (results, settings.least_results, "of them by an inspection or a laboratory"),
    )
    for count, least, what in wanted:
        if count < least:
            hint = "decide, inspect and record results first; the rules work without a ranker"
            raise InputError(f"{count:,} {what}: at least {least:,} are needed", hint=hint)


def features_in(rows: Sequence[Example], settings: RankerSettings) -> list[Feature]:
    """Return what can be learned from: what alerts have, and each rule that is frequent enough."""
    counts = Counter(name for each in rows for name in each.values if name.startswith(RULE))
    rules = sorted(name for name, count in counts.items() if count >= settings.least_level)
    return [*FEATURES, *map(rule_feature, rules)]


def scales_of(
    rows: Sequence[Example], features: Sequence[Feature], settings: RankerSettings
) -> list[Scale]:
    """Cut features into bins and levels, all of them still without a weight."""
    made = [_scale([value_for(one, each.values) for each in rows], one, settings)
            for one in features]  # fmt: skip
    return [
        structs.replace(scale, seen=counted(scale, rows))
        for scale in made
        if scale.edges or len(scale.levels) > 1
    ]


def counted(scale: Scale, rows: Sequence[Example]) -> tuple[int, ...]:
    """Count rows by bin or level."""
    codes = codes_of(scale, [each.values for each in rows])
    return tuple(map(int, np.bincount(codes, minlength=len(scale.values))))


def tabled(blank: Sequence[Scale], boosted: Boosted) -> tuple[float, list[Scale]]:
    """Return what trees say as tables, each 0 for the average training alert."""
    base, tables = boosted.tables()
    scales = []
    for scale, table in zip(blank, tables, strict=True):
        seen = np.array(scale.seen)
        middle = float((table * seen).sum() / seen.sum())
        base += middle
        scales.append(structs.replace(scale, values=tuple(map(float, table - middle))))
    return base, scales


def tested(
    rows: Sequence[Example], chances: np.ndarray, usual: float, settings: RankerSettings
) -> Backtest:
    """Return how chances did on rows that taught nothing."""
    hits = hits_of(rows)
    scores = np.array([float(each.score) for each in rows])
    points = np.maximum(0, np.round(settings.most_points * (chances - usual) / (1 - usual)))
    depths = []
    for share in DEPTHS:
        count = max(1, round(share * len(rows)))
        by = [
            round(hits_within(order, hits, count)) for order in (chances, scores, scores + points)
        ]
        depths.append(Depth(share=share, alerts=count, learned=by[0], score=by[1], both=by[2]))
    return Backtest(
        first=rows[0].day, last=rows[-1].day, alerts=len(rows), hits=int(hits.sum()),
        expected=float(chances.sum()), auc=auc(chances, hits), auc_score=auc(scores, hits),
        brier=brier(chances, hits), depths=tuple(depths),
    )  # fmt: skip


def digest_of(rows: Sequence[Example]) -> str:
    """Return the SHA-256 of what is learned from, in its order."""
    hashed = hashlib.sha256()
    for each in rows:
        hashed.update(msgspec.json.encode(each, order="sorted"))
        hashed.update(b"\n")
    return hashed.hexdigest()


def hits_of(rows: Sequence[Example]) -> np.ndarray:
    """Return 1 where something was wrong, else 0, shape (rows,)."""
    return np.array([float(each.hit) for each in rows])


def tenths(chances: np.ndarray) -> np.ndarray:
    """Count chances by tenth, shape (10,)."""
    return np.bincount(np.minimum((chances * TENTHS).astype(int), TENTHS - 1), minlength=TENTHS)


def columns_of(scales: Sequence[Scale], rows: Sequence[Example]) -> Columns:
    """Return rows as codes."""
    values = [each.values for each in rows]
    codes = np.column_stack([codes_of(scale, values) for scale in scales])
    categories = [scale.feature.kind == "category" for scale in scales]
    sizes = [len(scale.values) - 1 for scale in scales]
    return Columns(codes, sizes, categories, [scale.feature.rising for scale in scales])


def _check_both(*parts: Sequence[Example]) -> None:
    for rows in parts:
        if len({each.hit for each in rows}) < 2:  # noqa: PLR2004
            hint = "wait for more outcomes"
            raise InputError("a part of the time has hits alone, or none", hint=hint)


def _scale(values: Sequence[Value], feature: Feature, settings: RankerSettings) -> Scale:
    if feature.kind == "category":
        counts = Counter(each for each in values if isinstance(each, str))
        often = [each for each in counts.most_common(settings.most_levels)
                 if each[1] >= settings.least_level]  # fmt: skip
        levels = tuple(sorted(level for level, _ in often))
        return Scale(feature=feature, levels=levels, values=(0.0,) * (len(levels) + 1), seen=())
    known = np.array([number(each) for each in values])
    known = np.unique(known[~np.isnan(known)], return_counts=True)  # type: ignore[assignment]
    edges = _edges(known[0], known[1], settings.bins)
    return Scale(feature=feature, edges=edges, values=(0.0,) * (len(edges) + 2), seen=())


def _edges(values: np.ndarray, counts: np.ndarray, bins: int) -> tuple[float, ...]:
    """Return where bins begin: between values, so that each holds about as many rows."""
    if len(values) < 2:  # noqa: PLR2004
        return ()
    share = np.cumsum(counts)[:-1] / counts.sum()
    ends = np.arange(1, bins) / bins
    places = np.arange(len(share)) if len(values) <= bins else np.searchsorted(share, ends)
    places = np.unique(np.minimum(places, len(share) - 1))
    return tuple(float(each) for each in np.unique((values[places] + values[places + 1]) / 2))


def _rounds(
    blank: Sequence[Scale], taught: Sequence[Example], held: Sequence[Example],
    settings: RankerSettings, seed: int,
) -> int:  # fmt: skip
    """Return the number of rounds that loses least on the rows that calibrate."""
    boosted = _grown(blank, taught, max(settings.rounds), settings, seed)
    staged = boosted.staged(columns_of(blank, held).codes)
    hits = hits_of(held)
    return min(settings.rounds, key=lambda each: log_loss(staged[each - 1], hits))


def _grown(
    blank: Sequence[Scale], rows: Sequence[Example], rounds: int, settings: RankerSettings,
    seed: int,
) -> Boosted:  # fmt: skip
    return grow(columns_of(blank, rows), hits_of(rows), rounds, settings, seed)


def _odds(base: float, scales: Sequence[Scale], rows: Sequence[Example]) -> np.ndarray:
    values = [each.values for each in rows]
    return base + sum((np.array(one.values)[codes_of(one, values)] for one in scales),
                      start=np.zeros(len(rows)))  # fmt: skip
