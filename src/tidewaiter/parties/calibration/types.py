"""Results of a calibration: counts, and shares with their 95 % intervals."""

import math
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import PartyKind

_Z = 1.959964  # normal distribution, two-sided, 95 %
NONE = 3.0  # rule of three


class Share(Record, frozen=True, kw_only=True):
    """A count out of a total, and the 95 % interval of the share."""

    count: int
    total: int
    share: float
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """Return a share with its 95 % interval.

    Args:
        count: Number of successes.
        total: Total; 0 gives the interval from 0 to 1.

    Returns:
        The share with its Wilson interval. For a count of 0 the upper limit is 3 / total (rule of
        three), for a count equal to the total the lower limit is 1 - 3 / total: one-sided
        intervals.

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
    """Return whether two shares differ by more than chance: their intervals do not overlap."""
    return one.low > other.high or other.low > one.high


LOWEST = 0.05
"""Matches below this probability are ignored, and no threshold is below it."""

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
"""Thresholds that are evaluated."""


class KnownFile(Record, frozen=True, kw_only=True):
    """A file of parties with known outcome, and its processing counts."""

    file: str
    sha256: str
    parties: int  # distinct parties
    repeated: int = 0  # duplicate rows
    refused: int = 0  # unreadable rows
    settled: int = 0  # parties with a match judged "different party", which is excluded


class AskedList(Record, frozen=True, kw_only=True):
    """A list in force that was used for the comparison."""

    list: str  # slug
    name: str
    version: str  # SHA-256
    dated: date | None
    entries: int


class Level(Record, frozen=True, kw_only=True):
    """Result at one threshold."""

    threshold: float
    alerts: Share  # of the cleared parties
    recall: Share | None = None  # of the true matches; None: no such file
    benchmark: Share | None = None  # recall on the benchmark's variants; None: not known


class Group(Record, frozen=True, kw_only=True):
    """Alerts of one origin, list, kind or type of match, at the threshold."""

    key: str  # "" if not stated
    alerts: Share
    unequal: bool = False  # significantly different from all others


class Cause(Record, frozen=True, kw_only=True):
    """An entry matched by cleared parties at the threshold, with an example."""

    list: str
    entry: str  # id in the list
    listed: str  # first name of the entry
    kind: PartyKind
    parties: int  # number of matching parties
    name: str  # name with the highest probability, as written
    country: str
    probability: float
    how: str  # key of `HOWS`


class Bin(Record, frozen=True, kw_only=True):
    """Parties with a best match in a probability range, and the number of true matches."""

    low: float
    high: float
    mean: float  # mean probability
    flagged: Share


class Calibration(Record, frozen=True, kw_only=True):
    """Results of thresholds on an authority's own parties."""

    day: date  # date of the lists
    lists: tuple[AskedList, ...]
    cleared: KnownFile
    found: KnownFile | None
    wanted: float | None  # alerts per party
    enough: int  # minimum size of a file for zero alerts to confirm the wanted rate
    threshold: Threshold  # threshold used for the results below
    chosen: bool  # from the wanted rate; otherwise given, or the current one
    levels: tuple[Level, ...]
    at: Level  # the threshold itself; its number is the lowest of its kinds
    origins: tuple[Group, ...]  # country of the party, most alerts first
    by_list: tuple[Group, ...]
    kinds: tuple[Group, ...]  # kinds of entries
    hows: tuple[Group, ...]  # what agrees in the best match of each party with an alert
    causes: tuple[Cause, ...]  # entries with most parties first
    bins: tuple[Bin, ...] = ()  # if a file of true matches is given


HOWS = ("number", "same", "spelling", "more", "other")
"""What agrees in a match: an identifier, all words, all words with other spellings, all words of
one name, or some words.
"""
