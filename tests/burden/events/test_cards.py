"""Event cards: what they refuse, what they never say, and how rarely they are wrong."""

from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
import pytest
from benchmarks.events import at_random, base_of, series_of
from hypothesis import given as holds
from hypothesis import strategies as st
from tests.burden.events.made import START, asked, given, months_of, wandering
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.burden.events.cards import Material, event_card
from tidewaiter.burden.events.declarations import digest_of, exploratory, parse_window
from tidewaiter.burden.events.types import Declared, EventCard, Verdict, Window
from tidewaiter.burden.events.verdicts import expected_totals
from tidewaiter.burden.monthly import days_of
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.types import parse_month

NOT = "not distinguishable from ordinary variation"
STILL = [1_000.0 + 10 * (at % 7) for at in range(132)]
FALLEN = STILL[:80] + [each * 0.5 for each in STILL[80:]]


def test_windows_of_twelve_months_are_refused_and_months_offered() -> None:
    """Neighbouring windows share eleven months, so nothing may be compared in them."""
    with raises("burden/windows-overlap") as refused:
        event_card(asked(80), given(months_of(STILL, months=12)))
    assert "burden months" in refused.value.hint


@pytest.mark.parametrize(
    ("at", "word"),
    [(121, "burden/series-ends-too-soon"), (23, "burden/too-few-months-before")],
)
def test_too_few_months_on_either_side_are_refused(at: int, word: str) -> None:
    """A card needs twelve months after an event, whatever its window, and 24 before it."""
    with raises(word):
        event_card(asked(at, until=6), given(months_of(STILL)))


def test_an_open_count_without_an_interval_is_refused() -> None:
    """A provisional count is too low by an unknown amount, so no card is made from it."""
    with raises("burden/open-count-without-interval"):
        event_card(asked(120), given(months_of(STILL, settled=125)))


def test_pounds_are_no_outcome() -> None:
    """A dose is not ranked in levels."""
    with raises("burden/measure-without-card", measure="pounds"):
        event_card(asked(80), given(months_of(STILL, measure="pounds")))


def test_of_an_interval_the_end_that_says_less_counts() -> None:
    """A fall that may be absent within its interval counts only if its upper end does."""
    longer = STILL[:48] + FALLEN[:92]
    sure, unsure = (
        event_card(asked(128), given(months_of(longer, settled=132, spread=spread)))
        for spread in (0.0, 6_500.0)
    )
    assert (sure.verdict, unsure.verdict) == ("compatible with", NOT)
    assert unsure.down.all_extreme > sure.down.all_extreme
    assert not sure.closed


@holds(st.integers(0, 50), st.lists(st.integers(0, 5_000), min_size=40, max_size=40))
def test_a_forecast_knows_nothing_of_what_comes_after(seed: int, after: list[int]) -> None:
    """Whatever follows an event, what was expected of its window stays the same."""
    values = np.array(wandering(seed, 80))
    days = days_of(range(START, START + 80))
    other = np.concatenate([values[:40], np.array(after, float)])
    for window in (Window(), Window(since=3, until=24)):
        before = expected_totals(values, days, 40, window)
        assert (before == expected_totals(other, days, 40, window)).all()


def test_of_dates_without_an_event_at_most_one_in_twenty_is_told_apart() -> None:
    """On levels that wander; by the dates apart from each alone, more than that would be."""
    told, apart = [], []
    for seed in range(3):
        months = months_of(wandering(seed))
        cards = [event_card(asked(at, "either"), given(months)) for at in range(24, 121)]
        told.append(np.mean([card.verdict != NOT for card in cards]))
        apart.append(np.mean([_by_dates_apart(card) for card in cards]))
    assert max(told) <= 0.05 < max(apart)


def _by_dates_apart(card: EventCard) -> bool:
    sides = (card.down, card.up)
    return any((1 + each.apart_extreme) / (1 + each.apart) <= card.level / 2 for each in sides)


def test_a_planted_change_is_told_apart_in_its_direction() -> None:
    """A card that never said anything would be wrong nowhere: a lasting half is found."""
    fallen = months_of(FALLEN)
    down, up = (event_card(asked(80, way), given(fallen)) for way in ("down", "up"))
    assert (down.verdict, up.verdict) == ("compatible with", "opposite to declared direction")
    assert down.detectable_down is not None
    assert -0.1 < down.detectable_down < 0
    assert all(
        each.overlaps == (abs(parse_month(each.month) - START - 80) < 12) for each in down.placebos
    )
    assert down.down.apart == sum(not each.overlaps for each in down.placebos)


