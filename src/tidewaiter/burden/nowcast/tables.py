"""A nowcast as a table for use elsewhere, in the codes of its source."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.burden.facts import indicators, places
from tidewaiter.burden.months import month_text
from tidewaiter.burden.readers.vsrr import SOURCE
from tidewaiter.burden.types import Reading

NOWCAST = pa.schema(
    [
        pa.field("state", pa.string(), nullable=False),  # as CDC writes it: US, OH, NY without YC
        pa.field("month", pa.string(), nullable=False),  # the last of the twelve: "2023-12"
        pa.field("indicator", pa.string(), nullable=False),  # as CDC writes it; else our key
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
"""The columns of a nowcast in a file; counts are deaths in twelve months, which overlap."""

_JOINED = {"US-NY": "NY+YC"}  # CDC's "NY" leaves New York City ("YC") out; this is both


def as_table(estimates: pa.Table, reading: Reading) -> pa.Table:
    """Write a nowcast.

    Args:
        estimates: ESTIMATES.
        reading: The release that they are of.

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
    """Return the code that CDC's provisional counts give a place; ours where they have none."""
    known = places().get(place)
    return _JOINED.get(place) or (known.vsrr if known and known.vsrr else place)


@cache
def vsrr_names() -> dict[str, str]:
    """Return CDC's names of the indicators, by key."""
    return {each.key: each.vsrr for each in indicators().values() if each.vsrr}
