"""What the headers of one file say together: which way it goes, and which unit is whose."""

from collections.abc import Sequence
from functools import cache

import msgspec

from tidewaiter.consignments.readers.aliases import load_aliases, squeeze, words_of
from tidewaiter.consignments.readers.columns import (
    Found,
    find_columns,
    find_directed,
    find_ordered,
    find_unsure,
)
from tidewaiter.consignments.readers.vocabulary import load_rules
from tidewaiter.consignments.readers.words import say
from tidewaiter.consignments.types import LINES

# What is left of a header without these tells which of several quantities it belongs to:
# "commercial" of "COMMERCIAL_MEASURE_UNIT" and of "COMMERCIAL_QUANTITY".
_COMMON = frozenset(
    "quantity qty qnty quantities unit units uom of measure measurement type code en name 1".split()  # noqa: SIM905
)

_TEXTS = frozenset(("goods", "commercial"))
_SHOP = 2  # columns of a shop, before a name is that of goods
_TOWNS = frozenset(("shippingcity", "shipcity"))
"""Names of the town to ship to, squeezed."""

_OWN = frozenset(("net_mg", "gross_mg", "volume_ul"))
"""Columns of `LINES` that nobody else's file has together."""


def way_of(names: Sequence[str], header: Sequence[tuple[Found, ...]]) -> str:
    """Tell whether a file is of imports or of exports; "": unclear.

    Whose trader it names tells it; where it names both or none, a day of import or of export does.

    Args:
        names: The names of its columns.
        header: What each of them may mean.
    """
    roles = {each.field.partition(".")[0][:8] for column in header for each in column}
    ways = [way for way, role in (("import", "importer"), ("export", "exporter")) if role in roles]
    if len(ways) != 1:
        said = [{word.says for word in say(words_of(name))} for name in names]
        ways = [way for way in ("import", "export") if {way, "date"} in said]
    return ways[0] if len(ways) == 1 else ""


def kind_told(names: Sequence[str], told: Sequence[tuple[Found, ...]]) -> list[tuple[Found, ...]]:
    """Return what names mean where their file is of lines as we write them, or of orders.

    Args:
        names: The names of its columns.
        told: What each of them may mean elsewhere.
    """
    if set(names) >= _OWN:
        return [_of_own(name) or found for name, found in zip(names, told, strict=True)]
    if is_of_orders(names):
        ordered = [find_ordered(name) or found for name, found in zip(names, told, strict=True)]
        return ordered if _names(ordered, "consignee.name") else [*map(_bound, ordered)]
    return _titled(names, told)


def _titled(names: Sequence[str], told: Sequence[tuple[Found, ...]]) -> list[tuple[Found, ...]]:
    """Read the name or the title of each line as a text of the goods, in a table of products."""
    described = any(found and found[0].field in _TEXTS for found in told)
    shop = sum(map(_is_of_shop, names)) >= _SHOP
    if not (described or shop):
        return list(told)
    field = "commercial" if described else "goods"
    title = (Found(field=field, tier=0),)
    return [
        found or (title if is_title(name) else ()) for name, found in zip(names, told, strict=True)
    ]


def is_title(name: str) -> bool:
    """Tell whether a column is called a name or a title, and no more."""
    return squeeze(name) in _squeezed()["names"]


def _is_of_shop(name: str) -> bool:
    return squeeze(name) in _squeezed()["shop"]


@cache
def _squeezed() -> dict[str, frozenset[str]]:
    return {key: frozenset(map(squeeze, words)) for key, words in load_rules().titles.items()}


def _names(header: Sequence[tuple[Found, ...]], field: str) -> bool:
    return any(each.field == field for column in header for each in column)


def _bound(found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Take the country of a consignee that the file does not name as where goods go."""
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
    """Tell whether a file is of orders: one of its columns is a place to ship or to bill to."""
    if any(squeeze(name) in _TOWNS for name in names):
        return True
    said = (word.says for name in names for word in say(words_of(name.rstrip("0123456789"))))
    return not {"ship_address", "bill_address"}.isdisjoint(said)


def is_of_others(name: str) -> bool:
    """Tell whether what a header means hangs on the others of its file, or theirs on it."""
    hangs = find_ordered(name) or find_directed(name, "import")
    own = name in _OWN or (_of_own(name) and not find_columns(name))
    titled = is_title(name) or _is_of_shop(name)
    return bool(hangs or own or titled) or is_of_orders((name,)) or bool(way_of((name,), ()))


def kin(header: str) -> frozenset[str]:
    """Return the words of a quantity or a unit that tell it from the others of its file."""
    return frozenset(words_of(header)) - _COMMON


def is_taxed(names: Sequence[str]) -> bool:
    """Tell whether a file has taxes, so that a bare "net" may be a sum of money."""
    return any(word.says == "tax" for name in names for word in say(words_of(name)))


def is_of_lone(name: str) -> bool:
    """Tell whether a column may keep another from being read as the only one of its field."""
    return bool(find_unsure(name)) or is_taxed((name,))
