"""Forks: two chains of documents of one node that part, and which of the two counts.

A thief who has copied the keys of a node can write documents that follow, as well as its owner can.
What parts the two is the root, which is kept apart. The rule, where two chains part after a
document that both have:

1. a chain with a document under the root that was announced there outranks one without;
2. next, a chain with a document that the root in force there has signed outranks one without;
3. of chains of one rank, the one that is known already stays.

A root vouches for all documents before the one that it signs, as each names the hash of the one
before. There is no window of time after which a theft would be for good: clocks decide nothing in
this protocol. What a root has signed is replaced by nothing but its announced successor.
"""

from collections.abc import Sequence
from itertools import pairwise

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.documents import (
    Document,
    SignedDocument,
    check_next,
    is_signed,
    root_hash,
)
from tidewaiter.exchange.signing import Signed, is_signed_by, unwrapped

_BY_KEY, _BY_ROOT, _BY_ANNOUNCED = 0, 1, 2
_TONGUES = "somebody speaks with two tongues: ask the node by telephone"
_RECOVER = "its owner outranks it by the root: tidewaiter node recover"


class Merge(Record, frozen=True, kw_only=True):
    """What becomes of a chain when documents of the same node come."""

    common: int  # documents of the known chain that stay, from the first
    new: tuple[SignedDocument, ...]  # that come after them; (): nothing is new
    replaces: bool = False  # the rest of the known chain goes: a root has not signed it


def merge(known: Sequence[SignedDocument], told: Sequence[SignedDocument]) -> Merge:
    """Say what becomes of a chain that is known when documents come.

    Args:
        known: The chain, from its first document.
        told: Documents in order, from any that is known or the next on.

    Raises:
        InputError: They follow from nothing that is known, or from a document after which others
            are known that they do not outrank.
    """
    places = {each.digest(): place for place, each in enumerate(known)}
    rest = list(told)
    while rest and rest[0].digest() in places:
        rest.pop(0)
    if not rest:
        return Merge(common=len(known), new=())
    at = places.get(rest[0].read().previous, len(known) - 1)  # the last says why it does not follow
    _check_from(known[at], rest)
    if at == len(known) - 1:
        return Merge(common=len(known), new=tuple(rest))
    _check_outranks(known, at, rest)
    return Merge(common=at + 1, new=tuple(rest), replaces=True)


def _check_outranks(
    known: Sequence[SignedDocument], at: int, rest: Sequence[SignedDocument]
) -> None:
    """Check that documents outrank what is known after the last document that both chains have.

    Raises:
        InputError: They do not.
    """
    before = known[at].read()
    theirs = rank(before, rest)
    held = holding(known) if theirs > _BY_KEY else known  # a thief makes nobody check a long chain
    if at >= len(held):
        raise InputError("it follows from a document that does not hold", hint=_RECOVER)
    if theirs == _BY_KEY or theirs <= rank(before, held[at + 1 :]):
        name = f"another document {before.number + 1} of {before.node} is known"
        raise InputError(name, hint=f"{_TONGUES}; {_RECOVER}")


def rank(before: Document, branch: Sequence[SignedDocument]) -> int:
    """Rank documents that follow from one that is not disputed: 2, 1 or 0, as the module says.

    Args:
        before: The last document that both chains have.
        branch: What follows from it.
    """
    found = _BY_KEY
    root = unwrapped(before.root)
    for signed in branch:
        theirs = unwrapped(signed.read().root)
        if root_hash(theirs) == before.next_root and is_signed(signed, theirs):
            return _BY_ANNOUNCED
        if is_signed(signed, root):
            found = _BY_ROOT
    return found


def holding(chain: Sequence[SignedDocument]) -> list[SignedDocument]:
    """Return the documents of a chain up to the first that does not follow from the one before.

    An earlier version took another announced root from a key in daily use.

    Args:
        chain: From its first document, which was checked before.
    """
    held = list(chain[:1])
    for last, signed in pairwise(chain):
        try:
            check_next(last, last.read(), signed)
        except InputError:
            break
        held.append(signed)
    return held


def forged_by(
    own: Sequence[SignedDocument], replaced: Sequence[SignedDocument], signed: Signed
) -> bool:
    """Say whether a text is signed with a key that a thief of this node's keys has made.

    Args:
        own: Documents of this node.
        replaced: Documents that a peer took for this node's and that the root has replaced: each
            must be signed by a key of this node, or by one that such a document names.
        signed: The text.
    """
    keys = {key.public for each in own for key in each.read().keys if key.use == "sign"}
    named = dict[str, bytes]()
    for each in replaced:
        told = each.read()
        if told.node != own[0].read().node or not any(is_signed(each, key) for key in keys):
            return False
        made = {key.name: key.public for key in told.keys if key.use == "sign"}
        named |= {f"{told.node}#{name}": key for name, key in made.items() if key not in keys}
        keys |= {*made.values(), unwrapped(told.root)}
    key = named.get(signed.kid)
    return key is not None and is_signed_by(signed, key)


def _check_from(last: SignedDocument, new: Sequence[SignedDocument]) -> None:
    """Check that each document follows from the one before it."""
    for before, signed in pairwise([last, *new]):
        check_next(before, before.read(), signed)
