"""An older database gets its flows by the upgrade, as if they had been there from the start."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select

from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.core.migrations.versions.first_twenty import r0012_flows
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import Alert, Line, Stop

TABLES = (tables.alert_flow, tables.route_ends, tables.route)
WAYS = [("CN", "SG", "MX"), ("CN", "MX"), ("China", "MX"), ("", "US"), ("IN", "NL", "AE", "US")]


def _held(work: Work) -> dict[str, Sequence[Any]]:
    return {
        table.name: sorted(tuple(row) for row in work.connection.execute(select(table)))
        for table in TABLES
    }


def _line(row: int) -> Line:
    *before, last = WAYS[row % len(WAYS)]
    functions = ["loading", *["transit"] * (len(before) - 1)]
    stops = [Stop(function=f, country=c) for f, c in zip(functions, before, strict=True) if c]
    stops.append(Stop(function="destination", country=last))
    mass = None if row % 3 else row * 1_000
    return Line(row=row, consignment=f"C{row}", seq=1, net_mg=mass, route=tuple(stops))


def test_flows_are_made_from_stored_alerts(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_alert: Callable[..., Alert],
    make_lines: Callable[[int, int], pa.RecordBatch],
) -> None:
    """The upgrade writes what storing the same alerts one batch after the other has written."""
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading)
        for first in (1, 11):
            rows = range(first, first + 10)
            some = [make_alert(row, line=_line(row)) for row in rows]
            again = [make_alert(row, id=f"again-{row}", line=_line(row)) for row in rows if row % 2]
            lines = make_lines(first, first + 9)
            batch = Batch(lines=lines, alerts=[*some, *again], done_row=first + 9)
            add_batch(work, screening.id, batch)
        before = _held(work)
        assert before["alert_flow"][0][-1]  # some are not the first on their line
        for table in TABLES:
            table.drop(work.connection)
        with Operations.context(MigrationContext.configure(work.connection)):
            r0012_flows.upgrade()
        assert _held(work) == before
