"""Filters of the queue: the conditions, the alerts that meet them, and saved filters."""

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
"""rank: severity first, then list matches, then the due day, then the score of the priority
order. due: earliest first. score: highest first.
"-" reverses the order; alerts without a due day always come last."""


class AlertFilter(Record, frozen=True, kw_only=True):
    """Conditions on alerts; empty ones are ignored. Values of one condition mean "any of"."""

    severity: tuple[Severity, ...] = ()
    status: tuple[Status, ...] = ()
    assignee: str | None = None  # "": unassigned
    substance: tuple[str, ...] = ()  # slugs
    rule: tuple[str, ...] = ()  # of its reasons and later notes
    country: tuple[str, ...] = ()  # of the goods, a stop or a party: ISO 3166-1 alpha-2
    origin: str | None = None  # country of departure
    destination: str | None = None  # country of destination
    party: str | None = None  # a party name in the documents, or its beginning
    entry: str | None = None  # list entry matched by the alert: "LIST/ID"
    consignment: str | None = None
    source: int | None = None  # id of the file
    screening: int | None = None  # id of the screening that first found it
    due_within: int | None = None  # days from today; -1: overdue
    due_from: date | None = None
    due_to: date | None = None  # the day itself too
    day_from: date | None = None  # date of the law used in screening
    day_to: date | None = None
    proposed: bool = False  # only those with a pending proposal
    words: str = ""  # all must occur in the goods, title, parties or numbers


class Queue(Record, frozen=True, kw_only=True):
    """The queue as seen by one user."""

    wanted: AlertFilter = AlertFilter()
    today: date
    cleared: bool  # may see alerts based on restricted entries


class View(Record, frozen=True, kw_only=True):
    """The page of the queue to show."""

    sort: Sort = "rank"
    after: str | None = None  # id of the last alert of the previous page
    before: str | None = None  # id of the first alert of the next page
    rows: int = 50


_IDS = 1_000  # upper limit of alerts with a given id prefix
_SHORT = 4  # characters of an id
_LAST = "\U0010ffff"
_FIRST_DAY, _LAST_DAY = "0000-01-01", "9999-12-31"


class Matched(Record, frozen=True, kw_only=True):
    """The alerts that meet each condition; the answer is their intersection."""

    seen: Marks  # all visible to the user
    by: Mapping[str, Marks]  # by condition
    whole: tuple[str, ...]  # words matched only as whole words: too many words share the prefix

    def all_but(self, *names: str) -> Marks:
        """Return the alerts that meet all conditions except some."""
        sets = [held for name, held in self.by.items() if name not in names]
        return reduce(np.bitwise_and, sets, self.seen)


def match(index: Index, queue: Queue) -> Matched:
    """Look up the conditions of a filter.

    Args:
        index: The index.
        queue: The filter, and the user's clearance.
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
    """Return the alerts with a day in a closed interval; None: no condition.

    Args:
        index: The index.
        kind: "due" or "day".
        first: The first day.
        last: The last day.
    """
    start = first.isoformat() if first else _FIRST_DAY
    end = last.isoformat() if last else _LAST_DAY
    if start[:7] >= end[:7]:  # an empty interval
        return having_between(index, f"{kind}:{start}", f"{kind}:{end}")
    head = having_between(index, f"{kind}:{start}", f"{kind}:{start[:7]}-31")
    tail = having_between(index, f"{kind}:{end[:7]}-01", f"{kind}:{end}")
    # Whole months as text: "~" sorts after every day of the first month.
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
    """Return the alerts with a word, and whether all words with this prefix were searched."""
    if not sought.begins:
        return having(index, [f"word:{sought.word}"]), True
    found = beginning(index, f"word:{sought.word}")
    if found is not None:
        return found, True
    return having(index, [f"word:{sought.word}"]), False


def _ids(index: Index, text: str) -> Marks:
    """Return the alerts with a given id or id prefix."""
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
MOST = 50  # filters per account


class NewFilter(Record, frozen=True, kw_only=True):
    """A filter to save."""

    name: str
    wanted: AlertFilter
    sort: Sort = "rank"
    shared: bool = False


class SavedFilter(NewFilter, frozen=True, kw_only=True):
    """A saved filter."""

    id: int
    owner: int  # account number


def save_filter(work: Work, owner: int, new: NewFilter) -> int:
    """Save a filter; replaces one of the same name and owner.

    Args:
        work: A write transaction.
        owner: Account number.
        new: The filter.

    Returns:
        The id.

    Raises:
        InputError: The name is empty or too long, or the account has too many filters.
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
    """Read the saved filters of an account and those shared by others, by name."""
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
    """Delete a saved filter.

    Raises:
        InputError: The account has no filter of this id.
    """
    c = tables.saved_filter.c
    which = (c.id == number, c.owner == account)
    if not work.connection.execute(delete(tables.saved_filter).where(*which)).rowcount:
        raise InputError("store/no-such-filter", number=number)
    record_change(work, "filter removed", {"filter": number})
