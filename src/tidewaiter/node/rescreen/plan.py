"""Re-screening plan: changed list entries, legal dates, and lines concerned.

Each distinct party and vessel is looked up once in the current lists. A line is screened again if
one of these matches other entries than its alerts do, matches a changed entry or one related to it,
or was judged. Nothing else depends on lists: findings on goods do not change with them.

If another law pack is used, and the same goods are recognised by both, the lines that name one of
the substances concerned are screened again: all goods are searched once for that.

An index of the changed entries alone would not suffice: the entries compared with a party depend
on word frequencies, so a new entry can change which unchanged ones it matches.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.phrases import Phrase
from tidewaiter.bulk.screening import Settings, finder_for, identifier_for
from tidewaiter.law.pack_changes import compare_packs
from tidewaiter.law.registry import load_registry
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.changes import EntryChange, changes_between
from tidewaiter.lists.decisions import JUDGEMENTS_FILE as JUDGEMENTS
from tidewaiter.lists.decisions import Judgement
from tidewaiter.lists.generation import Counted
from tidewaiter.lists.reading import in_force
from tidewaiter.node.rescreen.basis import Basis, KeptFile
from tidewaiter.parties.ownership.assessment import owned
from tidewaiter.parties.ownership.graph import Ownership, first_day
from tidewaiter.parties.types import ListedParty, ListVersion, Owned
from tidewaiter.store.alerts.notes import entries_by_party
from tidewaiter.store.core.database import Database
from tidewaiter.store.screening.lines import every_line
from tidewaiter.store.screening.parties import (
    StoredParty,
    entries_by_vessel,
    lines_of_parties,
    stored_parties,
    stored_vessels,
)
from tidewaiter.store.screening.runs import Run
from tidewaiter.trade.mentions import find_all
from tidewaiter.trade.party_matches import PartyFinder, cite_list, vessel_on_paper, vessels_among
from tidewaiter.trade.traders import fold_party
from tidewaiter.trade.types import PartyMatch

_CITED: Final = 2  # list versions cited for a change of ownership
Place = tuple[str, str]  # slug of a list, id of an entry in it
Held = Mapping[str, tuple[ListVersion, tuple[ListedParty, ...]]]  # by slug


class OwnershipChange(NamedTuple):
    """What was stated of a party's ownership by listed parties, before and now."""

    before: str  # "United States 25 %"; "": nothing
    now: str
    source: str  # versions of the lists that state it now, or did


class ListState(NamedTuple):
    """Lists at some time, and the ownership that everyone may see in them."""

    held: Held
    ties: Ownership
    day: date | None


class Difference(NamedTuple):
    """Added, changed and removed entries, before and after."""

    new: Mapping[Place, ListedParty]
    changed: Mapping[Place, EntryChange]
    removed: Mapping[Place, ListedParty]
    concerned: frozenset[Place]  # all of these, and entries of any list related to them
    turned: bool = False  # links of ownership began or ended between the days
    states: tuple[tuple[ListState, ListState], ...] = ()  # before and now, where they differ

    def owned_otherwise(self, places: Iterable[Place]) -> dict[Place, OwnershipChange]:
        """Return which of some entries listed parties own otherwise than before."""
        concerned = self.concerned.intersection(places)
        return {
            place: change
            for before, now in self.states
            for place, change in _owned_otherwise(concerned, before, now)
        }


def held_then(archive: Archive, lists: Iterable[Counted], day: date) -> Held:
    """Return the entries of some versions in force on a day, by slug.

    Raises:
        InputError: A version is no longer stored.
    """
    held = {}
    for each in lists:
        kept = archive.find(each.list, each.sha256)
        parties = archive.load(kept).parties
        held[each.list] = (kept.version, tuple(p for p in parties if in_force(p, day)))
    return held


