"""Decisions on alerts, each step kept, and proposals that wait for a second officer."""

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
"""The term of an alert of which a decision waits for a second officer."""

State = Literal["waiting", "confirmed", "rejected", "withdrawn", "overtaken"]
"""withdrawn: with the whole act; overtaken: someone decided the alert by itself meanwhile."""


class Proposal(Record, frozen=True, kw_only=True):
    """A decision on one alert that a second officer confirms or rejects."""

    batch: int
    alert: str
    state: State
    settled_by: str | None  # None: it waits
    settled_at: str | None  # ISO 8601, UTC


def propose(work: Work, batch: int, alerts: Sequence[str]) -> None:
    """Let a decision on alerts wait for a second officer.

    Args:
        work: Begun with a stamp.
        batch: The act that it is of.
        alerts: Ids, each once; none of them waits already.
    """
    rows = [{"batch": batch, "alert": name, "state": "waiting"} for name in alerts]
    if rows:
        work.connection.execute(insert(tables.decision_proposal), rows)
        change_terms(work, {PROPOSED: list(numbers_of(work, alerts).values())})


def proposals(work: Work, batch: int) -> list[Proposal]:
    """Read what was proposed with an act, by alert."""
    p = tables.decision_proposal.c
    wanted = select(tables.decision_proposal).where(p.batch == batch).order_by(p.alert)
    return [Proposal(**row) for row in work.connection.execute(wanted).mappings()]


def waiting_on(work: Work, alerts: Sequence[str]) -> dict[str, int]:
    """Return the act that waits for a second officer, by alert; of the others there is none."""
    p = tables.decision_proposal.c
    found: dict[str, int] = {}
    for some in slices(alerts):
        wanted = select(p.alert, p.batch).where(p.alert.in_(some), p.state == "waiting")
        found |= {alert: batch for alert, batch in work.connection.execute(wanted)}  # noqa: C416
    return found


def settle(work: Work, alerts: Sequence[str], state: State) -> list[str]:
    """End what waits on alerts.

    Args:
        work: Begun with a stamp, which says by whom and when.
        alerts: Ids; those on which nothing waits are passed over.
        state: How it ended.

    Returns:
        The alerts on which something waited.
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


_SHORT = 4  # characters of an id from which on alerts are told apart


class Standing(Record, frozen=True, kw_only=True):
    """Where an alert stands."""

    alert: str
    status: Status
    assignee: str | None
    decided: int | None  # id of the last step of its trail; a decision names the one it saw


class Wanted(Record, frozen=True, kw_only=True):
    """What is to be decided."""

    verdict: Verdict
    reason: str  # code
    note: str = ""


def alert_id(work: Work, beginning: str) -> str:
    """Return the id of the one alert whose id is, or begins, so.

    Raises:
        InputError: There is none, or more than one.
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
    """Read where alerts stand, by id; those that are not stored are absent."""
    c = tables.alert.c
    found: dict[str, Standing] = {}
    for some in slices(ids):
        wanted = select(c.id.label("alert"), c.status, c.assignee, c.decided)
        rows = work.connection.execute(wanted.where(c.id.in_(some)))
        found |= {row["alert"]: Standing(**row) for row in rows.mappings()}
    return found


def trail(work: Work, alert: str) -> list[Decided]:
    """Read all that was decided of an alert, the first step first."""
    c = tables.decision.c
    rows = work.connection.execute(select(tables.decision).where(c.alert == alert).order_by(c.id))
    return [Decided(**row) for row in rows.mappings()]


def step_of(work: Work, number: int) -> Decided | None:
    """Read one step of any trail; None: there is none of this number."""
    c = tables.decision.c
    some = select(tables.decision).where(c.id == number)
    row = work.connection.execute(some).mappings().one_or_none() if 0 < number < 2**63 else None
    return Decided(**row) if row else None


def decide(work: Work, seen: Standing, wanted: Wanted) -> Standing:
    """Decide of an alert.

    Args:
        work: Begun with a stamp, which says by whom and when.
        seen: Where the alert stood when the officer looked.
        wanted: What is decided.

    Raises:
        ConflictError: Someone else decided since.
        InputError: There is no such alert, or the reason is none of the verdict's.
    """
    load_decision_rules().check(wanted.verdict, wanted.reason, wanted.note)
    return _step(work, seen, wanted)


def take_back(work: Work, seen: Standing) -> Standing:
    """Take back the decision that stands; the one before it stands again.

    Raises:
        ConflictError: Someone else decided since.
        InputError: There is no such alert, or no decision stands.
    """
    if standing(trail(work, seen.alert)) is None:
        raise InputError("store/no-decision-to-undo", alert=seen.alert)
    return _step(work, seen, None)


def assign(work: Work, alerts: Sequence[str], assignee: str | None) -> int:
    """Say who is to look at alerts.

    Args:
        work: Begun with a stamp.
        alerts: Ids.
        assignee: Who; None: nobody.

    Returns:
        How many alerts are stored and had another assignee before.
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
    """Return the id of the last decision of any alert; 0: there is none."""
    last = work.connection.execute(select(func.max(tables.decision.c.id))).scalar()
    return int(last or 0)


def _step(work: Work, seen: Standing, wanted: Wanted | None) -> Standing:
    """Add a step to the trail of an alert, where nobody has added one since."""
    now = standings(work, [seen.alert]).get(seen.alert)
    if now is None:
        raise InputError("store/no-alert", alert=seen.alert)
    steps = trail(work, seen.alert)
    if now.decided != seen.decided:
        who = steps[-1].by if steps else "nobody"
        raise ConflictError("store/alert-decided-since-you-looked", alert=seen.alert, who=who)
    if wanted:
        status = load_decision_rules().verdict[wanted.verdict].status
    else:
        status = status_of(standing([*steps, taken_back(seen.alert)]))
    settle(work, [now.alert], "overtaken")
    (after,) = add_steps(work, [(now, status)], wanted)
    return after


def taken_back(alert: str) -> Decided:
    """Return the step that takes back what stands on an alert, before it is written."""
    return Decided(id=0, alert=alert, verdict=None, reason="", note="", by="", at="")


def add_steps(
    work: Work,
    moved: Sequence[tuple[Standing, Status]],
    wanted: Wanted | None,
    batch: int | None = None,
) -> list[Standing]:
    """Add a step to the trail of each of some alerts; nothing is checked.

    The entry about each names what the alert said by its digest, where other lines say something
    of it.

    Args:
        work: Begun with a stamp.
        moved: Where each alert stands now, and where the step leaves it.
        wanted: What is decided; None: what stood is taken back.
        batch: The act on many alerts that the steps are of; None: of none.
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
    """Insert a step of each alert; return their numbers."""
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
    """Let alerts be found by another value: the one before, the one now, and the id, of each."""
    numbers = numbers_of(work, [name for _, _, name in moved])
    added: dict[str, list[int]] = defaultdict(list)
    removed: dict[str, list[int]] = defaultdict(list)
    for before, now, name in moved:
        removed[term(kind, before)].append(numbers[name])
        added[term(kind, now)].append(numbers[name])
    change_terms(work, added, removed)
