"""The model: one table per feature, and the prediction for an alert as a sum.

The file is JSON: bins and numbers, no code. An alert's log odds are the base plus one number per
table, so that the contribution of each feature is exact and additive, like the points of reasons.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.features import (
    LEARNED,
    RULE,
    Feature,
    Value,
    feature_named,
    number,
    value_words,
    values_of,
)
from tidewaiter.trade.alerts import with_reasons
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import Alert, Learned, Reason, Term

FORMAT: Literal["tidewaiter-ranker-1"] = "tidewaiter-ranker-1"
MOST = 1_000  # maximum length of any list in a file
_BYTES = 8 << 20

Values = Mapping[str, Value]


class Scale(Record, frozen=True, kw_only=True):
    """Learned effect of one feature."""

    feature: Feature
    edges: tuple[float, ...] = ()  # numeric: bin i starts at edge i - 1
    levels: tuple[str, ...] = ()  # categorical
    values: tuple[float, ...]  # log odds by bin or level; last: missing or unseen
    seen: tuple[int, ...]  # training alerts by bin or level


class Pair(Record, frozen=True, kw_only=True):
    """Learned interaction of two features, beyond their single effects."""

    first: str  # names of features with a scale
    second: str
    values: tuple[tuple[float, ...], ...]  # log odds by bins of the first and second


class Training(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Training data of a model; fields with a default were added later and may be missing."""

    first: date
    last: date
    alerts: int
    hits: int
    results: int  # outcomes from inspection or laboratory
    digest: str  # SHA-256 of the training data, alert by alert
    settings: str  # version of data/rules/ranker.toml
    seed: int
    rounds: int
    library: str
    lines: int = 0  # inspected lines without an alert, used for the trees
    by_lot: int = 0  # randomly selected alerts and lines used for the trees
    lot_weight: float | None = None  # weight of each of these; other outcomes weigh 1


class Depth(Record, frozen=True, kw_only=True):
    """Correct alerts among the top ones, by three orders."""

    share: float  # fraction of all alerts
    alerts: int
    learned: int
    score: int  # by rule score alone
    both: int  # by score with the ranker's points


class Backtest(Record, frozen=True, kw_only=True):
    """Performance on the last part of the period, which was not used for training."""

    first: date
    last: date
    alerts: int
    hits: int
    expected: float  # predicted hits
    auc: float  # of the prediction: 0.5 is random
    auc_score: float  # of the rule score
    brier: float
    depths: tuple[Depth, ...]


class Model(Record, frozen=True, kw_only=True):
    """A stored model."""

    format: Literal["tidewaiter-ranker-1"]
    made: date
    training: Training
    backtest: Backtest
    base: float  # log odds of the average alert, before calibration
    slope: float  # of the calibration, at least 0
    shift: float
    usual: float  # share of correct training alerts
    most_points: int
    scales: tuple[Scale, ...]
    pairs: tuple[Pair, ...] = ()
    chances: tuple[int, ...]  # training alerts by decile of predicted probability
    sha256: str = ""  # of all other fields


