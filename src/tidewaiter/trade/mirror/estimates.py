"""What freight and insurance add to the value of imports: tau = (CIF - FOB) / FOB."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from tidewaiter.mirror.places import Distances, distance
from tidewaiter.mirror.reading import Flows
from tidewaiter.mirror.types import Amount, Freight, Method

_ALIKE = 1e-9  # standard deviation of ln(km) below which all pairs are equally far


def fit_freight(flows: Flows, method: Method, distances: Distances | None = None) -> Freight:
    """Find how tau grows with distance.

    Observations are the rows of imports that have both values; where these are too few, the prices
    per kilogram of the two sides of a flow, where both sides agree on the kilograms.

    Args:
        flows: All that are watched.
        method: Its numbers.
        distances: Kilometres given by the user.

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
    """Return tau for a distance; for an unknown one that of a middling one, 5,000 km."""
    value = freight.constant + freight.slope * math.log(km or 5_000)
    return min(max(value, 0.0), freight.cap)


def import_fob(amount: Amount, tau: float) -> tuple[float | None, float | None]:
    """Return the FOB value of an import, and the tau that was taken off; None: it was reported."""
    if amount.fob:
        return amount.fob, None
    if amount.usd is None:
        return None, tau
    return amount.usd / (1 + tau), tau


def _both_values(
    flows: Flows, floor: float, distances: Distances | None
) -> Iterator[tuple[float, float]]:
    """Give ln(km) and tau of the rows that have CIF and FOB."""
    for (side, key), amount in flows.items():
        km = distance(key.exporter, key.importer, distances)
        if side == "M" and km and amount.cif and amount.fob and amount.fob >= floor:
            yield math.log(km), amount.cif / amount.fob - 1


def _prices(
    flows: Flows, method: Method, distances: Distances | None
) -> Iterator[tuple[float, float]]:
    """Give ln(km) and tau of the flows whose sides agree on the kilograms."""
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
    """Fit a line by least squares, both ends of tau winsorised."""
    at, taus = np.array(seen, dtype=float).T
    taus = np.clip(taus, np.quantile(taus, winsor), np.quantile(taus, 1 - winsor))
    if at.std() < _ALIKE:
        return float(taus.mean()), 0.0
    slope = float(((at - at.mean()) * (taus - taus.mean())).sum() / ((at - at.mean()) ** 2).sum())
    return float(taus.mean() - slope * at.mean()), slope
