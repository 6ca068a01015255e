"""A forger of envelopes, receipts and documents: none is taken, each for the right reason.

Run: python -m tests.soak.forgeries --number 20000
"""

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs
from sqlalchemy import func, select, update
from tests.courier.conftest import Party, found_party

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.courier.hearing import hear_documents
from tidewaiter.courier.keys import rotate
from tidewaiter.courier.noting import TURNED_AWAY, Noting
from tidewaiter.courier.receiving import receive
from tidewaiter.courier.sending import send_round
from tidewaiter.courier.taking import UNNOTED
from tidewaiter.exchange.documents import Document, Signer, sign_document, write_chain
from tidewaiter.exchange.envelopes import assemble
from tidewaiter.exchange.markings import Marking
from tidewaiter.exchange.numbers import message_id
from tidewaiter.exchange.receipts import Receipt, give, read_receipt
from tidewaiter.exchange.signing import (
    digest_of,
    public_of,
    seal,
    thumbprint,
    unwrapped,
    wrapped,
)
from tidewaiter.store import tables
from tidewaiter.store.audit import audit_entries, audit_size
from tidewaiter.store.peers import peer_of

_ORDER = 2**252 + 27742317777372353535851937790883648493
_NOW = 1_795_608_000
_BATCH = 32

Headers = dict[str, Any]


class Forgery(msgspec.Struct, frozen=True):
    """A line that is not to be taken, and why."""

    line: str
    code: str
    claims: bool = True  # a sender who is known, in words that can be read