class Ranker:
    """A loaded model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def contributions(self, rows: Sequence[Values]) -> np.ndarray:
        """Return contributions to the calibrated log odds, features then pairs, (rows, terms)."""
        return self.model.slope * terms(self.model.scales, self.model.pairs, rows)

    def chances(self, rows: Sequence[Values]) -> np.ndarray:
        """Return the predicted probability that each alert is correct, shape (rows,)."""
        odds = self.model.slope * self.model.base + self.model.shift
        return logistic(odds + self.contributions(rows).sum(axis=1))

    def says(self, alert: Alert) -> tuple[float, float]:
        """Return the probability that an alert is correct, and its uncertainty from 0 to 1.

        Uncertainty is highest at even odds and for values unseen in training.
        """
        values = values_of(alert)
        chance = float(self.chances([values])[0])
        return chance, 1.0 if self._is_new(values) else 4 * chance * (1 - chance)

    def points(self, chance: float) -> int:
        """Return the points for a probability: none if it is not above average."""
        over = (chance - self.model.usual) / (1 - self.model.usual)
        return max(0, round(self.model.most_points * over))

    def _is_new(self, values: Values) -> bool:
        return any(
            scale.feature.kind == "category"
            and values.get(scale.feature.name) is not None
            and values[scale.feature.name] not in scale.levels
            for scale in self.model.scales
        )


def value_for(feature: Feature, values: Values) -> Value:
    """Return the value of a feature; a rule without a reason has 0 points."""
    return values.get(feature.name, 0.0 if feature.name.startswith(RULE) else None)


def codes_of(scale: Scale, rows: Sequence[Values]) -> np.ndarray:
    """Return the bin index of each row, shape (rows,); the last: missing."""
    found = [value_for(scale.feature, row) for row in rows]
    if scale.feature.kind == "category":
        places = {level: place for place, level in enumerate(scale.levels)}
        last = len(scale.levels)
        return np.array([places.get(each, last) for each in found], dtype=np.intp)  # type: ignore[arg-type]
    numbers = np.array([number(each) for each in found], dtype=float)
    codes = np.searchsorted(np.array(scale.edges), numbers, side="right")
    return np.where(np.isnan(numbers), len(scale.edges) + 1, codes).astype(np.intp)


def terms(scales: Sequence[Scale], pairs: Sequence[Pair], rows: Sequence[Values]) -> np.ndarray:
    """Return the log odds of features, then pairs, shape (rows, features + pairs)."""
    codes = {scale.feature.name: codes_of(scale, rows) for scale in scales}
    made = [np.array(scale.values)[codes[scale.feature.name]] for scale in scales]
    made += [np.array(pair.values)[codes[pair.first], codes[pair.second]] for pair in pairs]
    return np.column_stack(made) if made else np.zeros((len(rows), 0))


def logistic(odds: np.ndarray) -> np.ndarray:
    """Return log odds as probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -700, 700))))


def sealed(model: Model) -> Model:
    """Return a model with the hash of all other fields."""
    bare = structs.replace(model, sha256="")
    return structs.replace(bare, sha256=hashlib.sha256(_written(bare)).hexdigest())


def write_model(model: Model) -> bytes:
    """Encode a model as JSON."""
    return msgspec.json.format(_written(sealed(model))) + b"\n"


def read_ranker(path: Path) -> Ranker:
    """Decode and validate a model. Nothing in a model file is executed.

    Raises:
        InputError: Not a model, altered, or inconsistent.
    """
    if path.stat().st_size > _BYTES:
        raise InputError("casework/model-too-large", at=str(path))
    try:  # of JSON, so that each number is finite
        model = msgspec.json.decode(path.read_bytes(), type=Model)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError("casework/not-a-model", error=error, at=str(path)) from error
    if sealed(model).sha256 != model.sha256:
        raise InputError("casework/model-changed", at=str(path))
    for scale in model.scales:
        _check(scale, path)
    sizes = {scale.feature.name: len(scale.values) for scale in model.scales}
    for pair in model.pairs:
        _check_pair(pair, sizes, path)
    if model.slope < 0 or not 0 < model.usual < 1:
        raise InputError("casework/model-base-senseless", at=str(path))
    return Ranker(model)


def _check(scale: Scale, path: Path) -> None:
    bins = len(scale.levels) if scale.feature.kind == "category" else len(scale.edges) + 1
    edges = list(scale.edges)
    fits = len(scale.values) == len(scale.seen) == bins + 1 <= MOST
    known = feature_named(scale.feature.name) == scale.feature
    if not (fits and known and edges == sorted(set(edges))):
        raise InputError("casework/model-table-misfits", name=scale.feature.name, at=str(path))


def _check_pair(pair: Pair, sizes: Mapping[str, int], path: Path) -> None:
    rows = sizes.get(pair.first, 0)
    fits = rows == len(pair.values) and all(
        len(row) == sizes.get(pair.second, 0) for row in pair.values
    )
    if not fits or not rows:
        raise InputError(
            "casework/model-pair-misfits",
            first=pair.first,
            second=pair.second,
            at=str(path),
        )


def _written(model: Model) -> bytes:
    return msgspec.json.encode(model, order="sorted")


_SHOWN = 3  # strongest terms for and against, each
_LEAST = 0.05  # log odds below which a term is not mentioned


