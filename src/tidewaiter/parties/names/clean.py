"""Cleaning: what typing, scanning and forms do to a name, undone; every step is told."""

import re
import unicodedata
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.parties.names.scripts import script_of

LONGEST: Final = 1_000  # characters that are read
_LOOKS_LATIN = dict(
    zip(
        "аеорсухіјѕԁһкмтвнАВЕКМНОРСТУХІЈЅԌԛԝαβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdhkmtbhABEKMHOPCTYXIJSGqwaBeiKvoptuxABEZHIKMNOPTYX",
        strict=True,
    )
)
_LOOKS_CYRILLIC = dict(zip("aeopcyxijĸABEIJSKMHOPCTYX", "аеорсухіјкАВЕІЈЅКМНОРСТУХ", strict=True))
_DIGITS = {"0": "o", "1": "i", "5": "s", "8": "b", "3": "e"}
_DIGIT = re.compile(r"(?<=[^\W\d_])[01358](?=[^\W\d_])|(?<![^\W_])0(?=[^\W\d_]{2})")
_FOREIGN = re.compile("[\u0370-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f\u1f00-\u1fff]")
_MIXED = re.compile(r"[^\W\d_]{2,}")


class Cleaned(Record, frozen=True, kw_only=True):
    """A text after cleaning, and where its characters came from."""

    text: str
    places: tuple[int, ...]  # of each character in the text as written
    ends: tuple[int, ...]  # the first character after what it came from
    steps: tuple[str, ...]

    def moved(self) -> bool:
        """Say whether a character stands elsewhere than in the text as written."""
        return bool(self.ends) and self.ends[-1] != len(self.ends)


def clean(text: str) -> Cleaned:
    """Undo what hides a name.

    Args:
        text: As written, of any length.

    Returns:
        The text in the compatible composition of Unicode, without characters that are not seen,
        with look-alike letters and digits as the word's own letters.
    """
    steps: list[str] = []
    if len(text) > LONGEST:
        steps.append(f"only the first {LONGEST:,} of {len(text):,} characters were read")
    characters, places, ends = _composed(text[:LONGEST], steps)
    _homoglyphs(characters, steps)
    _digits(characters, steps)
    return Cleaned(
        text="".join(characters), places=tuple(places), ends=tuple(ends), steps=tuple(steps)
    )


def _composed(text: str, steps: list[str]) -> tuple[list[str], list[int], list[int]]:
    """Compose characters one cluster at a time, so that each keeps its place."""
    if text.isprintable() and unicodedata.is_normalized("NFKC", text):
        return list(text), list(range(len(text))), list(range(1, len(text) + 1))
    characters: list[str] = []
    places: list[int] = []
    ends: list[int] = []
    start, hidden = 0, 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _joins(text[end]):
            end += 1
        for character in unicodedata.normalize("NFKC", text[start:end]):
            category = unicodedata.category(character)
            if category == "Cf" or (category == "Cc" and not character.isspace()):
                hidden += 1
                continue
            characters.append(" " if category[0] in "CZ" else character)
            places.append(start)
            ends.append(end)
        start = end
    if hidden:
        steps.append(f"left out {hidden} characters that are not seen")
    return characters, places, ends


def _joins(character: str) -> bool:
    return unicodedata.combining(character) > 0 or "\u1160" <= character <= "\u11ff"


def _homoglyphs(characters: list[str], steps: list[str]) -> None:
    """Give a word in two scripts the letters of the script that most of it is in."""
    text = "".join(characters)
    if not _FOREIGN.search(text):
        return
    foreign = set(_FOREIGN.findall(text))
    disguised = foreign <= _LOOKS_LATIN.keys() and "latin" in map(script_of, text)
    changed = False
    for match in _MIXED.finditer(text):
        if match.group().isascii():
            continue
        scripts = [script_of(character) for character in match.group()]
        latin, other = scripts.count("latin"), scripts.count("cyrillic") + scripts.count("greek")
        if not other or (not latin and not disguised):
            continue
        table = _LOOKS_LATIN if latin >= other or disguised else _LOOKS_CYRILLIC
        for place in range(match.start(), match.end()):
            new = table.get(characters[place], characters[place])
            changed |= new != characters[place]
            characters[place] = new
    if changed:
        steps.append("read letters of another script as those that they look like")


def _digits(characters: list[str], steps: list[str]) -> None:
    """Read a digit between letters as the letter that it looks like."""
    if _DIGITS.keys().isdisjoint(characters):
        return
    text = "".join(characters)
    found = [match.start() for match in _DIGIT.finditer(text)]
    for place in found:
        characters[place] = _DIGITS[characters[place]]
    if found:
        steps.append("read digits between letters as letters")
