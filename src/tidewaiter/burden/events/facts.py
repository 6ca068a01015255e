"""Known events: dated law by reference to our own registry, and what else happened."""

from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.events.types import Kind


class Law(Record, frozen=True, kw_only=True):
    """Where the registry holds the day: one regime's control of substances or classes."""

    regime: str  # the name of a file in data/regimes
    substances: tuple[str, ...]  # slugs of data/substances and data/classes
    nth: int = 0  # which of the regime's controls of each


class Known(Record, frozen=True, kw_only=True):
    """An event as a file tells it: with its day, or where its day stands."""

    slug: str
    name: str
    kind: Kind
    where: str
    day: date | None = None
    law: Law | None = None  # the day is `since` of these controls
    substances: tuple[str, ...] = ()
    source: str = ""
    verified: bool = True


class _Events(Record, frozen=True, kw_only=True):
    events: tuple[Known, ...]


class BaseMonths(Record, frozen=True, kw_only=True):
    """Counts of the months of a first window, from a release that tells months."""

    place: str
    indicator: str
    first: str  # the first month: "2014-02"
    counts: tuple[int, ...]
    source: str


class _BaseMonths(Record, frozen=True, kw_only=True):
    series: tuple[BaseMonths, ...]


def known_events(own: Path | None = None) -> tuple[Known, ...]:
    """Return the events of data/burden/events.toml, and those of a file of the same format.

    Raises:
        RegistryError: The file cannot be read.
    """
    files: list[Traversable | Path] = [data("burden", "events.toml"), *([own] if own else [])]
    return tuple(event for file in files for event in read_toml(file, _Events).events)


def base_months() -> tuple[BaseMonths, ...]:
    """Return the base months that travel with the package."""
    return read_toml(data("burden", "basemonths.toml"), _BaseMonths).series
