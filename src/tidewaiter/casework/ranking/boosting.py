"""Boosting: scikit-learn trees of one feature or one pair each, summed into tables.

A tree uses at most one permitted pair, so the sum of all trees is a sum over features and pairs:
each table is read off by predicting each bin with all other features missing.

Source: Lou, Caruana, Gehrke, Hooker 2013, Accurate intelligible models with pairwise interactions.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tidewaiter.base.errors import InputError, install_command
from tidewaiter.casework.ranking.settings import Boosting

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier


Places = tuple[int, int]
"""Two features, by column index."""

_SHRINK = 20.0  # shrinkage weight per cell, so that a cell with few rows explains little


class Size(NamedTuple):
    """Number of trees, and permitted pairs."""

    rounds: int
    pairs: tuple[Places, ...] = ()


class Columns:
    """Training input: one code per row and feature."""

    def __init__(
        self, codes: np.ndarray, sizes: list[int], categories: list[bool], rising: list[bool]
    ) -> None:
        """Store codes.

        Args:
            codes: Bin indexes, shape (rows, features); the bin count marks a missing value.
            sizes: Bins or levels per feature, without the one for missing values.
            categories: Whether a feature is unordered.
            rising: Whether a higher value never lowers the result.
        """
        self.codes, self.sizes = codes, sizes
        self.categories, self.rising = categories, rising

    def numbers(self, codes: np.ndarray) -> np.ndarray:
        """Return codes for the library: missing values are NaN."""
        return np.where(codes >= np.array(self.sizes), np.nan, codes.astype(float))


class Tables(NamedTuple):
    """The sum of all trees, in log odds."""

    base: float
    singles: list[np.ndarray]  # per feature, shape (size + 1,)
    pairs: list[np.ndarray]  # per pair, beyond its two features


class Boosted:
    """Fitted trees."""

    def __init__(
        self, columns: Columns, pairs: Sequence[Places], model: "HistGradientBoostingClassifier"
    ) -> None:
        self.columns, self.pairs, self.library = columns, pairs, model

    @property
    def rounds(self) -> int:
        """Count the trees."""
        return int(self.library.n_iter_)

    def odds(self, codes: np.ndarray) -> np.ndarray:
        """Return the log odds of rows, in the library's order, shape (rows,)."""
        with _one_thread():
            return np.asarray(self.library.decision_function(self.columns.numbers(codes)))

    def staged(self, codes: np.ndarray) -> list[np.ndarray]:
        """Return the log odds after each round."""
        with _one_thread():
            stages = self.library.staged_decision_function(self.columns.numbers(codes))
            return [np.asarray(each).ravel() for each in stages]

    def tables(self) -> "Tables":
        """Read off the base value with everything missing, and the effect of each bin and pair."""
        sizes = self.columns.sizes
        missing = np.array([sizes])
        base = float(self.odds(missing)[0])
        singles = []
        for place, size in enumerate(sizes):
            asked = np.repeat(missing, size + 1, axis=0)
            asked[:, place] = np.arange(size + 1)
            singles.append(self.odds(asked) - base)
        pairs = []
        for first, second in self.pairs:
            shape = (sizes[first] + 1, sizes[second] + 1)
            asked = np.repeat(missing, shape[0] * shape[1], axis=0)
            asked[:, first], asked[:, second] = (each.ravel() for each in np.indices(shape))
            whole = self.odds(asked).reshape(shape) - base
            pairs.append(whole - singles[first][:, None] - singles[second][None, :])
        return Tables(base, singles, pairs)


def grow(
    columns: Columns,
    hits: np.ndarray,
    grown: "Size",
    settings: Boosting,
    seed: int,
    *,
    weights: np.ndarray | None = None,
) -> Boosted:
    """Fit trees.

    Args:
        columns: Training rows.
        hits: 1 for a correct alert, else 0, shape (rows,).
        weights: Row weights, shape (rows,); None: equal.
        grown: Number of trees, and permitted pairs.
        settings: Tree settings.
        seed: Random seed; the same rows and seed give the same trees.

    Raises:
        InputError: The library is not installed.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError(
            "casework/scikit-learn-not-installed", command=install_command("ranker")
        ) from error
    model = HistGradientBoostingClassifier(
        learning_rate=settings.rate,
        max_iter=grown.rounds,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.least_leaf,
        l2_regularization=settings.penalty,
        categorical_features=np.array(columns.categories),
        monotonic_cst=[int(each) for each in columns.rising],
        interaction_cst=[{place} for place in range(len(columns.sizes))]
        + [set(each) for each in grown.pairs],
        early_stopping=False,
        random_state=seed,
    )
    with _one_thread():
        model.fit(columns.numbers(columns.codes), hits, sample_weight=weights)
    return Boosted(columns, grown.pairs, model)


def best_pairs(
    columns: Columns, miss: np.ndarray, weight: np.ndarray, most: int, cells: int
) -> list[Places]:
    """Return the feature pairs that explain most of the residuals.

    Args:
        columns: Training rows.
        miss: Residuals of the single features times row weight, shape (rows,).
        weight: Uncertainty there times row weight, shape (rows,).
        most: Number of pairs.
        cells: Maximum cells of a pair.
    """

    def gain(codes: np.ndarray) -> float:
        sums, weights = np.bincount(codes, miss), np.bincount(codes, weight)
        return float((sums * sums / (weights + _SHRINK)).sum())

    alone = [gain(column) for column in columns.codes.T]
    found = []
    for first, second in combinations(range(len(columns.sizes)), 2):
        wide = columns.sizes[second] + 1
        if (columns.sizes[first] + 1) * wide <= cells:
            both = gain(columns.codes[:, first] * wide + columns.codes[:, second])
            found.append((both - alone[first] - alone[second], first, second))
    found.sort(key=lambda each: (-each[0], each[1:]))
    return [(first, second) for value, first, second in found[:most] if value > 0]


def library() -> str:
    """Return name and version of the library."""
    return f"scikit-learn {version('scikit-learn')}"


def _one_thread() -> AbstractContextManager[object]:
    """Limit the library to one thread: small jobs are many times slower on several."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
