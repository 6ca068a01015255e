"""Modes of transport, and detection of ship numbers."""

import re
from functools import cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.check_digits import is_imo

_CODE: Final = re.compile("0?([1-9])0?")


class _Modes(Record, frozen=True, kw_only=True):
    source: str
    ships: frozenset[str]
    no_ships: frozenset[str]
    modes: dict[str, str]


@cache
def _file() -> _Modes:
    return read_toml(data("rules", "modes.toml"), _Modes)


def modes() -> dict[str, str]:
    """Return the name of each mode code in data/rules/modes.toml."""
    return _file().modes


def mode_of(text: str | None) -> str:
    """Return the name of a mode given as a code or name; "": neither."""
    if not text:
        return ""
    code = _CODE.fullmatch(text)
    if code:
        return modes().get(code[1], "")
    return text.lower() if text.lower() in modes().values() else ""


def by_ship(text: str | None) -> bool | None:
    """Return whether a mode uses ships; None: not known."""
    word = mode_of(text)
    return True if word in _file().ships else False if word in _file().no_ships else None


def code_of(text: str | None) -> str | None:
    """Return the code of a mode, one digit, from any notation; None: not a mode."""
    word = mode_of(text)
    return next((code for code, each in modes().items() if each == word), None)


def is_ship(number: str, mode: str) -> bool:
    """Return whether the number of a means of transport is the IMO number of a ship.

    A lorry's plate and a wagon's number may have seven digits too.

    Args:
        number: Number as written.
        mode: Mode of transport, as a code or a name; "": not given.

    Returns:
        It has the format, and the mode uses ships, or is unknown and the number has the prefix
        "IMO" or a valid check digit. For other modes both are required.
    """
    if not is_imo(number):
        return False
    ship = by_ship(mode)
    if ship:
        return True
    named = not number.strip()[0].isdecimal()
    if ship is None and named:
        return True
    # Imported here: the checks of all numbers of parties are more than a table of alerts needs.
    from tidewaiter.parties.identifiers.validation import check_number  # noqa: PLC0415

    return (ship is None or named) and check_number("IMO", number)[1] == "valid"
