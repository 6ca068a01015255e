"""Errors: codes with values; the message is formatted when it is shown."""

import pickle

import numpy as np
import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import (
    AS_REPORTED,
    InputError,
    RegistryError,
    TidewaiterError,
    template_of,
)


class _StatusError(TidewaiterError):
    """An error class without a code."""

    def __init__(self, status: int) -> None:
        super().__init__(AS_REPORTED, text=f"status {status}", hint="")
        self.status = status


def _wrong() -> InputError:
    return InputError("base/unit-not-known", text="25 kgs", at="a.csv, row 17")


def test_words_are_made_of_the_entry() -> None:
    """The place, the message with its values, and the hint on a separate line."""
    entry = template_of("base/unit-not-known")
    message = entry["says"].replace("{text}", "25 kgs")
    assert str(_wrong()) == f"a.csv, row 17: {message}\nhint: {entry['hint']}"
    assert str(InputError("base/unit-name-twice", alias="t")) == '"t" names two units'


def test_an_error_goes_to_another_process_whatever_makes_its_class() -> None:
    """With code, place, values and what its class has beside them."""
    for error in (_wrong(), _StatusError(409)):
        told = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert type(told) is type(error)
        assert vars(told) == vars(error)
        assert (str(told), told.args) == (str(error), error.args)


def test_an_error_of_another_place_says_the_same() -> None:
    """It keeps its class, or takes the one that is asked for."""
    placed, other = _wrong().placed("b.csv"), RegistryError.like(_wrong(), at="c.csv")
    assert (type(placed), placed.at, placed.code) == (InputError, "b.csv", _wrong().code)
    assert (type(other), other.at, other.values) == (RegistryError, "c.csv", _wrong().values)


def test_words_of_others_stay_as_they_are() -> None:
    """Braces in them are not slots."""
    error = InputError.from_words("{no} slot", hint="see {it}")
    assert (error.code, str(error)) == (AS_REPORTED, "{no} slot\nhint: see {it}")


@pytest.mark.parametrize("code", ["plug-in/of-another", "base/none-such", "{x}", "../base/x", ""])
def test_a_code_that_is_not_known_is_all_that_is_said(code: str) -> None:
    """A reader can ask the author about it."""
    assert str(InputError(code, text="a")) == code


def test_values_are_texts_and_numbers() -> None:
    """Other values are kept as text; a NumPy integer is a number."""
    values = InputError(AS_REPORTED, text=ValueError("no"), count=np.int64(7), hint="").values
    assert values == {"text": "no", "count": 7, "hint": ""}
    assert type(values["count"]) is int


def test_what_tests_use_sees_another_error() -> None:
    """Of another code, place or value."""
    for code, wanted in (
        ("base/unit-name-twice", {}),
        ("base/unit-not-known", {"at": "a.csv, row 18"}),
        ("base/unit-not-known", {"text": "25"}),
        ("base/unit-not-known", {"none": "such"}),
    ):
        with pytest.raises(AssertionError), raises(code, **wanted):
            raise _wrong()
    with raises("base/unit-not-known", at="a.csv, row 17", text="25 kgs"):
        raise _wrong()
