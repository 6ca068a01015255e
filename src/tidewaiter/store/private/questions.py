"""Private queries: asked of a peer or answered to one, logged, and limited per day."""

import secrets
from collections.abc import Sequence
from datetime import UTC, date
from typing import Any, Literal

import msgspec
from msgspec import structs
from sqlalchemy import Row, Select, insert, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.private.intersection import (
    VERSION,
    Party,
    blinded,
    blinded_again,
    filled,
    found_in,
    is_there,
    keys_of,
    kind_of,
    new_secret,
)
from tidewaiter.exchange.private.messages import (
    MOST_REFUSED,
    SAYS,
    SLOTS,
    Answer,
    Asked,
    Code,
    Question,
    check_answer,
    check_question,
    refused,
    remaining_keys,
    why_not,
)
from tidewaiter.exchange.protocol.markings import Marking, Purpose
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.private.offers import Kept, Offer, Side, filter_of, open_offer


class Line(Record, frozen=True, kw_only=True):
    """A row of the query list."""

    number: int
    side: Side  # of this node
    peer: str
    day: date
    at: str  # ISO 8601, UTC
    slots: int  # keys, including padding
    purpose: str
    state: Literal["asked", "answered", "refused", "recalled"]
    code: str  # reason of refusal, from the answer or its receipt
    answered: str  # ISO 8601, UTC; "": not yet


def questions(work: Work, *, rows: int = 100) -> list[Line]:
    """Return queries made here or by peers, latest first."""
    wanted = question_rows().order_by(tables.private_question.c.number.desc()).limit(rows)
    return [line_of(row) for row in work.connection.execute(wanted)]


def log_of(work: Work, side: Side, peer: str, day: date) -> list[Asked]:
    """Return the queries to a holder, or here by a peer, since a day."""
    q = tables.private_question.c
    wanted = select(q.day, q.slots, q.code).where(
        q.side == side, q.peer == peer, q.day >= day.isoformat()
    )
    return [
        Asked(day=date.fromisoformat(row.day), keys=row.slots, code=row.code)
        for row in work.connection.execute(wanted)
    ]


def add_asked(work: Work, peer: str, question: Question, message: str, written: bytes) -> int:
    """Record a query to a holder; return its local number.

    Args:
        work: A write transaction.
        peer: The holder.
        question: The blinded query.
        message: Id of the query message.
        written: The asker's data, encrypted.
    """
    return _add(work, "asker", peer, question, message=message, state="asked", written=written)


def add_received(work: Work, peer: str, question: Question, message: str, code: Code | None) -> int:
    """Record a query that is answered or refused; return its local number.

    Args:
        work: A write transaction.
        peer: The asker.
        question: The blinded query.
        message: Id of the query message.
        code: Why it is refused; None: it is answered.
    """
    state = "refused" if code else "answered"
    now = moment(stamp_of(work).at)
    return _add(
        work,
        "holder",
        peer,
        question,
        message=message,
        state=state,
        code=code or "",
        answered=now,
    )


def _add(work: Work, side: Side, peer: str, question: Question, **facts: object) -> int:
    row = {
        "side": side,
        "peer": peer,
        "offer": question.offer,
        "day": day_of(work).isoformat(),
        "at": moment(stamp_of(work).at),
        "slots": SLOTS,
        "purpose": question.purpose,
        "code": "",
        "answered": "",
        "answer": "",
        "written": None,
    }
    done = work.connection.execute(insert(tables.private_question).values(**row | facts))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def question_rows() -> Select[Any]:
    """Select queries with the delivery status of their messages."""
    q, o = tables.private_question.c, tables.outgoing.c
    both = tables.private_question.outerjoin(
        tables.outgoing, (o.id == q.message) & (o.peer == q.peer) & (q.side == "asker")
    )
    became = (o.state.label("sent"), o.code.label("turned"))
    return select(tables.private_question).add_columns(*became).select_from(both)


def line_of(row: Row[Any]) -> Line:
    """Read a row of `question_rows`."""
    turned = row.state == "asked" and row.sent in {"refused", "discarded"}
    return Line(
        number=row.number,
        side=row.side,
        peer=row.peer,
        day=date.fromisoformat(row.day),
        at=row.at,
        slots=row.slots,
        purpose=row.purpose,
        state="refused" if turned else row.state,
        code=row.turned or row.sent if turned else row.code,
        answered=row.answered,
    )


def day_of(work: Work) -> date:
    """Return the day by this node's clock, in UTC: budgets are per such day."""
    return stamp_of(work).at.astimezone(UTC).date()


