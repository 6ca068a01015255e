"""Figures of an order of alerts: how well it tells right ones from others."""

import numpy as np


def auc(scores: np.ndarray, hits: np.ndarray) -> float:
    """Return the chance that a hit stands above another one; ties count half.

    Args:
        scores: Shape (rows,).
        hits: 1 or 0, shape (rows,).

    Returns:
        From 0 to 1; 0.5 where all are hits, or none.
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
    """Return the hits among the first so many by score; among equal scores, the share to expect."""
    order = np.argsort(-scores, kind="stable")
    if not 0 < rows < len(order):
        return float(hits.sum()) if rows else 0.0
    edge = scores[order[rows - 1]]
    above, level = scores > edge, scores == edge
    room = rows - int(above.sum())
    return float(hits[above].sum() + room * hits[level].mean())


def brier(chances: np.ndarray, hits: np.ndarray) -> float:
    """Return the mean square of what a chance is off."""
    return float(np.mean((chances - hits) ** 2))


def log_loss(odds: np.ndarray, hits: np.ndarray) -> float:
    """Return the mean loss of log odds."""
    return float(np.mean(np.logaddexp(0, odds) - hits * odds))


def calibrated(odds: np.ndarray, hits: np.ndarray) -> tuple[float, float]:
    """Fit slope and shift by which log odds become true ones.

    Args:
        odds: Of rows that taught nothing, shape (rows,).
        hits: 1 or 0, shape (rows,).

    Returns:
        The slope, not below 0, and the shift.

    Source:
        Platt 1999, Probabilistic outputs for support vector machines, with his targets, which
        keep either from running away.
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
