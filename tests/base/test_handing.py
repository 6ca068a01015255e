"""Errors that go from one process to another."""

import threading

import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.base.processes import packed, unpacked


class _AskingError(Exception):
    """An error that cannot be rebuilt from its arguments."""

    def __init__(self, *, place: str) -> None:
        super().__init__(f"at {place}")


def test_an_error_comes_as_it_was() -> None:
    """With all that it says."""
    error = unpacked(packed(InputError.from_words("no goods", at="a.csv", hint="name a column")))
    assert isinstance(error, InputError)
    assert str(error) == str(InputError.from_words("no goods", at="a.csv", hint="name a column"))


@pytest.mark.parametrize(
    "error", [_AskingError(place="row 1"), ValueError("at row 1", threading.Lock())]
)
def test_one_that_cannot_be_carried_comes_by_what_it_says(error: Exception) -> None:
    """It is not reported as a killed process."""
    found = unpacked(packed(error))
    assert type(found) is RuntimeError
    assert str(found).startswith(type(error).__name__)
    assert "at row 1" in str(found)
