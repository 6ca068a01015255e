"""Tables of names and their Latin spellings: data/parties/*.toml that hold one such table."""

from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml


class Spellings(Record, frozen=True, kw_only=True):
    """One table: each name or character with its Latin spellings, spaced, the commonest first."""

    source: str
    names: dict[str, str]


@cache
def spellings(table: str) -> dict[str, tuple[str, ...]]:
    """Load the spellings of each name of a table, like "arabic_names"."""
    names = read_toml(data("parties", f"{table}.toml"), Spellings).names
    return {name: tuple(spelled.split()) for name, spelled in names.items()}


@cache
def spelled(table: str) -> dict[str, tuple[str, ...]]:
    """Load the names that a Latin spelling of a table stands for."""
    found: dict[str, list[str]] = {}
    for name, those in spellings(table).items():
        for each in those:
            found.setdefault(each, []).append(name)
    return {each: tuple(names) for each, names in found.items()}
