"""What of an alert a suppression rule looks at."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.casework.words import words_in_order

SENDERS = ("exporter", "consignor", "seller")
RECEIVERS = ("importer", "consignee", "buyer")
TEXTS = ("goods", "commercial")  # the fields of a line that are words


class Found(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A substance that the line names."""

    substance: str  # slug
    field: str
    start: int  # code points of the field as written
    end: int
    text: str
    how: str
    downgraded: tuple[str, ...] = ()


class Given(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A reason of the alert."""

    rule: str
    points: int


class Held(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A listing of a substance."""

    substance: str


class Named(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A party, as written."""

    role: str | None = None
    name: str | None = None
    id: str | None = None


class Matched(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A listed party that one of the line resembles."""

    list: str


class Written(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The line."""

    goods: str | None = None
    commercial: str | None = None
    hs: str | None = None
    parties: tuple[Named, ...] | None = None


class Subject(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An alert, without what no rule asks for."""

    id: str
    severity: Severity
    substances: tuple[str, ...]
    line: Written
    mentions: tuple[Found, ...]
    reasons: tuple[Given, ...]
    law: tuple[Held, ...] = ()
    parties: tuple[Matched, ...] = ()
    restricted: bool = False


def subject_of(alert: object) -> Subject:
    """Return what of an alert a rule looks at.

    Args:
        alert: An `Alert` of consignments.
    """
    return msgspec.convert(alert, Subject, from_attributes=True)


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[str, ...]:
    """Split a text into words: small letters without accents; a Chinese sign is a word.

    Letters of one script never stand for those of another, so that a text which only looks
    like a benign one is not taken for it.
    """
    return tuple(words_in_order(text))


def span_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Return which words of a text a find stands in: the first, and the first after it.

    Args:
        text: A field as written.
        start: Of the find, in code points.
        end: Where it ends.
    """
    before = words_of(text[:start])
    upto = words_of(text[:end])
    joined = words_of(text)
    # A find that begins inside a word begins with that word.
    first = len(before)
    if before and first <= len(joined) and joined[first - 1] != before[-1]:
        first -= 1
    return first, max(len(upto), first + 1)


def places_of(phrase: Sequence[str], words: Sequence[str]) -> list[int]:
    """Return where a phrase begins among words."""
    size = len(phrase)
    wanted = tuple(phrase)
    return [at for at in range(len(words) - size + 1) if tuple(words[at : at + size]) == wanted]


def trader_of(line: Written, roles: Sequence[str]) -> Named | None:
    """Return who sends, or gets, a line; None: nobody is named."""
    named = {party.role: party for party in line.parties or () if party.name}
    return next((named[role] for role in roles if role in named), None)
