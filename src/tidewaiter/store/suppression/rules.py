"""Suppression rules: proposed, approved, applied to the alerts they match, and ended.

A rule processes alerts by number, one slice per transaction, so that other writers get their turn.
Its position is stored in the database, so that any process can continue.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import RowMapping, Select, func, insert, select, update

from tidewaiter.base.errors import ConflictError, MissingError, StoreError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES, weight
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.search_words import LONGEST
from tidewaiter.casework.suppression.rules import (
    Proposal,
    State,
    Step,
    Suppression,
    Taken,
    check_approval,
    check_proposal,
    check_state,
    check_why,
)
from tidewaiter.casework.suppression.scope import Scope, Subject, words_of
from tidewaiter.store.alerts.bitmaps import Marks, numbers_in, size
from tidewaiter.store.alerts.inverted_index import having, index_of, term
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import decode, encode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.suppression.index import active_rules, bring_back, hide, is_suppressed


class Candidate(Record, frozen=True, kw_only=True):
    """An alert that a scope may match."""

    subject: Subject
    status: Status
    rank: int
    day: str  # ISO 8601: date of the law applied


def candidates(
    work: Work, scope: Scope, statuses: Sequence[Status] = (), *, undecided: bool = False
) -> Iterator[Candidate]:
    """Yield the stored alerts that a scope may match; `fit` decides.

    Args:
        work: Any transaction.
        scope: From `check_scope`.
        statuses: Only these statuses; empty: all.
        undecided: Only alerts that were never decided.

    Raises:
        StoreError: A stored alert cannot be decoded.
    """
    numbers = candidate_numbers(work, scope, statuses).tolist()
    yield from read_candidates(work, numbers, undecided=undecided)


def candidate_numbers(
    work: Work, scope: Scope, statuses: Sequence[Status] = ()
) -> NDArray[np.int64]:
    """Return the numbers of the same alerts, in order."""
    return numbers_in(_marks(work, scope, statuses))


def read_candidates(
    work: Work, numbers: Sequence[int], *, undecided: bool = False
) -> Iterator[Candidate]:
    """Read candidates by their numbers."""
    c = tables.alert.c
    reads = msgspec.json.Decoder(Subject)
    for few in slices(numbers):
        some = select(c.id, c.status, c.rank, c.day, c.payload).order_by(c.number)
        wanted = some.where(c.number.in_(few))
        if undecided:
            wanted = wanted.where(c.decided.is_(None))
        for row in work.connection.execute(wanted).all():
            subject = _decoded(reads, row.id, row.payload)
            yield Candidate(subject=subject, status=row.status, rank=row.rank, day=row.day)


def comparable(work: Work) -> int:
    """Count the stored alerts that a scope can match at all: the unrestricted ones."""
    index = index_of(work)
    return size(having(index, ["any:"]) & ~having(index, ["restricted:"]))


def _marks(work: Work, scope: Scope, statuses: Sequence[Status]) -> Marks:
    """Return the alerts with all index terms of a scope."""
    index = index_of(work)
    severities = [each for each in SEVERITIES if weight(each) <= weight(scope.most)]
    marks = having(index, [term("severity", each) for each in severities])
    if scope.substances:
        marks &= having(index, [term("substance", each) for each in scope.substances])
    else:
        marks &= having(index, [term("rule", each) for each in scope.rules])
    if statuses:
        marks &= having(index, [term("status", each) for each in statuses])
    for word in _words(scope):
        marks &= having(index, [f"word:{word}"])
    return marks & ~having(index, ["restricted:"])


def _words(scope: Scope) -> dict[str, None]:
    """Return the words of a scope that are index terms as they are."""
    traders = [trader.name for trader in (scope.shipper, scope.consignee) if trader]
    words = [word for text in (scope.phrase, *traders) for word in words_of(text)]
    return dict.fromkeys(word[:LONGEST] for word in words if word.isascii())


def _decoded(reads: msgspec.json.Decoder[Subject], name: str, payload: str) -> Subject:
    try:
        return reads.decode(payload)
    except msgspec.DecodeError as error:
        raise StoreError("store/stored-alert-unreadable", name=name, error=error) from error


SLICE = 2_000  # alerts per transaction


class Slice(Record, frozen=True, kw_only=True):
    """Result of one slice."""

    alerts: int  # suppressed or reopened
    more: bool  # more alerts follow


def unfinished(work: Work) -> list[int]:
    """Return the numbers of the rules that have not processed all their alerts yet."""
    c = tables.suppression.c
    wanted = select(c.id).where(c.goes_on.is_not(None)).order_by(c.id)
    return list(work.connection.execute(wanted).scalars())


def begin(work: Work, number: int) -> None:
    """Make a rule process all alerts from the first."""
    _go_on_at(work, number, 0)


def next_slice(work: Work, number: int) -> Slice:
    """Process a rule's next alerts.

    Args:
        work: A write transaction.
        number: Number of a new or unfinished rule.
    """
    c = tables.suppression.c
    wanted = select(c.state, c.goes_on).where(c.id == number)
    state, first = work.connection.execute(wanted).one()
    if first is None:  # another process has finished it
        return Slice(alerts=0, more=False)
    passes = _hide if state == "active" else _open
    return passes(work, number, first)


def _hide(work: Work, number: int, first: int) -> Slice:
    day = stamp_of(work).at.date()
    mine = [rule for rule in active_rules(work, day) if rule.number == number]
    found = [candidate_numbers(work, rule.scope, ["open"]) for rule in mine]
    some = _from(found[0], first) if found else []  # otherwise its end has passed meanwhile
    subjects = (each.subject for each in read_candidates(work, some, undecided=True))
    hidden = len(hide(work, subjects, mine))
    return Slice(alerts=hidden, more=_passed(work, number, some))


def _open(work: Work, number: int, first: int) -> Slice:
    resting = numbers_in(having(index_of(work), [term("status", "suppressed")]))
    some = _from(resting, first)
    return Slice(alerts=bring_back(work, number, some), more=_passed(work, number, some))


def _from(numbers: NDArray[np.int64], first: int) -> list[int]:
    """Return the next of some ordered numbers."""
    begin_at = int(np.searchsorted(numbers, first))
    some: list[int] = numbers[begin_at : begin_at + SLICE].tolist()
    return some


def _passed(work: Work, number: int, some: list[int]) -> bool:
    """Store a rule's position; return whether more follows."""
    more = len(some) == SLICE
    _go_on_at(work, number, some[-1] + 1 if more else None)
    return more


