"""Private questions: offers, questions and answers, the checks on them, and query budgets.

The holder blinds the keys of its parties with a secret that it makes for one peer and one offer,
and sends them as a filter, once. The asker blinds its own keys with a secret for one question; the
holder blinds them again; the asker takes its own secret off and looks into the filter. So the
holder learns how many keys were asked and no more, and the asker learns which of them are there.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, get_args

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import Purpose

SLOTS = 64
"""Keys in every question; what is not used is filled with random ones, so that all look alike."""

POINT = 33  # bytes of a blinded key: a point of P-256, compressed
FALSE = 1e-9  # the chance that any key of a question that is not there passes for one that is
LEAST = 1024  # keys of an offer; fewer are filled up, more to the next power of two
MOST = 131_072
PART = 120_000  # bytes of a filter in one message
DAYS = 366  # for which an offer stands at most
MOST_BUDGET = 64_000  # keys in a day

Code = Literal["off", "ended", "purpose", "over-budget", "not-able"]
"""Why a question is refused: this peer is offered nothing, or another offer by now; the offer has
ended; it is not for that purpose; the day's budget is used up; the holder lacks the library."""

CODES: tuple[Code, ...] = get_args(Code)
SAYS: dict[Code, str] = {
    "off": "it answers no questions under this offer",
    "ended": "its offer has ended",
    "purpose": "it does not answer questions for this purpose",
    "over-budget": "the budget for today is used up",
    "not-able": "it cannot answer questions at present",
}


class Filter(Record, frozen=True, kw_only=True):
    """A set of blinded keys, Golomb-coded."""

    divisor: int  # bits of a remainder
    range: int  # of the numbers that blinded keys become
    bits: bytes

    def parts(self) -> list[bytes]:
        """Cut the bits into what one message takes."""
        return [self.bits[at : at + PART] for at in range(0, len(self.bits), PART)]


class Terms(Record, frozen=True, kw_only=True):
    """An offer to answer: by whom, to whom, under which conditions, and what its filter is."""

    offer: str  # 32 hexadecimal digits
    holder: str  # node
    asker: str  # node
    version: int  # of the keys of parties
    keys: int  # in the filter, with those that fill it up
    budget: int  # keys in a day of the holder's, in UTC; those that fill a question up count
    purposes: tuple[Purpose, ...]
    until: date  # the last day
    divisor: int
    range: int
    size: int  # bytes of the filter
    digest: str  # of the filter, SHA-256 in hexadecimal


class OfferPart(Record, frozen=True, kw_only=True):
    """An offer, and a part of its filter."""

    terms: Terms
    part: int  # from 1
    bits: bytes


class OfferEnd(Record, frozen=True, kw_only=True):
    """The end of an offer before its time."""

    offer: str


class Question(Record, frozen=True, kw_only=True):
    """A question: blinded keys, of how many parties nobody but the asker knows."""

    offer: str
    purpose: Purpose
    points: bytes  # SLOTS of them, one after another


class Answer(Record, frozen=True, kw_only=True):
    """The answer: the same keys, blinded once more, in their order; or why there is none."""

    question: str  # id of the message that asked
    offer: str
    code: Code | None = None
    points: bytes = b""


def filter_size(keys: int) -> int:
    """Return to how many an offer of so many keys is filled up.

    Args:
        keys: At most `MOST`.
    """
    return max(LEAST, 1 << (keys - 1).bit_length())


