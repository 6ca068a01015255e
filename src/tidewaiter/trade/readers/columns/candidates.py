"""Candidate fields of each column: by options, by its name, and by the other headers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.line_fields import key_of
from tidewaiter.trade.readers.columns.header_meaning import (
    Found,
    find_columns,
    find_directed,
    find_lone,
    find_ordered,
    find_unsure,
)
from tidewaiter.trade.readers.columns.vocabulary import load_aliases, load_rules, squeeze, words_of
from tidewaiter.trade.readers.columns.words import plain_names, say
from tidewaiter.trade.types import LINES, MEASURED, TEXTS, ReadOptions

# The rest of a header without these words links units to quantities: "commercial" in
# "COMMERCIAL_MEASURE_UNIT" and "COMMERCIAL_QUANTITY".
_COMMON = frozenset(
    "quantity qty qnty quantities unit units uom of measure measurement type code en name 1".split()  # noqa: SIM905
)

_SHOP = 2  # columns typical of a shop for a name to be that of goods
_TOWNS = frozenset(("shippingcity", "shipcity"))
"""Names of the shipping town, squeezed."""

_OWN = frozenset(name for name in LINES.names if key_of(name) != name)
"""Combination of `LINES` columns unique to our own files."""


def way_of(names: Sequence[str], header: Sequence[tuple[Found, ...]]) -> str:
    """Return whether a file is of imports or of exports; "": unclear.

    Decided by the trader named; if both or none are, by a day of import or export.

    Args:
        names: Names of its columns.
        header: Candidates of each column.
    """
    roles = {each.field.partition(".")[0][:8] for column in header for each in column}
    ways = [way for way, role in (("import", "importer"), ("export", "exporter")) if role in roles]
    if len(ways) != 1:
        said = [{word.says for word in say(words_of(name))} for name in names]
        ways = [way for way in ("import", "export") if {way, "date"} in said]
    return ways[0] if len(ways) == 1 else ""


def kind_told(names: Sequence[str], told: Sequence[tuple[Found, ...]]) -> list[tuple[Found, ...]]:
    """Adapt the candidates for files in our own format, or for order files.

    Args:
        names: Names of the columns.
        told: Usual candidates of each column.
    """
    if set(names) >= _OWN:
        return [_of_own(name) or found for name, found in zip(names, told, strict=True)]
    if is_of_orders(names):
        ordered = [find_ordered(name) or found for name, found in zip(names, told, strict=True)]
        return ordered if _names(ordered, "consignee.name") else [*map(_bound, ordered)]
    return _titled(names, told)


def _titled(names: Sequence[str], told: Sequence[tuple[Found, ...]]) -> list[tuple[Found, ...]]:
    """Treat the name or title of each line as goods text, in a product table."""
    described = any(found and found[0].field in TEXTS for found in told)
    shop = sum(map(_is_of_shop, names)) >= _SHOP
    if not (described or shop):
        return list(told)
    field = "commercial" if described else "goods"
    title = (Found(field=field, tier=0),)
    return [
        found or (title if is_title(name) else ()) for name, found in zip(names, told, strict=True)
    ]


def is_title(name: str) -> bool:
    """Return whether a column is called just a name or a title."""
    return squeeze(name) in _squeezed()["names"]


def _is_of_shop(name: str) -> bool:
    return squeeze(name) in _squeezed()["shop"]


@cache
def _squeezed() -> dict[str, frozenset[str]]:
    return {key: frozenset(map(squeeze, words)) for key, words in load_rules().titles.items()}


def _names(header: Sequence[tuple[Found, ...]], field: str) -> bool:
    return any(each.field == field for column in header for each in column)


def _bound(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Treat the country of an unnamed consignee as the destination."""
    return tuple(
        msgspec.structs.replace(each, field="destination.country")
        if each.field == "consignee.country"
        else each
        for each in found
    )


def _of_own(name: str) -> tuple[Found, ...]:
    known = name in LINES.names and name in load_aliases().known
    return (Found(field=name, tier=0),) if known else ()


def is_of_orders(names: Sequence[str]) -> bool:
    """Return whether it is an order file: a column has a shipping or billing place."""
    if any(squeeze(name) in _TOWNS for name in names):
        return True
    said = (word.says for name in names for word in say(words_of(name.rstrip("0123456789"))))
    return not {"ship_address", "bill_address"}.isdisjoint(said)


