"""Law days: whether the law may be another on another day."""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from tidewaiter.bulk.run import Settings
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.registry import load_registry


def law_moves(settings: Settings, one: date, other: date) -> bool:
    """Tell whether any day that the registry or the law book names lies between two days.

    Args:
        settings: With the authority's own lists.
        one: A day.
        other: Another. Both are looked at themselves: a listing begins on its day, and that a
            regime was last compared with its source is told from the day after on.
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
            yield from _days(getattr(value, field))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _days(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _days(each)
