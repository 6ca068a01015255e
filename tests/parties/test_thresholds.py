"""Thresholds: by kind of entry, and as they are printed."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.thresholds import KindThreshold, Threshold, printed

SPLIT = Threshold(
    least=0.62, kinds=(KindThreshold(kind="person", least=0.8),), origin="kept by A on 2026-11-25"
)


def test_a_kind_has_its_own_threshold_or_that_of_all() -> None:
    """A threshold of persons leaves organisations alone."""
    assert (SPLIT.of("person"), SPLIT.of("organisation"), SPLIT.lowest) == (0.8, 0.62, 0.62)
    assert str(SPLIT) == "0.62 (person 0.80), kept by A on 2026-11-25"


@given(st.integers(1, 10**6).map(lambda millionths: millionths / 10**6))
def test_a_printed_threshold_is_the_threshold(least: float) -> None:
    """What is printed can be given back as an option and means the same."""
    assert float(printed(least)) == least


@pytest.mark.parametrize("text", ['{"least":0}', '{"least":1.01}', '{"least":-1}', '{"least":"x"}'])
def test_what_is_no_probability_is_no_threshold(text: str) -> None:
    """A file that says so is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Threshold)
