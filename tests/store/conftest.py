"""Lines, alerts and refusals to put into a database, and who puts them there."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from msgspec import structs
from tests.removers import LISTED, OFFICER, Make, MakeBatch, remover

from tidewaiter.base.phrases import as_written
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import LINES, Alert, Evidence, Line, Reason, Refusal


@pytest.fixture
def stamp() -> Stamp:
    """Say who works, and when."""
    return Stamp(who="officer", at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def source() -> Source:
    """Describe a file."""
    return Source(sha256="a" * 64, name="manifest.csv", size=1200, mapping={"goods": "Goods"})


@pytest.fixture
def run() -> Run:
    """Describe a run."""
    return Run(day=date(2026, 3, 1), registry="b" * 64, rules="1")


@pytest.fixture
def reading(source: Source, run: Run) -> tuple[Source, Run]:
    """Describe a file and a run over it."""
    return source, run


@pytest.fixture
def make_lines() -> Callable[[int, int], pa.RecordBatch]:
    """Make a batch of lines from the first row to the last, both in it."""

    def make(first: int, last: int) -> pa.RecordBatch:
        rows = [_line(row) for row in range(first, last + 1)]
        return pa.RecordBatch.from_pylist(rows, schema=LINES)

    return make


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    """Make an alert about a row; keywords replace what it says."""

    def make(row: int, **change: object) -> Alert:
        reasons = (
            Reason(
                rule="named",
                says=as_written("The goods are named."),
                points=40,
                source="un-1988-tables",
                evidence=Evidence(field="goods", start=0, end=8, text="acetone\0"),
            ),
            Reason(rule="route", says=as_written("A detour."), points=20, source="rules"),
        )
        facts: dict[str, object] = {
            "id": f"alert-{row}",
            "file": "manifest.csv",
            "row": row,
            "consignment": f"C{row}",
            "seq": 1,
            "day": date(2026, 3, 1),
            "severity": "high",
            "score": 60,
            "rank": 600 + row,
            "due": date(2026, 3, row % 28 + 1),
            "days_left": row,
            "substances": ("acetone",),
            "title": as_written(f"Acetone in row {row}"),
            "line": Line(row=row, consignment=f"C{row}", seq=1, value=Decimal("1.5000")),
            "mentions": (),
            "reasons": reasons,
            "law": (),
        }
        return Alert(**(facts | change))  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_refusal() -> Callable[[int], Refusal]:
    """Make a refusal of a field of a row."""

    def make(row: int) -> Refusal:
        return Refusal(
            row=row,
            column="mass",
            value="25 kgs\0",
            problem='"25 kgs" is not a mass',
            hint='write "25 kg"',
            screened=True,
        )

    return make


@pytest.fixture
def make_batch(
    make_lines: Callable[[int, int], pa.RecordBatch],
    make_alert: Callable[..., Alert],
    make_refusal: Callable[[int], Refusal],
) -> Callable[[int, int], Batch]:
    """Make a batch with an alert and a refusal about each row."""

    def make(first: int, last: int) -> Batch:
        rows = range(first, last + 1)
        return Batch(
            lines=make_lines(first, last),
            alerts=[make_alert(row) for row in rows],
            refusals=[make_refusal(row) for row in rows],
            done_row=last,
        )

    return make


@pytest.fixture
def put(
    database: Database, reading: tuple[Source, Run], make_batch: MakeBatch
) -> Callable[..., None]:
    """Store alerts about the rows from 1 to 40."""

    def put_(*found: Alert) -> None:
        with database.work(OFFICER) as work:
            batch = structs.replace(make_batch(1, 40), alerts=found, refusals=())
            add_batch(work, begin_screening(work, *reading).id, batch)

    return put_


@pytest.fixture
def removers(database: Database, put: Callable[..., None], make_alert: Make) -> Database:
    """Store six removers, a strong one, a restricted one, and two alerts of another kind."""
    some = [remover(make_alert, row) for row in range(1, 7)]
    put(
        *some,
        remover(make_alert, 7, parties=(LISTED,)),
        remover(make_alert, 8, restricted=True),
        make_alert(9),
        make_alert(10),
    )
    return database


def _line(row: int) -> dict[str, object]:
    return {
        "row": row,
        "consignment": f"C{row // 2}",
        "seq": row % 2 + 1,
        "goods": f"acetone in drums, lot {row}",
        "hs": "29141100" if row % 2 else "39241000",
        "cas": ["67-64-1"] if row % 2 else None,
        "un": "1090",
        "value": Decimal("12.3400"),
        "arrival": date(2026, 3, row % 28 + 1),
        "parties": [{"role": "exporter", "name": "A trader"}],
    }
