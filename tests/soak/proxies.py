"""Proxy in front of a node: drops, delays, duplicates, shuffles, replays, forges, and cuts.

Each node has one, which receives everything from its peers. It knows what is public, the keys that
each node has retired (they were stolen), and every request that passed.
"""

import asyncio
import base64
import random
import re
import time

from tests.soak.faults import FAULTS
from tests.soak.world import FRAUD, Effect, Place, World, written

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol import envelopes
from tidewaiter.exchange.protocol.envelopes import Draft, Envelope, close, message_id, parse
from tidewaiter.exchange.protocol.receipts import Receipt, give

RATES = {
    "dropped": 0.05,
    "delayed": 0.10,
    "duplicated": 0.10,
    "shuffled": 0.05,
    "replayed": 0.05,
    "misrouted": 0.03,
    "cut short": 0.03,
    "damaged": 0.03,
    "answers lost": 0.05,
    "forged": 0.05,
    "receipts forged": 0.03,
}
_EAGER, _YOUNG = 0.5, 8  # of the first so many requests, the share that is misrouted
_PARTED = 0.01  # of requests, that begin a partition of the link
_KEPT = 200  # old requests
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

Answer = tuple[int, bytes]


class Gone(Exception):  # noqa: N818 - it is no error of ours
    """The connection ends without an answer."""


