"""Chance of a test, the same each time."""

import random
from collections.abc import Callable

import pytest


@pytest.fixture
def chance() -> Callable[[int], bytes]:
    """Give bytes that are not random."""
    return random.Random(7).randbytes
