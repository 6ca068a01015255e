"""Names in plain letters are read in a shorter way, which must come to the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.names import read_name
from tidewaiter.parties.names.read import _read_slowly
from tidewaiter.parties.types import PartyKind

WORDS = st.sampled_from(
    """
    Wuhan CHINA Hong Kong HK Yuanjing Chemical Co Ltd LLC S.A. GmbH Trading & A B.C. Jordan Abdul
    Rahman al van Du -Nur O'Neil USA U.K. North Korea Republic of, Shanghai, Import/Export (China)
    (Far East) a.k.a. d/b/a M/V tel 1 12 II TRAD1NG Zavod Khimprom zhong guo ke ji gong si
    MedaliaRuiz Road street St. mobile care name No. Group
    """.split()  # noqa: SIM905 - a list of words reads best as one
)
TEXTS = st.lists(WORDS, max_size=8).map(" ".join) | st.lists(WORDS, max_size=5).map(", ".join)
KINDS: st.SearchStrategy[PartyKind] = st.sampled_from(["person", "organisation", "unknown"])


@given(TEXTS, KINDS)
def test_the_short_way_reads_as_the_long_one(text: str, kind: PartyKind) -> None:
    """Whichever way a name takes, its forms, steps and problem are the same."""
    assert read_name(text, kind) == _read_slowly(text, kind, 0)


@pytest.mark.parametrize(
    ("text", "keys", "steps"),
    [
        ("Yuanjing Chemical Co Ltd, Wuhan, China", ["yuanjing", "chemical", "ltd"], 1),
        ("China Yuanjing Chemical Co Ltd", ["china", "yuanjing", "chemical", "ltd"], 0),
        ("Yuanjing Chemical Jordan", ["yuanjing", "chemical", "jordan"], 0),
    ],
)
def test_a_country_is_left_out_where_it_is_a_place(text: str, keys: list[str], steps: int) -> None:
    """After commas a country is a location, elsewhere part of the name; it is reported."""
    name = read_name(text, "organisation")
    assert [token.key for token in name.forms[0].tokens] == keys
    assert len(name.steps) == steps
