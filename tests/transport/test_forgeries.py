"""Forgeries of every part of an exchange: none is taken, and each for its own reason."""

from pathlib import Path
from typing import get_args

from tests.soak.forgeries import run

from tidewaiter.exchange.protocol.receipts import Final, Passing

ELSEWHERE = {"frozen", "ended", "not-active", "too-many", "not-in-scope", "bad-content"}
"""Codes that no forgery causes: they occur with valid messages."""


def test_no_forgery_is_taken(tmp_path: Path) -> None:
    """Each is rejected with the code of its reason, and logged once."""
    found = run(600, tmp_path)
    assert sum(found.values()) >= 600
    codes = {*get_args(Final), *get_args(Passing)} - ELSEWHERE
    assert set(found) == codes | {"receipts", "documents"}
