"""The declarations of line fields agree with everything derived from them."""

from datetime import date
from decimal import Decimal
from typing import Any, get_type_hints

import msgspec
import pyarrow as pa
import pytest

from tidewaiter.casework.suppression.scope import Written
from tidewaiter.explain.lines import details_of
from tidewaiter.report.alerts.columns import FLAT
from tidewaiter.trade.line_fields import SHOWN, key_of
from tidewaiter.trade.readers.canonical_lines import CODE_READERS
from tidewaiter.trade.readers.columns.vocabulary import load_aliases
from tidewaiter.trade.types import (
    ALWAYS,
    FIELDS,
    FILTERED,
    LINES,
    LISTS,
    TEXTS,
    Line,
    line_of,
)

_OF_LINES = ("row", "parties", "route", "stated", "other")  # no column holds one of them whole


def test_the_line_of_these_tests_has_every_field(full_line: dict[str, Any]) -> None:
    """A new field is added to it, so that other tests look at it too."""
    assert [name for name in FIELDS if not full_line.get(name)] == []


def test_a_row_of_arrow_is_the_line(full_line: dict[str, Any]) -> None:
    """The schema that is made of the record holds all of it, in its order."""
    batch = pa.RecordBatch.from_pylist([full_line], schema=LINES)
    made = msgspec.to_builtins(line_of(batch.to_pylist()[0]), builtin_types=(date, Decimal))
    assert list(made) == LINES.names
    assert msgspec.convert(made, Line) == msgspec.convert(full_line, Line)


@pytest.mark.parametrize("name", FIELDS)
def test_a_kind_goes_with_its_type(name: str) -> None:
    """An amount says its unit in its name, and a kind that all read alike has one type."""
    kind, hint = FIELDS[name].kind, get_type_hints(Line)[name]
    types: dict[str, Any] = {
        **dict.fromkeys(("mass", "volume", "count"), int | None),
        "text": str | None,
        "day": date | None,
    }
    assert types.get(kind, hint) == hint
    assert name.endswith("_mg") == (kind == "mass")
    assert name.endswith("_ul") == (kind == "volume")


def test_each_code_has_a_reader() -> None:
    """A field of the kind "code", and only such, is read by a separate function."""
    assert {name for name, about in FIELDS.items() if about.kind == "code"} == set(CODE_READERS)


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in _OF_LINES])
def test_a_column_may_fill_it(name: str) -> None:
    """The table of the names of columns has the field, by its key."""
    assert key_of(name) in load_aliases().known


@pytest.mark.parametrize("name", [name for name in FIELDS if FIELDS[name].group != "file"])
def test_it_is_shown_and_exported(name: str, full_line: dict[str, Any]) -> None:
    """A field that has a label is a fact of the page, and each is a column of the export."""
    unit = SHOWN.get(FIELDS[name].kind)
    assert (f"{key_of(name)}_{unit}" if unit else name) in FLAT
    line, without = line_of(full_line), line_of({**full_line, name: None})
    shown = list(details_of(line, goods=True)) != list(details_of(without, goods=True))
    assert shown or not FIELDS[name].label


def test_what_is_screened_can_be_suppressed() -> None:
    """The words of a field in which names are found are among those that a phrase is sought in."""
    assert set(TEXTS) <= set(Written.__struct_fields__)


def test_what_the_database_filters_by() -> None:
    """The fields that each line has are among them, and no list but CAS numbers, kept as JSON."""
    assert set(ALWAYS) <= set(FILTERED)
    assert set(FILTERED) & set(LISTS) == {"cas"}
