"""The pages of the exchange in a real browser: on a small screen, by keyboard alone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.exchanging import fill_exchange, meet

from tidewaiter.web.core.node import Node


@pytest.mark.browser
def test_the_pages_fit_a_small_screen_and_are_used_by_keyboard(
    opened: Opened, served: tuple[str, Node], tmp_path: Path
) -> None:
    """Words are shown, a peer is written to and frozen, without a mouse; axe has nothing to say."""
    address, node = served
    there = fill_exchange(node)
    own, other = meet(node, tmp_path, "corfu")
    page, told = opened("/peers", role="supervisor", width=390)
    page.keyboard.press("w")
    expect(page.get_by_role("img", name="QR code of the fingerprint")).to_be_visible()
    check_page(page, told, 390)
    page.goto(f"{address}/peers/{there['/peers/{key}'][0]}")
    page.keyboard.press("n")
    page.keyboard.type("We have the drums <b>here</b>.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("We have the drums <b>here</b>.")).to_be_visible()
    reason = page.get_by_label("Reason (kept here, not sent)").locator("visible=true")
    reason.first.focus()
    page.keyboard.type("Order of 3 May")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Order of 3 May")).to_be_visible()
    expect(page.get_by_label("The peer’s twelve verification words")).to_be_visible()
    check_page(page, told, 390)
    for path in ("/groups", "/incidents", "/incidents/1", "/incidents/2", "/incidents/new"):
        page.goto(f"{address}{path}")
        check_page(page, told, 390)
    own.desk.database.close()
    other.desk.database.close()
