"""Pictures of the documentation: each is shown, described, and drawn by a tool."""

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image
from playwright.sync_api import Browser
from tools.screenshots import DOCS, IMAGES, MOST, PICTURES, Picture, draw, small

DRAWN_ELSEWHERE = {
    "identify-reliability.svg": "benchmarks.reliability",
    "party-calibration.svg": "benchmarks.parties_calibration",
    "party-calibration-scripts.svg": "benchmarks.parties_audit",
    "peers-parties.svg": "benchmarks.peers_parties",
}
_SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)(?:\n\n\*([^*]+)\*\n)?")


class Shown(NamedTuple):
    """A picture in a document."""

    document: str  # from docs
    alt: str
    file: Path
    caption: str


def _shown() -> Iterator[Shown]:
    pages = [page for page in DOCS.rglob("*.md") if "_build" not in page.parts]
    for page in (DOCS.parent / "README.md", *pages):
        name = page.relative_to(DOCS).as_posix() if page in pages else "../README.md"
        for alt, path, caption in _SHOWN.findall(page.read_text(encoding="utf-8")):
            yield Shown(name, " ".join(alt.split()), (page.parent / path).resolve(), caption)


SHOWN = tuple(_shown())


@pytest.mark.parametrize("shown", SHOWN, ids=lambda each: f"{each.document}-{each.file.name}")
def test_a_picture_that_is_shown_exists_and_is_described(shown: Shown) -> None:
    """Who does not see it, or does not load it, can read what it shows."""
    assert shown.file.is_file()
    assert shown.alt


def test_the_table_and_the_documents_agree() -> None:
    """Each screenshot is shown where the table says so and nowhere else, with the same text."""
    wanted = {(name, each.name, each.alt) for each in PICTURES for name in each.documents}
    screenshots = [each for each in SHOWN if each.file.suffix == ".png"]
    assert {(each.document, each.file.stem, each.alt) for each in screenshots} == wanted
    assert [each for each in screenshots if not each.caption.endswith(".")] == []


def test_each_picture_is_drawn_by_a_tool() -> None:
    """Nothing in the folder was made by hand, and nothing in it is left over."""
    names = {f"{each.name}.png" for each in PICTURES} | set(DRAWN_ELSEWHERE)
    assert {path.name for path in IMAGES.iterdir()} == names
    for name, tool in DRAWN_ELSEWHERE.items():
        spec = find_spec(tool)
        assert spec is not None
        assert name in Path(str(spec.origin)).read_text(encoding="utf-8")


@pytest.mark.parametrize("picture", PICTURES, ids=lambda each: each.name)
def test_a_picture_is_small_and_as_wide_as_its_window(picture: Picture) -> None:
    """A part of a page may be narrower."""
    path = IMAGES / f"{picture.name}.png"
    assert path.stat().st_size <= MOST
    with Image.open(path) as image:
        assert image.width == picture.width if not picture.element else image.width <= picture.width
        assert picture.element or image.height == picture.height


def test_a_palette_keeps_what_an_image_shows() -> None:
    """Up to 256 colours stay as they are."""
    drawn = Image.new("RGB", (40, 20), "white")
    drawn.paste("#0b5c8a", (10, 5, 30, 15))
    png = io.BytesIO()
    drawn.save(png, "PNG")
    with Image.open(io.BytesIO(small(png.getvalue()))) as packed:
        assert packed.mode == "P"
        assert packed.convert("RGB").tobytes() == drawn.tobytes()


def test_a_picture_is_made(browser: Browser) -> None:
    """The queue of the sample is drawn in the size of its window, and is not blank."""
    (queue,) = (each for each in PICTURES if each.name == "queue")
    ((made, png),) = draw(browser, [queue])
    assert made is queue
    with Image.open(io.BytesIO(png)) as image:
        assert image.size == (queue.width, queue.height)
        colours = image.convert("RGB").getcolors()
    assert colours is not None
    assert len(colours) > 50
