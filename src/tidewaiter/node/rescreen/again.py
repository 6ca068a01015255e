"""Re-screening of past lines by the current rules: new alerts, and notes on old ones."""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.bulk.screening import Settings, pinned, screen_batch
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.changes import EntryChange
from tidewaiter.node.rescreen.basis import Basis, basis_of
from tidewaiter.node.rescreen.cross_line import Spool, spool
from tidewaiter.node.rescreen.database_inputs import register_desk
from tidewaiter.node.rescreen.plan import (
    Difference,
    Held,
    OwnershipChange,
    Place,
    Plan,
    Touched,
    changed_in,
    plan_of,
    touched_lines,
)
from tidewaiter.parties.types import ListVersion
from tidewaiter.store.alerts.notes import (
    Due,
    Entry,
    Note,
    NoteRule,
    add_notes,
    due_notes,
    entries_with_alerts,
    reason_of,
    removed_entries,
)
from tidewaiter.store.alerts.storage import add_alerts, alerts_of, known_alerts
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.screening.lines import StoredBatch, batches_of, every_line
from tidewaiter.store.screening.runs import (
    Run,
    advance,
    begin_screening,
    finish_screening,
    past_runs,
    source_of,
)
from tidewaiter.trade.party_matches import cite_list
from tidewaiter.trade.types import Alert


def notes_on(
    work: Work, archive: Archive, now: Held, told: Difference | None, day: date
) -> list[Note]:
    """Return notes on changed list entries that alerts match.

    Lists that are not in the folder are ignored.

    Args:
        work: Any transaction.
        archive: The folder of lists.
        now: Entries in force on the day.
        told: Changes since the last screening; None: unknown.
        day: Day of this screening.
    """
    resting = entries_with_alerts(work)
    here = {(slug, party.id) for slug, (_, parties) in now.items() for party in parties}
    gone = {place for place in resting - here if place[0] in now}
    ended, seen = dict(_ended(archive, now, gone)), Phrase("gone/seen", day=day)
    changed = told.changed if told else {}
    owned = told.owned_otherwise(resting & here) if told else {}
    notes = [
        _note(place, now, "party-changed", day=day, changes=_changes(place, changed, owned))
        for place in sorted(resting & changed.keys() & here)
    ]
    for place, change in owned.items():
        if place not in changed:
            said = [_owned_otherwise(change)]
            note = _note(place, now, "party-changed", day=day, changes=said)
            notes.append(msgspec.structs.replace(note, source=change.source or note.source))
    again = sorted(removed_entries(work) & here)
    notes += [_note(place, now, "party-again", day=day, gone=seen) for place in again]
    return notes + [  # last, so that it is the alert's latest note
        _note(place, now, "party-removed", day=day, gone=ended.get(place, seen))
        for place in sorted(gone)
    ]


def _changes(
    place: Place, changed: Mapping[Place, EntryChange], owned: Mapping[Place, OwnershipChange]
) -> list[Phrase]:
    """Return what changed in an entry, its ownership by listed parties included."""
    other = [_owned_otherwise(owned[place])] if place in owned else []
    return [*changed_in(changed[place]), *other]


def _owned_otherwise(change: OwnershipChange) -> Phrase:
    values = {"before": change.before or "none", "after": change.now or "none"}
    return Phrase("change/values", changed="ownership", **values)


def _note(place: Place, now: Held, rule: NoteRule, *, day: date, **told: Any) -> Note:
    slug, entry = place
    version = now[slug][0]
    says = Phrase(rule, entry=entry, list=_named(version), day=day, **told)
    source = cite_list(slug, version.sha256)
    return Note(entry=Entry(list=slug, entry=entry), rule=rule, day=day, says=says, source=source)


def _named(version: ListVersion) -> Phrase:
    if not version.dated:
        return Phrase("version/plain", name=version.name)
    return Phrase("version/dated", name=version.name, day=version.dated)


def _ended(archive: Archive, now: Held, gone: set[Place]) -> Iterator[tuple[Place, Phrase]]:
    """Yield the entries with a removal date on their list."""
    for slug in sorted({slug for slug, _ in gone}):
        kept = archive.find(slug, now[slug][0].sha256)
        for party in archive.load(kept).parties:
            if (slug, party.id) in gone and party.delisted:
                yield (slug, party.id), Phrase("gone/delisted", day=party.delisted)


