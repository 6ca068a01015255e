"""Identify: from trade text to the controlled and watched substances that it names."""

from tidewaiter.identify.compiled import is_compiled
from tidewaiter.identify.identify import MENTIONS, Identifier, identify
from tidewaiter.identify.lexicon import Lexicon, load_lexicon

__all__ = ["MENTIONS", "Identifier", "Lexicon", "identify", "is_compiled", "load_lexicon"]
