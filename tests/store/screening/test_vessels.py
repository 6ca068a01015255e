"""Vessels of stored lines: each once, with the lines that name it."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from msgspec import structs
from sqlalchemy import select, update
from tests.removers import LISTED

from tidewaiter.base.errors import StoreError
from tidewaiter.store.alerts.notes import entries_by_party
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening import parties as vessels
from tidewaiter.store.screening.parties import entries_by_vessel, stored_vessels
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import LINES, Alert

SHIPS = [
    {"vessel": "EVER SO", "imo": "9074729"},
    {"goods": '"vessel":"X", "imo":"9811000"'},
    {"vessel": "EVER SO"},
    {"imo": "9319466"},
    {"voyage": "12E"},
    {"vessel": "EVER SO", "imo": "9074729", "voyage": "13W"},
]


@pytest.fixture
def filled(database: Database, stamp: Stamp, reading: tuple[Source, Run]) -> Database:
    """Store lines with a vessel and without."""
    rows = [
        {"row": number, "consignment": "C", "seq": number, **ship}
        for number, ship in enumerate(SHIPS, start=1)
    ]
    batch = Batch(
        lines=pa.RecordBatch.from_pylist(rows, schema=LINES),
        alerts=[],
        refusals=[],
        done_row=len(rows),
    )
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, batch)
    return database


def test_a_vessel_is_told_once_with_its_lines(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vessel names in text do not count, and any page size gives the same result."""
    found = stored_vessels(filled)
    assert found.ships == [("EVER SO", "9074729"), ("EVER SO", None), (None, "9319466")]
    assert [len(found.lines_of([place])) for place in range(3)] == [2, 1, 1]
    monkeypatch.setattr(vessels, "_ROWS", 2)
    again = stored_vessels(filled)
    assert (again.ships, again.lines_of([0, 2])) == (found.ships, found.lines_of([0, 2]))
    with filled.work() as work:
        assert entries_by_vessel(work, found, {0: "EVER SO"}) == {}


def test_a_line_that_cannot_be_read_is_an_error(filled: Database, stamp: Stamp) -> None:
    """It is not passed over."""
    with filled.work(stamp) as work:
        broken = update(tables.line).where(tables.line.c.row == 1)
        work.connection.execute(broken.values(payload='{"vessel":"A'))
    with pytest.raises(StoreError):
        stored_vessels(filled)


@pytest.mark.parametrize("role", ["vessel", "consignee"])
def test_a_firm_and_its_ship_of_one_name_have_each_their_own(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_alert: Callable[..., Alert],
    role: str,
) -> None:
    """Each has its own match; for an older alert without stored roles, both do."""
    firm = {"role": "consignee", "name": "EVER SO"}
    row = {"row": 1, "consignment": "C", "seq": 1, "vessel": "EVER SO", "parties": [firm]}
    alert = make_alert(1, parties=(structs.replace(LISTED, role=role, name="EVER SO"),))
    lines = pa.RecordBatch.from_pylist([row], schema=LINES)
    batch = Batch(lines=lines, alerts=[alert], done_row=1)
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, batch)
    found, resting = stored_vessels(database), {("own", "1")}

    def told() -> tuple[bool, bool]:
        with database.work() as work:
            ships = entries_by_vessel(work, found, {0: "EVER SO"})
            assert [*ships.values(), *entries_by_party(work).values()][0] == resting
            return bool(ships), bool(entries_by_party(work))

    assert told() == (role == "vessel", role == "consignee")
    kept = tables.alert_party
    with database.work(stamp) as work:
        assert work.connection.execute(select(kept.c.role)).scalars().all() == [role]
        work.connection.execute(update(kept).values(role=None))
    assert told() == (True, True)
