"""Relations, rings, fingerprints, numbers and receipts: small but essential."""

import random
from itertools import product
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.support.keyrings import MADE, founded
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.exchange.protocol.documents import LANGUAGES, fingerprint, read_words, words
from tidewaiter.exchange.protocol.envelopes import message_id
from tidewaiter.exchange.protocol.keyring import About, Ring, renewed, rotated
from tidewaiter.exchange.protocol.receipts import (
    Final,
    Passing,
    Receipt,
    give,
    read_receipt,
)
from tidewaiter.exchange.protocol.relations import MOVES, Relation, Scope, Standing, moved
from tidewaiter.exchange.protocol.signing import sign

STANDINGS = get_args(Standing)
ID = "01930000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(("before", "after"), list(product(STANDINGS, STANDINGS)))
def test_a_relation_becomes_what_may_follow(before: Standing, after: Standing) -> None:
    """Anything else is a conflict, whatever was compared."""
    relation = Relation(standing=before)
    if after not in MOVES[before]:
        with pytest.raises(ConflictError):
            moved(relation, after, fingerprint="f")
        return
    assert moved(relation, after, fingerprint="f").standing == after


def test_nothing_is_active_before_words_were_compared() -> None:
    """Neither the first time nor on the way back from a freeze or an end."""
    asked = moved(Relation(), "invited")
    with pytest.raises(InputError):
        moved(asked, "active")
    active = moved(asked, "active", fingerprint="f")
    frozen = moved(active, "frozen", reason="order")
    assert (frozen.reason, frozen.confirmed) == ("order", "f")
    with pytest.raises(InputError):
        moved(frozen, "active")
    again = moved(moved(active, "ended"), "invited")
    assert again.confirmed == ""
    with pytest.raises(InputError):
        moved(again, "active")


def test_a_scope_holds_control_back_never() -> None:
    """Kinds that are not named and markings that are closer are; to end a relation always goes."""
    scope = Scope(kinds=("notice",), tlp="green")
    assert scope.takes("notice")
    assert not scope.takes("incident")
    assert scope.sends("notice", "clear")
    assert not scope.sends("notice", "amber")
    assert scope.takes("relation")
    assert scope.sends("document", "red")


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_name_is_a_uuid_of_version_7(milliseconds: int, chance: bytes) -> None:
    """With the moment in front, so that names sort by it."""
    told = UUID(message_id(milliseconds, chance))
    assert (told.version, told.variant) == (7, "specified in RFC 4122")
    assert told.int >> 80 == milliseconds


def test_the_name_of_the_standard() -> None:
    """As RFC 9562, appendix A.6, has it."""
    chance = bytes.fromhex("0cc318c4dc0c0c07398f")
    assert message_id(0x017F22E279B0, chance) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.binary(min_size=16, max_size=16))
def test_words_are_read_back_in_each_language(language: str, data: bytes) -> None:
    """However they are typed; and digits too."""
    told = words(data.hex(), language)
    assert len(told) == 12
    assert read_words("  ".join(told).upper()) == data.hex()
    assert read_words(data.hex().upper()) == data.hex()


def test_a_word_that_was_misheard_is_noticed() -> None:
    """The last word checks the others: of all exchanges of two neighbours few pass, 1 in 16."""
    told = words(fingerprint(founded().document.read()))
    passed = 0
    for place in range(11):
        swapped = [*told[:place], told[place + 1], told[place], *told[place + 2 :]]
        try:
            passed += read_words(" ".join(swapped)) == fingerprint(founded().document.read())
        except InputError:
            continue
    assert passed == 0
    for text in ("", "abandon", " ".join(["zebra"] * 12), "f" * 31, "g" * 32):
        with pytest.raises(InputError):
            read_words(text)


def test_a_fingerprint_is_of_node_and_root() -> None:
    """It outlives other keys, and no other node has it."""
    made = founded()
    about = About(node="tidewaiter/aland", name="New", country="", role="company")
    second = renewed(made.ring, made.document, about, MADE)
    assert fingerprint(second.read()) == fingerprint(made.document.read())
    assert fingerprint(founded(seed=2).document.read()) != fingerprint(made.document.read())
    same_root = structs.replace(made.document.read(), node="tidewaiter/b")
    assert fingerprint(same_root) != fingerprint(made.document.read())


def test_a_ring_tells_nobody_what_it_holds() -> None:
    """Neither in a traceback nor in a log."""
    ring = founded().ring
    for secret in (*(pair.secret for pair in ring.pairs), ring.store):
        assert secret not in repr(ring)
        assert secret not in repr(ring.pairs)
    assert msgspec.json.decode(msgspec.json.encode(ring), type=Ring) == ring


def test_a_ring_signs_with_its_newest_and_opens_with_all() -> None:
    """In the order in which they are tried."""
    made = founded()
    ring, _ = rotated(made.ring, made.document, random.Random(9).randbytes, MADE)
    assert ring.openers() == [ring.newest("open").held, made.ring.newest("open").held]
    assert ring.signs_as(ring.newest("sign").name)
    assert not ring.signs_as(made.ring.newest("sign").name)
    with raises("exchange/no-key-for-that", use="sign"):
        structs.replace(ring, pairs=()).newest("sign")


def receipt(**changes: Any) -> str:
    """Sign a receipt."""
    told: dict[str, Any] = {
        "id": ID,
        "digest": "a" * 64,
        "sender": "b",
        "to": "a",
        "at": MADE,
        "state": "processed",
    }
    return give(Receipt(**{**told, **changes}), kid="b#k", secret=b"\1" * 32)


def test_a_receipt_says_one_thing() -> None:
    """An accepted message has no rejection code, and vice versa."""
    assert read_receipt(receipt()).receipt.is_final
    for code in get_args(Final):
        assert read_receipt(receipt(state="refused", code=code)).receipt.is_final
        with pytest.raises(InputError):
            read_receipt(receipt(state="turned-away", code=code))
    for code in get_args(Passing):
        assert not read_receipt(receipt(state="turned-away", code=code)).receipt.is_final
        for state in ("processed", "refused", "recalled"):
            with pytest.raises(InputError):
                read_receipt(receipt(state=state, code=code))
    assert set(get_args(Final)).isdisjoint(get_args(Passing))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"id": f"{ID}\n"},
        {"digest": ""},
        {"digest": "A" * 64},
        {"sender": ""},
        {"sender": "a b"},
        {"to": "a\n"},
        {"have": -1},
        {"size": -1},
        {"root": "\0"},
        {"state": "stored"},
        {"code": "odd"},
        {"have": 2**53},
    ],
)
def test_a_receipt_holds_what_a_column_takes(change: dict[str, Any]) -> None:
    """Names, hashes and numbers, and no line ends among them."""
    with pytest.raises(InputError):
        read_receipt(receipt(**change))


def test_an_envelope_is_no_receipt() -> None:
    """What is signed as one thing passes for no other."""
    payload = msgspec.json.encode(read_receipt(receipt()).receipt)
    with pytest.raises(InputError):
        read_receipt(sign(payload, typ="tw+jws", kid="b#k", secret=b"\1" * 32))
