"""Fields: a notice's values by path, with their places in words, and what each field means."""

from collections.abc import Iterator
from functools import cache
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.notices.amounts import measured
from tidewaiter.exchange.notices.types import Amount, NoticeLine

Weight = Literal["mandatory", "conditional", "optional"]
"""How far a field must be there: always, where its case is given, or as one likes."""

_ONE = {
    "lines": "line",
    "permits": "permit",
    "contains": "contained substance",
    "intermediate_consignees": "intermediate consignee",
    "others": "other operator",
}
_WORDS = {
    "net": "quantity",
    "content_ppm": "content",
    "purity_ppm": "purity",
    "gross_mg": "gross weight",
}
_HIDDEN = frozenset({"parties", "net"})  # words of a path that a place leaves out


class Field(Record, frozen=True, kw_only=True):
    """One field of a record of a notice or of its events."""

    record: str  # the class
    name: str
    weight: Weight
    meaning: str


class _Fields(Record, frozen=True, kw_only=True):
    fields: tuple[Field, ...]


@cache
def load_fields() -> tuple[Field, ...]:
    """Load what each field means."""
    return read_toml(data("exchange", "notice_fields.toml"), _Fields).fields


def values(thing: object, path: str, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values that a path leads to, each with its place: "line 2, quantity".

    Args:
        thing: A record.
        path: Names of fields with points between: "parties.exporter.name", "lines.net".
        place: Of the record.

    Yields:
        One value, or one for each member of a list on the way; None where the way ends before.
    """
    name, _, rest = path.partition(".")
    value = getattr(thing, name)
    if isinstance(value, tuple) and rest:
        for number, each in enumerate(value, 1):
            yield from values(each, rest, _joined(place, _member(name, each, number)))
        if not value:
            yield _joined(place, *map(_word, (name, *rest.split(".")))), None
        return
    here = place if name in _HIDDEN and rest else _joined(place, _word(name))
    if not rest:
        yield here, value
    elif value is None:
        yield _joined(here, *map(_word, rest.split("."))), None
    else:
        yield from values(value, rest, here)


def is_given(value: object) -> bool:
    """Tell whether a value says anything; a refusal is an answer, but no consent."""
    if isinstance(value, Amount):
        return measured(value) is not None
    return value not in {None, "", "not asked", "refused"} and value is not False and value != ()


def line_place(line: NoticeLine, field: str = "") -> str:
    """Say where something of a line stands: "line 2, quantity"."""
    return _joined(f"line {line.number}", field)


def _member(name: str, each: object, number: int) -> str:
    shown = each.number if isinstance(each, NoticeLine) else number
    return f"{_ONE.get(name, _word(name))} {shown}"


def _word(name: str) -> str:
    return _WORDS.get(name) or name.replace("_", " ")


def _joined(*words: str) -> str:
    return ", ".join(word for word in words if word)
