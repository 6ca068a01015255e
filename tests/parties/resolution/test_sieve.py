"""The sieve: no pair that a score would show is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.blocking import Sieve
from tidewaiter.parties.resolution.members import read_written
from tidewaiter.parties.resolution.scoring import Scorer, resolution_rules
from tidewaiter.parties.resolution.shared_attributes import Hubs

LEAST = resolution_rules().threshold - 10
WORDS = (
    "Ornek",
    "Ornk",
    "Kimya",
    "Kimia",
    "Kimyasal",
    "Sino",
    "Chem",
    "Sinochem",
    "chem-sino",
    "A",
    "B",
    "Trading",
    "Trdg",
    "Ltd",
    "GmbH",
    "Holding",
    "Wang",
    "Wong",
    "12",
    "13",
    "深圳",
    "振业",
    "Zhenye",
    "Химия",
    "Khimiya",
    "한국",
    "c/o",
    "t/a",
    "S.A.",
    "abcdefghijkl",
    "abdcefghijkl",
    "abcdefghij",
)
NAMES = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
PARTIES = st.builds(
    lambda name, address, country, number: Written(
        name=name, address=address, country=country, id_scheme=number[0], id=number[1]
    ),
    st.one_of(NAMES, st.text(max_size=12)),
    st.sampled_from(
        ("", "12 Keji Rd, Shenzhen, TEL +86 755 2671 2345", "tel +31 10 123 4567, attn: Ann Other")
    ),
    st.sampled_from(("", "CN", "NL")),
    st.sampled_from((("", ""), ("tax", "40817263"), ("LEI", "5493001KJTIIGC8Y1R12"))),
)


@given(st.lists(PARTIES, min_size=2, max_size=8))
def test_what_a_score_would_show_is_kept(parties: list[Written]) -> None:
    """An excluded pair has too few points, for any scripts and numbers."""
    reads = [read_written(each) for each in parties]
    a, b = (side.astype(np.int64) for side in np.triu_indices(len(reads), 1))
    rules = resolution_rules()
    kept = Sieve(reads, rules, LEAST).keep(a, b)
    scorer = Scorer(rules, Hubs({}, rules.hubs))
    for one, other in zip(a[~kept].tolist(), b[~kept].tolist(), strict=True):
        points, _ = scorer.score(reads[one], reads[other])
        assert points < LEAST


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("Ornek Kimya", "Voorbeeld Handel", False),
        ("Ornek Kimya", "Ornek Kimia", True),
        ("Sino Chem", "Sinochem Works", True),
        ("深圳振业", "上海石化", False),
    ],
)
def test_names_that_share_nothing_are_left_out(first: str, second: str, *, kept: bool) -> None:
    """The sieve is of use: it leaves out what has no word in common."""
    reads = [read_written(Written(name=name)) for name in (first, second)]
    sieve = Sieve(reads, resolution_rules(), LEAST)
    assert sieve.keep(np.array([0]), np.array([1])).tolist() == [kept]
