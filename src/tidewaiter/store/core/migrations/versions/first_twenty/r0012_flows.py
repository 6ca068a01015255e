"""Routes of alerts, for totals by route.

Every stored alert is read once. As with the index of the queue, routes are derived data and follow
the version that upgrades.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa
from alembic import op

from tidewaiter.base.records import Record
from tidewaiter.casework.flows import known_mass, month_number
from tidewaiter.trade.flows import Journey, direct, journey_of
from tidewaiter.trade.types import Line, Party, Stop

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BLOCK = 4_096
PAGE = 5_000


class Way(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A line, with only the fields that flows use."""

    origin: str | None = None
    net_mg: int | None = None
    parties: tuple[Party, ...] | None = None
    route: tuple[Stop, ...] | None = None


class Sent(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An alert, with only the fields that flows use."""

    due: date | None
    line: Way


def upgrade() -> None:
    """Create the tables, and fill them from the stored alerts."""
    op.create_table(
        "route",
        sa.Column("id", WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("origin", "via", "destination")),
        sa.UniqueConstraint("origin", "via", "destination", name="route_once"),
        sqlite_strict=True,
    )
    columns = ("route", "month", "net_mg", "again")
    op.create_table(
        "route_ends",
        sa.Column("block", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("ends", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "alert_flow",
        sa.Column("block", WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in columns),
        sqlite_strict=True,
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    routes: dict[Journey, int] = {}
    first: dict[tuple[int, int], int] = {}
    reads = msgspec.json.Decoder(Sent)
    table = sa.table("alert_flow", *map(sa.column, ("block", "route", "month", "net_mg", "again")))
    for block, rows in groupby(_alerts(connection), lambda row: row["number"] // BLOCK):
        held, again = [], []
        for row in rows:
            alert = reads.decode(row["payload"])
            journey = journey_of(_line(alert.line))
            route = routes.setdefault(journey, len(routes))
            routes.setdefault(direct(journey), len(routes))
            held.append((route, month_number(alert.due), known_mass(alert.line.net_mg)))
            begun = first.setdefault((row["source"], row["row"]), row["number"])
            if begun != row["number"]:
                again.append((row["number"], begun))
        made = {
            "block": block,
            "again": np.array(again, "<i8").tobytes(),
            "route": np.array([each[0] for each in held], "<i4").tobytes(),
            "month": np.array([each[1] for each in held], "<i4").tobytes(),
            "net_mg": np.array([each[2] for each in held], "<i8").tobytes(),
        }
        connection.execute(sa.insert(table), [made])
    _write(connection, routes)
    _write_ends(connection, routes)


def _line(way: Way) -> Line:
    return Line(
        row=0, consignment="", seq=0, origin=way.origin, parties=way.parties, route=way.route
    )


def _write(connection: sa.Connection, routes: dict[Journey, int]) -> None:
    names = ("id", "origin", "via", "destination")
    rows = [
        dict(zip(names, (number, each.origin, " ".join(each.via), each.destination), strict=True))
        for each, number in routes.items()
    ]
    for start in range(0, len(rows), PAGE):
        connection.execute(
            sa.insert(sa.table("route", *map(sa.column, names))), rows[start : start + PAGE]
        )


def _write_ends(connection: sa.Connection, routes: dict[Journey, int]) -> None:
    ends = np.array([routes[direct(each)] for each in routes], "<i4")
    table = sa.table("route_ends", sa.column("block"), sa.column("ends"))
    for first in range(0, len(ends), BLOCK):
        made = {"block": first // BLOCK, "ends": ends[first : first + BLOCK].tobytes()}
        connection.execute(sa.insert(table), [made])


def _alerts(connection: sa.Connection) -> Iterator[Any]:
    """Read the alerts by number, in pages."""
    alert = sa.table("alert", *map(sa.column, ("number", "source", "row", "payload")))
    query = sa.select(alert).order_by(alert.c.number).limit(PAGE)
    last = -1
    while page := connection.execute(query.where(alert.c.number > last)).mappings().all():
        yield from page
        last = page[-1]["number"]
