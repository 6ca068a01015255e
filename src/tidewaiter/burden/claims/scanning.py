"""A clause of which part after part is understood and taken out."""

import re
from functools import cache

from tidewaiter.burden.claims.types import Part, Role

_ALIKE = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2019\u00a0\u202f", "-----'  ")
_TAKEN = "\0"
_TOKEN = re.compile(r"[^\s\0.,;:!?()\[\]\"“”/]+(?:[.,]\d+)*")

Span = tuple[int, int]


@cache
def _longest_first(phrases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(phrases, key=len, reverse=True))


class Scanner:
    """What is left of a clause, in lower case; taken parts are blanked, so positions stay."""

    def __init__(self, text: str) -> None:
        self.whole = " ".join(text.translate(_ALIKE).split())
        self.left = self.whole.lower()
        if len(self.left) != len(self.whole):
            self.left = self.whole = self.left  # a letter that grows in lower case
        self._read: list[tuple[int, Part]] = []

    def take(self, role: Role | None, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the first match out; without a role it is not noted as understood."""
        match = pattern.search(self.left)
        if match:
            self.blank(role, match.start(), match.end())
        return match

    def take_phrase(self, role: Role | None, phrases: tuple[str, ...]) -> tuple[int, str] | None:
        """Take out the first of the longest phrases that occurs as whole words."""
        for phrase in _longest_first(phrases):
            if phrase not in self.left:
                continue
            match = re.search(rf"(?<![\w.]){re.escape(phrase)}(?!\w)", self.left)
            if match:
                self.blank(role, match.start(), match.end())
                return match.start(), phrase
        return None

    def blank(self, role: Role | None, start: int, end: int) -> None:
        """Take a part out."""
        if role:
            text = self.whole[start:end].strip(" ,")
            self._read.append((start, Part(role=role, text=text)))
        self.left = self.left[:start] + _TAKEN * (end - start) + self.left[end:]

    def read(self) -> tuple[Part, ...]:
        """Return what was understood, in the order of the clause."""
        return tuple(part for _, part in sorted(self._read, key=lambda each: each[0]) if part.text)

    def tokens(self) -> list[Span]:
        """Return where the words are that nothing has taken."""
        return [
            (each.start(), each.end())
            for each in _TOKEN.finditer(self.left)
            if re.search(r"\w", each[0])
        ]
