"""What every test in a real browser does: open a page, and look whether all can use it."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Opened = Callable[..., tuple[Page, list[str]]]
"""What the fixture `opened` gives."""


def check_page(page: Page, told: list[str], width: int) -> None:
    """Check that a page is no wider than the screen, logs no errors, and passes axe.

    Args:
        page: The current page.
        told: Messages from the browser console.
        width: Screen width in pixels.
    """
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [n["target"] for n in each["nodes"]]) for each in found] == []
    assert told == []
