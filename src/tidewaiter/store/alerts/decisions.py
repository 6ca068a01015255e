"""Decisions on alerts with their full history, and proposals that wait for a second officer."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from msgspec import structs
from sqlalchemy import bindparam, func, insert, select, update

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import (
    Decided,
    Status,
    Verdict,
    load_decision_rules,
    standing,
    status_of,
)
from tidewaiter.store.alerts.counts import tallied
from tidewaiter.store.alerts.inverted_index import change_terms, numbers_of, term
from tidewaiter.store.alerts.versions import last_digests
from tidewaiter.store.audit import Details, moment, record_change, record_changes, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work

PROPOSED = "proposed:"
"""Index term of an alert with a pending decision."""

State = Literal["waiting", "confirmed", "rejected", "withdrawn", "overtaken"]
"""withdrawn: with the whole act; overtaken: the alert was decided individually meanwhile."""


class Proposal(Record, frozen=True, kw_only=True):
    """A decision on one alert that a second officer confirms or rejects."""

    batch: int
    alert: str
    state: State
    settled_by: str | None  # None: pending
    settled_at: str | None  # ISO 8601, UTC


def propose(work: Work, batch: int, alerts: Sequence[str]) -> None:
    """Store decisions on alerts that wait for a second officer.

    Args:
        work: A write transaction.
        batch: The act that they belong to.
        alerts: Distinct ids; none of them has a pending decision.
    """
    rows = [{"batch": batch, "alert": name, "state": "waiting"} for name in alerts]
    if rows:
        work.connection.execute(insert(tables.decision_proposal), rows)
        change_terms(work, {PROPOSED: list(numbers_of(work, alerts).values())})


def proposals(work: Work, batch: int) -> list[Proposal]:
    """Read the proposals of an act, by alert."""
    p = tables.decision_proposal.c
    wanted = select(tables.decision_proposal).where(p.batch == batch).order_by(p.alert)
    return [Proposal(**row) for row in work.connection.execute(wanted).mappings()]


def waiting_on(work: Work, alerts: Sequence[str]) -> dict[str, int]:
    """Return the pending act of each alert; alerts without one are omitted."""
    p = tables.decision_proposal.c
    found: dict[str, int] = {}
    for some in slices(alerts):
        wanted = select(p.alert, p.batch).where(p.alert.in_(some), p.state == "waiting")
        found |= {alert: batch for alert, batch in work.connection.execute(wanted)}  # noqa: C416
    return found


def settle(work: Work, alerts: Sequence[str], state: State) -> list[str]:
    """Close the pending proposals of alerts.

    Args:
        work: A write transaction; its stamp says by whom and when.
        alerts: Ids; those without a pending proposal are skipped.
        state: The outcome.

    Returns:
        The alerts that had a pending proposal.
    """
    waited = list(waiting_on(work, alerts))
    stamp, p = stamp_of(work), tables.decision_proposal.c
    values = {"state": state, "settled_by": plain(stamp.who), "settled_at": moment(stamp.at)}
    for some in slices(waited):
        change = update(tables.decision_proposal)
        work.connection.execute(
            change.where(p.alert.in_(some), p.state == "waiting").values(**values)
        )
    if waited:
        change_terms(work, {}, {PROPOSED: list(numbers_of(work, waited).values())})
    return waited


_SHORT = 4  # shortest accepted prefix of an id


class Standing(Record, frozen=True, kw_only=True):
    """The status of an alert."""

    alert: str
    status: Status
    assignee: str | None
    decided: int | None  # id of the last step of its history; a decision names the one it saw


class Wanted(Record, frozen=True, kw_only=True):
    """A decision to make."""

    verdict: Verdict
    reason: str  # code
    note: str = ""


def alert_id(work: Work, beginning: str) -> str:
    """Return the id of the only alert with this id or prefix.

    Raises:
        InputError: No alert matches, or more than one does.
    """
    c = tables.alert.c
    short = len(beginning) < _SHORT
    wanted = select(c.id).where(c.id.startswith(beginning, autoescape=True))
    some = wanted.order_by(c.id).limit(2)
    found = [] if short else work.connection.execute(some).scalars().all()
    if len(found) != 1 and beginning not in found:
        is_none = not found and not short
        code = "store/no-alert-begins" if is_none else "store/several-alerts-begin"
        raise InputError(code, beginning=beginning)
    return str(found[0])


def standings(work: Work, ids: Sequence[str]) -> dict[str, Standing]:
    """Read the status of alerts by id; unknown ids are omitted."""
    c = tables.alert.c
    found: dict[str, Standing] = {}
    for some in slices(ids):
        wanted = select(c.id.label("alert"), c.status, c.assignee, c.decided)
        rows = work.connection.execute(wanted.where(c.id.in_(some)))
        found |= {row["alert"]: Standing(**row) for row in rows.mappings()}
    return found


def trail(work: Work, alert: str) -> list[Decided]:
    """Read the history of an alert, first step first."""
    c = tables.decision.c
    rows = work.connection.execute(select(tables.decision).where(c.alert == alert).order_by(c.id))
    return [Decided(**row) for row in rows.mappings()]


def step_of(work: Work, number: int) -> Decided | None:
    """Read one history step; None: unknown number."""
    c = tables.decision.c
    some = select(tables.decision).where(c.id == number)
    row = work.connection.execute(some).mappings().one_or_none() if 0 < number < 2**63 else None
    return Decided(**row) if row else None


def decide(work: Work, seen: Standing, wanted: Wanted) -> Standing:
    """Decide an alert.

    Args:
        work: A write transaction; its stamp says by whom and when.
        seen: The status of the alert when the officer looked.
        wanted: The decision.

    Raises:
        ConflictError: Someone else decided since.
        InputError: The alert does not exist, or the reason does not belong to the verdict.
    """
    load_decision_rules().check(wanted.verdict, wanted.reason, wanted.note)
    return _step(work, seen, wanted)


def take_back(work: Work, seen: Standing) -> Standing:
    """Undo the current decision; the previous one applies again.

    Raises:
        ConflictError: Someone else decided since.
        InputError: The alert does not exist or has no decision.
    """
    if standing(trail(work, seen.alert)) is None:
        raise InputError("store/no-decision-to-undo", alert=seen.alert)
    return _step(work, seen, None)


def assign(work: Work, alerts: Sequence[str], assignee: str | None) -> int:
    """Assign alerts.

    Args:
        work: A write transaction.
        alerts: Ids.
        assignee: Account; None: unassigned.

    Returns:
        How many alerts were reassigned.
    """
    c = tables.alert.c
    now = standings(work, list(dict.fromkeys(alerts)))
    ids = [each.alert for each in now.values() if each.assignee != assignee]
    with tallied(work, ids):
        for few in slices(ids):
            some = update(tables.alert).where(c.id.in_(few))
            work.connection.execute(some.values(assignee=plain(assignee) if assignee else None))
    if ids:
        moved = [(now[name].assignee or "", assignee or "", name) for name in ids]
        _move(work, "assignee", moved)
        said: Details = {"alerts": len(ids), "first": ids[0], "assigned": int(bool(assignee))}
        record_change(work, "alerts assigned", said)
    return len(ids)


def last_decision(work: Work) -> int:
    """Return the id of the latest decision on any alert; 0: none."""
    last = work.connection.execute(select(func.max(tables.decision.c.id))).scalar()
    return int(last or 0)


def _step(work: Work, seen: Standing, wanted: Wanted | None) -> Standing:
    """Add a step to the history of an alert, unless someone else has added one since."""
    now = standings(work, [seen.alert]).get(seen.alert)
    if now is None:
        raise InputError("store/no-alert", alert=seen.alert)
    steps = trail(work, seen.alert)
    if now.decided != seen.decided:
        if not steps:
            raise ConflictError("store/alert-has-no-decision", alert=seen.alert)
        raise ConflictError(
            "store/alert-decided-since-you-looked", alert=seen.alert, who=steps[-1].by
        )
    if wanted:
        status = load_decision_rules().verdict[wanted.verdict].status
    else:
        status = status_of(standing([*steps, undoing_step(seen.alert)]))
    settle(work, [now.alert], "overtaken")
    (after,) = add_steps(work, [(now, status)], wanted)
    return after


def undoing_step(alert: str) -> Decided:
    """Build the step that undoes the current decision of an alert."""
    return Decided(id=0, alert=alert, verdict=None, reason="", note="", by="", at="")


def add_steps(
    work: Work,
    moved: Sequence[tuple[Standing, Status]],
    wanted: Wanted | None,
    batch: int | None = None,
) -> list[Standing]:
    """Add a step to the history of each of some alerts, without checks.

    Where other lines affect an alert, its audit entry includes the digest of the version decided.

    Args:
        work: A write transaction.
        moved: The status of each alert before and after the step.
        wanted: The decision; None: undo.
        batch: The bulk act of the steps; None: individual.
    """
    if not moved:
        return []
    ids = [now.alert for now, _ in moved]
    said = last_digests(work, ids)
    with tallied(work, ids):
        numbers = _insert(work, ids, wanted, batch)
        c = tables.alert.c
        chosen = update(tables.alert).where(c.id == bindparam("this"))
        rows = [
            {"this": now.alert, "to": status, "step": numbers[now.alert]} for now, status in moved
        ]
        work.connection.execute(
            chosen.values(status=bindparam("to"), decided=bindparam("step")), rows
        )
    _move(work, "status", [(now.status, status, now.alert) for now, status in moved])
    after = [
        structs.replace(now, status=status, decided=numbers[now.alert]) for now, status in moved
    ]
    action = "alert decided" if wanted else "decision taken back"
    reason = wanted.reason if wanted else ""
    record_changes(
        work,
        [(action, _entry(each, reason, said.get(each.alert), batch)) for each in after],
    )
    return after


def _entry(after: Standing, reason: str, said: str | None, batch: int | None) -> Details:
    told: dict[str, str | int] = {
        "alert": after.alert,
        "decision": after.decided or 0,
        "status": after.status,
        "reason": reason,
    }
    if said is not None:
        told["said"] = said
    if batch is not None:
        told["batch"] = batch
    return told


def _insert(
    work: Work, ids: Sequence[str], wanted: Wanted | None, batch: int | None
) -> dict[str, int]:
    """Insert a step for each alert; return the step numbers."""
    stamp, d = stamp_of(work), tables.decision.c
    row = {
        "verdict": wanted.verdict if wanted else None,
        "reason": wanted.reason if wanted else "",
        "note": plain(wanted.note) if wanted else "",
        "by": plain(stamp.who),
        "at": moment(stamp.at),
        "batch": batch,
    }
    numbers: dict[str, int] = {}
    for some in slices(ids):
        made = work.connection.execute(
            insert(tables.decision).returning(d.alert, d.id),
            [{"alert": name, **row} for name in some],
        )
        numbers |= {alert: int(number) for alert, number in made}
    return numbers


def _move(work: Work, kind: str, moved: Sequence[tuple[str, str, str]]) -> None:
    """Update an index term of alerts, given the old value, the new value and the id of each."""
    numbers = numbers_of(work, [name for _, _, name in moved])
    added: dict[str, list[int]] = defaultdict(list)
    removed: dict[str, list[int]] = defaultdict(list)
    for before, now, name in moved:
        removed[term(kind, before)].append(numbers[name])
        added[term(kind, now)].append(numbers[name])
    change_terms(work, added, removed)
