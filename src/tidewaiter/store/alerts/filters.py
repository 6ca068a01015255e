"""Filters of the queue: what a user asks for, the alerts that meet it, and saved filters."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import reduce
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np
from sqlalchemy import ColumnElement, delete, insert, or_, select

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.search_words import Sought, plain_name, sought_in
from tidewaiter.store.alerts.bitmaps import Marks, marked
from tidewaiter.store.alerts.decisions import PROPOSED
from tidewaiter.store.alerts.inverted_index import (
    Index,
    beginning,
    between,
    having,
    having_between,
    term,
)
from tidewaiter.store.audit import record_change
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import decode, encode, key, plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Severity

Sort = Literal[
    "rank", "due", "-due", "newest", "oldest", "score", "-score", "consignment", "-consignment"
]
"""rank: the severity first, then what rests on a list, then the day on which it is due, then the
points of the order of work. due: the soonest first. score: the
highest first. "-" turns the order round; an alert without a due day is last in either."""


class AlertFilter(Record, frozen=True, kw_only=True):
    """Which alerts to show; what is empty does not matter. Of several values, any will do."""

    severity: tuple[Severity, ...] = ()
    status: tuple[Status, ...] = ()
    assignee: str | None = None  # "": nobody
    substance: tuple[str, ...] = ()  # slugs
    rule: tuple[str, ...] = ()  # of its reasons, and of the notes since
    country: tuple[str, ...] = ()  # of the goods, a stop or a party: ISO 3166-1 alpha-2
    origin: str | None = None  # country that the goods are sent from
    destination: str | None = None  # country that they are bound for
    party: str | None = None  # a name in the papers, or its beginning
    entry: str | None = None  # of a list that the alert rests on: "LIST/ID"
    consignment: str | None = None
    source: int | None = None  # id of the file
    screening: int | None = None  # id of the one that first found it
    due_within: int | None = None  # days from today; -1: those whose day is past
    due_from: date | None = None
    due_to: date | None = None  # the day itself too
    day_from: date | None = None  # of the law that it was screened by
    day_to: date | None = None
    proposed: bool = False  # only those of which a decision waits for a second officer
    words: str = ""  # all of them occur in the goods, the title, the parties or the numbers


class Queue(Record, frozen=True, kw_only=True):
    """The queue as someone sees it."""

    wanted: AlertFilter = AlertFilter()
    today: date
    cleared: bool  # for restricted entries; who is not does not see alerts that rest on them


class View(Record, frozen=True, kw_only=True):
    """Which page of the queue to show."""

    sort: Sort = "rank"
    after: str | None = None  # id of the last alert of the page before
    before: str | None = None  # id of the first alert of the page behind
    rows: int = 50


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


LONGEST = 60  # characters of a name
MOST = 50  # filters of one account


class NewFilter(Record, frozen=True, kw_only=True):
    """A filter to be kept."""

    name: str
    wanted: AlertFilter
    sort: Sort = "rank"
    shared: bool = False


class SavedFilter(NewFilter, frozen=True, kw_only=True):
    """A filter that is kept."""

    id: int
    owner: int  # account


def save_filter(work: Work, owner: int, new: NewFilter) -> int:
    """Keep a filter; one of the same name and owner is replaced.

    Args:
        work: Begun with a stamp.
        owner: Account that keeps it.
        new: The filter.

    Returns:
        The id.

    Raises:
        InputError: The name is empty or too long, or there are too many.
    """
    name = plain(new.name.strip())
    if not 0 < len(name) <= LONGEST:
        raise InputError("store/not-a-name", name=name[:80], longest=LONGEST)
    c = tables.saved_filter.c
    work.connection.execute(delete(tables.saved_filter).where(c.owner == owner, c.name == name))
    mine = [each for each in saved_filters(work, owner) if each.owner == owner]
    if len(mine) >= MOST:
        raise InputError("store/too-many-filters", most=MOST)
    row = {
        "owner": owner,
        "name": name,
        "filter": encode(new.wanted),
        "sort": new.sort,
        "shared": int(new.shared),
    }
    made = work.connection.execute(insert(tables.saved_filter).values(**row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    record_change(work, "filter saved", {"filter": number, "shared": int(new.shared)})
    return number


def saved_filters(work: Work, account: int) -> list[SavedFilter]:
    """Read the filters of an account, and those that others share, by name."""
    c = tables.saved_filter.c
    query = select(tables.saved_filter).where(or_(c.owner == account, c.shared == 1))
    return [
        SavedFilter(
            id=row["id"],
            owner=row["owner"],
            name=row["name"],
            wanted=decode(row["filter"], AlertFilter, f"filter {row['id']}"),
            sort=msgspec.convert(row["sort"], Sort),
            shared=bool(row["shared"]),
        )
        for row in work.connection.execute(query.order_by(c.name, c.id)).mappings()
    ]


def drop_filter(work: Work, account: int, number: int) -> None:
    """Keep a filter no longer.

    Raises:
        InputError: The account keeps none of this id.
    """
    c = tables.saved_filter.c
    which = (c.id == number, c.owner == account)
    if not work.connection.execute(delete(tables.saved_filter).where(*which)).rowcount:
        raise InputError("store/no-such-filter", number=number)
    record_change(work, "filter removed", {"filter": number})
