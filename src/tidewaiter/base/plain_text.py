"""Text normalisation for comparison: lower case, without accents, in normal width."""

import unicodedata


def plain(text: str) -> str:
    """Return text in lower case, without accents, in normal width."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize(
        "NFC", "".join(sign for sign in parts if not unicodedata.combining(sign))
    )
