"""The intersection: no miss, no guess, and a filter that cannot find what is not there."""

import secrets
from datetime import date

import pytest
from msgspec import structs
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.private import intersection
from tidewaiter.exchange.private.intersection import filled
from tidewaiter.exchange.private.messages import (
    FALSE,
    PART,
    SLOTS,
    Filter,
    OfferPart,
    Terms,
    check_part,
    filter_size,
    part_count,
    whole,
)

pytestmark = pytest.mark.skipif(
    not intersection.is_there(), reason="the extra psi is not installed"
)

KEYS = [f"1|lei|{number:020}" for number in range(1024)]


@pytest.fixture(scope="module")
def made() -> tuple[bytes, Filter]:
    """Make the filter of a holder with 1,024 keys."""
    secret = intersection.new_secret()
    return secret, intersection.make_filter(secret, KEYS)


def _asked(made: tuple[bytes, Filter], keys: list[str]) -> list[str]:
    mine, (secret, filter_) = intersection.new_secret(), made
    again = intersection.blinded_again(secret, intersection.blinded(mine, keys))
    return [keys[place] for place in sorted(intersection.found_in(mine, filter_, again))]


def test_every_key_that_is_there_is_found_and_no_other(made: tuple[bytes, Filter]) -> None:
    """Over all keys, sixteen questions of 64; a thousand others are not found."""
    for at in range(0, len(KEYS), SLOTS):
        there, other = KEYS[at : at + SLOTS // 2], [f"1|tax|{at}|{n}" for n in range(SLOTS // 2)]
        asked = filled([*there, *other], SLOTS, secrets.token_bytes)
        assert sorted(_asked(made, asked)) == there


def test_an_answer_under_another_secret_finds_nothing(made: tuple[bytes, Filter]) -> None:
    """So a filter cannot be looked into with answers that were given before it was made."""
    mine, other = intersection.new_secret(), intersection.new_secret()
    points = intersection.blinded(mine, KEYS[:SLOTS])
    assert intersection.found_in(mine, made[1], intersection.blinded_again(other, points)) == set()


def test_the_same_key_looks_like_another_each_time() -> None:
    """The holder cannot tell whether two questions concern the same party."""
    one, other = (intersection.blinded(intersection.new_secret(), KEYS[:1]) for _ in range(2))
    assert one != other


@pytest.mark.parametrize(
    "change",
    [
        {"range": 10**6},
        {"divisor": 1},
        {"keys": 1000},
        {"budget": 1},
        {"asker": "tidewaiter/x"},
        {"holder": "tidewaiter/x"},
        {"size": 10**9},
        {"offer": "x"},
        {"purposes": ()},
    ],
)
def test_an_offer_that_would_find_everything_is_not_taken(
    made: tuple[bytes, Filter], change: dict[str, object]
) -> None:
    """Nor an offer of other nodes: a question under it would disclose parties to no purpose."""
    filter_ = made[1]
    terms = Terms(
        offer="0" * 32,
        holder="tidewaiter/b",
        asker="tidewaiter/a",
        version=1,
        keys=1024,
        budget=SLOTS,
        purposes=("control",),
        until=date(2026, 12, 1),
        divisor=filter_.divisor,
        range=filter_.range,
        size=len(filter_.bits),
        digest="0" * 64,
    )
    part = OfferPart(terms=terms, part=1, bits=filter_.bits)
    check_part(part, holder="tidewaiter/b", asker="tidewaiter/a")
    wrong = structs.replace(part, terms=structs.replace(terms, **change))
    with pytest.raises(InputError):
        check_part(wrong, holder="tidewaiter/b", asker="tidewaiter/a")
    with raises("exchange/filter-not-as-offered"):
        whole(terms, [filter_.bits])


def test_a_filter_is_as_wide_as_its_chance_demands(made: tuple[bytes, Filter]) -> None:
    """A question of keys that are not there has a hit less than once in 10^9."""
    assert made[1].range >= len(KEYS) * SLOTS / FALSE * 0.999
    assert [filter_size(n) for n in (0, 1, 1024, 1025, 100_000)] == [1024, 1024, 1024, 2048, 131072]
    assert [part_count(n) for n in (1, PART, PART + 1)] == [1, 1, 2]
