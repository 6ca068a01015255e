"""Fields of a form, made from the declarations of the record that it fills in."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Field, field_of, fields_of
from tidewaiter.explain.languages import marked as _
from tidewaiter.explain.languages import words

Choices = tuple[tuple[str, str], ...]
"""Values and their words."""

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
    """A field of a form as it stands."""

    name: str
    label: str
    widget: Widget
    value: str  # as it was written; of a tick "true" or ""
    must: bool  # it is marked as asked for
    required: bool  # the browser sends no form without it
    example: str
    most: int  # characters
    choices: Choices  # of a choice


class FormGroup(Record, frozen=True, kw_only=True):
    """Fields that stand together: those that all need, and those that can be unfolded."""

    main: tuple[FormField, ...]
    more: tuple[FormField, ...]
    unfolded: bool  # something of `more` is filled in


class Layout(Record, frozen=True, kw_only=True):
    """How the fields of a record are laid out; those that it does not name stand in `more`."""

    main: tuple[str, ...] = ()  # paths; (): all
    more: tuple[str, ...] = ()  # the first of them
    without: tuple[str, ...] = ()  # that the page asks for by itself
    labels: Mapping[str, str] = {}  # marked; instead of those of the declarations
    nothing: Mapping[str, str] = {}  # marked; what the empty choice of a field says
    required: bool = False  # what the record must have is required


class Filling(Record, frozen=True, kw_only=True):
    """What the fields of a form have in common."""

    values: Mapping[str, str]  # what stands in the form, by the name of a field
    choices: Callable[[str], Choices]  # by the path of a field, without places
    name: str = ""  # of the message in the form: "notice"
    most: int = 2_000  # characters of a field that declares no limit
    must: AbstractSet[str] = frozenset()  # paths that are asked for, without places: "lines.net"


def group_of(kind: type[Record], path: str, layout: Layout, filling: Filling) -> FormGroup:
    """Make the fields of a record, filled in with what stands in the form.

    Args:
        kind: The written form of a message, or of a part of it.
        path: Of the record in the message, with places: "lines.0"; "": the message itself.
        layout: Which fields stand where.
        filling: What the fields have in common.
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
    """Tell whether a form asks for a field; the fields of a record within stand by themselves."""
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
    """Write a default as it stands in a form: of a flag that is not set, nothing does."""
    return "" if value in {None, False} else str(value)
