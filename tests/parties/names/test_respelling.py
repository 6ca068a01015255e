"""Respelling: the rules of a key, each with the text without which it cannot match."""

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.names import romanisation
from tidewaiter.parties.names.respelling import Rule, respelled, undoubled

keys = import_module("tidewaiter.parties.names.keys")
TABLES: dict[str, tuple[Rule, ...]] = {
    "sounds": keys._SOUNDS,
    "Korean": romanisation._SAME,
}
_PIECES = [cue for rules in TABLES.values() for rule in rules for cue in rule.cues]
WORDS = st.lists(
    st.sampled_from([*_PIECES, *"abcdefghijklmnopqrstuvwxyz", "lah", "ovich"]), max_size=8
).map("".join)


@pytest.mark.parametrize("table", TABLES)
@given(word=WORDS)
def test_a_word_without_a_cue_is_not_matched(table: str, word: str) -> None:
    """Every rule changes the same words as its pattern does."""
    expected = word
    for rule in TABLES[table]:
        expected = rule.pattern.sub(rule.letters, expected)
    assert respelled(word, TABLES[table]) == expected


@pytest.mark.parametrize(
    ("word", "single"), [("", ""), ("a", "a"), ("mmoohammmed", "mohamed"), ("noon", "non")]
)
def test_a_run_of_a_letter_counts_once(word: str, single: str) -> None:
    """Doubled letters are one letter; others stay in order."""
    assert undoubled(word) == single
