"""How far each country's reports agree with those of all its partners."""

import math
from collections import defaultdict
from collections.abc import Iterable

from tidewaiter.mirror.types import Method


def reliabilities(
    seen: Iterable[tuple[int, int, float]], method: Method
) -> dict[int, tuple[float, int]]:
    """Weigh reporters by their agreement with all partners.

    A reporter's reliability is the mean of 1 - |m| over its flows, each weighed by the
    reliability of the partner, so that one bad partner spoils no good reporter; a few flows are
    drawn to the mean of all. It is a fixed point, found in rounds.

    Args:
        seen: Exporter, importer and m of each flow that two sides report.
        method: Its numbers.

    Returns:
        Reliability, 0 to 1, and the number of flows, by country.
    """
    flows = sorted(seen)
    if not flows:
        return {}
    mean = math.fsum(1 - abs(m) for _, _, m in flows) / len(flows)
    held: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for exporter, importer, m in flows:
        held[exporter].append((importer, 1 - abs(m)))
        held[importer].append((exporter, 1 - abs(m)))
    found = dict.fromkeys(held, mean)
    prior = method.reliability.prior
    for _ in range(method.reliability.rounds):
        found = {
            country: (
                math.fsum(found[partner] * agree for partner, agree in partners)
                + prior * mean * mean
            )
            / (math.fsum(found[partner] for partner, _ in partners) + prior * mean)
            if mean
            else 0.0
            for country, partners in held.items()
        }
    return {country: (value, len(held[country])) for country, value in sorted(found.items())}
