"""What the tests of messages share: lines and refusals of a document."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import LINES, ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]
DATA = Path(__file__).parents[2] / "data" / "formats"


def read_document(content: Any, name: str = "a.json", **said: Any) -> Any:
    """Read a document: bytes, or what is written as JSON."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for item in reader_for(name)(BytesIO(raw), name, ReadOptions(**said)):
        if isinstance(item, Refusal):
            refusals.append(item)
        else:
            item.validate(full=True)
            assert item.schema == LINES
            lines.extend(item.to_pylist())
    return lines, refusals


@pytest.fixture
def read() -> Read:
    """Read a document."""
    return read_document


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """Read a sample of a format."""
    return lambda name: (DATA / name).read_bytes()
