"""Red flags: which of the published ones a rule covers, and why the others none: redflags.toml."""

from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.substances.types import Mark


class RedFlag(Record, frozen=True, kw_only=True):
    """A sign that an authority published, in our words."""

    says: str
    source: str
    url: str
    mark: Mark  # unverified: remembered, and not found in what was read
    rules: tuple[str, ...] = ()  # of data/rules/alerts.toml, that cover it as far as papers can
    why: str  # what the rules need, or why papers cannot carry the flag


class RedFlags(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    flags: dict[str, RedFlag]


@cache
def load_red_flags() -> RedFlags:
    """Load the flags.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "redflags.toml"), RedFlags)
