"""Sentences of authorities, papers and posts: true ones are never refuted, false ones are."""

import csv
from datetime import date
from pathlib import Path

import pytest
from tests.burden.claims.releases import release, row

from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.types import Release

FILE = Path(__file__).parents[2] / "data/burden/claims.tsv"
DAY = date(2026, 11, 26)
NO_VERDICT = {"untold", "not understood"}
BEARS_OUT = {"holds", "rounds", "only"}

with FILE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

OTHER = release(
    row(32_962, indicator="T43.6", last="2021-12"),
    row(7_000, place="US-NY", last="2024-12"),
    row(806, indicator="T40.1", place="US-NY", last="2016-12"),
    row(605, last="2019-03"),
)
"""A release that has nothing to do with most of the sentences; numbers in it match by chance."""


@pytest.mark.parametrize("releases", [(), (OTHER,)], ids=["none", "another"])
@pytest.mark.parametrize("case", ROWS, ids=[each["claim"][:60] for each in ROWS])
def test_what_is_true_is_not_refuted_and_what_is_not_understood_not_judged(
    case: dict[str, str], releases: tuple[Release, ...]
) -> None:
    """Each sentence gets an answer that its class allows, with and without a release."""
    claims = parse_claims(case["claim"], DAY, Given(said=date.fromisoformat(case["said_on"])))
    verdicts = {check_claim(each, releases, DAY).verdict for each in claims}
    allowed = {
        "right": verdicts <= BEARS_OUT,
        "not-fail": "fails" not in verdicts,
        "none": verdicts <= NO_VERDICT,
        "fails": "fails" in verdicts,
    }
    assert allowed[case["class"]], verdicts


def test_the_sentences_are_many_and_of_each_class() -> None:
    """More than sixty sentences, each with where its figure was read."""
    assert len(ROWS) > 60
    assert {each["class"] for each in ROWS} == {"right", "not-fail", "none", "fails"}
    assert all(each["source"] for each in ROWS)


FINALS = {2015: 52_404, 2017: 70_237, 2019: 70_630, 2020: 91_799, 2022: 107_941, 2024: 79_384}
"""Final counts of residents, as told.toml has them."""
PLAIN = (
    "{n:,} people died of drug overdoses in {y}.",
    "In {y}, {n:,} Americans died from drug overdoses, according to the CDC.",
    "The nation saw {n:,} overdose deaths in {y}, CDC said.",
    "Drug overdoses took {n:,} lives in the United States in {y}.",
    "The overdose death toll reached {n:,} in {y}.",
    "An average of {daily} Americans died of an overdose each day in {y}.",
    "Overdose deaths for {y} totaled {n:,}.",
    "{y} saw {n:,} drug overdose deaths nationwide, a tragedy.",
)
NARROWED = (
    "{n:,} {group} died of drug overdoses in {y}.",
    "Among {group}, {n:,} died of drug overdoses in {y}, up from 647 a year earlier.",
    "{n:,} people died of drug overdoses {place} in {y}.",
    "{place}, {n:,} people died of overdoses in {y}.",
    "In {y}, {n:,} people died of overdoses {place}.",
    "{n:,} people died of {manner} drug overdoses in {y}.",
)
GROUPS = ("women", "veterans", "teenagers", "people aged 65 and over", "construction workers")
PLACES = ("in San Francisco", "in Cook County", "in Kansas City", "in rural areas", "worldwide")
MANNERS = ("unintentional", "suicidal", "nonfatal", "alcohol-related", "early")


def _verdicts(text: str) -> set[str]:
    return {check_claim(each, (), DAY).verdict for each in parse_claims(text, DAY)}


@pytest.mark.parametrize("pattern", PLAIN)
def test_a_final_count_is_borne_out_and_its_multiple_refuted(pattern: str) -> None:
    """However it is worded, the count of a year holds of some figures, and 2.6 times it of none."""
    for year, deaths in FINALS.items():
        daily = round(deaths / (366 if year % 4 == 0 else 365))
        assert _verdicts(pattern.format(n=deaths, y=year, daily=daily)) <= BEARS_OUT
        many = round(2.6 * deaths)
        assert _verdicts(pattern.format(n=many, y=year, daily=round(2.6 * daily))) == {"fails"}


@pytest.mark.parametrize("pattern", NARROWED)
def test_a_count_of_others_is_never_judged(pattern: str) -> None:
    """Not by a number that is right of all, nor by one that is far from it."""
    for group, place, manner in zip(GROUPS, PLACES, MANNERS, strict=True):
        for deaths in (FINALS[2022], 806):
            text = pattern.format(n=deaths, y=2022, group=group, place=place, manner=manner)
            assert _verdicts(text) <= NO_VERDICT, text
