"""The law on a day: earlier controls, ended controls, and their successors."""

from datetime import date, timedelta

import pytest

from tidewaiter.law.controls import controls_after, controls_on
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.types import Control, Substance

SUBSTANCES = [each for each in load_registry().substances if each.kind != "class"]
TODAY = date(2026, 11, 25)
CATALOGUE = date(2025, 7, 21)  # of China's non-medical drugs: it replaced the supplementary list
DAY = timedelta(days=1)

# A listing and its first day, as read: the day before, it does not hold.
FIRST_DAYS = [
    ("ephedrine", "un-1988", "Table I", date(1990, 11, 11)),
    ("apaan", "un-1988", "Table I", date(2014, 10, 6)),
    ("4-anilino-n-phenethylpiperidine", "un-1988", "Table I", date(2017, 10, 18)),
    ("4-piperidone", "un-1988", "Table I", date(2024, 12, 3)),
    ("apaan", "eu-precursors", "Category 1", date(2013, 12, 30)),
    ("mapa", "eu-precursors", "Category 1", date(2020, 12, 13)),
    ("red-phosphorus", "eu-precursors", "Category 2A", date(2021, 1, 13)),
    ("eapa", "eu-precursors", "Category 1", date(2022, 10, 3)),
    ("norfentanyl", "eu-precursors", "Category 1", date(2023, 2, 20)),
    ("imdpam", "eu-precursors", "Category 1", date(2024, 6, 3)),
    ("bmk-glycidic-acid", "us-listed-chemicals", "List I", date(2026, 5, 4)),
    ("bmk-tert-butyl-glycidate", "us-listed-chemicals", "List I", date(2026, 5, 4)),
    ("flunitazene", "us-csa", "I", date(2022, 4, 12)),
    ("ganaxolone", "us-csa", "V", date(2022, 6, 1)),
    ("zuranolone", "us-csa", "IV", date(2023, 10, 31)),
    ("etizolam", "us-csa", "I", date(2023, 7, 26)),
    ("cumyl-pegaclone", "us-csa", "I", date(2023, 12, 12)),
    ("n-desethylisotonitazene", "us-csa", "I", date(2024, 7, 29)),
    ("protonitazepyne", "us-csa", "I", date(2025, 8, 15)),
    ("n-desethyletonitazene", "us-csa", "I", date(2025, 10, 15)),
    ("isotonitazepyne", "us-csa", "I", date(2025, 10, 15)),
    ("4-cmc", "us-csa", "I", date(2025, 12, 17)),
    ("4-fa", "us-csa", "I", date(2026, 2, 17)),
    ("flunitazene", "uk-misuse-of-drugs", "Class A", date(2024, 3, 20)),
    ("n-desethylprotonitazene", "uk-misuse-of-drugs", "Class A", date(2024, 3, 20)),
    ("bretazenil", "uk-misuse-of-drugs", "Class C", date(2025, 1, 15)),
    ("azaprocin", "uk-misuse-of-drugs", "Class A", date(2025, 1, 15)),
    ("trimethylcyclohexanediamine", "ca-precursors", "Class A", date(2017, 12, 27)),
    ("phenethyl-iodide", "ca-precursors", "Class A", date(2026, 4, 12)),
    ("benzyl-chloride", "ca-precursors", "Class B", date(2026, 4, 12)),
    ("tablet-punches-and-dies", "ca-precursors", "Schedule IX", date(2025, 12, 17)),
    ("r-29676", "ca-precursors", "Class A", date(2026, 6, 5)),
    ("spirochlorphine", "ca-cdsa", "Schedule V", date(2026, 6, 5)),
    ("benzylfentanyl", "ca-precursors", "Class A", date(2019, 5, 15)),
    ("para-fluoro-4-ap", "ca-precursors", "Class A", date(2023, 8, 30)),
    ("1-benzyl-4-piperidone", "ca-precursors", "Class A", date(2024, 9, 3)),
    ("tablet-press", "ca-precursors", "Schedule IX", date(2017, 5, 18)),
    ("n-phenethyl-4-piperidone", "cn-precursors", "Category 1", date(2018, 2, 1)),
    ("oxycodone", "cn-psychotropics", "Class I", date(2019, 9, 1)),
    ("eptazocine", "cn-psychotropics", "Class II", date(2023, 7, 1)),
    ("4-anilino-n-phenethylpiperidine", "ca-cdsa", "Schedule I", date(2019, 5, 15)),
    ("tramadol", "ca-cdsa", "Schedule I", date(2022, 3, 31)),
    ("bucinnazine", "ca-cdsa", "Schedule I", date(2024, 6, 5)),
    ("buprenorphine", "uk-misuse-of-drugs", "Class C", date(1989, 9, 18)),
    ("stanozolol", "uk-misuse-of-drugs", "Class C", date(1996, 9, 1)),
    ("metonitazene", "uk-misuse-of-drugs", "Class A", date(2024, 3, 20)),
    ("bucinnazine", "uk-misuse-of-drugs", "Class A", date(2025, 1, 15)),
]
# A move: the schedule left, the one come to, and the first day there.
MOVES = [
    ("acetic-anhydride", "un-1988", "Table II", "Table I", date(2001, 9, 16)),
    ("phenylacetic-acid", "un-1988", "Table II", "Table I", date(2011, 1, 17)),
    ("iodine", "us-listed-chemicals", "List II", "List I", date(2007, 8, 1)),
    ("modafinil", "cn-psychotropics", "Class I", "Class II", date(2023, 10, 1)),
]


