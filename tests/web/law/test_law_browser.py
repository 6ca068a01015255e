"""The pages of substances and law in a real browser: by all, by keyboard, without script."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.law.test_law import SMILES


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light"), (1280, "dark")])
@pytest.mark.parametrize(
    "path",
    [
        "/substances/acetic-anhydride",
        f"/law?what={quote(SMILES)}&in=GB&in=UN",
        "/law?what=acetone&amount=25+parsecs",
        "/law/compare?of=un-1988:Table+II",
        "/law/changes?day=2024-06-01",
        "/law/regimes/us-listed-chemicals",
        "/law/classes/us-fentanyls-2025",
    ],
)
def test_all_can_use_a_filled_page(opened: Opened, path: str, width: int, scheme: str) -> None:
    """It fits, asks nothing from elsewhere, and axe has nothing to say."""
    page, told = opened(path, role="viewer", width=width, color_scheme=scheme)
    check_page(page, told, width)


@pytest.mark.browser
def test_the_list_follows_what_is_typed(opened: Opened) -> None:
    """A slash focuses the field; the URL reflects what is shown; the next page has a key."""
    page, told = opened("/substances", role="viewer")
    page.keyboard.press("/")
    page.keyboard.type("norfent")
    expect(page.locator(".cards > li")).to_have_count(1)
    assert "text=norfent" in page.url
    expect(page.locator(".card-name")).to_have_text("Norfentanyl")
    page.keyboard.press("Escape")
    page.goto(page.url.partition("?")[0])
    first = page.locator(".card-name").first.inner_text()
    page.keyboard.press("n")
    expect(page.locator(".card-name").first).not_to_have_text(first)
    assert told == []


@pytest.mark.browser
def test_without_script_all_works(opened: Opened) -> None:
    """Forms and links alone: a search, a filter, a question."""
    page, told = opened("/substances", role="viewer", java_script_enabled=False)
    page.fill("input[type=search]", "麻黄")
    page.click("form.search button")
    expect(page.locator(".matched").first).to_contain_text("麻黄")
    page.click(".choices >> text=precursor")
    expect(page.locator(".card-name").first).to_be_visible()
    page.click(".card-link >> nth=0")
    page.click("text=Check a route")
    expect(page.locator(".short-controlled")).to_be_visible()
    page.click(".unlisted summary >> nth=0")
    expect(page.locator(".ruling").first).to_be_visible()
    assert told == []


@pytest.mark.browser
def test_the_heads_of_a_matrix_stay(opened: Opened) -> None:
    """It scrolls inside itself: the names of laws and substances stand still."""
    page, _ = opened("/law/compare?of=un-1988:Table+I", role="viewer")
    place = page.locator(".matrix-scroll")
    before = page.locator(".matrix thead th").first.bounding_box()
    place.evaluate("each => { each.scrollTop = 900; each.scrollLeft = 500 }")
    after = page.locator(".matrix thead th").first.bounding_box()
    assert before == after
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
