"""What is declared of the fields of a line is true of all that is made from it."""

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
    Kept,
    Line,
    Party,
    Stop,
    line_of,
)

_DAY = date(2026, 3, 31)
FULL = Line(
    row=1,
    consignment="B-1",
    seq=2,
    goods="Ephedrine",
    commercial="pure",
    hs="293941",
    cas=("299-42-3",),
    cus="0012345-6",
    un="1715",
    quantity="25 kg",
    net_mg=25_000_000,
    gross_mg=27_000_000,
    volume_ul=1_500_000,
    percent="99.5",
    packages=2,
    pack="drums",
    value=Decimal("12.5000"),
    currency="EUR",
    origin="CN",
    lodged=_DAY,
    departure=_DAY,
    arrival=_DAY,
    release=_DAY,
    procedure="4000",
    mode="1",
    vessel="EXAMPLE EXPRESS",
    imo="9074729",
    voyage="045W",
    parties=(Party(role="buyer", name="A Ltd"),),
    route=(Stop(function="loading", name="Shanghai"),),
    containers=("MSCU1234566",),
    licences=("L-1",),
    stated=("net: lb",),
    other=(Kept(name="Note", text="fragile"),),
)
"""A line that has every field."""

_OF_LINES = ("row", "parties", "route", "stated", "other")  # no column holds one of them whole


def test_the_line_of_these_tests_has_every_field() -> None:
    """A new field is added to it, so that the tests below look at it too."""
    assert [name for name in FIELDS if not getattr(FULL, name)] == []


def test_a_row_of_arrow_is_the_line() -> None:
    """The schema that is made of the record holds all of it, and gives it back."""
    row = msgspec.to_builtins(FULL, builtin_types=(date, Decimal))
    batch = pa.RecordBatch.from_pylist([row], schema=LINES)
    assert LINES.names == list(Line.__struct_fields__)
    assert line_of(batch.to_pylist()[0]) == FULL


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
    """A field of the kind "code" is read by a function of its own, and no other is."""
    assert {name for name, about in FIELDS.items() if about.kind == "code"} == set(CODE_READERS)


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in _OF_LINES])
def test_a_column_may_fill_it(name: str) -> None:
    """The table of the names of columns has the field, by its key."""
    assert key_of(name) in load_aliases().known


@pytest.mark.parametrize("name", [name for name in FIELDS if FIELDS[name].group != "file"])
def test_it_is_shown_and_exported(name: str) -> None:
    """A field that has a label is a fact of the page, and each is a column of the export."""
    unit = SHOWN.get(FIELDS[name].kind)
    assert (f"{key_of(name)}_{unit}" if unit else name) in FLAT
    without = msgspec.structs.replace(FULL, **{name: None})
    shown = list(details_of(without, goods=True)) != list(details_of(FULL, goods=True))
    assert shown or not FIELDS[name].label


def test_what_is_screened_can_be_suppressed() -> None:
    """The words of a field in which names are found are among those that a phrase is sought in."""
    assert set(TEXTS) <= set(Written.__struct_fields__)


def test_what_the_database_filters_by() -> None:
    """The fields that each line has are among them, and no list but CAS numbers, kept as JSON."""
    assert set(ALWAYS) <= set(FILTERED)
    assert set(FILTERED) & set(LISTS) == {"cas"}
