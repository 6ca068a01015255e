"""What the tests of EDIFACT and Cargo-IMP share: our samples, read as a format finds them."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.types import Refusal

SAMPLES = Path(__file__).parents[2] / "data" / "messages"

Find = Callable[[str, bytes | str], tuple[list[Found], list[Refusal]]]


def found_in(form: str, content: bytes | str) -> tuple[list[Found], list[Refusal]]:
    """Read a document; return its lines, and what was reported."""
    raw = content.encode() if isinstance(content, str) else content
    items = list(FORMATS[form].read(io.BytesIO(raw), "sample"))
    lines = [item for item in items if isinstance(item, Found)]
    return lines, [item for item in items if isinstance(item, Refusal)]


@pytest.fixture
def find() -> Find:
    """Read a document."""
    return found_in


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """Return one of our samples."""
    return lambda name: (SAMPLES / name).read_bytes()
