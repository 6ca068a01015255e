"""A case of Anna's over four alerts, and who may do what in it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.state import Case, Viewer
from tidewaiter.casework.cases.steps import AnyContent
from tidewaiter.store.cases.casefile import (
    CaseFilter,
    case_steps,
    cases,
    count_cases,
    find_case,
    open_case,
    take_step,
)
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import Alert

ANNA = Viewer(name="anna", rights=frozenset({"see", "case"}))
BEN = Viewer(name="ben", rights=frozenset({"see", "case"}))
CLEARED = Viewer(name="cleo", rights=frozenset({"see", "case"}), cleared=True)
SUSAN = Viewer(name="susan", rights=frozenset({"see", "case", "approve"}))
ADMIN = Viewer(name="root", rights=frozenset({"see", "administer", "audit"}))
READER = Viewer(name="rita", rights=frozenset({"see"}))
LATER = Stamp(who="susan", at=datetime(2031, 1, 1, tzinfo=UTC))


@pytest.fixture
def filled(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
    make_alert: Callable[..., Alert],
) -> Database:
    """Store four alerts, of which the last is restricted."""
    batch = make_batch(1, 4)
    alerts = [make_alert(row, restricted=row == 4) for row in range(1, 5)]
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading)
        changed = Batch(
            lines=batch.lines, alerts=alerts, refusals=batch.refusals, done_row=batch.done_row
        )
        add_batch(work, screening.id, changed)
    return database


@pytest.fixture
def number(filled: Database, stamp: Stamp) -> int:
    """Open a case of Anna's."""
    with filled.work(stamp) as work:
        return open_case(work, ANNA, "Drums at the north gate\0").number


@pytest.fixture
def take(filled: Database, number: int, stamp: Stamp) -> Callable[..., Case]:
    """Take a step in it, as someone who has seen all."""

    def step(viewer: Viewer, content: AnyContent, **asked: object) -> Case:
        at = asked.pop("at", stamp)
        assert isinstance(at, Stamp)
        with filled.work(at) as work:
            seen = case_steps(work, viewer, number)
            told = {"seen": seen[-1].id if seen else None, **asked}
            take_step(work, viewer, number, Asked(content=content, **told))  # type: ignore[arg-type]
            found = find_case(work, viewer, number)
        assert found is not None
        return found

    return step


def numbers(database: Database, viewer: Viewer, wanted: CaseFilter | None = None) -> list[int]:
    """Return the cases that someone finds, which are as many as are counted."""
    with database.work() as work:
        found = cases(work, viewer, wanted or CaseFilter())
        assert count_cases(work, viewer, wanted or CaseFilter()) == len(found)
    return [row.number for row in found]
