"""Result of a mirror statistics query as one record, with caveats."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.trade.mirror.caveats import load_caveats
from tidewaiter.trade.mirror.comparison import Compared, compare, is_month, ratio_in
from tidewaiter.trade.mirror.hs_codes import NEWEST
from tidewaiter.trade.mirror.outliers import unusual_prices, unusual_years
from tidewaiter.trade.mirror.places import Distances, name_of
from tidewaiter.trade.mirror.reading import Reading
from tidewaiter.trade.mirror.types import (
    Basis,
    Conflict,
    Discrepancy,
    FileRead,
    Freight,
    Key,
    Method,
    Orphan,
    Point,
    Price,
    Refused,
    Reporter,
    Side,
    Watched,
)

T = TypeVar("T", Discrepancy, Orphan, Point, Price)


class Question(Record, frozen=True, kw_only=True):
    """Filter of the output. Computations use all data in the files."""

    reporters: frozenset[int] = frozenset()  # at least one side; empty: all
    since: int = 0  # the first year shown
    floor_kg: float | None = None  # None: default of the method
    every: bool = False  # include ordinary differences


class Gap(Record, frozen=True, kw_only=True):
    """A total over all partners that differs from the sum of its parts."""

    reporter: str
    side: Side
    code: str
    period: int
    total_kg: float
    parts_kg: float


class Mirrored(Record, frozen=True, kw_only=True):
    """All results, with the method and its inputs."""

    notice: str
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    method: Method
    freight: Freight
    files: tuple[FileRead, ...]
    revisions: tuple[str, ...]  # HS revisions in the files
    codes: tuple[Watched, ...]
    discrepancies: tuple[Discrepancy, ...]
    orphans: tuple[Orphan, ...]
    unusual: tuple[Point, ...]
    prices: tuple[Price, ...]
    reporters: tuple[Reporter, ...]
    conflicting: int
    conflicts: tuple[Conflict, ...]
    gaps: tuple[Gap, ...]
    refused_rows: int
    refused: tuple[Refused, ...]


class Moment(Record, frozen=True, kw_only=True):
    """A flow in one period."""

    period: int
    x: float | None
    m: float | None  # as reported
    ratio: float | None  # None: not two sides in the unit of the chart


class Seen(Record, frozen=True, kw_only=True):
    """Both sides of a flow over time, for a chart."""

    basis: Basis
    periods: tuple[Moment, ...]


def answer(
    reading: Reading,
    watched: Mapping[str, Watched],
    method: Method,
    question: Question,
    distances: Distances | None = None,
) -> Mirrored:
    """Compare the data, and select what is requested.

    Args:
        reading: Contents of the files.
        watched: Watched codes.
        method: Parameters.
        question: Filter of the output.
        distances: User-defined distances in km.
    """
    if question.floor_kg is not None:
        judging = msgspec.structs.replace(method.judging, floor_kg=question.floor_kg)
        method = msgspec.structs.replace(method, judging=judging)
    found = compare(reading, watched, method, distances)
    listed = found.discrepancies if question.every else _listed(found.discrepancies)
    return Mirrored(
        notice=load_caveats().notice,
        reasons=tuple(each.says for each in load_caveats().reason),
        notes=_notes(reading),
        method=method,
        freight=found.freight,
        files=tuple(reading.files),
        revisions=tuple(sorted(_revisions(reading))),
        codes=tuple(watched.values()),
        discrepancies=_kept(listed, question),
        orphans=_kept(found.orphans, question),
        unusual=_kept(unusual_years(reading, watched, method.judging), question),
        prices=_kept(unusual_prices(reading, watched, method.prices), question),
        reporters=_asked(found, question),
        conflicting=reading.conflicting,
        conflicts=tuple(reading.conflicts),
        gaps=tuple(_gaps(reading)),
        refused_rows=reading.refused_rows,
        refused=tuple(reading.refused),
    )


def _gaps(reading: Reading) -> Iterator[Gap]:
    for reporter, side, key, total, parts in reading.gaps:
        yield Gap(
            reporter=name_of(reporter),
            side=side,
            code=key.code,
            period=key.period,
            total_kg=total,
            parts_kg=parts,
        )


def course(
    reading: Reading, one: Discrepancy, freight: Freight, distances: Distances | None = None
) -> Seen:
    """Return both sides of a flow, and m, over all periods in the files."""
    found: dict[Key, dict[Side, float | None]] = {}
    mine = one.key.code, one.key.revision, one.key.exporter, one.key.importer
    for (side, key), amount in reading.flows.items():
        alike = (key.code, key.revision, key.exporter, key.importer) == mine
        if alike and is_month(key.period) == is_month(one.key.period):
            found.setdefault(key, {})[side] = amount.kg if one.basis == "kg" else amount.usd
    moments = (
        Moment(
            period=key.period,
            x=sides.get("X"),
            m=sides.get("M"),
            ratio=ratio_in(reading, key, one.basis, freight, distances),
        )
        for key, sides in sorted(found.items())
    )
    return Seen(basis=one.basis, periods=tuple(moments))


def _listed(found: Iterable[Discrepancy]) -> Iterator[Discrepancy]:
    """Drop ordinary differences, and all but the last period of permanent ones."""
    last: dict[tuple[str, str, int, int], int] = {}
    every = list(found)
    for one in every:
        if one.kind == "standing":
            flow = _flow(one)
            last[flow] = max(last.get(flow, 0), one.key.period)
    for one in every:
        if one.kind != "ordinary" and (
            one.kind != "standing" or one.key.period == last[_flow(one)]
        ):
            yield one


def _flow(one: Discrepancy) -> tuple[str, str, int, int]:
    return one.key.code, one.key.revision, one.key.exporter, one.key.importer


def _kept(found: Iterable[T], question: Question) -> tuple[T, ...]:
    return tuple(
        each
        for each in found
        if (not question.reporters or {each.key.exporter, each.key.importer} & question.reporters)
        and (each.key.period // 100 if is_month(each.key.period) else each.key.period)
        >= question.since
    )


def _asked(found: Compared, question: Question) -> tuple[Reporter, ...]:
    wanted = question.reporters
    return tuple(each for each in found.reporters if not wanted or each.country in wanted)


def _notes(reading: Reading) -> tuple[str, ...]:
    caveats = load_caveats()
    notes = [caveats.older_codes] if _revisions(reading) - {NEWEST} else []
    if reading.reconciled:
        notes.append(caveats.reconciled)
    return tuple(notes)


def _revisions(reading: Reading) -> set[str]:
    """Return the HS revisions, as reported."""
    return {each.revision for each in (*reading.flows.values(), *reading.reconciled.values())}
