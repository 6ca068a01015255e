"""Build data/words: how frequent the more common words of 30 languages are.

Usage: python -m tools.build_words

Requires the package `wordfreq` (60 MB, and a further 10 MB of packages that it needs); it does not
change any more. The same version produces the same files.
"""

import gzip
import math
from pathlib import Path

from wordfreq import get_frequency_dict

from tidewaiter.identify.lexicon.compilation import least_shares

TARGET = Path(__file__).parents[1] / "src/tidewaiter/data/words"


def packed(language: str, least: float) -> bytes:
    """Return the file of a language: each line a share in centibels, and the words that have it.

    Args:
        language: ISO 639-1 code.
        least: Minimum share of running text.
    """
    lines: dict[int, list[str]] = {}
    for word, share in get_frequency_dict(language, wordlist="best").items():
        if share >= least:
            lines.setdefault(round(100 * math.log10(share)), []).append(word)
    text = "".join(f"{share} {' '.join(words)}\n" for share, words in lines.items())
    return gzip.compress(text.encode(), mtime=0)


def main() -> None:
    """Write the files."""
    TARGET.mkdir(exist_ok=True)
    for language, least in least_shares().items():
        (TARGET / f"{language}.txt.gz").write_bytes(packed(language, least))


if __name__ == "__main__":
    main()