def part_count(size: int) -> int:
    """Return in how many messages a filter of so many bytes goes."""
    return -(-size // PART)


_ID = re.compile(r"[0-9a-f]{32}")
_BITS = 5  # bytes that a key takes in a filter, at most
_DIVISOR = range(30, 41)


def check_terms(terms: Terms) -> None:
    """Check the conditions of an offer, ours or a peer's.

    A filter whose range is small holds everything: whoever asks would find a party that nobody has
    seen, and name it in a request.

    Raises:
        InputError: They make no sense.
    """
    _check_id(terms.offer)
    if not terms.purposes or len(terms.purposes) != len(set(terms.purposes)):
        raise InputError("exchange/offer-purposes-wrong")
    if not SLOTS <= terms.budget <= MOST_BUDGET:
        raise InputError("exchange/budget-out-of-bounds", slots=SLOTS, most_budget=MOST_BUDGET)
    if not LEAST <= terms.keys <= MOST or filter_size(terms.keys) != terms.keys:
        raise InputError("exchange/offer-keys-out-of-bounds", least=LEAST, most=MOST)
    narrow = terms.range < 0.999 * terms.keys * SLOTS / FALSE
    if narrow or terms.divisor not in _DIVISOR or not 0 < terms.size <= _BITS * terms.keys:
        raise InputError("exchange/filter-finds-too-much")


def check_part(part: OfferPart, *, holder: str, asker: str) -> None:
    """Check a part of an offer of a peer.

    Args:
        part: As it came.
        holder: The peer.
        asker: This node.

    Raises:
        InputError: It is of others, or too large or too small.
    """
    terms = part.terms
    if (terms.holder, terms.asker) != (holder, asker):
        raise InputError("exchange/offer-of-another-pair")
    check_terms(terms)
    last = part_count(terms.size)
    size = PART if part.part < last else terms.size - PART * (last - 1)
    if not 1 <= part.part <= last or len(part.bits) != size:
        raise InputError("exchange/offer-part-of-another-size", part=part.part)


def whole(terms: Terms, parts: Sequence[bytes]) -> Filter:
    """Join the parts of a filter.

    Raises:
        InputError: They are not what was offered.
    """
    bits = b"".join(parts)
    if hashlib.sha256(bits).hexdigest() != terms.digest:
        raise InputError("exchange/filter-not-as-offered")
    return Filter(divisor=terms.divisor, range=terms.range, bits=bits)


def check_question(question: Question) -> None:
    """Check the size of a question.

    Raises:
        InputError: It has more or fewer keys than every question has.
    """
    _check_id(question.offer)
    if len(question.points) != SLOTS * POINT:
        raise InputError("exchange/question-malformed", slots=SLOTS, point=POINT)


def check_answer(answer: Answer) -> None:
    """Check the size of an answer.

    Raises:
        InputError: It is no answer to a question of ours.
    """
    if len(answer.points) != (0 if answer.code else SLOTS * POINT):
        raise InputError("exchange/answer-malformed", slots=SLOTS)


def _check_id(offer: str) -> None:
    if not _ID.fullmatch(offer):
        raise InputError("exchange/not-an-offer-id")


MOST_REFUSED = 100
"""Questions of a peer and day that are refused by an answer; later ones by their receipt alone."""


class Asked(Record, frozen=True, kw_only=True):
    """One question of a peer, as the log of questions has it."""

    day: date  # of the holder's clock, UTC
    keys: int
    code: str  # "": it was answered


def used(log: Iterable[Asked], day: date) -> int:
    """Return how many keys a peer has had answered on a day.

    What bears a later day counts too: a clock that is set back gives no new budget.

    Args:
        log: Of the peer, whatever the offers were.
        day: Today.
    """
    return sum(each.keys for each in log if each.day >= day and not each.code)


def refused(log: Iterable[Asked], day: date) -> int:
    """Return how many questions of a peer were refused on a day."""
    return sum(1 for each in log if each.day >= day and each.code)


def left(terms: Terms, log: Iterable[Asked], day: date) -> int:
    """Return how many keys may still be asked on a day."""
    return max(0, terms.budget - used(log, day))


def why_not(
    terms: Terms | None, log: Iterable[Asked], question: Question, day: date
) -> Code | None:
    """Say why a question is refused; None: it is answered.

    A question is of `SLOTS` keys whatever is in it: the holder cannot tell a guess from what fills
    it up, so all of them count.

    Args:
        terms: Of the offer that stands for this peer; None: there is none.
        log: What it has asked.
        question: What it asks now.
        day: Today, of the holder's clock.
    """
    if terms is None or terms.offer != question.offer:
        return "off"
    if day > terms.until:
        return "ended"
    if question.purpose not in terms.purposes:
        return "purpose"
    return "over-budget" if left(terms, log, day) < SLOTS else None
