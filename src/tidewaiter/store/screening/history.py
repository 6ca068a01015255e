"""History for re-screening: earlier lines, alerts as first raised, and inspected traders.

`party_line` gives the lines that name a trader without reading them; of most lines, only dates are
parsed from the JSON.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import RowMapping, func, select

from tidewaiter.base.phrases import decoder_of
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.alerts.versions import as_found
from tidewaiter.store.audit import record_change
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import AT_ONCE, slices
from tidewaiter.store.core.columns import CHUNK, KEY_LENGTH, columns_of, decode, unreadable
from tidewaiter.store.core.database import Database, Work
from tidewaiter.store.screening.lines import whole_line, whole_records
from tidewaiter.store.screening.parties import lines_of_parties, stored_parties
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.history.reasons import Wanted
from tidewaiter.trade.history.relevant_lines import COLUMNS, lines_with
from tidewaiter.trade.history.routes import code_of
from tidewaiter.trade.rules.results import Observed, load_result_rules, standing_results
from tidewaiter.trade.traders import fold_party, receiver_of, sender_of
from tidewaiter.trade.types import LINES, Alert

_ROWS: Final = 16_384  # lines per transaction
_HEADING: Final = 6  # digits of the HS
_CONTAINERS: Final = '"containers":["'
"""JSON fragment of a line with a container; cannot occur in text, as quotes are escaped."""


class PastLines(NamedTuple):
    """Lines of one source."""

    source: int
    sha256: str
    lines: pa.RecordBatch  # schema LINES, with the columns that history rules use


def past_lines(database: Database, wanted: Wanted) -> Iterator[PastLines]:
    """Read all lines in the order of storing; no transaction stays open between batches.

    Args:
        database: Without an open transaction.
        wanted: Lines relevant for the history; of the others, only dates are read.

    Yields:
        Batches, each of one source.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    c, f = tables.line.c, tables.source.c
    with database.work() as work:
        sources = {row.id: row.sha256 for row in work.connection.execute(select(f.id, f.sha256))}
    named = None if wanted.traders is None else _lines_of(database, wanted.traders)
    after = 0
    while True:
        query = select(c.id, c.source, *whole_line()).where(c.id > after).order_by(c.id)
        with database.work() as work:
            page = work.connection.execute(query.limit(_ROWS)).mappings().all()
            if not page:
                return
            found = [
                PastLines(source, sources[source], lines)
                for source, run in groupby(page, key=lambda row: row["source"])
                if source in sources  # otherwise added meanwhile, with its own history
                for lines in _read(work, list(run), named, wanted)
            ]
        yield from found
        after = page[-1]["id"]


def past_parties(database: Database) -> Iterator[pa.RecordBatch]:
    """Read the distinct named parties of all lines, as lines with one party each."""
    after = 0
    while True:
        with database.work() as work:
            some = stored_parties(work, after=after, rows=_ROWS)
        if not some:
            return
        after = some[-1].id
        parties = pa.array([[each.party._asdict()] for each in some], LINES.field("parties").type)
        yield lines_with({"parties": parties}, len(some))


class _Days(msgspec.Struct, gc=False):
    departure: str | None = None
    lodged: str | None = None
    release: str | None = None
    arrival: str | None = None


class _Stop(msgspec.Struct, gc=False):
    country: str | None = None
    locode: str | None = None


class _Way(_Days, gc=False):
    route: list[_Stop] | None = None


def _lines_of(database: Database, traders: Collection[str]) -> NDArray[np.int64]:
    """Return the ids of the lines that name any of some traders, increasing."""
    known = frozenset(traders)
    parties = [number for number, name in _names(database) if _is_one(name, known)]
    found = [np.zeros(0, np.int64)]
    for few in slices(parties):
        with database.work() as work:
            found.append(np.fromiter(lines_of_parties(work, few), np.int64))
    return np.unique(np.concatenate(found))


def _names(database: Database) -> Iterator[tuple[int, str]]:
    """Read id and name prefix of each party."""
    c, after = tables.party.c, 0
    while True:
        query = select(c.id, c.name).where(c.id > after).order_by(c.id).limit(_ROWS)
        with database.work() as work:
            some = work.connection.execute(query).all()
        if not some:
            return
        yield from map(tuple, some)
        after = some[-1].id


def _is_one(name: str, known: frozenset[str]) -> bool:
    """Return whether a name may be among some names; truncated names match by prefix."""
    return len(name) >= KEY_LENGTH or fold_party(name) in known


