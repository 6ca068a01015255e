"""Modes of transport: one word for what papers write as a code, or as that word."""

import re
from functools import cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

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
