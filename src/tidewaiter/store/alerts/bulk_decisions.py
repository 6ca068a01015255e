"""Bulk decisions: many alerts decided in one act, undone in one step, counted as one.

A decision that needs a second officer is stored as a proposal: see [bulk] in
data/rules/decisions.toml.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, exists, func, insert, or_, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES, weight
from tidewaiter.casework.decisions import (
    Decided,
    Verdict,
    load_decision_rules,
    standing,
    status_of,
)
from tidewaiter.store.alerts.bitmaps import is_in
from tidewaiter.store.alerts.decisions import (
    Standing,
    Wanted,
    add_steps,
    proposals,
    propose,
    settle,
    undoing_step,
    waiting_on,
)
from tidewaiter.store.alerts.inverted_index import LISTED, having, index_of
from tidewaiter.store.alerts.queue import visible_ids
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work

_LARGEST = 2**63 - 1
_WORST = 60  # alerts considered for the list of worst ones


class Batch(Record, frozen=True, kw_only=True):
    """An act on many alerts, and its outcome."""

    number: int
    verdict: Verdict
    reason: str  # code
    note: str
    by: str
    at: str  # ISO 8601, UTC
    decided: int  # alerts decided, including those confirmed by a second officer
    waiting: int  # alerts that wait for a second officer
    rejected: int  # alerts rejected by a second officer
    left: int  # alerts that someone else decided meanwhile
    undone_by: str | None  # None: not undone
    undone_at: str | None


class Sorted(Record, frozen=True, kw_only=True):
    """Preview: the effect of a decision on each alert."""

    decide: tuple[str, ...]  # ids
    propose: tuple[str, ...]  # a second officer has to confirm
    left: tuple[str, ...]  # decided by someone else, or already waiting for a second officer
    severities: Mapping[str, int]  # of those to be decided, most severe first
    second: Mapping[str, int]  # of those to be proposed
    listed: int  # of those to be proposed: with a list match
    replaced: int  # of both: already decided
    worst: tuple[str, ...]  # of both: the most severe ids first, a few dozen at most


class Done(Record, frozen=True, kw_only=True):
    """Result of an act."""

    batch: int | None  # None: it had no effect
    decided: int
    proposed: int
    left: int


class Undone(Record, frozen=True, kw_only=True):
    """Result of undoing an act."""

    reopened: int  # alerts with their previous status
    withdrawn: int  # proposals
    left: int  # alerts decided individually since; unchanged


class Settled(Record, frozen=True, kw_only=True):
    """Result of a second officer's answer."""

    settled: int
    left: int  # no longer waiting


class _Row(Record, frozen=True, kw_only=True):
    now: Standing
    severity: str
    listed: bool


def sort_out(work: Work, alerts: Sequence[str], verdict: Verdict, *, last: int) -> Sorted:
    """Preview the effect of a decision on many alerts.

    Args:
        work: Any transaction.
        alerts: Ids; unknown ids are skipped.
        verdict: The intended decision.
        last: Id of the latest decision when the officer looked: see `last_decision`.
    """
    rules, rows = load_decision_rules().bulk, _rows(work, alerts)
    waits = waiting_on(work, [row.now.alert for row in rows])
    left = [r for r in rows if (r.now.decided or 0) > last or r.now.alert in waits]
    gone = {row.now.alert for row in left}
    free = [row for row in rows if row.now.alert not in gone]
    second = [r for r in free if rules.needs_second(verdict, r.severity, listed=r.listed)]
    kept = {row.now.alert for row in second}
    mine = [row for row in free if row.now.alert not in kept]
    return Sorted(
        decide=_ids(mine),
        propose=_ids(second),
        left=_ids(left),
        severities=_severities(mine),
        second=_severities(second),
        listed=sum(row.listed for row in second),
        replaced=sum(row.now.status not in {"open", "suppressed"} for row in free),
        worst=_worst(free),
    )


def look_over(work: Work, alerts: Sequence[str]) -> Sorted:
    """Return which alerts an act would change that decides nothing, such as an assignment."""
    rows = _rows(work, alerts)
    return Sorted(
        decide=_ids(rows),
        propose=(),
        left=(),
        severities=_severities(rows),
        second={},
        listed=0,
        replaced=0,
        worst=_worst(rows),
    )


