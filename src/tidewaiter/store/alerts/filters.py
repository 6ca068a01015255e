"""Matching: each condition of a filter as the set of alerts that meet it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import reduce
from types import MappingProxyType

import numpy as np
from sqlalchemy import ColumnElement, select

from tidewaiter.base.records import Record
from tidewaiter.casework.words import Sought, plain_name, sought_in
from tidewaiter.store import tables
from tidewaiter.store.blocks import Marks, marked
from tidewaiter.store.payloads import key, plain
from tidewaiter.store.proposals import PROPOSED
from tidewaiter.store.queuefilter import AlertFilter, Queue
from tidewaiter.store.terms import Index, beginning, between, having, having_between, term

_IDS = 1_000  # alerts whose id begins as what was typed, at most
_SHORT = 4  # characters of an id
_LAST = "\U0010ffff"
_FIRST_DAY, _LAST_DAY = "0000-01-01", "9999-12-31"


class Matched(Record, frozen=True, kw_only=True):
    """The alerts that meet each condition; those that meet all of them are the answer."""

    seen: Marks  # all that may be seen
    by: Mapping[str, Marks]  # by the name of the condition
    whole: tuple[str, ...]  # words of which only whole ones were looked for: too many begin so

    def all_but(self, *names: str) -> Marks:
        """Return the alerts that meet all conditions but some."""
        sets = [held for name, held in self.by.items() if name not in names]
        return reduce(np.bitwise_and, sets, self.seen)


def match(index: Index, queue: Queue) -> Matched:
    """Look up what a filter asks for.

    Args:
        index: The index.
        queue: The filter, and what may be seen.
    """
    seen = having(index, ["any:"])
    if not queue.cleared:
        seen = seen & ~having(index, ["restricted:"])
    by = dict(_conditions(index, queue))
    words = sought_in(queue.wanted.words)
    whole = []
    if queue.wanted.words.strip():
        found = []
        for word in words:
            held, all_of_it = _word(index, word)
            found.append(held)
            whole += [] if all_of_it else [word.word]
        none = np.zeros_like(seen)
        together = reduce(np.bitwise_and, found) if found else none
        by["words"] = together | _ids(index, queue.wanted.words.strip())
    return Matched(seen=seen, by=by, whole=tuple(whole))


def days_between(index: Index, kind: str, first: date | None, last: date | None) -> Marks:
    """Return the alerts with a day from one to another, both with it; None: any.

    Args:
        index: The index.
        kind: "due" or "day".
        first: The first day.
        last: The last day.
    """
    start = first.isoformat() if first else _FIRST_DAY
    end = last.isoformat() if last else _LAST_DAY
    if start[:7] >= end[:7]:  # of days the wrong way round, there are none between
        return having_between(index, f"{kind}:{start}", f"{kind}:{end}")
    head = having_between(index, f"{kind}:{start}", f"{kind}:{start[:7]}-31")
    tail = having_between(index, f"{kind}:{end[:7]}-01", f"{kind}:{end}")
    # Whole months as text: behind the first, which "~" is, and up to the one before the last.
    before = f"{end[:5]}{int(end[5:7]) - 1:02}"
    between = having_between(index, f"{kind}-month:{start[:7]}~", f"{kind}-month:{before}~")
    return head | tail | between


def _conditions(index: Index, queue: Queue) -> Iterator[tuple[str, Marks]]:
    wanted = queue.wanted
    for name in ("severity", "status", "substance", "rule", "country"):
        if values := getattr(wanted, name):
            yield name, having(index, [term(name, value) for value in values])
    for name, find in _ONE.items():
        if getattr(wanted, name) is not None:
            yield name, find(index, wanted)
    if wanted.proposed:
        yield "proposed", having(index, [PROPOSED])
    if wanted.due_from or wanted.due_to:
        yield "due", days_between(index, "due", wanted.due_from, wanted.due_to)
    if wanted.day_from or wanted.day_to:
        yield "day", days_between(index, "day", wanted.day_from, wanted.day_to)
    if wanted.due_within is not None:
        last = queue.today + timedelta(days=wanted.due_within)
        yield "due_within", days_between(index, "due", None, last)


def _word(index: Index, sought: Sought) -> tuple[Marks, bool]:
    """Return the alerts with a word, and whether all words that begin so were looked at."""
    if not sought.begins:
        return having(index, [f"word:{sought.word}"]), True
    found = beginning(index, f"word:{sought.word}")
    if found is not None:
        return found, True
    return having(index, [f"word:{sought.word}"]), False


def _ids(index: Index, text: str) -> Marks:
    """Return the alerts whose id is, or begins, as what was typed."""
    if len(text) < _SHORT:
        return marked(np.zeros(0, np.int64), index.blocks)
    begin = plain(text).lower()
    return _numbered(index, between(tables.alert.c.id, begin, begin + _LAST))


def _numbered(index: Index, which: ColumnElement[bool], most: int = _IDS) -> Marks:
    query = select(tables.alert.c.number).where(which).limit(most)
    found = index.work.connection.execute(query).scalars().all()
    return marked(np.array(found, np.int64), index.blocks)


def _party(index: Index, wanted: AlertFilter) -> Marks:
    name = term("party", plain_name(wanted.party or ""))
    found = beginning(index, name)
    return having(index, [name]) if found is None else found


def _consignment(index: Index, wanted: AlertFilter) -> Marks:
    c = tables.alert.c
    return _numbered(index, c.consignment == key(wanted.consignment or ""), most=1_000_000)


def _source(index: Index, wanted: AlertFilter) -> Marks:
    s = tables.screening.c
    query = select(s.id).where(s.source == wanted.source)
    found = index.work.connection.execute(query).scalars().all()
    return having(index, [f"screening:{number}" for number in found])


_ONE: Mapping[str, Callable[[Index, AlertFilter], Marks]] = MappingProxyType(
    {
        "assignee": lambda index, wanted: having(index, [term("assignee", wanted.assignee or "")]),
        "origin": lambda index, wanted: having(index, [term("from", wanted.origin or "")]),
        "destination": lambda index, wanted: having(index, [term("to", wanted.destination or "")]),
        "entry": lambda index, wanted: having(index, [term("entry", wanted.entry or "")]),
        "screening": lambda index, wanted: having(index, [f"screening:{wanted.screening}"]),
        "party": _party,
        "consignment": _consignment,
        "source": _source,
    }
)
