"""Explanations say everything that the model weighs."""

from tidewaiter.parties.matching import explanation as explain
from tidewaiter.parties.matching.kernels import alignment as features


def test_each_feature_has_its_place() -> None:
    """A feature is explained by the pairs, by the words left over, or in words, never twice."""
    told = [*explain._OF_PAIRS, *explain._OF_WORDS, *explain._IN_WORDS]
    assert sorted(told) == list(range(features.SIZE))
