"""Index of suppressed alerts: hidden by an active rule, and shown again when it ends.

A suppressed alert is stored and counted like any other; its status says that it is suppressed, and
`alert_suppressed` by which rule.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.suppression.rules import hides
from tidewaiter.casework.suppression.scope import Scope, Subject, subject_of
from tidewaiter.store.alerts.bitmaps import size
from tidewaiter.store.alerts.counts import tallied
from tidewaiter.store.alerts.inverted_index import (
    change_terms,
    having,
    index_of,
    numbers_of,
    term,
)
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import decode
from tidewaiter.store.core.database import Work


class Active(Record, frozen=True, kw_only=True):
    """A rule that suppresses alerts."""

    number: int
    scope: Scope
    strong: bool  # includes strong alerts, as stated in its text and approved by a second person


def active_rules(work: Work, day: date) -> list[Active]:
    """Read the rules active on a day, by number."""
    c = tables.suppression.c
    wanted = select(c.id, c.scope, c.strong).where(
        c.state == "active", c.since <= day.isoformat(), c.expires > day.isoformat()
    )
    return [
        Active(
            number=row.id,
            scope=decode(row.scope, Scope, f"scope of rule {row.id}"),
            strong=bool(row.strong),
        )
        for row in work.connection.execute(wanted.order_by(c.id))
    ]


def hide_new(work: Work, found: Sequence[object]) -> frozenset[str]:
    """Suppress newly stored alerts that match active rules.

    Args:
        work: A write transaction; its day determines the active rules.
        found: Undecided alerts.

    Returns:
        The ids of those suppressed.
    """
    rules = active_rules(work, stamp_of(work).at.date()) if found else []
    return hide(work, map(subject_of, found), rules) if rules else frozenset()


def hide(work: Work, subjects: Iterable[Subject], rules: Sequence[Active]) -> frozenset[str]:
    """Suppress open alerts, each by its first matching rule; write the count to the audit log.

    Args:
        work: A write transaction.
        subjects: Open, undecided alerts.
        rules: Active ones.

    Returns:
        The ids of those suppressed.
    """
    hidden: dict[int, list[str]] = defaultdict(list)
    for subject in subjects:
        for rule in rules:
            if _hides(rule, subject):
                hidden[rule.number].append(subject.id)
                break
    for number, ids in hidden.items():
        _hide_by(work, number, ids)
    return frozenset(name for ids in hidden.values() for name in ids)


def count_suppressed(work: Work) -> int:
    """Count the suppressed alerts."""
    return size(having(index_of(work), [term("status", "suppressed")]))


def is_suppressed() -> ColumnElement[bool]:
    """SQL condition: an alert is suppressed by a rule, with both and `alert_suppressed` joined."""
    a, r = tables.alert.c, tables.suppression.c
    # An ended rule has reopened those before `goes_on`; another rule may suppress them now.
    return and_(a.status == "suppressed", or_(r.state == "active", a.number >= r.goes_on))


def bring_back(work: Work, number: int, some: Sequence[int]) -> int:
    """Reopen the alerts of an ended rule, unless another rule matches them.

    Args:
        work: A write transaction; the rule is no longer active.
        number: Rule number.
        some: Numbers of the alerts to check.

    Returns:
        How many alerts were reopened.
    """
    ids = _resting_by(work, number, some)
    _set_status(work, ids, "suppressed", "open")
    rules = active_rules(work, stamp_of(work).at.date())
    back = len(ids) - len(hide(work, _subjects(work, ids if rules else []), rules))
    if back:
        said: Details = {"suppression": number, "alerts": back}
        record_change(work, "alerts open again", said)
    return back


def bring_back_changed(work: Work, ids: Sequence[str]) -> frozenset[str]:
    """Reopen suppressed alerts that their rule no longer matches.

    Those that match another active rule become suppressed by that rule.

    Args:
        work: A write transaction.
        ids: Alerts with changed reasons.

    Returns:
        The ids of those reopened.
    """
    resting = rules_that_hide(work, ids)
    rules = active_rules(work, stamp_of(work).at.date()) if resting else []
    by = {rule.number: rule for rule in rules}
    left = [
        subject
        for subject in _subjects(work, list(resting))
        if not ((rule := by.get(resting[subject.id])) and _hides(rule, subject))
    ]
    gone = [subject.id for subject in left]
    _set_status(work, gone, "suppressed", "open")
    for some in slices(gone):  # otherwise that rule would count without suppressing
        rows = tables.alert_suppressed.c.alert.in_(some)
        work.connection.execute(delete(tables.alert_suppressed).where(rows))
    taken = hide(work, left, rules)
    back = [name for name in gone if name not in taken]
    if back:
        record_change(work, "alerts open again", {"alerts": len(back), "first": back[0]})
    return frozenset(back)


def rules_that_hide(work: Work, ids: Sequence[str]) -> dict[str, int]:
    """Return the suppressing rule of each alert; others are omitted."""
    s = tables.alert_suppressed.c
    joined = tables.alert_suppressed.join(tables.alert).join(tables.suppression)
    found: dict[str, int] = {}
    for some in slices(ids):
        wanted = select(s.alert, s.suppression).select_from(joined).where(s.alert.in_(some))
        rows = work.connection.execute(wanted.where(is_suppressed()).order_by(s.alert))
        found |= {row.alert: row.suppression for row in rows}
    return found


def _hides(rule: Active, subject: Subject) -> bool:
    return hides(rule.scope, subject, strong_too=rule.strong)


def _resting_by(work: Work, number: int, some: Sequence[int]) -> list[str]:
    """Return the ids of those alerts that a rule suppresses."""
    a, s = tables.alert.c, tables.alert_suppressed.c
    both = tables.alert.join(tables.alert_suppressed, a.id == s.alert)
    found: list[str] = []
    for numbers in slices(some):
        wanted = (
            select(a.id)
            .select_from(both)
            .where(
                a.number.in_(numbers),
                s.suppression == number,
                a.status == "suppressed",
            )
        )
        found += work.connection.execute(wanted.order_by(a.id)).scalars()
    return found


def _hide_by(work: Work, number: int, ids: Sequence[str]) -> None:
    at = moment(stamp_of(work).at)
    rows = [{"alert": name, "suppression": number, "at": at} for name in ids]
    work.connection.execute(insert(tables.alert_suppressed), rows)
    _set_status(work, ids, "open", "suppressed")
    said: Details = {"suppression": number, "alerts": len(ids), "first": ids[0]}
    record_change(work, "alerts suppressed", said)


def _set_status(work: Work, ids: Sequence[str], before: Status, status: Status) -> None:
    """Change the status of alerts, in the queue index too."""
    if not ids:
        return
    with tallied(work, ids):
        _write_status(work, ids, status)
    numbers = list(numbers_of(work, ids).values())
    change_terms(work, {term("status", status): numbers}, {term("status", before): numbers})


def _write_status(work: Work, ids: Sequence[str], status: Status) -> None:
    for names in slices(ids):
        some = update(tables.alert).where(tables.alert.c.id.in_(names))
        work.connection.execute(some.values(status=status))


def _subjects(work: Work, ids: Sequence[str]) -> Iterable[Subject]:
    c = tables.alert.c
    reads = msgspec.json.Decoder(Subject)
    for names in slices(ids):
        wanted = select(c.payload).where(c.id.in_(names))
        yield from map(reads.decode, work.connection.execute(wanted).scalars().all())
