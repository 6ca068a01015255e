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
    row(32_962, indicator="T43.6", last="2021-12"), row(7_000, place="US-NY", last="2024-12"),
    row(806, indicator="T40.1", place="US-NY", last="2016-12"), row(605, last="2019-03"),
)  # fmt: skip
"""A release that has nothing to do with most of the sentences; numbers in it match by chance."""


@pytest.mark.parametrize("releases", [(), (OTHER,)], ids=["none", "another"])
@pytest.mark.parametrize("case", ROWS, ids=[each["claim"][:60] for each in ROWS])
def test_what_is_true_is_not_refuted_and_what_is_not_understood_not_judged(
    case: dict[str, str], releases: tuple[Release, ...]
) -> None:
    """Each sentence is answered as its class allows, with and without a release at hand."""
    claims = parse_claims(case["claim"], DAY, Given(said=date.fromisoformat(case["said_on"])))
    verdicts = {check_claim(each, releases, DAY).verdict for each in claims}
    allowed = {
        "right": verdicts <= BEARS_OUT, "not-fail": "fails" not in verdicts,
        "none": verdicts <= NO_VERDICT, "fails": "fails" in verdicts,
    }  # fmt: skip
    assert allowed[case["class"]], verdicts


def test_the_sentences_are_many_and_of_each_class() -> None:
    """More than sixty sentences, each with where its figure was read."""
    assert len(ROWS) > 60
    assert {each["class"] for each in ROWS} == {"right", "not-fail", "none", "fails"}
    assert all(each["source"] for each in ROWS)
