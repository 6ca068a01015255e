"""The results of a calibration: counts, and shares with their 95 % intervals."""

import math
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import PartyKind

_Z = 1.959964  # of the normal distribution, two sides, 95 %
NONE = 3.0  # rule of three


class Share(Record, frozen=True, kw_only=True):
    """How many of how many, and the 95 % interval of the share."""

    count: int
    total: int
    share: float
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """Return a share with its 95 % interval.

    Args:
        count: How many.
        total: Of how many; of none, anything is possible.

    Returns:
        The share with Wilson's interval. Where the count is 0 the interval ends at 3 / total
        (rule of three), where it is the total it begins at 1 - 3 / total: one side alone is open.

    Source:
        Wilson 1927, Journal of the American Statistical Association 22; Hanley and Lippman-Hand
        1983, JAMA 249.
    """
    if total == 0:
        return Share(count=0, total=0, share=0.0, low=0.0, high=1.0)
    share = count / total
    if count in {0, total}:
        open_side = min(1.0, NONE / total)
        low, high = (0.0, open_side) if count == 0 else (1 - open_side, 1.0)
        return Share(count=count, total=total, share=share, low=low, high=high)
    scale = 1 + _Z * _Z / total
    middle = share + _Z * _Z / (2 * total)
    half = _Z * math.sqrt(share * (1 - share) / total + _Z * _Z / (4 * total * total))
    return Share(
        count=count,
        total=total,
        share=share,
        low=max(0.0, (middle - half) / scale),
        high=min(1.0, (middle + half) / scale),
    )


def apart(one: Share, other: Share) -> bool:
    """Tell whether two shares differ by more than chance: whether their intervals are apart."""
    return one.low > other.high or other.low > one.high


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
    "number": "an identifier agrees",
    "same": "all words are the same",
    "spelling": "all words agree, some with a different spelling",
    "more": "one name has additional words",
    "other": "some words differ",
}
"""What agrees in a match, in words. A cleared party that bears a number of an entry asks for a
second look at the clearance."""
