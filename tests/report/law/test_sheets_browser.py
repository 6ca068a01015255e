"""A real browser shows and prints the sheets: nothing is too wide, too small or in the way."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tidewaiter.law.answers import Compound, Question, Route
from tidewaiter.law.registry import Editions, Registry
from tidewaiter.law.structure import Entry, Structure, StructureError, parse_structure
from tidewaiter.report.law.sheet_printing import Printing, press_structure
from tidewaiter.report.law.sheets import Imprint, Listed, file_of, render_index

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
ROUTE = Route(origin="AU", destination="MX")
LAWS = ("US", "CN", "UN")
ASKED = {
    "fentanyl": Question(day=date(2026, 11, 25), jurisdictions=LAWS),
    "remifentanil": Question(day=date(2026, 11, 25), jurisdictions=("US", "CN")),
    "acetone": Question(day=date(2026, 11, 25), route=ROUTE),
    "4-methylacetylfentanyl": Question(day=date(2026, 11, 25)),
    "CN(C)(C)(C)C": Question(day=date(2026, 11, 25), jurisdictions=LAWS),
    "C" * 900: Question(day=date(2026, 11, 25), jurisdictions=LAWS),
    "index": Question(day=date(2026, 11, 25)),
}
SMALLEST = 11.5  # px, on a screen


@pytest.fixture(scope="module")
def addresses(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the addresses of sheets of several kinds, and of an index of long names."""
    folder: Path = tmp_path_factory.mktemp("sheets")
    smiles = {each.slug: each.smiles for each in registry.substances}
    found: dict[str, str] = {}
    for number, (name, question) in enumerate(ASKED.items()):
        editions = Editions(registry="a" * 32, rules="b" * 32)
        imprint = Imprint(
            question=question,
            printed=question.day,
            version="1",
            editions=editions,
            file="W" * 200 + ".smi",
        )
        path = folder / f"{number}.html"
        if name == "index":
            path.write_text("".join(render_index(_lines(), imprint)), "utf-8")
        else:
            structure: Structure | StructureError
            try:
                structure = parse_structure(smiles.get(name) or name, "smiles")
            except StructureError as error:
                structure = error
            entry = Entry("a.smi, line 1", "W" * 90 if name[0] == "C" else name, structure)
            path.write_text(press_structure(entry, Printing(imprint=imprint)).html, "utf-8")
        found[name] = path.as_uri()
    return found


def _lines() -> Iterator[Listed]:
    for number in range(1, 40):
        compound = Compound(place=f"{'W' * 90}, line {number}", id="麻" * 90, not_assessable="x")
        yield Listed(number=number, file=file_of(number), compound=compound)


def _opened(browser: Browser, address: str, width: int, scheme: str = "light") -> Page:
    """Open a page in a window of a width; the browser must have nothing to complain of."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: told.append(request.url) if request.url != address else None)
    page.goto(address)
    assert told == []
    return page


@pytest.mark.parametrize("name", ASKED, ids=lambda name: name[:20])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_sideways_scrolling(
    browser: Browser, addresses: dict[str, str], name: str, width: int
) -> None:
    """A sheet is never wider than the window, no text is tiny, and everything is shown."""
    page = _opened(browser, addresses[name], width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        "Array.from(document.body.querySelectorAll('*'))"
        ".filter(e => !e.closest('svg') && e.textContent.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(small) >= SMALLEST


@pytest.mark.parametrize("name", [name for name in ASKED if name != "index"], ids=lambda n: n[:20])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_stands_over_another(
    browser: Browser, addresses: dict[str, str], name: str, width: int
) -> None:
    """Drawings, facts, answers and sources are side by side or one below the other."""
    page = _opened(browser, addresses[name], width)
    boxes = page.evaluate(
        "Array.from(document.querySelectorAll("
        "'h1, svg, figcaption, .facts div, tbody th, .answer b, td:last-child, footer > p'))"
        ".map(e => e.getBoundingClientRect()).filter(r => r.width && r.height)"
        ".map(r => [r.left, r.top, r.right, r.bottom])"
    )
    for at, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[at + 1 :]:
            wide = min(right, other[2]) - max(left, other[0])
            high = min(bottom, other[3]) - max(top, other[1])
            assert wide <= 1 or high <= 1, (boxes[at], other)


@pytest.mark.parametrize(
    "name", ["fentanyl", "remifentanil", "acetone", "CN(C)(C)(C)C"], ids=lambda n: n[:20]
)
def test_a_usual_compound_takes_one_sheet_of_paper(
    browser: Browser, addresses: dict[str, str], name: str
) -> None:
    """On A4 the laws of two countries and the conventions fit a page."""
    page = _opened(browser, addresses[name], 1280)
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1


def test_text_can_be_read_by_day_and_by_night(browser: Browser, addresses: dict[str, str]) -> None:
    """Text and its ground differ in both schemes; the drawing keeps its white ground."""
    grounds = set()
    for scheme in ("light", "dark"):
        page = _opened(browser, addresses["fentanyl"], 1280, scheme)
        ground, ink, drawing = page.evaluate(
            "[getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(document.body).color,"
            " getComputedStyle(document.querySelector('figure svg')).backgroundColor]"
        )
        lightness = [sum(map(int, re.findall(r"\d+", text)[:3])) for text in (ground, ink)]
        assert abs(lightness[0] - lightness[1]) > 500
        assert drawing == "rgb(255, 255, 255)"
        grounds.add(ground)
    assert len(grounds) == 2
