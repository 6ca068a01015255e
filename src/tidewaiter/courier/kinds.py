"""Kinds of message that this node knows, and what each does when it comes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.documents import SignedDocument
from tidewaiter.exchange.envelopes import Header
from tidewaiter.exchange.notices.events import Event
from tidewaiter.exchange.relations import Standing
from tidewaiter.exchange.strict import read_json
from tidewaiter.store.audit import moment
from tidewaiter.store.conversations import MESSAGE, Words
from tidewaiter.store.database import Work
from tidewaiter.store.incidents import KINDS as SPOKEN
from tidewaiter.store.incidents import hear_of_incident
from tidewaiter.store.incoming import Heard
from tidewaiter.store.notices import NOTICE, take_event
from tidewaiter.store.peers import hear_relation
from tidewaiter.store.recovering import take_news


class Received(Record, frozen=True, kw_only=True):
    """A message whose turn it is."""

    peer: str
    header: Header
    body: bytes  # as it was written
    safe: bytes  # what locks the database, shape (32,)


class Kind(Record, frozen=True, kw_only=True):
    """A kind of message."""

    schema: int  # the newest that is known
    act: Callable[[Work, Received], None]  # raises an InputError where it does not make sense


class RelationTold(Record, frozen=True, kw_only=True):
    """What a node does with the recipient from now on."""

    standing: Standing


class DocumentTold(Record, frozen=True, kw_only=True):
    """A new document of a node."""

    document: SignedDocument
    untrusted: Mapping[str, int] = {}  # by name of a key that it revokes: from which message on


def _take_relation(work: Work, received: Received) -> None:
    told = read_json(received.body, RelationTold, "relation")
    hear_relation(work, received.peer, told.standing)


def _take_document(work: Work, received: Received) -> None:
    told = read_json(received.body, DocumentTold, "document of a node")
    if told.document.read().node != received.peer:
        raise InputError("a node tells of itself alone")
    take_news(work, received.peer, [told.document], told.untrusted)


def _take_words(_work: Work, received: Received) -> None:
    """Check it; it stands with the messages, and that is all."""
    read_json(received.body, Words, "message")


def _take_notice(work: Work, received: Received) -> None:
    event = read_json(received.body, Event, "event of a notice")
    take_event(work, received.safe, _heard(received), event)


def _take_incident(work: Work, received: Received) -> None:
    kind = received.header.kind
    said = read_json(received.body, SPOKEN[kind], kind)
    hear_of_incident(work, received.safe, _heard(received), kind, said)


def _heard(received: Received) -> Heard:
    return Heard(
        sender=received.peer, to=received.header.to, message=received.header.id,
        at=moment(datetime.fromtimestamp(received.header.iat, UTC)),
    )  # fmt: skip


KINDS: Mapping[str, Kind] = {
    "relation": Kind(schema=1, act=_take_relation),
    "document": Kind(schema=1, act=_take_document),
    MESSAGE: Kind(schema=1, act=_take_words),
    NOTICE: Kind(schema=1, act=_take_notice),
    **{kind: Kind(schema=1, act=_take_incident) for kind in SPOKEN},
}


def schemas(kinds: Mapping[str, Kind] = KINDS) -> dict[str, int]:
    """Return the newest schema of each kind, as a node tells it of itself."""
    return {name: kind.schema for name, kind in sorted(kinds.items())}


def body_of(record: Record) -> bytes:
    """Write the content of a message."""
    return msgspec.json.encode(record)
