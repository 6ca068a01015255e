"""Erasing what a case holds of people, when its time is over and nothing holds it."""

from sqlalchemy import delete, update

from tidewaiter.casework.caserules import Asked, load_case_rules
from tidewaiter.casework.cases import Viewer
from tidewaiter.casework.steps import Erased, Step
from tidewaiter.store import tables
from tidewaiter.store.casefiles import drop_files
from tidewaiter.store.cases import case_steps, take_step
from tidewaiter.store.database import Work
from tidewaiter.store.destroying import overwrite


def erase_case(work: Work, viewer: Viewer, number: int, *, why: str, seen: int) -> Step:
    """Erase what can name people from a case: words, files and titles.

    Their salted digests stay, so whoever has a copy can still prove it; without one, nothing can be
    learned from them. Who did what kind of step and when stays too.

    Args:
        work: Begun with a stamp.
        viewer: Who erases.
        number: Of the case.
        why: By which rule.
        seen: The last step that they saw.

    Raises:
        ConflictError: Others took a step since.
        InputError: It is open, held, or its time is not over; or the viewer may not.
        MissingError: There is no such case for the viewer.
    """
    rules = load_case_rules().step
    kinds = [kind for kind, rule in rules.items() if rule.erasable]
    steps = case_steps(work, viewer, number)
    told = sum(1 for step in steps if step.kind in kinds and step.written)
    step = take_step(work, viewer, number, Asked(content=Erased(steps=told, why=why), seen=seen))
    overwrite(work)
    c, file, task = tables.case_step.c, tables.casefile, tables.case_task
    work.connection.execute(
        update(tables.case_step)
        .where(c.case == number, c.kind.in_(kinds))
        .values(written="", salt="")
    )
    work.connection.execute(
        update(file).where(file.c.number == number).values(title=None, folded=None)
    )
    work.connection.execute(delete(task).where(task.c.case == number))
    drop_files(work, number)
    return step
