"""Shares of words in running text."""

import pytest
from wordfreq import get_frequency_dict

from tidewaiter.base.word_shares import word_shares
from tidewaiter.identify.lexicon.compilation import least_shares


@pytest.mark.parametrize("language", least_shares())
def test_the_words_are_those_of_wordfreq(language: str) -> None:
    """Each file holds the words of its language down to the share asked for, and no other."""
    least = least_shares()[language]
    known = get_frequency_dict(language, wordlist="best")
    expected = {word: share for word, share in known.items() if share >= least}
    assert list(word_shares(language, least).items()) == list(expected.items())
    assert word_shares(language, 0) == expected


def test_a_higher_share_gives_fewer_words() -> None:
    """The words that are more frequent than asked for are left, with the same shares."""
    shares = word_shares("en", 60e-9)
    common = {word: share for word, share in shares.items() if share >= 1e-3}
    assert 50 < len(common) < 500
    assert word_shares("en", 1e-3) == common
