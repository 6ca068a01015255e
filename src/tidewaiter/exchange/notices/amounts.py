"""Amounts and shares of notices: which measure one gives, and both as text, written and read."""

from decimal import Decimal
from typing import Literal, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.quantities import parse_percent
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.law.limits import kilos, quantity
from tidewaiter.trade.substance_lookup import amount_of as quantity_of

Measure = Literal["mass_mg", "volume_ul", "pieces"]
"""What an amount is measured in: the name of its field."""

MEASURES: tuple[Measure, ...] = ("mass_mg", "volume_ul", "pieces")

_UNITS = {"mass_mg": "kg", "volume_ul": "l", "pieces": "pieces"}


class Measured(NamedTuple):
    """A number and what it counts."""

    measure: Measure
    value: int


_MILLION = 1_000_000
_PERCENT = Decimal(10_000)  # parts per million in one percent
_THOUSANDS = 3  # digits after a mark that could be one of thousands
_PIECES = ("pieces", "piece", "pcs", "units", "unit")


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


def said(amount: Amount) -> Phrase:
    """Say an amount: "25 kg", "200 l", "3 pieces"; "nothing" where it gives none."""
    found = measured(amount)
    if found is None:
        return Phrase("quantity/nothing")
    if found.measure == "pieces":
        return Phrase("quantity/pieces", figure=found.value)
    return quantity(found.value, _UNITS[found.measure])


def in_words(amount: Amount) -> str:
    """Say an amount: "25 kg", "200 l", "3 pieces"; "nothing" where it gives none."""
    found = measured(amount)
    if found is None:
        return "nothing"
    if found.measure == "pieces":
        return f"{found.value} pieces"
    return f"{kilos(found.value)} {_UNITS[found.measure]}"


def written_amount(amount: Amount) -> str:
    """Write an amount so that it is read as itself: "25 kg", "1.2340 l", "3 pieces"; "": none."""
    found = measured(amount)
    if found is None:
        return ""
    if found.measure == "pieces":
        return f"{found.value} pieces"
    return f"{_plain(Decimal(found.value) / _MILLION)} {_UNITS[found.measure]}"


def read_amount(text: str) -> Amount:
    """Read an amount: a mass, a volume, or pieces; nothing where the text is empty.

    Raises:
        InputError: It is none of them.
    """
    number, _, unit = text.strip().partition(" ")
    if unit.strip().casefold() in _PIECES and number.isdecimal():
        return Amount(pieces=int(number))
    mass, volume = quantity_of(text)
    return Amount(mass_mg=mass, volume_ul=volume)


def written_share(ppm: int | None) -> str:
    """Write parts per million as a percentage, without its sign; "": none."""
    return "" if ppm is None else _plain(Decimal(ppm) / _PERCENT)


def read_share(text: str) -> int | None:
    """Read a percentage as parts per million; None: the text is empty.

    Raises:
        InputError: It is no percentage, or has more than four places.
    """
    if not text.strip():
        return None
    found = parse_percent(text) * _PERCENT
    if found != int(found):
        raise InputError("exchange/too-exact", text=text)
    return int(found)


def _plain(number: Decimal) -> str:
    """Write a number that has one reading: "1.234" could be a thousand and more."""
    text = f"{number.normalize():f}"
    return f"{text}0" if len(text.partition(".")[2]) == _THOUSANDS else text