def decide_many(work: Work, alerts: Sequence[str], wanted: Wanted, *, last: int) -> Done:
    """Decide many alerts in one act; propose those that need a second officer.

    Args:
        work: A write transaction; all or nothing.
        alerts: Ids; unknown ids are skipped.
        wanted: The decision.
        last: Id of the latest decision when the officer looked.

    Raises:
        InputError: The reason does not belong to the verdict, or the note is missing.
    """
    rules = load_decision_rules()
    rules.check_bulk(wanted.verdict, wanted.reason, wanted.note)
    told = sort_out(work, alerts, wanted.verdict, last=last)
    done = Done(
        batch=None, decided=len(told.decide), proposed=len(told.propose), left=len(told.left)
    )
    if not told.decide and not told.propose:
        return done
    number = _begin(work, wanted, len(told.left))
    status = rules.verdict[wanted.verdict].status
    now = {row.now.alert: row.now for row in _rows(work, told.decide)}
    after = add_steps(work, [(now[name], status) for name in told.decide], wanted, number)
    propose(work, number, told.propose)
    _record(work, number, wanted, told, after)
    return Done(batch=number, decided=done.decided, proposed=done.proposed, left=done.left)


def undo_batch(work: Work, number: int, *, cleared: bool = True) -> Undone:
    """Undo an act: its decisions are reversed and its pending proposals withdrawn.

    Alerts decided individually since stay as they are.

    Args:
        work: A write transaction.
        number: Number of the act.
        cleared: Whether alerts based on restricted entries are counted.

    Raises:
        ConflictError: It is already undone.
        MissingError: No act has this number.
    """
    batch = batch_of(work, number, cleared=cleared)
    if batch.undone_by is not None:
        raise ConflictError("store/bulk-decision-undone", number=number, undone_by=batch.undone_by)
    trails = _trails(work, number)
    now = {row.now.alert: row.now for row in _rows(work, list(trails))}
    moved = [
        (now[name], status_of(standing([*steps, undoing_step(name)])))
        for name, steps in trails.items()
        if steps[-1].batch == number and steps[-1].verdict is not None
    ]
    add_steps(work, moved, None, number)
    waiting = [each.alert for each in proposals(work, number) if each.state == "waiting"]
    withdrawn = settle(work, waiting, "withdrawn")
    stamp, b = stamp_of(work), tables.decision_batch.c
    values = {"undone_by": plain(stamp.who), "undone_at": moment(stamp.at)}
    work.connection.execute(update(tables.decision_batch).where(b.id == number).values(**values))
    reopened = [each.alert for each, _ in moved]
    left = [name for name in trails if name not in set(reopened)]
    told: Details = {
        "batch": number,
        "reopened": len(reopened),
        "withdrawn": len(withdrawn),
        "left": len(left),
    }
    record_change(
        work, "bulk decision undone", {**told, **_first(work, [*reopened, *withdrawn, *left])}
    )
    seen = set(visible_ids(work, [*trails, *withdrawn], cleared=cleared))
    return Undone(
        reopened=sum(name in seen for name in reopened),
        withdrawn=sum(name in seen for name in withdrawn),
        left=sum(name in seen for name in left),
    )


def settle_batch(
    work: Work, number: int, alerts: Sequence[str] | None, *, confirm: bool, note: str = ""
) -> Settled:
    """Confirm or reject what was proposed with an act, as a second officer.

    Args:
        work: A write transaction; its stamp names the second officer.
        number: Number of the act.
        alerts: Ids; None: all pending.
        confirm: Whether the second officer agrees.
        note: The second officer's note; required to reject.

    Raises:
        InputError: It is the officer's own act, or a rejection has no note.
        MissingError: No act has this number.
    """
    seen, me = batch_of(work, number), plain(stamp_of(work).who)
    if seen.by == me:
        raise InputError("store/own-decision-needs-another")
    if not confirm and not note.strip():
        raise InputError("store/rejection-without-note")
    waiting = [each.alert for each in proposals(work, number) if each.state == "waiting"]
    asked = set(waiting if alerts is None else alerts)
    mine = [name for name in waiting if name in asked]
    settled = settle(work, mine, "confirmed" if confirm else "rejected")
    if confirm:
        wanted = Wanted(verdict=seen.verdict, reason=seen.reason, note=note.strip() or seen.note)
        status = load_decision_rules().verdict[seen.verdict].status
        moved = [(row.now, status) for row in _rows(work, settled)]
        add_steps(work, moved, wanted, number)
    if settled:
        action = "bulk decision confirmed" if confirm else "bulk decision rejected"
        told: dict[str, str | int] = {
            "batch": number,
            "settled": len(settled),
            "members": " ".join(settled),
        }
        record_change(work, action, told | _first(work, settled))
    return Settled(settled=len(settled), left=len(asked) - len(settled))