def why_in_words(learned: Learned) -> str:
    """Describe the strongest evidence for and mitigating evidence; JSON has everything."""
    for_it = [each for each in learned.terms if each.log_odds > _LEAST][:_SHOWN]
    against = [each for each in learned.terms if each.log_odds < -_LEAST][:_SHOWN]
    parts = [
        f"{words}: {', '.join(map(term_in_words, some))}."
        for words, some in (("For it", for_it), ("Against it", against))
        if some
    ]
    return " ".join(parts)


def term_in_words(term: Term) -> str:
    """Describe a term: the alert's value, and its effect on the odds."""
    named = zip(term.features, term.values, strict=True)
    words = " together with ".join(value_words(feature_named(name), value) for name, value in named)
    return f"{words} (odds x{term.factor:.2g})"


SOURCE = "tidewaiter-ranker"
_SMALL = 0.005  # log odds: half a percent of the odds; smaller terms get no row


def explained(ranker: Ranker, alert: Alert) -> Alert:
    """Return an alert with the model's prediction; score, rank and reasons stay."""
    return structs.replace(alert, learned=explain(ranker, alert))


def explain(ranker: Ranker, alert: Alert) -> Learned:
    """Explain the model's prediction for an alert.

    Args:
        ranker: The model.
        alert: With the rules' reasons; an earlier learned reason is ignored.
    """
    model, values = ranker.model, values_of(alert)
    row = ranker.contributions([values])[0]
    known = {scale.feature.name: scale.feature for scale in model.scales}
    singles = [(scale.feature.name,) for scale in model.scales]
    named = [*singles, *((pair.first, pair.second) for pair in model.pairs)]
    terms = [
        Term(
            features=features,
            values=tuple(value_for(known[name], values) for name in features),
            log_odds=float(odds),
            factor=float(np.exp(odds)),
        )
        for features, odds in zip(named, row, strict=True)
        if abs(odds) >= _SMALL
    ]
    terms.sort(key=lambda each: -abs(each.log_odds))
    chance, unsure = ranker.says(alert)
    tenth = min(int(chance * len(model.chances)), len(model.chances) - 1)
    return Learned(
        model=model.sha256[:12],
        made=model.made,
        decided=model.training.alerts,
        last=model.training.last,
        chance=chance,
        usual=model.usual,
        points=ranker.points(chance),
        above=sum(model.chances[:tenth]) / (sum(model.chances) or 1),
        new=unsure == 1,
        base=model.slope * model.base + model.shift,
        terms=tuple(terms),
        rest=float(row.sum()) - sum(each.log_odds for each in terms),
    )


def reason_of(ranker: Ranker, alert: Alert) -> Reason | None:
    """Return the learned reason of an alert; None: no points."""
    learned = explain(ranker, alert)
    if not learned.points:
        return None
    says = Phrase(
        LEARNED,
        figure=learned.decided,
        day=learned.last,
        percent=f"{learned.chance:.0%}",
        percent2=f"{learned.usual:.0%}",
        why=why_in_words(learned),
    )
    return Reason(rule=LEARNED, says=says, points=learned.points, source=SOURCE)


def applied(ranker: Ranker, alert: Alert, rules: AlertRules) -> Alert:
    """Return an alert with the learned reason, replacing an earlier one."""
    plainly = [each for each in alert.reasons if each.rule != LEARNED]
    reason = reason_of(ranker, alert)
    if reason is None and len(plainly) == len(alert.reasons):
        return alert
    return with_reasons(alert, [*plainly, *([reason] if reason else [])], rules)


MODEL = "ranker.json"


def model_at(place: Path) -> Path:
    """Return the model file: the one in a folder, or the file itself.

    Raises:
        InputError: The folder has none.
    """
    if not place.is_dir():
        return place
    path = place / MODEL
    if not path.is_file():
        raise InputError("casework/no-model-in-folder", path=path, at=str(place))
    return path


def lists_in(place: Path) -> list[Path]:
    """Return the inspection lists in a folder, by name; names should sort chronologically.

    Beside each list is the .json that describes how it was made.
    """
    if not place.is_dir():
        return []
    return [path for path in sorted(place.glob("*.csv")) if path.with_suffix(".json").is_file()]
