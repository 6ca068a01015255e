"""Decisions in a browser: what is said after them, the way back, and many of them in one act."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.web.browsing import Opened, check_page

from tidewaiter.store.alerts.filters import AlertFilter, Queue, View
from tidewaiter.store.alerts.queue import queue_page
from tidewaiter.web.core.node import Node

WIDTHS = pytest.mark.parametrize("width", [1280, 390])


def _counts(node: Node, **wanted: object) -> int:
    """Count the alerts that a filter lets through, as who is not cleared sees them."""
    queue = Queue(wanted=AlertFilter(**wanted), today=node.today(), cleared=False)  # type: ignore[arg-type]
    with node.read() as work:
        return queue_page(work, queue, View(rows=1)).total


def _dismiss_all(page: Page) -> None:
    """Choose all that match, and ask to dismiss them; nothing is done yet."""
    page.locator("input[name=alert]").first.check()
    every = page.locator("input[name=everything], [data-every]").last
    every.focus()
    page.keyboard.press("Space")
    page.locator(".act summary").focus()
    page.keyboard.press("Enter")
    page.select_option("select[name=decision]", "dismiss/other-goods")
    page.locator("button[value=decide]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/bulk")


@pytest.mark.browser
@WIDTHS
def test_many_are_dismissed_by_keyboard_looked_at_first_and_undone_by_one_key(
    opened: Opened, served: tuple[str, Node], width: int
) -> None:
    """Counts by severity, a note, what waits for a second officer; then `u` brings all back."""
    _, node = served
    total, critical = _counts(node, status=("open",)), _counts(node, severity=("critical",))
    page, told = opened("/queue", width=width)
    _dismiss_all(page)
    expect(page.locator("h1")).to_contain_text(f"{total} alerts")
    expect(page.locator(".warn")).to_contain_text(str(critical))
    expect(page.locator("textarea[name=note]")).to_be_focused()
    check_page(page, told, width)
    assert _counts(node, status=("open",)) == total
    page.keyboard.type("trial of the sample")
    page.keyboard.press("Control+Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text(f"{total - critical} alerts")
    expect(toast).to_contain_text(re.compile(rf"\b{critical} (is|are) awaiting"))
    expect(page.locator("#told")).to_contain_text(f"{total - critical} alerts")
    expect(page.locator("[data-row]")).to_have_count(critical)
    check_page(page, told, width)
    page.locator("main").focus()
    page.keyboard.press("u")
    expect(toast).to_contain_text("restored")
    assert _counts(node, status=("open",)) == total
    assert _counts(node, proposed=True) == 0
    assert told == []


@pytest.mark.browser
@WIDTHS
def test_a_supervisor_settles_what_waits(
    opened: Opened, served: tuple[str, Node], width: int
) -> None:
    """From the overview to the act, where each alert is named; by keyboard."""
    _, node = served
    critical = _counts(node, severity=("critical",))
    officer, _ = opened("/queue?severity=critical", width=width)
    _dismiss_all(officer)
    officer.keyboard.type("trial of the sample")
    officer.keyboard.press("Control+Enter")
    expect(officer.locator(".toast")).to_contain_text(
        re.compile(rf"\b{critical} (is|are) awaiting")
    )
    expect(officer.get_by_text("second officer", exact=True).first).to_be_visible()
    page, told = opened("/overview", role="supervisor", width=width)
    check_page(page, told, width)
    page.get_by_role(
        "link", name=re.compile("Dismiss: False positive: different goods")
    ).first.click()
    expect(page.locator(".members li")).to_have_count(critical)
    check_page(page, told, width)
    page.locator(".members input").first.focus()
    page.keyboard.press("Space")
    page.fill("#second textarea", "look at the route first")
    page.get_by_role("button", name="Reject").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("rejected by a second officer")).to_have_count(1)
    page.get_by_role("button", name="Confirm").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#second")).to_have_count(0)
    assert _counts(node, severity=("critical",), status=("open",)) == 1
    assert _counts(node, severity=("critical",), status=("dismissed",)) == critical - 1
    page.goto(page.url.rsplit("/", 1)[0])
    check_page(page, told, width)


@pytest.mark.browser
@WIDTHS
def test_the_next_alert_says_what_was_decided_of_the_last(
    opened: Opened, served: tuple[str, Node], width: int
) -> None:
    """Three strokes decide; the next alert names it, aloud too, and `u` there takes it back."""
    _, node = served
    page, told = opened("/queue", width=width)
    page.locator("[data-row] a.title").first.click()
    page.wait_for_url("**/alerts/**")
    first, consignment = page.url.partition("?")[0], page.locator(".where b").first.inner_text()
    for key in ("d", "1", "Control+Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"step=\d+"))
    assert not page.url.startswith(first)
    toast = page.locator(".toast p")
    expect(toast).to_contain_text(f"Dismissed: {consignment}/")
    expect(page.locator("#told")).to_contain_text(f"Dismissed: {consignment}/")
    check_page(page, told, width)
    assert _counts(node, status=("dismissed",)) == 1
    page.keyboard.press("u")
    page.wait_for_url(f"{first}*")
    expect(toast).to_contain_text("Decision undone")
    expect(page.locator(".alert .status").first).to_have_text("open")
    assert _counts(node, status=("dismissed",)) == 0
    page.keyboard.press("a")
    expect(toast).to_contain_text("Assigned to you")
    expect(page.locator("#told")).to_contain_text("Assigned to you")
    assert told == []


@pytest.mark.browser
def test_without_a_script_a_decision_is_said_and_undone(
    opened: Opened, served: tuple[str, Node]
) -> None:
    """The toast is a form of the page, with a button."""
    _, node = served
    page, _ = opened("/queue", java_script_enabled=False)
    page.locator("[data-row] a.title").first.click()
    page.locator("input[value=dismiss]").check()
    page.locator("input[name=reason][value=other-goods]").first.check()
    page.locator(".decide button.strong").click()
    expect(page.locator(".toast")).to_contain_text("Dismissed")
    page.locator(".toast button").click()
    expect(page.locator(".toast")).to_contain_text("Decision undone")
    assert _counts(node, status=("dismissed",)) == 0
