"""The page of a calibration: it says what the record says, loads nothing, and can be read."""

import re
import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser
from tests.support.english import english_left

from tidewaiter.explain.calibration import (
    HOWS,
    doubts_in_words,
    judge_command,
    per,
    percent,
    recall_in_words,
)
from tidewaiter.parties.calibration.types import (
    LEVELS,
    AskedList,
    Bin,
    Calibration,
    Cause,
    Group,
    KnownFile,
    Level,
    share_of,
)
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.report.parties.calibration import alerts_graph, bins_graph, render_calibration

CHROMIUM = shutil.which("chromium")
SMALLEST = 11.5  # px
HOSTILE = "<img src=x onerror=alert(1)>\u202e" + "W" * 300
CAUSE = Cause(
    list="own-watch",
    entry="A-1",
    listed=HOSTILE,
    kind="organisation",
    parties=3,
    name="麻" * 90 + " it's",
    country="MX",
    probability=0.987654,
    how="same",
)


def made(parties: int = 5_000, *, found: int = 40, wanted: float | None = 0.001) -> Calibration:
    """Make a calibration of every part; its firms are invented."""
    alerts = [min(parties, parties // (4**at)) for at in range(len(LEVELS))]
    levels = tuple(
        Level(
            threshold=least,
            alerts=share_of(count, parties),
            recall=share_of(max(0, found - at), found) if found else None,
            benchmark=share_of(90 - at, 100),
        )
        for at, (least, count) in enumerate(zip(LEVELS, alerts, strict=True))
    )
    places = ["", "DE", *(f"{one}{two}" for one in "ABCDEF" for two in "KLMNO")]
    return Calibration(
        day=date(2026, 11, 25),
        lists=(
            AskedList(
                list="own-watch",
                name="Own watch",
                version="ab" * 32,
                dated=date(2026, 10, 1),
                entries=3,
            ),
        ),
        cleared=KnownFile(file=HOSTILE, sha256="cd" * 32, parties=parties, refused=2, settled=1),
        found=KnownFile(file="found.csv", sha256="ef" * 32, parties=found) if found else None,
        wanted=wanted,
        enough=3_000,
        threshold=Threshold(least=0.95, origin="chosen for the requested alert rate"),
        chosen=wanted is not None,
        levels=levels,
        at=levels[10],
        origins=tuple(
            Group(key=key, alerts=share_of(at % 3, 100), unequal=at == 1)
            for at, key in enumerate(places)
        ),
        by_list=(Group(key="own-watch", alerts=share_of(min(4, parties), parties)),),
        kinds=(Group(key="organisation", alerts=share_of(min(4, parties), parties)),),
        hows=tuple(Group(key=key, alerts=share_of(1, 5)) for key in HOWS),
        causes=(CAUSE,) * 12,
        bins=tuple(
            Bin(low=low, high=low + 0.1, mean=low + 0.05, flagged=share_of(at, 10))
            for at, low in enumerate((0.0, 0.3, 0.6, 0.9))
        )
        if found
        else (),
    )


def test_the_page_holds_all_and_loads_nothing() -> None:
    """No address, no script; what strangers wrote is text, and what hides text is seen."""
    page = render_calibration(made())
    assert "<img" not in page
    assert "\u202e" not in page
    assert "⟦U+202E⟧" in page
    assert re.findall(r"https?://|<script|<link|@import", page) == []
    for text in (
        "cd" * 32,
        "lists judge own-watch A-1",
        "(differs)",
        "17 more",
    ):
        assert text in page


def test_the_page_is_in_the_language_asked_for() -> None:
    """Names, files and commands stay as they are; no sentence of ours stays English."""
    page = render_calibration(made(), spoken="ar")
    assert '<html lang="ar" dir="rtl">' in page
    assert list(english_left(page, {HOSTILE, "Own watch"})) == []


def test_the_page_of_few_parties_has_what_there_is() -> None:
    """Without found parties and without an alert the page still says what it does not know."""
    quiet = msgspec.structs.replace(
        made(3, found=0, wanted=None), causes=(), hows=(), kinds=(), origins=()
    )
    page = render_calibration(quiet)
    assert "graph-bins" not in page
    assert "Missed matches cannot be determined from cleared parties" in page


def test_what_is_missed_is_told_as_far_as_it_is_known() -> None:
    """Found parties first, then the benchmark, then nothing at all."""
    assert recall_in_words(made()).startswith(
        "Parties correctly flagged: 40; of these, 30 reach the threshold: 75 %"
    )
    without = made(found=0)
    assert "cannot be determined from cleared parties" in recall_in_words(without)
    at = msgspec.structs.replace(without.at, benchmark=None)
    unknown = recall_in_words(msgspec.structs.replace(without, at=at))
    assert "another model" in unknown


def test_a_small_file_is_called_small() -> None:
    """Below the parties that the rate needs it says so, and of none it gives the rule of three."""
    (high, small) = doubts_in_words(made(100))
    assert "almost certainly match" in high
    assert "could be 30,000 in a million" in small
    none = msgspec.structs.replace(made(100, wanted=None), at=made(100).levels[-1])
    (doubt,) = doubts_in_words(none)
    assert "up to 30,000 in a million" in doubt


def test_marks_stand_within_the_graph() -> None:
    """Every mark, also that of no alert, lies between the sides, its interval around it."""
    for told in (made(), made(1), made(2_000_000), made(found=0)):
        graphs = [graph for graph in (alerts_graph(told), bins_graph(told)) if graph]
        assert len(graphs) == 1 + bool(told.bins)
        for graph in graphs:
            for mark in graph.marks:
                assert 64 <= mark.x <= 392
                assert 14 <= mark.top <= mark.foot <= 236
                assert mark.y is None or mark.top <= mark.y <= mark.foot
            assert all(14 <= tick.at <= 236 for tick in graph.rows)


def test_higher_thresholds_stand_further_right_and_lower() -> None:
    """The curve falls as the rates do."""
    marks = alerts_graph(made()).marks
    assert [mark.x for mark in marks] == sorted(mark.x for mark in marks)
    points = [mark.y for mark in marks if mark.y is not None]
    assert points == sorted(points)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1, "100 %"), (0.9999, "> 99.9 %"), (0.5, "50 %"), (1e-9, "< 0.001 %")],
)
def test_only_none_is_none_and_only_all_is_all(share: float, text: str) -> None:
    """Nothing is rounded to a certainty."""
    assert percent(share) == text


