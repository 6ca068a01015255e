"""Modes of transport: one word for what papers write as a code, or as that word."""

import re
from functools import cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_CODE: Final = re.compile("0?([1-9])0?")


class _Modes(Record, frozen=True, kw_only=True):
    source: str
    modes: dict[str, str]


@cache
def modes() -> dict[str, str]:
    """Return the word of each code of a mode, of data/rules/modes.toml."""
    return read_toml(data("rules", "modes.toml"), _Modes).modes


def mode_of(text: str | None) -> str:
    """Return the word of a mode that is written as a code or as that word; "": it is neither."""
    if not text:
        return ""
    code = _CODE.fullmatch(text)
    if code:
        return modes().get(code[1], "")
    return text.lower() if text.lower() in modes().values() else ""


def code_of(text: str | None) -> str | None:
    """Return the code of a mode, one digit, however it is written; None: it is none."""
    word = mode_of(text)
    return next((code for code, each in modes().items() if each == word), None)
