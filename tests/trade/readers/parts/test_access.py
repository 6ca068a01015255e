"""Databases of Access: mdbtools reads them, and nothing is passed over without it."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.raising import raises

from tidewaiter.base.documents.access import can_export
from tidewaiter.trade.readers import access_tables

Read = Callable[..., Any]
DATABASE = b"\0\1\0\0Standard ACE DB\0" + bytes(4096)


def test_without_mdbtools_the_error_names_the_way_out(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under any name."""
    monkeypatch.setattr(access_tables, "can_export", lambda: False)
    for name in ("a.accdb", "a.bin"):
        with raises("trade/access-without-mdbtools"):
            read(DATABASE, name)


def test_a_damaged_database_is_refused(read: Read) -> None:
    """The program fails, and the reader says so."""
    if not can_export():
        pytest.skip("mdbtools is not installed")
    with raises("trade/database-damaged"):
        read(DATABASE, "a.mdb")
