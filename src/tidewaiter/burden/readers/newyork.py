"""New York: CDC counts its City apart, so the state is the sum of both."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.burden.types import FIGURES

_WHOLE, _CITY, _REST = "US-NY", "US-NY-NYC", "US-NY-REST"


def add_new_york(figures: pa.Table) -> pa.Table:
    """Add the rows of the state as a whole where both of its parts are there.

    A sum is there where both values are; a percentage is that of both parts, weighed by their
    counts; it is closed where both are.
    """
    parts = figures.filter(pc.is_in(figures["place"], pa.array([_CITY, _REST])))
    pairs: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
    for row in parts.to_pylist():
        key = (row["indicator"], row["measure"], row["last"], row["months"], row["part"])
        pairs.setdefault(key, {})[row["place"]] = row
    whole = [_joined(*pair.values()) for pair in pairs.values() if len(pair) == len((_CITY, _REST))]
    summed = [row for row in whole if row["measure"] != "percent"]
    if not summed:
        return figures
    return pa.concat_tables([figures, pa.Table.from_pylist(summed, schema=FIGURES)])


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    closed = None if None in (one["closed"], other["closed"]) else one["closed"] and other["closed"]
    missing = ", ".join(sorted({row["missing"] for row in (one, other)} - {""}))
    return one | {
        "place": _WHOLE,
        "value": _sum(one["value"], other["value"]),
        "predicted": _sum(one["predicted"], other["predicted"]),
        "pending": _mean(one, other, "pending"),
        "complete": _mean(one, other, "complete"),
        "closed": closed,
        "missing": missing if None in (one["value"], other["value"]) else "",
    }


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _mean(one: dict[str, Any], other: dict[str, Any], name: str) -> float | None:
    if one[name] is None or other[name] is None:
        return None
    sizes = [row["value"] or 0.0 for row in (one, other)]
    if not sum(sizes):
        return float(one[name] + other[name]) / 2
    return float((one[name] * sizes[0] + other[name] * sizes[1]) / sum(sizes))
