"""Member lists of the coalition are sent to peers, version by version."""

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

_AROUND = 64  # bytes of a message that are no version


def tell_roster(work: Work, safe: bytes, roster: str, node: str) -> None:
    """Tell a peer all versions of a roster; messages keep their order, so each follows the last.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        roster: Its id.
        node: The peer.

    Raises:
        InputError: A version alone is too long for a message.
        MissingError: There is no such roster, or no such peer.
    """
    chain = signed_versions(work, safe, roster)
    if not chain:
        raise MissingError("transport/no-roster", roster=roster[:60])
    for some in _parts(chain):
        body = body_of(RosterTold(versions=tuple(some)))
        message = Message(kind=ROSTER, body=body, marking=Marking(tlp="amber"))
        write_message(work, safe, node, message)


def _parts(chain: Sequence[SignedRoster]) -> Iterator[list[SignedRoster]]:
    """Yield versions, as many together as one message takes."""
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