def batches(
    work: Work, *, before: int | None = None, rows: int = 50, cleared: bool = True
) -> list[Batch]:
    """Read acts on many alerts, newest first.

    Args:
        work: Any transaction.
        before: Number of the last one seen; None: start with the newest.
        rows: Maximum number.
        cleared: Whether alerts based on restricted entries are counted; an act on such alerts
            alone is otherwise hidden, with its note.
    """
    b = tables.decision_batch.c
    wanted = select(tables.decision_batch).order_by(b.id.desc()).limit(rows)
    if not cleared:
        wanted = wanted.where(_has_seen())
    if before is not None:
        wanted = wanted.where(b.id < before)
    return _read(work, wanted, cleared=cleared)


def waiting_batches(work: Work, *, cleared: bool = True) -> list[Batch]:
    """Read the acts with proposals that wait for a second officer, oldest first."""
    b, p = tables.decision_batch.c, tables.decision_proposal.c
    some = select(p.batch).where(p.state == "waiting")
    wanted = select(tables.decision_batch).where(b.id.in_(some)).order_by(b.id)
    return [each for each in _read(work, wanted, cleared=cleared) if each.waiting]


def batch_of(work: Work, number: int, *, cleared: bool = True) -> Batch:
    """Read an act on many alerts.

    Raises:
        MissingError: No act has this number, or none visible to the reader.
    """
    wanted = select(tables.decision_batch).where(tables.decision_batch.c.id == number)
    if not cleared:
        wanted = wanted.where(_has_seen())
    found = _read(work, wanted, cleared=cleared) if 0 < number <= _LARGEST else []
    if not found:
        raise MissingError("store/no-bulk-decision", number=number)
    return found[0]


def members_of(work: Work, number: int) -> dict[str, str]:
    """Return the alerts of an act with their outcome, decided ones first.

    Returns:
        By id: decided, undone, later (decided individually since), or the state of a proposal.
    """
    found = {name: _became(steps, number) for name, steps in _trails(work, number).items()}
    for each in proposals(work, number):
        if each.state != "confirmed":
            found[each.alert] = each.state
    return found


def _became(steps: Sequence[Decided], number: int) -> str:
    last = steps[-1]
    if last.batch != number:
        return "later"
    return "decided" if last.verdict is not None else "undone"


def _begin(work: Work, wanted: Wanted, left: int) -> int:
    stamp = stamp_of(work)
    row = {
        "verdict": wanted.verdict,
        "reason": wanted.reason,
        "note": plain(wanted.note.strip()),
        "by": plain(stamp.who),
        "at": moment(stamp.at),
        "left": left,
    }
    made = work.connection.execute(insert(tables.decision_batch).values(**row))
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def _record(
    work: Work, number: int, wanted: Wanted, told: Sorted, after: Sequence[Standing]
) -> None:
    """Write the audit entry of an act with its members; each decision also has its own entry."""
    lines = [f"{each.alert} {each.decided}\n" for each in after]
    lines += [f"{name} proposed\n" for name in told.propose]
    members = " ".join((*told.decide, *told.propose))
    details: dict[str, str | int] = {
        "batch": number,
        "verdict": wanted.verdict,
        "reason": wanted.reason,
        "decided": len(told.decide),
        "proposed": len(told.propose),
        "left": len(told.left),
        "members": members,
        "digest": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }
    record_change(work, "alerts decided in bulk", details | _first(work, members.split()))


