"""One entry of a list through the versions of the list: its values, since when, and its changes."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.changes import FieldChange, changes_between
from tidewaiter.lists.reading import in_force
from tidewaiter.parties.types import ListedParty, Tie

_LOOKED: Final = 60  # latest versions that are compared
_HIDDEN: Final = frozenset({"id", "births_about", "confidential"})


class EntryValue(Record, frozen=True, kw_only=True):
    """One value of an entry, and the first version that has it without a break."""

    field: str  # of ListedParty
    text: str
    detail: str = ""  # kind of name, scheme of a number, kind of link
    since: date  # day of that version
    earlier: bool = False  # earlier versions exist and were not compared


class EntryVersion(Record, frozen=True, kw_only=True):
    """A version of the list in which the entry appeared, changed or disappeared."""

    day: date
    sha256: str
    what: str  # added, changed, removed
    fields: tuple[FieldChange, ...] = ()


class EntryHistory(Record, frozen=True, kw_only=True):
    """An entry as of a day, with its history."""

    party: ListedParty
    kept: KeptVersion  # the version with the entry
    removed: bool  # it is no longer in force on the day
    values: tuple[EntryValue, ...]
    versions: tuple[EntryVersion, ...]  # latest first
    compared: int  # number of versions
    more: int  # earlier versions that were not compared


class _State(NamedTuple):
    kept: KeptVersion
    party: ListedParty | None


def entry_history(archive: Archive, slug: str, entry: str, day: date) -> EntryHistory | None:
    """Return an entry with its history; None: no version of the list has it.

    Args:
        archive: The folder of lists.
        slug: The list.
        entry: Id in the list.
        day: As of this day; a removed entry is shown as it last was.

    Raises:
        StoreError: A version cannot be read.
    """
    if slug not in archive.slugs():
        return None
    versions = [kept for kept in archive.versions(slug) if kept.since <= day]
    states = [_State(kept, archive.find_entry(kept, entry)) for kept in versions[-_LOOKED:]]
    held = [place for place, state in enumerate(states) if state.party is not None]
    if not held:
        return None
    last = held[-1]
    kept, party = states[last]
    if party is None:  # held has only places with one
        return None
    more = max(0, len(versions) - _LOOKED)
    return EntryHistory(
        party=party,
        kept=kept,
        removed=last < len(states) - 1 or not in_force(party, day),
        values=tuple(_values(states[: last + 1], party, more=more > 0)),
        versions=tuple(reversed(list(_changes(states, more=more > 0)))),
        compared=len(states),
        more=more,
    )


def _values(states: Sequence[_State], party: ListedParty, *, more: bool) -> Iterator[EntryValue]:
    """Yield the values of an entry in the order of its fields."""
    for field in msgspec.structs.fields(ListedParty):
        if field.name in _HIDDEN:
            continue
        held = getattr(party, field.name)
        for value in held if isinstance(held, tuple) else (held,):
            if value in ("", None):
                continue
            since, earlier = _since(states, field.name, value, more=more)
            text, detail = _text(value)
            yield EntryValue(
                field=field.name, text=text, detail=detail, since=since, earlier=earlier
            )


def _since(states: Sequence[_State], field: str, value: object, *, more: bool) -> tuple[date, bool]:
    """Return the day of the first version that has a value, up to the last without a break."""
    first = len(states) - 1
    while first > 0 and _has(states[first - 1].party, field, value):
        first -= 1
    return states[first].kept.since, first == 0 and more


def _has(party: ListedParty | None, field: str, value: object) -> bool:
    if party is None:
        return False
    held = getattr(party, field)
    return value in held if isinstance(held, tuple) else held == value


def _text(value: object) -> tuple[str, str]:
    """Return a value as text, and what kind of value it is."""
    if isinstance(value, Tie):
        parts = (value.share, value.note, value.since, value.until, value.source)
        return ", ".join(filter(None, (value.party, *parts))), value.kind
    if not isinstance(value, msgspec.Struct):
        return str(value), ""
    said = msgspec.structs.asdict(value)
    detail = str(said.pop("kind", "") or said.pop("scheme", ""))
    text = said.pop("text", "") or said.pop("value", "")
    rest = [str(each) for each in said.values() if each and str(each) not in text]
    return ", ".join(filter(None, (text, *rest))), detail


def _changes(states: Sequence[_State], *, more: bool) -> Iterator[EntryVersion]:
    """Yield the versions in which the entry appeared, changed or disappeared, earliest first."""
    before: ListedParty | None = None
    for place, (kept, party) in enumerate(states):
        told = changes_between([before] if before else [], [party] if party else [])
        what = "added" if told.added else "removed" if told.removed else "changed"
        if told and not (place == 0 and more):
            fields = told.changed[0].fields if told.changed else ()
            yield EntryVersion(day=kept.since, sha256=kept.version.sha256, what=what, fields=fields)
        before = party
