"""Decisions on alerts: kept step by step, so that none is lost and each can be taken back."""

from collections import defaultdict
from collections.abc import Sequence

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
from tidewaiter.store import tables
from tidewaiter.store.audit import Details, moment, record_change, record_changes, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain
from tidewaiter.store.proposals import settle
from tidewaiter.store.slices import slices
from tidewaiter.store.tallies import tallied
from tidewaiter.store.terms import change_terms, numbers_of, term
from tidewaiter.store.versions import last_digests

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
    hint = "tidewaiter alerts list prints the ids; write enough of one to tell it from others"
    short = len(beginning) < _SHORT
    wanted = select(c.id).where(c.id.startswith(beginning, autoescape=True))
    some = wanted.order_by(c.id).limit(2)
    found = [] if short else work.connection.execute(some).scalars().all()
    if len(found) != 1 and beginning not in found:
        what = (
            "there is no alert" if not found and not short else "there may be more than one alert"
        )
        raise InputError(f'{what} "{beginning}"', hint=hint)
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
        hint = "tidewaiter alerts show prints its trail"
        raise InputError(f'no decision stands on the alert "{seen.alert}"', hint=hint)
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
        hint = "tidewaiter alerts list prints the ids"
        raise InputError(f'there is no alert "{seen.alert}"', hint=hint)
    steps = trail(work, seen.alert)
    if now.decided != seen.decided:
        who = steps[-1].by if steps else "nobody"
        raise ConflictError(
            f'the alert "{seen.alert}" was decided by {who} since you looked',
            hint="look at its trail, then decide again",
        )
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
