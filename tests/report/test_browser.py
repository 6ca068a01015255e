"""A real browser shows the page: no sideways scrolling, the filter, the keyboard."""

import shutil
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from tidewaiter.base.phrases import as_written
from tidewaiter.explain.summary import Summary
from tidewaiter.explain.words import Library
from tidewaiter.report.alerts.page import write_report

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(summary: Summary, library: Library, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the page of the sample and of one long word, on the disk."""
    first = summary.top[0]
    long = msgspec.structs.replace(
        first, consignment="X" * 900, title=as_written("麻" * 300 + "W" * 300)
    )
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, msgspec.structs.replace(summary, top=(*summary.top, long)), library)
    return path.as_uri()


def opened(browser: Browser, address: str, width: int) -> tuple[Page, list[str]]:
    """Return the page in a window of a width, and what the browser complains of."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: told.append(request.url) if request.url != address else None)
    page.goto(address)
    return page, told


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 2000])
def test_no_sideways_scrolling(browser: Browser, address: str, width: int) -> None:
    """The page is never wider than the window, and the browser has nothing to complain of."""
    page, told = opened(browser, address, width)
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert told == []


def test_the_filter_hides_what_does_not_fit(browser: Browser, address: str) -> None:
    """Words and severities filter the list, and the count is shown, on paper too."""
    page, _ = opened(browser, address, 1280)
    page.fill("#words", "麻黄碱")
    assert page.locator("article:visible").count() == 1
    assert page.inner_text("#shown") == "1 of 9 shown"
    page.emulate_media(media="print")
    assert page.locator("#shown").is_visible()
    page.emulate_media(media="screen")
    page.fill("#words", "")
    page.uncheck("input[value=critical]")
    assert page.locator("article:visible").count() == 7


def test_everything_is_visible_without_script(browser: Browser, address: str) -> None:
    """Without script all alerts are there and the filter, which would do nothing, is not."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("article:visible").count() == 9
    assert page.locator("#filter:visible").count() == 0


def test_the_keyboard_goes_from_top_to_bottom(browser: Browser, address: str) -> None:
    """Each press of the tab key goes on in reading order, to something that shows it."""
    page, _ = opened(browser, address, 1280)
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "[document.activeElement.getBoundingClientRect().top + scrollY,"
                " getComputedStyle(document.activeElement).outlineStyle,"
                " document.activeElement.textContent.trim()]"
            )
        )
    assert seen[0][2] == "Skip to the alerts"
    assert {outline for _, outline, _ in seen} == {"solid"}
    inputs = page.evaluate("Array.from(document.querySelectorAll('[tabindex]'), e => e.tabIndex)")
    assert all(index <= 0 for index in inputs)
    assert seen[-1][0] > seen[0][0]


def test_charts_write_names_as_they_are(browser: Browser, address: str) -> None:
    """Capitals say something in names of chemicals; headings of the page alone are in capitals."""
    page, _ = opened(browser, address, 1280)
    labels = page.locator("svg text.label")
    told = labels.evaluate_all("all => all.map(one => getComputedStyle(one).textTransform)")
    assert len(told) > 4
    assert set(told) == {"none"}
