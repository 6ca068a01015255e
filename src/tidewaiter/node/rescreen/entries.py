"""Entries: what lists say today and did not say when past lines were screened."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tidewaiter.lists.archive import Archive
from tidewaiter.lists.changes import EntryChange, FieldChange, changes_between
from tidewaiter.lists.generation import Counted
from tidewaiter.lists.reading import in_force
from tidewaiter.parties.types import ListedParty, ListVersion

Place = tuple[str, str]  # slug of a list, id of an entry in it
Held = Mapping[str, tuple[ListVersion, tuple[ListedParty, ...]]]  # by slug


class Difference(NamedTuple):
    """What entries are new, say something else, or are gone; each as it was and as it is."""

    new: Mapping[Place, ListedParty]
    changed: Mapping[Place, EntryChange]
    removed: Mapping[Place, ListedParty]
    concerned: frozenset[Place]  # all of these, and the entries that are or were tied to them


def held_then(archive: Archive, lists: Iterable[Counted], day: date) -> Held:
    """Return the entries of some versions as they were in force on a day, by slug.

    Raises:
        InputError: A version is not kept any more.
    """
    held = {}
    for each in lists:
        kept = archive.find(each.list, each.sha256)
        parties = archive.load(kept).parties
        held[each.list] = (kept.version, tuple(p for p in parties if in_force(p, day)))
    return held


def difference(befores: Iterable[Held], now: Held) -> Difference:
    """Compare lists as they were, at one time or several, with what they are.

    An entry that differs from what it was at any of these times is told once.
    """
    new: dict[Place, ListedParty] = {}
    changed: dict[Place, EntryChange] = {}
    removed: dict[Place, ListedParty] = {}
    concerned: set[Place] = set()
    for before in befores:
        for slug in sorted(before.keys() | now.keys()):
            old, current = (held[slug][1] if slug in held else () for held in (before, now))
            told = changes_between(old, current)
            ids = {each.id for each in (*told.added, *told.removed)}
            ids |= {each.id for each in told.changed}
            if not ids:
                continue
            concerned |= {(slug, each) for each in _tied(old, ids) | _tied(current, ids)}
            new |= {(slug, each.id): each for each in told.added}
            removed |= {(slug, each.id): each for each in told.removed}
            for each in told.changed:
                earlier = changed.get((slug, each.id))
                changed[slug, each.id] = _longer(earlier, each) if earlier else each
    for place in new.keys() & changed.keys():  # new to some lines, other to others
        del new[place]
    return Difference(new, changed, removed, frozenset(concerned))


def in_words(change: EntryChange) -> str:
    """Say what changed of an entry: the fields, and the values of those that say what it means."""
    told = []
    for field in change.fields:
        if field.field in {"outcome", "action", "outcome_day", "delisted"}:
            told.append(f"{_name(field)} {_values(field.removed)} -> {_values(field.added)}")
        else:
            told.append(_name(field))
    return ", ".join(told)


def _longer(one: EntryChange, other: EntryChange) -> EntryChange:
    """Return the change of more fields: that from the earlier version."""
    return max(one, other, key=lambda each: len(each.fields))


def _name(field: FieldChange) -> str:
    return field.field.replace("_", " ")


def _values(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "none"


def _tied(parties: tuple[ListedParty, ...], ids: set[str]) -> set[str]:
    """Return some ids, and those of all that ties lead to from there, either way."""
    names = {name.text: party.id for party in parties for name in party.names[:1]}
    near: dict[str, set[str]] = {}
    for party in parties:
        for tie in party.ties:
            other = names.get(tie.party, tie.party)
            near.setdefault(party.id, set()).add(other)
            near.setdefault(other, set()).add(party.id)
    reached, todo = set(ids), list(ids)
    while todo:
        for other in near.get(todo.pop(), set()) - reached:
            reached.add(other)
            todo.append(other)
    return reached
