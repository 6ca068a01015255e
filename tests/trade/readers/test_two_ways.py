"""The fast way and the slow way through delimited text must agree."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.readers.delimited_text import Layout, fast, parse_pieces, slow
from tidewaiter.trade.readers.table import Block
from tidewaiter.trade.readers.text_blocks import cut_blocks, find_cut, split_rows
from tidewaiter.trade.types import ReadOptions, Refusal

WIDTH = 3
LAYOUT = Layout(delimiter=",", width=WIDTH, codec="utf-8", wanted=(0, 1, 2))

cells = st.text(st.sampled_from('ab1 ,"\n\ré乙\t;'), max_size=6)
tables = st.lists(st.lists(cells, min_size=WIDTH, max_size=WIDTH), max_size=8)
ragged = st.lists(st.lists(cells, min_size=1, max_size=WIDTH + 1), max_size=8)
wild = st.text(st.sampled_from('ab,"\n\r é\0'), max_size=60).map(str.encode) | st.binary(
    max_size=60
)


def written(rows: list[list[str]], end: str, quoting: Any) -> bytes:
    """Write rows as Python's csv module does; it leaves a bare line end without quotes."""
    if any("\r" in cell or "\n" in cell for row in rows for cell in row):
        quoting = csv.QUOTE_ALL
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue().encode()


def found(blocks: Iterable[Block | None]) -> list[Any]:
    """Give all rows and refusals of some blocks, in a form that can be compared."""
    rows: list[Any] = []
    for block in blocks:
        assert block is not None
        columns = [block.cells[place].to_pylist() for place in range(WIDTH)]
        rows.extend(zip(block.rows.tolist(), *columns, strict=True))
        rows.extend((r.row, r.value, r.problem, r.screened) for r in block.refusals)
    return sorted(rows, key=repr)


@given(
    tables,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_the_fast_parser_and_the_slow_one_give_the_same_rows(
    rows: list[list[str]], end: str, quoting: Any
) -> None:
    """Whatever Arrow accepts, plain Python reads the same, and both read what was written."""
    data = written(rows, end, quoting)
    slowly = slow(data, LAYOUT)
    assert slowly.refusals == ()
    assert found([slowly]) == sorted(
        ((n, *(cell or None for cell in row)) for n, row in enumerate(rows)), key=repr
    )
    if data:
        assert find_cut(data, ",", final=True) == (len(data), True)
        assert found([fast(data, LAYOUT)]) == found([slowly])


@given(ragged, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_rows_of_the_wrong_width_are_refused_either_way(
    rows: list[list[str]], quoting: Any
) -> None:
    """The fast way refuses the rows that the slow way refuses, in the same words, or gives way."""
    data = written(rows, "\n", quoting)
    slowly = slow(data, LAYOUT)
    quickly = fast(data, LAYOUT) if data else None
    if quickly is not None:
        assert found([quickly]) == found([slowly])
    if quoting == csv.QUOTE_ALL:
        kept = [row for row in rows if len(row) == WIDTH or (len(row) > WIDTH and not row[-1])]
        assert len(slowly.rows) == len(kept)


def pieces(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Cut bytes into pieces of these sizes, again and again."""
    at, turn = 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        yield data[at : at + size]
        at, turn = at + size, turn + 1


@settings(max_examples=400)
@example(b'"\r"a,"', [1], 1)
@given(wild, st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 30))
def test_no_cut_changes_what_is_read(data: bytes, sizes: list[int], size: int) -> None:
    """Any bytes give the same rows and refusals, however the stream is cut."""
    whole = slow(data, LAYOUT)
    cut = cut_blocks(pieces(data, sizes), ",", "trade.csv", size)
    blocks = list(parse_pieces(cut, LAYOUT))
    counted = [(row - 1, *rest) for row, *rest in found(blocks)]
    assert sorted(counted, key=repr) == found([whole])


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=60))
def test_every_line_is_in_a_row_or_blank(text: str) -> None:
    """No text is lost: the rows as they stand, and blank lines, make up the whole."""
    rows = [row.text for row, _ in split_rows(text, ",")]
    assert "".join(rows).replace("\n", "").replace("\r", "") == text.replace("\n", "").replace(
        "\r", ""
    )


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Behind a good header, no bytes at all raise anything."""
    head = b"goods,hs,net weight\nacetone,291411,5\n"
    for item in reader_for("t.csv")(io.BytesIO(head + raw), "t.csv", ReadOptions(encoding="utf-8")):
        if not isinstance(item, Refusal):
            item.validate(full=True)
