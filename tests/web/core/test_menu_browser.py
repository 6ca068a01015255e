"""The menu in a browser: with keys, beside a section, above the queue, and on a phone."""

import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page

from tidewaiter.accounts.roles import Role


@pytest.mark.browser
def test_pages_of_a_section_are_beside_it_and_above_the_queue(opened: Opened) -> None:
    """From 1100 px at the left; the queue keeps that place for its filters."""
    page, told = opened("/law/changes")
    side, main = page.locator(".section-pages"), page.locator("main")
    there, text = side.bounding_box(), main.bounding_box()
    assert there is not None and text is not None  # noqa: PT018
    assert there["x"] + there["width"] <= text["x"]
    expect(side.locator("[aria-current=page]")).to_have_text("Changes")
    page.goto(page.url.replace("/law/changes", "/queue"))
    above, rows = side.bounding_box(), main.bounding_box()
    assert above is not None and rows is not None  # noqa: PT018
    assert above["y"] + above["height"] <= rows["y"] + 1
    assert told == []


@pytest.mark.browser
@pytest.mark.parametrize(("role", "settings"), [("analyst", 1), ("administrator", 5)])
def test_settings_are_in_a_menu_at_the_name(opened: Opened, role: Role, settings: int) -> None:
    """It opens with Enter, closes with Esc, and gives the focus back."""
    page, told = opened("/cases", role=role)
    name = page.locator(".account > summary")
    name.focus()
    page.keyboard.press("Enter")
    links = page.locator(".account .links a")
    expect(links).to_have_count(settings)
    expect(links.first).to_be_visible()
    check_page(page, told, 1280)
    page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(links.first).not_to_be_visible()
    expect(name).to_be_focused()
    name.click()
    expect(links.first).to_be_visible()
    page.locator("main").click()
    expect(links.first).not_to_be_visible()


@pytest.mark.browser
def test_on_a_phone_the_menu_is_behind_a_button(opened: Opened) -> None:
    """With the pages of the section below it."""
    page, told = opened("/law", width=390)
    button, menu = page.locator("[data-menu]"), page.locator(".menu")
    expect(menu).not_to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(menu).to_be_visible()
    check_page(page, told, 390)
    page.locator(".section-pages a", has_text="Substances").click()
    page.wait_for_url("**/substances")
    expect(menu).not_to_be_visible()


@pytest.mark.browser
def test_two_keys_go_to_a_section(opened: Opened) -> None:
    """The letter g and that of the section; not while one writes."""
    page, told = opened("/law")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/parties")
    page.locator("main input").first.focus()
    page.keyboard.type("gq")
    expect(page.locator("main input").first).to_have_value("gq")
    assert told == []
