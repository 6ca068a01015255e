"""Records of entity resolution: members, links with reasons, judgements, entities."""

from datetime import date
from typing import Literal

from msgspec import field

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record

Verdict = Literal["same", "not same", "undecided"]
"""A person's verdict on two members; undecided revokes an earlier one."""

Outcome = Literal["joined", "judged", "barred", "below"]
"""Outcome of a link. joined: its points reach the threshold; judged: decided by a person; barred:
excluded by a person, or by two different numbers; below: too few points.
"""


class Written(Record, frozen=True, kw_only=True, gc=False):
    """A party as written in a file, without its role: all that is compared."""

    name: str = ""
    address: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, or as written
    id_scheme: str = ""
    id: str = ""


class Sighting(Record, frozen=True, kw_only=True, gc=False):
    """A party in one line of a file."""

    written: Written
    role: str = ""
    row: int = 0  # row in the file; 1 is the first data row
    day: date | None = None
    refs: tuple[str, ...] = ()  # ids in its own data: all with the same id are one party there
    kind: str = ""  # person, organisation, vessel, aircraft, if its own data say so


class Seen(Record, frozen=True, kw_only=True, gc=False):
    """Occurrences of a member in one file."""

    file: str
    sha256: str  # hash of the file's content
    count: int
    rows: tuple[int, ...]  # the first three


class Member(Record, frozen=True, kw_only=True):
    """One written form of a party, with its occurrences."""

    id: str  # "p-" and the first 16 digits of the SHA-256 of the written form
    written: Written
    roles: tuple[str, ...] = ()
    first: date | None = None  # date of the first dated line
    last: date | None = None
    seen: tuple[Seen, ...] = ()
    refs: tuple[str, ...] = ()  # ids in its own data
    kinds: tuple[str, ...] = ()  # stated in its own data

    @property
    def count(self) -> int:
        """Return the number of lines with the member."""
        return sum(each.count for each in self.seen)


class LinkReason(Record, frozen=True, kw_only=True, gc=False):
    """One piece of evidence for or against two members being one party."""

    rule: str  # rule in data/rules/resolution.toml
    text: str
    points: int


class Link(Record, frozen=True, kw_only=True):
    """A compared pair of members; the points of the reasons add up."""

    a: str  # the lower id
    b: str
    points: int
    outcome: Outcome
    reasons: tuple[LinkReason, ...]
    note: str = ""  # who judged and why, or what bars it


class Judgement(Record, frozen=True, kw_only=True):
    """A person's judgement on two members; the last one on a pair applies."""

    a: str
    b: str
    verdict: Verdict
    who: str
    when: str  # ISO 8601, with the offset from UTC
    why: str


class Sign(Record, frozen=True, kw_only=True):
    """A reason to examine an entity, with evidence; not a verdict."""

    rule: str  # rule in data/rules/shells.toml
    says: Phrase = field(name="text")
    evidence: tuple[str, ...]  # shared or written values, and other parties
    source: str  # source of the red flag


class Listing(Record, frozen=True, kw_only=True):
    """A list entry that a member of an entity resembles; not a verdict."""

    name: str  # name of the entity, as written
    list: str  # slug
    list_name: str
    version: str  # SHA-256 of its files
    entry: str  # id in the list
    listed_name: str  # matching listed name
    name_kind: str
    kind: str
    probability: float
    action: str
    outcome: str = ""
    outcome_day: date | None = None
    listed: date | None = None
    source: str = ""
    judged: str = ""  # who judged "different party", when and why
    confidential: bool = False  # visible to the authority that keeps the list only


class Entity(Record, frozen=True, kw_only=True):
    """A party across files: its members, and risk indicators."""

    id: str  # "e-" and 16 digits; stable when it grows
    name: str  # most frequent name
    names: tuple[str, ...]
    countries: tuple[str, ...]
    roles: tuple[str, ...]
    first: date | None
    last: date | None
    lines: int  # number of lines
    members: tuple[Member, ...]
    signs: tuple[Sign, ...] = ()
    change: str = ""  # change since the earlier file: "new", "grown", "merged", "split", ""
    earlier: tuple[str, ...] = ()  # other earlier ids of its members
    listings: tuple[Listing, ...] = ()  # most probable first; if lists were compared
