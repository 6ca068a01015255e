"""The page of a bundle in a real browser: offline, on a desk, on a telephone and on paper."""

import io
import shutil
import zipfile
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


def _watched(page: Page) -> tuple[list[str], list[str]]:
    """Return what a page asks for, and what the browser complains of, as it comes."""
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    return asked, told


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_the_page_fits_and_can_be_used_by_all(
    browser: Browser, bundle: bytes, tmp_path: Path, width: int, media: Literal["screen", "print"]
) -> None:
    """It loads nothing, is never wider than its window or paper, and axe has nothing to say."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        names = [name for name in opened.namelist() if name.endswith(".html")]
        opened.extractall(tmp_path)
    assert len(names) == 2
    for name in names:
        page = browser.new_page(viewport={"width": width, "height": 900})
        asked, told = _watched(page)
        page.emulate_media(media=media, color_scheme="dark" if width < 400 else "light")
        page.goto((tmp_path / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page).response["violations"] if media == "screen" else []
        assert [(each["id"], [n["target"] for n in each["nodes"]]) for each in found] == []
        assert told == []
        assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / name).as_uri()]
        page.close()
