"""Calls: what C would read wrongly is refused before."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tidewaiter.identify.engine.approximate_match import FAR, distance, most_edits, same_digits
from tidewaiter.identify.engine.hashing import mix_all
from tidewaiter.native.calls import marked, name_in_c

UNITS = np.array([97, 98, 99], np.uint32)


def test_numbers_and_arrays_go_to_c_and_back() -> None:
    """Functions return what their signatures say."""
    assert most_edits(9) == 2
    assert same_digits(UNITS, UNITS) is True
    assert distance(UNITS, UNITS[:2], 1) == 1
    assert distance(UNITS, UNITS[:0], 1) == FAR


@pytest.mark.parametrize(
    "units",
    [
        UNITS.astype(np.int32),
        UNITS.astype(np.uint64),
        UNITS[::2],
        np.zeros((1, 1, 1), np.uint32),
    ],
    ids=["signed", "wide", "not contiguous", "three dimensions"],
)
def test_an_array_of_another_kind_is_refused(units: NDArray[np.uint32]) -> None:
    """By its type, its order in memory or its dimensions."""
    with pytest.raises(TypeError, match=r"^b: "):
        distance(UNITS, units, 1)


def test_a_list_is_no_array() -> None:
    """Nothing is converted, as the function might write to it."""
    with pytest.raises(AttributeError):
        distance(UNITS, [97], 1)  # type: ignore[arg-type]


def test_too_few_arguments_are_refused() -> None:
    """Every parameter is given by position."""
    with pytest.raises(ValueError, match="zip"):
        distance(UNITS, UNITS)  # type: ignore[call-arg]


def test_no_item_is_no_address_to_read() -> None:
    """Empty arrays are passed as all others."""
    assert mix_all(np.zeros(0, np.uint64)).tolist() == []


def test_names_in_c_are_distinct() -> None:
    """A function is called by its module and its name."""
    names = [each.name for each in marked()]
    assert len(set(names)) == len(names)
    assert name_in_c(test_names_in_c_are_distinct) == "test_calls_test_names_in_c_are_distinct"
