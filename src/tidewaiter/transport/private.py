"""Private queries: permission for a peer, and sending of the blinded set of parties."""

import secrets
from datetime import timedelta

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.private.intersection import (
    VERSION,
    filled,
    keys_of,
    make_filter,
    new_secret,
)
from tidewaiter.exchange.private.messages import DAYS, MOST, Terms, filter_size
from tidewaiter.exchange.protocol.markings import Purpose
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.private.offers import Made, Offer, Part, answerable, filter_digest, give_offer
from tidewaiter.transport.context import Desk

_ID = 16  # bytes


class Allowing(Record, frozen=True, kw_only=True):
    """Permission for a peer."""

    peer: str
    budget: int  # keys per day
    purposes: tuple[Purpose, ...]
    days: int  # validity
    parts: frozenset[Part] = frozenset({"confirmed"})  # sources of parties


class Allowed(Record, frozen=True, kw_only=True):
    """The offer made, and its size."""

    offer: Offer
    parties: int
    keyless: int  # parties without usable keys
    keys: int  # keys of parties, without padding


def allow(desk: Desk, stamp: Stamp, allowing: Allowing) -> Allowed:
    """Permit a peer's private queries; queues a filter made with a fresh secret.

    The offer is a snapshot: later decisions count when it is renewed.

    Args:
        desk: The node's context.
        stamp: Who permits it, and when.
        allowing: The permission.

    Raises:
        InputError: It is invalid, there are too many keys, or the extra is not installed.
        MissingError: No such peer.
    """
    if not 1 <= allowing.days <= DAYS:
        raise InputError("transport/offer-days-out-of-bounds", days=DAYS)
    if allowing.parts <= {"joined"}:
        raise InputError("transport/spellings-without-parties")
    secret = new_secret()
    with desk.database.work() as work:
        every = [keys_of(party) for party in answerable(work, allowing.parts)]
    keys = list(dict.fromkeys(key for some in every for key in some))
    if len(keys) > MOST:
        raise InputError("transport/too-many-keys", count=len(keys), most=MOST)
    size = filter_size(len(keys))
    made = make_filter(secret, filled(keys, size, secrets.token_bytes))
    terms = Terms(
        offer=secrets.token_hex(_ID),
        holder=desk.node,
        asker=allowing.peer,
        version=VERSION,
        keys=size,
        budget=allowing.budget,
        purposes=allowing.purposes,
        until=stamp.at.date() + timedelta(days=allowing.days),
        divisor=made.divisor,
        range=made.range,
        size=len(made.bits),
        digest=filter_digest(made),
    )
    with desk.database.work(stamp) as work:
        offer = give_offer(work, desk.ring.lock, Made(terms=terms, secret=secret, filter=made))
    keyless = sum(1 for some in every if not some)
    return Allowed(offer=offer, parties=len(every), keyless=keyless, keys=len(keys))
