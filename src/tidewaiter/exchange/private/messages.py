"""Private queries: offers, queries and answers, their validation, and query budgets.

The holder blinds the keys of its parties with a secret per peer and offer, and sends them once, as
a filter. The asker blinds its keys with a secret per query; the holder blinds them again; the asker
removes its own secret and looks them up in the filter. So the holder learns only the number of
keys, and the asker only which of them are present.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import Purpose

SLOTS = 64
"""Keys per query; unused slots are filled with random keys, so that all queries look alike."""

POINT = 33  # bytes of a blinded key: a point of P-256, compressed
FALSE = 1e-9  # false-positive probability per query
LEAST = 1024  # minimum keys of an offer; padded to this, above it to the next power of two
MOST = 131_072
PART = 120_000  # maximum filter bytes per message
DAYS = 366  # maximum validity of an offer
MOST_BUDGET = 64_000  # maximum keys per day

Code = Literal["off", "ended", "purpose", "over-budget", "not-able"]
"""Reasons of refusal: no offer to this peer, or a newer one; the offer has ended; other purpose;
daily budget used up; library missing at the holder."""

SAYS: dict[Code, str] = {
    "off": "it answers no questions under this offer",
    "ended": "its offer has ended",
    "purpose": "it does not answer questions for this purpose",
    "over-budget": "the budget for today is used up",
    "not-able": "it cannot answer questions at present",
}


class Filter(Record, frozen=True, kw_only=True):
    """A set of blinded keys, Golomb-coded."""

    divisor: int  # bits of the remainder
    range: int  # of the hashed blinded keys
    bits: bytes

    def parts(self) -> list[bytes]:
        """Split the bits into message-sized parts."""
        return [self.bits[at : at + PART] for at in range(0, len(self.bits), PART)]


class Terms(Record, frozen=True, kw_only=True):
    """Terms of an offer to answer: parties, conditions and filter parameters."""

    offer: str  # 32 hexadecimal digits
    holder: str  # node
    asker: str  # node
    version: int  # version of the key derivation
    keys: int  # in the filter, including padding
    budget: int  # keys per UTC day of the holder, including padding
    purposes: tuple[Purpose, ...]
    until: date  # last day
    divisor: int
    range: int
    size: int  # bytes of the filter
    digest: str  # of the filter, SHA-256 in hexadecimal


class OfferPart(Record, frozen=True, kw_only=True):
    """An offer with a part of its filter."""

    terms: Terms
    part: int  # from 1
    bits: bytes


class OfferEnd(Record, frozen=True, kw_only=True):
    """Early end of an offer."""

    offer: str


class Question(Record, frozen=True, kw_only=True):
    """A query: blinded keys of a number of parties known only to the asker."""

    offer: str
    purpose: Purpose
    points: bytes  # SLOTS points, concatenated


class Answer(Record, frozen=True, kw_only=True):
    """The answer: the same keys, blinded again, in order; or the reason of refusal."""

    question: str  # id of the query message
    offer: str
    code: Code | None = None
    points: bytes = b""


def filter_size(keys: int) -> int:
    """Return the padded number of keys of an offer.

    Args:
        keys: At most `MOST`.
    """
    return max(LEAST, 1 << (keys - 1).bit_length())


def part_count(size: int) -> int:
    """Return the number of messages for a filter of given size."""
    return -(-size // PART)


_ID = re.compile(r"[0-9a-f]{32}")
_BITS = 5  # maximum bytes per key in a filter
_DIVISOR = range(30, 41)


def check_terms(terms: Terms) -> None:
    """Validate the terms of an offer, ours or a peer's.

    A filter with a small range contains everything: the asker would find a party that was never
    seen, and name it in a request.

    Raises:
        InputError: Invalid terms.
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
    """Validate a part of a peer's offer.

    Args:
        part: As received.
        holder: The peer.
        asker: This node.

    Raises:
        InputError: Other parties, or an invalid size.
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
        InputError: They do not match the offer.
    """
    bits = b"".join(parts)
    if hashlib.sha256(bits).hexdigest() != terms.digest:
        raise InputError("exchange/filter-not-as-offered")
    return Filter(divisor=terms.divisor, range=terms.range, bits=bits)


def check_question(question: Question) -> None:
    """Validate the size of a query.

    Raises:
        InputError: Not exactly `SLOTS` keys.
    """
    _check_id(question.offer)
    if len(question.points) != SLOTS * POINT:
        raise InputError("exchange/question-malformed", slots=SLOTS, point=POINT)


def check_answer(answer: Answer) -> None:
    """Validate the size of an answer.

    Raises:
        InputError: It does not fit a query of ours.
    """
    if len(answer.points) != (0 if answer.code else SLOTS * POINT):
        raise InputError("exchange/answer-malformed", slots=SLOTS)


def _check_id(offer: str) -> None:
    if not _ID.fullmatch(offer):
        raise InputError("exchange/not-an-offer-id")


MOST_REFUSED = 100
"""Refusals per peer and day sent as answers; later queries are refused by receipt only."""


class Asked(Record, frozen=True, kw_only=True):
    """One query of a peer in the query log."""

    day: date  # of the holder's clock, UTC
    keys: int
    code: str  # "": answered


def used(log: Iterable[Asked], day: date) -> int:
    """Return how many keys of a peer were answered on a day.

    Later days count too, so that setting the clock back gives no new budget.

    Args:
        log: Log of the peer, all offers.
        day: Today.
    """
    return sum(each.keys for each in log if each.day >= day and not each.code)


def refused(log: Iterable[Asked], day: date) -> int:
    """Return how many queries of a peer were refused on a day."""
    return sum(1 for each in log if each.day >= day and each.code)


def remaining_keys(terms: Terms, log: Iterable[Asked], day: date) -> int:
    """Return the remaining keys of a day."""
    return max(0, terms.budget - used(log, day))


def why_not(
    terms: Terms | None, log: Iterable[Asked], question: Question, day: date
) -> Code | None:
    """Return why a query is refused; None: it is answered.

    A query always has `SLOTS` keys: the holder cannot distinguish padding, so all of them count.

    Args:
        terms: Terms of the peer's open offer; None: none.
        log: The peer's earlier queries.
        question: The query.
        day: Today, by the holder's clock.
    """
    if terms is None or terms.offer != question.offer:
        return "off"
    if day > terms.until:
        return "ended"
    if question.purpose not in terms.purposes:
        return "purpose"
    return "over-budget" if remaining_keys(terms, log, day) < SLOTS else None
