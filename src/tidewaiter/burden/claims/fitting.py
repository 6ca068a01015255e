"""Whether a statement of a number holds of a figure: the rules of data/burden/claims.toml."""

from fractions import Fraction

from tidewaiter.burden.claims.types import Fit, Stated
from tidewaiter.burden.claims.words import rules, words


def fit(stated: Stated, value: float) -> Fit:
    """Tell whether a statement holds of a figure, or the figure only rounds to its number.

    Args:
        stated: The number, with its word.
        value: The figure, in the unit of the number.

    Returns:
        "holds": the sentence is true of the figure; "rounds": it is not, but the figure rounds
        to the number as written; "no": neither.
    """
    rule = rules()[stated.comparator]
    if stated.form != "digits" and not stated.comparator:
        low, high = rounding(stated)
        inside = low <= value < high
        exact = stated.form == "percent"
        return ("holds" if exact else "rounds") if inside else "no"
    low = stated.value * rule.least if rule.least is not None else float("-inf")
    high = stated.value * rule.most if rule.most is not None else float("inf")
    if low <= value <= high and not (rule.strict and value == stated.value):
        return "holds"
    low, high = rounding(stated)
    return "rounds" if low <= value < high else "no"


def rounding(stated: Stated) -> tuple[float, float]:
    """Return from where to where figures round to a number as it is written."""
    if stated.form == "one in":
        count = 100 / stated.value
        return 100 / (count + 0.5), 100 / (count - 0.5)
    if stated.form == "fraction":
        return _nearest(stated.value)
    return stated.value - stated.step / 2, stated.value + stated.step / 2


def accepted(stated: Stated) -> tuple[float, float]:
    """Return from where to where a figure holds or rounds to the number."""
    low, high = rounding(stated)
    rule = rules()[stated.comparator]
    if stated.form != "digits" and not stated.comparator:
        return low, high
    least = stated.value * rule.least if rule.least is not None else float("-inf")
    most = stated.value * rule.most if rule.most is not None else float("inf")
    return min(low, least), max(high, most)


def is_near(stated: Stated, value: float, spread: float) -> bool:
    """Tell whether another official figure of the same thing could bear a statement out.

    Args:
        stated: The number, with its word.
        value: The figure at hand, in the unit of the number.
        spread: How far official figures lie apart: in points of percent, else as a part of 1.
    """
    away = spread if stated.unit == "percent" else abs(value) * spread
    low, high = accepted(stated)
    return low <= value + away and value - away <= high


def is_precise(stated: Stated) -> bool:
    """Tell whether a number is so exact that a match elsewhere is hardly chance."""
    return stated.form == "digits" and stated.step <= stated.value * 0.002


def _nearest(percent: float) -> tuple[float, float]:
    """Return the range in which a fraction is the nearest of the common ones, itself among them."""
    common = {float(100 * Fraction(each)) for each in words().fractions.common} | {percent}
    order = sorted(common)
    place = order.index(percent)
    below = order[place - 1] if place else 0.0
    above = order[place + 1] if place + 1 < len(order) else 100.0
    return (below + percent) / 2, (percent + above) / 2
