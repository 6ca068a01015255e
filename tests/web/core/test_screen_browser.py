"""Upload and screen in a real browser: dropped, set right by keyboard alone, watched to its end."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import bench

from tidewaiter.node.uploads.workers import work_once
from tidewaiter.web.core.node import Node

pytestmark = pytest.mark.browser
ODD = "Alpha;Beta;Gamma\nacetic anhydride;drums;03/04/2026\npaper;x;04/04/2026\n"
_DROP = """([text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  const zone = document.querySelector("[data-drop]");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const told = { bubbles: true, cancelable: true, dataTransfer: data };
    zone.dispatchEvent(new DragEvent(kind, told));
  }
}"""


@pytest.fixture
def worker(served: tuple[str, Node]) -> Iterator[threading.Event]:
    """Screen the queued uploads, once released."""
    node, go, over = served[1], threading.Event(), threading.Event()
    at = bench(node, node.desk)

    def work() -> None:
        while not over.wait(0.2):
            if go.is_set():
                work_once(at)

    thread = threading.Thread(target=work)
    thread.start()
    yield go
    over.set()
    thread.join()


def test_a_dropped_file_is_set_right_by_keyboard_and_watched(
    opened: Opened, worker: threading.Event
) -> None:
    """From the drop to its alerts, the mouse is needed for the drop alone."""
    page, told = opened("/screen")
    page.evaluate(_DROP, [ODD, "odd.csv"])
    page.wait_for_url("**/screen/*", timeout=60_000)
    expect(page.get_by_role("alert")).to_contain_text("choose it below")
    check_page(page, told, 1280)
    for name, field in (("Alpha", "goods description"), ("Gamma", "arrival date")):
        select = page.get_by_role("combobox", name=name)
        select.focus()
        page.keyboard.type(field)
        assert select.evaluate("s => s.selectedOptions[0].textContent") == field
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.get_by_role("region", name="Problems in the first rows")).to_contain_text(
        "is ambiguous"
    )
    page.get_by_label("03/04/2026 means").focus()
    page.keyboard.type("3 April")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator("#progress")).to_contain_text("starts in a moment")
    check_page(page, told, 1280)
    worker.set()
    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=60_000)
    check_page(page, told, 1280)
    page.keyboard.press("a")
    page.wait_for_url("**/queue?screening=*")
    assert told == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_an_upload_fit(
    width: int, scheme: str, opened: Opened, worker: threading.Event, tmp_path: Path
) -> None:
    """Columns and result fit the width, and axe has nothing to say."""
    manifest = tmp_path / "manifest.csv"
    rows = "".join(f"C{n},acetic anhydride {n},{n} fdk\n" for n in range(30))
    manifest.write_text(f"consignment,goods,net weight\n{rows}", encoding="utf-8")
    page, told = opened("/screen", width=width, color_scheme=scheme)
    page.set_input_files("#files", manifest)
    page.wait_for_url("**/screen/*", timeout=60_000)
    for ready in (False, True):
        if ready:
            worker.set()
            page.get_by_role("button", name="Screen").click()
            expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=60_000)
        check_page(page, told, width)


def test_without_scripts_the_form_sends_the_file(
    opened: Opened, worker: threading.Event, tmp_path: Path
) -> None:
    """Every step is a form and a page."""
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("goods\nacetic anhydride\n", encoding="utf-8")
    page, told = opened("/screen", java_script_enabled=False)
    page.set_input_files("#files", manifest)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/screen/*", timeout=60_000)
    page.get_by_role("button", name="Screen").click()
    expect(page.locator("#progress")).to_be_visible()
    worker.set()
    for _ in range(100):
        page.reload()
        if page.get_by_role("heading", name="Result").is_visible():
            break
        page.wait_for_timeout(300)
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    assert told == []
