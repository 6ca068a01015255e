"""Explanations say everything that the model weighs."""

from tidewaiter.parties.matching import explanation as explain
from tidewaiter.parties.matching.kernels import alignment as f

_OF_PAIRS = {
    f.EVIDENCE,
    f.LOG_EVIDENCE,
    f.FUZZINESS,
    f.LETTERS,
    f.EDITS,
    *range(f.FIRST_KIND, f.CONTRADICTED_SHARE),
}
_OF_WORDS = {
    *explain._CONTRADICTED,
    f.OMITTED_LISTED_SHARE,
    f.OMITTED_ASKED_SHARE,
    f.OMITTED_LISTED,
    f.OMITTED_ASKED,
    f.RAREST_ASKED,
    f.RAREST_LISTED,
    f.FIRST_ASKED,
    f.FIRST_LISTED,
}


def test_each_feature_has_its_place() -> None:
    """A feature is explained by the pairs, by the words left over, or in words, never twice."""
    told = [*_OF_PAIRS, *_OF_WORDS, *explain._IN_WORDS]
    assert sorted(told) == list(range(f.SIZE))
