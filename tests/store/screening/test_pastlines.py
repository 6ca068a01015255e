"""Lines of a database as the past asks for them: whole where they concern it, else their days."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.history import past_lines, past_parties
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.history.reasons import Wanted
from tidewaiter.trade.types import DAYS, LINES

Row = dict[str, Any]
LONG = "Z" * 250
ASKED = ("hs", "origin", "net_mg", "value", "currency", "route", "parties", "containers")

ROWS: dict[str, Row] = {
    "trader": {
        "departure": date(2026, 1, 2),
        "parties": [{"role": "exporter", "name": "HÁFEN  ag"}],
    },
    "long": {"lodged": date(2026, 1, 3), "parties": [{"role": "importer", "name": LONG}]},
    "other": {"release": date(2026, 1, 4), "parties": [{"role": "importer", "name": "Hafen"}]},
    "heading": {
        "arrival": date(2026, 1, 5),
        "hs": "29152400",
        "value": Decimal("1.5000"),
        "currency": "EUR",
        "net_mg": 7,
        "origin": "DE",
    },
    "chapter": {"hs": "2915"},
    "box": {"containers": ["MSCU1234566"], "lodged": date(2026, 1, 6), "arrival": date(2026, 2, 1)},
    "text": {"goods": '"containers":["', "departure": date(2026, 1, 7)},
    "way": {"route": [{"country": "DE"}, {"country": "NL"}, {"locode": "USNYC"}]},
    "back": {"route": [{"country": "US"}, {"country": "DE"}]},
    "stop": {"route": [{"country": "DE"}]},
}


@pytest.fixture
def filled(database: Database, stamp: Stamp, reading: tuple[Source, Run]) -> Database:
    """Store a line of each kind."""
    rows = [
        {"row": number, "consignment": name, "seq": 1, **told}
        for number, (name, told) in enumerate(ROWS.items(), start=1)
    ]
    lines = pa.RecordBatch.from_pylist(rows, schema=LINES)
    batch = Batch(lines=lines, alerts=[], refusals=[], done_row=len(rows))
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, batch)
    return database


def _told(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(repr(row[name]) for name in columns)


@pytest.mark.parametrize(
    ("wanted", "whole"),
    [
        (Wanted(None, (), ()), list(ROWS)),
        (Wanted({"hafen ag"}, (), ()), ["trader", "long"]),
        (Wanted((), {"291524"}, ()), ["long", "heading"]),
        (Wanted((), (), {("DE", "US")}), ["long", "way"]),
        (Wanted((), (), (), containers=("MTDU0000010",)), ["long", "box"]),
    ],
    ids=["all", "traders", "headings", "ways", "containers"],
)
def test_what_concerns_the_past_is_read_whole(
    filled: Database, wanted: Wanted, whole: list[str]
) -> None:
    """Every line tells its day; those that are asked for all that the past asks of them."""
    found = [row for each in past_lines(filled, wanted) for row in each.lines.to_pylist()]
    all_ = pa.RecordBatch.from_pylist(list(ROWS.values()), schema=LINES).to_pylist()
    lines = dict(zip(ROWS, all_, strict=True))
    first: Callable[[Row], str] = lambda row: str(next(filter(None, map(row.get, DAYS)), None))  # noqa: E731
    assert sorted(map(first, found)) == sorted(map(first, lines.values()))
    told = sorted(_told(row, ASKED) for row in found if any(map(row.get, ASKED)))
    asked = (lines[name] for name in whole)
    assert told == sorted(_told(row, ASKED) for row in asked if any(map(row.get, ASKED)))


def test_each_party_is_told_once(filled: Database) -> None:
    """Names stand as they were written, the long one whole."""
    names = [
        party["name"]
        for batch in past_parties(filled)
        for row in batch.to_pylist()
        for party in row["parties"]
    ]
    assert names == ["HÁFEN  ag", LONG, "Hafen"]
