"""Caveats of mirror statistics: why two sides differ, and which rows are not compared."""

from collections.abc import Mapping
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class Caveat(Record, frozen=True, kw_only=True):
    """A known reason for differences, or why rows are not compared."""

    says: str


class Caveats(Record, frozen=True, kw_only=True):
    """Content of data/mirror/caveats.toml."""

    version: str
    notice: str
    shared: str  # of a code that also covers other chemicals
    older_codes: str  # if not all data is under the newest edition of the HS
    reconciled: str  # if BACI files are given
    reason: tuple[Caveat, ...]
    excluded: Mapping[str, Caveat]


@cache
def load_caveats() -> Caveats:
    """Load the caveats."""
    return read_toml(data("mirror", "caveats.toml"), Caveats)
