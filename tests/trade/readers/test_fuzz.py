"""No file crashes a reader: a minute of damage here, ten in `make soak`."""

import importlib.util

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.soak.readers import LARGEST, PIECES, TARGETS, check, guided, plain, samples

GUIDED = importlib.util.find_spec("atheris") is not None
DAMAGE = st.lists(
    st.tuples(
        st.integers(0, LARGEST),
        st.integers(0, 60),
        st.sampled_from(PIECES) | st.binary(max_size=4),
    ),
    max_size=5,
)


APART = ("access", "pdf", "xls")  # each starts a process


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in APART])
@settings(max_examples=80)
@given(which=st.integers(0, 20), damage=DAMAGE)
def test_a_damaged_sample_is_read_or_refused(
    name: str, which: int, damage: list[tuple[int, int, bytes]]
) -> None:
    """Whatever is cut out and put in, there are lines, refusals or one error for the user."""
    damaged(name, which, damage)


@pytest.mark.parametrize("name", APART)
@settings(max_examples=6)
@given(which=st.integers(0, 20), damage=DAMAGE)
def test_a_damaged_sample_is_converted_or_refused(
    name: str, which: int, damage: list[tuple[int, int, bytes]]
) -> None:
    """As above, where a process of its own reads it."""
    damaged(name, which, damage)


def damaged(name: str, which: int, damage: list[tuple[int, int, bytes]]) -> None:
    """Read a sample with pieces cut out and put in."""
    choice = samples()[name]
    raw = choice[which % len(choice)]
    for place, cut, put in damage:
        at = place % (len(raw) + 1)
        raw = raw[:at] + put + raw[at + cut :]
    check(name, raw)


def test_damage_at_random_is_read_or_refused() -> None:
    """Many damaged files of each reader, from a seed."""
    assert plain(12 if GUIDED else 40, seed=1).keys() == set(TARGETS)


@pytest.mark.skipif(not GUIDED, reason="atheris has no build for this system")
def test_damage_that_reaches_new_code_is_read_or_refused() -> None:
    """Files that atheris makes of the samples, as it sees which code they reach."""
    assert guided(28, seed=1) > 0
