"""Cases: opened, continued step by step, and listed as far as the viewer may see them.

Every function takes the viewer, so that no page can skip the access check. A case that the viewer
may not see is reported as missing.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date

import msgspec
from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.plain_text import plain as folded
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.permissions import (
    Asked,
    check_words,
    load_case_rules,
    refusal,
)
from tidewaiter.casework.cases.state import Case, CaseStatus, Viewer, case_of, visible_to
from tidewaiter.casework.cases.steps import (
    SALT,
    AlertAdded,
    AnyContent,
    ConsignmentAdded,
    Drafted,
    Opened,
    PartyAdded,
    Step,
    Task,
    kind_of,
    step_digest,
    write_content,
)
from tidewaiter.store.alerts.storage import find_alert
from tidewaiter.store.audit import Details, audit_size, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import key, plain
from tidewaiter.store.core.database import Work

_LARGEST = 2**53


def find_case(work: Work, viewer: Viewer, number: int) -> Case | None:
    """Find a case; None: missing or not visible to the viewer."""
    steps = case_steps(work, viewer, number)
    return case_of(steps) if steps else None


def case_steps(work: Work, viewer: Viewer, number: int) -> list[Step]:
    """Read the visible steps of a case, in order; empty if the case does not exist."""
    if not 0 < number <= _LARGEST:  # databases accept no larger number
        return []
    c = tables.case_step.c
    wanted = select(tables.case_step).where(c.case == number, c.case.in_(seen_by(viewer)))
    rows = work.connection.execute(wanted.order_by(c.id)).mappings()
    steps = [Step(**{**row, "restricted": bool(row["restricted"])}) for row in rows]
    return visible_to(steps, viewer)


def seen_by(viewer: Viewer) -> Select[tuple[int]]:
    """Select the numbers of the cases visible to a user."""
    if viewer.sees_all():
        return select(tables.casefile.c.number)
    c = tables.case_member.c
    return select(c.case).where(c.user == viewer.name)


def cases_of_alert(work: Work, viewer: Viewer, alert: str) -> list[int]:
    """Return the numbers of the visible cases that contain an alert."""
    c, step = tables.case_alert.c, tables.case_step.c
    joined = tables.case_alert.join(tables.case_step, c.step == step.id)
    wanted = select(c.case).select_from(joined).where(c.alert == alert, c.case.in_(seen_by(viewer)))
    if not viewer.cleared:
        wanted = wanted.where(step.restricted == 0)
    return list(work.connection.execute(wanted.order_by(c.case)).scalars())


def open_case(work: Work, viewer: Viewer, title: str) -> Case:
    """Open a case; the user who opens it owns it.

    Args:
        work: A write transaction.
        viewer: The user who opens it.
        title: Subject of the case.

    Raises:
        InputError: The viewer may not, or the title is missing or too long.
    """
    content = Opened(title=plain(title).strip())
    check_words(content)
    if load_case_rules().step["opened"].needs not in viewer.rights:
        raise InputError("store/role-may-open-no-cases")
    at = moment(stamp_of(work).at)
    row = {"owner": viewer.name, "status": "open", "held": 0, "opened": at, "changed": 0}
    made = work.connection.execute(insert(tables.casefile).values(row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    _insert(work, viewer, number, Asked(content=content))
    return _project(work, number)


def take_step(work: Work, viewer: Viewer, number: int, asked: Asked) -> Step:
    """Add a step to a case.

    Args:
        work: A write transaction.
        viewer: The user who adds it.
        number: Case number.
        asked: The step.

    Returns:
        The step as stored.

    Raises:
        ConflictError: It is a decision, and others added a step that the viewer has not seen.
        InputError: The step is not allowed.
        MissingError: The viewer sees no such case.
    """
    asked = msgspec.structs.replace(asked, content=_clean(asked.content))
    check_words(asked.content)
    steps = case_steps(work, viewer, number)
    if not steps:
        raise MissingError("store/no-case", number=number)
    _check_seen(steps, asked)
    why = refusal(case_of(steps), steps, viewer, asked, stamp_of(work).at.astimezone(UTC).date())
    if why:
        raise why.placed(f"case {number}")
    most = load_case_rules().limits.steps
    if len(steps) >= most:
        raise InputError("store/too-many-steps", most=most, at=f"case {number}")
    named = _named(work, viewer, number, _as_closed_as(steps, asked))
    step = _insert(work, viewer, number, named)
    _gather(work, step)
    _project(work, number)
    return step


def _as_closed_as(steps: list[Step], asked: Asked) -> Asked:
    """Restrict steps that refer to a restricted one, and drafts by users who see any.

    Args:
        steps: Those visible to the viewer.
        asked: The step.
    """
    closed = {step.id for step in steps if step.restricted}
    drafts = bool(closed) and isinstance(asked.content, Drafted)
    restricted = asked.restricted or asked.about in closed or drafts
    return msgspec.structs.replace(asked, restricted=restricted)


def _check_seen(steps: list[Step], asked: Asked) -> None:
    """Check that the decider has seen all steps by others."""
    last = steps[-1]
    if load_case_rules().step[kind_of(asked.content)].decides and asked.seen != last.id:
        did = load_case_rules().step[last.kind].says
        raise ConflictError(
            "store/changed-since-you-looked", by=last.by, did=did, at=f"case {last.case}"
        )


def _named(work: Work, viewer: Viewer, number: int, asked: Asked) -> Asked:
    """Check that what a step refers to exists; a step on restricted alerts becomes restricted.

    Raises:
        InputError: It does not exist, is not visible to the viewer, or is already in the case.
    """
    content = asked.content
    if isinstance(content, ConsignmentAdded):
        line = tables.line.c
        of = (line.source == content.source, line.consignment == key(content.consignment))
        found = select(line.id).where(*of).limit(1)
        if not 0 < content.source <= _LARGEST or work.connection.execute(found).scalar() is None:
            raise InputError("store/no-consignment", consignment=content.consignment)
    if isinstance(content, AlertAdded | PartyAdded) and content.alert:
        alert = find_alert(work, content.alert)
        if alert is None or (alert.restricted and not viewer.cleared):
            raise InputError("store/no-alert", alert=content.alert)
        if isinstance(content, AlertAdded) and number in cases_of_alert(work, viewer, alert.id):
            raise InputError("store/alert-in-case-already", at=f"case {number}")
        return msgspec.structs.replace(asked, restricted=asked.restricted or alert.restricted)
    return asked


def _clean(content: AnyContent) -> AnyContent:
    """Make every text valid for a column."""
    told = {name: getattr(content, name) for name in content.__struct_fields__}
    texts: dict[str, object] = {
        name: plain(value) for name, value in told.items() if isinstance(value, str)
    }
    if isinstance(fields := told.get("fields"), Mapping):
        texts["fields"] = {plain(name): plain(text) for name, text in fields.items()}
    return msgspec.structs.replace(content, **texts)


def _insert(work: Work, viewer: Viewer, number: int, asked: Asked) -> Step:
    """Insert a step and its audit entry."""
    written, salt = write_content(asked.content), secrets.token_hex(SALT)
    kind, digest = kind_of(asked.content), step_digest(salt, written)
    row = {
        "case": number,
        "kind": kind,
        "about": asked.about,
        "restricted": int(asked.restricted),
        "by": plain(viewer.name),
        "at": moment(stamp_of(work).at),
        "written": written,
        "salt": salt,
        "digest": digest,
        "entry": audit_size(work) + 1,
    }
    made = work.connection.execute(insert(tables.case_step).values(row)).inserted_primary_key
    step = int(made[0])  # type: ignore[index]
    before = _before(work, number, step, restricted=asked.restricted)
    said: Details = {
        "case": number,
        "step": step,
        "kind": kind,
        "digest": digest,
        "before": before,
    }
    record_change(work, "case step", said)
    return Step(**{**row, "restricted": asked.restricted, "id": step})  # type: ignore[arg-type]


def _before(work: Work, number: int, step: int, *, restricted: bool) -> int:
    """Return the entry of the previous step, so that an omission from a bundle is detectable.

    Restricted steps form a chain of their own, so that the open chain can be shown without them.
    """
    c = tables.case_step.c
    of = (c.case == number, c.restricted == int(restricted), c.id < step)
    wanted = select(c.entry).where(*of).order_by(c.id.desc()).limit(1)
    return int(work.connection.execute(wanted).scalar() or 0)


def _gather(work: Work, step: Step) -> None:
    """Write the columns that queries filter by."""
    content, about = step.content(), step.about
    alert, task = tables.case_alert, tables.case_task
    if isinstance(content, AlertAdded):
        row = {"case": step.case, "alert": content.alert, "step": step.id}
        work.connection.execute(insert(alert).values(row))
    if isinstance(content, Task):
        due = content.due and content.due.isoformat()
        row = {"step": step.id, "case": step.case, "who": content.who, "due": due}
        work.connection.execute(insert(task).values(**row, restricted=int(step.restricted)))
    if step.kind in {"withdrawn", "done"}:
        work.connection.execute(delete(alert).where(alert.c.step == about))
        work.connection.execute(delete(task).where(task.c.step == about))


def _project(work: Work, number: int) -> Case:
    """Update the list row of a case from all of its steps."""
    everyone = Viewer(name="", rights=frozenset({"approve"}), cleared=True)
    steps = case_steps(work, everyone, number)
    case = case_of(steps)
    open_steps = [step.id for step in steps if not step.restricted]
    row = {
        "title": case.title,
        "folded": case.title and plain(folded(case.title)),
        "owner": case.owner,
        "status": case.status,
        "proposed": case.proposal and case.proposal.by,
        "until": case.retained and case.retained.until.isoformat(),
        "held": int(case.hold is not None),
        "changed": open_steps[-1],
    }
    c = tables.casefile.c
    work.connection.execute(update(tables.casefile).where(c.number == number).values(row))
    member = tables.case_member
    here = select(member.c.user).where(member.c.case == number)
    before = set(work.connection.execute(here).scalars())
    for user in before - set(case.members):
        of = (member.c.case == number, member.c.user == user)
        work.connection.execute(delete(member).where(*of))
    rows = [{"case": number, "user": user} for user in case.members if user not in before]
    if rows:
        work.connection.execute(insert(member), rows)
    return case


ROWS = 50


class CaseFilter(Record, frozen=True, kw_only=True):
    """Filter of cases; None and False are ignored."""

    status: CaseStatus | None = None
    mine: bool = False  # the viewer is a member
    waiting: bool = False  # someone else's proposal, which the viewer may answer
    due: date | None = None  # a task of the viewer is due by this day
    held: bool = False
    over: date | None = None  # closed, not on hold, and retained until a day before this one
    text: str = ""  # in the title


class CaseRow(Record, frozen=True, kw_only=True):
    """A row of the case list."""

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
    """Read cases, last changed first.

    Args:
        work: Any transaction.
        viewer: The user.
        wanted: The filter.
        before: `changed` of the last case seen; None: from the start.
        rows: Maximum number.
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
    """Count the cases that pass a filter."""
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
