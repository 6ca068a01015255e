"""What resolution works on and gives: members, links with reasons, judgements, entities."""

from datetime import date
from typing import Literal

from msgspec import field

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record

Verdict = Literal["same", "not same", "undecided"]
"""What a person says of two members; undecided takes back what was said before."""

Outcome = Literal["joined", "judged", "barred", "below"]
"""What became of a link. joined: its points reach the threshold; judged: a person said so;
barred: a person, or two numbers that differ, forbid it; below: too few points."""


class Written(Record, frozen=True, kw_only=True, gc=False):
    """A party as a file writes it, without its role: all that is compared."""

    name: str = ""
    address: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, or as written
    id_scheme: str = ""
    id: str = ""


class Sighting(Record, frozen=True, kw_only=True, gc=False):
    """A party in one line of a file."""

    written: Written
    role: str = ""
    row: int = 0  # of the file: 1 is the first row of data
    day: date | None = None
    refs: tuple[str, ...] = ()  # ids in its own data: all that bear one are one party there
    kind: str = ""  # person, organisation, vessel, aircraft, where its own data say so


class Seen(Record, frozen=True, kw_only=True, gc=False):
    """Where a member stands in one file."""

    file: str
    sha256: str  # of the file's bytes
    count: int
    rows: tuple[int, ...]  # the first three


class Member(Record, frozen=True, kw_only=True):
    """One way in which a party is written, and where."""

    id: str  # "p-" and the first 16 digits of the SHA-256 of what is written
    written: Written
    roles: tuple[str, ...] = ()
    first: date | None = None  # day of the first line that has one
    last: date | None = None
    seen: tuple[Seen, ...] = ()
    refs: tuple[str, ...] = ()  # ids in its own data
    kinds: tuple[str, ...] = ()  # that its own data say

    @property
    def count(self) -> int:
        """Return in how many lines it stands."""
        return sum(each.count for each in self.seen)


class LinkReason(Record, frozen=True, kw_only=True, gc=False):
    """One thing that speaks for, or against, two members being one party."""

    rule: str  # of data/rules/resolution.toml
    text: str
    points: int


class Link(Record, frozen=True, kw_only=True):
    """Two members that were compared; the points of the reasons add up."""

    a: str  # the id that sorts first
    b: str
    points: int
    outcome: Outcome
    reasons: tuple[LinkReason, ...]
    note: str = ""  # who judged and why, or what bars it


class Judgement(Record, frozen=True, kw_only=True):
    """What a person said of two members; the last one on a pair counts."""

    a: str
    b: str
    verdict: Verdict
    who: str
    when: str  # ISO 8601, with the offset from UTC
    why: str


class Sign(Record, frozen=True, kw_only=True):
    """A reason to look at an entity, with what it rests on; never a verdict."""

    rule: str  # of data/rules/shells.toml
    says: Phrase = field(name="text")
    evidence: tuple[str, ...]  # what is shared or written, and with whom
    source: str  # where the red flag was read


class Listing(Record, frozen=True, kw_only=True):
    """A listed party that a member of an entity resembles; never a verdict."""

    name: str  # of the entity, as written
    list: str  # slug
    list_name: str
    version: str  # SHA-256 of its bytes
    entry: str  # id in the list
    listed_name: str  # that matched
    name_kind: str
    kind: str
    probability: float
    action: str
    outcome: str = ""
    outcome_day: date | None = None
    listed: date | None = None
    source: str = ""
    judged: str = ""  # who judged the entity another party, when and why
    confidential: bool = False  # for the authority that keeps the list only


class Entity(Record, frozen=True, kw_only=True):
    """A party across files: its members, and what speaks for a closer look."""

    id: str  # "e-" and 16 digits; kept when it grows
    name: str  # the one most often written
    names: tuple[str, ...]
    countries: tuple[str, ...]
    roles: tuple[str, ...]
    first: date | None
    last: date | None
    lines: int  # that name it
    members: tuple[Member, ...]
    signs: tuple[Sign, ...] = ()
    change: str = ""  # against the earlier file: "new", "grown", "merged", "split", ""
    earlier: tuple[str, ...] = ()  # other ids that its members had there
    listings: tuple[Listing, ...] = ()  # the most probable first; where lists were asked
