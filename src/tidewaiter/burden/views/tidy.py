"""Export of figures: each row states its release, place, period, basis and closure."""

from collections.abc import Collection, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import indicators, place_name
from tidewaiter.burden.supply import supply_name
from tidewaiter.burden.types import Release, month_text

TIDY = pa.schema(
    [
        pa.field("release", pa.string(), nullable=False),  # "cdc-vsrr 2025-09"
        pa.field("source", pa.string(), nullable=False),
        pa.field("released", pa.string(), nullable=False),  # "2025-09"; "": unknown
        pa.field("released_told", pa.bool_(), nullable=False),  # otherwise inferred
        pa.field("sha256", pa.string(), nullable=False),  # of the file
        pa.field("place", pa.string(), nullable=False),
        pa.field("place_name", pa.string(), nullable=False),
        pa.field("indicator", pa.string(), nullable=False),
        pa.field("indicator_name", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("basis", pa.string(), nullable=False),
        pa.field("from", pa.string(), nullable=False),  # first month of the period
        pa.field("to", pa.string(), nullable=False),  # last month of the period
        pa.field("months", pa.int16(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("predicted", pa.float64()),
        pa.field("pending", pa.float64()),
        pa.field("complete", pa.float64()),
        pa.field("closed", pa.bool_()),
        pa.field("missing", pa.string(), nullable=False),
    ]
)
"""Columns of an export; for those of FIGURES see burden/types.py."""


class Wanted(Record, frozen=True, kw_only=True):
    """Filter of figures; empty values match all."""

    places: tuple[str, ...] = ()  # codes
    indicators: tuple[str, ...] = ()  # keys
    first: int | None = None  # minimum last month of the period
    last: int | None = None  # maximum


def tidy(releases: Iterable[Release], wanted: Wanted) -> pa.Table:
    """Join the figures of some releases as TIDY, in the order of releases and rows."""
    return pa.concat_tables([TIDY.empty_table(), *(_tidied(each, wanted) for each in releases)])


def _tidied(release: Release, wanted: Wanted) -> pa.Table:
    figures = _filtered(release.reading.figures, wanted)
    month = release.reading.released
    same = {
        "release": release.label,
        "source": release.reading.source,
        "released": "" if month is None else month_text(month),
        "released_told": release.reading.told,
        "sha256": release.sha256,
    }
    first = pc.add(pc.subtract(figures["last"], figures["months"].cast(pa.int32())), 1)
    columns = {name: [value] * len(figures) for name, value in same.items()} | {
        "place_name": list(map(place_name, figures["place"].to_pylist())),
        "indicator_name": list(map(_indicator_name, figures["indicator"].to_pylist())),
        "from": list(map(month_text, first.to_pylist())),
        "to": list(map(month_text, figures["last"].to_pylist())),
    }
    kept = {name: figures[name] for name in figures.schema.names if name != "last"}
    return pa.table({name: (columns | kept)[name] for name in TIDY.names}, schema=TIDY)


def _filtered(figures: pa.Table, wanted: Wanted) -> pa.Table:
    for name, chosen in (("place", wanted.places), ("indicator", wanted.indicators)):
        if chosen:
            figures = figures.filter(_among(figures[name], chosen))
    if wanted.first is not None:
        figures = figures.filter(pc.greater_equal(figures["last"], wanted.first))
    if wanted.last is not None:
        figures = figures.filter(pc.less_equal(figures["last"], wanted.last))
    return figures


def _among(column: pa.ChunkedArray, chosen: Collection[str]) -> pa.ChunkedArray:
    return pc.is_in(column, pa.array(list(chosen), pa.string()))


def _indicator_name(key: str) -> str:
    found = indicators().get(key)
    return found.name if found else supply_name(key)
