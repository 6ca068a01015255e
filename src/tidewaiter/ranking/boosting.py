"""Boosting: scikit-learn's trees, each of one feature alone, added up into a table a feature.

Trees of one feature never make two features mean something together, so their sum is a sum over
features: each table is read off by asking the whole for each bin, with all else missing.
"""

from contextlib import AbstractContextManager
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from tidewaiter.base.errors import InputError
from tidewaiter.ranking.settings import Boosting

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier


class Columns:
    """What is learned from: a code for each row and feature."""

    def __init__(self, codes: np.ndarray, sizes: list[int], categories: list[bool],
                 rising: list[bool]) -> None:  # fmt: skip
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


class Boosted:
    """Trees that were grown."""

    def __init__(self, columns: Columns, model: "HistGradientBoostingClassifier") -> None:
        self.columns, self.library = columns, model

    def odds(self, codes: np.ndarray) -> np.ndarray:
        """Return the log odds of rows, as the library has them, shape (rows,)."""
        with _one_thread():
            return np.asarray(self.library.decision_function(self.columns.numbers(codes)))

    def staged(self, codes: np.ndarray) -> list[np.ndarray]:
        """Return the log odds after each round."""
        with _one_thread():
            stages = self.library.staged_decision_function(self.columns.numbers(codes))
            return [np.asarray(each).ravel() for each in stages]

    def tables(self) -> tuple[float, list[np.ndarray]]:
        """Read off what all is missing gives, and what each bin adds to it."""
        sizes = self.columns.sizes
        missing = np.array([sizes])
        base = float(self.odds(missing)[0])
        made = []
        for place, size in enumerate(sizes):
            asked = np.repeat(missing, size + 1, axis=0)
            asked[:, place] = np.arange(size + 1)
            made.append(self.odds(asked) - base)
        return base, made


def grow(columns: Columns, hits: np.ndarray, rounds: int, settings: Boosting, seed: int) -> Boosted:
    """Grow trees.

    Args:
        columns: Of the training rows.
        hits: 1 where an alert was right, else 0, shape (rows,).
        rounds: How many trees.
        settings: Of the trees.
        seed: Of the library; the same rows and seed give the same trees.

    Raises:
        InputError: The library is not installed.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - an extra
    except ImportError as error:
        hint = "pip install 'tidewaiter[ranker]'; to use a model, it is not needed"
        raise InputError("scikit-learn is not installed", hint=hint) from error
    model = HistGradientBoostingClassifier(
        learning_rate=settings.rate,
        max_iter=rounds,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.least_leaf,
        l2_regularization=settings.penalty,
        categorical_features=np.array(columns.categories),
        monotonic_cst=[int(each) for each in columns.rising],
        interaction_cst="no_interactions",
        early_stopping=False,
        random_state=seed,
    )
    with _one_thread():
        model.fit(columns.numbers(columns.codes), hits)
    return Boosted(columns, model)


def library() -> str:
    """Name the library and its version."""
    return f"scikit-learn {version('scikit-learn')}"


def _one_thread() -> AbstractContextManager[object]:
    """Keep the library to one thread: on several, small work takes many times as long."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
