"""What one word of a name is: its key, its kind, and flags that say what more may be in it."""

import re
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.compounds import PARTS
from tidewaiter.parties.names.dictionary import romanised
from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.fold import fold
from tidewaiter.parties.names.types import TokenKind

LEGAL: Final = 1  # the word may begin a legal form
COMPOUND: Final = 2  # it may be a part of a name of several words
SEVERAL: Final = 4  # it stands for several words
CAMEL: Final = 8  # names are joined in it, "MargueridZapata"
LOOSE: Final = 16  # it may be a particle or a name, by its place
ROMANISED: Final = 64  # it is a Russian word in Latin letters that has a translation
CAREFUL: Final = 32  # the text needs to be cleaned: a digit among letters, "tel", "street"
PLACE: Final = 128  # the name may end in a place: a country
LETTER: Final = 256  # it is one letter

ASSIMILATED: Final = frozenset({"an", "ar", "as", "ad", "at", "az", "ash", "ath"})
JOINED: Final = re.compile("(?<=[a-z][a-z])(?=[A-Z][a-z])")
# Words that the patterns of trade.py need: where none is in a text, none of them can match.
CUES: Final = frozenset(
    """
    messrs messers order account care behalf dba as formerly previously fka aka alias doing acting
    known att attn attention tel fax phone ph mob mobile cell tlf telephone email mail rfc uscc vat
    tin inn ogrn kpp cnpj cpf cuit nit ruc gst gstin iec eori lei imo ein ucr tax reg registration
    id passport box www mv firm nee whatsapp wechat name
    """.split()  # noqa: SIM905 - a list of words reads best as one
)
_ROMAN: Final = {"ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8"}  # "Fund II"
_CACHED: Final = 1 << 17

Found = tuple[str, TokenKind, int]


@lru_cache(maxsize=_CACHED)
def word_of_company(surface: str) -> Found:
    """Return the key of a word, what it is, and its flags, in a company's name."""
    key, known = fold(surface), facts()
    flag = _flags(key) | (LEGAL if key in known.legal else 0)
    flag |= PLACE if key in known.country_ends else 0
    key = known.abbreviations.get(key, key)
    flag |= (SEVERAL if " " in key else 0) | (LETTER if len(key) == 1 else 0)
    if len(key) == 1 and key.isascii() and surface.isupper():
        return key, "initial", flag
    if key in known.particles:
        return key, "particle", flag
    if key in _ROMAN and surface.isupper():
        return _ROMAN[key], "number", flag
    if key in known.generic:
        return key, "generic", flag
    if key not in known.synonyms and romanised(key):
        flag |= ROMANISED
    return key, _plain_kind(key), flag


@lru_cache(maxsize=_CACHED)
def word_of_person(surface: str) -> Found:
    """Return the key of a word, what it is, and its flags, in a person's name."""
    key, known = fold(surface), facts()
    flag = _flags(key) | (CAMEL if JOINED.search(surface) else 0)
    key = known.person_abbreviations.get(key, key)
    if len(key) == 1 and surface.isupper():
        return key, "initial", flag
    if key in known.particles or key in ASSIMILATED:
        return key, "particle", flag | LOOSE
    if key in known.honorifics:
        return key, "particle", flag
    return key, _plain_kind(key), flag


def _flags(key: str) -> int:
    """Return the flags that a word has in a name of any kind."""
    mixed = not key.isalpha() and not key.isdigit()
    known = facts()
    careful = mixed or key in CUES or key in known.addresses
    return (CAREFUL if careful else 0) | (COMPOUND if key in PARTS else 0)


def _plain_kind(key: str) -> TokenKind:
    if key.isdigit():
        return "number"
    return "initial" if len(key) == 1 and key.isascii() else "word"
