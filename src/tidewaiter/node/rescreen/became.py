"""Became: notes on what became of the entries on which alerts rest."""

from collections.abc import Iterator
from datetime import date

from tidewaiter.consignments.citing import cite_list
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.types import ListVersion
from tidewaiter.rescreen.entries import Difference, Held, Place, in_words
from tidewaiter.store.database import Work
from tidewaiter.store.notes import Entry, Note, NoteRule, entries_with_alerts, removed_entries


def notes_on(
    work: Work, archive: Archive, now: Held, told: Difference | None, day: date
) -> list[Note]:
    """Say what became of the entries on which alerts rest.

    A list that the folder does not hold says nothing of its entries.

    Args:
        work: Any.
        archive: The folder of lists.
        now: What the lists say on the day.
        told: What changed since lines were last screened; None: that is not known.
        day: Of this screening.
    """
    resting = entries_with_alerts(work)
    here = {(slug, party.id) for slug, (_, parties) in now.items() for party in parties}
    gone = {place for place in resting - here if place[0] in now}
    ended = dict(_ended(archive, now, gone))
    changed = told.changed if told else {}
    notes = [
        _note(place, now, "party-changed", day, in_words(changed[place]))
        for place in sorted(resting & changed.keys() & here)
    ]
    again = sorted(removed_entries(work) & here)
    notes += [_note(place, now, "party-again", day, f"seen on {day}") for place in again]
    return notes + [  # last, so that it is an alert's last word
        _note(place, now, "party-removed", day, ended.get(place, f"seen on {day}"))
        for place in sorted(gone)
    ]


_TEXTS: dict[NoteRule, str] = {
    "party-removed": "Entry {entry} was removed from {list}: {what}. The alert stays open",
    "party-changed": "Entry {entry} of {list} was changed, seen on {day}: {what}",
    "party-again": "Entry {entry} is on {list} again: {what}",
}


def _note(place: Place, now: Held, rule: NoteRule, day: date, what: str) -> Note:
    slug, entry = place
    version = now[slug][0]
    text = _TEXTS[rule].format(entry=entry, list=_named(version), day=day, what=what)
    source = cite_list(slug, version.sha256)
    return Note(entry=Entry(list=slug, entry=entry), rule=rule, day=day, text=text, source=source)


def _named(version: ListVersion) -> str:
    return f"{version.name} of {version.dated}" if version.dated else version.name


def _ended(archive: Archive, now: Held, gone: set[Place]) -> Iterator[tuple[Place, str]]:
    """Yield the entries whose list says since when they are no longer listed."""
    for slug in sorted({slug for slug, _ in gone}):
        kept = archive.find(slug, now[slug][0].sha256)
        for party in archive.load(kept).parties:
            if (slug, party.id) in gone and party.delisted:
                yield (slug, party.id), f"delisted on {party.delisted}"
