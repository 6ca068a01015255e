"""Amounts of a line in words: as converted, and as the paper has them under a stated unit."""

from decimal import Decimal

from tidewaiter.base.quantities import find_unit
from tidewaiter.consignments.types import Line

_PLACES = 9  # decimal places that are tried to undo the rounding of a conversion


def stated_unit(line: Line, field: str) -> str | None:
    """Return the unit that the user stated for a field of a line; None: the file names it."""
    for entry in line.stated or ():
        name, _, unit = entry.partition(": ")
        if name == field:
            return unit
    return None


def litres_or_kilograms(millionths: int | None) -> Decimal | None:
    """Return milligrams as kilograms, or microlitres as litres, exactly."""
    return None if millionths is None else Decimal(millionths).scaleb(-6).normalize() + 0


def amount_in_words(millionths: int | None, shown: str, unit: str | None) -> str:
    """Return an amount as people read it.

    Args:
        millionths: Milligrams or microlitres; None: not known.
        shown: "kg" or "l".
        unit: That the user stated for it; None: it was read in the file.

    Returns:
        Like "25 kg"; "24.94758 kg (55 lb on the paper; ...)" where the unit was stated;
        "" where nothing is known.
    """
    amount = litres_or_kilograms(millionths)
    if amount is None or millionths is None:
        return ""
    text = f"{amount:,f} {shown}"
    if unit is None:
        return text
    known = find_unit(unit)
    if known is None or not known.size or known.code == shown:
        return f"{text} (the unit is stated for the file, not read in it)"
    paper = _undone(millionths, known.size)
    return f"{text} ({paper:,f} {unit} on the paper; the unit is stated for it, not read in it)"


def quantity_in_words(line: Line) -> str:
    """Return the quantity as written, with the unit that the user stated for it."""
    unit = stated_unit(line, "quantity")
    if line.quantity is None or unit is None:
        return line.quantity or ""
    return f"{line.quantity} ({unit}: the unit is stated for the file, not read in it)"


def _undone(millionths: int, size: Decimal) -> Decimal:
    """Return the shortest amount that the conversion turns into so many millionths."""
    exact = Decimal(millionths) / size
    for places in range(_PLACES):
        short = round(exact, places)
        if round(short * size) == millionths:
            return short.normalize() + 0
    return round(exact, _PLACES).normalize() + 0
