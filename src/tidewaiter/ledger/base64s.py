"""Base64, read strictly: a text stands for bytes only where it is what they are written as."""

import base64
import binascii


def wrapped(held: bytes) -> str:
    """Write bytes as Base64 (RFC 4648, section 4)."""
    return base64.b64encode(held).decode()


def unwrapped(text: str) -> bytes | None:
    """Read Base64; None: the text is not what `wrapped` writes of anything.

    Python's own reader takes sixteen last characters for one and the same.
    """
    try:
        held = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return held if wrapped(held) == text else None
