"""Arbitrary notices and events, generated from the records: each field absent or filled."""

from datetime import UTC
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Shape, fields_of
from tidewaiter.exchange.protocol.strict_json import LARGEST

NOT_IN_XML = "".join(map(chr, range(32))) + "\ufffe\uffff"
ODD = ["", " ", "\r\n", "a\rb", "\t", "null", "<a&b>", "]]>", "2026-03-01", "true"]
texts = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8", exclude_characters=NOT_IN_XML), max_size=12),
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "number": st.integers(-LARGEST, LARGEST),
    "flag": st.booleans(),
    "day": st.dates(),
    "time": st.datetimes(timezones=st.just(UTC)),
}


def _values(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.many:
        return st.lists(_values(shape._replace(many=False)), max_size=2).map(tuple)
    if shape.record is not None:
        return records(shape.record)
    if shape.kinds:
        return st.one_of([records(kind) for kind in shape.kinds])
    return st.sampled_from(shape.words) if shape.words else SCALARS[shape.kind]


@cache
def records(record: type[Record]) -> st.SearchStrategy[Any]:
    """Make any record, with each of its fields absent or filled."""
    made = {}
    for field in fields_of(record):
        filled = _values(field.shape)
        made[field.name] = filled if field.required else st.just(field.default) | filled
    return st.builds(record, **made)
