"""Private questions: asked here of a peer, or answered to one; both sides keep that they were."""

import secrets
from collections.abc import Sequence

import msgspec
from msgspec import structs
from sqlalchemy import select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Marking, Purpose
from tidewaiter.exchange.private.budgets import why_not
from tidewaiter.exchange.private.checks import check_answer
from tidewaiter.exchange.private.intersection import (
    blinded,
    found_in,
    new_secret,
)
from tidewaiter.exchange.private.parties import VERSION, Party, filled, keys_of, kind_of
from tidewaiter.exchange.private.types import SAYS, SLOTS, Answer, Question
from tidewaiter.exchange.signing import lock, unlock
from tidewaiter.store import tables
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.incoming import Heard
from tidewaiter.store.offers import Kept, filter_of, open_offer
from tidewaiter.store.outgoing import Message, write_message
from tidewaiter.store.peers import peer_of
from tidewaiter.store.questionrows import Line, add_question, day_of, line_of, log_of, question_rows

QUESTION, ANSWER = "question", "question-answer"
"""Kinds of message: a private question, and the answer to one."""

_NONCE = 12  # bytes
_DAYS = 7  # for which a question can be answered


class Found(Record, frozen=True, kw_only=True):
    """One party of a question, and by which of its keys the holder has it; (): by none."""

    party: Party
    by: tuple[str, ...] = ()  # kinds of keys: lei, tax, eori, registration, phone, email, name


class Shown(Record, frozen=True, kw_only=True):
    """A question, and at the asker what came of it."""

    line: Line
    parties: tuple[Found, ...]  # (): this node was asked, and does not know


class _Written(Record, frozen=True, kw_only=True):
    parties: tuple[Found, ...]
    slots: tuple[str, ...] = ()  # keys, in the order of the question; (): it was answered
    secret: bytes = b""


def ask(work: Work, safe: bytes, peer: str, parties: Sequence[Party], purpose: Purpose) -> Shown:
    """Ask a peer whether it has seen some parties, without telling it which.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        peer: Whom.
        parties: At least one; all of their keys together fit into a question.
        purpose: What for.

    Raises:
        InputError: The peer offers no answer, or not to this; or too little is known of a party.
        MissingError: There is no such peer.
    """
    peer_of(work, peer)
    slots = filled(_keys(parties), SLOTS, secrets.token_bytes)
    day = day_of(work)
    kept = _offered(work, safe, peer)
    secret = new_secret()
    question = Question(offer=kept.terms.offer, purpose=purpose, points=blinded(secret, slots))
    code = why_not(kept.terms, log_of(work, "asker", peer, day), question, day)
    if code:
        hint = "look at: tidewaiter private list"
        raise InputError(f"{peer} would not answer: {SAYS[code]}", hint=hint)
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
    number = add_question(work, "asker", peer, question, name, written=_locked(written, safe))
    told: Details = {"peer": peer, "message": name, "keys": SLOTS, "purpose": purpose}
    record_change(work, "private question asked", told)
    return find_question(work, safe, number)


def take_answer(work: Work, safe: bytes, heard: Heard, answer: Answer) -> None:
    """Keep what a peer answered; the secret of the question is destroyed.

    Raises:
        InputError: It answers nothing that was asked, or is no answer.
    """
    check_answer(answer)
    q = tables.private_question.c
    mine = (q.side == "asker") & (q.peer == heard.sender) & (q.message == answer.question)
    wanted = select(q.number, q.offer, q.written).where(mine, q.state == "asked")
    row = work.connection.execute(wanted).first()
    if row is None or row.offer != answer.offer:
        raise InputError("this answers no question of this node")
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
    """Forget what a peer answered, as it recalls it; what was asked stays.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        peer: Who answered.
        message: That brought the answer.
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
    """Return a question.

    Raises:
        MissingError: There is none of that number.
    """
    q = tables.private_question.c
    row = work.connection.execute(question_rows().where(q.number == number)).first()
    if row is None:
        hint = "look at: tidewaiter private list"
        raise MissingError(f"there is no private question {number}", hint=hint)
    if row.written is None:
        return Shown(line=line_of(row), parties=())
    written = msgspec.json.decode(unlock(row.written, safe), type=_Written)
    return Shown(line=line_of(row), parties=written.parties)


def _keys(parties: Sequence[Party]) -> list[str]:
    """Return the keys of parties, each once.

    Raises:
        InputError: There are none, or too many, or a party has none.
    """
    every = [keys_of(each) for each in parties]
    if not every or not all(every):
        hint = "a number, a telephone, an e-mail, or an address with a postcode beside the name"
        raise InputError("too little is known of a party to ask for it", hint=hint)
    keys = list(dict.fromkeys(key for some in every for key in some))
    if len(keys) > SLOTS:
        hint = "ask for fewer parties at a time"
        raise InputError(f"these are {len(keys)} keys, and a question has {SLOTS}", hint=hint)
    return keys


def _offered(work: Work, safe: bytes, peer: str) -> Kept:
    """Return the offer of a peer under which can be asked.

    Raises:
        InputError: There is none, not all of it has come, or it is of another version.
    """
    kept = open_offer(work, safe, "asker", peer)
    if kept is None or filter_of(work, safe, kept) is None:
        hint = "they allow it by: tidewaiter private allow"
        raise InputError(f"{peer} offers to answer no private question", hint=hint)
    if kept.terms.version != VERSION:
        told = f"version {kept.terms.version} there, {VERSION} here"
        hint = "use the same version of Tidewaiter on both sides"
        raise InputError(f"{peer} writes parties in another way: {told}", hint=hint)
    return kept


def _hits(work: Work, safe: bytes, peer: str, written: _Written, answer: Answer) -> frozenset[str]:
    kept = open_offer(work, safe, "asker", peer)
    made = filter_of(work, safe, kept) if kept and kept.terms.offer == answer.offer else None
    if made is None:
        raise InputError("the offer of this answer is gone")
    places = found_in(written.secret, made, answer.points)
    return frozenset(written.slots[place] for place in places)


def _locked(written: _Written, safe: bytes) -> bytes:
    return lock(msgspec.json.encode(written), safe, secrets.token_bytes(_NONCE))
