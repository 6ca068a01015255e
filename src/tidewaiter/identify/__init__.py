"""Identify: from trade text to the controlled and watched substances that it names."""

from tidewaiter.identify.identify import MENTIONS, Identifier, column_of, identify
from tidewaiter.identify.lexicon import Lexicon, is_ready, load_lexicon

__all__ = [
    "MENTIONS",
    "Identifier",
    "Lexicon",
    "column_of",
    "identify",
    "is_ready",
    "load_lexicon",
]
