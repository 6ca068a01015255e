"""Differences between two versions of a list."""

from collections.abc import Iterable

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.parties.types import ListedParty


class FieldChange(Record, frozen=True, kw_only=True):
    """A changed field of an entry."""

    field: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


class EntryChange(Record, frozen=True, kw_only=True):
    """A changed entry."""

    id: str
    name: str  # first name in the later version
    fields: tuple[FieldChange, ...]


class Changes(Record, frozen=True, kw_only=True):
    """Differences between two versions; entries ordered by id."""

    added: tuple[ListedParty, ...] = ()
    removed: tuple[ListedParty, ...] = ()
    changed: tuple[EntryChange, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there are any differences."""
        return bool(self.added or self.removed or self.changed)


def changes_between(old: Iterable[ListedParty], new: Iterable[ListedParty]) -> Changes:
    """Compare two versions of a list by entry id. The order of entries does not matter.

    Args:
        old: The entries of the earlier version.
        new: The entries of the later version.
    """
    before, after = ({party.id: party for party in parties} for parties in (old, new))
    both = sorted(before.keys() & after.keys())
    return Changes(
        added=tuple(after[key] for key in sorted(after.keys() - before.keys())),
        removed=tuple(before[key] for key in sorted(before.keys() - after.keys())),
        changed=tuple(
            EntryChange(id=key, name=after[key].names[0].text, fields=fields)
            for key in both
            if before[key] != after[key] and (fields := tuple(_fields(before[key], after[key])))
        ),
    )


def _fields(old: ListedParty, new: ListedParty) -> Iterable[FieldChange]:
    for field in msgspec.structs.fields(ListedParty):
        one, other = (_texts(getattr(party, field.name)) for party in (old, new))
        removed = tuple(text for text in one if text not in other)
        added = tuple(text for text in other if text not in one)
        if removed or added or one != other:
            yield FieldChange(field=field.name, removed=removed, added=added)


def _texts(value: object) -> tuple[str, ...]:
    """Format the values of a field so that they can be told apart."""
    values = value if isinstance(value, tuple) else (value,)
    return tuple(_text(each) for each in values if each not in ("", None))


def _text(value: object) -> str:
    if isinstance(value, msgspec.Struct):
        held = msgspec.structs.asdict(value)
        return " | ".join(str(part) for part in held.values() if part)
    return str(value)
