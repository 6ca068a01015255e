"""Replies: what pages have in common."""

from collections.abc import Callable

import pytest
from tests.web.conftest import Desk

from tidewaiter.web.core.node import Node


@pytest.mark.parametrize(
    ("path", "reads"), [("/substances", 0), ("/audit", 1), ("/suppressions", 0)]
)
def test_accounts_are_read_once_where_a_page_names_someone(
    node: Node, desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch, path: str, reads: int
) -> None:
    """But not for a page without names."""
    told = node.people()
    asked: list[str] = []

    def people() -> dict[str, str]:
        asked.append(path)
        return told

    monkeypatch.setattr(node, "people", people)
    assert desk("administrator").get(path).status_code == 200
    assert len(asked) == reads
