"""The pages of parties, and of their network."""

from collections.abc import Callable

import pytest
from tests.web.conftest import Desk


def test_a_party_is_found_and_its_page_opens(desk: Callable[..., Desk]) -> None:
    """By its name."""
    one = desk("viewer")
    found = one.get("/parties.json?q=ornek kimya").json()
    number = found["hits"][0]["profile"]["entity"]
    page = one.get(f"/parties/{number}")
    assert page.status_code == 200
    assert "Ornek Kimya AS" in page.text
    assert one.get(f"/network?party={number}").status_code == 200
    assert one.get("/parties").status_code == 200
    assert one.get("/network").status_code == 200
