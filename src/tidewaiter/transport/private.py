"""Private questions: a peer is permitted to ask, and receives the blinded set of parties."""

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
    """What an authority allows a peer."""

    peer: str
    budget: int  # keys in a day
    purposes: tuple[Purpose, ...]
    days: int  # for which it stands
    parts: frozenset[Part] = frozenset({"confirmed"})  # what it is answered from


class Allowed(Record, frozen=True, kw_only=True):
    """What was offered, and from how much."""

    offer: Offer
    parties: int
    keyless: int  # of them: too little is known of them to be found
    keys: int  # of parties, without those that fill the filter up


def allow(desk: Desk, stamp: Stamp, allowing: Allowing) -> Allowed:
    """Let a peer ask; its filter is made under a secret of its own, and is on its way after this.

    What is offered is what stands here now: later decisions count when it is allowed again.

    Args:
        desk: Of this node.
        stamp: Who allows it, and when.
        allowing: What is allowed.

    Raises:
        InputError: It makes no sense, there are too many keys, or the extra is not installed.
        MissingError: There is no such peer.
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
