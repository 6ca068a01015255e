"""Identify: from trade text to the controlled and watched substances that it names."""

from tidewaiter.identify.identify import MENTIONS, Identifier, identify
from tidewaiter.identify.lexicon import Lexicon, load_lexicon

__all__ = ["MENTIONS", "Identifier", "Lexicon", "identify", "load_lexicon"]
