"""Parquet."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.readers.passthrough_columns import kept_at
from tidewaiter.trade.types import LINES, ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]
Packed = Callable[..., bytes]


def test_parquet_of_any_types_is_read(read: Read, packed: Packed) -> None:
    """Numbers, dates, categories, lists and records come out as a CSV's text would."""
    raw = packed(
        {
            "goods": pa.array(["acetone", "toluene"]).dictionary_encode(),
            "hs code": pa.array([2914110000.0, None]),
            "net weight (kg)": pa.array([1.234, 5.0]),
            "arrival": pa.array([date(2026, 3, 30), None]),
            "departure": pa.array([datetime(2026, 3, 1, 23, 30, tzinfo=UTC)] * 2),
            "cas": pa.array([["67-64-1", None], None]),
            "value": pa.array([Decimal("12.34"), None]),
            "parties": pa.array([[{"role": "importer", "name": "X", "extra": 1}], None]),
            "exporter name": pa.array([b"Y", b""]),
        }
    )
    lines, refusals = read(raw, "a.parquet")
    assert refusals == []
    assert lines[0]["hs"] == "2914110000"
    assert [line["net_mg"] for line in lines] == [1_234_000, 5_000_000]
    assert (lines[0]["arrival"], lines[0]["departure"]) == (date(2026, 3, 30), date(2026, 3, 1))
    assert lines[0]["value"] == Decimal("12.3400")
    assert lines[0]["cas"] == ["67-64-1"]
    assert [party["role"] for party in lines[0]["parties"]] == ["importer", "exporter"]


def test_parquet_is_read_in_batches(read: Read, packed: Packed) -> None:
    """Rows are numbered through all row groups, and no batch is larger than asked."""
    raw = packed({"goods": [f"g{n}" for n in range(2500)], "note": [1] * 2500}, row_group_size=700)
    items = list(reader_for("a.parquet")(io.BytesIO(raw), "a.parquet", ReadOptions(batch_rows=500)))
    assert max(item.num_rows for item in items if not isinstance(item, Refusal)) <= 500
    assert [line["row"] for line in read(raw, "a.parquet")[0]] == list(range(1, 2501))


def test_records_and_equal_names_in_parquet_are_read(read: Read, packed: Packed) -> None:
    """A record's parts are separate columns, and two equal names are distinguished."""
    raw = packed(
        {"note": [1, 2], "exporter": [{"name": "X", "country": "IN"}, None], "goods": ["a", "b"]}
    )
    lines, _ = read(raw, "a.parquet")
    assert lines[0]["parties"] == [
        {
            "role": "exporter",
            "name": "X",
            "address": None,
            "country": "IN",
            "id_scheme": None,
            "id": None,
        }
    ]
    out = io.BytesIO()
    twice = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["goods", "goods"])
    parquet.write_table(twice, out)
    chosen, _ = read(out.getvalue(), "a.parquet", columns={"goods": "goods#2"})
    assert chosen[0]["goods"] == "b"


def test_what_is_carried_of_parquet_can_be_kept_whatever_its_type(packed: Packed) -> None:
    """Texts in views, and those in records of several row groups with repeated texts."""
    raw = packed(
        {
            "goods": ["acetone"] * 300,
            "seen": pa.array(["a", "b", None] * 100, pa.string_view()),
            "list": pa.array([["a"], ["b", "c"], None] * 100, pa.list_(pa.string_view())),
            "held": pa.array([{"by": "x"}, {"by": "y"}, None] * 100),
        },
        row_group_size=100,
    )
    said = ReadOptions(batch_rows=70)
    items = list(reader_for("a.parquet", unread=True)(io.BytesIO(raw), "a.parquet", said))
    batches = [item for item in items if isinstance(item, pa.RecordBatch)]
    kept = [
        {each.name: each.text for each in line}
        for batch in batches
        for line in kept_at(batch, range(len(batch)))
    ]
    first = {"seen": "a", "list": "a", "held.by": "x"}
    assert kept == [first, {"seen": "b", "list": "b; c", "held.by": "y"}, {}] * 100


def test_a_number_of_a_text_that_is_not_in_its_list_is_damage(packed: Packed) -> None:
    """Wherever a byte of a column that is only carried is another one: an error, or a text."""
    raw = packed(
        {"goods": ["acetone"] * 64, "note": ["a", "b", "c", "d", "e"] * 12 + ["a"] * 4},
        compression="none",
    )
    told = 0
    start = raw.index(b"e\0\0\0") if b"e\0\0\0" in raw else raw.rindex(b"\x01\0\0\0e")
    for at in range(start, start + 120):
        damaged = raw[:at] + b"\xff" + raw[at + 1 :]
        try:
            for item in reader_for("a.parquet", unread=True)(
                io.BytesIO(damaged), "a.parquet", ReadOptions()
            ):
                if isinstance(item, pa.RecordBatch):
                    kept_at(item, range(len(item)))
        except InputError:
            told += 1
    assert told


def test_lines_as_we_write_them_come_back(read: Read, full_line: dict[str, Any]) -> None:
    """Each field is read by its own name, including names that are ambiguous elsewhere."""
    line = {**full_line, "stated": None, "other": None}
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([line], schema=LINES), out)
    (found,), refusals = read(out.getvalue(), "a.parquet")
    assert refusals == []
    assert found == line


def test_an_origin_is_that_of_goods_if_its_values_are_countries(read: Read, packed: Packed) -> None:
    """In files of others, the name alone does not say whether it means origin or dispatch."""
    line = {"goods": ["acetone"], "net_mg": [1]}
    lines, _ = read(packed({**line, "origin": ["Nhava Sheva"]}), "a.parquet")
    assert lines[0]["origin"] is None
    lines, _ = read(packed({**line, "origin": ["IN"]}), "a.parquet")
    assert lines[0]["origin"] == "IN"
