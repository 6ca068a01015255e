"""Charts of official counts: their captions, as separate files, and the briefing."""

import csv
import io
import re
import sys
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.papers import has_letters_of, needs_pdf
from tests.support.burden_counts import fill_counts
from tests.support.raising import raises

from tidewaiter.burden.indicators import indicators
from tidewaiter.burden.releases.dataset_loader import ReleaseShelf
from tidewaiter.burden.views.briefing import brief
from tidewaiter.burden.views.query import Ask
from tidewaiter.explain.burden import INDICATORS
from tidewaiter.explain.languages import speaking
from tidewaiter.report.burden.breakdowns import tiles
from tidewaiter.report.burden.brief import render_brief
from tidewaiter.report.burden.views import VIEWS, picture
from tidewaiter.report.charts import scale_of, wrapped
from tidewaiter.report.pages import pdf_of

_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> ReleaseShelf:
    """Keep three releases."""
    return ReleaseShelf(fill_counts(tmp_path_factory.mktemp("counts")))


def found(shelf: ReleaseShelf, name: str, ask: Ask) -> Any:
    """Find a view."""
    return VIEWS[name].find(shelf.stock().releases, ask, shelf.estimates)


def asks(name: str) -> Ask:
    """Return what a view can be asked here: only the German release tells ages."""
    return Ask(place="DE" if name == "ages" else "US")


@pytest.mark.parametrize("name", VIEWS)
def test_every_figure_carries_its_facts_wherever_it_goes(shelf: ReleaseShelf, name: str) -> None:
    """Release, hash, period, basis and status are in the SVG, which is self-contained."""
    told = found(shelf, name, asks(name))
    figure = VIEWS[name].draw(told)[0]
    text = picture(VIEWS[name], told, "svg").decode()
    root = etree.fromstring(text.encode())
    shown = " ".join(" ".join(each.itertext()) for each in root.iter(f"{_SVG}text"))
    assert "Published release" in shown
    assert re.search(r"\b[0-9a-f]{12}\b", shown)
    assert re.search("provisional|closed", shown, re.IGNORECASE)
    if name != "changes":
        assert re.search("place of (death|residence)", shown)
        assert "12-month totals, by end month" in shown
    assert root.find(f"{_SVG}title").text == figure.title
    assert not re.search(r"href|url\(|@import|<style|<script", text)
    assert len(figure.rows) > 1


def test_what_is_provisional_is_drawn_in_another_way(shelf: ReleaseShelf) -> None:
    """Dotted, over a zone that says so in a word; closed periods are whole; both have a key."""
    figure, closer = VIEWS["trends"].draw(found(shelf, "trends", Ask()))
    kinds = {shape.kind for shape in figure.shapes}
    assert {"reported", "open", "predicted", "estimate", "band"} <= kinds
    assert "provisional" in {word.text for word in figure.words}
    assert dict(figure.key)["open"] == "reported, provisional"
    assert figure.rows[0][5] == "provisional"
    assert figure.rows[-1][3:] == ("–", "–", "closed")
    assert "0" in {word.text for word in figure.words}
    assert "The scale does not start at 0, so that small differences are visible." in closer.notes


def test_classes_of_drugs_are_never_stacked(shelf: ReleaseShelf) -> None:
    """Each has a panel to the same scale, and it is said that they overlap."""
    figure = VIEWS["mix"].draw(found(shelf, "mix", Ask()))[0]
    marks = [word.text for word in figure.words if word.kind == "mark" and "," in word.text]
    assert len(marks) == 2 * 6
    assert len(set(marks)) == 2
    assert "must not be added up" in figure.notes[0]


def test_the_map_has_tiles_at_home_and_bars_elsewhere(shelf: ReleaseShelf) -> None:
    """Every state has a separate tile; Germany's states are bars, the largest first."""
    assert len(set(tiles().values())) == len(tiles()) == 52
    home = VIEWS["map"].draw(found(shelf, "map", Ask()))[0]
    assert len(home.boxes) == 52
    assert sum(box.kind == "none" for box in home.boxes) == 52 - 3
    abroad = VIEWS["map"].draw(found(shelf, "map", Ask(place="DE")))[0]
    assert [box.kind for box in abroad.boxes] == ["bar-open", "bar-open"]
    assert abroad.boxes[0].told.startswith("DE-NW: 872")


