"""Alerts: each stored once, and read by id. The queue searches by content."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import func, select

from tidewaiter.base.phrases import english
from tidewaiter.store.alerts.counts import count_new
from tidewaiter.store.alerts.flows import index_flows
from tidewaiter.store.alerts.inverted_index import index_alerts
from tidewaiter.store.alerts.notes import (
    insert_alert_parties,
    insert_party_alerts,
    insert_reasons,
    with_notes,
)
from tidewaiter.store.alerts.webhooks import announce
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_rows, slices
from tidewaiter.store.core.columns import decode, encode, key, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.suppression.index import hide_new
from tidewaiter.trade.types import Alert

_ALERT = (
    "id",
    "source",
    "row",
    "screening",
    "consignment",
    "seq",
    "severity",
    "score",
    "rank",
    "due",
    "day",
    "title",
    "payload",
    "stored",
    "number",
    "restricted",
)


def add_alerts(work: Work, screening_id: int, found: Sequence[Alert]) -> tuple[str, ...]:
    """Store new alerts on stored lines; existing ones are skipped.

    Args:
        work: A write transaction.
        screening_id: Of the screening that found them; its source holds the lines.
        found: Alerts of that source.

    Returns:
        The ids of the new ones, in the given order.
    """
    s = tables.screening
    source = work.connection.execute(select(s.c.source).where(s.c.id == screening_id)).scalar_one()
    new = insert_alerts(work, source, screening_id, found)
    if new:
        insert_party_alerts(work, found, new)
        added = s.c.new_alerts + len(new)
        work.connection.execute(s.update().where(s.c.id == screening_id).values(new_alerts=added))
        record_change(work, "alerts added", {"screening": screening_id, "new_alerts": len(new)})
    return new


def insert_alerts(
    work: Work, source: int, screening_id: int, found: Sequence[Alert]
) -> tuple[str, ...]:
    """Insert new alerts; the caller writes the audit entry.

    Alerts covered by an active suppression rule are suppressed from the start.

    Args:
        work: A write transaction.
        source: Id of the source of their lines.
        screening_id: Of the screening.
        found: Alerts; of duplicates by id, the first counts.

    Returns:
        The ids of the new ones, in the given order.
    """
    distinct = {alert.id: alert for alert in reversed(found)}
    known = known_alerts(work, found)
    order = dict.fromkeys(alert.id for alert in found if alert.id not in known)
    new = [distinct[name] for name in order]
    stored = list(enumerate(new, start=next_number(work)))
    at = moment(stamp_of(work).at)
    rows = (_alert_row(alert, source, screening_id, at, number) for number, alert in stored)
    insert_rows(work.connection, tables.alert, _ALERT, rows)
    named = (row for alert in new for row in _substance_rows(alert))
    insert_rows(work.connection, tables.alert_substance, ("alert", "substance"), named)
    insert_reasons(work, new)
    insert_alert_parties(work, new)
    count_new(work, new)
    index_alerts(work, stored, screening_id)
    index_flows(work, source, stored)
    resting = hide_new(work, new)
    announce(work, [alert for alert in new if alert.id not in resting])
    return tuple(order)


def known_alerts(work: Work, found: Iterable[Alert]) -> set[str]:
    """Return the ids of those alerts that are stored.

    Args:
        work: Any transaction.
        found: Alerts.
    """
    c = tables.alert.c
    ids = list(dict.fromkeys(alert.id for alert in found))
    known: set[str] = set()
    for some in slices(ids):
        wanted = select(c.id).where(c.id.in_(some))
        known.update(work.connection.execute(wanted).scalars())
    return known


def find_alert(work: Work, alert_id: str) -> Alert | None:
    """Find an alert by its id.

    Raises:
        StoreError: The stored alert cannot be decoded.
    """
    c = tables.alert.c
    payload = work.connection.execute(select(c.payload).where(c.id == alert_id)).scalar()
    if payload is None:
        return None
    return with_notes(work, [decode(payload, Alert, f"alert {alert_id}")])[0]


def alerts_of(work: Work, ids: Sequence[str]) -> list[Alert]:
    """Read alerts by their ids, in the given order; unknown ids are omitted.

    Raises:
        StoreError: A stored alert cannot be decoded.
    """
    c = tables.alert.c
    read: dict[str, Alert] = {}
    for some in slices(ids):
        wanted = select(c.id, c.payload).where(c.id.in_(some))
        for name, payload in work.connection.execute(wanted):
            read[name] = decode(payload, Alert, f"alert {name}")
    return with_notes(work, [read[name] for name in ids if name in read])


def ids_of_source(work: Work, source: int) -> list[str]:
    """Return the ids of all alerts of a source, in the order of its rows."""
    c = tables.alert.c
    wanted = select(c.id).where(c.source == source).order_by(c.row, c.number)
    return list(work.connection.execute(wanted).scalars())


def next_number(work: Work) -> int:
    """Return the number of the next stored alert; later ones get greater numbers."""
    last = work.connection.execute(select(func.max(tables.alert.c.number))).scalar()
    return 0 if last is None else int(last) + 1


def _alert_row(
    alert: Alert, source: int, screening: int, at: str, number: int
) -> tuple[object, ...]:
    return (
        alert.id,
        source,
        alert.row,
        screening,
        key(alert.consignment),
        alert.seq,
        alert.severity,
        alert.score,
        alert.rank,
        alert.due and alert.due.isoformat(),
        alert.day.isoformat(),
        plain(english(alert.title)),
        encode(alert),
        at,
        number,
        int(alert.restricted),
    )


def _substance_rows(alert: Alert) -> Iterator[tuple[str, str]]:
    for slug in dict.fromkeys(alert.substances):
        yield alert.id, slug