def _concerning(
    rows: Sequence[RowMapping], named: NDArray[np.int64] | None, wanted: Wanted
) -> NDArray[np.bool_]:
    """Return which lines are relevant for the history, shape (lines,)."""
    if named is None:
        return np.ones(len(rows), np.bool_)
    ids = np.array([row["id"] for row in rows], np.int64)
    place = np.searchsorted(named, ids)
    here = named[np.minimum(place, len(named) - 1)] == ids if len(named) else ids < 0
    if wanted.headings:
        here |= np.array([_heading(row) in wanted.headings for row in rows])
    if wanted.containers:
        here |= np.array([_CONTAINERS in row["payload"] for row in rows])
    return here


def _heading(row: RowMapping) -> str:
    return (row["hs"] or "")[:_HEADING]


def _read(
    work: Work,
    rows: Sequence[RowMapping],
    named: NDArray[np.int64] | None,
    wanted: Wanted,
) -> Iterator[pa.RecordBatch]:
    """Read lines: the relevant ones in full, dates of the others."""
    here = _concerning(rows, named, wanted).tolist()
    whole = [row for row, concerns in zip(rows, here, strict=True) if concerns]
    rest = [row for row, concerns in zip(rows, here, strict=True) if not concerns]
    days: list[str | None] = []
    try:
        told = _decoded([row["payload"] for row in rest], _Way if wanted.ways else _Days)
        for row, line in zip(rest, told, strict=True):
            if wanted.ways and _ends_of(line) in wanted.ways:
                whole.append(row)
            else:
                days.append(line.departure or line.lodged or line.release or line.arrival)
        if whole:
            yield _whole(work, whole)
        if days:
            yield lines_with(
                {"departure": pa.array(days, pa.string()).cast(pa.date32())}, len(days)
            )
    except (msgspec.DecodeError, pa.ArrowException, TypeError) as error:
        raise unreadable(error) from error


def _whole(work: Work, rows: Sequence[RowMapping]) -> pa.RecordBatch:
    """Read lines with all history columns."""
    parts = [
        lines_with(columns_of(records, COLUMNS), len(records))
        for records in whole_records(work, rows)
    ]
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]


def _ends_of(line: _Way) -> tuple[str, str] | None:
    """Return the first and last country of a route; None: no route, or a single stop."""
    if not line.route or len(line.route) == 1:
        return None
    first, last = line.route[0], line.route[-1]
    return code_of(first.country, first.locode), code_of(last.country, last.locode)


def _decoded(payloads: Sequence[str], kind: Any) -> Iterator[Any]:
    decode = decoder_of(list[kind]).decode
    for start in range(0, len(payloads), CHUNK):
        yield from decode("[" + ",".join(payloads[start : start + CHUNK]) + "]")


_MARKED: Final = "alerts marked anew"  # in the audit log


class Found(NamedTuple):
    """An alert as first raised, and the source of its line."""

    source: int
    alert: Alert


def every_alert(database: Database) -> Iterator[list[Found]]:
    """Read all alerts in the order of storing, in batches of one source.

    No transaction stays open between batches.

    Raises:
        StoreError: A stored alert cannot be decoded.
    """
    c, after = tables.alert.c, -1
    while True:
        wanted = select(c.number, c.source, c.id, c.payload).where(c.number > after)
        with database.work() as work:
            rows = work.connection.execute(wanted.order_by(c.number).limit(AT_ONCE)).all()
            found = as_found(work, [decode(r.payload, Alert, f"alert {r.id}") for r in rows])
        if not rows:
            return
        after = rows[-1].number
        yield from _by_source([Found(r.source, a) for r, a in zip(rows, found, strict=True)])


def _by_source(found: Sequence[Found]) -> Iterator[list[Found]]:
    some: list[Found] = []
    for each in found:
        if some and some[-1].source != each.source:
            yield some
            some = []
        some.append(each)
    if some:
        yield some


def first_days(work: Work) -> dict[int, date]:
    """Return the day of the first screening of each source."""
    s = tables.screening.c
    rows = work.connection.execute(select(s.source, func.min(s.day)).group_by(s.source))
    return {source: date.fromisoformat(day) for source, day in rows}


