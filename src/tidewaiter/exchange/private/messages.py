"""What travels of a private question: an offer to answer, a question, and its answer.

The holder blinds the keys of its parties with a secret that it makes for one peer and one offer,
and sends them as a filter, once. The asker blinds its own keys with a secret for one question; the
holder blinds them again; the asker takes its own secret off and looks into the filter. So the
holder learns how many keys were asked and no more, and the asker learns which of them are there.
"""

from datetime import date
from typing import Literal, get_args

from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Purpose

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
    "over-budget": "the budget of this day is used up",
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
