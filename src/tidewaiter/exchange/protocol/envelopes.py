"""Envelopes: signed, numbered and chained messages between two nodes; statements and their ids.

An envelope is a signed text and a box, in one line. The signed text holds everything but the
content; of that it holds a commitment, so that the content can be destroyed later and the chain of
envelopes still verifies. What was signed is kept as it was: nothing is ever written anew.
"""

import hashlib
from collections.abc import Iterable
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.signing import (
    Signed,
    digest_of,
    seal,
    sign,
    take_apart,
    unseal,
)
from tidewaiter.exchange.protocol.strict_json import read_json

TYPE = "tw+jws"
VERSION = 1
MOST_BYTES = 256 * 1024  # of one line; larger things go as files of their own
MOST_BODY = 180_000  # bytes of a content: what is around it and Base64 make a line of it
SALT = 16  # bytes
UNDERSTOOD = frozenset[str]()
"""What an envelope may demand to be understood, and is; later versions add to it."""

# Not $, which lets a line end pass.
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
IdOrNone = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?\Z")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,80}\Z")]
NameOrNone = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{0,80}\Z")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
HashOrNone = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Whole = Annotated[int, msgspec.Meta(ge=0)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]  # to the end of the year 9999
Number = Annotated[int, msgspec.Meta(ge=1)]


class Header(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """What is signed; a later version may say more than is read here."""

    v: int
    id: Id  # UUID of version 7
    sender: Name  # node
    to: Name  # node
    seq: Number  # without a gap in each direction
    prev: HashOrNone  # digest of the one before; "": it is the first
    iat: Moment  # seconds since 1970, UTC
    exp: Moment  # seconds since 1970: after it, nothing is to be done by it
    kind: Name
    schema: Number  # of its content
    thread: Id  # of the message that it all began with
    parent: IdOrNone = ""  # of the message that it answers
    marking: Marking
    crit: tuple[Name, ...] = ()  # what must be understood by whoever takes it
    commit: Hash  # SHA-256 of salt and content
    sealed: Hash  # SHA-256 of the box, in hexadecimal


class Envelope(Record, frozen=True, kw_only=True):
    """An envelope, taken apart; that its signature is right has not been checked."""

    header: Header
    signed: Signed
    box: str

    @property
    def digest(self) -> str:
        """Return what names it in the chain and in receipts."""
        return self.signed.digest

    def line(self) -> str:
        """Write it as it travels."""
        return f"{self.signed.text} {self.box}"


class Draft(Record, frozen=True, kw_only=True):
    """A message before it has its place in the chain."""

    id: str
    kind: str
    schema: int
    thread: str
    parent: str = ""
    marking: Marking
    iat: int
    exp: int
    crit: tuple[str, ...] = ()
    body: bytes  # JSON


class Place(Record, frozen=True, kw_only=True):
    """The place that a message takes between two nodes."""

    sender: str
    to: str
    seq: int
    prev: str


def close(
    draft: Draft, place: Place, *, kid: str, secret: bytes, public: bytes, salt: bytes
) -> Envelope:
    """Seal and sign a message.

    Args:
        draft: What is told.
        place: Between whom, and after which.
        kid: The name of the key that signs.
        secret: That key, shape (32,).
        public: The key of the recipient, shape (32,).
        salt: Fresh, shape (16,).
    """
    box = seal(salt + draft.body, public)
    header = Header(
        v=VERSION,
        id=draft.id,
        sender=place.sender,
        to=place.to,
        seq=place.seq,
        prev=place.prev,
        iat=draft.iat,
        exp=draft.exp,
        kind=draft.kind,
        schema=draft.schema,
        thread=draft.thread,
        parent=draft.parent,
        marking=draft.marking,
        crit=draft.crit,
        commit=_commitment(salt + draft.body),
        sealed=digest_of(box),
    )
    text = sign(msgspec.json.encode(header), typ=TYPE, kid=kid, secret=secret)
    return Envelope(header=header, signed=take_apart(text), box=box)


def parse(line: str) -> Envelope:
    """Read an envelope from the line in which it travels; its signature is not checked.

    Raises:
        InputError: It is none, or is not written as it must be.
    """
    if len(line) > MOST_BYTES:
        raise InputError("exchange/envelope-too-large", most_bytes=MOST_BYTES)
    text, gap, box = line.partition(" ")
    if not gap or not box or not line.isascii():
        raise InputError("exchange/envelope-malformed")
    return assemble(text, box)


def assemble(text: str, box: str) -> Envelope:
    """Read an envelope from its signed text; the box may be gone, then it is "".

    Raises:
        InputError: It is none.
    """
    signed = take_apart(text)
    header = read_json(signed.payload, Header, "envelope")
    if signed.typ != TYPE:
        raise InputError("exchange/not-an-envelope")
    return Envelope(header=header, signed=signed, box=box)


def has_its_box(envelope: Envelope) -> bool:
    """Say whether the box is the one that was signed."""
    return digest_of(envelope.box) == envelope.header.sealed


def open_with_any(envelope: Envelope, secrets: Iterable[bytes]) -> bytes | None:
    """Open the box with the key that it is for; None: it is for none of these."""
    held = held_by_any(envelope, secrets)
    return None if held is None else held[SALT:]


def held_by_any(envelope: Envelope, secrets: Iterable[bytes]) -> bytes | None:
    """Open the box; return salt and content, which prove what was signed; None: for none of these.

    Args:
        envelope: With its box.
        secrets: Keys that open boxes, each of shape (32,).
    """
    for secret in secrets:
        try:
            return _held(envelope, secret)
        except InputError:
            continue
    return None


def is_committed(envelope: Envelope, held: bytes) -> bool:
    """Say whether salt and content are what was signed."""
    return _commitment(held) == envelope.header.commit


def _held(envelope: Envelope, secret: bytes) -> bytes:
    """Open the box with one key; return salt and content.

    Raises:
        InputError: It is for another key, or holds something else than was signed.
    """
    held = unseal(envelope.box, secret)
    if _commitment(held) != envelope.header.commit:
        raise InputError("exchange/box-not-what-was-signed")
    return held


def _commitment(held: bytes) -> str:
    return hashlib.sha256(held).hexdigest()


_RANDOM = 10  # bytes
_UNIX_MS = 48  # bits


def message_id(milliseconds: int, random: bytes) -> str:
    """Make a name.

    Args:
        milliseconds: Since 1970, UTC.
        random: shape (10,).

    Source:
        RFC 9562, section 5.7.
    """
    low = int.from_bytes(random[:_RANDOM], "big")
    told = (milliseconds & ((1 << _UNIX_MS) - 1)) << 80 | low
    told = told & ~(0xF << 76) | 0x7 << 76  # the version
    return str(UUID(int=told & ~(0x3 << 62) | 0x2 << 62))  # the variant


T = TypeVar("T")


class Said(Record, Generic[T], frozen=True, kw_only=True):
    """One message, as it was accepted."""

    id: str  # of the envelope
    sender: str  # id of the node whose signature it bears
    at: str  # when it was signed: ISO 8601, UTC; it decides nothing
    body: T


class Unheeded(Record, Generic[T], frozen=True, kw_only=True):
    """A message that changes nothing, and why. It is kept and shown."""

    said: Said[T]
    why: str
