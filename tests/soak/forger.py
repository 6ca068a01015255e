"""What a thief, a member and a sender of two faces know."""

import hashlib
import json
import random
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, update
from tests.support.peers import Party, found_party

from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.envelopes import message_id
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.signing import (
    digest_of,
    public_of,
    seal,
    thumbprint,
    wrapped,
)
from tidewaiter.store.audit import audit_size
from tidewaiter.store.core import tables
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.transport.context import Noting
from tidewaiter.transport.key_rotation import rotate
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.sending import send_round

NOW = 1_795_608_000

Headers = dict[str, Any]


class Forgery(msgspec.Struct, frozen=True):
    """A line that is not to be taken, and why."""

    line: str
    code: str
    claims: bool = True  # a sender who is known, in words that can be read


class Knowing:
    """Knows what a thief, a member and a sender of two faces know."""

    place_now: tuple[int, str]  # number and digest of the last message that was taken

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.turn = count()
        self.aland = found_party("aland", folder)
        self.bergen = found_party("bergen", folder)
        self.cork = found_party("cork", folder)
        self.bergen.desk.noting = Noting(10**9)
        for one in (self.aland, self.bergen, self.cork):
            for other in {self.aland, self.bergen, self.cork} - {one}:
                one.meet(other)
        self.old = self._key(self.aland)
        self.aland.say(self.bergen, "under the first key")
        rotate(self.aland.desk, self.aland.ring, self.aland.desk.stamp())
        self.revoked = self._key(self.aland)
        self.aland.say(self.bergen, "under the second")
        rotate(self.aland.desk, self.aland.ring, self.aland.desk.stamp(), revoke=True)
        self.true: list[str] = []
        self.honest()
        self.true.clear()  # they were signed with keys of before
        for _ in range(9):
            self.honest()
        self.now = self._key(self.aland)
        self.aland.say(self.cork, "to another")
        self.astray: list[str] = []
        send_round(self.aland.desk, self.cork.name, self._astray)

    def _astray(self, _peer: Document, lines: Sequence[str]) -> list[str]:
        self.astray += lines
        return receive(self.cork.desk, lines)

    @staticmethod
    def _key(party: Party) -> bytes:
        return party.desk.ring.newest("sign").held

    def honest(self) -> None:
        """Let a true message through, so that there is always something to be forged.

        It follows what the sender of two faces has said meanwhile under the same key.
        """
        have, head = self.place()
        with self.aland.desk.database.work(self.aland.desk.stamp()) as work:
            p = tables.peer.c
            if peer_of(work, self.bergen.name).sealed < have:
                values = {"sealed": have, "sealed_head": head}
                change = update(tables.peer).where(p.node == self.bergen.name)
                work.connection.execute(change.values(**values))
        self.aland.say(self.bergen, f"true {len(self.true)}")

        def post(_peer: Document, lines: Sequence[str]) -> list[str]:
            self.true += lines
            return receive(self.bergen.desk, lines)

        done = send_round(self.aland.desk, self.bergen.name, post)
        assert done.receipts == done.sent > 0, done

    def place(self) -> tuple[int, str]:
        """Return the number and the digest of the last message that was taken."""
        with self.bergen.desk.database.work() as work:
            known = peer_of(work, self.aland.name)
        return known.have, known.head

    def header(self) -> tuple[Headers, str]:
        """Write the next header as it would be right, with its box."""
        have, head = self.place_now
        name = message_id(self.chance.randrange(2**48), self.chance.randbytes(10))
        body = json.dumps({"text": f"forged {self.chance.random()}"}).encode()
        held = self.chance.randbytes(16) + body
        key = public_of("open", self.bergen.desk.ring.newest("open").held)
        box = seal(held, key)
        return {
            "v": 1,
            "id": name,
            "from": self.aland.name,
            "to": self.bergen.name,
            "seq": have + 1,
            "prev": head,
            "iat": NOW,
            "exp": NOW + 86_400,
            "kind": "message",
            "schema": 1,
            "thread": name,
            "parent": "",
            "marking": msgspec.to_builtins(Marking(tlp="amber")),
            "crit": [],
            "commit": hashlib.sha256(held).hexdigest(),
            "sealed": digest_of(box),
        }, box

    def kid(self, secret: bytes, node: str = "") -> str:
        """Name a key."""
        return f"{node or self.aland.name}#{thumbprint('sign', public_of('sign', secret))}"

    def write(self, payload: Headers | bytes, box: str, secret: bytes, head: object = None) -> str:
        """Sign a header, in any way."""
        told = head if head is not None else {"alg": "Ed25519", "typ": "tw+jws"}
        if isinstance(told, dict) and "kid" not in told:
            told = {**told, "kid": self.kid(self.now)}
        held = told if isinstance(told, bytes) else json.dumps(told).encode()
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        text = f"{wrapped(held)}.{wrapped(body)}"
        signature = Ed25519PrivateKey.from_private_bytes(secret).sign(text.encode())
        return f"{text}.{wrapped(signature)} {box}"

    # What a thief does who has no key that speaks.

    def _processed(self) -> int:
        i = tables.incoming.c
        with self.bergen.desk.database.work() as work:
            wanted = select(func.count()).where(i.state == "processed")
            return int(work.connection.execute(wanted).scalar_one())

    def _size(self) -> int:
        with self.bergen.desk.database.work() as work:
            return audit_size(work)
