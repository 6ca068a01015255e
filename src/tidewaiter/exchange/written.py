"""Written forms: records as filled in by people, with amounts, shares and lists as text.

Unreadable values are reported with their position and kept as written, so that a draft preserves
them.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from operator import getitem
from typing import Annotated, Any, TypeVar, cast, get_type_hints

import msgspec
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Field, Shape, fields_of, joined
from tidewaiter.exchange.notices.amounts import (
    read_amount,
    read_share,
    written_amount,
    written_share,
)
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.problems import Problem, from_error, wrong

R = TypeVar("R", bound=Record)
_PARTS = {"mass": "mass_mg", "volume": "volume_ul"}  # of an amount
_MEASURED = frozenset({"amount", "share", *_PARTS})


def filled_in(
    record: type[Record], *, without: AbstractSet[str] = frozenset()
) -> Callable[[type[R]], type[R]]:
    """Make a class the written form of a record, with fields in the record's order.

    The class lists the fields used in our code, and those with another type or default; all other
    fields are generated from the record's declarations, with labels and meanings.

    Args:
        record: The record.
        without: Fields that are not filled in.
    """

    def make(kind: type[R]) -> type[R]:
        own = {each.name: each for each in structs.fields(kind)}
        own_types, types = get_type_hints(kind), get_type_hints(record, include_extras=True)
        fields: list[Any] = []
        for field in fields_of(record):
            given, told = own.get(field.written), types[field.name]
            if field.name in without:
                continue
            if given is not None:
                default = () if given.required else (given.default,)
                fields.append((field.written, _marked(own_types[field.written], told), *default))
            elif _is_text(field):
                fields.append((field.written, _marked(str, told), ""))
            else:
                fields.append((field.name, told, field.default))
        made: Any = msgspec.defstruct(
            kind.__name__,
            fields,
            bases=(Record,),
            namespace={"__doc__": kind.__doc__},
            module=kind.__module__,
            frozen=True,
            kw_only=True,
        )
        return cast("type[R]", made)

    return make


def as_written(record: Record, kind: type[R]) -> R:
    """Convert a record to its written form.

    Args:
        record: What is written.
        kind: Its written form.
    """
    shapes = {each.name: each.shape for each in fields_of(kind)}
    return kind(
        **{
            field.written: _write(field, getattr(record, field.name), shapes[field.written])
            for field in fields_of(type(record))
            if field.written in shapes
        }
    )


def read_record(
    written: Record, kind: type[R], problems: list[Problem], place: str = "", **given: Any
) -> R | None:
    """Parse a written form; unreadable values are omitted.

    Args:
        written: The written form.
        kind: The record.
        problems: Receives an error per unreadable value.
        place: Position of the record.
        given: Values of fields that are not filled in, or are read elsewhere.

    Returns:
        The record; None: a mandatory choice is missing.
    """
    values = dict(given)
    for field in fields_of(kind):
        if field.name in given:
            continue
        value = getattr(written, field.written, msgspec.UNSET)
        if field.required and value is None:
            at = joined(place, field.place)
            problems.append(wrong(at, "exchange/choice-missing"))
            return None
        if value is not msgspec.UNSET:
            values[field.name] = _read(field, value, problems, place)
    return kind(**values)


def _marked(kind: Any, told: Any) -> Any:
    """Copy a field's annotation to a type."""
    return getitem(Annotated, (kind, *told.__metadata__))


def _is_text(field: Field) -> bool:
    """Return whether a field is written as a text, which may be empty."""
    texts = field.shape.kind == "text" and (field.shape.many or field.required)
    return texts or field.about.unit in _MEASURED


def _write(field: Field, value: Any, shape: Shape) -> object:
    """Convert a value; `shape`: the type of its written form."""
    unit, kind = field.about.unit, shape.record
    if unit in _PARTS:
        return written_amount(Amount(**{_PARTS[unit]: value}))
    if unit in _MEASURED:
        return written_share(value) if unit == "share" else written_amount(value)
    if field.shape.many and not shape.many:
        return "\n".join(value)
    if kind is None or value is None:
        return value
    return tuple(as_written(e, kind) for e in value) if shape.many else as_written(value, kind)


def _read(field: Field, value: Any, problems: list[Problem], place: str) -> object:
    if field.about.unit in _MEASURED:
        return _measured(field, value, problems, joined(place, field.place))
    kind = field.shape.record
    if kind is None or value is None:
        return _texts(field, value) if field.shape.many and isinstance(value, str) else value
    if field.shape.many:
        return tuple(_rows(field, kind, value, problems, place))
    if not field.required and field.default is None and _is_empty(value):
        return None
    return read_record(value, kind, problems, joined(place, field.place))


def _measured(field: Field, text: str, problems: list[Problem], at: str) -> object:
    unit = field.about.unit
    try:
        found = read_share(text) if unit == "share" else read_amount(text)
    except InputError as error:
        problems.append(from_error(error.placed(at)))
        found = Amount() if unit == "amount" else None
    if unit not in _PARTS or not isinstance(found, Amount):
        return found
    part = getattr(found, _PARTS[unit])
    if part is None and found != Amount():
        problems.append(wrong(at, "exchange/not-in-unit", text=text, unit=unit))
    return part


def _texts(field: Field, value: str) -> tuple[str, ...]:
    if field.about.unit == "countries":
        return tuple(value.replace(",", " ").split())
    return tuple(filter(None, map(str.strip, value.splitlines())))


def _rows(
    field: Field, kind: type[R], rows: Sequence[Record], problems: list[Problem], place: str
) -> Iterator[R]:
    """Parse the rows of a list. In numbered lists, unnumbered rows get the next free number."""
    is_numbered = any(each.name == "number" == each.shape.kind for each in fields_of(kind))
    kept = rows if is_numbered else [each for each in rows if not _is_empty(each)]
    for number, each in _numbered(kept):
        at, given = joined(place, field.member(number)), {"number": number} if is_numbered else {}
        found = read_record(each, kind, problems, at, **given)
        if found is not None:
            yield found


def _numbered(rows: Sequence[Record]) -> Iterator[tuple[int, Record]]:
    """Yield rows with their own or the next free numbers."""
    own = [n if type(n := getattr(each, "number", None)) is int else None for each in rows]
    free = (number for number in range(1, 2 * len(rows) + 2) if number not in own)
    for number, each in zip(own, rows, strict=True):
        yield next(free) if number is None else number, each


def _is_empty(written: Record) -> bool:
    return all(
        not each.required and getattr(written, each.name) == each.default
        for each in fields_of(type(written))
    )
