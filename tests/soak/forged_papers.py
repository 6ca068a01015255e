"""Forged receipts and documents: none is believed, and none is kept."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs
from tests.soak.forger import Knowing

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.exchange.protocol.documents import (
    Document,
    Signer,
    sign_document,
    write_chain,
)
from tidewaiter.exchange.protocol.envelopes import assemble
from tidewaiter.exchange.protocol.receipts import Receipt, give
from tidewaiter.exchange.protocol.signing import public_of, wrapped
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.transport.peers import hear_documents
from tidewaiter.transport.sending import send_round


class PaperForger(Knowing):
    """Forges receipts and documents."""

    def receipts(self, number: int) -> int:
        """Answer a sender with so many forged receipts; none changes what it knows."""
        self.honest()
        self.aland.say(self.bergen, "one")
        self.aland.say(self.bergen, "two")
        states, told = self.aland.states(), self._told()
        seen: list[str] = []

        def post(_peer: Document, lines: Sequence[str]) -> list[str]:
            seen[:] = lines
            return self._forged(lines)

        for _ in range(number):
            done = send_round(self.aland.desk, self.bergen.name, post)
            assert done.trouble, done
            assert done.receipts == 0
            states.pop("waiting", None)
            now = self.aland.states()
            assert now.get("processed") == states.get("processed")
            assert now["sealed"] == 2
            assert self._told() == told
        self.honest()
        assert "sealed" not in self.aland.states()
        return number

    def _told(self) -> tuple[int, str, int, str]:
        with self.aland.desk.database.work() as work:
            known = peer_of(work, self.bergen.name)
        return known.told, known.theirs, known.log_size, known.log_root

    def _forged(self, lines: Sequence[str]) -> list[str]:
        """Forge a receipt for each line: one of them at least is none."""
        headers = [assemble(*line.split(" ")) for line in lines]
        right = [
            Receipt(
                id=each.header.id,
                digest=each.digest,
                sender=self.bergen.name,
                to=self.aland.name,
                at="2026-11-25T12:00:00+00:00",
                state="processed",
                have=each.header.seq,
            )
            for each in headers
        ]
        key = self._key(self.bergen)
        kid = self.kid(key, self.bergen.name)
        true = [give(each, kid=kid, secret=key) for each in right]
        at = self.chance.randrange(len(true))
        turned = {"state": "turned-away"}
        changes: list[dict[str, Any]] = [
            {"digest": "0" * 64},
            {"to": self.cork.name},
            {"sender": self.cork.name},
            {"to": ""},
            {"id": ""},
            {"id": "", "to": ""},
            {"id": headers[at - 1].header.id},
            {"code": "early"},
            {"state": "refused", "code": ""},
            {"state": "stored"},
            {**turned, "code": "malformed", "id": "", "to": ""},
            {**turned, "code": "early", "have": 0, "digest": "0" * 64},
            {**turned, "code": "frozen", "id": headers[at - 1].header.id},
        ]
        way = self.chance.randrange(8)
        if way == 0:
            ways = [true[:-1], [*true, true[0]], true[::-1], [], list(lines)]
            return self.chance.choice(ways)
        if way == 1:
            secret = self.chance.choice([self._key(self.cork), self.now, self.chance.randbytes(32)])
            true[at] = give(right[at], kid=kid, secret=secret)
        elif way == 2:
            secret = self.chance.choice([self._key(self.cork), self.now, self.chance.randbytes(32)])
            name = self.chance.choice([self.bergen.name, self.cork.name, self.aland.name])
            true[at] = give(right[at], kid=self.kid(secret, name), secret=secret)
        elif way == 3:
            true[at] = self.chance.choice(
                ["", "x", true[at] + "=", true[at][:-2], lines[at], true[at].replace(".", "..")]
            )
        elif way == 4:
            _, payload, told = true[at].split(".")
            other = self.chance.choice([b'{"alg":"none","typ":"tw-receipt+jws","kid":"x"}', b"{}"])
            true[at] = f"{wrapped(other)}.{payload}.{self.chance.choice([told, ''])}"
        else:
            changed = structs.replace(right[at], **self.chance.choice(changes))
            true[at] = give(changed, kid=kid, secret=key)
        return true

    def documents(self, number: int) -> int:
        """Bring so many forged documents; none is kept."""
        chain = self.aland.documents()
        before, last = chain[-1].read(), chain[-1]
        pair = wrapped(public_of("sign", self.chance.randbytes(32)))
        for _ in range(number):
            good: dict[str, Any] = {"number": before.number + 1, "previous": last.digest()}
            stolen = self.chance.choice(
                [
                    self.old,
                    self.revoked,
                    self._key(self.cork),
                    self.cork.root,
                    self.aland.next_root,
                    self.chance.randbytes(32),
                ]
            )
            root = wrapped(public_of("sign", self.aland.next_root))
            revived = tuple(structs.replace(key, state="active") for key in before.keys)
            changes: list[tuple[dict[str, Any], bytes]] = [
                ({}, stolen),
                ({"endpoints": ("https://thief.example",)}, stolen),
                ({"number": before.number + 2}, self.now),
                ({"previous": "0" * 64}, self.now),
                ({"number": before.number}, self.now),
                ({"node": self.cork.name}, self.now),
                ({"keys": revived}, self.now),
                ({"keys": before.keys[2:]}, self.now),
                ({"keys": before.keys[:-2]}, self.now),
                ({"keys": ()}, self.aland.root),
                ({"root": pair}, self.now),
                ({"root": pair}, self.aland.root),
                ({"root": root}, self.aland.root),
                ({"root": root}, self.now),
                ({"role": "king"}, self.now),
                ({"name": "a" * 999}, self.now),
                ({"node": "a b"}, self.now),
                ({"number": 0}, self.aland.root),
            ]
            change, secret = self.chance.choice(changes)
            document: Document = structs.replace(before, **{**good, **change})
            signer = Signer(kid=self.kid(secret), secret=secret)
            held = write_chain([sign_document(document, [signer])])
            if self.chance.random() < 0.1:
                at = self.chance.randrange(len(held))
                held = held[:at] + self.chance.choice([b"A", b'"', b"x", b"{"]) + held[at + 1 :]
            size = self._size()
            try:
                hear_documents(self.bergen.desk, held)
            except TidewaiterError:
                pass
            else:
                raise AssertionError(held)
            assert self._size() == size
        return number
