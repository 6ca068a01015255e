"""Bulk decisions, their members that await a second officer, and the order of the queue.

Alerts based on a list precede others of the same severity, so the index needs to know them. An
administrator can also work as an analyst, for offices with a single officer.
"""

import json
from collections import defaultdict

import numpy as np
import sqlalchemy as sa
from alembic import op

from tidewaiter.store.alerts.bitmaps import BLOCK, packed

revision = "0029"
down_revision = "0028"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 20_000


def upgrade() -> None:
    """Create the tables; stored decisions count as individual decisions, as far as is known."""
    op.create_table(
        "decision_batch",
        sa.Column("id", WHOLE, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("verdict", "reason", "note", "by")),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("left", WHOLE, nullable=False),
        sa.Column("undone_by", TEXT),
        sa.Column("undone_at", TEXT),
        sqlite_strict=True,
    )
    op.create_table(
        "decision_proposal",
        sa.Column("batch", WHOLE, sa.ForeignKey("decision_batch.id"), primary_key=True),
        sa.Column("alert", TEXT, sa.ForeignKey("alert.id"), primary_key=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("settled_by", TEXT),
        sa.Column("settled_at", TEXT),
        sqlite_strict=True,
    )
    op.create_index("decision_proposal_alert", "decision_proposal", ["alert", "state"])
    op.create_index("decision_proposal_state", "decision_proposal", ["state", "batch"])
    op.execute(
        "ALTER TABLE decision ADD COLUMN batch BIGINT REFERENCES decision_batch (id)"
        if op.get_bind().dialect.name == "postgresql"
        else "ALTER TABLE decision ADD COLUMN batch INTEGER REFERENCES decision_batch (id)"
    )
    op.create_index("decision_batch_of", "decision", ["batch", "id"])
    op.add_column("account", sa.Column("analyst", WHOLE, nullable=False, server_default="0"))
    _index(op.get_bind())


def _index(connection: sa.Connection) -> None:
    """Write whether each alert is based on a list entry."""
    term = sa.table("alert_term", *map(sa.column, ("term", "block", "bits")))
    connection.execute(sa.delete(term).where(term.c.term.in_(["listed:0", "listed:1"])))
    alert = sa.table("alert", *map(sa.column, ("id", "number", "payload")))
    listed = _listed(connection, alert)
    last = -1
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    numbers = sa.select(alert.c.number).order_by(alert.c.number).limit(PAGE)
    while page := connection.execute(numbers.where(alert.c.number > last)).scalars().all():
        for number in page:
            block, place = divmod(number, BLOCK)
            found[f"listed:{int(number in listed)}", block].append(place)
        last = page[-1]
    made = [
        {"term": name, "block": block, "bits": packed(np.array(places, np.int64))}
        for (name, block), places in sorted(found.items())
    ]
    if made:
        connection.execute(sa.insert(term), made)


def _listed(connection: sa.Connection, alert: sa.TableClause) -> set[int]:
    """Return the alerts with a match that was not dismissed as a different party."""
    party = sa.table("alert_party", sa.column("alert"))
    some = sa.select(alert.c.number, alert.c.payload).where(
        alert.c.id.in_(sa.select(party.c.alert))
    )
    return {
        number
        for number, payload in connection.execute(some)
        if any(not match.get("judged") for match in json.loads(payload).get("parties", ()))
    }
