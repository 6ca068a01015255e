"""Mirror statistics drawn: the map of pairs, and a flow over time with its m."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.english import english_left

from tidewaiter.report.trade.flow_charts import load_world
from tidewaiter.report.trade.mirror import flow_chart, render_mirror
from tidewaiter.report.trade.mirror_map import _view, mirror_map
from tidewaiter.trade.mirror.reading import Reading
from tidewaiter.trade.mirror.results import Mirrored, Question, answer, course
from tidewaiter.trade.mirror.types import Amount, Key, Side, Watched, load_method

CODE = "291524"
WATCHED = {CODE: Watched(code=CODE, own=True, substances=("Acetic anhydride",))}
METHOD = load_method()
US, MEXICO, FRANCE, CHINA, NOWHERE = 842, 484, 251, 156, 9999

Flow = tuple[Side, int, int, int, float]


def reading_of(flows: Iterable[Flow]) -> Reading:
    """Make a reading of flows: side, exporter, importer, year, kilograms."""
    reading = Reading()
    for side, exporter, importer, year, kg in flows:
        key = Key(code=CODE, revision="H6", exporter=exporter, importer=importer, period=year)
        reading.flows[side, key] = Amount(kg=kg, usd=kg * 10)
        reading.reporting.add((exporter if side == "X" else importer, side, year))
    return reading


def both(exporter: int, importer: int, values: dict[int, tuple[float, float]]) -> list[Flow]:
    """Make both sides of a flow over years."""
    sides: tuple[Side, Side] = ("X", "M")
    return [
        (side, exporter, importer, year, kg)
        for year, two in values.items()
        for side, kg in zip(sides, two, strict=True)
    ]


USUAL = {year: (10_000.0, 9_500.0 + year % 3 * 400) for year in range(2015, 2020)}
FLOWS = [
    *both(US, MEXICO, {**USUAL, 2020: (10_000, 2_000)}),
    *both(CHINA, FRANCE, {**USUAL, 2020: (10_000, 42_000)}),
    ("X", US, MEXICO, 2021, 700.0),
    ("M", US, FRANCE, 2020, 900.0),
    ("X", US, FRANCE, 2019, 1.0),
    ("X", FRANCE, CHINA, 2020, 5.0),
    *both(US, NOWHERE, {2020: (9_000, 1)}),
]


@pytest.fixture(scope="module")
def reading() -> Reading:
    """Read two flows that change, one that a side alone reports, one with a place unknown."""
    return reading_of(FLOWS)


@pytest.fixture(scope="module")
def found(reading: Reading) -> Mirrored:
    """Compare them."""
    return answer(reading, WATCHED, METHOD, Question())


def test_a_line_is_drawn_for_each_pair_that_is_listed(found: Mirrored) -> None:
    """Which way the difference goes, as wide as it is, and what one side alone reports."""
    drawn = mirror_map(found, 200)
    assert drawn is not None
    lines = {(each.pair.cells[0], each.pair.cells[1]): each for each in drawn.lines}
    sold, bought = lines["United States", "Mexico"], lines["China", "France"]
    assert bought.arc.width / sold.arc.width == pytest.approx(4, abs=0.2)
    more, less, alone = sold.pair, bought.pair, lines["United States", "France"].pair
    assert (more.sort, less.sort, alone.sort) == ("more", "less", "alone")
    assert "exports higher by 8,000 kg" in more.says
    assert "imports only, 900.0 kg" in alone.says
    assert (alone.cells[5], less.cells[5]) == ("−900.0 kg", "−32,000 kg")
    assert (drawn.unplaced, drawn.left_out, len(drawn.places)) == (1, 0, 4)


def test_nothing_listed_is_no_map() -> None:
    """Both sides agree."""
    quiet = reading_of(both(US, MEXICO, {2020: (100, 100)}))
    assert mirror_map(answer(quiet, WATCHED, METHOD, Question()), 200) is None


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(sorted(load_world().places)), min_size=2, max_size=6))
def test_the_cut_holds_all_ends_and_stays_on_the_map(codes: set[str]) -> None:
    """And it is wide enough for names."""
    world = load_world()
    x, y, width, height = _view([world.places[each].at for each in codes], (2000, 913))
    for each in codes:
        at = world.places[each].at
        assert x <= at[0] <= x + width
        assert y <= at[1] <= y + height
    assert min(x, y, 2000 - x - width, 913 - y - height) >= 0
    assert width >= 900


def test_m_stands_below_the_bars_with_what_is_usual(reading: Reading, found: Mirrored) -> None:
    """A square for each period with two sides; that of the difference is outside the band."""
    one = next(each for each in found.discrepancies if each.key.importer == MEXICO)
    chart = flow_chart("f", course(reading, one, found.freight), one, METHOD.judging)
    squares = {each.told[:4]: each for each in chart.boxes if each.kind == "ratio"}
    (band,) = (each for each in chart.boxes if each.kind == "usual")
    assert sorted(squares) == [str(year) for year in range(2015, 2021)]
    assert squares["2020"].y + squares["2020"].height < band.y
    assert all(band.y < squares[str(year)].y < band.y + band.height for year in USUAL)
    assert chart.rows[-1] == ("2021", "700.0 kg", "", "")
    assert chart.rows[-2][3] == "+0.67"


def test_the_page_is_in_the_language_asked_for(reading: Reading, found: Mirrored) -> None:
    """Countries are named as the language does, and no sentence of ours stays English."""
    page = render_mirror(found, reading, spoken="ar")
    assert '<html lang="ar" dir="rtl">' in page
    assert "المكسيك" in page
    assert list(english_left(page)) == []


def test_the_page_draws_without_script_and_its_lines_lead_somewhere(
    reading: Reading, found: Mirrored
) -> None:
    """Each line leads to a place on the page; outlines are whole; nothing is fetched."""
    page = render_mirror(found, reading)
    leads = set(re.findall(r'<a class="line-\w+" href="#([\w-]+)" aria-label="[^"]+ → ', page))
    assert {"d1", "orphans"} <= leads
    assert all(f'id="{each}"' in page for each in leads)
    assert "<script" not in page
    assert "characters omitted" not in page
    assert page.count("<path") > 150
    assert "default-src 'none'" in page.replace("&#39;", "'")
