"""How a field of a consignment line is described where it is declared, and Arrow types of records.

`trade.types.Line` declares each field once: its type and, beside it, an `About`. The Arrow schema,
the reading of columns, the database, search, pages, exports and the reference are made from that.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import Flag, auto
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record

Kind = Literal["own", "text", "code", "mass", "volume", "count", "day"]
"""How a cell is read: as it is written (text), by a reader of that very field (own, code), or as
an amount, a whole number or a day."""

Group = Literal[
    "file",
    "goods",
    "codes",
    "quantity",
    "measures",
    "worth",
    "transport",
    "parties",
    "papers",
    "days",
]
"""Which fields stand together on a page and in an export."""


class Use(Flag):
    """Who looks at a field, beside those that show it."""

    SCREEN = auto()  # names of substances are looked for in its words
    SEARCH = auto()  # the search of the queue finds its words
    FILTER = auto()  # stored lines are filtered by it: the database has a column of it


SCREEN, SEARCH, FILTER = Use.SCREEN, Use.SEARCH, Use.FILTER


class About(Record, frozen=True):
    """What is known of a field beside its name and its type."""

    label: str  # what people call it, within a sentence; "": it is not shown by itself
    group: Group
    kind: Kind = "own"
    uses: Use = Use(0)
    about: str = ""  # what the label does not say, for the reference
    arrow: pa.DataType | None = None  # None: what Arrow has for its type


SHOWN: Mapping[Kind, str] = MappingProxyType({"mass": "kg", "volume": "l"})
"""The unit in which amounts are shown; they are stored in millionths of it."""

_TYPES: Mapping[object, pa.DataType] = MappingProxyType(
    {
        str: pa.string(),
        Phrase: pa.string(),  # in English
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        date: pa.date32(),
        Decimal: pa.decimal128(20, 4),
    }
)


def key_of(name: str) -> str:
    """Return what columns, messages and options call a field: "net" of `net_mg`."""
    return name.removesuffix("_mg").removesuffix("_ul")


def describe(record: type[Record]) -> Mapping[str, About]:
    """Return what is known of each field of a record, in its order.

    Args:
        record: Each of its fields is `Annotated` with an `About`.
    """
    hints = get_type_hints(record, include_extras=True)
    return MappingProxyType({name: get_args(hint)[1] for name, hint in hints.items()})


def arrow_schema(record: type[Record]) -> pa.Schema:
    """Return the Arrow schema of rows of a described record; each field may be null."""
    given = {name: about.arrow for name, about in describe(record).items() if about.arrow}
    return pa.schema(arrow_struct(record, given=given))


def arrow_struct(
    record: type[Record],
    *,
    without: Collection[str] = (),
    given: Mapping[str, pa.DataType] = MappingProxyType({}),
) -> pa.StructType:
    """Return the Arrow type of a record.

    Args:
        record: Its fields are texts, numbers, days, records, tuples of those, or one of those or
            nothing.
        without: Fields that are left out.
        given: Types of fields that are not to have the usual one.
    """
    hints = get_type_hints(record).items()
    return pa.struct(
        [
            (name, given.get(name) or _arrow_type(hint))
            for name, hint in hints
            if name not in without
        ]
    )


def _arrow_type(hint: Any) -> pa.DataType:
    if hint in _TYPES:
        return _TYPES[hint]
    if isinstance(hint, type) and issubclass(hint, Record):
        return arrow_struct(hint)
    if get_origin(hint) is Literal:
        return pa.string()
    inner = _arrow_type(get_args(hint)[0])  # of tuple[X, ...] or X | None
    return pa.list_(inner) if get_origin(hint) is tuple else inner
