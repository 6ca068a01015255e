"""Means of transport: whether the number of one is that of a ship."""

from tidewaiter.consignments.digits import is_imo
from tidewaiter.consignments.modes import by_ship
from tidewaiter.parties.identifiers.numbers import check_number


def is_ship(number: str, mode: str) -> bool:
    """Tell whether the number of a means of transport is the IMO number of a ship.

    A lorry's plate and a wagon's number may have seven digits too.

    Args:
        number: As written.
        mode: Its mode of transport, as a code or a word; "": not told.

    Returns:
        It is written as one, and the mode is one of ships, or tells nothing and the number has
        "IMO" before it or a right check digit. Where the mode is none of ships it has both.
    """
    if not is_imo(number):
        return False
    ship = by_ship(mode)
    if ship:
        return True
    named = not number.strip()[0].isdecimal()
    if ship is None and named:
        return True
    return (ship is None or named) and check_number("IMO", number)[1] == "valid"
