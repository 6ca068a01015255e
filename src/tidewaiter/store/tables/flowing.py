"""What flows where: the route of each alert, and what is counted on each route."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

route = Table(
    "route",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("origin", TEXT, nullable=False),  # ISO 3166-1 alpha-2; "": not known
    Column("via", TEXT, nullable=False),  # "NL SG"
    Column("destination", TEXT, nullable=False),
    UniqueConstraint("origin", "via", "destination", name="route_once"),
    sqlite_strict=True,
)

alert_route = Table(
    "alert_route",
    METADATA,
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("route", WHOLE, ForeignKey("route.id"), nullable=False),
    Column("month", TEXT, nullable=False),  # "2026-03"; "": not known
    Column("net_mg", WHOLE),
    Column("restricted", WHOLE, nullable=False),  # 0, 1
    Index("alert_route_route", "route", "alert"),
    sqlite_strict=True,
)

# One row for each sum that can be asked for; "" in the first three: any.
flow = Table(
    "flow",
    METADATA,
    Column("substance", TEXT, primary_key=True),
    Column("severity", TEXT, primary_key=True),
    Column("status", TEXT, primary_key=True),
    Column("restricted", WHOLE, primary_key=True, autoincrement=False),
    Column("month", TEXT, primary_key=True),
    Column("route", WHOLE, ForeignKey("route.id"), primary_key=True, autoincrement=False),
    Column("alerts", WHOLE, nullable=False),
    Column("lines", WHOLE, nullable=False),
    Column("net_kg", WHOLE, nullable=False),
    Column("rest_mg", WHOLE, nullable=False),
    Column("unweighed", WHOLE, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