def is_of_others(name: str) -> bool:
    """Return whether the meaning of a header depends on others in its file, or affects them."""
    hangs = find_ordered(name) or find_directed(name, "import")
    own = name in _OWN or (_of_own(name) and not find_columns(name))
    titled = is_title(name) or _is_of_shop(name)
    return bool(hangs or own or titled) or is_of_orders((name,)) or bool(way_of((name,), ()))


def kin(header: str) -> frozenset[str]:
    """Return the words that link a unit header to its quantity header."""
    return frozenset(words_of(header)) - _COMMON


def is_taxed(names: Sequence[str]) -> bool:
    """Return whether a file has taxes, so that a bare "net" may be an amount of money."""
    return any(word.says == "tax" for name in names for word in say(words_of(name)))


def is_of_lone(name: str) -> bool:
    """Return whether a column may prevent another from being the only one of its field."""
    return bool(find_unsure(name)) or is_taxed((name,))


KEEPS_ALL = ("commercial", "consignment")
"""Fields that use every matching column: all further descriptions are screened, and a consignment
is identified by its first non-empty column.
"""

LAST = 6
"""Tier from which a number identifies a consignment only in the absence of a better one."""


class Choice(Record, frozen=True, kw_only=True):
    """A column with its candidate field."""

    index: int
    found: Found


def choose_named(header: Sequence[str], name: str, options: ReadOptions) -> dict[str, list[Choice]]:
    """Select the columns given by the user for their fields.

    Raises:
        InputError: Unknown field, or missing column.
    """
    known = load_aliases().known
    chosen: dict[str, list[Choice]] = {}
    for written, column in options.columns.items():
        field = field_of(written, known)
        if field is None:
            raise InputError("trade/not-a-field", written=written, known=", ".join(known), at=name)
        index = _index(header, column)
        if index is None:
            raise InputError(
                "trade/no-column-for-field",
                column=column,
                written=written,
                header=", ".join(f'"{c}"' for c in header[:40]),
                at=name,
            )
        same = [f for f in find_columns(column) if f.field == field]
        found = same[0] if same else Found(field=field, tier=0, unit=_unit_in(column, field))
        chosen[field] = [Choice(index=index, found=found)]
    return chosen


def field_of(written: str, known: Sequence[str]) -> str | None:
    """Return the field that a user means: "Consignee" is its name; None: there is no such field."""
    plain = written.strip().casefold()
    role, _, attribute = plain.partition(".")
    if plain in known or f"{role.rstrip('23456789')}.{attribute}" in known:
        return plain
    return f"{plain}.name" if f"{plain}.name" in known else None


def _unit_in(column: str, field: str) -> str:
    units = [f.unit for f in find_columns(column) if f.unit]
    return units[0] if units and field in MEASURED else ""


def _index(header: Sequence[str], column: str) -> int | None:
    if column in header:
        return header.index(column)
    alike = [i for i, other in enumerate(header) if squeeze(other) == squeeze(column)]
    return alike[0] if len(alike) == 1 else None


def choose_aliased(
    header: Sequence[str], taken: set[int], *, goods: bool = True
) -> dict[str, list[Choice]]:
    """Select, for each field, the columns of its lowest tier; one column has one field.

    Args:
        header: Names of the columns.
        taken: Indices of columns given by the user.
        goods: Treat secondary goods descriptions as further descriptions.
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
        for index in beaten:  # it may still match another field
            rest = _further(open_[index][0]) if goods else ()
            open_[index] = open_[index][1:] or rest
    others = {i: name for i, name in enumerate(names) if not told[i] and i not in taken}
    return {**_choose_lone(others, names), **best}


def _choose_lone(rest: Mapping[int, str], names: Sequence[str]) -> dict[str, list[Choice]]:
    """Select columns with ambiguous names, if no other column may hold the field."""
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
    """Treat a secondary goods description as a further description."""
    return (Found(field="commercial", tier=LAST - 1),) if found.field == "goods" else ()


def _beaten(field: str, choices: Sequence[Choice]) -> list[int]:
    """Return the columns that lose their field to a better one."""
    low = min(choice.found.tier for choice in choices)
    if field in KEEPS_ALL:
        return [c.index for c in choices if c.found.tier >= LAST and low < LAST]
    return [c.index for c in choices if c.found.tier > low]
