"""Checks of what a peer sends, before anything is done with it."""

import hashlib
import re
from collections.abc import Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.private.types import (
    FALSE,
    LEAST,
    MOST,
    MOST_BUDGET,
    PART,
    POINT,
    SLOTS,
    Answer,
    Filter,
    OfferPart,
    Question,
    Terms,
    filter_size,
    part_count,
)

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
        raise InputError("an offer names purposes, each once")
    if not SLOTS <= terms.budget <= MOST_BUDGET:
        hint = f"a question has {SLOTS} keys: 192 are three questions in a day"
        raise InputError(f"a budget is of {SLOTS} to {MOST_BUDGET:,} keys", hint=hint)
    if not LEAST <= terms.keys <= MOST or filter_size(terms.keys) != terms.keys:
        raise InputError(f"an offer has {LEAST:,} to {MOST:,} keys, a power of two")
    narrow = terms.range < 0.999 * terms.keys * SLOTS / FALSE
    if narrow or terms.divisor not in _DIVISOR or not 0 < terms.size <= _BITS * terms.keys:
        raise InputError("the filter of this offer would find what is not there")


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
        raise InputError("this offer is not of its sender to this node")
    check_terms(terms)
    last = part_count(terms.size)
    size = PART if part.part < last else terms.size - PART * (last - 1)
    if not 1 <= part.part <= last or len(part.bits) != size:
        raise InputError(f"part {part.part} of this offer is not of its size")


def whole(terms: Terms, parts: Sequence[bytes]) -> Filter:
    """Join the parts of a filter.

    Raises:
        InputError: They are not what was offered.
    """
    bits = b"".join(parts)
    if hashlib.sha256(bits).hexdigest() != terms.digest:
        hint = "ask the peer to allow it again"
        raise InputError("the filter of this offer is not what was offered", hint=hint)
    return Filter(divisor=terms.divisor, range=terms.range, bits=bits)


def check_question(question: Question) -> None:
    """Check the size of a question.

    Raises:
        InputError: It has more or fewer keys than every question has.
    """
    _check_id(question.offer)
    if len(question.points) != SLOTS * POINT:
        raise InputError(f"a question has {SLOTS} blinded keys of {POINT} bytes")


def check_answer(answer: Answer) -> None:
    """Check the size of an answer.

    Raises:
        InputError: It is no answer to a question of ours.
    """
    if len(answer.points) != (0 if answer.code else SLOTS * POINT):
        raise InputError(f"an answer has {SLOTS} blinded keys, or says why there are none")


def _check_id(offer: str) -> None:
    if not _ID.fullmatch(offer):
        raise InputError("the id of an offer has 32 hexadecimal digits")
