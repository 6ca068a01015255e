"""Records of parsed names: comparable tokens, in one form per script."""

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
"""How a form was derived. native: in its own script; dictionary: words translated. There is no
Wade-Giles form; such spellings are matched by keys.
"""

TokenKind = Literal["word", "legal form", "generic", "initial", "particle", "number"]
"""generic: a word that half of all companies have; particle: al, bin, de, van."""

Problem = Literal["", "empty", "generic words only", "script without reader"]
"""Why a name cannot be assessed; "" if it can. script without reader: only compared with names in
the same script.
"""

# These records cannot contain themselves, so garbage collection is unnecessary: gc=False.


class Token(Record, frozen=True, kw_only=True, gc=False):
    """One word of a name, or one phrase for a legal form."""

    key: str  # folded, for comparison
    surface: str  # as written
    kind: TokenKind
    start: int  # position in the text as written
    end: int  # end in the text as written


class NameForm(Record, frozen=True, kw_only=True, gc=False):
    """One reading of a name: its tokens in written order."""

    how: How
    tokens: tuple[Token, ...]


class Segment(Record, frozen=True, kw_only=True):
    """A part of the text that names another party, or the same one by another name."""

    relation: str  # "trading as", "care of", "on behalf of", "formerly", "also known as"
    start: int  # position in the text as written
    end: int
    name: "ReadName"  # parsed text[start:end]; spans relative to start


class ReadName(Record, frozen=True, kw_only=True, gc=False):
    """A parsed party name."""

    text: str  # as written
    cleaned: str  # the parsed part
    forms: tuple[NameForm, ...] = ()
    steps: tuple[Phrase, ...] = ()  # cleaning steps
    segments: tuple[Segment, ...] = ()
    cut: bool = False  # it fills a field of 35 characters, so it may be truncated
    problem: Problem = ""
