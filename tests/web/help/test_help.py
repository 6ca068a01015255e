"""Help: each page has its document, and the documents work offline."""

import re
from collections.abc import Callable

import pytest
from litestar.handlers import HTTPRouteHandler
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.web.core.app import HANDLERS
from tidewaiter.web.core.client_paths import is_matching, is_taxii
from tidewaiter.web.core.guides import GUIDES, guide_for
from tidewaiter.web.core.menu import SECTIONS, SETTINGS
from tidewaiter.web.help.documents import (
    address_of,
    chapters,
    docs_folder,
    find_document,
    find_picture,
    render,
    slug_of,
)

NAMES = [name for chapter in chapters() for name, _ in chapter.documents]
ENTRIES = [each for section in (*SECTIONS, SETTINGS) for each in section.entries()]


@pytest.mark.parametrize("path", sorted(GUIDES))
def test_the_document_about_a_page_exists(path: str) -> None:
    """And the page does."""
    assert find_document(GUIDES[path]) is not None
    paths = {each for one in HANDLERS if isinstance(one, HTTPRouteHandler) for each in one.paths}
    assert any(each == path or each.startswith(f"{path}/") for each in paths)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.path)
def test_each_page_of_the_menu_has_a_document(entry: object) -> None:
    """So that no help is a dead end."""
    assert guide_for(entry.path)  # type: ignore[attr-defined]


def test_a_page_below_has_the_document_of_the_closest_one() -> None:
    """Those without any lead to the start."""
    assert guide_for("/alerts/12ab/cases") == GUIDES["/alerts"]
    assert guide_for("/law/changes/calendar.ics") == GUIDES["/law/changes"]
    assert guide_for("/law/compare") == GUIDES["/law"]
    assert guide_for("/nowhere") == ""
    assert not any(is_matching(each) or is_taxii(each) for each in GUIDES)


def test_all_readers_have_their_documents() -> None:
    """The table of contents is that of the published documentation, without contributing."""
    captions = [each.caption for each in chapters()]
    assert captions[0] == "Start"
    assert {"Officers", "Competent authorities", "Administrators", "Background"} <= set(captions)
    assert "Contribute" not in captions
    assert find_document("contributing/tests") is None
    assert find_document("../pyproject") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_document_links_to_what_there_is(name: str) -> None:
    """Its links to others find them and their headings; its pictures are shipped; no style."""
    shown = str(render(name))
    for address in re.findall(r'href="(/help/[^"]*)"', shown):
        target, _, anchor = address.removeprefix("/help/").partition("#")
        assert find_document(target) is not None, address
        if anchor and "<!-- begin" not in (document := find_document(target)).text:  # type: ignore[union-attr]
            computed = "```{" in document.text  # type: ignore[union-attr]
            assert computed or f'id="{anchor}"' in render(target), address
    for picture in re.findall(r'src="/help/images/([^"]*)"', shown):
        assert find_picture(picture) is not None, picture
    assert "style=" not in shown
    assert "&lt;!--" not in shown
    assert not re.search(r'href="(?!/help/|https?://|#|mailto:)', shown)


def test_links_out_of_what_is_shipped_lead_to_the_published_documentation() -> None:
    """Those of contributors, and files of the repository."""
    assert address_of("../contributing/tests.md", "how-to/x").startswith("https://")
    assert address_of("../../README.md", "how-to/x").startswith("https://")
    assert address_of("#here", "how-to/x") == "#here"
    assert address_of("b.md#c", "how-to/triage-alerts").startswith("https://")
    assert address_of("triage-alerts.md#a", "how-to/x") == "/help/how-to/triage-alerts#a"
    assert slug_of("From score to rank: how?") == "from-score-to-rank-how"


def test_markup_in_a_document_stays_text() -> None:
    """A document cannot bring a script."""
    assert "<script" not in "".join(str(render(name)) for name in NAMES)


def test_documents_as_pages_and_records(desk: Callable[..., Desk]) -> None:
    """Unknown ones are not found; pictures are sent."""
    one = desk("viewer")
    assert one.get("/help.json").json()["document"]["name"] == "how-to/find-your-way"
    told = one.get("/help/how-to/triage-alerts.json").json()
    assert told["document"]["text"].startswith("# Triage")
    assert one.get("/help/how-to/nothing").status_code == 404
    assert one.get("/help/../pyproject").status_code == 404
    picture = one.get("/help/images/queue.png")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert one.get("/help/images/..%2Fconf.py").status_code == 404
    assert (docs_folder() / "images" / "queue.png").is_file()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_help_is_one_click_away(opened: Opened, width: int) -> None:
    """From the queue to its document, with its picture, and on to another one."""
    page, told = opened("/queue", width=width)
    if width < 800:
        page.locator(".account > summary").click()
        page.locator(".account .phone a").click()
    else:
        page.locator(".help-link").click()
    page.wait_for_url("**/help/how-to/triage-alerts")
    check_page(page, told, width)
    loaded = "image => image.complete && image.naturalWidth > 0"
    page.locator(".text img").first.scroll_into_view_if_needed()
    expect(page.locator(".text img").first).to_have_js_property("complete", value=True)
    assert page.locator(".text img").first.evaluate(loaded)
    page.locator(".text a[href^='/help/background']").first.click()
    expect(page.locator(".contents a[aria-current]")).to_have_count(1)
    check_page(page, told, width)
