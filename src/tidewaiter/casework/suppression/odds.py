"""What a count of decisions says about those to come."""

from math import sqrt

_Z = 1.959964  # of the normal distribution, two sides, 95 %


def least_share(count: int, total: int) -> float:
    """Return the lower end of the 95 % interval of a share.

    Args:
        count: How many.
        total: Of how many.

    Returns:
        From 0 to 1; of none, 0.

    Source:
        Wilson 1927, Journal of the American Statistical Association 22.
    """
    if total == 0:
        return 0.0
    share = count / total
    middle = share + _Z * _Z / (2 * total)
    half = _Z * sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    return max(0.0, (middle - half) / (1 + _Z * _Z / total))
