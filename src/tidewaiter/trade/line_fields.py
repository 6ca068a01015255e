"""Declaration of consignment line fields, and Arrow types of records.

`trade.types.Line` declares each field once: its type and an `About`. The Arrow schema, column
reading, the database, search, pages, exports and the reference are derived from it.
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
"""Parser of a cell: as written (text), a field-specific parser (own, code), or an amount, a whole
number or a day.
"""

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
"""Group of fields on a page and in an export."""


class Use(Flag):
    """Uses of a field other than display."""

    SCREEN = auto()  # searched for names of substances
    SEARCH = auto()  # included in the full-text search of the queue
    FILTER = auto()  # filter for stored lines: the database has a column for it


SCREEN, SEARCH, FILTER = Use.SCREEN, Use.SEARCH, Use.FILTER


class About(Record, frozen=True):
    """Metadata of a field other than its name and type."""

    label: str  # name for users, within a sentence; "": not shown by itself
    group: Group
    kind: Kind = "own"
    uses: Use = Use(0)
    about: str = ""  # further explanation, for the reference
    arrow: pa.DataType | None = None  # None: default Arrow type


SHOWN: Mapping[Kind, str] = MappingProxyType({"mass": "kg", "volume": "l"})
"""Display unit of amounts; they are stored in millionths of it."""

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
    """Return the name of a field in columns, messages and options: "net" for `net_mg`."""
    return name.removesuffix("_mg").removesuffix("_ul")


def describe(record: type[Record]) -> Mapping[str, About]:
    """Return the metadata of each field of a record, in order.

    Args:
        record: Each of its fields is `Annotated` with an `About`.
    """
    hints = get_type_hints(record, include_extras=True)
    return MappingProxyType({name: get_args(hint)[1] for name, hint in hints.items()})


def arrow_schema(record: type[Record]) -> pa.Schema:
    """Return the Arrow schema for rows of a described record; each field is nullable."""
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
        record: Fields are texts, numbers, days, records, tuples of these, or optional.
        without: Fields to exclude.
        given: Types that override the default.
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
    inner = _arrow_type(get_args(hint)[0])  # from tuple[X, ...] or X | None
    return pa.list_(inner) if get_origin(hint) is tuple else inner
