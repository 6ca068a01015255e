"""Training settings of the ranker, from data/rules/ranker.toml."""

from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class Boosting(Record, frozen=True, kw_only=True):
    """Tree settings."""

    rounds: tuple[int, ...]
    pairs: tuple[int, ...]
    rate: float
    leaves: int
    least_leaf: int
    penalty: float


class RankerSettings(Boosting, frozen=True, kw_only=True):
    """Content of the file."""

    version: str
    least: int
    least_hits: int
    least_others: int
    least_results: int
    most_points: int
    lot_share: float
    lot_most: float
    hit: tuple[str, ...]
    nothing: tuple[str, ...]
    taught: float
    calibrated: float
    bins: int
    least_level: int
    most_levels: int
    most_cells: int
    look: float
    drifted: float


@cache
def load_ranker_settings() -> RankerSettings:
    """Load the settings.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "ranker.toml"), RankerSettings)
