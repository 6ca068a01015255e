"""What reading a party's name gives: tokens that can be compared, in one form per script."""

from typing import Literal

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record

How = Literal[
    "latin",
    "pinyin",
    "wade-giles",
    "cantonese",
    "hangul",
    "arabic",
    "cyrillic",
    "dictionary",
    "native",
]
"""How a form came about. native: in its own script; dictionary: words translated. No form is
in Wade-Giles yet: what is written so is reached by keys."""

TokenKind = Literal["word", "legal form", "generic", "initial", "particle", "number"]
"""generic: a word that half of all companies bear; particle: al, bin, de, van."""

Problem = Literal["", "empty", "generic words only", "script without reader"]
"""Why a name cannot be assessed; "" where it can. script without reader: it is compared with names
in the same script alone."""

# None of these records can hold itself, so the collector of cycles need not look at them: gc=False.


class Token(Record, frozen=True, kw_only=True, gc=False):
    """One word of a name, or one phrase that stands for a legal form."""

    key: str  # folded: what is compared
    surface: str  # as written
    kind: TokenKind
    start: int  # first character in the text as written
    end: int  # first character after it


class NameForm(Record, frozen=True, kw_only=True, gc=False):
    """One way to read a name: its tokens in the order as written."""

    how: How
    tokens: tuple[Token, ...]


class Segment(Record, frozen=True, kw_only=True):
    """A part of the text that names another party, or the same one by another name."""

    relation: str  # "trading as", "care of", "on behalf of", "formerly", "also known as"
    start: int  # in the text as written
    end: int
    name: "ReadName"  # of text[start:end]; its spans count from start


class ReadName(Record, frozen=True, kw_only=True, gc=False):
    """A party's name, read."""

    text: str  # as written
    cleaned: str  # what was read of it
    forms: tuple[NameForm, ...] = ()
    steps: tuple[Phrase, ...] = ()  # what cleaning did
    segments: tuple[Segment, ...] = ()
    cut: bool = False  # it fills a field of 35 characters, so its end may be missing
    problem: Problem = ""
