"""What a calibration tells."""

from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.parties.calibration.shares import Share
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import PartyKind

LOWEST = 0.05
"""Below this probability no match is counted, and no threshold told of."""

LEVELS = (
    0.05,
    0.1,
    0.2,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    0.95,
    0.98,
    0.99,
    0.995,
    0.999,
    0.9999,
)
"""The thresholds that are told of."""


class KnownFile(Record, frozen=True, kw_only=True):
    """A file of parties whose answer is known, and what became of it."""

    file: str
    sha256: str
    parties: int  # that count: each once
    repeated: int = 0  # rows that say the same as one before
    refused: int = 0  # rows that could not be read
    settled: int = 0  # parties with a match that a judgement calls another party; it is left out


class AskedList(Record, frozen=True, kw_only=True):
    """A list in force that parties were compared with."""

    list: str  # slug
    name: str
    version: str  # SHA-256
    dated: date | None
    entries: int


class Level(Record, frozen=True, kw_only=True):
    """What one threshold gives."""

    threshold: float
    alerts: Share  # of the cleared parties
    recall: Share | None = None  # of the parties that were found; None: no file of these
    benchmark: Share | None = None  # recall on the benchmark's variants; None: not known


class Group(Record, frozen=True, kw_only=True):
    """Alerts of one origin, list, kind or sort, at the threshold."""

    key: str  # "" where the parties do not say it
    alerts: Share
    unequal: bool = False  # it differs from that of all others by more than chance


class Cause(Record, frozen=True, kw_only=True):
    """An entry that cleared parties resemble at the threshold, and one of them."""

    list: str
    entry: str  # id in the list
    listed: str  # its first name
    kind: PartyKind
    parties: int  # that resemble it
    name: str  # of that with the highest probability, as written
    country: str
    probability: float
    how: str  # a key of `HOWS`


class Bin(Record, frozen=True, kw_only=True):
    """Parties whose best match has a probability within bounds, and how many were flagged."""

    low: float
    high: float
    mean: float  # probability
    flagged: Share


class Calibration(Record, frozen=True, kw_only=True):
    """What thresholds give on an authority's own parties."""

    day: date  # of the lists
    lists: tuple[AskedList, ...]
    cleared: KnownFile
    found: KnownFile | None
    wanted: float | None  # alerts per party
    enough: int  # parties that a file needs, so that no alert at all would show the wanted rate
    threshold: Threshold  # at which all below is told
    chosen: bool  # from the wanted rate; else it was given or is the one in use
    levels: tuple[Level, ...]
    at: Level  # the threshold itself; its number is the lowest of its kinds
    origins: tuple[Group, ...]  # country of the party, most alerts first
    by_list: tuple[Group, ...]
    kinds: tuple[Group, ...]  # of the entry
    hows: tuple[Group, ...]  # what agrees in the best match of each party that alerts
    causes: tuple[Cause, ...]  # most parties first
    bins: tuple[Bin, ...] = ()  # where there is a file of parties that were found


HOWS = {
    "number": "a number of the entry agrees",
    "same": "all words are the same",
    "spelling": "all words agree, some in another spelling",
    "more": "one name has words more",
    "other": "some words differ",
}
"""What agrees in a match, in words. A cleared party that bears a number of an entry asks for a
second look at the clearance."""