QUESTION, ANSWER = "question", "question-answer"
"""Message kinds: a private query, and its answer."""

_NONCE = 12  # bytes
_DAYS = 7  # validity of a query


class Found(Record, frozen=True, kw_only=True):
    """One party of a query, and which of its keys the holder has; (): none."""

    party: Party
    by: tuple[str, ...] = ()  # key kinds: lei, tax, eori, registration, phone, email, name


class Shown(Record, frozen=True, kw_only=True):
    """A query, and its result at the asker."""

    line: Line
    parties: tuple[Found, ...]  # (): this node was asked, and does not know them


class _Written(Record, frozen=True, kw_only=True):
    parties: tuple[Found, ...]
    slots: tuple[str, ...] = ()  # keys, in query order; (): answered
    secret: bytes = b""


def ask(work: Work, safe: bytes, peer: str, parties: Sequence[Party], purpose: Purpose) -> Shown:
    """Ask a peer whether it has seen some parties, without revealing them.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        peer: The holder.
        parties: At least one; all their keys together must fit into one query.
        purpose: Intended use.

    Raises:
        InputError: The peer has no offer for this, or a party has too few identifiers.
        MissingError: No such peer.
    """
    peer_of(work, peer)
    slots = filled(_keys(parties), SLOTS, secrets.token_bytes)
    day = day_of(work)
    kept = _offered(work, safe, peer)
    secret = new_secret()
    question = Question(offer=kept.terms.offer, purpose=purpose, points=blinded(secret, slots))
    code = why_not(kept.terms, log_of(work, "asker", peer, day), question, day)
    if code:
        raise InputError("store/peer-would-not-answer", peer=peer, says=SAYS[code])
    message = Message(
        kind=QUESTION,
        body=msgspec.json.encode(question),
        days=_DAYS,
        marking=Marking(tlp="amber", purposes=(purpose,)),
    )
    name = write_message(work, safe, peer, message)
    written = _Written(
        parties=tuple(Found(party=each) for each in parties), slots=tuple(slots), secret=secret
    )
    number = add_asked(work, peer, question, name, _locked(written, safe))
    told: Details = {"peer": peer, "message": name, "keys": SLOTS, "purpose": purpose}
    record_change(work, "private question asked", told)
    return find_question(work, safe, number)


def take_answer(work: Work, safe: bytes, heard: Heard, answer: Answer) -> None:
    """Store a peer's answer; the secret of the query is destroyed.

    Raises:
        InputError: It answers no query of this node, or is malformed.
    """
    check_answer(answer)
    q = tables.private_question.c
    mine = (q.side == "asker") & (q.peer == heard.sender) & (q.message == answer.question)
    wanted = select(q.number, q.offer, q.written).where(mine, q.state == "asked")
    row = work.connection.execute(wanted).first()
    if row is None or row.offer != answer.offer:
        raise InputError("store/answer-to-no-question")
    written = msgspec.json.decode(unlock(row.written, safe), type=_Written)
    hits = frozenset[str]() if answer.code else _hits(work, safe, heard.sender, written, answer)
    parties = tuple(
        structs.replace(each, by=tuple(kind_of(key) for key in keys_of(each.party) if key in hits))
        for each in written.parties
    )
    became = {
        "state": "refused" if answer.code else "answered",
        "code": answer.code or "",
        "answered": moment(stamp_of(work).at),
        "answer": heard.message,
        "written": _locked(_Written(parties=parties), safe),
    }
    changed = update(tables.private_question).where(q.number == row.number).values(**became)
    work.connection.execute(changed)
    told: Details = {"peer": heard.sender, "message": answer.question, "keys": SLOTS}
    done: Details = {**told, "code": answer.code} if answer.code else told
    record_change(work, "private answer taken", done)


def forget_answer(work: Work, safe: bytes, peer: str, message: str) -> None:
    """Delete a peer's answer after its recall; the query stays.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        peer: The peer that answered.
        message: The message with the answer.
    """
    q = tables.private_question.c
    wanted = select(q.number, q.written).where(
        q.side == "asker", q.peer == peer, q.answer == message
    )
    for number, written in work.connection.execute(wanted).all():
        known = msgspec.json.decode(unlock(written, safe), type=_Written)
        bare = _Written(parties=tuple(structs.replace(each, by=()) for each in known.parties))
        gone = update(tables.private_question).where(q.number == number)
        work.connection.execute(gone.values(state="recalled", written=_locked(bare, safe)))


