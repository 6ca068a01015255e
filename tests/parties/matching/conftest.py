"""A small list: each 60th entry of the OFAC SDN list of a day."""

from pathlib import Path

import pytest

from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import read_rows

LIST = Path(__file__).parents[2] / "data" / "parties" / "matching.jsonl"


@pytest.fixture(scope="session")
def index() -> Index:
    """Build the index of the small list."""
    return build_index(read_rows(LIST))


@pytest.fixture
def matcher(index: Index) -> Matcher:
    """Make a matcher that has seen no name yet."""
    return Matcher(index)
