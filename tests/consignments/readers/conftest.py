"""What the tests of the readers share: bytes in, lines and refusals out."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import LINES, ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]


def read_bytes(
    content: bytes | str, name: str = "trade.csv", **options: Any
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """Read a file's content into its lines and refusals, and check the schema on the way."""
    raw = content.encode() if isinstance(content, str) else content
    lines: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for item in reader_for(name)(io.BytesIO(raw), name, ReadOptions(**options)):
        if isinstance(item, Refusal):
            refusals.append(item)
        else:
            item.validate(full=True)
            assert item.schema == LINES
            lines.extend(item.to_pylist())
    return lines, refusals


@pytest.fixture
def read() -> Read:
    """Read a file's content."""
    return read_bytes