@pytest.mark.parametrize("name", VIEWS)
def test_every_row_of_a_sheet_tells_where_it_is_from(shelf: ReleaseShelf, name: str) -> None:
    """Place, period, release and hash are in each row, because a CSV file has no caption."""
    content = VIEWS[name].sheet(found(shelf, name, asks(name))).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert rows
    for row in rows:
        assert all(row[key] for key in ("place", "period_end", "release", "sha256"))
        assert row.get("status") or row.get("was")
        assert row.get("basis") or name == "changes"


def test_a_picture_has_words_and_is_twice_as_fine(shelf: ReleaseShelf) -> None:
    """PNG, 1,024 dots wide; dark dots above the drawing are its title."""
    pytest.importorskip("resvg_py")
    held = picture(VIEWS["trends"], found(shelf, "trends", Ask()), "png")
    assert held.startswith(b"\x89PNG")
    assert int.from_bytes(held[16:20]) == 1_024


def test_without_what_draws_it_a_picture_is_refused_with_a_way_out(
    shelf: ReleaseShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named, and SVG goes without it."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    told = found(shelf, "trends", Ask())
    with raises("report/png-not-installed") as error:
        picture(VIEWS["trends"], told, "png")
    assert ".[png]" in error.value.hint
    assert picture(VIEWS["trends"], told, "svg").startswith(b"<svg")


def test_names_of_indicators_are_those_of_the_facts() -> None:
    """The translated text is that of the facts, so neither diverges from the other."""
    assert {key: indicators()[key].name for key in INDICATORS} == dict(INDICATORS)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Z"]) | st.just(" ")))
def test_wrapping_loses_nothing_but_blanks(text: str) -> None:
    """The lines hold the same characters in the same order."""
    lines = list(wrapped(text, 20))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.floats(0, 1e8), min_size=1), st.booleans())
def test_no_number_leaves_its_figure(values: list[float], from_zero: bool) -> None:  # noqa: FBT001
    """A scale holds every value, between few marks."""
    scale = scale_of(values, 10, 200, from_zero=from_zero)
    assert all(9.9 <= scale.y(value) <= 200.1 for value in values)
    assert 1 < len(scale.marks()) <= 7
    assert scale.least == 0 or not from_zero


def test_the_brief_says_what_it_rests_on_and_what_it_cannot_say(shelf: ReleaseShelf) -> None:
    """Newest figure, interval, change, hashes; no cause; the same releases give the same page."""
    page = render_brief(brief(shelf.stock().releases, Ask(), shelf.estimates))
    assert page == render_brief(brief(shelf.stock().releases, Ask(), shelf.estimates))
    assert re.search(r"12 months ending Dec 2023: [\d,]+ estimated \(95 % interval", page)
    assert re.search("Year on year: [+−±][\\d.]+ % \\(95 % interval", page)
    for each in shelf.stock().releases:
        assert (each.sha256 in page) == (each.label == "cdc-vsrr 2024-05")
    assert "The figures do not explain why deaths rose or fell" in page
    assert not re.search(r"\b(caused|saved|thanks to)\b", page)


@needs_pdf
@pytest.mark.parametrize(
    ("place", "indicator", "spoken"),
    [("US", "overdose", "zh"), ("Vermont", "T40.4", "es"), ("Vermont", "T40.4", "fr")],
)
def test_the_brief_is_one_page_of_paper(
    shelf: ReleaseShelf, place: str, indicator: str, spoken: str
) -> None:
    """One page of A4, in the longest words too."""
    if not has_letters_of(spoken):
        pytest.skip(f"no font here has the letters of {spoken}, so no text can be found in it")
    ask = Ask(place=place, indicator=indicator)
    held = pdf_of(render_brief(brief(shelf.stock().releases, ask, shelf.estimates), spoken=spoken))
    (sheet,) = pypdf.PdfReader(io.BytesIO(held)).pages
    assert [round(float(side)) for side in sheet.mediabox[2:]] == [595, 842]
    assert "SHA-256" in sheet.extract_text()


@needs_pdf
def test_the_same_releases_give_the_same_paper(shelf: ReleaseShelf) -> None:
    """No moment and no name of a machine is in it."""
    one, two = (
        pdf_of(render_brief(brief(shelf.stock().releases, Ask(place="DE"), shelf.estimates)))
        for _ in range(2)
    )
    assert one == two


def test_pages_speak_the_language_of_the_reader(shelf: ReleaseShelf) -> None:
    """Titles, states and notes, and never a name that a source gives to a class."""
    with speaking("fr"):
        figure = VIEWS["trends"].draw(found(shelf, "trends", Ask()))[0]
    assert figure.title == "Décès par surdose de drogue, États-Unis"
    assert figure.rows[0][5] == "provisoire"
