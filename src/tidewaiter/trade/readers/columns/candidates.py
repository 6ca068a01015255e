"""Which columns of a file may mean which field: what the user says, then what their names say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.readers.aliases import load_aliases, squeeze
from tidewaiter.consignments.readers.columns import (
    Found,
    find_columns,
    find_directed,
    find_lone,
    find_unsure,
)
from tidewaiter.consignments.readers.kinship import is_taxed, kind_told, way_of
from tidewaiter.consignments.readers.spelled import plain_names
from tidewaiter.consignments.readers.vocabulary import load_rules
from tidewaiter.consignments.types import ReadOptions

KEEPS_ALL = ("commercial", "consignment")
"""Fields that use every column that answers: all further descriptions are screened, and a
consignment is named by the first of its columns that is not empty."""

LAST = 6
"""The tier from which a number names a consignment only where no better one does."""


class Choice(Record, frozen=True, kw_only=True):
    """A column that means a field."""

    index: int
    found: Found


def choose_named(header: Sequence[str], name: str, options: ReadOptions) -> dict[str, list[Choice]]:
    """Choose the columns that the user names, for the fields that they are named for.

    Raises:
        InputError: A field is none of ours, or a column is absent.
    """
    known = load_aliases().known
    chosen: dict[str, list[Choice]] = {}
    for written, column in options.columns.items():
        field = _field(written, known)
        if field is None:
            raise InputError(
                f'"{written}" is not a field', at=name, hint=f"fields: {', '.join(known)}"
            )
        index = _index(header, column)
        if index is None:
            raise InputError(
                f'no column "{column}" for {written}',
                at=name,
                hint="columns: " + ", ".join(f'"{c}"' for c in header[:40]),
            )
        same = [f for f in find_columns(column) if f.field == field]
        found = same[0] if same else Found(field=field, tier=0, unit=_unit_in(column, field))
        chosen[field] = [Choice(index=index, found=found)]
    return chosen


def _field(written: str, known: Sequence[str]) -> str | None:
    plain = written.strip().casefold()
    role, _, attribute = plain.partition(".")
    if plain in known or f"{role.rstrip('23456789')}.{attribute}" in known:
        return plain
    return f"{plain}.name" if f"{plain}.name" in known else None


def _unit_in(column: str, field: str) -> str:
    units = [f.unit for f in find_columns(column) if f.unit]
    return units[0] if units and field in ("net", "gross", "volume", "quantity") else ""


def _index(header: Sequence[str], column: str) -> int | None:
    if column in header:
        return header.index(column)
    alike = [i for i, other in enumerate(header) if squeeze(other) == squeeze(column)]
    return alike[0] if len(alike) == 1 else None


def choose_aliased(
    header: Sequence[str], taken: set[int], *, goods: bool = True
) -> dict[str, list[Choice]]:
    """Choose, for each field, the columns of its lowest tier; one column has one field.

    Args:
        header: The names of the columns.
        taken: Places of those that the user names.
        goods: Read descriptions of the goods that are not the best one as further ones.
    """
    names = plain_names(header)
    looked = [find_columns(name) for name in names]
    way = way_of(names, looked)
    told = [found or find_directed(name, way) for name, found in zip(names, looked, strict=True)]
    told = kind_told(names, told)
    read = [tuple(each for each in found if not each.known_only) for found in told]
    open_ = {i: found for i, found in enumerate(read) if i not in taken}
    while True:
        best: dict[str, list[Choice]] = {}
        for index, found in open_.items():
            if found:
                best.setdefault(found[0].field, []).append(Choice(index=index, found=found[0]))
        beaten = [index for field, choices in best.items() for index in _beaten(field, choices)]
        if not beaten:
            break
        for index in beaten:  # it may still answer for another field
            rest = _further(open_[index][0]) if goods else ()
            open_[index] = open_[index][1:] or rest
    others = {i: name for i, name in enumerate(names) if not told[i] and i not in taken}
    return {**_choose_lone(others, names), **best}


def _choose_lone(rest: Mapping[int, str], names: Sequence[str]) -> dict[str, list[Choice]]:
    """Choose the columns whose names do not quite tell a field, where no other may hold it."""
    may: dict[str, list[int]] = defaultdict(list)
    for index, name in rest.items():
        for field in find_unsure(name):
            may[field].append(index)
    chosen: dict[str, list[Choice]] = {}
    for field, indexes in may.items():
        found = find_lone(rest[indexes[0]]) if len(indexes) == 1 else None
        if found is None or (field in load_rules().lone["untaxed"] and is_taxed(names)):
            continue
        chosen[field] = [Choice(index=indexes[0], found=found)]
    return chosen


def _further(found: Found) -> tuple[Found, ...]:
    """Read a description of the goods that is not the best one as a further one."""
    return (Found(field="commercial", tier=LAST - 1),) if found.field == "goods" else ()


def _beaten(field: str, choices: Sequence[Choice]) -> list[int]:
    """Tell the columns of which a better one takes the field."""
    low = min(choice.found.tier for choice in choices)
    if field in KEEPS_ALL:
        return [c.index for c in choices if c.found.tier >= LAST and low < LAST]
    return [c.index for c in choices if c.found.tier > low]
