"""What hangs on a line: its parties and its route, as lists of records."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import PARTY, STOP

FUNCTIONS = ("origin", "loading", "transit", "unlading", "destination")
"""Places of a route, in the order of travel."""


class Group(Record, frozen=True, kw_only=True):
    """One party or place: its columns of text."""

    label: str  # the role or the function
    columns: Mapping[str, pa.Array]  # attribute -> text, shape (rows,)


def build_parties(groups: Sequence[Group], count: int) -> pa.Array:
    """Build each row's parties; a party without a name and a number is left out.

    Args:
        groups: In the order in which they are to stand.
        count: Rows.
    """
    return _build(groups, count, PARTY, "role", ("name", "id", "address"))


def build_route(groups: Sequence[Group], count: int) -> pa.Array:
    """Build each row's route; a place without a name, code and country is left out.

    Args:
        groups: In any order; they come to stand in the order of travel.
        count: Rows.
    """
    ordered = sorted(groups, key=lambda group: FUNCTIONS.index(group.label))
    return _build(ordered, count, STOP, "function", ("name", "locode", "country"))


def join_lists(nested: pa.Array | None, built: pa.Array) -> pa.Array:
    """Put lists that a file holds as such before those built from its columns."""
    if nested is None:
        return built
    if built.null_count == len(built):
        return nested
    pairs = zip(nested.to_pylist(), built.to_pylist(), strict=True)
    return pa.array([(a or []) + (b or []) for a, b in pairs], built.type)


def _build(
    groups: Sequence[Group], count: int, kind: pa.StructType, label: str, keys: Sequence[str]
) -> pa.Array:
    """Lay the groups' columns end to end, then pick from them row by row."""
    if not groups:
        return pa.nulls(count, pa.list_(kind))
    there = np.stack([_there(group, keys, count) for group in groups], axis=1)
    ends = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int32)
    places = np.arange(count)[:, None] + count * np.arange(len(groups))[None, :]
    picked = pa.array(places[there])
    columns = []
    for field in kind:
        parts = [
            pa.array([group.label], pa.string()).take(pa.array(np.zeros(count, np.int32)))
            if field.name == label
            else group.columns.get(field.name, pa.nulls(count, pa.string()))
            for group in groups
        ]
        columns.append(pa.concat_arrays(parts).take(picked))
    structs = pa.StructArray.from_arrays(columns, fields=list(kind))
    return pa.ListArray.from_arrays(pa.array(ends), structs, type=pa.list_(kind))


def _there(group: Group, keys: Sequence[str], count: int) -> np.ndarray:
    there = np.zeros(count, bool)
    for key in keys:
        if key in group.columns:
            there |= pc.is_valid(group.columns[key]).to_numpy(zero_copy_only=False)
    return there
