"""Keys of a party: the same on every node, for any spelling, within one version."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.exchange.private.intersection import (
    MOST_KEYS,
    VERSION,
    Party,
    filled,
    keys_of,
    kind_of,
)

FILLED = 64
_NUMBERS = st.tuples(st.sampled_from(["lei", "vat", "phone", "id", ""]), st.text(max_size=20))
_PARTIES = st.builds(
    Party,
    name=st.text(max_size=60),
    address=st.text(max_size=80),
    country=st.sampled_from(["", "DE", "CN", "xx"]),
    numbers=st.lists(_NUMBERS, max_size=3).map(tuple),
)

# A change here changes what nodes of another version find: then VERSION must rise.
WRITTEN = [
    (
        Party(
            name="Hebei Sinochem Trade Co., Ltd",
            address="No 12 Keji Road, Shijiazhuang 050000, China Tel +86 311 8888 1234",
            country="CN",
            numbers=(("lei", "5493001KJTIIGC8Y1R12"), ("uscc", "91110108551385082Q")),
        ),
        (
            "1|lei|5493001KJTIIGC8Y1R12",
            "1|uscc|91110108551385082Q",
            "1|phone|+8631188881234",
            "1|name|050000|hebeisinochemtrade",
        ),
    ),
    (
        Party(
            name="河北贸易有限公司",
            address="石家庄 050000",
            country="CN",
            numbers=(("email", "Info@Example.com"),),
        ),
        (
            "1|email|info@example.com",
            "1|name|050000|河北贸易有限公司",
            "1|name|050000|hebeimaoyi",
            "1|name|050000|beihemaoyi",
            "1|name|050000|hebeitrading",
        ),
    ),
    (
        Party(
            name="Bayer AG",
            address="51368 Leverkusen",
            country="DE",
            numbers=(
                ("vat", "DE 123475223"),
                ("eori", "DE2099888"),
                ("registration", "HRB 48248"),
                ("phone", "0214 30 1"),
            ),
        ),
        (
            "1|tax|DE|123475223",
            "1|eori|DE2099888",
            "1|registration|DE|HRB48248",
            "1|phone|+49214301",
            "1|name|51368|bayer",
        ),
    ),
    (
        Party(
            name="Tesco PLC",
            address="Welwyn Garden City AL7 1GA",
            country="GB",
            numbers=(("company", "445790"), ("vat", "GB220430231")),
        ),
        ("1|registration|GB|00445790", "1|tax|GB|220430231", "1|name|al71ga|tesco"),
    ),
]


@pytest.mark.parametrize(("party", "keys"), WRITTEN, ids=lambda each: getattr(each, "name", ""))
def test_what_a_version_writes_never_changes(party: Party, keys: tuple[str, ...]) -> None:
    """Two nodes of one version write the same keys, each with the version."""
    assert keys_of(party) == keys
    assert all(key.startswith(f"{VERSION}|") for key in keys)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (
            Party(numbers=(("vat", "DE123475223"),)),
            Party(country="DE", numbers=(("tax", "123 475 223"),)),
            "tax",
        ),
        (
            Party(country="DE", address="Tel. 0214 30-1"),
            Party(numbers=(("phone", "+49214301"),)),
            "phone",
        ),
        (
            Party(name="Northern Solvents Ltd", address="4 Quay Road, 10115 Berlin"),
            Party(name="NORTHERN SOLVENTS LIMITED", address="Berlin 10115"),
            "name",
        ),
        (
            Party(numbers=(("lei", "5493-001K-JTII-GC8Y-1R12"),)),
            Party(numbers=(("LEI", "5493001kjtiigc8y1r12"),)),
            "lei",
        ),
    ],
)
def test_one_party_written_in_two_ways_has_a_key_in_common(
    one: Party, other: Party, kind: str
) -> None:
    """Spaces, capitals, legal forms and a country that is said or not make no other key."""
    assert kind in {kind_of(key) for key in set(keys_of(one)) & set(keys_of(other))}


@pytest.mark.parametrize(
    "party",
    [
        Party(name="Northern Solvents Ltd", country="DE"),
        Party(name="Northern Solvents Ltd", address="Berlin"),
        Party(numbers=(("lei", "5493001KJTIIGC8Y1R13"),)),
        Party(country="DE", numbers=(("registration", "000000"),)),
        Party(numbers=(("registration", "HRB 48248"),)),
    ],
)
def test_what_tells_too_little_is_no_key(party: Party) -> None:
    """A name alone, wrong check digits, fillers, and numbers of no country find too many."""
    assert keys_of(party) == ()


@given(_PARTIES)
def test_any_text_has_an_answer(party: Party) -> None:
    """A few distinct keys at most, the same each time."""
    keys = keys_of(party)
    assert len(set(keys)) == len(keys) <= MOST_KEYS
    assert keys == keys_of(party)


def test_filled_keys_are_in_no_order_and_what_fills_is_nobodys() -> None:
    """All keys are there, and what was added bears no version that anybody writes."""
    keys = [f"1|lei|{number}" for number in range(10)]
    made = filled(keys, FILLED, random.Random(1).randbytes)
    assert len(set(made)) == FILLED
    assert [each for each in made if each in keys] != keys
    assert sorted(each for each in made if each.startswith("1|")) == keys
    assert all(each.startswith("0|") for each in made if each not in keys)
