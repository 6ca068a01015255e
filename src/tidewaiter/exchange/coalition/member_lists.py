"""Member lists that k of n nodes have signed; they advise and bind nobody.

A version says who may endorse the next, so that a chain of versions proves itself to whoever knows
the documents of the endorsers. Two rosters may stand beside each other, with other members.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Signer
from tidewaiter.exchange.protocol.signing import (
    is_signed_by,
    sign,
    take_apart,
    unwrapped,
    wrapped,
)
from tidewaiter.exchange.protocol.strict_json import read_json

TYPE = "tw-roster+jws"
LONGEST = 1_000  # versions of a chain
_MOST_TEXT = 120_000  # characters of a version in Base64, at most; 400 members have room

Keys = Mapping[str, Sequence[bytes]]
"""Node -> its public keys to sign, as its documents say, each shape (32,); none that is revoked."""


class Listed(Record, frozen=True, kw_only=True):
    """A member as a roster lists it."""

    node: str
    name: str
    country: str  # ISO 3166-1 alpha-2; "": of none
    state: Literal["invited", "joined", "left"]
    since: date


class Group(Record, frozen=True, kw_only=True):
    """A working group, or a sub-group of one."""

    id: str
    name: str
    parent: str = ""  # id of the group that it is a part of; "": of none
    members: tuple[str, ...] = ()  # nodes; nobody, where none is named
    since: date
    until: date | None = None  # first day on which it is no more


class Roster(Record, frozen=True, kw_only=True):
    """One version of a roster."""

    v: int = 1
    id: str
    name: str
    version: int  # from 1, without gaps
    previous: str  # SHA-256 of the version before, in hexadecimal; "": it is the first
    day: date
    needed: int  # k: so many of the endorsers sign the next version
    endorsers: tuple[str, ...]  # n nodes
    members: tuple[Listed, ...] = ()
    groups: tuple[Group, ...] = ()


class SignedRoster(Record, frozen=True, kw_only=True):
    """A version with its signatures, each a JWS over the same bytes."""

    payload: str  # Base64
    signatures: tuple[tuple[str, str], ...]  # head and signature, Base64

    def digest(self) -> str:
        """Return the SHA-256 of the version without its signatures, in hexadecimal."""
        return hashlib.sha256(unwrapped(self.payload)).hexdigest()

    def read(self) -> Roster:
        """Read the version; its signatures are not looked at.

        Raises:
            InputError: It is none, is too large, or contradicts itself.
        """
        if len(self.payload) > _MOST_TEXT:
            raise InputError("exchange/roster-version-too-large")
        found = read_json(unwrapped(self.payload), Roster, "roster")
        _check(found)
        return found


class Endorsed(Record, frozen=True, kw_only=True):
    """A version of a chain that holds, and who signed it."""

    roster: Roster
    signers: tuple[str, ...]  # nodes, sorted


def sign_roster(roster: Roster, signers: Sequence[Signer]) -> SignedRoster:
    """Sign a version; those who sign it elsewhere are put together by `joined_signatures`.

    Raises:
        InputError: It contradicts itself, or is too large.
    """
    _check(roster)
    payload = msgspec.json.encode(roster)
    if len(wrapped(payload)) > _MOST_TEXT:
        raise InputError("exchange/roster-too-large")
    texts = [sign(payload, typ=TYPE, kid=each.kid, secret=each.secret) for each in signers]
    heads = [(text.split(".")[0], text.split(".")[2]) for text in texts]
    return SignedRoster(payload=wrapped(payload), signatures=tuple(heads))


def joined_signatures(one: SignedRoster, other: SignedRoster) -> SignedRoster:
    """Put the signatures of one version together.

    Raises:
        InputError: They are of two versions.
    """
    if one.payload != other.payload:
        raise InputError("exchange/signatures-of-two-texts")
    both = dict.fromkeys((*one.signatures, *other.signatures))
    return SignedRoster(payload=one.payload, signatures=tuple(both))


def check_rosters(chain: Sequence[SignedRoster], keys: Keys) -> tuple[Endorsed, ...]:
    """Check a chain of versions from its first; return them all.

    The first is signed by its own endorsers, each later one by those of the version before it.
    Whether to heed the roster at all, each node decides for itself.

    Args:
        chain: All versions.
        keys: Of the nodes that are known; a signature of another counts for nothing.

    Raises:
        InputError: A version does not follow, or too few of the right nodes have signed it.
    """
    if not 0 < len(chain) <= LONGEST:
        raise InputError("exchange/version-chain-length", longest=LONGEST)
    first = chain[0].read()
    if first.version != 1 or first.previous:
        raise InputError("exchange/chain-without-first-version")
    endorsed = [Endorsed(roster=first, signers=_check_signers(chain[0], first, first, keys))]
    roster = first
    for before, signed in pairwise(chain):
        last, roster = roster, signed.read()
        at = f"version {last.version + 1} of roster {last.id[:60]}"
        if roster.id != last.id:
            raise InputError("exchange/version-of-another-roster", at=at)
        if roster.version != last.version + 1 or roster.previous != before.digest():
            raise InputError("exchange/version-does-not-follow", at=at)
        signers = _check_signers(signed, roster, last, keys)
        endorsed.append(Endorsed(roster=roster, signers=signers))
    return tuple(endorsed)


def take_rosters(known: Sequence[SignedRoster], chain: Sequence[SignedRoster], keys: Keys) -> bool:
    """Tell whether a chain is the known one with more versions; False: it brings nothing new.

    Args:
        known: That was taken before, of the same roster.
        chain: All versions, as someone else has them.
        keys: As for `check_rosters`.

    Raises:
        InputError: It does not hold, or says something else than what is known.
    """
    check_rosters(chain, keys)
    for ours, theirs in zip(known, chain, strict=False):
        if ours.digest() != theirs.digest():
            raise InputError("exchange/another-version-of-that-number")
    return len(chain) > len(known)


def _check_signers(
    signed: SignedRoster, roster: Roster, before: Roster, keys: Keys
) -> tuple[str, ...]:
    found = tuple(each for each in sorted(before.endorsers) if _has_signed(signed, each, keys))
    if len(found) < before.needed:
        at = f"version {roster.version} of roster {roster.id[:60]}"
        raise InputError(
            "exchange/too-few-endorsers", count=len(found), needed=before.needed, at=at
        )
    return found


def _has_signed(signed: SignedRoster, node: str, keys: Keys) -> bool:
    """Tell whether a node has signed: by its own key, under its own name."""
    for head, told in signed.signatures:
        found = take_apart(f"{head}.{signed.payload}.{told}")
        if found.typ != TYPE or found.kid.partition("#")[0] != node:
            continue
        if any(is_signed_by(found, public) for public in keys.get(node, ())):
            return True
    return False


def _check(roster: Roster) -> None:
    """Check what no type says.

    Raises:
        InputError: It contradicts itself.
    """
    at = f"version {roster.version} of roster {roster.id[:60]}"
    for what, names in (
        ("an endorser", roster.endorsers),
        ("a member", [each.node for each in roster.members]),
        ("a group", [each.id for each in roster.groups]),
    ):
        if len(set(names)) != len(names):
            raise InputError("exchange/names-twice", what=what, at=at)
    if not 1 <= roster.needed <= len(roster.endorsers):
        raise InputError(
            "exchange/endorsers-needed-out-of-bounds",
            needed=roster.needed,
            count=len(roster.endorsers),
            at=at,
        )
    listed = {each.node for each in roster.members}
    parents = {each.id: each.parent for each in roster.groups}
    for group in roster.groups:
        if not listed.issuperset(group.members):
            raise InputError("exchange/group-with-a-stranger", id=group.id[:60], at=at)
        if not _ends(group.id, parents):
            raise InputError("exchange/group-without-its-parent", id=group.id[:60], at=at)


def _ends(group: str, parents: Mapping[str, str]) -> bool:
    """Tell whether the parents of a group lead to one that has none."""
    for _ in parents:
        if group not in parents:
            return False
        group = parents[group]
        if not group:
            return True
    return False
