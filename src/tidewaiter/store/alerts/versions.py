"""Versions of an alert: its original content, and later changes from other lines.

The alert table holds the current version, so every reader sees the same. Version 0 comes from the
screening of its own line; each further version applies from its moment on. Once an alert is
decided, the version that the officer saw is never replaced.

An undecided alert, or one with its decision undone, changes as a whole: reasons, score, severity,
rank and index terms, together with the counts. A decided alert is left unchanged; a new finding
adds a dated note without points: what the alert did not contain yet, once for each decision.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import structs
from sqlalchemy import bindparam, select, update

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.store.alerts.counts import tallied
from tidewaiter.store.alerts.inverted_index import change_terms, terms_of
from tidewaiter.store.alerts.notes import Due, Entry, Note, add_notes, replace_reasons, with_notes
from tidewaiter.store.alerts.webhooks import announce
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import put, slices
from tidewaiter.store.core.columns import decode, encode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.suppression.index import bring_back_changed
from tidewaiter.trade.types import Alert, Holding, Reason


class Said(Record, frozen=True, kw_only=True):
    """The part of an alert that other lines may change."""

    severity: Severity
    score: int
    rank: int
    reasons: tuple[Reason, ...]
    law: tuple[Holding, ...]


class Version(Record, frozen=True, kw_only=True):
    """The content of an alert from a moment on."""

    number: int  # 0: from its own line
    step: int | None  # last step of its history at that time
    at: str  # ISO 8601, UTC
    digest: str  # SHA-256 of the record below, as stored; decisions refer to it
    said: Said


def said_by(alert: Alert) -> Said:
    """Return the part of an alert that other lines may change."""
    return Said(**{name: getattr(alert, name) for name in Said.__struct_fields__})


def saying(alert: Alert, said: Said) -> Alert:
    """Return an alert with other content."""
    return structs.replace(alert, **structs.asdict(said))


def written(said: Said) -> tuple[str, str]:
    """Return the digest of the content, and its JSON."""
    payload = encode(said)
    return hashlib.sha256(payload.encode()).hexdigest(), payload


def versions_of(work: Work, alert: str) -> list[Version]:
    """Read the versions of an alert, first one first; empty if other lines never changed it.

    Raises:
        StoreError: A stored version cannot be decoded.
    """
    c = tables.alert_version.c
    rows = work.connection.execute(
        select(tables.alert_version).where(c.alert == alert).order_by(c.number)
    )
    return [
        Version(
            number=row.number,
            step=row.step,
            at=row.at,
            digest=row.digest,
            said=decode(row.payload, Said, f"version {row.number} of alert {alert}"),
        )
        for row in rows
    ]


def last_digests(work: Work, alerts: Sequence[str]) -> dict[str, str]:
    """Return the content digest of alerts changed by other lines; others are omitted."""
    return {name: digest for name, (_, _, digest) in last_versions(work, alerts).items()}


def last_versions(work: Work, alerts: Sequence[str]) -> Mapping[str, tuple[int, int | None, str]]:
    """Return number, step and digest of the latest version of alerts that have any."""
    c = tables.alert_version.c
    found: dict[str, tuple[int, int | None, str]] = {}
    for some in slices(alerts):
        wanted = select(c.alert, c.number, c.step, c.digest).where(c.alert.in_(some))
        for alert, *row in work.connection.execute(wanted.order_by(c.alert, c.number)):
            found[alert] = (row[0], row[1], row[2])
    return found


def first_said(work: Work, alerts: Sequence[str]) -> dict[str, Said]:
    """Return the original content of alerts that other lines have changed since.

    Raises:
        StoreError: A stored version cannot be decoded.
    """
    c = tables.alert_version.c
    found: dict[str, Said] = {}
    for some in slices(alerts):
        wanted = select(c.alert, c.payload).where(c.alert.in_(some), c.number == 0)
        for alert, payload in work.connection.execute(wanted):
            found[alert] = decode(payload, Said, f"version 0 of alert {alert}")
    return found


def as_found(work: Work, alerts: Sequence[Alert]) -> list[Alert]:
    """Return stored alerts without findings from other lines."""
    first = first_said(work, [alert.id for alert in alerts])
    return [saying(a, first[a.id]) if a.id in first else a for a in alerts]


OPEN = ("open", "suppressed")
"""SQL condition: the alert has no current decision."""

_VERSION = ("alert", "number", "step", "at", "digest", "payload")


class Marked(Record, frozen=True, kw_only=True):
    """Result of adding findings from other lines."""

    changed: tuple[Alert, ...] = ()  # current content
    raised: int = 0  # of these, with a changed severity
    noted: tuple[str, ...] = ()  # ids of decided alerts that got a note


class _Stored(Record, frozen=True, kw_only=True):
    alert: Alert  # current content, without notes
    number: int
    status: str
    step: int | None
    stored: str


def mark_alerts(work: Work, ids: Sequence[str], mark: Callable[[Alert], Alert]) -> Marked:
    """Replace the findings that other lines give on alerts.

    Args:
        work: A write transaction.
        ids: Alert ids; unknown ids are skipped.
        mark: Takes an alert as its own line gave it, and adds the findings from other lines.

    Returns:
        The changes; nothing is written if the findings are the same.
    """
    rows = _read(work, list(dict.fromkeys(ids)))
    first = first_said(work, [row.alert.id for row in rows])
    fresh: list[tuple[_Stored, Alert]] = []
    told: list[tuple[_Stored, Alert]] = []
    for row in rows:
        alert = row.alert
        made = mark(saying(alert, first[alert.id]) if alert.id in first else alert)
        now = saying(alert, said_by(made))
        if now != alert:
            (fresh if row.status in OPEN else told).append((row, now))
    noted = _note(work, told)
    if not fresh:
        return Marked(noted=noted)
    _change(work, fresh, first)
    return Marked(
        changed=tuple(now for _, now in fresh),
        raised=sum(now.severity != row.alert.severity for row, now in fresh),
        noted=noted,
    )


def _change(
    work: Work, fresh: Sequence[tuple[_Stored, Alert]], first: Mapping[str, object]
) -> None:
    """Write changed alerts."""
    now = [alert for _, alert in fresh]
    ids = [alert.id for alert in now]
    was = {row.alert.id: row.alert.severity for row, _ in fresh}
    digests = _write_versions(work, fresh, first)
    with tallied(work, ids, reasons=True):
        _update(work, now)
        replace_reasons(work, now)
    _index(work, fresh)
    back = bring_back_changed(work, ids)
    resting = {row.alert.id for row, _ in fresh if row.status == "suppressed"} - back
    other = [a for a in now if a.severity != was[a.id] and a.id not in resting]
    announce(work, other, was)
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    said: Details = {
        "alerts": len(ids),
        "first": ids[0],
        "severities": sum(alert.severity != was[alert.id] for alert in now),
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
    }
    record_change(work, "alerts marked", said)


def _read(work: Work, ids: Sequence[str]) -> list[_Stored]:
    c = tables.alert.c
    found = []
    for some in slices(ids):
        wanted = select(c.id, c.payload, c.number, c.status, c.decided, c.stored)
        for row in work.connection.execute(wanted.where(c.id.in_(some)).order_by(c.number)):
            alert = decode(row.payload, Alert, f"alert {row.id}")
            found.append(
                _Stored(
                    alert=alert,
                    number=row.number,
                    status=row.status,
                    step=row.decided,
                    stored=row.stored,
                )
            )
    return found


def _write_versions(
    work: Work, fresh: Sequence[tuple[_Stored, Alert]], first: Mapping[str, object]
) -> dict[str, str]:
    """Store the previous and current content; return the digest of the current content."""
    at = moment(stamp_of(work).at)
    last = last_versions(work, [alert.id for _, alert in fresh])
    rows: list[tuple[object, ...]] = []
    digests: dict[str, str] = {}
    for row, now in fresh:
        if now.id not in first:
            rows.append((now.id, 0, None, row.stored, *written(said_by(row.alert))))
        number, step, _ = last.get(now.id, (0, None, ""))
        seen = number == 0 or step != row.step  # by a decision, even one since undone
        digest, payload = written(said_by(now))
        rows.append((now.id, number + seen, row.step, at, digest, payload))
        digests[now.id] = digest
    put(work.connection, tables.alert_version, _VERSION, rows)
    return digests


def _update(work: Work, now: Sequence[Alert]) -> None:
    c = tables.alert.c
    names = ("severity", "score", "rank", "payload")
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    chosen = update(tables.alert).where(c.id == bindparam("this")).values(**values)
    rows = [
        {
            "this": alert.id,
            "new_severity": alert.severity,
            "new_score": alert.score,
            "new_rank": alert.rank,
            "new_payload": encode(alert),
        }
        for alert in now
    ]
    work.connection.execute(chosen, rows)


def _index(work: Work, fresh: Sequence[tuple[_Stored, Alert]]) -> None:
    """Index alerts by their current content, including notes."""
    added: dict[str, list[int]] = defaultdict(list)
    removed: dict[str, list[int]] = defaultdict(list)
    noted = with_notes(work, [now for _, now in fresh])
    for (row, _), now in zip(fresh, noted, strict=True):
        before, after = terms_of(row.alert), terms_of(now)
        for name in after.keys() - before.keys():
            added[name].append(row.number)
        for name in before.keys() - after.keys():
            removed[name].append(row.number)
    change_terms(work, added, removed)


def _note(work: Work, told: Sequence[tuple[_Stored, Alert]]) -> tuple[str, ...]:
    """Add new findings to decided alerts as notes; return the ids of alerts that got one."""
    day = stamp_of(work).at.date()
    borne = _borne(work, [now.id for _, now in told])
    due = [
        each
        for row, now in told
        for each in _due(row, now, day)
        if (now.id, each.note.entry.entry, each.note.rule, plain(each.note.source)) not in borne
    ]
    add_notes(work, due)
    return tuple(dict.fromkeys(each.alert for each in due))


def _due(row: _Stored, now: Alert, day: date) -> Iterator[Due]:
    known = {(reason.rule, reason.source) for reason in row.alert.reasons}
    found: dict[tuple[str, str], list[Phrase]] = defaultdict(list)
    for reason in now.reasons:
        if (reason.rule, reason.source) not in known:
            found[reason.rule, reason.source].append(reason.says)
    for (rule, source), some in found.items():
        said = Phrase("note/after", day=day, told=some)
        entry = Entry(list="", entry=str(row.step))
        note = Note(entry=entry, rule=rule, day=day, says=said, source=source)
        yield Due(alert=now.id, note=note)


def _borne(work: Work, ids: Sequence[str]) -> set[tuple[str, str, str, str]]:
    c = tables.alert_note.c
    found: set[tuple[str, str, str, str]] = set()
    for some in slices(ids):
        wanted = select(c.alert, c.entry, c.rule, c.source).where(c.alert.in_(some), c.list == "")
        found.update((a, e, r, s) for a, e, r, s in work.connection.execute(wanted))
    return found