def _go_on_at(work: Work, number: int, first: int | None) -> None:
    rule = update(tables.suppression).where(tables.suppression.c.id == number)
    work.connection.execute(rule.values(goes_on=first))


class Changed(Record, frozen=True, kw_only=True):
    """Progress of a step; `applying` reports what is left."""

    suppression: Suppression
    alerts: int  # suppressed or reopened


def suppressions(work: Work, states: Sequence[State] = ()) -> list[Suppression]:
    """Read rules, newest first.

    Args:
        work: Any transaction.
        states: Only these states; empty: all.
    """
    c = tables.suppression.c
    wanted = select(tables.suppression).order_by(c.id.desc())
    if states:
        wanted = wanted.where(c.state.in_(states))
    rows = work.connection.execute(wanted).mappings().all()
    hiding = [row["id"] for row in rows if row["state"] == "active" or row["goes_on"] is not None]
    hidden = _hidden(work, hiding)
    return [_suppression(row, hidden.get(row["id"], 0)) for row in rows]


def suppression_of(work: Work, number: int) -> Suppression:
    """Read a rule.

    Raises:
        MissingError: No rule has this number.
    """
    wanted = select(tables.suppression).where(tables.suppression.c.id == number)
    row = work.connection.execute(wanted).mappings().first()
    if row is None:
        raise MissingError("store/no-suppression-rule", number=number)
    return _suppression(row, _hidden(work, [number]).get(number, 0))


def steps_of(work: Work, number: int) -> list[Taken]:
    """Read the history of a rule, first step first."""
    c = tables.suppression_step.c
    wanted = select(tables.suppression_step).where(c.suppression == number).order_by(c.id)
    return [Taken(**row) for row in work.connection.execute(wanted).mappings()]


def propose(work: Work, proposal: Proposal) -> Suppression:
    """Propose a rule; it takes effect when approved.

    Args:
        work: A write transaction; its stamp says by whom and when.
        proposal: The proposal.

    Raises:
        InputError: Scope, reason, owner or end are invalid.
    """
    checked = check_proposal(proposal, stamp_of(work).at.date())
    facts = {
        "scope": encode(checked.scope),
        "reason": checked.reason,
        "words": plain(checked.words),
        "owner": plain(checked.owner),
        "expires": checked.expires.isoformat(),
        "strong": int(checked.strong),
        "state": "proposed",
    }
    made = work.connection.execute(insert(tables.suppression).values(**facts))
    number = int(made.inserted_primary_key[0])  # type: ignore[index]
    _step(work, number, "proposed", checked.words)
    return suppression_of(work, number)


def approve(work: Work, seen: Suppression, words: str = "") -> Changed:
    """Approve a proposed rule: it suppresses matching alerts, open and future ones.

    The first slice of open alerts is processed here; the caller continues with the others, and
    has checked that a supervisor approves.

    Args:
        work: A write transaction.
        seen: The rule as the supervisor saw it.
        words: The supervisor's note.

    Raises:
        ConflictError: It was changed since, or is no longer proposed.
        InputError: It ends before it starts, or covers strong alerts and is approved by its
            proposer.
    """
    stamp, now = stamp_of(work), _as_seen(work, seen)
    proposer = steps_of(work, seen.number)[0].by
    day = stamp.at.date()
    check_approval(now, proposer=proposer, approver=plain(stamp.who), day=day)
    _step(work, seen.number, "approved", words, {"state": "active", "since": day.isoformat()})
    return _begun(work, seen.number)


