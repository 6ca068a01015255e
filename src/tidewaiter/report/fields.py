"""Message fields as text: labels and values in the reader's language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Field, fields_of
from tidewaiter.exchange.notices.amounts import in_words, measured, written_share
from tidewaiter.exchange.notices.types import Amount, LineAmount
from tidewaiter.explain.languages import country, day, number, words

Called = Callable[[str, str], str]
"""Returns the display text of a choice, from the name of its field and its value."""


class Fact(Record, frozen=True, kw_only=True):
    """A field with a value."""

    label: str
    value: str


def facts_of(
    record: Record,
    called: Called,
    *,
    first: Sequence[str] = (),
    without: AbstractSet[str] = frozenset(),
) -> tuple[Fact, ...]:
    """Format the labelled, non-empty fields of a record for display.

    Args:
        record: The record.
        called: Returns the display text of choices.
        first: Names of fields to show first.
        without: Names of fields that are shown elsewhere.
    """
    fields = fields_of(type(record))
    shown = [each for each in fields if each.label and each.name not in without]
    facts = [
        Fact(label=words(field.label), value=value)
        for field in in_order(shown, first)
        for value in _values(record, field, called)
        if value
    ]
    return tuple(facts)


def in_order(fields: Sequence[Field], first: Sequence[str]) -> list[Field]:
    """Return the fields with the named ones first, in the order of the names."""
    places = {name: place for place, name in enumerate(first)}
    return sorted(fields, key=lambda each: places.get(each.name, len(places)))


def _values(record: Record, field: Field, called: Called) -> Iterator[str]:
    """Yield the values of a field; each record in a list has its own values."""
    value = getattr(record, field.name)
    behind = [each for each in fields_of(type(record)) if each.about.after == field.name]
    if field.shape.many and field.shape.record not in {None, LineAmount}:
        yield from (value_in_words(field, each, called) for each in value)
        return
    texts = [value_in_words(field, value, called)]
    texts += [value_in_words(each, getattr(record, each.name), called) for each in behind]
    if behind and field.shape.kind == "day":
        yield " – ".join(text or "…" for text in texts) if any(texts) else ""
    else:
        yield " ".join(filter(None, texts))


def value_in_words(field: Field, value: Any, called: Called) -> str:
    """Format the value of a field, or of one member of its list; "": no value."""
    if isinstance(value, tuple):
        mark = "; " if field.about.unit == "sentences" or field.shape.record else ", "
        return mark.join(value_in_words(field, each, called) for each in value)
    if value is None or value == "":
        return ""
    if field.about.unit in _BY_UNIT:
        return _BY_UNIT[field.about.unit](value)
    if field.shape.kind == "choice":
        return called(field.name, value)
    return _record(value, called) if isinstance(value, Record) else _scalar(value)


def _record(value: Record, called: Called) -> str:
    if isinstance(value, LineAmount):
        text = words("line {number}: {amount}")
        return text.format(number=value.line, amount=in_words(value.amount))
    told = fields_of(type(value))
    texts = (value_in_words(each, getattr(value, each.name), called) for each in told)
    return ", ".join(filter(None, texts))


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return words("yes") if value else ""
    if isinstance(value, int):
        return number(value)
    return day(value) if isinstance(value, date) else str(value)


_BY_UNIT: Mapping[str, Callable[[Any], str]] = {
    "amount": lambda value: in_words(value) if measured(value) else "",
    "mass": lambda value: in_words(Amount(mass_mg=value)),
    "share": lambda value: f"{written_share(value)} %",
    "country": country,
    "countries": country,
    "unless": lambda value: "" if value else words("yes"),
}