def _schedules(substance: Substance, regime: str, day: date) -> set[str]:
    return {each.schedule for each in controls_on(substance, day) if each.regime == regime}


def _held(regime: str, schedule: str, day: date) -> set[str]:
    """Return the slugs of the substances that a schedule holds on a day."""
    return {each.slug for each in SUBSTANCES if schedule in _schedules(each, regime, day)}


@pytest.mark.parametrize(("slug", "regime", "schedule", "first"), FIRST_DAYS)
def test_a_listing_holds_from_its_first_day(
    slug: str, regime: str, schedule: str, first: date, registry: Registry
) -> None:
    """The day before its first a listing is still to come; on it, it holds."""
    substance = registry.substance(slug)
    assert schedule not in _schedules(substance, regime, first - DAY)
    later = controls_after(substance, first - DAY)
    assert (regime, schedule) in {(each.regime, each.schedule) for each in later}
    assert schedule in _schedules(substance, regime, first)


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move[0]}-{move[3]}")
def test_a_move_leaves_no_day_without_or_with_both(
    move: tuple[str, str, str, str, date], registry: Registry
) -> None:
    """Up to its last day the old schedule holds alone, and from the next day the new one."""
    slug, regime, before, after, day = move
    substance = registry.substance(slug)
    assert _schedules(substance, regime, day - DAY) == {before}
    assert _schedules(substance, regime, day) == {after}


def test_china_replaced_its_supplementary_list() -> None:
    """231 of its 232 substances go on in the catalogue of non-medical drugs, all but etizolam."""
    before = _held("cn-non-medical", "Supplementary list", CATALOGUE - DAY)
    after = _held("cn-non-medical", "Non-medical catalogue", CATALOGUE)
    assert len(before) == 232
    assert before - after == {"etizolam"}
    assert after < before
    assert _held("cn-non-medical", "Supplementary list", CATALOGUE) == set()
    assert "etizolam" in _held("cn-psychotropics", "Psychotropic substances catalogue", CATALOGUE)


def _country(control: Control) -> str:
    return control.regime.partition("-")[0]


def test_what_ends_is_followed() -> None:
    """A control ends in another of the same country, except where it was lifted.

    The successor of a temporary order still in force is not known yet.
    """
    freed = []
    for substance in SUBSTANCES:
        for ended in substance.controls:
            if ended.until is None or ended.until > TODAY:
                continue
            following = {_country(each) for each in controls_on(substance, ended.until)}
            if _country(ended) not in following:
                freed.append((substance.slug, ended.regime))
    assert freed == [("ethyl-acetate", "py-precursors"), ("fenfluramine", "us-csa")]


def test_a_remembered_listing_says_so() -> None:
    """A control with memory as its source is marked unverified, and so are its dates."""
    marks = {
        (control.mark, control.dates)
        for substance in SUBSTANCES
        for control in substance.controls
        if control.source == "unverified-memory"
    }
    assert marks == {("unverified", "unverified")}


def test_an_export_list_is_no_domestic_catalogue(registry: Registry) -> None:
    """China's list for export to specific countries is a separate instrument."""
    listed = _held("cn-precursor-exports", "Annex 1 part 1", TODAY)
    assert len(listed) == 2
    for slug in listed:
        assert _schedules(registry.substance(slug), "cn-precursors", TODAY) == set()
