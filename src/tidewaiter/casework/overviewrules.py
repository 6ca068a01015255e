"""What the overview shows and calls noisy: data/rules/overview.toml, read."""

from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class OverviewRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    days: int
    few: int
    noisy_share: float
    noisy_precision: float
    noisy_shown: int
    shown: int
    assignees: int
    ages: tuple[int, ...]  # rising, from 0


@cache
def load_overview_rules() -> OverviewRules:
    """Load the file.

    Raises:
        RegistryError: It is malformed.
    """
    return read_toml(data("rules", "overview.toml"), OverviewRules)
