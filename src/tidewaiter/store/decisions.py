"""Decisions on alerts: kept step by step, so that none is lost and each can be taken back."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, insert, select, update

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
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain
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


class Bulk(Record, frozen=True, kw_only=True):
    """What came of a decision on many alerts."""

    decided: int
    left: int  # because someone else had decided


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


def decide_each(work: Work, alerts: Sequence[str], wanted: Wanted, *, last: int) -> Bulk:
    """Decide of many alerts alike, each by a decision of its own.

    Args:
        work: Begun with a stamp.
        alerts: Ids; those that are not stored are passed over.
        wanted: What is decided.
        last: Id of the last decision of any alert when the officer looked: see `last_decision`.

    Returns:
        What was decided, and what was left because someone had decided of it since.

    Raises:
        InputError: The reason is none of the verdict's.
    """
    rules = load_decision_rules()
    rules.check(wanted.verdict, wanted.reason, wanted.note)
    status = rules.verdict[wanted.verdict].status
    now = standings(work, list(dict.fromkeys(alerts)))
    mine = [each for each in now.values() if (each.decided or 0) <= last]
    ids = [each.alert for each in mine]
    said = last_digests(work, ids)
    with tallied(work, ids):
        for each in mine:
            _add(work, each, wanted, status, said.get(each.alert, ""))
    _move(work, "status", [(each.status, status, each.alert) for each in mine])
    return Bulk(decided=len(mine), left=len(now) - len(mine))


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
        status = status_of(standing([*steps, _taken_back(seen.alert)]))
    said = last_digests(work, [now.alert])
    with tallied(work, [now.alert]):
        after = _add(work, now, wanted, status, said.get(now.alert, ""))
    _move(work, "status", [(now.status, status, now.alert)])
    return after


def _taken_back(alert: str) -> Decided:
    return Decided(id=0, alert=alert, verdict=None, reason="", note="", by="", at="")


def _add(
    work: Work, now: Standing, wanted: Wanted | None, status: Status, version: str
) -> Standing:
    """Write a step, where it leaves the alert, and the entry about it.

    The entry names what the alert said by its digest, where other lines say something of it.
    """
    stamp = stamp_of(work)
    reason = wanted.reason if wanted else ""
    row = {
        "alert": now.alert,
        "verdict": wanted.verdict if wanted else None,
        "reason": reason,
        "note": plain(wanted.note) if wanted else "",
        "by": plain(stamp.who),
        "at": moment(stamp.at),
    }
    made = work.connection.execute(insert(tables.decision).values(**row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    work.connection.execute(
        update(tables.alert)
        .where(tables.alert.c.id == now.alert)
        .values(status=status, decided=number)
    )
    said: Details = {"alert": now.alert, "decision": number, "status": status, "reason": reason}
    if version:
        said = {**said, "said": version}
    record_change(work, "alert decided" if wanted else "decision taken back", said)
    return Standing(alert=now.alert, status=status, assignee=now.assignee, decided=number)


def _move(work: Work, kind: str, moved: Sequence[tuple[str, str, str]]) -> None:
    """Let alerts be found by another value: the one before, the one now, and the id, of each."""
    numbers = numbers_of(work, [name for _, _, name in moved])
    added: dict[str, list[int]] = defaultdict(list)
    removed: dict[str, list[int]] = defaultdict(list)
    for before, now, name in moved:
        removed[term(kind, before)].append(numbers[name])
        added[term(kind, now)].append(numbers[name])
    change_terms(work, added, removed)
