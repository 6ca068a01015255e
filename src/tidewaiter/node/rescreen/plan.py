"""What must be screened again: changed list entries, days of the law, lines concerned.

Each distinct party, and each vessel, is looked up once in the lists as they are now. A line is
screened again where one of these matches other entries than its alerts rest on, an entry that was
changed or is tied to such a one, or where it was judged. Nothing else can come of a change of
lists: what goods say does not change with them.

An index of the changed entries alone would not do: which entries are compared with a party depends
on how many others its words meet, so a new entry can change which unchanged ones it matches.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from tidewaiter.base.phrases import Phrase
from tidewaiter.bulk.screening import Settings, finder_for
from tidewaiter.law.registry import load_registry
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.changes import EntryChange, changes_between
from tidewaiter.lists.decisions import JUDGEMENTS_FILE as JUDGEMENTS
from tidewaiter.lists.decisions import Judgement
from tidewaiter.lists.generation import Counted
from tidewaiter.lists.reading import in_force
from tidewaiter.node.rescreen.basis import Basis, KeptFile
from tidewaiter.parties.types import ListedParty, ListVersion
from tidewaiter.store.alerts.notes import entries_by_party
from tidewaiter.store.core.database import Database
from tidewaiter.store.screening.parties import (
    StoredParty,
    entries_by_vessel,
    lines_of_parties,
    stored_parties,
    stored_vessels,
)
from tidewaiter.store.screening.runs import Run
from tidewaiter.trade.party_matches import PartyFinder, vessel_on_paper, vessels_among
from tidewaiter.trade.traders import fold_party
from tidewaiter.trade.types import PartyMatch

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


def changed_in(change: EntryChange) -> list[Phrase]:
    """Say what changed of an entry: the fields, and the values of those that say what it means."""
    told = []
    for field in change.fields:
        name = field.field.replace("_", " ")
        if field.field in {"outcome", "action", "outcome_day", "delisted"}:
            values = {"before": _values(field.removed), "after": _values(field.added)}
            told.append(Phrase("change/values", changed=name, **values))
        else:
            told.append(Phrase("change/plain", changed=name))
    return told


def _longer(one: EntryChange, other: EntryChange) -> EntryChange:
    """Return the change of more fields: that from the earlier version."""
    return max(one, other, key=lambda each: len(each.fields))


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
    told = (registry.substances, registry.regimes, registry.classes, registry.book)
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


_OTHER = {
    "programme": "Tidewaiter was updated",
    "registry": "the registry of substances or law was updated",
    "rules": "the alert rules have changed",
    "street": "the recognition of slang was switched on or off",
    "settings": "a setting saved with the lists has changed",
    "threshold": "the minimum match probability has changed",
}


class Plan(NamedTuple):
    """What is screened again, and why."""

    why: str  # all is; "": only what changed entries and judgements touch
    difference: Difference | None  # None: not known, as it is not what lines were screened against
    judged: frozenset[str]  # folded names of parties of which something was decided since
    now: Held


def plan_of(runs: Iterable[Run], settings: Settings, basis: Basis, *, whole: bool) -> Plan:
    """Decide what must be screened again.

    Args:
        runs: By which the lines of the database were screened last.
        settings: By which they are screened now.
        basis: Of these settings.
        whole: All of it, whatever changed.
    """
    bases = sorted({(run.day, run.basis or "") for run in runs})
    known = [(day, was) for day, text in bases if (was := _decoded(text))]
    whys = ["you asked for it"] if whole else []
    if len(known) < len(bases):
        whys.append("the settings of the earlier screening are unknown")
    kept = all(_is_kept(settings.lists, was) for _, was in known)
    if not kept:
        whys.append("a list version used in the earlier screening is not stored here")
    judged: set[str] = set()
    for day, was in known:
        whys += _whys(was, basis, settings, day)
        added = added_judgements(settings.lists, was.judgements)
        if added is None:
            whys.append("earlier decisions were edited or removed")
        judged |= {fold_party(each.name) for each in added or ()}
    now = _held(settings.lists, basis, settings.day)
    told = None
    if kept and len(known) == len(bases):
        told = difference((_held(settings.lists, was, day) for day, was in known), now)
    return Plan(whys[0] if whys else "", told, frozenset(judged), now)


def added_judgements(folder: Path | None, was: KeptFile | None) -> list[Judgement] | None:
    """Return the judgements that were added to those of a file as it was.

    Returns:
        None: what was there then is not there as it was.
    """
    place = folder / JUDGEMENTS if folder else None
    content = place.read_bytes() if place and place.is_file() else b""
    size = was.size if was else 0
    if was and hashlib.sha256(content[:size]).hexdigest() != was.sha256:
        return None
    lines = content[size:].splitlines()
    return [msgspec.json.decode(line, type=Judgement) for line in lines if line.strip()]


def _whys(was: Basis, now: Basis, settings: Settings, day: date) -> Iterator[str]:
    """Say what else than entries and judgements is not as it was."""
    for field, why in _OTHER.items():
        if getattr(was, field) != getattr(now, field):
            yield why
    if was.lists and now.lists and was.generation != now.generation:
        yield "word frequencies were recalculated, because the lists have grown or shrunk"
    if law_moves(settings, day, settings.day):
        yield f"the law on {settings.day} may differ from the law on {day}"


def _decoded(text: str | None) -> Basis | None:
    try:
        return msgspec.json.decode(text or "", type=Basis)
    except msgspec.MsgspecError:
        return None


def _is_kept(folder: Path | None, was: Basis) -> bool:
    """Tell whether all versions of lists are there still."""
    if folder is None:
        return not was.lists
    archive = Archive(folder)
    there = {
        (slug, kept.version.sha256) for slug in archive.slugs() for kept in archive.versions(slug)
    }
    return all((each.list, each.sha256) in there for each in was.lists)


def _held(folder: Path | None, basis: Basis, day: date) -> Held:
    return held_then(Archive(folder), basis.lists, day) if folder and basis.lists else {}


_Entries = set[tuple[str, str]]  # list and id of each


class Touched(NamedTuple):
    """What a change touches."""

    parties: int  # all that are stored
    vessels: int  # all that stored lines name
    lines: set[int]  # ids of the lines to screen again


def touched_lines(database: Database, settings: Settings, plan: Plan) -> Touched:
    """Find the lines that must be screened again where nothing but lists and judgements changed.

    Args:
        database: With the parties.
        settings: What lines are screened by now.
        plan: With the difference.
    """
    if not (_concerned(plan) or plan.judged):
        return Touched(sum(map(len, _pages(database))), 0, set())
    finder = finder_for(settings)
    parties, lines = _by_parties(database, finder, plan)
    vessels, others = _by_vessels(database, finder, plan)
    return Touched(parties, vessels, lines | others)


def _by_parties(database: Database, finder: PartyFinder | None, plan: Plan) -> tuple[int, set[int]]:
    """Look up all parties; return how many there are, and the lines that are touched."""
    with database.work() as work:
        rested = entries_by_party(work)
    parties, touched = 0, list[int]()
    for page in _pages(database):
        parties += len(page)
        found = finder.find([each.party for each in page]) if finder else [()] * len(page)
        for each, matches in zip(page, found, strict=True):
            if _is_touched(each.party.name, matches, rested.get(each.id, set()), plan):
                touched.append(each.id)
    with database.work() as work:
        return parties, lines_of_parties(work, touched)


def _by_vessels(database: Database, finder: PartyFinder | None, plan: Plan) -> tuple[int, set[int]]:
    """Look up all vessels; return how many there are, and the lines that are touched."""
    stored = stored_vessels(database)
    papers = [vessel_on_paper(*ship) for ship in stored.ships]
    asked = {place: paper for place, paper in enumerate(papers) if paper is not None}
    with database.work() as work:
        rested = entries_by_vessel(work, stored, {at: paper.name for at, paper in asked.items()})
    found = finder.find(list(asked.values())) if finder else [()] * len(asked)
    touched = [
        place
        for (place, paper), matches in zip(asked.items(), found, strict=True)
        if _is_touched(paper.name, vessels_among(matches), rested.get(place, set()), plan)
    ]
    return len(asked), stored.lines_of(touched)


def _is_touched(name: str, matches: Sequence[PartyMatch], rested: _Entries, plan: Plan) -> bool:
    now = {(match.list, match.entry) for match in matches}
    judged = bool(plan.judged) and fold_party(name) in plan.judged
    return now != rested or bool(now & _concerned(plan)) or judged


def _concerned(plan: Plan) -> frozenset[tuple[str, str]]:
    return plan.difference.concerned if plan.difference else frozenset()


def _pages(database: Database) -> Iterator[list[StoredParty]]:
    after = 0
    while True:
        with database.work() as work:
            page = stored_parties(work, after=after)
        if not page:
            return
        after = page[-1].id
        yield page
