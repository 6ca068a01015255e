"""Inverted index of alerts: the terms of each alert, and the alerts with each term.

A term is a kind and a value, such as "substance:acetone" or "word:drum". Everything by which the
queue is filtered, counted and sorted is indexed here, alike on both databases, and is read and
written in the transaction of the alert itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, delete, func, select

from tidewaiter.base.phrases import english
from tidewaiter.base.records import Record
from tidewaiter.casework.search_words import plain_name, words_of
from tidewaiter.store.alerts.bitmaps import (
    BLOCK,
    Marks,
    Row,
    appended,
    gathered,
    packed,
    places_of,
    shared,
)
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import is_among, put, slices
from tidewaiter.store.core.columns import key
from tidewaiter.store.core.database import IN_BINARY, Work
from tidewaiter.trade.alerts import is_listed
from tidewaiter.trade.flows import countries_of, journey_of
from tidewaiter.trade.line_fields import SEARCH
from tidewaiter.trade.types import CODES, FIELDS, LISTS, TEXTS, Alert, Line

WIDE = 20_000  # upper limit of rows read for a word prefix
_LAST = "\U0010ffff"  # sorts after every continuation of a value
_COLUMNS = ("term", "block", "bits")
_NAMING = ("consignment", *TEXTS)
_REST = tuple(
    name
    for name, about in FIELDS.items()
    if SEARCH in about.uses and name not in {*_NAMING, *CODES}
)
"""Fields of a line that are searched, least informative last."""

Numbers = Mapping[str, Sequence[int]]
"""Numbers of alerts, by term."""

Places = dict[str, list[int]]


class Index(Record, frozen=True, kw_only=True):
    """The index within one transaction."""

    work: Work
    blocks: int


def index_of(work: Work) -> Index:
    """Return the index of a database."""
    last = work.connection.execute(select(func.max(tables.alert.c.number))).scalar()
    return Index(work=work, blocks=0 if last is None else int(last) // BLOCK + 1)


def term(kind: str, value: str) -> str:
    """Return the term of a kind and a value; long values are truncated."""
    return f"{kind}:{key(value)}"


def having(index: Index, terms: Sequence[str]) -> Marks:
    """Return the alerts that have any of some terms."""
    c = tables.alert_term.c
    found: list[Any] = []
    for some in slices(terms):
        query = select(c.block, c.bits).where(c.term.in_(some))
        found += _read(index, query)
    return gathered(found, index.blocks)


def between(column: ColumnElement[str], first: str, last: str) -> ColumnElement[bool]:
    """Return the SQL condition that a text is in a closed interval."""
    # SQLAlchemy puts COLLATE into BETWEEN, which PostgreSQL cannot parse.
    return and_(column >= first, column <= last)


def having_each(index: Index, terms: Sequence[str]) -> dict[str, Marks]:
    """Return the alerts that have each of some terms."""
    c = tables.alert_term.c
    query = select(c.term, c.block, c.bits).where(c.term.in_(terms))
    rows: dict[str, list[Row]] = {name: [] for name in terms}
    for name, block, bits in _read(index, query):
        rows[name].append((block, bits))
    return {name: gathered(some, index.blocks) for name, some in rows.items()}


def having_between(index: Index, first: str, last: str) -> Marks:
    """Return the alerts that have any term in a closed interval."""
    c = tables.alert_term.c
    query = select(c.block, c.bits).where(between(c.term, first, last))
    return gathered(_read(index, query), index.blocks)


def beginning(index: Index, begin: str) -> Marks | None:
    """Return the alerts that have any term with a prefix; None: too many terms."""
    c = tables.alert_term.c
    query = select(c.block, c.bits).where(between(c.term, begin, begin + _LAST)).limit(WIDE + 1)
    rows = _read(index, query)
    return None if len(rows) > WIDE else gathered(rows, index.blocks)


def values(index: Index, kind: str, begin: str = "") -> list[str]:
    """Return the values of a kind with a prefix, in order."""
    c = tables.alert_term.c
    first = f"{kind}:{begin}"
    query = select(c.term).where(between(c.term, first, first + _LAST)).distinct()
    rows = index.work.connection.execute(query.order_by(c.term)).scalars()
    return [name[len(kind) + 1 :] for name in rows]


def counted(index: Index, kind: str, among: Marks) -> dict[str, int]:
    """Count the alerts of a set by each value of a kind; zero counts are omitted.

    Args:
        index: The index.
        kind: Kind of term.
        among: The set.
    """
    c = tables.alert_term.c
    filled = np.flatnonzero(among.any(axis=1)).tolist()
    query = select(c.block, c.bits, c.term).where(between(c.term, f"{kind}:", f"{kind}:{_LAST}"))
    if len(filled) < index.blocks:
        query = query.where(c.block.in_(filled))
    rows = _read(index, query.where(c.block < index.blocks))
    counts = shared([(block, bits) for block, bits, _ in rows], among)
    places: dict[str, int] = {}
    of = [places.setdefault(name, len(places)) for _, _, name in rows]
    totals = np.bincount(np.array(of, np.intp), counts).tolist()
    found = zip(places, totals, strict=True)
    return {name[len(kind) + 1 :]: int(total) for name, total in found if total}


def numbers_of(work: Work, alerts: Sequence[str]) -> dict[str, int]:
    """Return the numbers of alerts by id; unknown ids are omitted."""
    c = tables.alert.c
    found: dict[str, int] = {}
    for some in slices(alerts):
        query = select(c.id, c.number).where(c.id.in_(some))
        found |= {name: number for name, number in work.connection.execute(query)}  # noqa: C416
    return found


def change_terms(work: Work, added: Numbers, removed: Numbers | None = None) -> None:
    """Add and remove terms of alerts.

    Args:
        work: A write transaction.
        added: Numbers of alerts, by term.
        removed: Likewise; a term that is also in `added` stays.
    """
    plus, minus = _by_block(added), _by_block(removed or {})
    for block in sorted(plus.keys() | minus.keys()):
        _change_block(work, block, plus.get(block, {}), minus.get(block, {}))


def _read(index: Index, query: Select[Any]) -> Sequence[Any]:
    return index.work.connection.execute(query.execution_options(**{IN_BINARY: True})).all()


def _change_block(work: Work, block: int, added: Places, removed: Places) -> None:
    terms = list(added.keys() | removed.keys())
    made, gone = [], []
    held = _held(work, block, terms)
    for name in terms:
        now = _changed(held.get(name), added.get(name, ()), removed.get(name, ()))
        if now:
            made.append((name, block, now))
        elif name in held:
            gone.append(name)
    put(work.connection, tables.alert_term, _COLUMNS, made)
    c = tables.alert_term.c
    for few in slices(gone):
        some = c.term.in_(few)
        work.connection.execute(delete(tables.alert_term).where(c.block == block, some))


def _changed(held: bytes | None, added: Sequence[int], removed: Sequence[int]) -> bytes:
    """Return a row with positions added and removed; b"": it is empty."""
    fresh = sorted(set(added))
    if not removed and (short := appended(held or b"", fresh)):
        return short
    there = np.zeros(BLOCK, np.bool_)
    there[places_of(held or b"")] = True
    there[list(removed)] = False
    there[fresh] = True
    places = np.flatnonzero(there)
    return packed(places) if len(places) else b""


def _held(work: Work, block: int, terms: Sequence[str]) -> dict[str, bytes]:
    c = tables.alert_term.c
    some = is_among(work.connection, c.term, terms)
    query = select(c.term, c.bits).where(some, c.block == block)
    return {name: bytes(bits) for name, bits in work.connection.execute(query).all()}


def _by_block(numbers: Numbers) -> dict[int, Places]:
    blocks: dict[int, Places] = defaultdict(dict)
    for name, some in numbers.items():
        first, last = min(some) // BLOCK, max(some) // BLOCK
        for block in range(first, last + 1):
            base = block * BLOCK
            here = some if first == last else [n for n in some if base <= n < base + BLOCK]
            if here:
                blocks[block][name] = [number - base for number in here]
    return blocks


NO_DAY = "none"  # sorts after all days
LISTED = "listed:1"
"""Term of an alert with a list match; all others have "listed:0"."""
_RANK = 1_000_000  # added to ranks, so that they sort as text
_WIDTH = 7


def index_alerts(work: Work, stored: Sequence[tuple[int, Alert]], screening: int) -> None:
    """Write the terms of alerts that are being stored.

    Args:
        work: A write transaction.
        stored: Alerts with their numbers.
        screening: Id of the one that found them.
    """
    change_terms(work, numbers_by_term(stored, screening))


def numbers_by_term(stored: Iterable[tuple[int, Alert]], screening: int) -> Numbers:
    """Return the numbers of alerts by the terms that they have when they are stored."""
    found: dict[str, list[int]] = defaultdict(list)
    at_first = ("any:", "status:open", "assignee:", term("screening", str(screening)))
    for number, alert in stored:
        for name in (*at_first, *terms_of(alert)):
            found[name].append(number)
    return found


def terms_of(alert: Alert) -> dict[str, None]:
    """Return the distinct terms of an alert's own content."""
    found = dict.fromkeys(_facts(alert))
    found |= dict.fromkeys(f"word:{word}" for word in words_of(_texts(alert)))
    return found


