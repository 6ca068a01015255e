"""The kinds of message that this node accepts, and the action that each one triggers."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.commitments import KINDS as PLEDGED
from tidewaiter.exchange.coalition.member_lists import SignedRoster
from tidewaiter.exchange.notices.types import Event
from tidewaiter.exchange.private.messages import Answer, OfferEnd, OfferPart, Question
from tidewaiter.exchange.protocol.documents import SignedDocument
from tidewaiter.exchange.protocol.envelopes import Envelope, Header
from tidewaiter.exchange.protocol.relations import Standing
from tidewaiter.exchange.protocol.strict_json import read_json
from tidewaiter.exchange.recalls import Outcome, Recall
from tidewaiter.store import incidents, requests
from tidewaiter.store.audit import moment
from tidewaiter.store.cases import joint as jointcases
from tidewaiter.store.cases.joint import KINDS as JOINT
from tidewaiter.store.cases.joint import hear_of_joint
from tidewaiter.store.coalition.member_lists import ROSTER, take_roster
from tidewaiter.store.coalition.pledges import hear_pledge
from tidewaiter.store.core.database import Work
from tidewaiter.store.incidents import KINDS as SPOKEN
from tidewaiter.store.incidents import hear_of_incident
from tidewaiter.store.notices.events import NOTICE, do_again, take_event
from tidewaiter.store.peers.channel import MESSAGE, Words
from tidewaiter.store.peers.directory import hear_relation
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.key_recovery import take_news
from tidewaiter.store.private.offers import OFFER, OFFER_END, take_end, take_part
from tidewaiter.store.private.questions import ANSWER, QUESTION, take_answer, take_question
from tidewaiter.store.recalls.compliance import hear_recall
from tidewaiter.store.recalls.issued import hear_outcome, recall_again
from tidewaiter.store.requests import KINDS as REQUESTS
from tidewaiter.store.requests import hear_of_request


class Received(Record, frozen=True, kw_only=True):
    """A message whose turn it is."""

    peer: str
    header: Header
    body: bytes  # as it was written
    safe: bytes  # what locks the database, shape (32,)
    beside: Mapping[str, Envelope] = {}  # taken from the same peer in the same work, by id


class Kind(Record, frozen=True, kw_only=True):
    """A kind of message."""

    schema: int  # the newest that is known
    act: Callable[[Work, Received], None]  # raises an InputError where it does not make sense
    # Keeps what this node itself told by such a message before it was restored from a copy.
    redo: Callable[[Work, Received], None] | None = None


class RelationTold(Record, frozen=True, kw_only=True):
    """What a node does with the recipient from now on."""

    standing: Standing


class DocumentTold(Record, frozen=True, kw_only=True):
    """A new document of a node."""

    document: SignedDocument
    untrusted: Mapping[str, int] = {}  # by name of a key that it revokes: from which message on


class RosterTold(Record, frozen=True, kw_only=True):
    """Versions of a roster, in order."""

    versions: tuple[SignedRoster, ...]


def _take_relation(work: Work, received: Received) -> None:
    told = read_json(received.body, RelationTold, "relation")
    hear_relation(work, received.peer, told.standing)


def _take_document(work: Work, received: Received) -> None:
    told = read_json(received.body, DocumentTold, "document of a node")
    if told.document.read().node != received.peer:
        raise InputError("transport/tells-of-another-node")
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


def _take_roster(work: Work, received: Received) -> None:
    told = read_json(received.body, RosterTold, "roster")
    if not told.versions:
        raise InputError("transport/no-version-of-roster")
    take_roster(work, received.safe, told.versions, heard=_heard(received))


def _take_pledge(work: Work, received: Received) -> None:
    kind = received.header.kind
    said = read_json(received.body, PLEDGED[kind], kind)
    hear_pledge(work, received.safe, _heard(received), kind, said)


def _take_offer(work: Work, received: Received) -> None:
    part = read_json(received.body, OfferPart, "offer to answer questions")
    take_part(work, received.safe, _heard(received), part)


def _take_offer_end(work: Work, received: Received) -> None:
    take_end(work, _heard(received), read_json(received.body, OfferEnd, "end of an offer"))


def _take_question(work: Work, received: Received) -> None:
    question = read_json(received.body, Question, "private question")
    take_question(work, received.safe, _heard(received), question)


def _take_answer(work: Work, received: Received) -> None:
    answer = read_json(received.body, Answer, "answer to a private question")
    take_answer(work, received.safe, _heard(received), answer)


def _take_request(work: Work, received: Received) -> None:
    kind = received.header.kind
    said = read_json(received.body, REQUESTS[kind], kind)
    hear_of_request(work, received.safe, _heard(received), kind, said)


def _take_joint(work: Work, received: Received) -> None:
    kind = received.header.kind
    said = read_json(received.body, JOINT[kind], kind)
    hear_of_joint(work, received.safe, _heard(received), kind, said)


def _take_recall(work: Work, received: Received) -> None:
    recall = read_json(received.body, Recall, "recall")
    hear_recall(work, received.safe, _heard(received), recall, beside=received.beside)


def _take_outcome(work: Work, received: Received) -> None:
    outcome = read_json(received.body, Outcome, "outcome of a recall")
    hear_outcome(work, received.safe, _heard(received), outcome)


def _redo_notice(work: Work, received: Received) -> None:
    event = read_json(received.body, Event, "event of a notice")
    do_again(work, received.safe, _spoken(received), event, to=received.peer)


def _redo_incident(work: Work, received: Received) -> None:
    kind = received.header.kind
    said = read_json(received.body, SPOKEN[kind], kind)
    incidents.say_again(work, received.safe, _spoken(received), kind, said)


def _redo_request(work: Work, received: Received) -> None:
    kind = received.header.kind
    said = read_json(received.body, REQUESTS[kind], kind)
    requests.say_again(work, received.safe, _spoken(received), kind, said)


def _redo_joint(work: Work, received: Received) -> None:
    kind = received.header.kind
    said = read_json(received.body, JOINT[kind], kind)
    jointcases.say_again(work, received.safe, _spoken(received), kind, said)


def _redo_recall(work: Work, received: Received) -> None:
    body = read_json(received.body, Recall, "recall")
    recall_again(work, received.safe, _spoken(received), body, peer=received.peer)


def _spoken(received: Received) -> Heard:
    """Return by which message this node itself said something."""
    return structs.replace(
        _heard(received), sender=received.header.sender, to=received.header.sender
    )


def _heard(received: Received) -> Heard:
    return Heard(
        sender=received.peer,
        to=received.header.to,
        message=received.header.id,
        at=moment(datetime.fromtimestamp(received.header.iat, UTC)),
    )


KINDS: Mapping[str, Kind] = {
    "relation": Kind(schema=1, act=_take_relation),
    "document": Kind(schema=1, act=_take_document),
    MESSAGE: Kind(schema=1, act=_take_words),
    NOTICE: Kind(schema=1, act=_take_notice, redo=_redo_notice),
    **{kind: Kind(schema=1, act=_take_incident, redo=_redo_incident) for kind in SPOKEN},
    ROSTER: Kind(schema=1, act=_take_roster),
    **{kind: Kind(schema=1, act=_take_pledge) for kind in PLEDGED},
    OFFER: Kind(schema=1, act=_take_offer),
    OFFER_END: Kind(schema=1, act=_take_offer_end),
    QUESTION: Kind(schema=1, act=_take_question),
    ANSWER: Kind(schema=1, act=_take_answer),
    **{kind: Kind(schema=1, act=_take_request, redo=_redo_request) for kind in REQUESTS},
    **{kind: Kind(schema=1, act=_take_joint, redo=_redo_joint) for kind in JOINT},
    "recall": Kind(schema=1, act=_take_recall, redo=_redo_recall),
    "recall-outcome": Kind(schema=1, act=_take_outcome),
}


def schemas(kinds: Mapping[str, Kind] = KINDS) -> dict[str, int]:
    """Return the newest schema of each kind, as a node tells it of itself."""
    return {name: kind.schema for name, kind in sorted(kinds.items())}


def body_of(record: Record) -> bytes:
    """Write the content of a message."""
    return msgspec.json.encode(record)
