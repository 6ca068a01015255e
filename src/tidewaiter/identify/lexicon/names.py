"""Names: what the hits of a scan mean."""

from tidewaiter.base.records import Record
from tidewaiter.identify.entries import Entry


class Number(Record, frozen=True, kw_only=True):
    """A CAS number of the registry: whose it is."""

    cas: str
    substance: int  # place in the registry
    form: str  # of the substance


class Names(Record, frozen=True, kw_only=True):
    """What the hits of a scan mean."""

    entries: tuple[Entry, ...]
    numbers: tuple[Number, ...]  # in the order of `Tables.cas`
    hs: dict[str, tuple[int, ...]]  # "2915.24" of its own: substances
    un: dict[str, tuple[int, ...]]
    cus: dict[str, tuple[int, ...]]
