"""The fields of messages: each is declared once, by an annotation of its record.

Made from a declaration are the form of a page and the reading of what was filled in, XML and its
schema, the description of the API, the labels of pages, and the tables of the documentation.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple, get_type_hints

import msgspec
from msgspec import inspect

from tidewaiter.base.records import Record

Weight = Literal["mandatory", "conditional", "optional"]
"""How far a field must be there: always, where its case is given, or as one likes."""

Unit = Literal[
    "",
    "prose",
    "country",
    "countries",
    "rows",
    "sentences",
    "substance",
    "amount",
    "mass",
    "volume",
    "share",
    "unless",
]
"""What a value is beside its type: a text of several lines; a country, or several; texts of a line
each, names or sentences; a slug of the registry; an amount; milligrams; microlitres; parts per
million; a flag that is worth a word where it is false."""

Kind = Literal["text", "number", "flag", "day", "time", "choice", "record", "one of"]
"""What a field holds: a scalar, one of some words, a record, or one record of several kinds."""

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
    """What a declaration says beside label and meaning."""

    weight: Weight = "optional"
    unit: Unit = ""
    asks: str = ""  # label in a form; "": the label
    example: str = ""  # that a form shows in an empty field
    most: int = 0  # characters that a form takes; 0: as many as it does of any
    written: str = ""  # its name where a person fills it in; "": its own, without its unit
    place: str = ""  # what errors call it, a member of a list in the singular; "": its name
    after: str = ""  # the field behind whose value it is shown, under one label


def mandatory(label: str, meaning: str, **more: Any) -> msgspec.Meta:
    """Declare a field that must always be there.

    Args:
        label: Marked for translation; "": pages show it without a label, or not at all.
        meaning: What it means, for the documentation and the description of the API.
        more: Fields of `About`.
    """
    return _declared(label, meaning, About(weight="mandatory", **more))


def conditional(label: str, meaning: str, **more: Any) -> msgspec.Meta:
    """Declare a field that must be there in some cases; the arguments are as of `mandatory`."""
    return _declared(label, meaning, About(weight="conditional", **more))


def optional(label: str, meaning: str, **more: Any) -> msgspec.Meta:
    """Declare a field that may be left out; the arguments are as of `mandatory`."""
    return _declared(label, meaning, About(**more))


def _declared(label: str, meaning: str, about: About) -> msgspec.Meta:
    title = label or about.asks or None
    extra = {_ABOUT: (label, about)}
    return msgspec.Meta(title=title, description=meaning, extra=extra)


class Shape(NamedTuple):
    """What a field holds."""

    kind: Kind
    words: tuple[str, ...] = ()  # of a choice
    record: type[Record] | None = None
    kinds: tuple[type[Record], ...] = ()  # of "one of": each has a tag
    many: bool = False


class Field(NamedTuple):
    """A field of a record, as it is declared."""

    name: str
    shape: Shape
    required: bool
    default: object  # what it is where it is left out
    label: str
    meaning: str
    about: About

    @property
    def written(self) -> str:
        """Return its name where its value is a text with a unit: "content" of "content_ppm"."""
        return self.about.written or self.name.removesuffix(_SUFFIXES.get(self.about.unit, ""))

    @property
    def place(self) -> str:
        """Return what errors call it."""
        known = "" if self.shape.many else self.about.place
        return known or self.written.replace("_", " ")

    def member(self, number: int) -> str:
        """Return what errors call a member of a list: "line 2"."""
        return f"{self.about.place or self.place} {number}"


@cache
def fields_of(record: type[Record]) -> tuple[Field, ...]:
    """List the fields of a record."""
    told = inspect.type_info(record)
    if not isinstance(told, inspect.StructType):
        raise TypeError(f"{record} is no record")
    return tuple(map(_field, told.fields))


def declarations(record: type[Record]) -> tuple[Field, ...]:
    """List the fields of a record whose fields are declared; (): they are not."""
    hints = get_type_hints(record, include_extras=True).values()
    marks = (mark for hint in hints for mark in getattr(hint, "__metadata__", ()))
    is_declared = any(_ABOUT in (getattr(mark, "extra", None) or {}) for mark in marks)
    return fields_of(record) if is_declared else ()


def field_of(record: type[Record], path: str) -> Field:
    """Return the field that a path leads to: "lines.net".

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
    """Say where something stands: "line 2, quantity"; what is empty is left out."""
    return ", ".join(word for word in words if word)


def records_of(record: type[Record]) -> Iterator[type[Record]]:
    """Yield a record and all that it holds, each once, those it rests on last."""
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
    """Return the word by which a kind of record is told from others."""
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
        raise TypeError(f"{found} is no record")
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
