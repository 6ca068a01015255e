"""Identification: from trade text to the controlled and watched substances that it mentions."""

from tidewaiter.identify.lexicon.loading import Lexicon, load_lexicon
from tidewaiter.identify.mentions import MENTIONS, Identifier, column_of, identify

__all__ = [
    "MENTIONS",
    "Identifier",
    "Lexicon",
    "column_of",
    "identify",
    "load_lexicon",
]
