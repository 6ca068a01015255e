"""Shapes: what the records of a notice look like as a tree, for XML and for its schema.

Both are made from the records themselves, so that no field can be forgotten by either.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import inspect

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.events import Event
from tidewaiter.exchange.notices.types import Notice

Kind = Literal["text", "number", "flag", "day", "time", "choice", "record", "one of"]
"""What a field holds: a scalar, one of some words, a record, or one record of several kinds."""

_SCALARS: dict[type, Kind] = {
    inspect.StrType: "text",
    inspect.IntType: "number",
    inspect.BoolType: "flag",
    inspect.DateType: "day",
    inspect.DateTimeType: "time",
}


class NoticeFile(Record, frozen=True, kw_only=True):
    """A notice and, where they are sent along, its events."""

    notice: Notice
    events: tuple[Event, ...] = ()


class Shape(NamedTuple):
    """What one field holds."""

    kind: Kind
    words: tuple[str, ...] = ()  # of a choice
    record: type[Record] | None = None
    kinds: tuple[type[Record], ...] = ()  # of "one of": each has a tag
    many: bool = False


class Slot(NamedTuple):
    """A field of a record: its name, what it holds, and what it is where it is left out."""

    name: str
    shape: Shape
    required: bool
    default: object


@cache
def slots_of(record: type[Record]) -> tuple[Slot, ...]:
    """List the fields of a record."""
    told = inspect.type_info(record)
    if not isinstance(told, inspect.StructType):
        raise TypeError(f"{record} is no record")
    return tuple(
        Slot(
            field.encode_name,
            _shape(field.type),
            field.required,
            None if field.required else _default(field),
        )
        for field in told.fields
    )


def records_of(record: type[Record]) -> Iterator[type[Record]]:
    """Yield a record and all that it holds, each once, those it rests on last."""
    found: dict[type[Record], None] = {}
    left = [record]
    while left:
        each = left.pop(0)
        if each in found:
            continue
        found[each] = None
        for slot in slots_of(each):
            shape = slot.shape
            left.extend(shape.kinds or ((shape.record,) if shape.record else ()))
    yield from found


def tag_of(record: type[Record]) -> str:
    """Return the word by which a kind of record is told from others."""
    return str(record.__struct_config__.tag)


def _default(field: inspect.Field) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        factory: Any = field.default_factory
        return factory()
    return field.default


def _record(found: type) -> type[Record]:
    if not issubclass(found, Record):
        raise TypeError(f"{found} is no record")
    return found


def _shape(told: inspect.Type) -> Shape:
    if isinstance(told, inspect.UnionType):
        kinds = [each for each in told.types if not isinstance(each, inspect.NoneType)]
        if len(kinds) == 1:
            return _shape(kinds[0])
        records = [_record(each.cls) for each in kinds if isinstance(each, inspect.StructType)]
        return Shape("one of", kinds=tuple(records))
    if isinstance(told, inspect.VarTupleType):
        return _shape(told.item_type)._replace(many=True)
    if isinstance(told, inspect.LiteralType):
        return Shape("choice", words=tuple(map(str, told.values)))
    if isinstance(told, inspect.StructType):
        return Shape("record", record=_record(told.cls))
    return Shape(_SCALARS[type(told)])
