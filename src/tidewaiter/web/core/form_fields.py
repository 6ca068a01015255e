"""Form fields, generated from the declarations of the record."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Field, field_of, fields_of
from tidewaiter.explain.languages import marked as _
from tidewaiter.explain.languages import words

Choices = tuple[tuple[str, str], ...]
"""Values with display texts."""

Widget = Literal["text", "number", "date", "country", "substance", "area", "tick", "choice"]

_AREAS = frozenset({"prose", "countries", "rows", "sentences"})
_PLACES = re.compile(r"\.\d+(?=\.)")
_WIDE = frozenset({"tick", "area"})
_WIDGETS: Mapping[str, Widget] = {
    "country": "country",
    "substance": "substance",
    "listed": "choice",
    "number": "number",
    "day": "date",
    "flag": "tick",
    "choice": "choice",
}


class FormField(Record, frozen=True, kw_only=True):
    """A form field with its value."""

    name: str
    label: str
    widget: Widget
    value: str  # as entered; check boxes: "true" or ""
    must: bool  # marked as required
    required: bool  # enforced by the browser
    example: str
    most: int  # maximum characters
    choices: Choices  # of a choice


class FormGroup(Record, frozen=True, kw_only=True):
    """A group of fields: always visible ones, and expandable ones."""

    main: tuple[FormField, ...]
    more: tuple[FormField, ...]
    unfolded: bool  # a value in `more` is set


class Layout(Record, frozen=True, kw_only=True):
    """Layout of a record's fields; unnamed ones are in `more`."""

    main: tuple[str, ...] = ()  # paths; (): all
    more: tuple[str, ...] = ()  # (): the first of them
    without: tuple[str, ...] = ()  # handled by the page itself
    labels: Mapping[str, str] = {}  # marked for translation; override the declarations
    nothing: Mapping[str, str] = {}  # marked for translation; label of a field's empty choice
    required: bool = False  # mandatory fields are enforced by the browser


class Filling(Record, frozen=True, kw_only=True):
    """Common inputs of a form's fields."""

    values: Mapping[str, str]  # form values, by field name
    choices: Callable[[str], Choices]  # by field path, without indexes
    name: str = ""  # form name of the message: "notice"
    most: int = 2_000  # default maximum characters
    must: AbstractSet[str] = frozenset()  # required paths, without indexes: "lines.net"


def group_of(kind: type[Record], path: str, layout: Layout, filling: Filling) -> FormGroup:
    """Generate the fields of a record with form values.

    Args:
        kind: Written form of a message, or of a part.
        path: Path of the record in the message, with indexes: "lines.0"; "": the message itself.
        layout: Layout.
        filling: Common inputs.
    """
    asked = [each.name for each in fields_of(kind) if is_asked(each)]
    main = layout.main or tuple(each for each in asked if each not in layout.without)
    rest = [each for each in asked if each not in {*main, *layout.more, *layout.without}]
    more = {name: _made(kind, name, path, layout, filling) for name in (*layout.more, *rest)}
    return FormGroup(
        main=tuple(_made(kind, name, path, layout, filling) for name in main),
        more=tuple(sorted(more.values(), key=lambda each: each.widget in _WIDE)),
        unfolded=any(
            each.value != _text(field_of(kind, name).default) for name, each in more.items()
        ),
    )


def is_asked(field: Field) -> bool:
    """Return whether a form has a field; nested records are handled separately."""
    return field.shape.record is None and bool(field.label or field.about.asks)


def _made(kind: type[Record], name: str, path: str, layout: Layout, filling: Filling) -> FormField:
    field, full = field_of(kind, name), ".".join(filter(None, (path, name)))
    about, widget = field.about, _widget(field)
    within = ".".join(filter(None, (filling.name, full)))
    bare = _PLACES.sub("", full)
    open_ = _("not specified") if field.default is None and not field.required else ""
    nothing = layout.nothing.get(name, open_)
    empty: Choices = (("", words(nothing)),) if nothing else ()
    value = filling.values.get(within, "")
    return FormField(
        name=within,
        label=words(layout.labels.get(name) or about.asks or field.label),
        widget=widget,
        value="" if widget == "tick" and value != "true" else value,
        must=bare in filling.must,
        required=layout.required and field.required and widget not in {"choice", "tick"},
        example=about.example,
        most=about.most or filling.most,
        choices=(*empty, *filling.choices(bare)) if widget == "choice" else (),
    )


def _widget(field: Field) -> Widget:
    if field.about.unit in _AREAS:
        return "area"
    return _WIDGETS.get(field.about.unit) or _WIDGETS.get(field.shape.kind, "text")


def _text(value: object) -> str:
    """Format a default for a form; unset flags are empty."""
    return "" if value in {None, False} else str(value)
