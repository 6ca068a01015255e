"""Defects: a code with values, or the words of a plug-in and of records stored before."""

from typing import Any

import msgspec
import pytest

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import AS_REPORTED, InputError

ERROR = InputError("base/unit-not-known", text="furlong")


def _read(stored: dict[str, Any]) -> Defect:
    return msgspec.json.decode(msgspec.json.encode(stored), type=Defect)


def test_the_code_determines_the_words() -> None:
    """Words that were stored with a known code are rendered again: its entry may be reworded."""
    defect = Defect(code=ERROR.code, values=ERROR.values)
    assert (defect.problem, defect.hint) == (ERROR.message, ERROR.hint)
    assert _read(msgspec.to_builtins(defect)) == defect
    assert _read({"code": ERROR.code, "values": {"text": "furlong"}, "problem": "old"}) == defect


@pytest.mark.parametrize(
    "stored",
    [
        {"problem": "is no unit", "hint": "write kg"},
        {"code": AS_REPORTED, "problem": "is no unit", "hint": "write kg"},
        {"code": "ours/new", "problem": "is no unit", "hint": "write kg"},
        {"code": ERROR.code, "values": {"unit": 1}, "problem": "is no unit", "hint": "write kg"},
    ],
    ids=["stored before codes", "of a plug-in", "unknown code", "other values"],
)
def test_words_that_were_given_stay(stored: dict[str, Any]) -> None:
    """They are shown if no entry can render them, also as an error."""
    defect = _read(stored)
    assert (defect.problem, defect.hint) == ("is no unit", "write kg")
    error = defect.as_error(at="row 3")
    assert (error.message, error.hint, error.at) == ("is no unit", "write kg", "row 3")


def test_an_error_comes_back() -> None:
    """Of a code, the error has the same code and values."""
    error = Defect(code=ERROR.code, values=ERROR.values).as_error(at="row 3")
    assert (error.code, dict(error.values), error.at) == (ERROR.code, {"text": "furlong"}, "row 3")


def test_numbers_keep_their_kind() -> None:
    """A whole number that was stored is formatted as one."""
    stored = {"code": "trade/row-width-wrong", "values": {"count": 1200, "width": 9}}
    assert "1,200" in _read(stored).problem