def last_screenings(work: Work) -> dict[int, int]:
    """Return the id of the last screening of each source."""
    s = tables.screening.c
    rows = work.connection.execute(select(s.source, func.max(s.id)).group_by(s.source))
    return {source: number for source, number in rows}  # noqa: C416


class Heads(NamedTuple):
    """State of the inputs that determine findings from other lines; -1: none."""

    line: int
    alert: int
    result: int
    taken_back: int  # last decision undone
    withdrawn: int  # total of withdrawn results


def heads(work: Work) -> Heads:
    """Return the current state of a database."""
    n, a, r, d = tables.line.c, tables.alert.c, tables.result.c, tables.decision.c
    asked = [select(func.max(each)) for each in (n.id, a.number, r.id)]
    asked.append(select(func.max(d.id)).where(d.verdict.is_(None)))
    asked.append(select(func.count()).select_from(tables.result_withdrawn))
    told = [work.connection.execute(each).scalar() for each in asked]
    return Heads(*(-1 if each is None else int(each) for each in told))


def last_marking(work: Work) -> str:
    """Return the digest of the inputs used for the last marking of all alerts; "": never."""
    c = tables.audit.c
    wanted = select(c.details).where(c.action == _MARKED).order_by(c.number.desc()).limit(1)
    found = work.connection.execute(wanted).scalar()
    return "" if found is None else str(msgspec.json.decode(found)["by"])


def note_marking(work: Work, digest: str, alerts: int) -> None:
    """Record that all alerts were marked.

    Args:
        work: A write transaction.
        digest: Of the inputs.
        alerts: Number of alerts.
    """
    record_change(work, _MARKED, {"by": digest, "alerts": alerts})


_WRONG = frozenset({"not-as-declared", "identified"})
_OPENED = frozenset({"opened", "sampled"})


def inspected(work: Work) -> Iterator[Inspected]:
    """Read the valid results, each for the sender and the receiver of the goods.

    Goods not found, not inspectable or unclear say nothing about a trader; neither do alerts on
    restricted entries, nor matching documents alone.

    Args:
        work: Any transaction.
    """
    r, a = tables.result.c, tables.alert.c
    wanted = select(r.alert).join(tables.alert, a.id == r.alert).where(a.restricted == 0)
    ids = list(work.connection.execute(wanted.distinct().order_by(r.alert)).scalars())
    for some in slices(ids):
        results = results_of(work, some)
        for alert in alerts_of(work, some):
            for each in standing_results(results[alert.id]):
                yield from _of(alert, each.observed)


def holds_other(work: Work, but: Collection[str]) -> bool:
    """Return whether a database holds a file other than some.

    Args:
        work: Any transaction.
        but: SHA-256 of the files to ignore.
    """
    c = tables.source.c
    other = select(c.id).where(c.sha256.not_in(but)).limit(1)
    return work.connection.execute(other).scalar() is not None


def alerts_naming(
    work: Work, substances: tuple[str, ...] | None, *, but: Collection[str]
) -> Iterator[tuple[int, Alert]]:
    """Read the alerts on substances as first raised, with their sources.

    Includes alerts on restricted entries in full: a caller that shares them must redact them.

    Args:
        work: Any transaction.
        substances: Slugs; None: all.
        but: SHA-256 of files to exclude.

    Raises:
        StoreError: A stored alert cannot be decoded.
    """
    a, n, f = tables.alert.c, tables.alert_substance.c, tables.source.c
    joined = tables.alert.join(tables.source, a.source == f.id)
    wanted = select(a.id, a.payload, a.source).select_from(joined).where(f.sha256.not_in(but))
    named = select(n.alert)
    if substances is not None:
        named = named.where(n.substance.in_(substances))
    rows = work.connection.execute(wanted.where(a.id.in_(named)).order_by(a.number))
    for some in rows.partitions(AT_ONCE):
        found = [decode(row.payload, Alert, f"alert {row.id}") for row in some]
        yield from zip((row.source for row in some), as_found(work, found), strict=True)


def _of(alert: Alert, observed: Observed) -> Iterator[Inspected]:
    if observed.outcome in _WRONG:
        said = load_result_rules().outcomes(observed.kind)[observed.outcome].says
    elif observed.outcome == "not-detected" or (
        observed.outcome == "as-declared" and _OPENED & set(observed.checks)
    ):
        said = ""
    else:
        return
    for trader in sorted({sender_of(alert.line), receiver_of(alert.line)} - {""}):
        yield Inspected(trader, observed.day, said)
