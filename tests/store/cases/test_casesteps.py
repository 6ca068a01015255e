"""Steps of many people at once and of any kind: none is lost, and the case is what they say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.cases.conftest import ANNA, BEN, SUSAN

from tidewaiter.base.errors import ConflictError, InputError, TidewaiterError
from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.state import Case, Viewer, case_of
from tidewaiter.casework.cases.steps import (
    Agreed,
    AlertAdded,
    AnyContent,
    Confirmed,
    Done,
    Held,
    Note,
    Owned,
    Proposed,
    Recalled,
    Refused,
    Renamed,
    Reopened,
    Shared,
    Task,
    Unheld,
    Unshared,
    Withdrawn,
)
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.cases.casefile import CaseFilter, case_steps, cases, open_case, take_step
from tidewaiter.store.core.database import Database, Stamp, open_database
from tidewaiter.store.evidence import custody


def test_no_step_is_lost_where_many_work_at_once(
    filled: Database, number: int, url: str, stamp: Stamp
) -> None:
    """Eight people write twelve notes each, and try to close it: all notes are kept, one closes."""

    def officer(place: int) -> int:
        closed = 0
        viewer = Viewer(name=f"officer {place}", rights=frozenset({"case", "approve"}))
        own = Stamp(who=viewer.name, at=stamp.at)
        with open_database(url) as opened:
            for note in range(12):
                with opened.work(own) as work:
                    take_step(work, viewer, number, Asked(content=Note(text=f"{place}/{note}")))
            with opened.work() as work:
                seen = case_steps(work, viewer, number)[-1].id
            try:
                with opened.work(own) as work:
                    take_step(work, viewer, number, Asked(content=Confirmed(why="x"), seen=seen))
                closed = 1
            except (ConflictError, InputError):
                pass
        return closed

    with ThreadPoolExecutor(8) as pool:
        closed = sum(pool.map(officer, range(8)))
    with filled.work() as work:
        steps = case_steps(work, ANNA, number)
        assert verify_audit(work).broken is None
    texts = {step.written for step in steps if step.kind == "note"}
    assert len(texts) == len([step for step in steps if step.kind == "note"]) == 96
    assert closed == len([step for step in steps if step.kind == "confirmed"]) <= 1


def test_the_custody_has_an_entry_for_each_step(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Each names the step and the digest of what it holds, and proves where it stands."""
    take(ANNA, Note(text="Seal broken"))
    take(SUSAN, Owned(owner="ben"))
    with filled.work() as work:
        steps = case_steps(work, SUSAN, number)
        state, proven = custody(work, steps, {})
    assert [each.entry.number for each in proven] == [step.entry for step in steps]
    assert all(step.digest in each.entry.details for step, each in zip(steps, proven, strict=True))
    assert state.entries >= proven[-1].entry.number


CONTENTS = st.sampled_from(
    [
        Note(text="n"),
        Task(who="anna", what="t"),
        Shared(user="ben"),
        Unshared(user="ben"),
        Proposed(why="p"),
        Agreed(),
        Refused(why="r"),
        Recalled(),
        Confirmed(why="c"),
        Reopened(why="o"),
        Held(why="h"),
        Unheld(why="u"),
        AlertAdded(alert="alert-1"),
        Withdrawn(why="w"),
        Done(),
        Owned(owner="ben"),
        Renamed(title="Another"),
    ]
)
MOVES = st.lists(
    st.tuples(st.sampled_from([ANNA, BEN, SUSAN]), CONTENTS, st.booleans()), max_size=12
)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(moves=MOVES)
def test_whatever_people_do_the_case_is_what_its_steps_say(
    filled: Database, stamp: Stamp, moves: list[tuple[Viewer, AnyContent, bool]]
) -> None:
    """Steps only grow, refusals leave no trace, and dismissing a case takes two people."""
    with filled.work(stamp) as work:
        number = open_case(work, ANNA, "A case").number
    for viewer, content, is_late in moves:
        with filled.work() as work:
            before = case_steps(work, SUSAN, number)
            inside = bool(case_steps(work, viewer, number))
        about = before[-1].id if isinstance(content, Withdrawn | Done) else None
        seen = before[0].id if is_late else before[-1].id
        try:
            with filled.work(stamp) as work:
                take_step(work, viewer, number, Asked(content=content, about=about, seen=seen))
            took = True
        except TidewaiterError:
            took = False
        with filled.work() as work:
            after = case_steps(work, SUSAN, number)
            row = next(each for each in cases(work, SUSAN, CaseFilter()) if each.number == number)
            members = {each for each in (ANNA, BEN) if case_steps(work, each, number)}
        assert inside or not took
        assert after[: len(before)] == before
        assert len(after) == len(before) + took
        case = case_of(after)
        assert (row.title, row.owner, row.status) == (case.title, case.owner, case.status)
        assert (row.held, row.alerts) == (case.hold is not None, len(case.alerts))
        assert row.tasks == sum(1 for task in case.tasks if task.done is None)
        assert row.proposed == (case.proposal and case.proposal.by)
        assert {each.name for each in members} == set(case.members) & {"anna", "ben"}
        for place, step in enumerate(after):
            if step.kind == "agreed":
                proposed = [each for each in after[:place] if each.kind == "proposed"]
                assert proposed[-1].by != step.by
