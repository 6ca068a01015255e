"""The list of cases: filtered, counted and paged, as far as the viewer may see them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select

from tidewaiter.base.plain import plain as folded
from tidewaiter.base.records import Record
from tidewaiter.casework.cases import CaseStatus, Viewer
from tidewaiter.store import tables
from tidewaiter.store.cases import seen_by
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain

ROWS = 50


class CaseFilter(Record, frozen=True, kw_only=True):
    """Which cases to show; what is None or False does not matter."""

    status: CaseStatus | None = None
    mine: bool = False  # that the viewer is a member of
    waiting: bool = False  # with a proposal of someone else, which the viewer may answer
    due: date | None = None  # with a task of the viewer that is due by then
    held: bool = False
    over: date | None = None  # closed, not held, and kept until a day before this one
    text: str = ""  # in the title


class CaseRow(Record, frozen=True, kw_only=True):
    """A case as the list shows it."""

    number: int
    title: str | None  # None: erased
    owner: str
    status: CaseStatus
    proposed: str | None  # who proposed to close it as dismissed
    until: str | None
    held: bool
    opened: str
    changed: int  # the last step; `before` of the next page
    alerts: int
    tasks: int  # not done
    due: str | None  # of the first of these


def cases(
    work: Work, viewer: Viewer, wanted: CaseFilter, *, before: int | None = None, rows: int = ROWS
) -> list[CaseRow]:
    """Read cases, the last changed first.

    Args:
        work: Any.
        viewer: Who looks.
        wanted: The filter.
        before: `changed` of the last case seen; None: from the first.
        rows: How many at most.
    """
    c = tables.casefile.c
    query = select(tables.casefile).where(*_conditions(viewer, wanted))
    if before is not None:
        query = query.where(c.changed < before)
    found = work.connection.execute(query.order_by(c.changed.desc()).limit(rows)).mappings().all()
    numbers = [row["number"] for row in found]
    alerts, tasks = _alerts(work, viewer, numbers), _tasks(work, viewer, numbers)
    return [
        CaseRow(
            **{name: row[name] for name in _COLUMNS},
            held=bool(row["held"]),
            alerts=alerts.get(row["number"], 0),
            tasks=tasks.get(row["number"], (0, None))[0],
            due=tasks.get(row["number"], (0, None))[1],
        )
        for row in found
    ]


def count_cases(work: Work, viewer: Viewer, wanted: CaseFilter) -> int:
    """Count the cases that a filter lets through."""
    query = select(func.count()).select_from(tables.casefile)
    found = work.connection.execute(query.where(*_conditions(viewer, wanted)))
    return int(found.scalar_one())


_COLUMNS = ("number", "title", "owner", "status", "proposed", "until", "opened", "changed")


def _conditions(viewer: Viewer, wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    c, member, task = tables.casefile.c, tables.case_member.c, tables.case_task.c
    yield c.number.in_(seen_by(viewer))
    if wanted.status is not None:
        yield c.status == wanted.status
    if wanted.mine:
        yield c.number.in_(select(member.case).where(member.user == viewer.name))
    if wanted.waiting:
        yield c.proposed.is_not(None)
        yield c.proposed != viewer.name if viewer.sees_all() else c.number < 0
    if wanted.due is not None:
        of = select(task.case).where(task.who == viewer.name, task.due <= wanted.due.isoformat())
        yield c.number.in_(of if viewer.cleared else of.where(task.restricted == 0))
    if wanted.held:
        yield c.held == 1
    if wanted.over is not None:
        yield c.until < wanted.over.isoformat()
        yield c.status != "open"
        yield c.held == 0
    for word in plain(folded(wanted.text)).split():
        yield c.folded.contains(word, autoescape=True)


def _alerts(work: Work, viewer: Viewer, numbers: Sequence[int]) -> Mapping[int, int]:
    c, step = tables.case_alert.c, tables.case_step.c
    joined = tables.case_alert.join(tables.case_step, c.step == step.id)
    wanted = select(c.case, func.count()).select_from(joined).where(c.case.in_(numbers))
    if not viewer.cleared:
        wanted = wanted.where(step.restricted == 0)
    return {case: count for case, count in work.connection.execute(wanted.group_by(c.case))}  # noqa: C416


def _tasks(
    work: Work, viewer: Viewer, numbers: Sequence[int]
) -> Mapping[int, tuple[int, str | None]]:
    c = tables.case_task.c
    wanted = select(c.case, func.count(), func.min(c.due)).where(c.case.in_(numbers))
    if not viewer.cleared:
        wanted = wanted.where(c.restricted == 0)
    found = work.connection.execute(wanted.group_by(c.case))
    return {case: (count, due) for case, count, due in found}
