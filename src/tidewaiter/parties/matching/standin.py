"""Stand-in reader of names until parties.names is merged."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple


class Token(NamedTuple):
    key: str
    surface: str
    kind: str
    start: int
    end: int


class NameForm(NamedTuple):
    how: str
    tokens: tuple[Token, ...]


class ReadName(NamedTuple):
    text: str
    forms: tuple[NameForm, ...]
    problem: str = ""


_LEGAL = {
    "llc": "llc", "ltd": "ltd", "limited": "ltd", "co": "co", "company": "co", "inc": "inc",
    "incorporated": "inc", "corp": "corp", "corporation": "corp", "gmbh": "gmbh", "ooo": "llc",
    "pjsc": "jsc", "ojsc": "jsc", "jsc": "jsc", "oao": "jsc", "ao": "jsc", "zao": "jsc", "cjsc": "jsc",
    "sa": "sa", "srl": "srl", "plc": "plc", "pvt": "pvt", "private": "pvt", "joint": "jsc", "stock": "jsc",
    "liability": "ltd", "fze": "fze", "fzc": "fze", "fzco": "fze", "fzllc": "fze", "bv": "bv", "ag": "ag",
}
_PARTICLE = {"al", "el", "bin", "ben", "ibn", "de", "la", "del", "los", "van", "von", "abu", "the", "of", "and", "y", "ul"}
_WORD = re.compile(r"[^\W_]+")


def read_name(text: str, kind: str) -> ReadName:
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    folded = re.sub(r"['’`‘]", "", folded)
    folded = re.sub(r"\b([A-Za-z])\.(?=[A-Za-z]\b)", r"\1", folded).lower()
    tokens = []
    for m in _WORD.finditer(folded):
        key = m[0]
        if kind != "person" and key in _LEGAL:
            tokens.append(Token(_LEGAL[key], key, "legal form", m.start(), m.end()))
        elif key in _PARTICLE:
            tokens.append(Token(key, key, "particle", m.start(), m.end()))
        elif key.isdigit():
            tokens.append(Token(key, key, "number", m.start(), m.end()))
        elif len(key) == 1 and key.isascii():
            tokens.append(Token(key, key, "initial", m.start(), m.end()))
        else:
            tokens.append(Token(key, key, "word", m.start(), m.end()))
    return ReadName(text, (NameForm("latin", tuple(tokens)),) if tokens else ())


_SUBS = [
    ("sch", "s"), ("tch", "c"), ("shch", "s"), ("kh", "h"), ("zh", "j"), ("sh", "s"), ("ch", "c"), ("ph", "f"), ("th", "t"),
    ("dh", "d"), ("gh", "g"), ("ck", "k"), ("ks", "x"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("iy", "i"), ("yy", "i"),
    ("ii", "i"), ("ye", "e"), ("ie", "e"), ("ei", "i"), ("ey", "i"), ("ai", "ay"), ("y", "i"), ("w", "v"), ("q", "k"), ("dj", "j"),
]


class Keys(NamedTuple):
    romanised: tuple[str, ...]
    skeleton: tuple[str, ...]


@lru_cache(maxsize=1 << 20)
def word_keys(key: str) -> Keys:
    if not key.isascii() or len(key) < 2:
        return Keys((), ())
    text = key
    for a, b in _SUBS:
        text = text.replace(a, b)
    text = re.sub(r"(.)\1+", r"\1", text)
    skeleton = text[0] + re.sub(r"[aeiou]", "", text[1:])
    return Keys((text,), (skeleton,) if len(skeleton) >= 3 else ())
