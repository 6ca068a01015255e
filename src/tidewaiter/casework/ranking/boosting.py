"""Boosting: scikit-learn's trees, each of one feature or one pair, added up into tables.

A tree never looks at more than a pair that was allowed, so the sum of all trees is a sum over
features and pairs: each table is read off by asking the whole for each bin, with all else missing.

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
"""Two features, by their place among the columns."""

_SHRINK = 20.0  # weight of nothing in each cell, so that a cell of few rows explains little


class Size(NamedTuple):
    """How many trees, and which pairs they may look at."""

    rounds: int
    pairs: tuple[Places, ...] = ()


class Columns:
    """What is learned from: a code for each row and feature."""

    def __init__(
        self, codes: np.ndarray, sizes: list[int], categories: list[bool], rising: list[bool]
    ) -> None:
        """Hold codes.

        Args:
            codes: Places in the scales, shape (rows, features); a size: missing.
            sizes: Bins or levels of each feature, without the one for what is missing.
            categories: Whether a feature has no order.
            rising: Whether more never counts against.
        """
        self.codes, self.sizes = codes, sizes
        self.categories, self.rising = categories, rising

    def numbers(self, codes: np.ndarray) -> np.ndarray:
        """Return codes as the library takes them: what is missing is NaN."""
        return np.where(codes >= np.array(self.sizes), np.nan, codes.astype(float))


class Tables(NamedTuple):
    """What trees add up to, in log odds."""

    base: float
    singles: list[np.ndarray]  # of each feature, shape (size + 1,)
    pairs: list[np.ndarray]  # of each pair, beyond its two features


class Boosted:
    """Trees that were grown."""

    def __init__(
        self, columns: Columns, pairs: Sequence[Places], model: "HistGradientBoostingClassifier"
    ) -> None:
        self.columns, self.pairs, self.library = columns, pairs, model

    @property
    def rounds(self) -> int:
        """Count the trees."""
        return int(self.library.n_iter_)

    def odds(self, codes: np.ndarray) -> np.ndarray:
        """Return the log odds of rows, as the library has them, shape (rows,)."""
        with _one_thread():
            return np.asarray(self.library.decision_function(self.columns.numbers(codes)))

    def staged(self, codes: np.ndarray) -> list[np.ndarray]:
        """Return the log odds after each round."""
        with _one_thread():
            stages = self.library.staged_decision_function(self.columns.numbers(codes))
            return [np.asarray(each).ravel() for each in stages]

    def tables(self) -> "Tables":
        """Read off what all is missing gives, and what each bin and each pair of bins adds."""
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
    """Grow trees.

    Args:
        columns: Of the training rows.
        hits: 1 where an alert was right, else 0, shape (rows,).
        weights: Of the rows, shape (rows,); None: all weigh the same.
        grown: How many trees, and which pairs they may look at.
        settings: Of the trees.
        seed: Of the library; the same rows and seed give the same trees.

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
    """Return the pairs of features that explain most of what single ones left.

    Args:
        columns: Of the training rows.
        miss: What single features are off, times the weight of the row, shape (rows,).
        weight: How uncertain they are there, times that of the row, shape (rows,).
        most: How many pairs.
        cells: How many a pair may have.
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
    """Name the library and its version."""
    return f"scikit-learn {version('scikit-learn')}"


def _one_thread() -> AbstractContextManager[object]:
    """Keep the library to one thread: on several, small work takes many times as long."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