def _first(work: Work, members: Iterable[str]) -> dict[str, str]:
    """Return one member, preferably a restricted one, so that uncleared readers see no entry."""
    a, ids = tables.alert.c, list(members)
    for some in slices(ids):
        secret = select(a.id).where(a.id.in_(some), a.restricted == 1).limit(1)
        if (name := work.connection.execute(secret).scalar()) is not None:
            return {"first": str(name)}
    return {"first": ids[0]} if ids else {}


def _rows(work: Work, alerts: Sequence[str]) -> list[_Row]:
    """Read the status of alerts, ordered by id."""
    c, index = tables.alert.c, index_of(work)
    listed = having(index, [LISTED])
    found: dict[str, _Row] = {}
    for some in slices(list(dict.fromkeys(alerts))):
        wanted = select(c.id, c.status, c.assignee, c.decided, c.severity, c.number)
        for row in work.connection.execute(wanted.where(c.id.in_(some))):
            now = Standing(
                alert=row.id, status=row.status, assignee=row.assignee, decided=row.decided
            )
            found[row.id] = _Row(now=now, severity=row.severity, listed=is_in(listed, row.number))
    return [found[name] for name in dict.fromkeys(alerts) if name in found]


def _worst(rows: Sequence[_Row]) -> tuple[str, ...]:
    ranked = sorted(rows, key=lambda row: (weight(row.severity), row.listed), reverse=True)
    return _ids(ranked[:_WORST])


def _ids(rows: Sequence[_Row]) -> tuple[str, ...]:
    return tuple(row.now.alert for row in rows)


def _severities(rows: Sequence[_Row]) -> dict[str, int]:
    counts = Counter(row.severity for row in rows)
    return {name: counts[name] for name in SEVERITIES if counts[name]}


def _trails(work: Work, number: int) -> dict[str, list[Decided]]:
    """Read the history of each alert that an act decided, in the order of its decisions."""
    d = tables.decision.c
    mine = select(d.alert).where(d.batch == number)
    order = select(d.alert, func.min(d.id)).where(d.batch == number).group_by(d.alert)
    rows = work.connection.execute(order.order_by(func.min(d.id))).all()
    trails: dict[str, list[Decided]] = {alert: [] for alert, _ in rows}
    steps = select(tables.decision).where(d.alert.in_(mine)).order_by(d.id)
    for row in work.connection.execute(steps).mappings():
        trails[row["alert"]].append(Decided(**row))
    return trails


def _read(work: Work, wanted: Select[Any], *, cleared: bool) -> list[Batch]:
    rows = work.connection.execute(wanted).mappings().all()
    numbers = [row["id"] for row in rows]
    d, p = tables.decision, tables.decision_proposal
    made = d.c.verdict.is_not(None)
    decided = _counts(work, d, numbers, made, cleared=cleared)
    waiting = _counts(work, p, numbers, p.c.state == "waiting", cleared=cleared)
    rejected = _counts(work, p, numbers, p.c.state == "rejected", cleared=cleared)
    return [
        Batch(
            number=row["id"],
            verdict=row["verdict"],
            reason=row["reason"],
            note=row["note"],
            by=row["by"],
            at=row["at"],
            decided=decided.get(row["id"], 0),
            waiting=waiting.get(row["id"], 0),
            rejected=rejected.get(row["id"], 0),
            left=row["left"],
            undone_by=row["undone_by"],
            undone_at=row["undone_at"],
        )
        for row in rows
    ]


def _has_seen() -> ColumnElement[bool]:
    """Separate acts with an alert visible to everyone from those on restricted entries alone."""
    a, b = tables.alert.c, tables.decision_batch.c
    decided, proposed = (
        exists().where(table.c.batch == b.id, a.id == table.c.alert, a.restricted == 0)
        for table in (tables.decision, tables.decision_proposal)
    )
    return or_(decided, proposed)


def _counts(
    work: Work,
    table: Table,
    numbers: Sequence[int],
    which: ColumnElement[bool],
    *,
    cleared: bool,
) -> dict[int, int]:
    """Count the rows of each act in a table that names its alerts."""
    wanted = select(table.c.batch, func.count()).where(table.c.batch.in_(numbers), which)
    if not cleared:
        a = tables.alert.c
        wanted = wanted.join(tables.alert, a.id == table.c.alert).where(a.restricted == 0)
    rows = work.connection.execute(wanted.group_by(table.c.batch))
    return {number: int(count) for number, count in rows}
