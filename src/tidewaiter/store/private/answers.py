"""Answers to private questions of peers: each is counted, answered or refused, and kept."""

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.markings import Marking
from tidewaiter.exchange.private.budgets import MOST_REFUSED, refused, why_not
from tidewaiter.exchange.private.checks import check_question
from tidewaiter.exchange.private.intersection import blinded_again, is_there
from tidewaiter.exchange.private.types import SLOTS, Answer, Question
from tidewaiter.store.audit import Details, record_change
from tidewaiter.store.database import Work
from tidewaiter.store.incoming import Heard
from tidewaiter.store.offers import Kept, open_offer
from tidewaiter.store.outgoing import Message, write_message
from tidewaiter.store.peers import peer_of
from tidewaiter.store.questionrows import add_question, day_of, log_of
from tidewaiter.store.questions import ANSWER


def take_question(work: Work, safe: bytes, heard: Heard, question: Question) -> None:
    """Answer a question of a peer, or say why not; either way it is counted and told.

    Raises:
        InputError: It is no question, or too many of this day were refused.
    """
    check_question(question)
    day, peer = day_of(work), heard.sender
    log = log_of(work, "holder", peer, day)
    kept = _standing(work, safe, peer)
    code = why_not(kept.terms if kept else None, log, question, day)
    if not code and not is_there():
        code = "not-able"
    if code and refused(log, day) >= MOST_REFUSED:
        raise InputError("too many questions of this day were refused")
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
    add_question(work, "holder", peer, question, heard.message, code=code)
    told: Details = {
        "peer": peer,
        "message": heard.message,
        "keys": SLOTS,
        "purpose": question.purpose,
    }
    done: Details = {**told, "code": code} if code else told
    record_change(work, f"private question {'refused' if code else 'answered'}", done)


def _standing(work: Work, safe: bytes, peer: str) -> Kept | None:
    """Return the offer to a peer; it ends with any change of the relation."""
    kept = open_offer(work, safe, "holder", peer)
    return kept if kept and kept.offer.made >= peer_of(work, peer).since else None
