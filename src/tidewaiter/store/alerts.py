"""Alerts: stored once, read back the most urgent first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, get_args

import msgspec
from sqlalchemy import ColumnElement, and_, func, insert, or_, select

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.consignments.types import Alert, Severity
from tidewaiter.store import tables
from tidewaiter.store.audit import record_change
from tidewaiter.store.database import Work
from tidewaiter.store.notes import insert_alert_parties, with_notes
from tidewaiter.store.payloads import decode, encode, key, plain
from tidewaiter.store.webhooks import announce

CHUNK = 500  # ids asked for at a time; SQLite takes 32,766 values in a statement


class AlertFilter(Record, frozen=True, kw_only=True):
    """Which alerts to show; what is None does not matter."""

    severity: Severity | None = None
    substance: str | None = None  # slug
    rule: str | None = None  # of one of its reasons
    source: int | None = None  # id
    screening: int | None = None  # id of the one that first found it
    consignment: str | None = None
    status: Status | None = None
    assignee: str | None = None  # "": nobody
    due_from: date | None = None
    due_to: date | None = None  # the day itself too


class Seen(Record, frozen=True, kw_only=True):
    """The last alert of a page; the next page begins after it."""

    rank: int
    id: str


def add_alerts(work: Work, screening_id: int, found: Sequence[Alert]) -> tuple[str, ...]:
    """Store the alerts that are not there yet, about lines that are.

    Args:
        work: Begun with a stamp.
        screening_id: Of the screening that found them; its source holds the lines.
        found: Alerts of that source.

    Returns:
        The ids of the new ones, in the order given.
    """
    s = tables.screening
    source = work.connection.execute(select(s.c.source).where(s.c.id == screening_id)).scalar_one()
    new = insert_alerts(work, source, screening_id, found)
    if new:
        added = s.c.new_alerts + len(new)
        work.connection.execute(s.update().where(s.c.id == screening_id).values(new_alerts=added))
        record_change(work, "alerts added", {"screening": screening_id, "new_alerts": len(new)})
    return new


def insert_alerts(
    work: Work, source: int, screening_id: int, found: Sequence[Alert]
) -> tuple[str, ...]:
    """Insert the alerts that are not there yet; whoever calls writes the audit.

    Args:
        work: Begun with a stamp, so that no other writer is at work.
        source: Id of the source of their lines.
        screening_id: Of the screening.
        found: Alerts; of two with one id, the first counts.

    Returns:
        The ids of the new ones, in the order given.
    """
    distinct = {alert.id: alert for alert in reversed(found)}
    known = known_alerts(work, found)
    order = dict.fromkeys(alert.id for alert in found if alert.id not in known)
    new = [distinct[name] for name in order]
    if new:
        rows = [_alert_row(alert, source, screening_id) for alert in new]
        work.connection.execute(insert(tables.alert), rows)
    for table, details in (
        (tables.alert_substance, [row for alert in new for row in _substance_rows(alert)]),
        (tables.reason, [row for alert in new for row in _reason_rows(alert)]),
    ):
        if details:
            work.connection.execute(insert(table), details)
    insert_alert_parties(work, new)
    announce(work, new)
    return tuple(order)


def known_alerts(work: Work, found: Iterable[Alert]) -> set[str]:
    """Return the ids of those alerts that are stored.

    Args:
        work: Any.
        found: Alerts.
    """
    c = tables.alert.c
    ids = list(dict.fromkeys(alert.id for alert in found))
    known: set[str] = set()
    for start in range(0, len(ids), CHUNK):
        wanted = select(c.id).where(c.id.in_(ids[start : start + CHUNK]))
        known.update(work.connection.execute(wanted).scalars())
    return known


def alerts(
    work: Work, wanted: AlertFilter | None = None, *, after: Seen | None = None, rows: int = 100
) -> list[Alert]:
    """Read alerts, the highest rank first, with the reasons that notes added since.

    Args:
        work: Any.
        wanted: The filter; None: all of them.
        after: The last alert seen; None: from the first.
        rows: How many at most.

    Raises:
        StoreError: An alert is not one that we wrote.
    """
    c = tables.alert.c
    query = select(c.id, c.payload).where(*_conditions(wanted or AlertFilter()))
    if after is not None:
        beyond = or_(c.rank < after.rank, and_(c.rank == after.rank, c.id < after.id))
        query = query.where(c.rank <= after.rank, beyond)
    found = work.connection.execute(query.order_by(c.rank.desc(), c.id.desc()).limit(rows))
    read = [decode(row.payload, Alert, f"alert {row.id}") for row in found]
    return with_notes(work, read)


def find_alert(work: Work, alert_id: str) -> Alert | None:
    """Find an alert by its id.

    Raises:
        StoreError: It is not one that we wrote.
    """
    c = tables.alert.c
    payload = work.connection.execute(select(c.payload).where(c.id == alert_id)).scalar()
    if payload is None:
        return None
    return with_notes(work, [decode(payload, Alert, f"alert {alert_id}")])[0]


def alerts_of(work: Work, ids: Sequence[str]) -> list[Alert]:
    """Read alerts by their ids, in the order of these; those that are not stored are absent.

    Raises:
        StoreError: One is not one that we wrote.
    """
    c = tables.alert.c
    read: dict[str, Alert] = {}
    for start in range(0, len(ids), CHUNK):
        wanted = select(c.id, c.payload).where(c.id.in_(ids[start : start + CHUNK]))
        for name, payload in work.connection.execute(wanted):
            read[name] = decode(payload, Alert, f"alert {name}")
    return with_notes(work, [read[name] for name in ids if name in read])


def count_by_severity(work: Work, wanted: AlertFilter | None = None) -> dict[Severity, int]:
    """Count alerts of each severity that a filter lets through; none are 0.

    Args:
        work: Any.
        wanted: The filter; None: all of them.
    """
    return _counts(work, "severity", get_args(Severity), wanted)


def count_by_status(work: Work, wanted: AlertFilter | None = None) -> dict[Status, int]:
    """Count alerts by where they stand, of those that a filter lets through; none are 0.

    Args:
        work: Any.
        wanted: The filter; None: all of them.
    """
    return _counts(work, "status", get_args(Status), wanted)


def _counts(
    work: Work, column: str, kinds: tuple[Any, ...], wanted: AlertFilter | None
) -> dict[Any, int]:
    c = tables.alert.c[column]
    query = select(c, func.count()).where(*_conditions(wanted or AlertFilter()))
    found = work.connection.execute(query.group_by(c)).all()
    counts = {kind: count for kind, count in found}  # noqa: C416
    return {kind: counts.get(kind, 0) for kind in kinds}


def _alert_row(alert: Alert, source: int, screening_id: int) -> Mapping[str, object]:
    return {
        "id": alert.id,
        "source": source,
        "row": alert.row,
        "screening": screening_id,
        "consignment": key(alert.consignment),
        "seq": alert.seq,
        "severity": alert.severity,
        "score": alert.score,
        "rank": alert.rank,
        "due": alert.due and alert.due.isoformat(),
        "day": alert.day.isoformat(),
        "title": plain(alert.title),
        "payload": encode(alert),
    }


def _substance_rows(alert: Alert) -> Iterator[Mapping[str, object]]:
    for slug in dict.fromkeys(alert.substances):
        yield {"alert": alert.id, "substance": slug}


def _reason_rows(alert: Alert) -> Iterator[Mapping[str, object]]:
    for number, reason in enumerate(alert.reasons, start=1):
        evidence = reason.evidence and msgspec.json.encode(reason.evidence).decode()
        yield {
            "alert": alert.id,
            "number": number,
            "rule": reason.rule,
            "points": reason.points,
            "text": plain(reason.text),
            "source": plain(reason.source),
            "evidence": evidence,
        }


def _conditions(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    c = tables.alert.c
    for name in ("severity", "source", "screening"):
        if (value := getattr(wanted, name)) is not None:
            yield c[name] == value
    if wanted.consignment is not None:
        yield c.consignment == key(wanted.consignment)
    if wanted.status is not None:
        yield c.status == wanted.status
    if wanted.assignee is not None:
        yield c.assignee == wanted.assignee if wanted.assignee else c.assignee.is_(None)
    if wanted.due_from is not None:
        yield c.due >= wanted.due_from.isoformat()
    if wanted.due_to is not None:
        yield c.due <= wanted.due_to.isoformat()
    if wanted.substance is not None:
        named = tables.alert_substance.c
        yield c.id.in_(select(named.alert).where(named.substance == wanted.substance))
    if wanted.rule is not None:
        given, later = tables.reason.c, tables.alert_note.c
        yield or_(
            c.id.in_(select(given.alert).where(given.rule == wanted.rule)),
            c.id.in_(select(later.alert).where(later.rule == wanted.rule)),
        )
