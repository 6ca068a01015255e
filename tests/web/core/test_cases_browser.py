"""Cases in a real browser: by all, by keyboard alone, with files."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.web.browsing import Opened, check_page
from tests.web.casedesk import FORM, last_of, name_of, open_case, upload
from tests.web.conftest import Desk

from tidewaiter.casework.evidence import verify_bundle
from tidewaiter.node.identity import own_key
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.web.core.node import Node


@pytest.fixture
def filled(served: tuple[str, Node]) -> Iterator[Desk]:
    """Make a case with everything on the server that browsers use; return who made it."""
    address, node = served
    with node.change(None) as work:
        account = add_account(work, NewAccount(name="anna", role="analyst", shown="Anna Reyes"))
        secret = begin_session(work, account, "a test")
    with httpx.Client(base_url=address) as client:
        anna = Desk(client, account, secret)  # type: ignore[arg-type]
        number = open_case(anna, "Drums of solvent at the north gate, declared as cleaning agent")
        base = f"/cases/{number}"
        for alert in anna.alerts()[1:4]:
            anna.post(f"{base}/alerts", {"alert": alert})
        anna.post(f"{base}/notes", {"text": "Seal 17 is broken; the driver says it was so before."})
        task = {"who": name_of(anna), "what": "Call the importer", "due": "2026-01-02"}
        anna.post(f"{base}/tasks", task)
        anna.post(f"{base}/parties", {"name": "A trader", "role": "consignee", "country": "NL"})
        upload(anna, number, "bill-of-lading.pdf", b"%PDF-1.7 x")
        form = {"until": "2031-12-31", "basis": "Customs code, article 51", "seen": last_of(anna)}
        anna.post(f"{base}/retention", form)
        form = {"how": "dismissed", "why": "The laboratory says other goods", "seen": last_of(anna)}
        anna.post(f"{base}/closing", form)
        yield anna


def _shot(page: Page, name: str) -> None:
    """Keep a picture where someone wants to look at it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["/cases", "/cases/1", f"/cases/1/reports/{FORM}", "alert"])
def test_the_pages_fit_and_can_be_used_by_all(
    opened: Opened, filled: Desk, width: int, scheme: str, place: str
) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    path = f"/alerts/{filled.alerts()[5]}/cases" if place == "alert" else place
    page, told = opened(path, role="supervisor", width=width, color_scheme=scheme)
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    check_page(page, told, width)
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = false })")
    _shot(page, f"{place.strip('/').replace('/', '-')}-{width}-{scheme}")


@pytest.mark.browser
def test_a_case_is_worked_on_by_keyboard(opened: Opened, filled: Desk) -> None:
    """A note, an answer to the proposal, and back to the list, without a mouse."""
    assert filled.account.name == "anna"
    page, told = opened("/cases", role="supervisor")
    page.get_by_role("link", name="Drums of solvent").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/1")
    page.keyboard.press("n")
    page.keyboard.type("I have asked the laboratory")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notes")).to_contain_text("I have asked the laboratory")
    page.get_by_role("button", name="Approve: close as dismissed").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".headline .status")).to_have_text("closed: dismissed")
    page.keyboard.press("l")
    page.wait_for_url("**/cases")
    expect(page.locator("tbody .status")).to_have_text("closed: dismissed")
    assert told == []


@pytest.mark.browser
def test_a_file_is_added_and_a_bundle_is_downloaded(
    opened: Opened, filled: Desk, tmp_path: Path
) -> None:
    """As a person does it, with htmx on the page."""
    assert filled.account.name == "anna"
    page, told = opened("/cases/1", role="supervisor")
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page.set_input_files("input[type=file]", photo)
    page.get_by_role("button", name="Add file").click()
    expect(page.locator("a[download]").last).to_have_text("photo.png")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export").click()
    bundle = Path(waiting.value.path()).read_bytes()
    assert verify_bundle(io.BytesIO(bundle), [own_key(tmp_path / "node.key").public()]).holds()
    with page.expect_download() as waiting:
        page.locator("a[download]").last.click()
    assert Path(waiting.value.path()).read_bytes() == photo.read_bytes()
    assert told == []