def refuse(work: Work, seen: Suppression, words: str) -> Changed:
    """Reject a proposed rule, with a reason.

    Raises:
        ConflictError: It was changed since, or is no longer proposed.
        InputError: The reason is missing.
    """
    check_state(_as_seen(work, seen), "proposed")
    _step(work, seen.number, "refused", check_why(words), {"state": "refused"})
    return Changed(suppression=suppression_of(work, seen.number), alerts=0)


def end(work: Work, seen: Suppression, words: str) -> Changed:
    """End an active rule, with a reason; its alerts reopen unless decided since.

    The first slice is processed here; the caller continues with the others.

    Raises:
        ConflictError: It was changed since, or is no longer active.
        InputError: The reason is missing.
    """
    check_state(_as_seen(work, seen), "active")
    return _finish(work, seen.number, "ended", check_why(words))


def expire(work: Work, day: date) -> list[Changed]:
    """End the rules that expire by a day; their alerts reopen.

    About one slice in total is processed here; the caller continues with the others.

    Args:
        work: A write transaction.
        day: Rules and proposals that end on or before it expire.

    Returns:
        The expired active rules, with the number of alerts reopened for each.
    """
    ended, alerts = [], 0
    for row in work.connection.execute(_overdue(day)).all():
        changed = _finish(work, row.id, "expired", "", now=alerts < SLICE)
        alerts += changed.alerts
        if row.state == "active":
            ended.append(changed)
    return ended


def has_overdue(work: Work, day: date) -> bool:
    """Return whether `expire` would end a rule."""
    return work.connection.execute(_overdue(day).limit(1)).first() is not None


def _overdue(day: date) -> Select[tuple[int, str]]:
    c = tables.suppression.c
    wanted = select(c.id, c.state).where(
        c.state.in_(["active", "proposed"]), c.expires <= day.isoformat()
    )
    return wanted.order_by(c.id)


def _finish(work: Work, number: int, how: Step, words: str, *, now: bool = True) -> Changed:
    _step(work, number, how, words, {"state": how})
    return _begun(work, number, now=now)


def _begun(work: Work, number: int, *, now: bool = True) -> Changed:
    """Start processing a rule's alerts; the first slice now, or everything later."""
    begin(work, number)
    alerts = next_slice(work, number).alerts if now else 0
    return Changed(suppression=suppression_of(work, number), alerts=alerts)


def _as_seen(work: Work, seen: Suppression) -> Suppression:
    """Re-read a rule, if unchanged since it was seen."""
    now = suppression_of(work, seen.number)
    if now.last != seen.last:
        last = steps_of(work, seen.number)[-1]
        raise ConflictError(
            "store/suppression-changed-since-you-looked",
            number=seen.number,
            step=last.step,
            by=last.by,
        )
    return now


def _step(
    work: Work, number: int, step: Step, words: str, change: dict[str, str] | None = None
) -> None:
    """Add a history step to a rule, with its changes."""
    stamp = stamp_of(work)
    row = {"suppression": number, "step": step, "words": plain(words)}
    row |= {"by": plain(stamp.who), "at": moment(stamp.at)}
    made = work.connection.execute(insert(tables.suppression_step).values(**row))
    last = int(made.inserted_primary_key[0])  # type: ignore[index]
    rule = update(tables.suppression).where(tables.suppression.c.id == number)
    work.connection.execute(rule.values(last=last, **(change or {})))
    record_change(work, f"suppression {step}", {"suppression": number, "step": last})


def _hidden(work: Work, numbers: Sequence[int]) -> dict[int, int]:
    """Count the suppressed alerts."""
    s = tables.alert_suppressed.c
    joined = tables.alert_suppressed.join(tables.alert).join(tables.suppression)
    wanted = (
        select(s.suppression, func.count())
        .select_from(joined)
        .where(s.suppression.in_(numbers), is_suppressed())
    )
    found: Any = work.connection.execute(wanted.group_by(s.suppression)).all()
    return {number: count for number, count in found}  # noqa: C416


def _suppression(row: RowMapping, hidden: int) -> Suppression:
    proposal = Proposal(
        scope=decode(row["scope"], Scope, f"scope of rule {row['id']}"),
        reason=row["reason"],
        words=row["words"],
        owner=row["owner"],
        expires=date.fromisoformat(row["expires"]),
        strong=bool(row["strong"]),
    )
    since = date.fromisoformat(row["since"]) if row["since"] else None
    return Suppression(
        number=row["id"],
        proposal=proposal,
        state=row["state"],
        since=since,
        last=row["last"],
        hidden=hidden,
    )
