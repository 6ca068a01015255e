"""Amounts and shares of notices: their measures, and their text forms, written and parsed."""

from decimal import Decimal
from typing import Literal, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.quantities import parse_percent
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.law.limits import kilos, quantity
from tidewaiter.trade.substance_lookup import amount_of as quantity_of

Measure = Literal["mass_mg", "volume_ul", "pieces"]
"""Measure of an amount: the name of its field."""

MEASURES: tuple[Measure, ...] = ("mass_mg", "volume_ul", "pieces")

_UNITS = {"mass_mg": "kg", "volume_ul": "l", "pieces": "pieces"}


class Measured(NamedTuple):
    """A number and its unit."""

    measure: Measure
    value: int


_MILLION = 1_000_000
_PERCENT = Decimal(10_000)  # parts per million in one percent
_THOUSANDS = 3  # digits after a mark that could be a thousands separator
_PIECES = ("pieces", "piece", "pcs", "units", "unit")


def measured(amount: Amount) -> Measured | None:
    """Return the first measure of an amount; None: empty."""
    for measure in MEASURES:
        value = getattr(amount, measure)
        if value is not None:
            return Measured(measure, value)
    return None


def amount_of(measure: Measure, value: int) -> Amount:
    """Build an amount of one measure."""
    return Amount(
        mass_mg=value if measure == "mass_mg" else None,
        volume_ul=value if measure == "volume_ul" else None,
        pieces=value if measure == "pieces" else None,
    )


def said(amount: Amount) -> Phrase:
    """Format an amount: "25 kg", "200 l", "3 pieces"; "nothing" if empty."""
    found = measured(amount)
    if found is None:
        return Phrase("quantity/nothing")
    if found.measure == "pieces":
        return Phrase("quantity/pieces", figure=found.value)
    return quantity(found.value, _UNITS[found.measure])


def in_words(amount: Amount) -> str:
    """Format an amount: "25 kg", "200 l", "3 pieces"; "nothing" if empty."""
    found = measured(amount)
    if found is None:
        return "nothing"
    if found.measure == "pieces":
        return f"{found.value} pieces"
    return f"{kilos(found.value)} {_UNITS[found.measure]}"


def written_amount(amount: Amount) -> str:
    """Format an amount for round trips: "25 kg", "1.2340 l", "3 pieces"; "" if empty."""
    found = measured(amount)
    if found is None:
        return ""
    if found.measure == "pieces":
        return f"{found.value} pieces"
    return f"{_plain(Decimal(found.value) / _MILLION)} {_UNITS[found.measure]}"


def read_amount(text: str) -> Amount:
    """Parse an amount: a mass, a volume, or pieces; empty if the text is.

    Raises:
        InputError: None of these.
    """
    number, _, unit = text.strip().partition(" ")
    if unit.strip().casefold() in _PIECES and number.isdecimal():
        return Amount(pieces=int(number))
    mass, volume = quantity_of(text)
    return Amount(mass_mg=mass, volume_ul=volume)


def written_share(ppm: int | None) -> str:
    """Format parts per million as a percentage, without the sign; "": None."""
    return "" if ppm is None else _plain(Decimal(ppm) / _PERCENT)


def read_share(text: str) -> int | None:
    """Parse a percentage as parts per million; None: empty text.

    Raises:
        InputError: Not a percentage, or more than four decimal places.
    """
    if not text.strip():
        return None
    found = parse_percent(text) * _PERCENT
    if found != int(found):
        raise InputError("exchange/too-exact", text=text)
    return int(found)


def _plain(number: Decimal) -> str:
    """Format a number unambiguously: "1.234" could mean a thousand and more."""
    text = f"{number.normalize():f}"
    return f"{text}0" if len(text.partition(".")[2]) == _THOUSANDS else text