def test_what_the_control_did_as_well_is_ordinary() -> None:
    """If a control outcome fell just as rarely, the event is not distinguishable."""
    control = months_of(FALLEN, indicator="T40.5")
    material = msgspec.structs.replace(given(months_of(FALLEN)), control=control)
    card = event_card(asked(80), material)
    assert card.control
    assert card.control.moved
    assert card.verdict == NOT
    assert "Cocaine" in card.because[0]


def test_what_untouched_places_did_as_well_is_ordinary() -> None:
    """If twenty unaffected places fell as much, the event is not distinguishable."""
    fallen, still = (
        tuple(months_of(values, place=f"US-{n}") for n in range(20)) for values in (FALLEN, STILL)
    )
    cards = [
        event_card(asked(80), msgspec.structs.replace(given(months_of(FALLEN)), untreated=each))
        for each in (fallen, still, still[:9])
    ]
    assert [card.verdict for card in cards] == [NOT, "compatible with", "compatible with"]
    assert cards[1].places
    assert cards[1].places.p == 1 / 21
    assert cards[2].places is None  # fewer than ten are not ranked


def test_where_dates_are_few_nothing_can_be_told_apart() -> None:
    """With n other dates no rank is below 1 / (1 + n), and the card says so."""
    card = event_card(asked(30), given(months_of(FALLEN[50:110])))
    assert card.verdict == NOT
    assert "too few" in card.because[0]
    assert card.detectable_down is None


def test_a_card_has_three_phrases_and_none_of_cause() -> None:
    """No text of a card says that an event caused or saved anything."""
    assert set(get_args(Verdict)) == {"compatible with", NOT, "opposite to declared direction"}
    text = msgspec.json.encode(event_card(asked(80), given(months_of(FALLEN)))).decode().lower()
    assert not [word for word in ("caused", "saved", "lives", "effect", "fentanyl") if word in text]


def test_a_dose_is_only_compared_in_differences() -> None:
    """Two series that rise together month by month in opposite steps correlate below zero."""
    steps = [(-1.0) ** at for at in range(60)]
    deaths = [1_000.0 + 10 * at + 5 * step for at, step in enumerate(steps)]
    pounds = [100.0 + 10 * at - 5 * step for at, step in enumerate(steps)]
    material = msgspec.structs.replace(
        given(months_of(deaths)), dose=months_of(pounds, measure="pounds", indicator="seized")
    )
    dose = event_card(asked(30), material).dose
    assert dose
    assert dose.correlation == pytest.approx(-1.0)
    assert np.corrcoef(deaths, pounds)[0, 1] > 0.9


def test_a_declaration_is_ahead_only_of_counts_that_were_not_out() -> None:
    """The first count of a month is published in the fifth month after it, or in the release."""
    wanted = asked(80)  # 2016-09
    sha256 = digest_of(wanted)

    def said(day: date, released: str | None) -> str:
        kept = Declared(sha256=sha256, day=day, declaration=wanted)
        return exploratory(wanted, kept, parse_month(released) if released else None)

    assert said(date(2017, 1, 31), None) == ""
    assert "exploratory" in said(date(2017, 2, 1), None)
    assert "from 2017-01 on" in said(date(2017, 1, 31), "2017-01")
    assert "without a declaration" in exploratory(wanted, None, None)
    assert digest_of(asked(80, "up")) != sha256


@pytest.mark.parametrize("text", ["12", "12-12", "0-37", "-1-12", "a-b"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    """A window has months in it, and ends within three years."""
    with pytest.raises(InputError) as caught:
        parse_window(text)
    assert caught.value.code in {"burden/not-a-window", "burden/window-out-of-bounds"}


@pytest.mark.shared
def test_of_200_random_dates_at_most_one_in_twenty_is_told_apart(shared: Path) -> None:
    """United States, T40.4, six seeds: the acceptance of the card."""
    folder = shared / "data" / "burden"
    figures = read_release((folder / "vsrr" / "v2026-06.csv").read_bytes(), "v2026-06.csv").figures
    base = base_of(folder / "wonder" / "buzzfeed_fentanyl_monthly_10_16_national.txt")
    shares = at_random({"US T40.4": series_of(figures, base)["US T40.4"]})
    assert max(shares.values()) <= 0.05


def test_material_names_nothing_by_default() -> None:
    """A card can be drawn of months alone."""
    card = event_card(asked(80), Material(months=months_of(STILL), release="x", release_sha256="y"))
    assert (card.control, card.places, card.dose, card.concurrent) == (None, None, None, ())