def test_a_rate_keeps_what_it_knows() -> None:
    """Small rates keep two figures, large ones none that they do not have."""
    assert [per(share, 10_000) for share in (0, 0.0000123, 0.00123, 0.123)] == [
        "0",
        "0.12",
        "12",
        "1,230",
    ]


def test_the_command_takes_a_country_that_is_one() -> None:
    """An invalid country is omitted, and shell quotes are quoted."""
    assert "--country MX" in judge_command(CAUSE)
    assert "it'\"'\"'s'" in judge_command(CAUSE)
    assert "--country" not in judge_command(msgspec.structs.replace(CAUSE, country="Ruritania"))


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_browser_shows_the_page(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    """It is never wider than the window, by day and by night, and fetches nothing."""
    path = tmp_path / "page.html"
    path.write_text(render_calibration(made(2_000_000)), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: told.append(request.url))
    page.goto(path.as_uri())
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    assert told == [path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        "Array.from(document.body.querySelectorAll('*'))"
        ".filter(e => !e.closest('svg') && e.textContent.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(small) >= SMALLEST
    ground, ink = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    light = [sum(map(int, re.findall(r"\d+", text)[:3])) for text in (ground, ink)]
    assert (light[0] - light[1] > 500) if scheme == "light" else (light[1] - light[0] > 500)
    page.close()
