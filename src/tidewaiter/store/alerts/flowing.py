"""What flows where: the routes of alerts, and in columns which alert is on which."""

from sqlalchemy import Column, LargeBinary, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

route = Table(
    "route",
    METADATA,
    Column("id", WHOLE, primary_key=True, autoincrement=False),  # from 0, without a gap
    Column("origin", TEXT, nullable=False),  # ISO 3166-1 alpha-2; "": not known
    Column("via", TEXT, nullable=False),  # "NL SG"
    Column("destination", TEXT, nullable=False),
    UniqueConstraint("origin", "via", "destination", name="route_once"),
    sqlite_strict=True,
)

route_ends = Table(
    "route_ends",
    METADATA,
    Column("block", WHOLE, primary_key=True, autoincrement=False),  # id of the route // 4,096
    Column(
        "ends", LargeBinary, nullable=False
    ),  # 4 bytes for each: the direct one between its ends
    sqlite_strict=True,
)

alert_flow = Table(
    "alert_flow",
    METADATA,
    Column("block", WHOLE, primary_key=True, autoincrement=False),  # number of the alert // 4,096
    Column("route", LargeBinary, nullable=False),  # 4 bytes for each alert of the block
    Column("month", LargeBinary, nullable=False),  # 4 bytes: months since the year 0; 0: no day
    Column("net_mg", LargeBinary, nullable=False),  # 8 bytes for each; -1: not known
    Column("again", LargeBinary, nullable=False),  # 16 bytes for each that is not its line's first
    sqlite_strict=True,
)
