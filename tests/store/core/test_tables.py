"""The tables and what is written about them."""

from pathlib import Path

import pytest

from tidewaiter.base.errors import StoreError
from tidewaiter.store.core.columns import METADATA
from tidewaiter.store.core.database import POSTGRESQL, SQLITE

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "database.md"


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_every_column_has_an_entry(table: str) -> None:
    """The reference has a section for each table, and names each of its columns there."""
    text = REFERENCE.read_text(encoding="utf-8")
    section = text.split(f"### `{table}`\n")[1].split("\n##")[0]
    missing = [c.name for c in METADATA.tables[table].columns if f"`{c.name}`" not in section]
    assert missing == []


def test_every_failure_has_an_entry() -> None:
    """The reference lists what a database may say when it cannot be used."""
    text = REFERENCE.read_text(encoding="utf-8")
    messages = {StoreError(code).message for code in (*SQLITE.values(), *POSTGRESQL.values())}
    assert [message for message in sorted(messages) if f"| {message} |" not in text] == []
