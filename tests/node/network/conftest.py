"""Consignments of parties to put into a database, and who works."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from tidewaiter.base.phrases import as_written
from tidewaiter.node.network.graph import Seen
from tidewaiter.node.network.resolution import resolve_database, take_up
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.network.entities import Profile, largest_entities
from tidewaiter.store.network.resolutions import current_run
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import LINES, Alert, Line, PartyMatch, Reason

Told = Mapping[str, Any]

ORNEK = {"name": "Ornek Kimya AS", "address": "Liman Road 5, Izmir", "country": "TR"}
ORNEK_TOO = {
    "name": "ORNEK KIMYA A.S.",
    "address": "5 Liman Rd, Izmir, TEL +90 232 441 0000",
    "country": "TR",
}
ORNEK_FAR = {"name": "Ornek Kimiya", "address": "Tel. 0232 441 00 00", "country": "TR"}
VOORBEELD = {
    "name": "Voorbeeld Handel BV",
    "address": "Kerkstraat 12, Rotterdam, info@voorbeeld.nl",
    "country": "NL",
    "id_scheme": "EORI",
    "id": "NL8234567891",
}


def stamp() -> Stamp:
    """Say who works, and when."""
    return Stamp(who="officer", at=datetime.now(UTC))


def quiet(*_: object) -> None:
    """Say nothing of how far work is."""


def lines_of(consignments: Iterable[tuple[str, str, Sequence[tuple[str, Told]]]]) -> pa.RecordBatch:
    """Make lines: of each its consignment, its day, and its parties by role."""
    rows = [
        {
            "row": row,
            "consignment": name,
            "seq": 1,
            "departure": date.fromisoformat(day) if day else None,
            "parties": [{"role": role, **party} for role, party in parties],
        }
        for row, (name, day, parties) in enumerate(consignments, 1)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=LINES)


MARCH = lines_of(
    [
        ("C1", "2026-03-01", [("exporter", ORNEK), ("consignee", VOORBEELD)]),
        ("C1", "2026-03-02", [("exporter", ORNEK), ("consignee", VOORBEELD)]),
        ("C2", "2026-03-09", [("consignor", ORNEK_TOO), ("importer", VOORBEELD)]),
        ("C3", "", [("exporter", VOORBEELD), ("notify", ORNEK)]),
    ]
)


def store(
    database: Database, lines: pa.RecordBatch, alerts: Sequence[Alert] = (), *, file: str = "a"
) -> None:
    """Store the lines of a file, and alerts about them."""
    source = Source(sha256=file * 64, name=f"{file}.csv", size=1)
    run = Run(day=date(2026, 3, 1), registry="r", rules="r")
    with database.work(stamp()) as work:
        screening = begin_screening(work, source, run).id
        add_batch(work, screening, Batch(lines=lines, alerts=alerts, done_row=len(lines)))


def alert_of(row: int, *, restricted: bool = False, parties: Sequence[PartyMatch] = ()) -> Alert:
    """Make an alert about a row."""
    return Alert(
        id=f"alert-{row}-{restricted}",
        file="a.csv",
        row=row,
        consignment="C",
        seq=1,
        day=date(2026, 3, 1),
        severity="high",
        score=40,
        rank=40,
        due=None,
        days_left=None,
        substances=("acetone",),
        title=as_written("Acetone"),
        mentions=(),
        law=(),
        parties=tuple(parties),
        line=Line(row=row, consignment="C", seq=1),
        restricted=restricted,
        reasons=(
            Reason(rule="named", says=as_written("The goods are named."), points=40, source="made"),
        ),
    )


def match_of(name: str, entry: str, **change: Any) -> PartyMatch:
    """Make a match with an entry of a list."""
    told: dict[str, Any] = {
        "role": "consignee",
        "name": name,
        "list": "board",
        "list_name": "Board",
        "version": "0",
        "list_day": None,
        "entry": entry,
        "listed_name": name,
        "name_kind": "primary",
        "kind": "organisation",
        "probability": 0.9,
        "action": "blocked",
    }
    return PartyMatch(**(told | change))


def profiles_by_name(work: Work) -> dict[str, Profile]:
    """Return the parties that most lines name, by their names."""
    return {each.name: each for each in largest_entities(work, seen_in(work).run)}


def seen_in(work: Work, *, cleared: bool = False) -> Seen:
    """Look at the run that is read."""
    run = current_run(work)
    assert run is not None
    return Seen(work, run.id, cleared)


@pytest.fixture
def resolved() -> Callable[..., None]:
    """Store lines, and resolve their parties."""

    def make(database: Database, lines: pa.RecordBatch, **more: Any) -> None:
        store(database, lines, **more)
        take_up(database, stamp)
        resolve_database(database, stamp, quiet)

    return make
