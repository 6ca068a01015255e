"""Envelopes: signed, numbered and chained messages between two nodes; statements and ids.

An envelope is one line with a signed text and an encrypted box. The signed text contains a
commitment to the content instead of the content itself, so that the content can be destroyed
later and the chain still verifies. Signed texts are stored unchanged.
"""

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar
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
MOST_BYTES = 256 * 1024  # maximum of one line; larger data are sent as files
MOST_BODY = 180_000  # maximum bytes of a content, allowing for overhead and Base64
SALT = 16  # bytes
UNDERSTOOD = frozenset[str]()
"""Critical features that an envelope may require; later versions add to it."""

# Not $, which matches before a trailing newline.
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
IdOrNone = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?\Z")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,80}\Z")]
NameOrNone = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{0,80}\Z")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
HashOrNone = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Whole = Annotated[int, msgspec.Meta(ge=0)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]  # up to the end of the year 9999
Number = Annotated[int, msgspec.Meta(ge=1)]


class Header(msgspec.Struct, frozen=True, kw_only=True, rename={"sender": "from"}):
    """The signed header; unknown fields of later versions are ignored."""

    v: int
    id: Id  # UUID version 7
    sender: Name  # node
    to: Name  # node
    seq: Number  # consecutive per direction
    prev: HashOrNone  # digest of the previous one; "": first
    iat: Moment  # seconds since 1970, UTC
    exp: Moment  # expiry, seconds since 1970: not processed afterwards
    kind: Name
    schema: Number  # of its content
    thread: Id  # id of the first message of the thread
    parent: IdOrNone = ""  # id of the message answered
    marking: Marking
    crit: tuple[Name, ...] = ()  # features the recipient must understand
    commit: Hash  # SHA-256 of salt and content
    sealed: Hash  # SHA-256 of the box, in hexadecimal


class Envelope(Record, frozen=True, kw_only=True):
    """A decoded envelope; its signature is not verified."""

    header: Header
    signed: Signed
    box: str

    @property
    def digest(self) -> str:
        """Return its digest, used in the chain and in receipts."""
        return self.signed.digest

    def line(self) -> str:
        """Encode it for transport."""
        return f"{self.signed.text} {self.box}"


class Draft(Record, frozen=True, kw_only=True):
    """A message not yet placed in the chain."""

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
    """Position of a message in the chain between two nodes."""

    sender: str
    to: str
    seq: int
    prev: str


def close(
    draft: Draft, place: Place, *, kid: str, secret: bytes, public: bytes, salt: bytes
) -> Envelope:
    """Seal and sign a message.

    Args:
        draft: The content.
        place: Nodes, number and predecessor.
        kid: Name of the signing key.
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
    """Decode an envelope from its transport line without verifying the signature.

    Raises:
        InputError: Malformed or not in canonical form.
    """
    if len(line) > MOST_BYTES:
        raise InputError("exchange/envelope-too-large", most_bytes=MOST_BYTES)
    text, gap, box = line.partition(" ")
    if not gap or not box or not line.isascii():
        raise InputError("exchange/envelope-malformed")
    return assemble(text, box)


def assemble(text: str, box: str) -> Envelope:
    """Decode an envelope from its signed text; the box is "" if it was destroyed.

    Raises:
        InputError: Malformed.
    """
    signed = take_apart(text)
    header = read_json(signed.payload, Header, "envelope")
    if signed.typ != TYPE:
        raise InputError("exchange/not-an-envelope")
    return Envelope(header=header, signed=signed, box=box)


def has_its_box(envelope: Envelope) -> bool:
    """Return whether the box is the signed one."""
    return digest_of(envelope.box) == envelope.header.sealed


def open_with_any(envelope: Envelope, secrets: Iterable[bytes]) -> bytes | None:
    """Decrypt the box with its key; None: none of these keys fits."""
    held = held_by_any(envelope, secrets)
    return None if held is None else held[SALT:]


def held_by_any(envelope: Envelope, secrets: Iterable[bytes]) -> bytes | None:
    """Decrypt the box; return salt and content, which match the commitment; None: no key fits.

    Args:
        envelope: With its box.
        secrets: Decryption keys, each of shape (32,).
    """
    for secret in secrets:
        try:
            return _held(envelope, secret)
        except InputError:
            continue
    return None


def is_committed(envelope: Envelope, held: bytes) -> bool:
    """Return whether salt and content match the commitment."""
    return _commitment(held) == envelope.header.commit


def _held(envelope: Envelope, secret: bytes) -> bytes:
    """Decrypt the box with one key; return salt and content.

    Raises:
        InputError: Wrong key, or the content does not match the commitment.
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
    """Generate a UUID version 7.

    Args:
        milliseconds: Since 1970, UTC.
        random: shape (10,).

    Source:
        RFC 9562, section 5.7.
    """
    low = int.from_bytes(random[:_RANDOM], "big")
    told = (milliseconds & ((1 << _UNIX_MS) - 1)) << 80 | low
    told = told & ~(0xF << 76) | 0x7 << 76  # version bits
    return str(UUID(int=told & ~(0x3 << 62) | 0x2 << 62))  # variant bits


T = TypeVar("T")


class Said(Record, Generic[T], frozen=True, kw_only=True):
    """Origin of an accepted message."""

    id: str  # of the envelope
    sender: str  # id of the signing node
    at: str  # signing time: ISO 8601, UTC; informative only
    body: T


def said_as(said: Said[Any], body: T) -> Said[T]:
    """Return an accepted message whose content is known to be of one type."""
    return Said(id=said.id, sender=said.sender, at=said.at, body=body)


class Unheeded(Record, Generic[T], frozen=True, kw_only=True):
    """A message without effect, and why; stored and shown."""

    said: Said[T]
    why: str