class Forger:
    """Knows what a thief, a member and a sender of two faces know."""

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

    def _astray(self, _endpoints: tuple[str, ...], lines: Sequence[str]) -> list[str]:
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

        def post(_endpoints: tuple[str, ...], lines: Sequence[str]) -> list[str]:
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
            "v": 1, "id": name, "from": self.aland.name, "to": self.bergen.name, "seq": have + 1,
            "prev": head, "iat": _NOW, "exp": _NOW + 86_400, "kind": "message", "schema": 1,
            "thread": name, "parent": "",
            "marking": msgspec.to_builtins(Marking(tlp="amber")),
            "crit": [], "commit": hashlib.sha256(held).hexdigest(), "sealed": digest_of(box),
        }, box  # fmt: skip

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

    def altered(self) -> Forgery:
        """Alter a field and sign it with a key that is another's, or of before."""
        told, box = self.header()
        field = self.chance.choice([each for each in told if each not in {"from", "to"}])
        told[field] = self._other(field, told[field])
        secret = self.chance.choice(
            [self.old, self.revoked, self._key(self.cork), self.chance.randbytes(32)]
        )
        return Forgery(self.write(told, box, secret), "bad-signature")

    def _other(self, field: str, value: Any) -> Any:
        name = message_id(self.chance.randrange(2**48), self.chance.randbytes(10))
        texts = {
            "id": name, "thread": name, "parent": name, "kind": "notice", "crit": ["x"],
            "prev": self.chance.randbytes(32).hex(), "commit": self.chance.randbytes(32).hex(),
            "sealed": self.chance.randbytes(32).hex(), "marking": {"tlp": "clear"},
        }  # fmt: skip
        return texts[field] if field in texts else value + self.chance.randrange(1, 1000)

    def taken_apart(self) -> Forgery:
        """Alter a true message, and leave its signature."""
        text, _, box = self.chance.choice(self.true).partition(" ")
        head, payload, told = text.split(".")
        header = json.loads(unwrapped(payload))
        field = self.chance.choice(["id", "seq", "prev", "iat", "exp", "kind", "schema", "thread"])
        header[field] = self._other(field, header[field])
        changed = wrapped(json.dumps(header).encode())
        return Forgery(f"{head}.{changed}.{told} {box}", "bad-signature")

    def other_kid(self) -> Forgery:
        """Name another key: one of before, another's, or one that opens."""
        told, box = self.header()
        cork, open_ = self._key(self.cork), self.aland.desk.ring.newest("open")
        kid, secret, code = self.chance.choice(
            [
                (self.kid(self.old), self.old, "old-key"),
                (self.kid(self.old), self.chance.randbytes(32), "old-key"),
                (self.kid(self.revoked), self.revoked, "revoked-key"),
                (self.kid(cork, self.cork.name), cork, "unknown-key"),
                (self.kid(cork), cork, "unknown-key"),
                (f"{self.aland.name}#{open_.name}", open_.held, "unknown-key"),
                (self.kid(self.now, self.cork.name), self.now, "unknown-key"),
                (self.aland.name, self.now, "unknown-key"),
                ("", self.now, "unknown-key"),
                (f"{self.kid(self.now)}\n", self.now, "unknown-key"),
            ]
        )
        head = {"alg": "Ed25519", "typ": "tw+jws", "kid": kid}
        return Forgery(self.write(told, box, secret, head), code)

    def other_head(self) -> Forgery:
        """Ask for another algorithm, another type, or more in the head."""
        told, box = self.header()
        head: Headers = {"alg": "Ed25519", "typ": "tw+jws", "kid": self.kid(self.now)}
        changes: list[Headers] = [
                {"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA"}, {"alg": "ES256"}, {"alg": ""},
                {"typ": "tw-receipt+jws"}, {"typ": "tw-node+jws"}, {"typ": "JWT"}, {"typ": ""},
                {"jwk": {}}, {"jku": "https://a.example"}, {"crit": ["b64"]}, {"b64": False},
                {"alg": None}, {"kid": 1}, {"x5u": "x"}, {"zip": "DEF"},
        ]  # fmt: skip
        change = self.chance.choice(changes)
        return Forgery(
            self.write(told, box, self.now, {**head, **change}), "malformed", claims=False
        )

    def other_sender(self) -> Forgery:
        """Say to be somebody else, or write to somebody else."""
        told, box = self.header()
        field, value, code, claims = self.chance.choice(
            [
                ("from", self.cork.name, "unknown-key", True),
                ("from", "tidewaiter/nobody", "unknown-sender", False),
                ("from", self.bergen.name, "unknown-sender", False),
                ("to", self.cork.name, "not-for-us", True),
                ("to", self.aland.name, "not-for-us", True),
                ("to", "tidewaiter/nobody", "not-for-us", True),
            ]
        )
        told[field] = value
        return Forgery(self.write(told, box, self.now), code, claims)

    def strayed(self) -> Forgery:
        """Bring a true message to whom it was not written."""
        text, _, box = self.chance.choice(self.astray).partition(" ")
        return Forgery(f"{text} {box}{self.chance.choice('AQgw')}", "not-for-us")

    def other_box(self) -> Forgery:
        """Put another box to a true text; or to the next one, as who stands between can."""
        text, _, box = self.chance.choice(self.true).partition(" ")
        if self.chance.random() < 0.5:
            told, box = self.header()
            text = self.write(told, box, self.now).partition(" ")[0]
        key = public_of("open", self.bergen.desk.ring.newest("open").held)
        other = self.chance.choice([seal(self.chance.randbytes(40), key), f"{box}A", box[:-1]])
        return Forgery(f"{text} {other}", "other-box")

    def odd_spelling(self) -> Forgery:
        """Write a true text in another way that some readers take for the same."""
        text, _, box = self.chance.choice(self.true).partition(" ")
        parts = text.split(".")
        which = self.chance.randrange(3)
        spelled = parts[which]
        ways = [f"{spelled}=", f"{spelled}==", spelled + "\t", f"{spelled[:4]}\n{spelled[4:]}",
                spelled.replace("-", "+").replace("_", "/") + "=", f"{spelled}é"]  # fmt: skip
        if len(spelled) % 4 in {2, 3}:
            ways.append(spelled[:-1] + _next(spelled[-1]))
        parts[which] = self.chance.choice(ways)
        return Forgery(f"{'.'.join(parts)} {box}", "malformed", claims=False)

    def signature(self) -> Forgery:
        """Change a signature: another number for the same, a bit, none, or another's."""
        text, _, box = self.chance.choice(self.true).partition(" ")
        head, payload, told = text.split(".")
        held = unwrapped(told)
        more = (int.from_bytes(held[32:], "little") + _ORDER).to_bytes(32, "little")
        at = self.chance.randrange(64)
        flipped = held[:at] + bytes([held[at] ^ 1 << self.chance.randrange(8)]) + held[at + 1 :]
        other = unwrapped(self.chance.choice(self.astray).split(" ")[0].split(".")[2])
        new = self.chance.choice([held[:32] + more, flipped, b"", held[:63], bytes(64), other])
        return Forgery(f"{head}.{payload}.{wrapped(new)} {box}", "bad-signature")

    # What a sender of two faces does, whose key speaks.

    def two_readings(self) -> Forgery:
        """Sign what two readers read differently, or no reader should."""
        told, box = self.header()
        plain = json.dumps(told)
        other = self.chance.choice(
            [
                plain[:-1] + ',"seq":1}', plain.replace('"v": 1', '"v": 1, "v": 1'),
                plain[:-1] + ',"\\u0074o":"x"}', plain[:-1] + ',"x":NaN}',
                plain[:-1] + ',"x":' + "[" * 40 + "]" * 40 + "}", plain[:-1] + ',"x":1e999}',
                plain[:-1] + ',"x":9007199254740993}', plain + " x", plain[:-1],
                plain.replace('"schema": 1', '"schema": 1.0'), "[]", "{}",
                plain.replace(told["id"], told["id"] + "\\n"),
                plain.replace('"message"', '"mess\\u0000age"'),
                plain.replace('"prev": "', '"prev": "x'), plain.replace('"iat": ', '"iat": -'),
                plain.replace('"schema": 1', '"schema": 0'),
                plain.replace(f'"seq": {told["seq"]}', '"seq": 0'),
            ]
        )  # fmt: skip
        return Forgery(self.write(other.encode(), box, self.now), "malformed", claims=False)

    def contradiction(self) -> Forgery:
        """Say something else under a name or a number that is taken."""
        told, box = self.header()
        line = self.chance.choice(self.true)
        taken = assemble(*line.split(" ")).header
        if self.chance.random() < 0.5:
            told["id"] = taken.id
            told["seq"] = self.chance.choice([taken.seq, told["seq"], told["seq"] + 5])
        else:
            told["seq"] = taken.seq
            told["prev"] = self.chance.choice([taken.prev, told["prev"]])
        return Forgery(self.write(told, box, self.now), "equivocation")

    def spliced(self) -> Forgery:
        """Follow another message than the last, or come before one's turn."""
        told, box = self.header()
        other = assemble(*self.chance.choice(self.true).split(" ")).header.prev
        told["prev"] = self.chance.choice([other, "", self.chance.randbytes(32).hex()])
        code = "broken-chain"
        if self.chance.random() < 0.3:
            told["seq"] += self.chance.choice([1, 2, 2**40])
            code = "early"
        return Forgery(self.write(told, box, self.now), code)

    def to_no_effect(self) -> Forgery:
        """Write what has its place, and is refused for good."""
        told, box = self.header()
        stale = {"iat": _NOW - 9 * 86_400, "exp": _NOW - 5 * 86_400}
        changes: list[tuple[Headers, str]] = [
            (stale, "expired"), ({"crit": ["sealed-twice"]}, "unknown-critical"),
            ({"v": 2}, "unknown-version"), ({"kind": "order"}, "unknown-kind"),
            ({"schema": 2}, "unknown-version"), ({"commit": "0" * 64}, "cannot-open"),
            ({"kind": "relation"}, "no-effect"), ({"kind": "document"}, "no-effect"),
        ]  # fmt: skip
        change, code = changes[next(self.turn) % len(changes)]
        told |= change
        if code == "cannot-open" and self.chance.random() < 0.5:
            box = seal(b"x" * 20, public_of("open", self.cork.desk.ring.newest("open").held))
            told["sealed"] = digest_of(box)
        return Forgery(self.write(told, box, self.now), code)

    def envelopes(self, number: int) -> Counter[str]:
        """Send so many forged envelopes; return how often each code was given."""
        ways = [self.altered, self.taken_apart, self.other_kid, self.other_head, self.other_sender,
                self.strayed, self.other_box, self.odd_spelling, self.signature, self.two_readings,
                self.contradiction, self.spliced]  # fmt: skip
        given: Counter[str] = Counter()
        while given.total() < number:
            self.place_now = self.place()
            made = [self.chance.choice(ways)() for _ in range(_BATCH)]
            given += self._try(list({each.line: each for each in made}.values()))
            given += self._try([self.to_no_effect()])
            if self.chance.random() < 0.1:
                self.honest()
        return given

    def _try(self, forgeries: list[Forgery]) -> Counter[str]:
        self.chance.shuffle(forgeries)
        before, size = self._processed(), self._size()
        receipts = [
            read_receipt(text).receipt
            for text in receive(self.bergen.desk, [each.line for each in forgeries])
        ]
        for each, receipt in zip(forgeries, receipts, strict=True):
            assert receipt.code == each.code, (receipt.code, each.code, each.line[:2000])
            assert receipt.state != "processed"
        assert self._processed() == before
        with self.bergen.desk.database.work() as work:
            entries = audit_entries(work, after=size)
        told = [json.loads(each.details) for each in entries if each.action.startswith("message ")]
        found = Counter((each["digest"], each["code"]) for each in told)
        wanted = Counter(
            (receipt.digest, receipt.code)
            for each, receipt in zip(forgeries, receipts, strict=True)
            if each.claims and each.code not in UNNOTED
        )
        assert found == wanted, (found - wanted, wanted - found)
        assert all(each.action in {TURNED_AWAY, "message taken"} for each in entries)
        return Counter(each.code for each in forgeries)

    def _processed(self) -> int:
        i = tables.incoming.c
        with self.bergen.desk.database.work() as work:
            wanted = select(func.count()).where(i.state == "processed")
            return int(work.connection.execute(wanted).scalar_one())

    def _size(self) -> int:
        with self.bergen.desk.database.work() as work:
            return audit_size(work)

    # What comes back to a sender.

    def receipts(self, number: int) -> int:
        """Answer a sender with so many forged receipts; none changes what it knows."""
        self.honest()
        self.aland.say(self.bergen, "one")
        self.aland.say(self.bergen, "two")
        states, told = self.aland.states(), self._told()
        seen: list[str] = []

        def post(_endpoints: tuple[str, ...], lines: Sequence[str]) -> list[str]:
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
                id=each.header.id, digest=each.digest, sender=self.bergen.name, to=self.aland.name,
                at="2026-11-25T12:00:00+00:00", state="processed", have=each.header.seq,
            )
            for each in headers
        ]  # fmt: skip
        key = self._key(self.bergen)
        kid = self.kid(key, self.bergen.name)
        true = [give(each, kid=kid, secret=key) for each in right]
        at = self.chance.randrange(len(true))
        turned = {"state": "turned-away"}
        changes: list[dict[str, Any]] = [
            {"digest": "0" * 64}, {"to": self.cork.name}, {"sender": self.cork.name}, {"to": ""},
            {"id": ""}, {"id": "", "to": ""}, {"id": headers[at - 1].header.id},
            {"code": "early"}, {"state": "refused", "code": ""}, {"state": "stored"},
            {**turned, "code": "malformed", "id": "", "to": ""},
            {**turned, "code": "early", "have": 0, "digest": "0" * 64},
            {**turned, "code": "frozen", "id": headers[at - 1].header.id},
        ]  # fmt: skip
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
            true[at] = self.chance.choice(["", "x", true[at] + "=", true[at][:-2], lines[at],
                                           true[at].replace(".", "..")])  # fmt: skip
        elif way == 4:
            _, payload, told = true[at].split(".")
            other = self.chance.choice([b'{"alg":"none","typ":"tw-receipt+jws","kid":"x"}', b"{}"])
            true[at] = f"{wrapped(other)}.{payload}.{self.chance.choice([told, ''])}"
        else:
            changed = structs.replace(right[at], **self.chance.choice(changes))
            true[at] = give(changed, kid=kid, secret=key)
        return true

    # What is said of a node.

    def documents(self, number: int) -> int:
        """Bring so many forged documents; none is kept."""
        chain = self.aland.documents()
        before, last = chain[-1].read(), chain[-1]
        pair = wrapped(public_of("sign", self.chance.randbytes(32)))
        for _ in range(number):
            good: dict[str, Any] = {"number": before.number + 1, "previous": last.digest()}
            stolen = self.chance.choice(
                [self.old, self.revoked, self._key(self.cork), self.cork.root, self.aland.next_root,
                 self.chance.randbytes(32)]
            )  # fmt: skip
            root = wrapped(public_of("sign", self.aland.next_root))
            revived = tuple(structs.replace(key, state="active") for key in before.keys)
            changes: list[tuple[dict[str, Any], bytes]] = [
                    ({}, stolen), ({"endpoints": ("https://thief.example",)}, stolen),
                    ({"number": before.number + 2}, self.now), ({"previous": "0" * 64}, self.now),
                    ({"number": before.number}, self.now), ({"node": self.cork.name}, self.now),
                    ({"keys": revived}, self.now), ({"keys": before.keys[2:]}, self.now),
                    ({"keys": before.keys[:-2]}, self.now), ({"keys": ()}, self.aland.root),
                    ({"root": pair}, self.now), ({"root": pair}, self.aland.root),
                    ({"root": root}, self.aland.root), ({"root": root}, self.now),
                    ({"role": "king"}, self.now), ({"name": "a" * 999}, self.now),
                    ({"node": "a b"}, self.now), ({"number": 0}, self.aland.root),
            ]  # fmt: skip
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


def _next(sign: str) -> str:
    """Return a character that differs from another in bits that Base64 passes over."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signs[signs.index(sign) + 1]


def run(number: int, folder: Path, seed: int = 1) -> dict[str, int]:
    """Forge so many things; return how often each was turned away, by code or by kind.

    Raises:
        AssertionError: One was taken, or for the wrong reason, or the log does not say it once.
    """
    forger = Forger(folder, seed)
    parts: list[tuple[str, Callable[[int], int], int]] = [
        ("receipts", forger.receipts, number // 10), ("documents", forger.documents, number // 10)
    ]  # fmt: skip
    found: dict[str, int] = dict(forger.envelopes(number - 2 * (number // 10)))
    for name, work, times in parts:
        found[name] = work(times)
    for each in (forger.aland, forger.bergen, forger.cork):
        each.desk.database.close()
    return found


def main() -> None:
    """Forge as many as are asked for, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = run(asked.number, Path(folder), asked.seed)
    told = {"forgeries": sum(found.values()), "accepted": 0, **found}
    sys.stdout.write(f"{json.dumps(told, indent=1)}\n{time.monotonic() - begun:.1f} s\n")


if __name__ == "__main__":
    main()
