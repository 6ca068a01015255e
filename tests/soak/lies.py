"""Lies: statements by a node with genuine keys that contradict its earlier ones."""

import random
import secrets

from tests.soak.world import Effect, written

from tidewaiter.exchange.protocol.envelopes import SALT, Draft, Place, close, message_id, parse
from tidewaiter.store.peers.directory import judged_by, peer_of
from tidewaiter.transport.context import Desk


def lie(desk: Desk, line: str, chance: random.Random) -> str:
    """Write an envelope with the next number, and another one before it than there was.

    Args:
        desk: Of the node that lies.
        line: The envelope that it follows.
        chance: Where its name comes from.
    """
    header = parse(line).header
    name = message_id(header.iat * 1000, chance.randbytes(10))
    with desk.database.work() as work:
        key = judged_by(work, peer_of(work, header.to)).document.active("open")
    if key is None:
        return line
    draft = Draft(
        id=name,
        kind="effect",
        schema=1,
        thread=name,
        marking=header.marking,
        iat=header.iat,
        exp=header.iat + 400 * 86_400,
        body=written(Effect(content="a lie")),
    )
    place = Place(
        sender=desk.node, to=header.to, seq=header.seq + 1, prev=chance.randbytes(32).hex()
    )
    signer = desk.ring.signer()
    return close(
        draft,
        place,
        kid=signer.kid,
        secret=signer.secret,
        public=key.public,
        salt=secrets.token_bytes(SALT),
    ).line()
