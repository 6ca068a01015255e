"""Training: from alerts with an outcome to a model with calibration and back-test."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
import numpy as np
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.boosting import (
    Boosted,
    Columns,
    Places,
    Size,
    best_pairs,
    grow,
    library,
)
from tidewaiter.casework.ranking.features import (
    FEATURES,
    RULE,
    Feature,
    Value,
    number,
    rule_feature,
)
from tidewaiter.casework.ranking.model import (
    FORMAT,
    Backtest,
    Depth,
    Model,
    Pair,
    Scale,
    Training,
    codes_of,
    logistic,
    sealed,
    terms,
    value_for,
)
from tidewaiter.casework.ranking.settings import RankerSettings, load_ranker_settings


def auc(scores: np.ndarray, hits: np.ndarray) -> float:
    """Return the AUC: the probability that a hit ranks above a non-hit; ties count half.

    Args:
        scores: Shape (rows,).
        hits: 1 or 0, shape (rows,).

    Returns:
        From 0 to 1; 0.5 if all or none are hits.
    """
    positive = int(hits.sum())
    negative = len(hits) - positive
    if not positive or not negative:
        return 0.5
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    above = float(ranks[hits > 0].sum()) - positive * (positive + 1) / 2
    return above / (positive * negative)


def hits_within(scores: np.ndarray, hits: np.ndarray, rows: int) -> float:
    """Return the hits among the top scores; for ties at the limit, the expected share."""
    order = np.argsort(-scores, kind="stable")
    if not 0 < rows < len(order):
        return float(hits.sum()) if rows else 0.0
    edge = scores[order[rows - 1]]
    above, level = scores > edge, scores == edge
    room = rows - int(above.sum())
    return float(hits[above].sum() + room * hits[level].mean())


def brier(chances: np.ndarray, hits: np.ndarray) -> float:
    """Return the Brier score."""
    return float(np.mean((chances - hits) ** 2))


def log_loss(odds: np.ndarray, hits: np.ndarray) -> float:
    """Return the mean log loss."""
    return float(np.mean(np.logaddexp(0, odds) - hits * odds))


def calibrated(odds: np.ndarray, hits: np.ndarray) -> tuple[float, float]:
    """Fit slope and intercept that calibrate log odds.

    Args:
        odds: Of rows not used for training, shape (rows,).
        hits: 1 or 0, shape (rows,).

    Returns:
        Slope, at least 0, and intercept.

    Source:
        Platt 1999, Probabilistic outputs for support vector machines, with his targets, which
        keep both finite.
    """
    positive, negative = float(hits.sum()), float((1 - hits).sum())
    targets = np.where(hits > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))
    slope, shift = 1.0, 0.0
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(slope * odds + shift, -50, 50)))
        miss, weight = targets - chance, chance * (1 - chance) + 1e-12
        matrix = np.array(
            [
                [(weight * odds * odds).sum() + 1e-6, (weight * odds).sum()],
                [(weight * odds).sum(), weight.sum() + 1e-6],
            ]
        )
        step = np.linalg.solve(matrix, np.array([(miss * odds).sum(), miss.sum()]))
        slope, shift = (
            slope + float(np.clip(step[0], -1, 1)),
            shift + float(np.clip(step[1], -2, 2)),
        )
        if float(np.abs(step).max()) < 1e-10:  # noqa: PLR2004
            break
    if slope < 0:
        return 0.0, float(np.log((positive + 1) / (negative + 1)))
    return slope, shift


def scale_of(values: Sequence[Value], feature: Feature, settings: RankerSettings) -> Scale:
    """Return the bins or levels of a feature, without weights yet."""
    if feature.kind == "category":
        counts = Counter(each for each in values if isinstance(each, str))
        often = [
            each
            for each in counts.most_common(settings.most_levels)
            if each[1] >= settings.least_level
        ]
        levels = tuple(sorted(level for level, _ in often))
        return Scale(feature=feature, levels=levels, values=(0.0,) * (len(levels) + 1), seen=())
    known = np.array([number(each) for each in values])
    known = np.unique(known[~np.isnan(known)], return_counts=True)  # type: ignore[assignment]
    edges = _edges(known[0], known[1], settings.bins)
    return Scale(feature=feature, edges=edges, values=(0.0,) * (len(edges) + 2), seen=())


def _edges(values: np.ndarray, counts: np.ndarray, bins: int) -> tuple[float, ...]:
    """Return bin edges between values, with about equal numbers of rows per bin."""
    if len(values) < 2:  # noqa: PLR2004
        return ()
    share = np.cumsum(counts)[:-1] / counts.sum()
    ends = np.arange(1, bins) / bins
    places = np.arange(len(share)) if len(values) <= bins else np.searchsorted(share, ends)
    places = np.unique(np.minimum(places, len(share) - 1))
    return tuple(float(each) for each in np.unique((values[places] + values[places + 1]) / 2))


DEPTHS = (0.01, 0.05, 0.10)
TENTHS = 10
_DIGITS = 9  # decimal places of log odds


class Example(Record, frozen=True, kw_only=True, omit_defaults=True):
    """An alert with an outcome, or an inspected line without an alert."""

    alert: str  # id; for a line, its key
    day: date  # of receipt
    score: int  # from rules
    values: dict[str, Value]
    hit: bool  # a violation was found
    by_result: bool  # by inspection or laboratory, not from documents alone
    by_lot: bool = False  # randomly selected, regardless of score
    raised: bool = True  # an alert; otherwise a line without one, used for the trees only


def train(
    examples: Iterable[Example], day: date, seed: int = 1, settings: RankerSettings | None = None
) -> Model:
    """Train a model.

    Lines without an alert are used for the trees only; base rate, calibration and back-test use
    alerts, as only alerts are ranked.

    Args:
        examples: Alerts and lines with an outcome, distinct.
        day: Today.
        seed: Random seed; the same examples and seed give the same model.
        settings: Override of data/rules/ranker.toml.

    Raises:
        InputError: Too few examples, or scikit-learn is not installed.
    """
    settings = settings or load_ranker_settings()
    told = sorted(examples, key=lambda each: (each.day, each.alert))
    rows = [each for each in told if each.raised]
    check_enough(rows, settings)
    first = int(len(rows) * settings.taught)
    second = first + int(len(rows) * settings.calibrated)
    held, last = rows[first:second], rows[second:]
    lines = [each for each in told if not each.raised and each.day <= rows[first - 1].day]
    taught = [*rows[:first], *lines]
    _check_both(rows[:first], held)
    blank = scales_of(taught, features_in(taught, settings), settings)
    grown = best(blank, taught, held, settings, seed)
    base, scales, pairs = tabled(blank, grown)
    slope, shift = calibrated(_odds(base, scales, pairs, held), hits_of(held))
    usual = float(hits_of(rows).mean())
    chances = logistic(slope * _odds(base, scales, pairs, [*held, *last]) + shift)
    model = Model(
        format=FORMAT,
        made=day,
        training=_training_of(told, taught, settings, seed=seed, rounds=grown.rounds),
        backtest=tested(last, chances[len(held) :], usual, settings),
        base=base,
        slope=slope,
        shift=shift,
        usual=usual,
        most_points=settings.most_points,
        scales=tuple(scales),
        pairs=tuple(pairs),
        chances=tuple(map(int, tenths(chances))),
    )
    return sealed(model)


def _training_of(
    told: Sequence[Example],
    taught: Sequence[Example],
    settings: RankerSettings,
    *,
    seed: int,
    rounds: int,
) -> Training:
    """Describe the training data: all examples, and those used for the trees."""
    rows = [each for each in told if each.raised]
    drawn = sum(each.by_lot for each in taught)
    return Training(
        first=rows[0].day,
        last=rows[-1].day,
        alerts=len(rows),
        hits=int(hits_of(rows).sum()),
        results=sum(each.by_result for each in rows),
        digest=digest_of(told),
        settings=settings.version,
        seed=seed,
        rounds=rounds,
        library=library(),
        lines=sum(not each.raised for each in taught),
        by_lot=drawn,
        lot_weight=_short(lot_weight(taught, settings)) if drawn else None,
    )


def check_enough(rows: Sequence[Example], settings: RankerSettings) -> None:
    """Check that there are enough examples.

    Raises:
        InputError: There are too few.
    """
    hits, results = sum(each.hit for each in rows), sum(each.by_result for each in rows)
    wanted = (
        (len(rows), settings.least, "casework/too-few-outcomes"),
        (hits, settings.least_hits, "casework/too-few-hits"),
        (len(rows) - hits, settings.least_others, "casework/too-few-others"),
        (results, settings.least_results, "casework/too-few-results"),
    )
    for count, least, code in wanted:
        if count < least:
            raise InputError(code, count=count, least=least)


def features_in(rows: Sequence[Example], settings: RankerSettings) -> list[Feature]:
    """Return the features: those of alerts, and each sufficiently frequent rule."""
    counts = Counter(name for each in rows for name in each.values if name.startswith(RULE))
    rules = sorted(name for name, count in counts.items() if count >= settings.least_level)
    return [*FEATURES, *map(rule_feature, rules)]


def scales_of(
    rows: Sequence[Example], features: Sequence[Feature], settings: RankerSettings
) -> list[Scale]:
    """Divide features into bins and levels, without weights yet."""
    made = [
        scale_of([value_for(one, each.values) for each in rows], one, settings) for one in features
    ]
    return [
        structs.replace(scale, seen=counted(scale, rows))
        for scale in made
        if scale.edges or len(scale.levels) > 1
    ]


def counted(scale: Scale, rows: Sequence[Example]) -> tuple[int, ...]:
    """Count alerts by bin or level, as the reference for drift."""
    codes = codes_of(scale, [each.values for each in rows if each.raised])
    return tuple(map(int, np.bincount(codes, minlength=len(scale.values))))


def tabled(blank: Sequence[Scale], boosted: Boosted) -> tuple[float, list[Scale], list[Pair]]:
    """Return the trees as tables, each with mean 0 over the training alerts.

    The mean effect of a pair over one of its features is moved to the other, so that a pair table
    contains the pure interaction only.

    Source:
        Lengerich and others 2020, Purifying interaction effects with the functional ANOVA; here
        with the product of the two distributions, which preserves monotonicity.
    """
    base, singles, doubles = boosted.tables()
    shares = [np.array(scale.seen) / sum(scale.seen) for scale in blank]
    pairs = []
    for (first, second), table in zip(boosted.pairs, doubles, strict=True):
        rows, columns = table @ shares[second], shares[first] @ table
        middle = float(shares[first] @ rows)
        singles[first] = singles[first] + rows
        singles[second] = singles[second] + columns
        base -= middle
        pure = table - rows[:, None] - columns[None, :] + middle
        named = [blank[place].feature.name for place in (first, second)]
        values = tuple(tuple(map(_short, row)) for row in pure)
        pairs.append(Pair(first=named[0], second=named[1], values=values))
    scales = []
    for scale, table, share in zip(blank, singles, shares, strict=True):
        middle = float(table @ share)
        base += middle
        scales.append(structs.replace(scale, values=tuple(map(_short, table - middle))))
    return base, scales, pairs


def tested(
    rows: Sequence[Example], chances: np.ndarray, usual: float, settings: RankerSettings
) -> Backtest:
    """Return the performance of predictions on rows not used for training."""
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
        first=rows[0].day,
        last=rows[-1].day,
        alerts=len(rows),
        hits=int(hits.sum()),
        expected=float(chances.sum()),
        auc=auc(chances, hits),
        auc_score=auc(scores, hits),
        brier=brier(chances, hits),
        depths=tuple(depths),
    )


def lot_weight(rows: Sequence[Example], settings: RankerSettings) -> float:
    """Return the weight of a randomly selected outcome, where others weigh 1.

    Together they get a fixed share of the total, so that targeted selections do not dominate; the
    weight of one is limited in both directions.
    """
    drawn = sum(each.by_lot for each in rows)
    if not drawn:
        return 1.0
    share = settings.lot_share / (1 - settings.lot_share)
    return max(1.0, min(settings.lot_most, share * (len(rows) - drawn) / drawn))


def digest_of(rows: Sequence[Example]) -> str:
    """Return the SHA-256 of the training data, in order."""
    hashed = hashlib.sha256()
    for each in rows:
        hashed.update(msgspec.json.encode(each, order="sorted"))
        hashed.update(b"\n")
    return hashed.hexdigest()


def hits_of(rows: Sequence[Example]) -> np.ndarray:
    """Return 1 for a violation, else 0, shape (rows,)."""
    return np.array([float(each.hit) for each in rows])


def tenths(chances: np.ndarray) -> np.ndarray:
    """Count probabilities by decile, shape (10,)."""
    return np.bincount(np.minimum((chances * TENTHS).astype(int), TENTHS - 1), minlength=TENTHS)


def columns_of(scales: Sequence[Scale], rows: Sequence[Example]) -> Columns:
    """Encode rows."""
    values = [each.values for each in rows]
    codes = np.column_stack([codes_of(scale, values) for scale in scales])
    categories = [scale.feature.kind == "category" for scale in scales]
    sizes = [len(scale.values) - 1 for scale in scales]
    return Columns(codes, sizes, categories, [scale.feature.rising for scale in scales])


def _check_both(*parts: Sequence[Example]) -> None:
    for rows in parts:
        if len({each.hit for each in rows}) < 2:  # noqa: PLR2004
            raise InputError("casework/part-of-time-without-both")


def best(
    blank: Sequence[Scale],
    taught: Sequence[Example],
    held: Sequence[Example],
    settings: RankerSettings,
    seed: int,
) -> Boosted:
    """Return the number of trees, and the pairs, with the lowest loss on the calibration rows."""
    columns, hits = columns_of(blank, taught), hits_of(taught)
    heavy = lot_weight(taught, settings)
    weights = np.array([heavy if each.by_lot else 1.0 for each in taught])
    other, known = columns_of(blank, held).codes, hits_of(held)
    most, tried = max(settings.rounds), []
    pairs: tuple[Places, ...] = ()
    for allowed in settings.pairs:
        boosted = grow(columns, hits, Size(most, pairs[:allowed]), settings, seed, weights=weights)
        staged = boosted.staged(other)
        tried += [
            (log_loss(staged[rounds - 1], known), rounds, pairs[:allowed])
            for rounds in settings.rounds
        ]
        if not pairs:
            chances = logistic(boosted.staged(columns.codes)[min(tried)[1] - 1])
            off, unsure = weights * (hits - chances), weights * chances * (1 - chances)
            pairs = tuple(
                best_pairs(columns, off, unsure, max(settings.pairs), settings.most_cells)
            )
    _, rounds, chosen = min(tried)
    return grow(columns, hits, Size(rounds, chosen), settings, seed, weights=weights)


def _odds(
    base: float, scales: Sequence[Scale], pairs: Sequence[Pair], rows: Sequence[Example]
) -> np.ndarray:
    return np.asarray(base + terms(scales, pairs, [each.values for each in rows]).sum(axis=1))


def _short(value: float) -> float:
    return round(float(value), _DIGITS)