def find_question(work: Work, safe: bytes, number: int) -> Shown:
    """Return a query.

    Raises:
        MissingError: No query has that number.
    """
    q = tables.private_question.c
    row = work.connection.execute(question_rows().where(q.number == number)).first()
    if row is None:
        raise MissingError("store/no-private-question", number=number)
    if row.written is None:
        return Shown(line=line_of(row), parties=())
    written = msgspec.json.decode(unlock(row.written, safe), type=_Written)
    return Shown(line=line_of(row), parties=written.parties)


def _keys(parties: Sequence[Party]) -> list[str]:
    """Return the distinct keys of parties.

    Raises:
        InputError: None or too many, or a party has none.
    """
    every = [keys_of(each) for each in parties]
    if not every or not all(every):
        raise InputError("store/too-little-known-of-party")
    keys = list(dict.fromkeys(key for some in every for key in some))
    if len(keys) > SLOTS:
        raise InputError("store/too-many-keys", count=len(keys), slots=SLOTS)
    return keys


def _offered(work: Work, safe: bytes, peer: str) -> Kept:
    """Return the peer's offer that a query can use.

    Raises:
        InputError: None, incomplete, or of another version.
    """
    kept = open_offer(work, safe, "asker", peer)
    if kept is None or filter_of(work, safe, kept) is None:
        raise InputError("store/no-offer-to-answer", peer=peer)
    if kept.terms.version != VERSION:
        version = kept.terms.version
        raise InputError(
            "store/parties-written-in-another-way", peer=peer, version=version, ours=VERSION
        )
    return kept


def _hits(work: Work, safe: bytes, peer: str, written: _Written, answer: Answer) -> frozenset[str]:
    kept = open_offer(work, safe, "asker", peer)
    made = filter_of(work, safe, kept) if kept and kept.terms.offer == answer.offer else None
    if made is None:
        raise InputError("store/offer-answer-gone")
    places = found_in(written.secret, made, answer.points)
    return frozenset(written.slots[place] for place in places)


def _locked(written: _Written, safe: bytes) -> bytes:
    return lock(msgspec.json.encode(written), safe, secrets.token_bytes(_NONCE))


def take_question(work: Work, safe: bytes, heard: Heard, question: Question) -> None:
    """Answer or refuse a peer's query; either way it is counted and answered.

    Raises:
        InputError: It is malformed, or too many were refused today.
    """
    check_question(question)
    day, peer = day_of(work), heard.sender
    log = log_of(work, "holder", peer, day)
    kept = _standing(work, safe, peer)
    code = why_not(kept.terms if kept else None, log, question, day)
    if not code and not is_there():
        code = "not-able"
    if code and refused(log, day) >= MOST_REFUSED:
        raise InputError("store/too-many-questions-refused")
    points = b"" if code or kept is None else blinded_again(kept.secret, question.points)
    answer = Answer(question=heard.message, offer=question.offer, code=code, points=points)
    message = Message(
        kind=ANSWER,
        body=msgspec.json.encode(answer),
        thread=heard.message,
        parent=heard.message,
        marking=Marking(tlp="amber", purposes=(question.purpose,)),
    )
    write_message(work, safe, peer, message)
    add_received(work, peer, question, heard.message, code)
    told: Details = {
        "peer": peer,
        "message": heard.message,
        "keys": SLOTS,
        "purpose": question.purpose,
    }
    done: Details = {**told, "code": code} if code else told
    record_change(work, f"private question {'refused' if code else 'answered'}", done)


def _standing(work: Work, safe: bytes, peer: str) -> Kept | None:
    """Return the offer to a peer; any change of the relation ends it."""
    kept = open_offer(work, safe, "holder", peer)
    return kept if kept and kept.offer.made >= peer_of(work, peer).since else None


class Standing(Record, frozen=True, kw_only=True):
    """An open offer, and its remaining budget."""

    offer: Offer
    purposes: tuple[Purpose, ...]
    left: int  # keys left today, including padding
    whole: bool  # the filter is complete; queries are possible
    ended: bool  # its last day has passed


def standing_of(work: Work, safe: bytes, side: Side, peer: str, day: date) -> Standing | None:
    """Return the status of the open offer between this node and a peer; None: none.

    Args:
        work: Any transaction.
        safe: Key that encrypts the database, shape (32,).
        side: This node's side: the asker asks, the holder answers.
        peer: The other side.
        day: Today, in UTC.
    """
    kept = open_offer(work, safe, side, peer)
    if kept is None:
        return None
    ended = day > kept.terms.until
    return Standing(
        offer=kept.offer,
        purposes=kept.terms.purposes,
        left=0 if ended else remaining_keys(kept.terms, log_of(work, side, peer, day), day),
        whole=side == "holder" or filter_of(work, safe, kept) is not None,
        ended=ended,
    )
