"""Cases that are erased: after their time, not before, and not what others hold."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import select
from tests.store.cases.conftest import ANNA, BEN, LATER, SUSAN, numbers
from tests.support.raising import raises

from tidewaiter.casework.cases.state import Case, Viewer
from tidewaiter.casework.cases.steps import (
    Confirmed,
    Held,
    Note,
    Retained,
    Task,
    Unheld,
    step_digest,
)
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.cases.attachments import Given, add_file, erase_case, file_parts
from tidewaiter.store.cases.casefile import CaseFilter, case_steps, find_case, open_case
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp


def _closed(take: Callable[..., Case]) -> Case:
    take(ANNA, Retained(until=date(2030, 12, 31), basis="customs code, art. 51"))
    return take(ANNA, Confirmed(why="Maria Example said so"))


def test_what_names_people_is_erased_after_its_time(
    filled: Database, number: int, take: Callable[..., Case], stamp: Stamp
) -> None:
    """Words, files and titles go; digests, days and who did what stay; the audit holds."""
    secret = b"Maria Example"
    take(ANNA, Note(text="Maria Example signed"))
    take(ANNA, Task(who="anna", what="Call Maria Example"))
    with filled.work(stamp) as work:
        add_file(work, ANNA, number, Given(name="maria.txt"), io.BytesIO(secret))
        before = case_steps(work, ANNA, number)
    seen = _closed(take).last
    with filled.work(LATER) as work:
        erase_case(work, SUSAN, number, why="time is over", seen=seen)
    with filled.work() as work:
        after, case = case_steps(work, ANNA, number), find_case(work, ANNA, number)
        assert verify_audit(work).broken is None
        assert work.connection.execute(select(tables.blob_part)).all() == []
        rows = [repr(work.connection.execute(select(table)).all()) for table in _OF_CASES]
        entries = audit_entries(work)
    assert case is not None
    assert case.title is None
    assert case.status == "closed-confirmed"
    assert case.notes[0].what is None
    assert not any("Maria" in text or "north gate" in text for text in rows)
    assert [step.digest for step in after[: len(before)]] == [step.digest for step in before]
    assert not any("Maria" in entry.details or "gate" in entry.details for entry in entries)
    # The holder of an earlier copy can prove it against the digest that remains.
    note = next(step for step in before if step.kind == "note")
    kept = next(step for step in after if step.id == note.id)
    assert (kept.written, kept.salt) == ("", "")
    assert step_digest(note.salt, note.written) == kept.digest


_OF_CASES = [
    table for name, table in tables.METADATA.tables.items() if name.startswith(("case", "blob"))
]


def test_nothing_is_erased_too_early_or_under_a_hold(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Open, without an end, before the end, held, or by who may not."""

    def erase(viewer: Viewer = SUSAN, at: Stamp = LATER) -> None:
        with filled.work(at) as work:
            seen = case_steps(work, viewer, number)[-1].id
            erase_case(work, viewer, number, why="x", seen=seen)

    with raises("casework/case-open"):
        erase()
    take(ANNA, Confirmed(why="x"))
    with raises("casework/not-to-be-erased", why="no retention period is set"):
        erase()
    take(ANNA, Retained(until=date(2030, 12, 31), basis="x"))
    last_day = Stamp(who="susan", at=datetime(2030, 12, 31, 23, 59, tzinfo=UTC))
    with raises("casework/not-to-be-erased", why="it must be retained until 2030-12-31"):
        erase(at=last_day)
    take(ANNA, Held(why="court order"))
    with raises("casework/not-to-be-erased", why="it is under a legal hold"):
        erase()
    with raises("casework/role-without-right", needs="approve"):
        take(ANNA, Unheld(why="over"))
    over = CaseFilter(over=date(2031, 1, 1))
    assert numbers(filled, SUSAN, over) == []
    take(SUSAN, Unheld(why="over"))
    assert numbers(filled, SUSAN, over) == [number]
    with raises("casework/role-without-right", needs="approve"):
        erase(viewer=ANNA)
    erase()


def test_a_file_that_two_cases_hold_stays_for_the_other(
    filled: Database, number: int, take: Callable[..., Case], stamp: Stamp
) -> None:
    """Bytes go with the last case that holds them."""
    with filled.work(stamp) as work:
        other = open_case(work, BEN, "Another").number
        add_file(work, ANNA, number, Given(name="a"), io.BytesIO(b"shared"))
        step = add_file(work, BEN, other, Given(name="b"), io.BytesIO(b"shared"))
    seen = _closed(take).last
    with filled.work(LATER) as work:
        erase_case(work, SUSAN, number, why="over", seen=seen)
        assert b"".join(file_parts(work, BEN, other, step.id)) == b"shared"