def rank_value(rank: int) -> str:
    """Return a rank as text that sorts as ranks do."""
    return f"{max(0, rank + _RANK):0{_WIDTH}}"


def month_value(day: str) -> str:
    """Return the month of an ISO 8601 day, or the placeholder for none."""
    return day[:7]


def _facts(alert: Alert) -> Iterator[str]:
    yield f"severity:{alert.severity}"
    yield f"rank:{rank_value(alert.rank)}"
    yield f"score:{rank_value(alert.score)}"
    yield f"listed:{int(is_listed(alert))}"
    yield from _days("due", alert.due)
    yield from _days("day", alert.day)
    if alert.restricted:
        yield "restricted:"
    for slug in alert.substances:
        yield term("substance", slug)
    for reason in alert.reasons:
        yield term("rule", reason.rule)
    for match in alert.parties:
        yield term("entry", f"{match.list}/{match.entry}")
    yield from _places(alert.line)


def _days(kind: str, day: date | None) -> Iterator[str]:
    text = day.isoformat() if day else NO_DAY
    yield f"{kind}:{text}"
    yield f"{kind}-month:{month_value(text)}"


def _places(line: Line) -> Iterator[str]:
    for country in countries_of(line):
        yield f"country:{country}"
    journey = journey_of(line)
    yield f"from:{journey.origin}"
    yield f"to:{journey.destination}"
    for party in line.parties or ():
        if party.name:
            yield term("party", plain_name(party.name))


def _texts(alert: Alert) -> Iterator[str]:
    """Yield the fields of full-text search, most informative first."""
    line = alert.line
    parties = line.parties or ()
    yield from _written(line, _NAMING)
    yield english(alert.title)
    yield from (name for party in parties if (name := party.name))
    yield from (match.listed_name for match in alert.parties)
    yield from _written(line, CODES)
    yield from (number for party in parties if (number := party.id))
    yield from _written(line, _REST)


def _written(line: Line, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = getattr(line, name)
        if value:
            yield from (value if name in LISTS else (value,))
