"""Message fields, each declared once by an annotation of its record.

Declarations generate form fields and their parsing, XML and its schema, the API description, page
labels, and the documentation tables.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple, get_type_hints

import msgspec
from msgspec import inspect

from tidewaiter.base.records import Record

Weight = Literal["mandatory", "conditional", "optional"]
"""Whether a field is mandatory, conditional or optional."""

Unit = Literal[
    "",
    "prose",
    "country",
    "countries",
    "rows",
    "sentences",
    "substance",
    "listed",
    "amount",
    "mass",
    "volume",
    "share",
    "unless",
]
"""Shape of a value beyond its type: multi-line text; one country or several; one text per line,
names or sentences; a registry slug; a choice from a list; an amount; milligrams; microlitres;
parts per million; a flag with a word for false."""

Kind = Literal["text", "number", "flag", "day", "time", "choice", "record", "one of"]
"""Type of a field: scalar, choice of words, record, or one of several record types."""

_ABOUT = "about"
_SUFFIXES = {"mass": "_mg", "volume": "_ul", "share": "_ppm"}
_SCALARS: dict[type, Kind] = {
    inspect.StrType: "text",
    inspect.IntType: "number",
    inspect.BoolType: "flag",
    inspect.DateType: "day",
    inspect.DateTimeType: "time",
}


class About(Record, frozen=True, kw_only=True):
    """Declaration of a field beyond label and meaning."""

    weight: Weight = "optional"
    unit: Unit = ""
    asks: str = ""  # form label; "": the label
    example: str = ""  # placeholder of an empty form field
    most: int = 0  # maximum characters in a form; 0: default
    written: str = ""  # its name in written forms; "": its own, without unit
    place: str = ""  # its name in errors, singular for list members; "": its name
    after: str = ""  # field whose value precedes it under a common label


def mandatory(label: str, meaning: str, **more: Any) -> msgspec.Meta:
    """Declare a mandatory field.

    Args:
        label: Marked for translation; "": shown without a label, or not at all.
        meaning: For the documentation and the API description.
        more: Fields of `About`.
    """
    return _declared(label, meaning, About(weight="mandatory", **more))


def conditional(label: str, meaning: str, **more: Any) -> msgspec.Meta:
    """Declare a field that is mandatory in some cases; arguments as for `mandatory`."""
    return _declared(label, meaning, About(weight="conditional", **more))


def optional(label: str, meaning: str, **more: Any) -> msgspec.Meta:
    """Declare an optional field; arguments as for `mandatory`."""
    return _declared(label, meaning, About(**more))


def _declared(label: str, meaning: str, about: About) -> msgspec.Meta:
    title = label or about.asks or None
    extra = {_ABOUT: (label, about)}
    return msgspec.Meta(title=title, description=meaning, extra=extra)


class Shape(NamedTuple):
    """Type of a field."""

    kind: Kind
    words: tuple[str, ...] = ()  # of a choice
    record: type[Record] | None = None
    kinds: tuple[type[Record], ...] = ()  # of "one of": tagged record types
    many: bool = False


class Field(NamedTuple):
    """A declared field of a record."""

    name: str
    shape: Shape
    required: bool
    default: object  # value if omitted
    label: str
    meaning: str
    about: About

    @property
    def written(self) -> str:
        """Return its name where the value is a text with a unit: "content" for "content_ppm"."""
        return self.about.written or self.name.removesuffix(_SUFFIXES.get(self.about.unit, ""))

    @property
    def place(self) -> str:
        """Return its name in errors."""
        known = "" if self.shape.many else self.about.place
        return known or self.written.replace("_", " ")

    def member(self, number: int) -> str:
        """Return the name of a list member in errors: "line 2"."""
        return f"{self.about.place or self.place} {number}"


@cache
def fields_of(record: type[Record]) -> tuple[Field, ...]:
    """List the fields of a record."""
    told = inspect.type_info(record)
    if not isinstance(told, inspect.StructType):
        raise TypeError(f"{record} is not a record")
    return tuple(map(_field, told.fields))


def declarations(record: type[Record]) -> tuple[Field, ...]:
    """List the fields of a record with declarations; (): it has none."""
    hints = get_type_hints(record, include_extras=True).values()
    marks = (mark for hint in hints for mark in getattr(hint, "__metadata__", ()))
    is_declared = any(_ABOUT in (getattr(mark, "extra", None) or {}) for mark in marks)
    return fields_of(record) if is_declared else ()


def field_of(record: type[Record], path: str) -> Field:
    """Return the field at a path: "lines.net".

    Raises:
        KeyError: A record on the way has no such field.
    """
    name, _, rest = path.partition(".")
    found = {each.name: each for each in fields_of(record)}[name]
    if not rest:
        return found
    if found.shape.record is None:
        raise KeyError(path)
    return field_of(found.shape.record, rest)


def joined(*words: str) -> str:
    """Join the parts of a position: "line 2, quantity"; empty parts are skipped."""
    return ", ".join(word for word in words if word)


def records_of(record: type[Record]) -> Iterator[type[Record]]:
    """Yield a record type and all that it contains, each once, dependencies last."""
    found: dict[type[Record], None] = {}
    left = [record]
    while left:
        each = left.pop(0)
        if each in found:
            continue
        found[each] = None
        for field in fields_of(each):
            shape = field.shape
            left.extend(shape.kinds or ((shape.record,) if shape.record else ()))
    yield from found


def tag_of(record: type[Record]) -> str:
    """Return the tag of a record type."""
    return str(record.__struct_config__.tag)


def _field(told: inspect.Field) -> Field:
    kind, label, meaning, about = told.type, "", "", About()
    if isinstance(kind, inspect.Metadata):
        label, about = (kind.extra or {}).get(_ABOUT, (label, about))
        meaning = (kind.extra_json_schema or {}).get("description", "")
        kind = kind.type
    default = None if told.required else _default(told)
    return Field(told.encode_name, _shape(kind), told.required, default, label, meaning, about)


def _default(field: inspect.Field) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        factory: Any = field.default_factory
        return factory()
    return field.default


def _record_type(found: type) -> type[Record]:
    if not issubclass(found, Record):
        raise TypeError(f"{found} is not a record")
    return found


def _shape(told: inspect.Type) -> Shape:
    if isinstance(told, inspect.UnionType):
        kinds = [each for each in told.types if not isinstance(each, inspect.NoneType)]
        if len(kinds) == 1:
            return _shape(kinds[0])
        records = [_record_type(each.cls) for each in kinds if isinstance(each, inspect.StructType)]
        return Shape("one of", kinds=tuple(records))
    if isinstance(told, inspect.VarTupleType):
        return _shape(told.item_type)._replace(many=True)
    if isinstance(told, inspect.LiteralType):
        return Shape("choice", words=tuple(map(str, told.values)))
    if isinstance(told, inspect.StructType):
        return Shape("record", record=_record_type(told.cls))
    return Shape(_SCALARS[type(told)])
