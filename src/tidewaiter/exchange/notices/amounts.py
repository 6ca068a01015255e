"""Amounts of a notice: one measure each, compared and added only with its own kind."""

from typing import Literal, NamedTuple

from tidewaiter.exchange.notices.types import Amount
from tidewaiter.substances.limits import kilos

Measure = Literal["mass_mg", "volume_ul", "pieces"]
"""What an amount is measured in: the name of its field."""

MEASURES: tuple[Measure, ...] = ("mass_mg", "volume_ul", "pieces")

_UNITS = {"mass_mg": "kg", "volume_ul": "l", "pieces": "pieces"}


class Measured(NamedTuple):
    """A number and what it counts."""

    measure: Measure
    value: int


def measured(amount: Amount) -> Measured | None:
    """Return the first measure that an amount gives; None: it gives none."""
    for measure in MEASURES:
        value = getattr(amount, measure)
        if value is not None:
            return Measured(measure, value)
    return None


def amount_of(measure: Measure, value: int) -> Amount:
    """Make an amount of one measure."""
    return Amount(
        mass_mg=value if measure == "mass_mg" else None,
        volume_ul=value if measure == "volume_ul" else None,
        pieces=value if measure == "pieces" else None,
    )


def in_words(amount: Amount) -> str:
    """Say an amount: "25 kg", "200 l", "3 pieces"; "nothing" where it gives none."""
    found = measured(amount)
    if found is None:
        return "nothing"
    if found.measure == "pieces":
        return f"{found.value} pieces"
    return f"{kilos(found.value)} {_UNITS[found.measure]}"
