"""Answerable: a peer is answered from what an officer stands behind, and from nothing else."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from tests.store.cases.conftest import ANNA

from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.steps import AlertAdded
from tidewaiter.exchange.private.intersection import Party
from tidewaiter.store.alerts.decisions import Wanted, decide, standings
from tidewaiter.store.cases.casefile import case_steps, open_case, take_step
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.private.offers import Part, answerable
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import LINES, Alert

NAMES = ("confirmed", "dismissed", "undecided", "secret", "case")


@pytest.fixture
def decided(
    database: Database, stamp: Stamp, reading: tuple[Source, Run], make_alert: Callable[..., Alert]
) -> Database:
    """Store an alert of each kind; each line names a consignee of that name, and a carrier."""
    rows = [
        {
            "row": row,
            "consignment": f"C{row}",
            "seq": 1,
            "parties": [
                {
                    "role": "consignee",
                    "name": name,
                    "address": "Kai 1, 10115 Berlin",
                    "country": "DE",
                    "id_scheme": "lei",
                    "id": "5493001KJTIIGC8Y1R12",
                },
                {"role": "carrier", "name": f"carrier of {name}"},
            ],
        }
        for row, name in enumerate(NAMES, 1)
    ]
    alerts = [make_alert(row, restricted=name == "secret") for row, name in enumerate(NAMES, 1)]
    lines = pa.RecordBatch.from_pylist(rows, schema=LINES)
    with database.work(stamp) as work:
        batch = Batch(lines=lines, alerts=alerts, refusals=[], done_row=len(rows))
        add_batch(work, begin_screening(work, *reading).id, batch)
        for alert, verdict, reason in (
            ("alert-1", "confirm", "documents"),
            ("alert-2", "dismiss", "other-goods"),
            ("alert-4", "confirm", "documents"),
        ):
            seen = standings(work, [alert])[alert]
            decide(work, seen, Wanted(verdict=verdict, reason=reason, note="x"))  # type: ignore[arg-type]
        number = open_case(work, ANNA, "Drums").number
        last = case_steps(work, ANNA, number)[-1].id
        take_step(work, ANNA, number, Asked(content=AlertAdded(alert="alert-5"), seen=last))
    return database


def _names(database: Database, *parts: Part) -> list[str]:
    with database.work() as work:
        return sorted(each.name for each in answerable(work, frozenset(parts)))


def test_parties_of_confirmed_alerts_are_answerable(decided: Database) -> None:
    """Senders and recipients; not of undecided, dismissed or restricted alerts."""
    assert _names(decided, "confirmed") == ["confirmed"]
    with decided.work() as work:
        (found,) = answerable(work, frozenset({"confirmed"}))
    assert found == Party(
        name="confirmed",
        address="Kai 1, 10115 Berlin",
        country="DE",
        numbers=(("lei", "5493001KJTIIGC8Y1R12"),),
    )


def test_parties_of_cases_are_answerable_where_that_is_said(decided: Database) -> None:
    """A case is known only to its members, so it is excluded unless the authority names it."""
    assert _names(decided, "confirmed", "cases") == ["case", "confirmed"]
    assert _names(decided, "cases") == ["case"]
