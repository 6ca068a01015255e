"""Keys and documents of nodes of a test, the same each time."""

import random

from tidewaiter.exchange.protocol.keyring import About, Founded, found

MADE = "2026-11-25T00:00:00+00:00"


def founded(name: str = "aland", seed: int = 1) -> Founded:
    """Found a node."""
    about = About(node=f"tidewaiter/{name}", name=name.title(), country="", role="authority")
    return found(about, random.Random(seed).randbytes, MADE)