class Proxy:
    """The line to one node."""

    def __init__(self, world: World, index: int) -> None:
        self._world, self._index = world, index
        self._place = world.places[index]
        self._chance = random.Random(f"{world.plan.seed} line {index}")
        planted = FAULTS.get(world.plan.fault)
        self._rates = RATES | dict(planted.rates if planted else {})
        self._old: list[tuple[str, list[bytes]]] = []
        self._parted: dict[str, float] = {}  # by sender, until when

    async def serve(self) -> None:
        """Serve for ever."""
        server = await asyncio.start_server(self._meet, "127.0.0.1", self._place.public)
        await server.serve_forever()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                told = _LENGTH.search(head)
                body = await reader.readexactly(int(told[1])) if told else b""
                status, text = await self._pass(path, body.splitlines())
                writer.write(
                    b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s" % (status, len(text), text)
                )
                await writer.drain()
        except (Gone, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _now(self, what: str) -> bool:
        """Say whether something is done now, and count it."""
        rate = self._rates[what]
        if what == "misrouted" and len(self._old) < _YOUNG:
            rate = max(rate, _EAGER)
        if not self._world.board.wild or self._chance.random() >= rate:
            return False
        self._world.board.count(self._index, what)
        return True

    async def _pass(self, path: str, lines: list[bytes]) -> Answer:
        """Do with a request what the line wants."""
        self._world.board.count(self._index, "requests")
        if not path.endswith("/inbox"):
            if self._now("dropped"):
                raise Gone
            return await forward(self._place, path, lines)
        sender = _sender(lines)
        self._part(sender)
        self._old = [*self._old[-_KEPT:], (path, lines)]
        if self._now("delayed"):
            await asyncio.sleep(self._chance.expovariate(8))
        if self._now("dropped"):
            raise Gone
        if self._now("misrouted"):
            other = self._chance.choice([p for p in self._world.places if p != self._place])
            return await forward(other, path, lines)
        await self._besides(path, lines)
        if self._now("receipts forged"):
            signer = self._chance.choice([("active", FRAUD), ("revoked", self._place.revoked)])
            return 200, b"".join(self._receipt(each, *signer) + b"\n" for each in lines)
        return self._spoilt(await forward(self._place, path, self._changed(lines)))

    def _part(self, sender: str) -> None:
        """Let nothing through from a node for some time."""
        now = time.monotonic()
        if self._world.board.wild and self._chance.random() < _PARTED:
            self._parted[sender] = now + self._chance.uniform(0.2, 1.5)
        if self._world.board.wild and self._parted.get(sender, 0) > now:
            self._world.board.count(self._index, "partitioned")
            raise Gone

    async def _besides(self, path: str, lines: list[bytes]) -> None:
        """Send unsolicited data."""
        if self._now("duplicated"):
            await forward(self._place, path, lines)
        if self._now("replayed"):
            await forward(self._place, *self._chance.choice(self._old))
        if self._now("forged"):
            await forward(self._place, path, [self._forged(each) for each in lines])

    def _changed(self, lines: list[bytes]) -> list[bytes]:
        sent = list(lines)
        if self._now("shuffled"):
            self._chance.shuffle(sent)
        if self._now("cut short"):
            sent = [*sent[: len(sent) // 2], sent[-1][: len(sent[-1]) // 2]]
        if self._now("damaged"):
            sent = [self._damaged(each) for each in sent]
        return sent

    def _spoilt(self, answer: Answer) -> Answer:
        status, text = answer
        if self._now("answers lost"):
            raise Gone
        if self._now("cut short"):
            return status, text[: self._chance.randrange(len(text) + 1)]
        return (status, self._damaged(text)) if text and self._now("damaged") else answer

    def _damaged(self, text: bytes) -> bytes:
        place = self._chance.randrange(max(1, len(text)))
        return text[:place] + self._chance.choice(b"Ax-_.9 \n").to_bytes() + text[place + 1 :]

    def _forged(self, line: bytes) -> bytes:
        """Write an envelope of one's own in the place of another's."""
        try:
            envelope = parse(line.decode("ascii", "replace"))
        except InputError:
            return line
        key = self._place.document.active("open")
        sender = self._of(envelope.header.sender)
        if key is None or sender is None:
            return line
        kid, secret = self._chance.choice(
            [
                (sender.kid("active"), FRAUD),
                (sender.kid("retired"), sender.retired),
                (sender.kid("revoked"), sender.revoked),
            ]
        )
        return _with_other_body(envelope, kid, secret, key.public, self._chance).encode()

    def _receipt(self, line: bytes, state: str, secret: bytes) -> bytes:
        """Write a receipt for a message that is thrown away."""
        try:
            envelope = parse(line.decode("ascii", "replace"))
        except InputError:
            return b""
        receipt = Receipt(
            id=envelope.header.id,
            digest=envelope.digest,
            sender=self._place.node,
            to=envelope.header.sender,
            at="",
            state="processed",
            have=envelope.header.seq,
        )
        return give(receipt, kid=self._place.kid(state), secret=secret).encode()

    def _of(self, node: str) -> Place | None:
        return next((each for each in self._world.places if each.node == node), None)


def _with_other_body(
    envelope: Envelope, kid: str, secret: bytes, public: bytes, chance: random.Random
) -> str:
    header = envelope.header
    name = message_id(header.iat * 1000, chance.randbytes(10))
    draft = Draft(
        id=name,
        kind="effect",
        schema=1,
        thread=name,
        marking=header.marking,
        iat=header.iat,
        exp=header.iat + 400 * 86_400,
        body=written(Effect(content=f"forged by {kid}")),
    )
    place = envelopes.Place(sender=header.sender, to=header.to, seq=header.seq, prev=header.prev)
    salt = chance.randbytes(envelopes.SALT)
    return close(draft, place, kid=kid, secret=secret, public=public, salt=salt).line()


def _sender(lines: list[bytes]) -> str:
    """Read who sends a request, as it says itself."""
    try:
        payload = lines[0].split(b".")[1]
        told = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    except (IndexError, ValueError):
        return ""
    found = re.search(rb'"from":"([^"]*)"', told)
    return found[1].decode() if found else ""


async def forward(place: Place, path: str, lines: list[bytes]) -> Answer:
    """Hand a request to a node; return what it answers.

    Raises:
        Gone: It does not.
    """
    body = b"".join(each + b"\n" for each in lines)
    head = f"POST {path} HTTP/1.1\r\nhost: n\r\nconnection: close\r\ncontent-length: {len(body)}"
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
    except OSError as error:
        raise Gone from error
    try:
        writer.write(f"{head}\r\n\r\n".encode() + body)
        told, _, text = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
        length = _LENGTH.search(told)
        if not length or len(text) != int(length[1]):
            raise Gone
        return int(told.split(b" ", 2)[1]), text
    except (OSError, TimeoutError, IndexError) as error:
        raise Gone from error
    finally:
        writer.close()
