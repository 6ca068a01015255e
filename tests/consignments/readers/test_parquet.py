"""Parquet."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import ReadOptions, Refusal

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
    """A record's parts are columns of their own, and two equal names are told apart."""
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
