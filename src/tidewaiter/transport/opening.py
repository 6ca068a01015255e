"""Opening: signatures are checked and boxes opened before anyone waits for the database."""

from collections.abc import Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.courier.desk import Desk
from tidewaiter.exchange.envelopes import Envelope, open_with_any, parse
from tidewaiter.exchange.judging import Peer, authenticate
from tidewaiter.exchange.receipts import Code
from tidewaiter.exchange.signing import digest_of
from tidewaiter.store.peers import find_peer


class Opened(Record, frozen=True, kw_only=True):
    """A line, and what the keys of its sender say of it."""

    line: str  # its digest as it came
    envelope: Envelope | None = None  # None: it could not be read
    peer: Peer | None = None  # None: nobody who is known
    code: Code | None = None  # why it is not authentic
    body: bytes | None = None  # None: it does not open

    @property
    def sender(self) -> str:
        """Return the node that it says to come from."""
        return self.envelope.header.sender if self.envelope else ""

    @property
    def seq(self) -> int:
        """Return its number."""
        return self.envelope.header.seq if self.envelope else 0


def open_all(desk: Desk, lines: Sequence[str]) -> list[Opened]:
    """Open the lines of a request, whoever sent them."""
    envelopes = [_parsed(line) for line in lines]
    peers: dict[str, Peer | None] = {}
    with desk.database.work() as work:
        desk.refresh(work)  # a box for a key that was made elsewhere is not to be refused for good
        for sender in {each.header.sender for each in envelopes if each}:
            known = find_peer(work, sender)
            peers[sender] = desk.judge_by(work, known) if known else None
    return [
        open_one(desk, digest_of(line), each, peers[each.header.sender])
        if each
        else Opened(line=digest_of(line), code="malformed")
        for line, each in zip(lines, envelopes, strict=True)
    ]


def open_one(desk: Desk, line: str, envelope: Envelope, peer: Peer | None) -> Opened:
    """Open an envelope.

    Args:
        desk: Of this node.
        line: The digest of the line in which it came.
        envelope: What came.
        peer: What is known of its sender.
    """
    code = authenticate(envelope, desk.node, peer)
    body = None if code else open_with_any(envelope, desk.ring.openers())
    return Opened(line=line, envelope=envelope, peer=peer, code=code, body=body)


def _parsed(line: str) -> Envelope | None:
    try:
        return parse(line)
    except InputError:
        return None
