"""Applying: a rule that was approved hides its alerts, and one that is over opens them again.

It goes through them by their numbers, a slice in each piece of work, so that other writers get
their turns in between. Where it goes on stands in the database: whoever comes next takes it up.
"""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, update

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.audit import stamp_of
from tidewaiter.store.blocks import numbers_in
from tidewaiter.store.candidates import candidate_numbers, read_candidates
from tidewaiter.store.database import Work
from tidewaiter.store.hiding import active_rules, bring_back, hide
from tidewaiter.store.terms import having, index_of, term

SLICE = 2_000  # alerts looked at in one piece of work


class Slice(Record, frozen=True, kw_only=True):
    """What one slice did."""

    alerts: int  # that rest now, or are open again
    more: bool  # there are alerts behind it


def unfinished(work: Work) -> list[int]:
    """Return the numbers of the rules that have not yet gone through all of their alerts."""
    c = tables.suppression.c
    wanted = select(c.id).where(c.goes_on.is_not(None)).order_by(c.id)
    return list(work.connection.execute(wanted).scalars())


def begin(work: Work, number: int) -> None:
    """Have a rule go through all alerts from the first."""
    _go_on_at(work, number, 0)


def next_slice(work: Work, number: int) -> Slice:
    """Let a rule go through its next alerts.

    Args:
        work: Begun with a stamp.
        number: Of the rule, which has just begun, or is unfinished.
    """
    c = tables.suppression.c
    wanted = select(c.state, c.goes_on).where(c.id == number)
    state, first = work.connection.execute(wanted).one()
    if first is None:  # someone else has finished it
        return Slice(alerts=0, more=False)
    passes = _hide if state == "active" else _open
    return passes(work, number, first)


def _hide(work: Work, number: int, first: int) -> Slice:
    day = stamp_of(work).at.date()
    mine = [rule for rule in active_rules(work, day) if rule.number == number]
    found = [candidate_numbers(work, rule.scope, ["open"]) for rule in mine]
    some = _from(found[0], first) if found else []  # else its day has come meanwhile
    subjects = (each.subject for each in read_candidates(work, some, undecided=True))
    hidden = len(hide(work, subjects, mine))
    return Slice(alerts=hidden, more=_passed(work, number, some))


def _open(work: Work, number: int, first: int) -> Slice:
    resting = numbers_in(having(index_of(work), [term("status", "suppressed")]))
    some = _from(resting, first)
    return Slice(alerts=bring_back(work, number, some), more=_passed(work, number, some))


def _from(numbers: NDArray[np.int64], first: int) -> list[int]:
    """Return the next of some numbers, which are in order."""
    begin_at = int(np.searchsorted(numbers, first))
    some: list[int] = numbers[begin_at : begin_at + SLICE].tolist()
    return some


def _passed(work: Work, number: int, some: list[int]) -> bool:
    """Keep where a rule goes on, and tell whether it does."""
    more = len(some) == SLICE
    _go_on_at(work, number, some[-1] + 1 if more else None)
    return more


def _go_on_at(work: Work, number: int, first: int | None) -> None:
    rule = update(tables.suppression).where(tables.suppression.c.id == number)
    work.connection.execute(rule.values(goes_on=first))
