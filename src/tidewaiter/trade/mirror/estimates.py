"""Estimates: freight and insurance, reliability of reporters, and robust statistics."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import median

import numpy as np

from tidewaiter.base.records import Record
from tidewaiter.trade.mirror.places import Distances, distance
from tidewaiter.trade.mirror.reading import Flows
from tidewaiter.trade.mirror.types import Amount, Freight, Method

_ALIKE = 1e-9  # minimum standard deviation of ln(km) for a fit


def fit_freight(flows: Flows, method: Method, distances: Distances | None = None) -> Freight:
    """Estimate how tau depends on distance.

    Observations are the import rows with both values; if these are too few, the unit prices of both
    sides of a flow with matching kilograms.

    Args:
        flows: All watched flows.
        method: Parameters.
        distances: User-defined distances in km.

    Source:
        design as Gaulier and Zignago 2010 (CEPII 2010-23, section 2.3: ratio of unit values,
        quantities that agree) and Harvard Growth Lab, comtrade-mirroring (winsorised, capped).
    """
    told = method.freight
    for how, seen in (
        ("rows with both values", list(_both_values(flows, told.floor, distances))),
        ("prices of two sides", list(_prices(flows, method, distances))),
    ):
        if len(seen) >= told.least:
            constant, slope = _line(sorted(seen), told.winsor)
            return Freight(
                how=how,  # type: ignore[arg-type]
                observations=len(seen),
                constant=constant,
                slope=slope,
                cap=told.cap,
            )
    return Freight(how="default", observations=0, constant=told.default, slope=0, cap=told.cap)


def tau_of(freight: Freight, km: float | None) -> float:
    """Return tau for a distance; for an unknown one that of 5,000 km."""
    value = freight.constant + freight.slope * math.log(km or 5_000)
    return min(max(value, 0.0), freight.cap)


def import_fob(amount: Amount, tau: float) -> tuple[float | None, float | None]:
    """Return the FOB value of an import, and the tau deducted; None: reported as FOB."""
    if amount.fob:
        return amount.fob, None
    if amount.usd is None:
        return None, tau
    return amount.usd / (1 + tau), tau


def _both_values(
    flows: Flows, floor: float, distances: Distances | None
) -> Iterator[tuple[float, float]]:
    """Yield ln(km) and tau of the rows with CIF and FOB values."""
    for (side, key), amount in flows.items():
        km = distance(key.exporter, key.importer, distances)
        if side == "M" and km and amount.cif and amount.fob and amount.fob >= floor:
            yield math.log(km), amount.cif / amount.fob - 1


def _prices(
    flows: Flows, method: Method, distances: Distances | None
) -> Iterator[tuple[float, float]]:
    """Yield ln(km) and tau of the flows with equal kilograms."""
    told = method.freight
    for (side, key), bought in flows.items():
        sold = flows.get(("X", key)) if side == "M" else None
        km = distance(key.exporter, key.importer, distances) if sold else None
        if not (sold and km and sold.kg and bought.kg and sold.usd and bought.usd):
            continue
        if sold.estimated or bought.estimated or min(sold.usd, bought.usd) < told.floor:
            continue
        if abs(sold.kg - bought.kg) <= told.agree * max(sold.kg, bought.kg):
            yield math.log(km), (bought.usd / bought.kg) / (sold.usd / sold.kg) - 1


def _line(seen: Sequence[tuple[float, float]], winsor: float) -> tuple[float, float]:
    """Fit a line by least squares, with tau winsorised at both ends."""
    at, taus = np.array(seen, dtype=float).T
    taus = np.clip(taus, np.quantile(taus, winsor), np.quantile(taus, 1 - winsor))
    if at.std() < _ALIKE:
        return float(taus.mean()), 0.0
    slope = float(((at - at.mean()) * (taus - taus.mean())).sum() / ((at - at.mean()) ** 2).sum())
    return float(taus.mean() - slope * at.mean()), slope


def reliabilities(
    seen: Iterable[tuple[int, int, float]], method: Method
) -> dict[int, tuple[float, int]]:
    """Estimate the reliability of reporters from their agreement with all partners.

    A reporter's reliability is the mean of 1 - |m| over its flows, weighted by the reliability of
    the partner, so that an unreliable partner has little effect; with few flows it is shrunk
    towards the overall mean. It is a fixed point, computed iteratively.

    Args:
        seen: Exporter, importer and m of each two-sided flow.
        method: Parameters.

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


_NORMAL = 1.4826  # median absolute deviation to standard deviation


class Standing(Record, frozen=True, kw_only=True):
    """A value relative to others."""

    usual: float
    spread: float
    z: float


class Middle(Record, frozen=True, kw_only=True):
    """Median and spread of a set of values."""

    usual: float
    spread: float
    count: int

    def standing(self, value: float) -> Standing:
        """Return the distance of a value from the median, in spreads."""
        z = (value - self.usual) / self.spread
        return Standing(usual=self.usual, spread=self.spread, z=z)


def ratio(x: float, m: float) -> float:
    """Return (x - m) / (x + m): -1 to 1, 0 if both are 0."""
    return (x - m) / (x + m) if x + m else 0.0


def standing(value: float, others: Sequence[float], least: float) -> Standing:
    """Return the distance of a value from the median of others, in spreads."""
    return middle(others, least).standing(value)


def middle(values: Sequence[float], least: float) -> Middle:
    """Return the median of values, and their spread.

    Args:
        values: At least one value.
        least: Minimum spread.

    Source:
        Iglewicz and Hoaglin 1993, How to detect and handle outliers: modified z-scores.
    """
    usual = median(values)
    spread = max(_NORMAL * median(abs(each - usual) for each in values), least)
    return Middle(usual=usual, spread=spread, count=len(values))
