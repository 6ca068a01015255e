"""Fingerprints: what two people read to each other by telephone before two nodes trust each other.

The words are those of BIP 39, which has lists in each of the languages of these pages, made so that
no two words begin alike.
"""

import hashlib

from mnemonic import Mnemonic

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.documents import Document

LANGUAGES = {"en": "english", "es": "spanish", "fr": "french", "zh": "chinese_simplified"}
_BYTES = 16
_FIRST = b"tidewaiter node\n"


def fingerprint(document: Document) -> str:
    """Return the fingerprint of a node's root, 32 hexadecimal digits; it outlives other keys."""
    told = _FIRST + document.node.encode() + b"\n" + document.root.encode()
    return hashlib.sha256(told).digest()[:_BYTES].hex()


def words(found: str, language: str = "en") -> list[str]:
    """Write a fingerprint as twelve words.

    Args:
        found: 32 hexadecimal digits.
        language: en, es, fr or zh.
    """
    text = Mnemonic(LANGUAGES[language]).to_mnemonic(bytes.fromhex(found))
    return text.replace("\u3000", " ").split(" ")


def read_words(text: str) -> str:
    """Read a fingerprint that someone typed: twelve words of any of the languages, or digits.

    Returns:
        32 hexadecimal digits.

    Raises:
        InputError: It is none, or a word is wrong: the last of them also checks the others.
    """
    bare = "".join(text.split()).lower()
    if len(bare) == 2 * _BYTES and set(bare) <= set("0123456789abcdef"):
        return bare
    told = " ".join(text.lower().split())
    for name in LANGUAGES.values():
        book = Mnemonic(name)
        if book.check(told):
            return bytes(book.to_entropy(told)).hex()
    raise InputError(
        "these are not the twelve words of a fingerprint",
        hint="one of them was misheard, or they are in the wrong order",
    )
