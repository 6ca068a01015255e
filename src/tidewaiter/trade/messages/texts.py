"""Texts of messages: without markup, and numbers of one piece times their count."""

import html
import re
from decimal import Decimal, DecimalException

_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"\s+")
_NUMBERED = re.compile(r"&#[0-9]{20,};?")  # not a valid code point
_DIGITS = 40  # digits of a price or a weight


def plain(text: str | None) -> str | None:
    """Convert HTML to text."""
    bare = html.unescape(_NUMBERED.sub("\ufffd", _TAG.sub(" ", text))) if text else ""
    return _SPACES.sub(" ", bare).strip() or None


def times(text: str | None, count: str | None) -> str | None:
    """Multiply the price or weight of one piece; text that is not a number is unchanged."""
    if text is None or count is None:
        return text
    try:
        product = Decimal(text) * Decimal(count)
    except DecimalException:
        return text
    written = product.is_finite() and abs(product.adjusted()) < _DIGITS
    return f"{product:f}" if written else text
