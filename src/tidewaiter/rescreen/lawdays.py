"""Law days: whether the law may be another on another day."""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from tidewaiter.bulk.run import Settings
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.registry import load_registry

_NOT_OF_THE_LAW = frozenset({"checked", "read"})  # days on which somebody looked at a source


def law_moves(settings: Settings, one: date, other: date) -> bool:
    """Tell whether any day that the registry or the law book names lies between two days.

    Args:
        settings: With the authority's own lists.
        one: A day.
        other: Another; both are looked at themselves, as some rules end with a day and some on it.
    """
    if one == other:
        return False
    first, last = sorted((one, other))
    registry = load_registry(settings.own)
    told = (registry.substances, registry.regimes, registry.classes, load_lawbook(registry))
    return any(first <= day <= last for day in _days(told))


def _days(value: object) -> Iterator[date]:
    """Yield every day in a record, and in those that it holds."""
    if isinstance(value, date):
        yield value
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            if field not in _NOT_OF_THE_LAW:
                yield from _days(getattr(value, field))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _days(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _days(each)
