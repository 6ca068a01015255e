"""Screening runs: the screened files, with each batch stored together with its checkpoint."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import msgspec
import pyarrow as pa
from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, func, select, update

from tidewaiter.base.records import Record
from tidewaiter.store.alerts.counts import count_lines
from tidewaiter.store.alerts.notes import insert_party_alerts
from tidewaiter.store.alerts.storage import insert_alerts
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new
from tidewaiter.store.core.columns import plain, well_formed
from tidewaiter.store.core.database import Work
from tidewaiter.store.screening.lines import insert_lines, insert_refusals
from tidewaiter.store.screening.parties import KnownParties
from tidewaiter.trade.types import Alert, Refusal

State = Literal["running", "done"]


class Source(Record, frozen=True, kw_only=True):
    """A file with its reading options: the same bytes read differently are another source."""

    sha256: str  # of its bytes, 64 hexadecimal digits
    name: str
    size: int  # bytes
    mapping: Mapping[str, str] = {}  # field -> column, as set by the user
    said: Mapping[str, str] = {}  # other user options: "sheet", "decimal", "unit net", ...


class Run(Record, frozen=True, kw_only=True):
    """Parameters of a screening other than its source."""

    day: date  # date of the law applied
    registry: str  # digest of the substances and regimes
    rules: str  # version of the rules
    basis: str | None = None  # JSON that these digests are computed from; None: unknown


class Screening(Record, frozen=True, kw_only=True):
    """A run over a source; repeating the same run continues the same screening."""

    id: int
    source_id: int
    source: Source
    run: Run
    state: State
    rows_done: int  # last data row stored, with all its results
    lines: int
    alerts: int  # found, including known ones
    refusals: int
    new_lines: int
    new_alerts: int
    started: str  # ISO 8601, UTC
    finished: str | None


def begin_screening(work: Work, source: Source, run: Run) -> Screening:
    """Start a screening, or resume the one of the same run and source.

    Args:
        work: A write transaction; its moment is the start.
        source: The file.
        run: Day, registry and rules.

    Returns:
        The screening. If `rows_done` is above 0, continue after that row; if `state` is "done",
        everything is already stored.
    """
    source_id = _source_id(work, source)
    added = _add_screening(work, source_id, run)
    screening = find_screening(work, source, run)
    if screening is None:  # pragma: no cover
        raise AssertionError("a screening just written is not there")
    action = "screening repeated" if screening.state == "done" else "screening resumed"
    record_change(
        work,
        "screening begun" if added else action,
        {
            "screening": screening.id,
            "sha256": source.sha256,
            "day": run.day.isoformat(),
            "registry": run.registry,
            "rules": run.rules,
            "rows_done": screening.rows_done,
        },
    )
    return screening


def find_screening(work: Work, source: Source, run: Run) -> Screening | None:
    """Find the screening of a source by a run; None: never started."""
    s, f = tables.screening.c, tables.source.c
    same_source = and_(f.sha256 == source.sha256, f.reading == _reading(source))
    same_run = and_(s.day == run.day.isoformat(), s.registry == run.registry, s.rules == run.rules)
    found = (
        work.connection.execute(_screenings().where(same_source, same_run)).mappings().one_or_none()
    )
    return _screening(found) if found else None


def advance(work: Work, screening_id: int, done_row: int, counts: Mapping[str, int]) -> bool:
    """Advance the checkpoint of a screening, and add to its counts.

    Args:
        work: A write transaction.
        screening_id: Screening id.
        done_row: The last row stored; at or before the checkpoint, neither checkpoint nor read
            counts change, as they were counted already.
        counts: lines, alerts, refusals, new_lines, new_alerts of the batch.

    Returns:
        Whether the checkpoint moved.
    """
    s = tables.screening.c
    further: ColumnElement[bool] = s.rows_done < done_row
    read = {
        name: s[name] + case((further, counts[name]), else_=0)
        for name in ("lines", "alerts", "refusals")
    }
    new = {name: s[name] + counts[name] for name in ("new_lines", "new_alerts")}
    moved = work.connection.execute(select(further).where(s.id == screening_id)).scalar_one()
    work.connection.execute(
        update(tables.screening)
        .where(s.id == screening_id)
        .values(rows_done=case((further, done_row), else_=s.rows_done), **read, **new)
    )
    return bool(moved)


def finish_screening(work: Work, screening_id: int) -> Screening:
    """Mark a screening as done; idempotent.

    Args:
        work: A write transaction; its moment is the end.
        screening_id: Screening id.
    """
    s = tables.screening.c
    changed = work.connection.execute(
        update(tables.screening)
        .where(s.id == screening_id, s.state == "running")
        .values(state="done", finished=moment(stamp_of(work).at))
    ).rowcount
    found = screening_of(work, screening_id)
    if changed:
        counts = {name: getattr(found, name) for name in ("lines", "alerts", "refusals")}
        record_change(work, "screening done", {"screening": found.id, **counts})
    return found


def screenings(work: Work, *, before: int | None = None, rows: int = 50) -> list[Screening]:
    """Read screenings, newest first.

    Args:
        work: Any transaction.
        before: Id of the last one seen; None: start with the newest.
        rows: Maximum number.
    """
    wanted = _screenings().order_by(tables.screening.c.id.desc()).limit(rows)
    if before is not None:
        wanted = wanted.where(tables.screening.c.id < before)
    return [_screening(row) for row in work.connection.execute(wanted).mappings()]


def screening_of(work: Work, screening_id: int) -> Screening:
    """Read a screening by its id, as referenced by uploads and alerts."""
    wanted = _screenings().where(tables.screening.c.id == screening_id)
    return _screening(work.connection.execute(wanted).mappings().one())


class Past(Record, frozen=True, kw_only=True):
    """The runs that last screened the lines of a source."""

    source: int  # id
    runs: tuple[Run, ...]  # each line was screened by one of them
    last_row: int  # of its lines


def past_runs(work: Work) -> list[Past]:
    """Return the last runs over each source that has lines.

    Args:
        work: Any transaction.

    Returns:
        The last finished run and, if lines were added after it, all runs that may have read them.
    """
    n = tables.line.c
    tops = work.connection.execute(select(n.source, func.max(n.row)).group_by(n.source)).all()
    made: dict[int, list[Screening]] = {source: [] for source, _ in tops}
    for row in work.connection.execute(_screenings()).mappings():
        made.get(row["source"], []).append(_screening(row))
    return [
        Past(source=source, runs=tuple(_covering(made[source], top)), last_row=top)
        for source, top in sorted((source, top) for source, top in tops)
    ]


def _covering(made: Sequence[Screening], top: int) -> Iterator[Run]:
    """Yield the runs that screened the rows up to one."""
    done = [each for each in made if each.finished is not None]
    last = max(done, key=lambda each: (each.finished or "", each.id), default=None)
    covered = 0
    if last is not None:
        covered = last.rows_done
        yield last.run
    if covered < top:
        yield from (each.run for each in made if each.rows_done > covered)


def source_of(work: Work, source_id: int) -> Source:
    """Read a source by its id, as `StoredBatch` gives it."""
    f = tables.source.c
    wanted = select(f.sha256, f.mapping, f.name, f.size, f.said).where(f.id == source_id)
    return _source(dict(work.connection.execute(wanted).mappings().one()))


def _source(row: dict[str, Any]) -> Source:
    """Build a source from its columns."""
    read = {name: _pairs(row[name]) for name in ("mapping", "said")}
    return Source(sha256=row["sha256"], name=row["name"], size=row["size"], **read)


def _pairs(text: str | None) -> dict[str, str]:
    return msgspec.json.decode(text or "{}", type=dict[str, str])


def _json(said: Mapping[str, str]) -> str:
    plainly = {field: well_formed(column) for field, column in said.items()}
    return msgspec.json.encode(plainly, order="sorted").decode()


def _reading(source: Source) -> str:
    more = f"\n{_json(source.said)}" if source.said else ""  # options added later to the hash
    return hashlib.sha256(f"{_json(source.mapping)}{more}".encode()).hexdigest()


def _source_id(work: Work, source: Source) -> int:
    columns = ("sha256", "mapping", "reading", "name", "size", "first_seen", "said")
    seen = moment(stamp_of(work).at)
    read = (source.sha256, _json(source.mapping), _reading(source))
    row = (
        *read,
        plain(source.name),
        source.size,
        seen,
        _json(source.said) if source.said else None,
    )
    insert_new(work.connection, tables.source, columns, [row])
    s = tables.source.c
    wanted = select(s.id).where(s.sha256 == source.sha256, s.reading == _reading(source))
    found: int = work.connection.execute(wanted).scalar_one()
    return found


def _add_screening(work: Work, source_id: int, run: Run) -> bool:
    facts: dict[str, object] = {
        "source": source_id,
        "day": run.day.isoformat(),
        "registry": run.registry,
        "rules": run.rules,
        "state": "running",
        **dict.fromkeys(("rows_done", "lines", "alerts", "refusals", "new_lines", "new_alerts"), 0),
        "started": moment(stamp_of(work).at),
        "basis": run.basis,
    }
    return insert_new(work.connection, tables.screening, tuple(facts), [tuple(facts.values())]) > 0


def _screenings() -> Select[Any]:
    f = tables.source.c
    source = (f.sha256, f.mapping, f.name, f.size, f.said)
    joined = tables.screening.join(tables.source)
    return select(tables.screening, *source).select_from(joined)


def _screening(row: RowMapping) -> Screening:
    found = dict(row)
    names = ("sha256", "name", "size", "mapping", "said")
    source = _source({name: found.pop(name) for name in names})
    run = {name: found.pop(name) for name in ("registry", "rules", "basis")}
    return Screening(
        source_id=found.pop("source"),
        source=source,
        run=Run(day=date.fromisoformat(found.pop("day")), **run),
        **found,
    )


class Batch(Record, frozen=True, kw_only=True):
    """Lines and results of one screening step."""

    lines: pa.RecordBatch  # of the schema LINES
    alerts: Sequence[Alert] = ()
    refusals: Sequence[Refusal] = ()
    done_row: int  # last data row read with it, counted from 1


class Added(Record, frozen=True, kw_only=True):
    """The new items of a batch."""

    lines: int
    alerts: tuple[str, ...]  # ids
    refusals: int


def add_batch(
    work: Work, screening_id: int, batch: Batch, known: KnownParties | None = None
) -> Added:
    """Store a batch and the checkpoint after it; known items stay as they are.

    The transaction is all or nothing, so an interrupted screening resumes at its checkpoint
    without loss or duplicates.

    Args:
        work: A write transaction.
        screening_id: Screening id; its source holds the lines.
        batch: Each alert belongs to a line of this batch, or to an earlier one.
        known: Parties that earlier batches of the same writer named.

    Returns:
        The new items.
    """
    s = tables.screening.c
    source = work.connection.execute(select(s.source).where(s.id == screening_id)).scalar_one()
    added = Added(
        lines=insert_lines(work, source, batch.lines, known),
        alerts=insert_alerts(work, source, screening_id, batch.alerts),
        refusals=insert_refusals(work, source, batch.refusals),
    )
    if added.lines:
        count_lines(work, added.lines)
    insert_party_alerts(work, batch.alerts, added.alerts)
    counts = {
        "lines": len(batch.lines),
        "alerts": len(batch.alerts),
        "refusals": len(batch.refusals),
        "new_lines": added.lines,
        "new_alerts": len(added.alerts),
    }
    moved = advance(work, screening_id, batch.done_row, counts)
    if moved or added.lines or added.alerts or added.refusals:
        details = {"screening": screening_id, "rows_done": batch.done_row, **counts}
        record_change(work, "batch added", details)
    return added
