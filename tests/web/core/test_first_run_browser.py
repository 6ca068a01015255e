"""The first run in a browser: one officer alone begins to work, and sees what is going on."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Route, expect
from tests.web.browsing import Opened, check_page

from tidewaiter.node.uploads.arrivals import queue_sample
from tidewaiter.store.accounts.sessions import invite
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.audit import find_entries
from tidewaiter.web.core.node import Node

WIDTHS = pytest.mark.parametrize("width", [1280, 390])
WORDS = "four quiet tugs at noon"


@pytest.mark.browser
@WIDTHS
def test_the_first_account_works_as_an_analyst_too(
    browser: Browser, served: tuple[str, Node], width: int
) -> None:
    """One tick beside the password, and the same account uploads and decides; the audit says so."""
    address, node = served
    with node.change(None) as work:
        account = add_account(work, NewAccount(name="admin", role="administrator"))
        secret = invite(work, account.id)
    page = browser.new_page(viewport={"width": width, "height": 900})
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(f"{address}/welcome/{secret}")
    check_page(page, told, width)
    page.fill("input[name=password]", WORDS)
    page.fill("input[name=again]", WORDS)
    page.locator("input[name=analyst]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.locator("[data-key=d]").click()
    expect(page.locator("form[data-decide]")).to_be_visible()
    page.goto(f"{address}/screen")
    expect(page.locator("input[type=file]")).to_be_visible()
    with node.read() as work:
        (entry,) = find_entries(work, action="administrator works as analyst")
    assert entry.who == f"account {account.id}"
    page.close()


@pytest.mark.browser
@WIDTHS
def test_an_administrator_alone_is_offered_it_where_it_is_needed(
    opened: Opened, width: int
) -> None:
    """In the queue and at the uploads; and it ends again on the page of the account."""
    page, told = opened("/screen", role="administrator", width=width)
    expect(page.locator("input[type=file]")).to_have_count(0)
    check_page(page, told, width)
    page.goto(page.url.replace("/screen", "/queue"))
    page.get_by_role("button", name="Also work as an analyst").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue")
    expect(page.locator("input[name=alert]").first).to_be_visible()
    page.goto(page.url.replace("/queue", "/account"))
    check_page(page, told, width)
    page.get_by_role("button", name="Stop working as an analyst").click()
    expect(page.get_by_role("button", name="Also work as an analyst")).to_be_visible()


@pytest.mark.browser
@WIDTHS
def test_the_queue_says_that_a_file_is_being_screened(
    opened: Opened, served: tuple[str, Node], width: int
) -> None:
    """By name and phase."""
    _, node = served
    queue_sample(node.database, node.desk, node.today())
    page, told = opened("/queue?status=referred", width=width)
    now = page.locator("#screening-now")
    expect(now).to_contain_text("sample manifest.csv")
    expect(now).to_contain_text("starts in a moment")
    expect(page.get_by_text("No alerts match")).to_have_count(0)
    check_page(page, told, width)
    page.goto(page.url.replace("/queue?status=referred", "/screen"))
    expect(page.locator(".phase")).to_contain_text("starts in a moment")
    check_page(page, told, width)


@pytest.mark.browser
def test_a_chosen_file_is_sent_once_however_often_send_is_pressed(
    opened: Opened, tmp_path: Path
) -> None:
    """Send is dark while files go, more can be dropped, and leaving the page asks first."""
    paths = []
    for name in ("one", "two"):
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(f"goods,consignment\nacetone {name},C1\n", encoding="utf-8")
    page, told = opened("/screen")
    held: list[Route] = []
    page.route("**/screen/files.json**", lambda route: held.append(route))  # noqa: PLW0108 - a built-in is refused
    page.set_input_files("#files", paths)
    expect(page.locator(".drop button")).to_be_disabled()
    page.locator(".drop").evaluate("form => form.requestSubmit()")
    page.locator(".drop").evaluate("form => form.requestSubmit()")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.evaluate("location.assign('/queue')")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    for _ in paths:  # one after the other
        for _ in range(200):
            if held:
                break
            page.wait_for_timeout(50)
        held.pop().continue_()
    page.wait_for_url("**/screen")
    expect(page.locator("#uploads tbody tr")).to_have_count(2, timeout=60_000)
    assert held == []
    assert [each for each in told if not re.search("beforeunload|Blocked", each)] == []
