"""The queue: which alerts a filter lets through, in what order, and how many.

There is one path to an answer, for the page, the command line and the API: each condition becomes
a set of alerts, and what they share is counted, put in order, and read.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice
from types import MappingProxyType
from typing import get_args

from sqlalchemy import func, select

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.consignments.types import Alert, Severity
from tidewaiter.store import tables
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.blocks import numbers_in, size
from tidewaiter.store.database import Work
from tidewaiter.store.matching import Matched, days_between, match
from tidewaiter.store.ordering import ORDERS, Start, in_order, key_of
from tidewaiter.store.proposals import PROPOSED
from tidewaiter.store.queuefilter import Queue, View
from tidewaiter.store.slices import slices
from tidewaiter.store.terms import Index, counted, having, index_of

MOST = 12  # values of a filter that are told
WITHIN = (-1, 0, 3, 7, 30)
"""Days from today that are counted: late, late or due today, due in 3 days ..."""

FACETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "severity": get_args(Severity),
        "status": get_args(Status),
        "assignee": ("",),
        "substance": (),
        "rule": (),
        "country": (),
    }
)
"""What is counted beside a filter, and the values that are told even where none has them."""


class Page(Record, frozen=True, kw_only=True):
    """Some alerts of the queue, in order."""

    alerts: tuple[Alert, ...]
    total: int  # of all pages
    earlier: bool  # there may be alerts before these
    later: bool  # there are alerts behind these
    whole: tuple[str, ...]  # words of which only whole ones were looked for


class Count(Record, frozen=True, kw_only=True):
    """How many alerts have a value."""

    value: str
    alerts: int


class Counts(Record, frozen=True, kw_only=True):
    """How many alerts each value of a filter would let through, the other filters as they are."""

    total: int
    by: Mapping[str, tuple[Count, ...]]  # by filter: see FACETS; the most frequent first
    due_within: Mapping[int, int]  # by days from today: see WITHIN
    proposed: int = 0  # of which a decision waits for a second officer


def queue_page(work: Work, queue: Queue, view: View | None = None) -> Page:
    """Read a page of the queue.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        view: Which page; None: the first.

    Raises:
        InputError: There is no alert to go on from.
        StoreError: An alert is not one that we wrote.
    """
    index = index_of(work)
    return _page(index, match(index, queue), view or View())


def queue_with_counts(
    work: Work, queue: Queue, view: View, *, most: int = MOST
) -> tuple[Page, Counts]:
    """Read a page of the queue, and count what each value of each filter would let through.

    A value is counted with the other filters as they are.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        view: Which page.
        most: Values of each filter that are told; those that are chosen are told beyond it.

    Raises:
        InputError: There is no alert to go on from.
        StoreError: An alert is not one that we wrote.
    """
    index = index_of(work)
    matched = match(index, queue)
    return _page(index, matched, view), _all_counts(index, queue, matched, most)


def matching_ids(work: Work, queue: Queue, rows: int, *, stored: int | None = None) -> list[str]:
    """Return the ids of the alerts that a filter lets through, as they were stored.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        rows: How many at most.
        stored: How many alerts were stored when someone looked, of which alone they are; None: all.
    """
    index = index_of(work)
    numbers = numbers_in(match(index, queue).all_but())
    if stored is not None:
        numbers = numbers[numbers < stored]
    return ids_of(work, numbers[:rows].tolist())


def stored_alerts(work: Work) -> int:
    """Count the alerts that are stored; those that come later have greater numbers."""
    last = work.connection.execute(select(func.max(tables.alert.c.number))).scalar()
    return 0 if last is None else int(last) + 1


def count_alerts(work: Work, queue: Queue, kind: str) -> dict[str, int]:
    """Count the alerts that a filter lets through by the values of one of FACETS."""
    index = index_of(work)
    found = counted(index, kind, match(index, queue).all_but())
    return dict.fromkeys(FACETS[kind], 0) | found


def visible_ids(work: Work, alerts: Sequence[str], *, cleared: bool) -> list[str]:
    """Return those of some alerts that are stored and may be seen, in order."""
    c = tables.alert.c
    found: set[str] = set()
    for some in slices(alerts):
        query = select(c.id).where(c.id.in_(some))
        shown = query if cleared else query.where(c.restricted == 0)
        found.update(work.connection.execute(shown).scalars())
    return [name for name in dict.fromkeys(alerts) if name in found]


def ids_of(work: Work, numbers: Sequence[int]) -> list[str]:
    """Return the ids of alerts by their numbers, in the order of these."""
    c = tables.alert.c
    found: dict[int, str] = {}
    for some in slices(numbers):
        query = select(c.number, c.id).where(c.number.in_(some))
        found |= {number: name for number, name in work.connection.execute(query)}  # noqa: C416
    return [found[number] for number in numbers]


def _page(index: Index, matched: Matched, view: View) -> Page:
    marks = matched.all_but()
    beyond = view.after or view.before
    start = Start(
        beyond=key_of(index, beyond, matched.seen) if beyond else None,
        back=view.before is not None and view.after is None,
    )
    numbers = list(islice(in_order(index, marks, ORDERS[view.sort], start), view.rows + 1))
    more, shown = len(numbers) > view.rows, numbers[: view.rows]
    ids = ids_of(index.work, shown[::-1] if start.back else shown)
    return Page(
        alerts=tuple(alerts_of(index.work, ids)),
        total=size(marks),
        earlier=more if start.back else start.beyond is not None,
        later=more or start.back,
        whole=matched.whole,
    )


def _all_counts(index: Index, queue: Queue, matched: Matched, most: int) -> Counts:
    return Counts(
        total=size(matched.all_but()),
        by={name: _counts(index, queue, matched, name, most) for name in FACETS},
        due_within=_due(index, queue, matched),
        proposed=size(matched.all_but("proposed") & having(index, [PROPOSED])),
    )


def _counts(
    index: Index, queue: Queue, matched: Matched, name: str, most: int
) -> tuple[Count, ...]:
    found = dict.fromkeys(FACETS[name], 0) | counted(index, name, matched.all_but(name))
    chosen = getattr(queue.wanted, name)
    kept = {*FACETS[name], *(chosen if isinstance(chosen, tuple) else filter(None, [chosen]))}
    ranked = sorted(found, key=lambda value: (-found[value], value))
    told = dict.fromkeys([*FACETS[name], *ranked[:most], *sorted(kept - {""})])
    return tuple(Count(value=value, alerts=found.get(value, 0)) for value in told)


def _due(index: Index, queue: Queue, matched: Matched) -> dict[int, int]:
    others, first = matched.all_but("due_within"), None
    counts, found = {}, 0
    for days in WITHIN:
        last = queue.today + timedelta(days=days)
        found += size(others & days_between(index, "due", first, last))
        counts[days], first = found, last + timedelta(days=1)
    return counts
