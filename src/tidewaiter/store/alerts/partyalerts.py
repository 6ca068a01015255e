"""Which alerts are about a line that names a party."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, literal, select

from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.slices import slices


def insert_party_alerts(work: Work, found: Iterable[Alert], new: Sequence[str]) -> None:
    """Say of new alerts which parties their lines name.

    Args:
        work: Begun with a stamp; lines, parties and alerts are stored.
        found: The alerts, and perhaps others.
        new: The ids of those that were not stored before.
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
