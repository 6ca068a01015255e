"""Nowcast estimates of a whole release, and their table in the source's codes."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.burden.indicators import indicators, places
from tidewaiter.burden.nowcast.grids import Counts, Grid, Grids, Truth, settled_in
from tidewaiter.burden.nowcast.model import (
    Ladder,
    Parameters,
    Signs,
    before_data,
    fit,
    is_nation,
    lacking,
    ladder_of,
    shipped,
    signs_of,
    spread_of,
    unusual,
)
from tidewaiter.burden.readers.vsrr import SOURCE
from tidewaiter.burden.types import ESTIMATES, Reading, month_text

Rows = npt.NDArray[np.int64]

_REMARKABLE = 3.0  # multiple of the usual pending share
_LEAST_PENDING = 0.3  # percent
_WIDER = 1.5  # unusual cells get a wider interval
_UNSIGNED = frozenset({"all-causes"})  # counts without a sign, as no cause needs to be determined


def nowcast(now: Reading, earlier: Sequence[Reading] = ()) -> pa.Table:
    """Estimate the final values of a release's counts.

    Args:
        now: The release; sufficient on its own.
        earlier: Others of the same source. Only earlier ones are used; they improve the estimates
            by showing how incomplete such counts were.

    Returns:
        ESTIMATES: one row per place, indicator and period of the release.
    """
    grids = Grids(now)
    before = [Grids(each) for each in earlier_releases(now, earlier)]
    truth = settled_in(grids, *before)
    found = [
        estimate(
            grids,
            each,
            fitted(grids, before, truth, each),
            ladder_of(before, truth, each, grids.age),
        )
        for each in grids.indicators
    ]
    return pa.concat_tables(found) if found else ESTIMATES.empty_table()


def earlier_releases(now: Reading, others: Sequence[Reading]) -> list[Reading]:
    """Return earlier dated releases of the same source."""
    return [
        each
        for each in others
        if each.source == now.source
        and None not in (each.released, now.released)
        and (each.released or 0) < (now.released or 0)
    ]


def fitted(now: Grids, before: Sequence[Grids], truth: Truth, indicator: str) -> Parameters:
    """Return the constants of an indicator, from the archive if it is sufficient."""
    start = shipped().get(indicator, before_data(indicator))
    return fit(before, truth, start, released=now.released)


def estimate(
    grids: Grids, indicator: str, parameters: Parameters, ladder: Ladder | None = None
) -> pa.Table:
    """Estimate one indicator of a release.

    Args:
        grids: The release.
        indicator: A key of data/burden/indicators.toml.
        parameters: Constants of the indicator.
        ladder: Chain ladder of earlier releases, used if there is no sign.

    Returns:
        ESTIMATES. Closed counts are returned as reported, without an interval.
    """
    counts, signs = grids.counts(indicator), _settle(signs_of(grids, indicator), grids)
    nations = [is_nation(place) for place in grids.places]
    lacks = lacking(signs, parameters, nations, grids.places)
    spread = spread_of(signs, parameters.rests, grids.age, nations)
    odd = unusual(counts, signs, _REMARKABLE, _LEAST_PENDING)
    whole = np.array(nations)[:, None]
    wide = np.where(odd > 0, _WIDER, 1.0)
    up = np.where(whole, 1.0, parameters.up * wide) * spread.up
    down = np.where(whole, 1.0, parameters.down * wide) * spread.down
    told = np.isfinite(lacks)
    if indicator in _UNSIGNED:
        lacks, told = np.zeros_like(lacks), np.zeros_like(told)
    if ladder:
        lacks, up, down = (
            np.where(told, ours, step)
            for ours, step in zip((lacks, up, down), ladder.steps(grids.lags), strict=True)
        )
    closed = counts.closed
    lacks = np.where(closed | (grids.settled & ~np.isfinite(lacks)), 0.0, lacks)
    middle = counts.value * np.exp(lacks)
    low = np.where(closed, middle, np.floor(middle * np.exp(-down) - 0.5))
    high = np.where(closed, middle, np.ceil(middle * np.exp(up) + 0.5))
    method = np.where(told, parameters.rests, "ladder")
    method = np.where(closed, "closed", np.where(grids.settled, "settled", method))
    return _table(
        grids, indicator, counts, Estimated(middle, np.maximum(low, 0.0), high, method, odd)
    )


class Estimated(NamedTuple):
    """Estimates, shape ``(places, lags)`` each."""

    middle: Grid
    low: Grid
    high: Grid
    method: npt.NDArray[np.str_]
    odd: Grid  # multiple of the usual pending share, where remarkable


def _settle(signs: Signs, grids: Grids) -> Signs:
    """Remove the signs of settled periods, in which pending deaths stay pending."""
    still = grids.settled[None, :]
    return Signs(
        pending=np.where(still & np.isfinite(signs.pending), 0.0, signs.pending),
        excess=np.where(still & np.isfinite(signs.excess), 0.0, signs.excess),
        usual=signs.usual,
    )


def _table(grids: Grids, indicator: str, counts: Counts, found: Estimated) -> pa.Table:
    rows, lags = np.nonzero(counts.shown)
    at = rows, lags
    middle = np.round(found.middle[at])
    known = np.isfinite(middle)
    columns = {
        "place": pa.array(np.array(grids.places)[rows]),
        "indicator": pa.array([indicator] * len(rows)),
        "last": pa.array(grids.newest - lags, pa.int32()),
        "lag": pa.array(lags, pa.int16()),
        "reported": _numbers(counts.value[at]),
        "predicted": _numbers(counts.predicted[at]),
        "closed": pa.array(counts.closed[at]),
        "estimate": _numbers(middle),
        "low": _numbers(np.where(known, found.low[at], np.nan)),
        "high": _numbers(np.where(known, found.high[at], np.nan)),
        "flag": pa.array(_flags(counts, found, at)),
        "method": pa.array(np.where(known, found.method[at], "none")),
    }
    return pa.table(columns, schema=ESTIMATES).sort_by(
        [("place", "ascending"), ("last", "ascending")]
    )


def _flags(counts: Counts, found: Estimated, at: tuple[Rows, Rows]) -> list[str]:
    words = []
    for value, pending, odd, middle in zip(
        counts.value[at], counts.pending[at], found.odd[at], found.middle[at], strict=True
    ):
        if not np.isfinite(value):
            words.append("the count is not shown")
        elif not np.isfinite(middle):
            words.append("nothing tells how complete the count is")
        elif odd:
            words.append(
                f"{pending:.1f} % of deaths have no cause yet, {odd:.0f} times what is usual here"
            )
        else:
            words.append("")
    return words


def _numbers(values: Grid) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


NOWCAST = pa.schema(
    [
        pa.field("state", pa.string(), nullable=False),  # as in CDC files: US, OH, NY without YC
        pa.field("month", pa.string(), nullable=False),  # last of the twelve: "2023-12"
        pa.field("indicator", pa.string(), nullable=False),  # as in CDC files; otherwise our key
        pa.field("reported", pa.int64()),
        pa.field("estimate", pa.int64()),
        pa.field("low", pa.int64()),  # 95 % interval
        pa.field("high", pa.int64()),
        pa.field("predicted", pa.int64()),  # by the source
        pa.field("status", pa.string(), nullable=False),  # "closed" or "provisional"
        pa.field("lag", pa.int16(), nullable=False),  # months before the newest period
        pa.field("method", pa.string(), nullable=False),
        pa.field("flag", pa.string(), nullable=False),
        pa.field("place", pa.string(), nullable=False),  # ISO 3166
        pa.field("basis", pa.string(), nullable=False),
        pa.field("release", pa.string(), nullable=False),  # "cdc-vsrr 2024-05"
    ]
)
"""Columns of a nowcast file; counts are deaths in overlapping twelve-month periods."""

_JOINED = {"US-NY": "NY+YC"}  # CDC's "NY" excludes New York City ("YC"); this includes both


def as_table(estimates: pa.Table, reading: Reading) -> pa.Table:
    """Build the output table of a nowcast.

    Args:
        estimates: ESTIMATES.
        reading: Their release.

    Returns:
        NOWCAST, in the order of the estimates.
    """
    known = pc.unique(reading.figures["basis"]).to_pylist()
    basis = known[0] if len(known) == 1 else ""
    named = vsrr_names() if reading.source == SOURCE else {}
    told = month_text(reading.released) if reading.released is not None else "undated"
    rows = [
        {
            "state": state_code(row["place"]),
            "month": month_text(row["last"]),
            "indicator": named.get(row["indicator"], row["indicator"]),
            **{name: row[name] for name in ("reported", "estimate", "low", "high", "predicted")},
            "status": "closed" if row["closed"] else "provisional",
            "basis": basis,
            "release": f"{reading.source} {told}",
            **{name: row[name] for name in ("lag", "method", "flag", "place")},
        }
        for row in estimates.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=NOWCAST)


def state_code(place: str) -> str:
    """Return a place's code in CDC's provisional counts, or ours if there is none."""
    known = places().get(place)
    return _JOINED.get(place) or (known.vsrr if known and known.vsrr else place)


@cache
def vsrr_names() -> dict[str, str]:
    """Return CDC's names of the indicators, by key."""
    return {each.key: each.vsrr for each in indicators().values() if each.vsrr}
