"""Quantiles of the gamma distribution, by which intervals of small counts are made."""

import math

_SMALL = 1e-15
_STEPS = 200
_HALVINGS = 120


def gamma_quantile(share: float, shape: float) -> float:
    """Return the quantile of a gamma distribution of scale 1.

    Args:
        share: Of the distribution below it, between 0 and 1.
        shape: Greater than 0.

    Source:
        Press et al., Numerical Recipes, 3rd ed., 6.2; found by halving, to 12 digits.
    """
    low, high = 0.0, shape + 20 * math.sqrt(shape) + 20
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _below(middle, shape) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _below(value: float, shape: float) -> float:
    """Return the share of the distribution below a value: the regularised incomplete gamma."""
    if value <= 0:
        return 0.0
    scale = math.exp(shape * math.log(value) - value - math.lgamma(shape))
    if value < shape + 1:
        return scale * _series(value, shape)
    return 1 - scale * _fraction(value, shape)


def _series(value: float, shape: float) -> float:
    term = total = 1 / shape
    for step in range(1, _STEPS * 10):
        term *= value / (shape + step)
        total += term
        if term < total * _SMALL:
            break
    return total


def _fraction(value: float, shape: float) -> float:
    """Sum the continued fraction by Lentz's method."""
    base = value + 1 - shape
    upper, lower = 1e300, 1 / base
    total = lower
    for step in range(1, _STEPS * 10):
        factor = -step * (step - shape)
        base += 2
        lower = 1 / (factor * lower + base)
        upper = base + factor / upper
        change = lower * upper
        total *= change
        if abs(change - 1) < _SMALL:
            break
    return total
