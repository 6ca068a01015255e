"""The fast way and the XML parser's way through a sheet must agree, and with another hand."""

import io
from contextlib import suppress
from xml.sax.saxutils import escape

import fastexcel
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.worksheet import Ask, parse_rows
from tidewaiter.trade.readers.xlsx import open_xlsx, read_rows
from tidewaiter.trade.types import ReadOptions

letters = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=5)
texts = letters | st.sampled_from(["a\nb", "_x0041_", "<c r=", "</row>", " x ", "a\r\nb"])
numbers = st.integers(0, 60_000).map(str) | st.floats(allow_nan=False, allow_infinity=False).map(
    repr
)
styles = st.sampled_from(["", "", ' s="1"', ' s="2"', ' s="9"'])
kinds = st.sampled_from(["", ' t="n"'])
formulas = st.sampled_from(["", "", "<f>A1&lt;2</f>", "<f/>", '<f t="shared" si="0"/>'])


def cell(place: str) -> st.SearchStrategy[str]:
    """Write a cell in one of the ways that programs do."""
    start = f'<c r="{place}"'
    return st.one_of(
        st.builds(
            lambda s, k, f, v: f"{start}{s}{k}>{f}<v>{v}</v></c>", styles, kinds, formulas, numbers
        ),
        st.builds(lambda n: f'{start} t="s"><v>{n}</v></c>', st.integers(0, 99)),
        st.builds(lambda f, v: f'{start} t="str">{f}<v>{escape(v)}</v></c>', formulas, texts),
        st.builds(lambda v: f'{start} t="inlineStr"><is><t>{escape(v)}</t></is></c>', texts),
        st.builds(lambda v: f'{start} t="inlineStr"><is><r><t>{escape(v)}</t></r></is></c>', texts),
        st.builds(lambda f: f"{start}>{f}<v/></c>", formulas),
        st.builds(lambda f: f'{start} t="str">{f}</c>', formulas),
        st.sampled_from(
            [
                f"{start}/>",
                f'{start} s="1"/>',
                f'{start} t="e"><v>#DIV/0!</v></c>',
                f'{start} t="b"><v>1</v></c>',
                f'<c s="1" r="{place}" t="s"><v>3</v></c>',
                f'{start} t="s"><v><![CDATA[7]]></v></c>',
                f"<!-- {start}> -->",
                f'<x:c xmlns:x="urn:x" r="{place}"><x:v>5</x:v></x:c>',
            ]
        ),
    )


rows = st.lists(
    st.one_of(
        st.tuples(*(cell(f"{column}5") for column in "ABC")).map(
            lambda cells: f'<row r="5" spans="1:3">{"".join(cells)}</row>'
        ),
        st.sampled_from(['<row r="9"/>', "<row></row>", '<row r="7" ht="15"></row>', "\n"]),
    ),
    max_size=5,
)
wanted = st.none() | st.frozensets(st.integers(0, 2))


@settings(max_examples=300)
@given(rows, wanted, st.booleans())
def test_the_fast_way_gives_what_the_parser_gives(
    found: list[str],
    columns: frozenset[int] | None,
    since_1904: bool,  # noqa: FBT001 - hypothesis passes it by its name
) -> None:
    """Whatever way a sheet is written in, both ways give the same rows."""
    raw = f"<worksheet><sheetData>{''.join(found)}</sheetData></worksheet>".encode()
    ask = Ask(name="a", styles=("", "day", 8), since_1904=since_1904, wanted=columns)
    assert list(read_rows(lambda: io.BytesIO(raw), ask)) == list(parse_rows(io.BytesIO(raw), ask))


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_a_damaged_sheet_ends_in_rows_or_an_error(noise: bytes, place: int) -> None:
    """Bytes that are out of place raise nothing but an InputError."""
    row = b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1.5</v></c></row>'
    raw = b"<worksheet><sheetData>" + row * 3 + b"</sheetData></worksheet>"
    raw = raw[:place] + noise + raw[place:]
    ask = Ask(name="a", styles=(), since_1904=False, wanted=None)
    found: list[int] = []
    with suppress(InputError):
        found.extend(number for number, _ in read_rows(lambda: io.BytesIO(raw), ask))
    assert all(number >= 0 for number in found)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(letters.filter(str.strip), st.integers(0, 10**9) | st.integers(0, 10**6)),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
def test_another_reader_finds_the_same_cells(
    table: list[tuple[str, int]],
    inline: bool,  # noqa: FBT001 - hypothesis passes it by its name
) -> None:
    """Texts and numbers come out as fastexcel gives them, shared or in their cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": inline})
    page = book.add_worksheet()
    page.write_row(0, 0, ["goods", "net weight"])
    for number, (text, amount) in enumerate(table, 1):
        page.write_string(number, 0, text)
        page.write_number(number, 1, amount / 8)
    book.close()
    theirs = fastexcel.read_excel(out.getvalue()).load_sheet(0, dtypes="string").to_arrow()
    blocks = list(open_xlsx(out, "a.xlsx", ReadOptions()).blocks([0, 1]))
    columns = [[block.cells[place] for block in blocks if block.cells] for place in (0, 1)]
    goods, net = (pa.concat_arrays(column) for column in columns)
    assert goods.to_pylist() == theirs.column(0).to_pylist()
    assert net.cast("double") == theirs.column(1).cast("double")


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_a_sheet_in_another_encoding_is_read(encoding: str) -> None:
    """XML may be written in any encoding that its first line names."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><worksheet><sheetData><row r="1">'
    text += '<c r="A1" t="inlineStr"><is><t>ácido</t></is></c></row></sheetData></worksheet>'
    ask = Ask(name="a", styles=(), since_1904=False, wanted=None)
    assert list(read_rows(lambda: io.BytesIO(text.encode(encoding)), ask)) == [(1, {0: "ácido"})]
