"""Means of transport: whether the number of one is that of a ship."""

from collections.abc import Mapping

from tidewaiter.consignments.digits import is_imo
from tidewaiter.parties.identifiers.numbers import check_number


def is_ship(number: str, mode: str, ships: Mapping[str, bool]) -> bool:
    """Tell whether the number of a means of transport is the IMO number of a ship.

    A lorry's plate and a wagon's number may have seven digits too.

    Args:
        number: As written.
        mode: The code of its mode of transport; "": not told.
        ships: First digit of a mode -> whether its means are ships; of others it is not known.

    Returns:
        It is written as one, and the mode is one of ships, or tells nothing and the number has
        "IMO" before it or a right check digit. Where the mode is none of ships it has both.
    """
    if not is_imo(number):
        return False
    by_ship = ships.get(mode.lstrip("0")[:1])
    if by_ship:
        return True
    named = not number.strip()[0].isdecimal()
    if by_ship is None and named:
        return True
    return (by_ship is None or named) and check_number("IMO", number)[1] == "valid"
