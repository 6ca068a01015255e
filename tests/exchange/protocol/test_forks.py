"""Forks: where two chains of one node part, a root decides, and nothing else ever does."""

import random
from collections.abc import Callable

import pytest
from msgspec import structs
from tests.support.keyrings import MADE, founded
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol.documents import (
    SignedDocument,
    Signer,
    check_chain,
    check_next,
    holding,
    merge,
    root_hash,
    root_signer,
    sign_document,
)
from tidewaiter.exchange.protocol.keyring import About, Ring, recovered, renewed, rotated
from tidewaiter.exchange.protocol.signing import public_of, wrapped

Random = Callable[[int], bytes]
THIEF, LATER = b"\6" * 32, b"\7" * 32
"""Secret roots: one that a thief has made, one that the owner makes later."""


def after(last: SignedDocument, signer: Signer, **changes: object) -> SignedDocument:
    """Write the document after another."""
    told = {"number": last.read().number + 1, "previous": last.digest(), **changes}
    return sign_document(structs.replace(last.read(), **told), [signer])


def renamed(ring: Ring, last: SignedDocument, name: str) -> SignedDocument:
    """Write the next document by the key in daily use."""
    about = About(node=last.read().node, name=name, country="", role="observer")
    return renewed(ring, last, about, MADE)


def announced(secret: bytes) -> str:
    """Return how a root to come is named."""
    return root_hash(public_of("sign", secret))


def test_a_key_in_daily_use_announces_no_root() -> None:
    """Neither alone nor beside other changes; the root does."""
    made = founded()
    first = made.document.read()
    for changes in ({}, {"name": "New"}, {"endpoints": ("https://thief.example",)}):
        forged = after(made.document, made.ring.signer(), next_root=announced(THIEF), **changes)
        with raises("exchange/another-root-announced"):
            check_next(made.document, first, forged)
    right = after(made.document, root_signer("n", made.root), next_root=announced(LATER))
    assert check_next(made.document, first, right).next_root == announced(LATER)


def test_what_the_root_signed_replaces_what_a_stolen_key_wrote(chance: Random) -> None:
    """However much of that there is, and also after the owner had changed keys."""
    made = founded()
    ring, second = rotated(made.ring, made.document, chance, MADE)
    known = [made.document, second]
    for number in range(3):
        known.append(renamed(ring, known[-1], f"{number}"))
    _, saved = recovered(ring, second, made.root, chance, MADE)
    found = merge(known, [made.document, second, saved])
    assert (found.common, found.new, found.replaces) == (2, (saved,), True)
    assert merge(known, [saved]) == found  # the newest document only, as sent over HTTP
    check_chain([*known[: found.common], *found.new])


def test_what_a_root_signed_stays_whatever_a_key_signs(chance: Random) -> None:
    """A thief with an old key or the one of today, before or after it, changes nothing."""
    made = founded()
    ring, saved = recovered(made.ring, made.document, made.root, chance, MADE)
    newer, third = rotated(ring, saved, chance, MADE)
    known = [made.document, saved, third]
    for forged in (
        renamed(made.ring, made.document, "Thief"),
        after(saved, ring.signer(), name="Thief"),
    ):
        with raises("exchange/another-document-of-that-number"):
            merge(known, [forged])
    assert merge(known, known).new == ()
    assert merge(known, [made.document]).new == ()  # a replay of what is known
    assert merge(known, [saved]).new == ()
    assert newer.newest("sign") != ring.newest("sign")


def test_of_two_that_keys_signed_the_first_stays() -> None:
    """The owner's document cannot be distinguished from the other."""
    made = founded()
    one, other = (
        renamed(made.ring, made.document, "One"),
        renamed(made.ring, made.document, "Other"),
    )
    with raises("exchange/another-document-of-that-number"):
        merge([made.document, one], [other])


def test_the_announced_root_outranks_the_root_that_was_stolen_too(chance: Random) -> None:
    """Even if the thief announced another root with it; and nothing outranks that."""
    made = founded()
    root = root_signer("n", made.root)
    forged = after(made.document, root, next_root=announced(THIEF))
    crowned = after(
        forged, root_signer("n", THIEF), root=wrapped(public_of("sign", THIEF)), next_root="0" * 64
    )
    known = [made.document, forged, crowned]
    check_chain(known)
    _, saved = recovered(made.ring, made.document, made.next_root, chance, MADE, later=LATER)
    found = merge(known, [saved])
    assert (found.common, found.replaces) == (1, True)
    for worse in (forged, renamed(made.ring, made.document, "Thief")):
        with raises("exchange/another-document-of-that-number"):
            merge([made.document, saved], [worse])
    with raises("exchange/another-document-of-that-number"):
        merge([made.document, saved], [forged, crowned])


def test_a_thief_with_the_root_alone_does_not_outrank_its_successor(chance: Random) -> None:
    """The owner has put the next root in its place; the old one signs again and again."""
    made = founded()
    ring, saved = recovered(made.ring, made.document, made.next_root, chance, MADE, later=LATER)
    known, forged = [made.document, saved], [made.document]
    for _ in range(4):
        forged.append(after(forged[-1], root_signer("n", made.root)))
    with raises("exchange/another-document-of-that-number"):
        merge(known, forged)
    assert ring.node == "tidewaiter/aland"


def test_what_follows_from_nothing_known_is_refused(chance: Random) -> None:
    """A gap, another node, and a document that is out of order."""
    made, other = founded(), founded("bergen", 2)
    ring, second = rotated(made.ring, made.document, chance, MADE)
    _, third = rotated(ring, second, random.Random(4).randbytes, MADE)
    for told in ([third], [other.document], [third, second]):
        with pytest.raises(InputError):
            merge([made.document], told)


def test_an_old_chain_holds_up_to_where_a_stolen_key_announced_a_root(chance: Random) -> None:
    """An earlier version accepted it; what follows from it is invalid, with any signature."""
    made = founded()
    ring, second = rotated(made.ring, made.document, chance, MADE)
    forged = after(second, ring.signer(), next_root=announced(THIEF))
    crowned = after(
        forged, root_signer("n", THIEF), root=wrapped(public_of("sign", THIEF)), next_root="0" * 64
    )
    known = [made.document, second, forged, crowned]
    assert holding(known) == known[:2]
    with raises("exchange/follows-an-invalid-document"):
        merge(known, [after(forged, root_signer("n", made.root), name="Aland")])
    with raises("exchange/another-document-of-that-number"):
        merge(known, [renamed(ring, forged, "Thief")])
    _, saved = recovered(ring, second, made.root, chance, MADE)
    assert merge(known, [saved]).common == 2


def test_of_two_recoveries_by_one_root_the_first_stays_until_the_next_root(chance: Random) -> None:
    """So a node that was restored from before a recovery comes back by its next root, once."""
    made = founded()
    _, first = recovered(made.ring, made.document, made.root, chance, MADE)
    _, again = recovered(made.ring, made.document, made.root, chance, MADE)
    _, later = recovered(made.ring, made.document, made.next_root, chance, MADE, later=LATER)
    _, other = recovered(made.ring, made.document, made.next_root, chance, MADE, later=LATER)
    for known, told in ((first, again), (later, other), (later, first)):
        with raises("exchange/another-document-of-that-number", number=2):
            merge([made.document, known], [told])
    assert merge([made.document, first], [later]).replaces
