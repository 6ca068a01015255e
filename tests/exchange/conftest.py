"""Keys and documents of nodes of a test, the same each time."""

import random
from collections.abc import Callable

import pytest

from tidewaiter.exchange.protocol.keyring import About, Founded, found

MADE = "2026-11-25T00:00:00+00:00"


def founded(name: str = "aland", seed: int = 1) -> Founded:
    """Found a node."""
    about = About(node=f"tidewaiter/{name}", name=name.title(), country="", role="authority")
    return found(about, random.Random(seed).randbytes, MADE)


@pytest.fixture
def chance() -> Callable[[int], bytes]:
    """Give bytes that are not random."""
    return random.Random(7).randbytes