def difference(
    befores: Iterable[Held], now: Held, days: Sequence[date] = (), day: date | None = None
) -> Difference:
    """Compare lists at one or several earlier times with the current ones.

    An entry that differs from any of these times is reported once.

    Args:
        befores: The lists at the earlier times.
        now: The current lists.
        days: The earlier times: links of ownership begin and end.
        day: The current day.
    """
    new: dict[Place, ListedParty] = {}
    changed: dict[Place, EntryChange] = {}
    removed: dict[Place, ListedParty] = {}
    states: list[tuple[ListState, ListState]] = []
    turned = False
    concerned: set[Place] = set()
    links: Ownership | None = None
    for number, before in enumerate(befores):
        then = days[number] if number < len(days) else None
        ids: set[Place] = set()
        for slug in sorted(before.keys() | now.keys()):
            old, current = (held[slug][1] if slug in held else () for held in (before, now))
            told = changes_between(old, current)
            ids |= {(slug, each.id) for each in (*told.added, *told.removed)}
            ids |= {(slug, each.id) for each in told.changed}
            new |= {(slug, each.id): each for each in told.added}
            removed |= {(slug, each.id): each for each in told.removed}
            for each in told.changed:
                earlier = changed.get((slug, each.id))
                changed[slug, each.id] = _longer(earlier, each) if earlier else each
        turning = _turning(now, then, day)
        turned, ids = turned or bool(turning), ids | turning
        if ids:
            was, links = _links(before, then), links or _links(now, day)
            concerned |= was.related(ids) | links.related(ids) | ids
            states.append((ListState(before, was, then), ListState(now, links, day)))
    for place in new.keys() & changed.keys():  # new to some lines, changed for others
        del new[place]
    return Difference(new, changed, removed, frozenset(concerned), turned, tuple(states))


def _links(held: Held, day: date | None) -> Ownership:
    """Return the links of all lists that everyone may see, but of no restricted entry."""
    return Ownership(held.values(), restricted=False, day=day)


def _turning(held: Held, then: date | None, day: date | None) -> set[Place]:
    """Return the entries with a link that begins or ends between two days."""
    if then is None or day is None or then == day:
        return set()
    first, last = sorted((then, day))
    return {
        (slug, party.id)
        for slug, (_, parties) in held.items()
        for party in parties
        for tie in party.ties
        if any(first < first_day(each) <= last for each in (tie.since, tie.until) if each)
    }


def _owned_otherwise(
    places: Iterable[Place], before: ListState, now: ListState
) -> Iterator[tuple[Place, OwnershipChange]]:
    """Yield the remaining entries that listed parties own otherwise than before."""
    old, current = (
        {(slug, p.id): p for slug, (_, parties) in state.held.items() for p in parties}
        for state in (before, now)
    )
    for place in sorted(places):
        if place not in old or place not in current or current[place].confidential:
            continue
        told = (
            owned(before.ties, place[0], old[place], before.day),
            owned(now.ties, place[0], current[place], now.day),
        )
        was, here = map(_tests_in_words, told)
        if was != here:
            lists = sorted({h.list for each in told if each for h in each.holdings})
            held = now.held
            cited = [cite_list(each, held[each][0].sha256) for each in lists if each in held]
            yield place, OwnershipChange(was, here, ", ".join(cited[:_CITED]))


def _tests_in_words(told: Owned | None) -> str:
    """Return law and share of each test, and its result."""
    tests = told.tests if told else ()
    return "; ".join(f"{each.law} {each.share}, {each.result}" for each in tests)


def changed_in(change: EntryChange) -> list[Phrase]:
    """Return the changed fields of an entry, with the values of the significant ones."""
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
    """Return the larger change: that from the earlier version."""
    return max(one, other, key=lambda each: len(each.fields))


