"""Forged envelopes: none is taken, each for the right reason, and the log says it once."""

import json
from collections import Counter
from typing import Any

from tests.soak.forger import NOW, Forgery, Headers, Knowing

from tidewaiter.exchange.protocol.envelopes import assemble, message_id
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.exchange.protocol.signing import (
    digest_of,
    public_of,
    seal,
    unwrapped,
    wrapped,
)
from tidewaiter.store.audit import audit_entries
from tidewaiter.transport.context import TURNED_AWAY
from tidewaiter.transport.receiving import UNNOTED, receive

_ORDER = 2**252 + 27742317777372353535851937790883648493
_BATCH = 32


class EnvelopeForger(Knowing):
    """Forges envelopes."""

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
            "id": name,
            "thread": name,
            "parent": name,
            "kind": "notice",
            "crit": ["x"],
            "prev": self.chance.randbytes(32).hex(),
            "commit": self.chance.randbytes(32).hex(),
            "sealed": self.chance.randbytes(32).hex(),
            "marking": {"tlp": "clear"},
        }
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
            {"alg": "none"},
            {"alg": "HS256"},
            {"alg": "EdDSA"},
            {"alg": "ES256"},
            {"alg": ""},
            {"typ": "tw-receipt+jws"},
            {"typ": "tw-node+jws"},
            {"typ": "JWT"},
            {"typ": ""},
            {"jwk": {}},
            {"jku": "https://a.example"},
            {"crit": ["b64"]},
            {"b64": False},
            {"alg": None},
            {"kid": 1},
            {"x5u": "x"},
            {"zip": "DEF"},
        ]
        change = self.chance.choice(changes)
        return Forgery(
            self.write(told, box, self.now, {**head, **change}), "malformed", claims=False
        )

    def other_sender(self) -> Forgery:
        """Pretend to be another node, or write to another node."""
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
        ways = [
            f"{spelled}=",
            f"{spelled}==",
            spelled + "\t",
            f"{spelled[:4]}\n{spelled[4:]}",
            spelled.replace("-", "+").replace("_", "/") + "=",
            f"{spelled}é",
        ]
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

    # Acts of a two-faced sender with a valid key.

    def two_readings(self) -> Forgery:
        """Sign what two readers read differently, or no reader should."""
        told, box = self.header()
        plain = json.dumps(told)
        other = self.chance.choice(
            [
                plain[:-1] + ',"seq":1}',
                plain.replace('"v": 1', '"v": 1, "v": 1'),
                plain[:-1] + ',"\\u0074o":"x"}',
                plain[:-1] + ',"x":NaN}',
                plain[:-1] + ',"x":' + "[" * 40 + "]" * 40 + "}",
                plain[:-1] + ',"x":1e999}',
                plain[:-1] + ',"x":9007199254740993}',
                plain + " x",
                plain[:-1],
                plain.replace('"schema": 1', '"schema": 1.0'),
                "[]",
                "{}",
                plain.replace(told["id"], told["id"] + "\\n"),
                plain.replace('"message"', '"mess\\u0000age"'),
                plain.replace('"prev": "', '"prev": "x'),
                plain.replace('"iat": ', '"iat": -'),
                plain.replace('"schema": 1', '"schema": 0'),
                plain.replace(f'"seq": {told["seq"]}', '"seq": 0'),
            ]
        )
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
        """Write a message in sequence that is permanently refused."""
        told, box = self.header()
        stale = {"iat": NOW - 9 * 86_400, "exp": NOW - 5 * 86_400}
        changes: list[tuple[Headers, str]] = [
            (stale, "expired"),
            ({"crit": ["sealed-twice"]}, "unknown-critical"),
            ({"v": 2}, "unknown-version"),
            ({"kind": "order"}, "unknown-kind"),
            ({"schema": 2}, "unknown-version"),
            ({"commit": "0" * 64}, "cannot-open"),
            ({"kind": "relation"}, "no-effect"),
            ({"kind": "document"}, "no-effect"),
        ]
        change, code = changes[next(self.turn) % len(changes)]
        told |= change
        if code == "cannot-open" and self.chance.random() < 0.5:
            box = seal(b"x" * 20, public_of("open", self.cork.desk.ring.newest("open").held))
            told["sealed"] = digest_of(box)
        return Forgery(self.write(told, box, self.now), code)

    def envelopes(self, number: int) -> Counter[str]:
        """Send so many forged envelopes; return how often each code was given."""
        ways = [
            self.altered,
            self.taken_apart,
            self.other_kid,
            self.other_head,
            self.other_sender,
            self.strayed,
            self.other_box,
            self.odd_spelling,
            self.signature,
            self.two_readings,
            self.contradiction,
            self.spliced,
        ]
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


def _next(sign: str) -> str:
    """Return a character that differs from another in bits that Base64 passes over."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signs[signs.index(sign) + 1]
