"""The headings of the Harmonized System."""

from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class _Headings(Record, frozen=True, kw_only=True):
    source: str
    chapters: dict[str, str]


@cache
def load_headings() -> frozenset[str]:
    """Load the four digits of every heading.

    Raises:
        RegistryError: The file is not as it must be.
    """
    found = read_toml(data("hs", "headings.toml"), _Headings).chapters
    return frozenset(f"{chapter}{rest}" for chapter, each in found.items() for rest in each.split())
