"""Red flags that an incident may name, by data/exchange/red_flags.toml."""

from collections.abc import Mapping
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class Flag(Record, frozen=True, kw_only=True):
    """A row of [flag]. It is a reason, never a verdict."""

    source: str
    about: str
    says: str  # in our words
    needs: str  # the data by which it shows
    verified: bool  # False: it was not read in its source, so no incident may name it
    where: str


class Flags(Record, frozen=True, kw_only=True):
    """data/exchange/red_flags.toml, read."""

    version: str
    flag: Mapping[str, Flag]


@cache
def load_flags() -> Flags:
    """Load the red flags.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("exchange", "red_flags.toml"), Flags)
