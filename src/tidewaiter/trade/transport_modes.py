"""Modes of transport, and whether the number of a means of transport is that of a ship."""

import re
from functools import cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.identifiers.validation import check_number
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
    """Return the word of each code of a mode, of data/rules/modes.toml."""
    return _file().modes


def mode_of(text: str | None) -> str:
    """Return the word of a mode that is written as a code or as that word; "": it is neither."""
    if not text:
        return ""
    code = _CODE.fullmatch(text)
    if code:
        return modes().get(code[1], "")
    return text.lower() if text.lower() in modes().values() else ""


def by_ship(text: str | None) -> bool | None:
    """Tell whether the means of a mode are ships; None: it does not say."""
    word = mode_of(text)
    return True if word in _file().ships else False if word in _file().no_ships else None


def code_of(text: str | None) -> str | None:
    """Return the code of a mode, one digit, however it is written; None: it is none."""
    word = mode_of(text)
    return next((code for code, each in modes().items() if each == word), None)


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
