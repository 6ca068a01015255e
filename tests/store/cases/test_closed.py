"""References to a restricted step of a case are as restricted as that step."""

from collections.abc import Callable
from datetime import date

from tests.store.cases.conftest import ANNA, CLEARED

from tidewaiter.casework.cases.state import Case
from tidewaiter.casework.cases.steps import Done, Drafted, Shared, Task
from tidewaiter.store.cases.casefile import case_steps
from tidewaiter.store.core.database import Database

DRAFT = Drafted(form="fincen-sar", fields={"narrative": "A listed one"})


def test_what_ends_a_restricted_task_is_restricted(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Who is not cleared reads neither that a task is done nor a report that someone drafted."""
    take(ANNA, Shared(user="cleo"))
    task = take(CLEARED, Task(who="cleo", what="x", due=date(2026, 3, 1)), restricted=True).last
    take(CLEARED, Done(), about=task)
    take(CLEARED, DRAFT)
    with filled.work() as work:
        whole = [step.kind for step in case_steps(work, CLEARED, number)]
        seen = [step.kind for step in case_steps(work, ANNA, number)]
    assert whole == [*seen, "task", "done", "drafted"]


def test_a_draft_in_a_case_that_hides_nothing_is_for_all_its_members(
    filled: Database, number: int, take: Callable[..., Case]
) -> None:
    """Nothing more is hidden than must be."""
    take(ANNA, Shared(user="cleo"))
    take(CLEARED, DRAFT)
    with filled.work() as work:
        assert case_steps(work, ANNA, number)[-1].kind == "drafted"
