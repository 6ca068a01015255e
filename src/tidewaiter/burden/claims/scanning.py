"""A sentence of which part after part is understood and taken out."""

import re

from tidewaiter.burden.claims.words import words

_ALIKE = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2019\u00a0\u202f", "-----'  ")
_TAKEN = "\0"


class Scanner:
    """What is left of a sentence, in lower case; taken parts are blanked, so places stay."""

    def __init__(self, text: str) -> None:
        self.whole = " ".join(text.translate(_ALIKE).split())
        self.left = self.whole.lower()
        if len(self.left) != len(self.whole):
            self.left = self.whole = self.left  # a letter that grows in lower case

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the first match out."""
        match = pattern.search(self.left)
        if match:
            self.blank(match.start(), match.end())
        return match

    def take_phrase(self, phrases: tuple[str, ...]) -> tuple[int, str] | None:
        """Take out the first of the longest phrases that stands there as words."""
        for phrase in sorted(phrases, key=len, reverse=True):
            match = re.search(rf"(?<![\w.]){re.escape(phrase)}(?!\w)", self.left)
            if match:
                self.blank(match.start(), match.end())
                return match.start(), phrase
        return None

    def blank(self, start: int, end: int) -> None:
        """Take a part out."""
        self.left = self.left[:start] + _TAKEN * (end - start) + self.left[end:]

    def unread(self) -> tuple[str, ...]:
        """Return the words that nothing took and that are no filler, as they were written."""
        filler = set(words().filler.words)
        found = re.finditer(r"[^\s\0.,;:!?()\"“”]+(?:[.,]\d+)*", self.left)
        return tuple(
            self.whole[match.start() : match.end()]
            for match in found
            if match[0].strip("-'") not in filler and re.search(r"\w", match[0])
        )