def _values(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "none"


def law_moves(settings: Settings, one: date, other: date) -> bool:
    """Return whether any date in the registry or law lies between two days.

    Args:
        settings: With the authority's own lists.
        one: A day.
        other: Another. Both are included: a control begins on its day, and a note on the age of
            legal data appears the day after a comparison.
    """
    if one == other:
        return False
    first, last = sorted((one, other))
    registry = load_registry(settings.own)
    told = (registry.substances, registry.regimes, registry.classes, registry.book)
    return any(first <= day <= last for day in _days(told))


def _days(value: object) -> Iterator[date]:
    """Yield every date in a record and its nested records."""
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


class LawMove(NamedTuple):
    """Substances with other law than at the last screening."""

    substances: frozenset[str] | None  # slugs; None: all

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return self.substances is None or bool(self.substances)

    def __or__(self, other: "LawMove") -> "LawMove":
        """Return the substances of either."""
        if self.substances is None or other.substances is None:
            return LawMove(None)
        return LawMove(self.substances | other.substances)


class Plan(NamedTuple):
    """What is screened again, and why."""

    why: str  # reason for everything; "": only lines of changed entries, judgements and law
    difference: Difference | None  # None: the earlier state is unknown
    judged: frozenset[str]  # folded names of newly judged parties
    now: Held
    law: LawMove = LawMove(frozenset())


def plan_of(runs: Iterable[Run], settings: Settings, basis: Basis, *, whole: bool) -> Plan:
    """Determine what must be screened again.

    Args:
        runs: Last runs over the lines of the database.
        settings: Current settings.
        basis: Basis of these settings.
        whole: Everything, regardless of changes.
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
    law = LawMove(frozenset())
    for day, was in known:
        moved = law_move(was, basis, settings)
        whys += _whys(was, basis, settings, day, is_told=moved is not None)
        law |= moved or law
        added = added_judgements(settings.lists, was.judgements)
        if added is None:
            whys.append("earlier decisions were edited or removed")
        judged |= {fold_party(each.name) for each in added or ()}
    now = _held(settings.lists, basis, settings.day)
    told = None
    if kept and len(known) == len(bases):
        befores = (_held(settings.lists, was, day) for day, was in known)
        told = difference(befores, now, [day for day, _ in known], settings.day)
    return Plan(whys[0] if whys else "", told, frozenset(judged), now, law)


def last_bases(runs: Iterable[Run]) -> list[Basis]:
    """Return the known bases of the last runs, without duplicates."""
    decoded = (_decoded(text) for text in sorted({run.basis or "" for run in runs}))
    return [basis for basis in decoded if basis is not None]


def added_judgements(folder: Path | None, was: KeptFile | None) -> list[Judgement] | None:
    """Return the judgements added to an earlier state of a file.

    Returns:
        None: the earlier content was changed.
    """
    place = folder / JUDGEMENTS if folder else None
    content = place.read_bytes() if place and place.is_file() else b""
    size = was.size if was else 0
    if was and hashlib.sha256(content[:size]).hexdigest() != was.sha256:
        return None
    lines = content[size:].splitlines()
    return [msgspec.json.decode(line, type=Judgement) for line in lines if line.strip()]


def law_move(was: Basis, now: Basis, settings: Settings) -> LawMove | None:
    """Return the substances with other law than at an earlier screening.

    Args:
        was: Basis of that screening.
        now: Basis of now.
        settings: Current settings, with the authority's own lists.

    Returns:
        None: not known, as its law pack is not kept or more than the pack changed, or other goods
        are recognised: then everything is screened again.
    """
    if was.registry == now.registry:
        return LawMove(frozenset())
    try:
        before = load_registry(settings.own, was.pack)
    except RegistryError:
        return None
    if before.digest != was.registry:
        return None
    changes = compare_packs(before, load_registry(settings.own))
    return None if changes.recognition else LawMove(changes.listed)


def _whys(was: Basis, now: Basis, settings: Settings, day: date, *, is_told: bool) -> Iterator[str]:
    """Return what else changed besides entries, judgements, and law if that is told."""
    for field, why in _OTHER.items():
        if getattr(was, field) != getattr(now, field) and not (is_told and field == "registry"):
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
    """Return whether all list versions are still stored."""
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
    """Lines concerned by a change."""

    parties: int  # all stored ones
    vessels: int  # all in stored lines
    lines: set[int]  # ids of the lines to screen again


def touched_lines(database: Database, settings: Settings, plan: Plan) -> Touched:
    """Find the lines to screen again if only lists, judgements and law changed.

    Args:
        database: With the parties.
        settings: Current settings.
        plan: With the differences.
    """
    named = _by_law(database, settings, plan.law)
    if not (_concerned(plan) or plan.judged):
        return Touched(sum(map(len, _pages(database))), 0, named)
    finder = finder_for(settings)
    parties, lines = _by_parties(database, finder, plan)
    vessels, others = _by_vessels(database, finder, plan)
    return Touched(parties, vessels, lines | others | named)


def _by_law(database: Database, settings: Settings, law: LawMove) -> set[int]:
    """Find the lines that name a substance with other law."""
    if not law:
        return set()
    wanted = law.substances
    identifier = identifier_for(settings.own, street=settings.street)
    substances = identifier.lexicon.registry.substances
    places = {
        place for place, each in enumerate(substances) if wanted is None or each.slug in wanted
    }
    return {
        stored.ids[line]
        for stored in every_line(database)
        for line, finds in find_all(stored.lines, identifier)[0].items()
        if any(find.finding.substance in places for find in finds)
    }


def _by_parties(database: Database, finder: PartyFinder | None, plan: Plan) -> tuple[int, set[int]]:
    """Look up all parties; return their number, and the lines concerned."""
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
    """Look up all vessels; return their number, and the lines concerned."""
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
