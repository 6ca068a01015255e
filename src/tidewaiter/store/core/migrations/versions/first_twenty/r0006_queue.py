"""The index of the queue: the terms by which alerts are filtered, counted, searched and sorted.

Every stored alert is read once, which takes minutes for a million; 65,536 alerts are in memory at
a time. What only the previous ordering needed is dropped. Terms are derived data: they follow the
version that upgrades, and a version with other terms rebuilds the table.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa
from alembic import op

from tidewaiter.base.phrases import read_phrase
from tidewaiter.store.alerts.bitmaps import BLOCK, packed
from tidewaiter.store.alerts.inverted_index import terms_of
from tidewaiter.trade.types import Alert

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 5_000
KEY_LENGTH = 200
_GONE = (
    "alert_rank",
    "alert_severity",
    "alert_status",
    "alert_assignee",
    "alert_due",
    "alert_consignment",
)


def upgrade() -> None:
    """Number the alerts, and index them."""
    op.create_table(
        "alert_term",
        sa.Column("term", TEXT, primary_key=True),
        sa.Column("block", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("bits", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("owner", WHOLE, sa.ForeignKey("account.id"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("name", "filter", "sort")),
        sa.Column("shared", WHOLE, nullable=False),
        sa.UniqueConstraint("owner", "name", name="saved_filter_once"),
        sqlite_strict=True,
    )
    op.add_column("alert", sa.Column("number", WHOLE))
    op.add_column("alert", sa.Column("restricted", WHOLE, nullable=False, server_default="0"))
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":  # its compression does not reduce bitmaps
        op.execute("ALTER TABLE alert_term ALTER COLUMN bits SET STORAGE EXTERNAL")
    _number(connection)
    for name in _GONE:
        op.drop_index(name, "alert")
    op.create_index("alert_number", "alert", ["number"], unique=True)
    op.create_index("alert_consignment", "alert", ["consignment", "number"])
    _index(connection)


def _number(connection: sa.Connection) -> None:
    """Number the alerts in the order of their screenings and rows."""
    connection.execute(
        sa.text(
            "UPDATE alert SET number = placed.number FROM (SELECT id, row_number() OVER "
            '(ORDER BY screening, source, "row", id) - 1 AS number FROM alert) AS placed '
            "WHERE alert.id = placed.id"
        )
    )


def _index(connection: sa.Connection) -> None:
    table = sa.table("alert_term", *map(sa.column, ("term", "block", "bits")))
    restricted = sa.text("UPDATE alert SET restricted = 1 WHERE number = :number")
    notes = _rules_of_notes(connection)
    for block, rows in groupby(_alerts(connection), lambda row: row["number"] // BLOCK):
        found: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            alert = msgspec.json.decode(row["payload"], type=Alert, dec_hook=read_phrase)
            for term in (*_state(row), *terms_of(alert), *notes.get(row["id"], ())):
                places = found[term]
                if not places or places[-1] != row["number"] % BLOCK:
                    places.append(row["number"] % BLOCK)
            if alert.restricted:
                connection.execute(restricted, {"number": row["number"]})
        made = [
            {"term": term, "block": block, "bits": packed(np.array(found[term], np.int64))}
            for term in sorted(found)
        ]
        for start in range(0, len(made), PAGE):
            connection.execute(sa.insert(table), made[start : start + PAGE])


def _state(row: Any) -> tuple[str, ...]:
    """Return the terms for actions on an alert since it was stored."""
    assignee = (row["assignee"] or "")[:KEY_LENGTH]
    return (
        "any:",
        f"status:{row['status']}",
        f"assignee:{assignee}",
        f"screening:{row['screening']}",
    )


def _rules_of_notes(connection: sa.Connection) -> dict[str, list[str]]:
    note = sa.table("alert_note", sa.column("alert"), sa.column("rule"))
    found: dict[str, list[str]] = defaultdict(list)
    for alert, rule in connection.execute(sa.select(note.c.alert, note.c.rule).distinct()):
        found[alert].append(f"rule:{rule}")
    return found


def _alerts(connection: sa.Connection) -> Iterator[Any]:
    """Read the alerts by number, in pages."""
    names = ("number", "id", "screening", "status", "assignee", "payload")
    alert = sa.table("alert", *map(sa.column, names))
    query = sa.select(alert).order_by(alert.c.number).limit(PAGE)
    last = -1
    while page := connection.execute(query.where(alert.c.number > last)).mappings().all():
        yield from page
        last = page[-1]["number"]
