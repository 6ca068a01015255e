"""How frequent the more common words of a language are, in running text."""

import gzip
from collections.abc import Iterable
from importlib.resources.abc import Traversable

from tidewaiter.base.resources import data


def word_files(languages: Iterable[str]) -> list[Traversable]:
    """Return the files of languages, for the key of what is made from them."""
    return [data("words", f"{language}.txt.gz") for language in languages]


def word_shares(language: str, least: float) -> dict[str, float]:
    """Return words of a language with their shares of running text, the most frequent first.

    Args:
        language: ISO 639-1 code, one of data/words.
        least: Minimum share. Each file ends at the lowest share that is asked for anywhere.

    Source:
        wordfreq 3.1.1 (data/words/SOURCE.txt).
    """
    shares: dict[str, float] = {}
    (file,) = word_files([language])
    with file.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            centibels, *words = line.rstrip("\n").split(" ")  # 100 centibels are a factor of ten
            share = 10 ** (int(centibels) / 100)
            if share < least:
                break
            shares.update(dict.fromkeys(words, share))
    return shares
