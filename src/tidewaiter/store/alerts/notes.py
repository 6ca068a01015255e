"""Rows beside an alert: its reasons, its parties, and notes on later events.

A note reports a change of a list entry that the alert matches, or a finding from other lines. It
is a reason with a day and without points, added after those of the alert. It closes nothing, and
is never withdrawn: a later note reports what happened next.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec
from msgspec import structs
from sqlalchemy import delete, func, insert, literal, select

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.store.alerts.inverted_index import change_terms, numbers_of, term
from tidewaiter.store.audit import record_change
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new, insert_rows, slices
from tidewaiter.store.core.columns import KEY_LENGTH, kept, phrase_from, plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Alert, Reason

_GONE = "party-removed"
_COLUMNS = ("alert", "list", "entry", "rule", "day", "code", "parameters", "source")

NoteRule = Literal["party-removed", "party-changed", "party-again"]
"""The entry is no longer on its list; the list changed it; it is back on the list after a removal.
Findings from other lines have rules of their own: see `annotations`."""


class Entry(Record, frozen=True, kw_only=True):
    """A list entry that alerts may match; or a decision, after which other lines gave findings."""

    list: str  # slug; "": a decision
    entry: str  # id in the list, or of the decision


class Note(Record, frozen=True, kw_only=True):
    """A later event of an entry."""

    entry: Entry
    rule: str  # a NoteRule, or the rule of the finding
    day: date  # of the screening that found it
    says: Phrase  # the sentence for the officer
    source: str  # version of the list, or source of the rule


def insert_alert_parties(work: Work, new: Iterable[Alert]) -> None:
    """Insert the list entries of alerts that are being inserted."""
    rows = [
        {
            "alert": alert.id,
            "number": number,
            "list": plain(match.list),
            "entry": plain(match.entry),
            "name": plain(match.name),
            "role": plain(match.role or ""),
        }
        for alert in new
        for number, match in enumerate(alert.parties, start=1)
    ]
    if rows:
        work.connection.execute(insert(tables.alert_party), rows)


def entries_with_alerts(work: Work) -> set[tuple[str, str]]:
    """Return list and id of all entries that alerts match."""
    c = tables.alert_party.c
    found = work.connection.execute(select(c.list, c.entry).distinct())
    return {(slug, entry) for slug, entry in found}


def removed_entries(work: Work) -> set[tuple[str, str]]:
    """Return list and id of entries noted as removed and not noted as listed again."""
    last = _borne(work)[1]
    return {(slug, entry) for (_, slug, entry), (rule, _) in last.items() if rule == _GONE}


def entries_by_party(work: Work) -> dict[int, set[tuple[str, str]]]:
    """Return the list entries that the alerts on each party match, by party id.

    If two parties of a line share name and role, each gets the alert's entries for both.
    """
    p, a, n = tables.alert_party.c, tables.alert.c, tables.line.c
    k, y = tables.party_line.c, tables.party.c
    joined = (
        tables.alert_party.join(tables.alert, p.alert == a.id)
        .join(tables.line, (n.source == a.source) & (n.row == a.row))
        .join(tables.party_line, (k.line == n.id) & (k.role == func.coalesce(p.role, k.role)))
        .join(tables.party, (y.id == k.party) & (y.name == func.substr(p.name, 1, KEY_LENGTH)))
    )
    found: dict[int, set[tuple[str, str]]] = {}
    query = select(y.id, p.list, p.entry).distinct().select_from(joined)
    for party, slug, entry in work.connection.execute(query):
        found.setdefault(party, set()).add((slug, entry))
    return found


class Due(Record, frozen=True, kw_only=True):
    """A note that an alert does not have yet."""

    alert: str  # id
    note: Note


def due_notes(work: Work, notes: Sequence[Note]) -> list[Due]:
    """Return which notes are new for which alerts: those that match the entry and lack the note.

    Args:
        work: Any transaction.
        notes: Of entries; a removal is noted only once in a row, and "again" only after one.
            Notes dated before the alert, or before its latest note, are ignored.
    """
    resting = _resting(work, {(note.entry.list, note.entry.entry) for note in notes})
    borne, last = _borne(work)
    due = []
    for note in notes:
        for alert, raised in resting.get((note.entry.list, note.entry.entry), ()):
            place = (alert, note.entry.list, note.entry.entry)
            rule, noted = last.get(place, ("", raised))
            fits = (rule == _GONE) == (note.rule == "party-again")
            later = note.day.isoformat() >= max(raised, noted)
            if fits and later and (*place, note.rule, note.source) not in borne:
                due.append(Due(alert=alert, note=note))
    return due


def add_notes(work: Work, due: Sequence[Due]) -> None:
    """Add notes to alerts.

    Args:
        work: A write transaction.
        due: From `due_notes`, in the same transaction.
    """
    if not due:
        return
    rows = (
        (
            each.alert,
            plain(each.note.entry.list),
            plain(each.note.entry.entry),
            each.note.rule,
            each.note.day.isoformat(),
            *kept(each.note.says),
            plain(each.note.source),
        )
        for each in due
    )
    insert_new(work.connection, tables.alert_note, _COLUMNS, rows)
    _index(work, due)
    counts = Counter[str](each.note.rule for each in due)
    record_change(work, "notes added", {"notes": len(due), **counts})


def _index(work: Work, due: Sequence[Due]) -> None:
    """Index the alerts by the rules of their notes too."""
    numbers = numbers_of(work, list({each.alert for each in due}))
    by_rule: dict[str, list[int]] = defaultdict(list)
    for each in due:
        by_rule[term("rule", each.note.rule)].append(numbers[each.alert])
    change_terms(work, by_rule)


def reason_of(note: Note) -> Reason:
    """Return the reason for an alert that a note makes."""
    return Reason(rule=note.rule, says=note.says, points=0, source=plain(note.source))


def with_notes(work: Work, found: Sequence[Alert]) -> list[Alert]:
    """Append the reasons from later notes to alerts as stored."""
    later = _reasons(work, [alert.id for alert in found])
    return [
        structs.replace(alert, reasons=(*alert.reasons, *later[alert.id]))
        if alert.id in later
        else alert
        for alert in found
    ]


def _borne(
    work: Work,
) -> tuple[set[tuple[str, ...]], dict[tuple[str, str, str], tuple[str, str]]]:
    """Return the keys of notes, and the latest rule and day by alert, list and entry."""
    c = tables.alert_note.c
    query = select(c.alert, c.list, c.entry, c.rule, c.source, c.day).where(c.list != "")
    query = query.order_by(c.id)
    borne: set[tuple[str, ...]] = set()
    last: dict[tuple[str, str, str], tuple[str, str]] = {}
    for alert, slug, entry, rule, source, day in work.connection.execute(query):
        borne.add((alert, slug, entry, rule, source))
        last[alert, slug, entry] = (rule, day)
    return borne, last


def _resting(
    work: Work, entries: set[tuple[str, str]]
) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
    """List the alerts that match each of some entries, with their days."""
    c, a = tables.alert_party.c, tables.alert.c
    joined = tables.alert_party.join(tables.alert, c.alert == a.id)
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    ids = sorted({plain(entry) for _, entry in entries})
    for some in slices(ids):
        query = select(c.list, c.entry, c.alert, a.day).select_from(joined)
        query = query.where(c.entry.in_(some)).distinct().order_by(c.alert)
        for slug, entry, alert, day in work.connection.execute(query):
            found[slug, entry].append((alert, day))
    return found


def _reasons(work: Work, alerts: Sequence[str]) -> dict[str, list[Reason]]:
    c = tables.alert_note.c
    found: dict[str, list[Reason]] = defaultdict(list)
    for few in slices(alerts):
        query = select(c.alert, c.rule, c.code, c.parameters, c.source).order_by(c.id)
        some = query.where(c.alert.in_(few))
        for alert, rule, code, parameters, source in work.connection.execute(some):
            says = phrase_from(code, parameters)
            found[alert].append(Reason(rule=rule, says=says, points=0, source=source))
    return found


_REASON = ("alert", "number", "rule", "points", "code", "parameters", "source", "evidence")


def insert_reasons(work: Work, new: Iterable[Alert]) -> None:
    """Insert the reasons of new alerts."""
    rows = (row for alert in new for row in _rows(alert))
    insert_rows(work.connection, tables.reason, _REASON, rows)


def replace_reasons(work: Work, changed: Sequence[Alert]) -> None:
    """Replace the reasons of stored alerts."""
    for some in slices([alert.id for alert in changed]):
        gone = delete(tables.reason).where(tables.reason.c.alert.in_(some))
        work.connection.execute(gone)
    insert_reasons(work, changed)


def _rows(alert: Alert) -> Iterator[tuple[object, ...]]:
    for number, reason in enumerate(alert.reasons, start=1):
        evidence = reason.evidence and msgspec.json.encode(reason.evidence).decode()
        says, source = kept(reason.says), plain(reason.source)
        yield alert.id, number, reason.rule, reason.points, *says, source, evidence


def insert_party_alerts(work: Work, found: Iterable[Alert], new: Sequence[str]) -> None:
    """Link new alerts to the parties that their lines name.

    Args:
        work: A write transaction; lines, parties and alerts are stored.
        found: The alerts, possibly with others.
        new: Ids of those not stored before.
    """
    secret = {alert.id for alert in found if alert.restricted}
    for restricted in (0, 1):
        ids = [each for each in new if (each in secret) == bool(restricted)]
        for some in slices(ids):
            _insert(work, some, restricted)


def _insert(work: Work, ids: Sequence[str], restricted: int) -> None:
    a, n, k = tables.alert.c, tables.line.c, tables.party_line.c
    lines = tables.alert.join(tables.line, (n.source == a.source) & (n.row == a.row))
    named = lines.join(tables.party_line, k.line == n.id)
    rows = select(k.party, a.id, literal(restricted)).distinct().select_from(named)
    target = insert(tables.party_alert)
    columns = ("party", "alert", "restricted")
    work.connection.execute(target.from_select(columns, rows.where(a.id.in_(ids))))