class Again:
    """A re-screening of a database; iterate `batches`, then read `noted`."""

    def __init__(
        self, database: Database, settings: Settings, found: Spool, *, whole: bool
    ) -> None:
        """Determine what must be screened.

        Raises:
            InputError: The database holds no lines.
        """
        self._database, self._settings, self._found = database, pinned(settings), found
        self._register = register_desk(database, settings)
        self.basis: Basis = basis_of(settings)
        with database.work() as work:
            self.pasts = past_runs(work)
        if not self.pasts:
            raise InputError("node/no-lines-yet")
        runs = (run for past in self.pasts for run in past.runs)
        self.plan: Plan = plan_of(runs, settings, self.basis, whole=whole)
        self.touched: Touched | None = None  # None: all lines
        if not self.plan.why:
            self.touched = touched_lines(database, settings, self.plan)

    def batches(self) -> Iterator[tuple[StoredBatch, list[Alert]]]:
        """Screen lines; yield each batch with its new alerts."""
        seen: set[str] = set()  # the same bytes may be two sources
        for stored in self._stored():
            here = msgspec.structs.replace(self._settings, file=stored.name, sha256=stored.sha256)
            screened = screen_batch(stored.lines, here)
            with self._database.work() as work:
                known = known_alerts(work, screened.alerts) | seen
            new = [alert for alert in screened.alerts if alert.id not in known]
            if self._register is not None:
                new = list(map(self._register.told, new))
            seen.update(alert.id for alert in new)
            self._found.add(stored.source, new)
            yield stored, new

    def noted(self) -> Iterator[Alert]:
        """Yield the stored alerts that get a note, with it as the last reason."""
        with self._database.work() as work:
            due = self.due(work)
        later: dict[str, list[Due]] = {}
        for each in due:
            later.setdefault(each.alert, []).append(each)
        ids = list(later)
        for start in range(0, len(ids), _NOTED):
            with self._database.work() as work:
                found = alerts_of(work, ids[start : start + _NOTED])
            for alert in found:
                told = (reason_of(each.note) for each in later[alert.id])
                yield msgspec.structs.replace(alert, reasons=(*alert.reasons, *told))

    def due(self, work: Work) -> list[Due]:
        """Return the new notes."""
        settings, plan = self._settings, self.plan
        if settings.lists is None:
            return []
        archive = Archive(settings.lists)
        # For an earlier day, changes are reversed.
        back = any(settings.day < run.day for past in self.pasts for run in past.runs)
        told = None if back else plan.difference
        notes = notes_on(work, archive, plan.now, told, settings.day)
        return due_notes(work, notes)

    def _stored(self) -> Iterator[StoredBatch]:
        """Read the lines to screen; no transaction stays open between batches."""
        if self.touched is not None:
            lines = sorted(self.touched.lines)
            for start in range(0, len(lines), _LINES):
                with self._database.work() as work:
                    some = list(batches_of(work, lines[start : start + _LINES]))
                yield from some
            return
        yield from every_line(self._database)


_LINES = 8_192
_NOTED = 1_000  # alerts per batch
_NOTHING_READ = dict.fromkeys(("lines", "alerts", "refusals", "new_lines", "new_alerts"), 0)


@contextmanager
def screen_again(
    database: Database, settings: Settings, *, whole: bool = False, who: str | None = None
) -> Iterator[Again]:
    """Re-screen the lines of a database, and store new alerts.

    Alerts and notes are stored, all or none, when the block ends without an error: write outputs
    first, so that after an interruption they are found as new again.

    Args:
        database: With past screenings.
        settings: Screening settings; file and hash are those of each source.
        whole: Screen all lines; otherwise, if only lists and judgements changed, the lines
            concerned.
        who: Acting user; None: this machine's user.

    Yields:
        The re-screening; iterate its batches.

    Raises:
        InputError: The database holds no lines.
    """
    with spool() as found:
        again = Again(database, settings, found, whole=whole)
        yield again
        with database.work(Stamp(who=who or getpass.getuser(), at=datetime.now(UTC))) as work:
            _keep(work, again, settings, found)


def _keep(work: Work, again: Again, settings: Settings, found: Spool) -> None:
    """Store notes and alerts, as a screening of each source."""
    add_notes(work, again.due(work))
    digest = again.basis.digest
    basis = msgspec.json.encode(again.basis).decode()
    wanted = Run(day=settings.day, registry=digest, rules=digest, basis=basis)
    begun: dict[int, int] = {}  # source -> screening
    for past in again.pasts:
        begun[past.source] = begin_screening(work, source_of(work, past.source), wanted).id
        advance(work, begun[past.source], past.last_row, _NOTHING_READ)
    done = tuple(begun.values())
    for source, new in found.read():
        if source not in begun:  # added meanwhile; its own screening continues
            begun[source] = begin_screening(work, source_of(work, source), wanted).id
        add_alerts(work, begun[source], new)
    for screening in done:
        finish_screening(work, screening)
