"""Records and batches of lines as JSON and back."""

from datetime import date
from decimal import Decimal

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import StoreError
from tidewaiter.store.core.columns import (
    CHUNK,
    decode,
    encode,
    line_payloads,
    line_records,
    lines_of,
    plain,
    well_formed,
)
from tidewaiter.trade.types import LINES, Line, Refusal


def cells(kind: pa.DataType) -> st.SearchStrategy[object]:
    """Draw what a column of a type may hold, null too."""
    if pa.types.is_struct(kind):
        filled = st.fixed_dictionaries({field.name: cells(field.type) for field in kind})
        return st.none() | filled
    if pa.types.is_list(kind):
        return st.none() | st.lists(cells(kind.value_type), max_size=3)
    if pa.types.is_date(kind):
        return st.none() | st.dates()
    if pa.types.is_decimal(kind):
        top = Decimal(10**16 - 1)
        return st.none() | st.decimals(-top, top, places=4, allow_nan=False)
    if pa.types.is_integer(kind):
        most = 2 ** (kind.bit_width - 1)
        return st.none() | st.integers(-most, most - 1)
    return st.none() | st.text()


BATCHES = st.lists(
    st.fixed_dictionaries({field.name: cells(field.type) for field in LINES}), max_size=5
).map(lambda rows: pa.RecordBatch.from_pylist(rows, schema=LINES))


@given(BATCHES)
def test_lines_come_back_as_they_were(lines: pa.RecordBatch) -> None:
    """Every batch of the schema survives: decimals, days, nested lists, nulls, any text."""
    assert lines_of([line_records(line_payloads(lines))]).equals(lines)


@given(BATCHES, st.data())
def test_a_part_of_a_batch_is_that_part(lines: pa.RecordBatch, data: st.DataObject) -> None:
    """A slice, which Arrow keeps as a view, has the payloads of its own rows."""
    start = data.draw(st.integers(0, len(lines)))
    assert line_payloads(lines.slice(start)) == line_payloads(lines)[start:]


def test_more_lines_than_are_decoded_at_a_time_are_one_batch() -> None:
    """The pieces in which lines are decoded do not show."""
    rows = [{"row": row, "consignment": "C", "seq": 1, "cas": [str(row)]} for row in range(2000)]
    lines = pa.RecordBatch.from_pylist(rows, schema=LINES)
    records = line_records(line_payloads(lines))
    parts = [records[start : start + CHUNK] for start in range(0, len(records), CHUNK)]
    assert lines_of(parts).equals(lines)


def test_a_payload_is_the_line_as_a_record() -> None:
    """What is stored reads as a `Line`, without a key for what the file did not say."""
    row = {
        "row": 7,
        "consignment": "C",
        "seq": 1,
        "value": Decimal("1.5"),
        "arrival": date(2026, 3, 1),
        "parties": [{"role": "exporter", "name": "A trader"}],
    }
    (payload,) = line_payloads(pa.RecordBatch.from_pylist([row], schema=LINES))
    line = decode(payload, Line, "line")
    assert (line.value, line.arrival) == (Decimal("1.5000"), date(2026, 3, 1))
    assert line.parties is not None
    assert line.parties[0].name == "A trader"
    assert set(msgspec.json.decode(payload)) == set(row)


@pytest.mark.parametrize("payload", ["{", '{"row": "x"}', '{"arrival": "soon"}', '{"cas": 4}'])
def test_a_line_that_we_did_not_write_is_refused(payload: str) -> None:
    """A payload edited by hand gives an error with a hint, not a crash."""
    with raises("store/stored-line-unreadable", StoreError) as caught:
        lines_of([line_records([payload])])
    assert caught.value.hint


def test_a_record_that_we_did_not_write_is_refused() -> None:
    """An unknown key or a missing one is named."""
    with raises("store/stored-record-unreadable", StoreError, what="refusal 3"):
        decode('{"row": 1}', Refusal, "refusal 3")


@given(
    st.builds(
        Refusal,
        row=st.integers(0, 2**62),
        column=st.text(),
        value=st.text(),
        problem=st.text(),
        hint=st.text(),
        screened=st.booleans(),
    )
)
def test_refusals_come_back_as_they_were(refusal: Refusal) -> None:
    """A record survives."""
    assert decode(encode(refusal), Refusal, "refusal") == refusal


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_what_is_plain_fits_every_database(text: str) -> None:
    """Each NUL and lone surrogate is replaced by one character; other text is unchanged."""
    result = plain(text)
    assert "\0" not in result
    result.encode()
    kept = [c for c in text if c != "\0" and not "\ud800" <= c <= "\udfff"]
    assert [c for c in result if c != "\ufffd"] == [c for c in kept if c != "\ufffd"] or any(
        "\ud800" <= c <= "\udfff" for c in text
    )


def test_a_pair_in_two_halves_is_joined() -> None:
    """Two halves that belong together are one character; a lone half is replaced."""
    assert well_formed("\ud83d\ude00") == "😀"
    assert well_formed("a\udcffb") == "a\ufffdb"
