"""Sending of coalition member lists to peers, version by version."""

from collections.abc import Iterator, Sequence

import msgspec

from tidewaiter.base.errors import MissingError
from tidewaiter.exchange.coalition.member_lists import SignedRoster
from tidewaiter.exchange.protocol.envelopes import MOST_BODY
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.store.coalition.member_lists import ROSTER, signed_versions
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.transport.message_kinds import RosterTold, body_of

_AROUND = 64  # message overhead in bytes


def send_roster(work: Work, safe: bytes, roster: str, node: str) -> None:
    """Send a peer all versions of a member list, in order.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        roster: Member list id.
        node: The peer.

    Raises:
        InputError: A single version exceeds a message.
        MissingError: No such member list or peer.
    """
    chain = signed_versions(work, safe, roster)
    if not chain:
        raise MissingError("transport/no-roster", roster=roster[:60])
    for some in _parts(chain):
        body = body_of(RosterTold(versions=tuple(some)))
        message = Message(kind=ROSTER, body=body, marking=Marking(tlp="amber"))
        write_message(work, safe, node, message)


def _parts(chain: Sequence[SignedRoster]) -> Iterator[list[SignedRoster]]:
    """Yield versions in message-sized groups."""
    some: list[SignedRoster] = []
    size = 0
    for each in chain:
        more = len(msgspec.json.encode(each)) + 1
        if some and size + more > MOST_BODY - _AROUND:
            yield some
            some, size = [], 0
        some.append(each)
        size += more
    yield some
