"""Spreadsheets by their parts: what no program's own export shows, and what attacks."""

import io
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import LARGEST
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DAYS = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000000"/>'
    '<numFmt numFmtId="165" formatCode="dd&quot;.&quot;mm.yyyy"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
    "</styleSheet>"
)


def texts(*cells: str | None) -> str:
    """Write a row of texts, as a program that shares no texts does."""
    inner = (
        f'<c t="inlineStr"><is><t>{cell}</t></is></c>' if cell is not None else "<c/>"
        for cell in cells
    )
    return f"<row>{''.join(inner)}</row>"


def sheet(*rows: str, after: str = "") -> str:
    """Write a sheet around its rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def archive(
    sheets: Sequence[str],
    *,
    hidden: Sequence[int] = (),
    shared: str = "",
    book: str = "",
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """Pack sheets, called S1, S2 and so on, into a workbook."""
    tabs = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}" '
        f'state="{"hidden" if n in hidden else "visible"}"/>'
        for n in range(1, len(sheets) + 1)
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{RELS}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    related += f'<Relationship Id="t" Type="{RELS}/styles" Target="/xl/styles.xml"/>'
    if shared:
        related += f'<Relationship Id="s" Type="{RELS}/sharedStrings" Target="texts.xml"/>'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    members = {
        "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{RELS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{book}<sheets>{tabs}'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>",
        "xl/styles.xml": DAYS,
        **{f"xl/worksheets/s{n}.xml": text for n, text in enumerate(sheets, 1)},
        **({"xl/Texts.xml": shared} if shared else {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(name, text if text.startswith("<?xml") else head + text)
        for name, raw in (more or {}).items():
            packed.writestr(name, raw)
    return out.getvalue()


def test_all_sheets_are_read_one_after_the_other(read: Read) -> None:
    """Hidden ones too, in the order of the workbook; each line names its sheet."""
    raw = archive(
        [
            sheet(texts("goods"), texts("hidden")),
            sheet(texts("goods"), texts("acetone")),
            sheet(texts("description of goods", "hs"), texts("toluene", "290230")),
            sheet(),
        ],
        hidden=[1],
    )
    lines, refusals = read(raw, "a.xlsx")
    assert [line["goods"] for line in lines] == ["hidden", "acetone", "toluene"]
    assert [line["row"] for line in lines] == [1, 2, 3]
    assert [line["hs"] for line in lines] == [None, None, "290230"]
    assert refusals == []
    chosen, none = read(raw, "a.xlsx", sheet="S1")
    assert ([line["goods"] for line in chosen], none) == (["hidden"], [])


def test_a_formula_without_a_stored_value_is_reported(read: Read) -> None:
    """A file that no spreadsheet program has worked out says so, cell by cell."""
    raw = archive(
        [
            sheet(
                texts("goods", "net weight"),
                '<row><c t="inlineStr"><is><t>acetone</t></is></c><c><f>A1*2</f><v></v></c></row>',
                '<row><c t="str"><f>"x"</f></c><c><f>A1*2</f><v>7</v></c></row>',
                '<row><c t="str"><f>IF(1,"","")</f><v></v></c><c><v/></c></row>',
            )
        ]
    )
    lines, refusals = read(raw, "a.xlsx")
    assert [(line["goods"], line["net_mg"]) for line in lines] == [
        ("acetone", None),
        (None, 7_000_000),
    ]
    *cells, _ = refusals  # the last says that a line has no description
    assert [(r.row, r.column) for r in cells] == [(1, "net weight"), (2, "goods")]
    assert {r.code for r in cells} == {"base/cell-without-value"}


@pytest.mark.parametrize(
    ("book", "days"),
    [
        ("", [date(2026, 3, 31), date(2026, 3, 31)]),
        ('<workbookPr date1904="1"/>', [date(2030, 4, 1), date(2030, 4, 1)]),
    ],
    ids=["1900", "1904"],
)
def test_days_are_counted_as_the_workbook_counts(read: Read, book: str, days: list[date]) -> None:
    """A number shown as a day, and one that is not, are days of 1900's or of 1904's count."""
    rows = ['<row><c s="1"><v>46112</v></c></row>', "<row><c><v>46112.75</v></c></row>"]
    head = texts("arrival", "goods")
    raw = archive([sheet(head, *(row.replace("</row>", "<c/></row>") for row in rows))], book=book)
    lines, refusals = read(raw, "a.xlsx")
    assert [line["arrival"] for line in lines] == days
    assert [each.row for each in refusals] == [0]  # no line describes its goods


def test_a_number_is_read_as_its_cell_shows_it(read: Read) -> None:
    """Zeros that a format puts before a code are there; false tails and exponents are not."""
    cells = '<c s="2"><v>2915240</v></c><c><v>0.30000000000000004</v></c>'
    other = "<c><v>2.91524E9</v></c><c><v>1234.0</v></c>"
    raw = archive([sheet(texts("hs", "net weight"), f"<row>{cells}</row><row>{other}</row>")])
    lines, refusals = read(raw, "a.xlsx")
    assert [line["hs"] for line in lines] == ["02915240", "2915240000"]
    assert [line["net_mg"] for line in lines] == [300_000, 1_234_000_000]
    assert refusals == []


def test_a_merged_text_stands_in_each_of_its_rows_and_an_amount_once(read: Read) -> None:
    """Rows under one merged name share it; a merged weight is not counted three times."""
    rows = [
        '<row r="1">{}</row>',
        '<row r="2">{}</row>',
        '<row r="3"><c r="B3" t="inlineStr"><is><t>toluene</t></is></c></row>',
        '<row r="4"><c r="B4" t="inlineStr"><is><t>xylene</t></is></c></row>',
        '<row r="5"><c r="B5" t="inlineStr"><is><t>water</t></is></c></row>',
    ]
    head = texts("mrn", "goods", "net weight").removeprefix("<row>").removesuffix("</row>")
    first = texts("M1", "acetone", "25 kg").removeprefix("<row>").removesuffix("</row>")
    merged = '<mergeCells><mergeCell ref="A2:A4"/><mergeCell ref="C2:C3"/></mergeCells>'
    table = sheet(rows[0].format(head), rows[1].format(first), *rows[2:], after=merged)
    lines, refusals = read(archive([table]), "a.xlsx")
    assert [(n["consignment"], n["seq"]) for n in lines] == [
        ("M1", 1),
        ("M1", 2),
        ("M1", 3),
        ("row 4", 1),
    ]
    assert [line["net_mg"] for line in lines] == [25_000_000, None, None, None]
    assert [(r.row, r.column, r.screened) for r in refusals] == [(2, "net weight", True)]


def test_shared_texts_may_be_rich_spoken_and_escaped(read: Read) -> None:
    """Runs are joined, phonetic text is dropped, and "_x000D_" is a line end."""
    shared = (
        "<sst><si><t>goods</t></si><si><r><t>ace</t></r><r><t>tone</t></r></si>"
        "<si><t>丙酮</t><rPh><t>bing tong</t></rPh></si><si><t>a_x000D_b&amp;c</t></si><si/></sst>"
    )
    rows = "".join(f'<row><c t="s"><v>{n}</v></c></row>' for n in range(5))
    lines, _ = read(archive([sheet(rows)], shared=shared), "a.xlsx")
    assert [line["goods"] for line in lines] == ["acetone", "丙酮", "a\rb&c", None]


def test_a_workbook_with_prefixes_is_read(read: Read) -> None:
    """Some programs write every element with a prefix."""
    rows = '<x:row><x:c t="inlineStr"><x:is><x:t>{}</x:t></x:is></x:c></x:row>'
    data = rows.format("goods") + rows.format("acetone")
    raw = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{data}</x:sheetData></x:worksheet>'
    assert read(archive([raw]), "a.xlsx")[0][0]["goods"] == "acetone"


def test_cells_at_the_far_corners_cost_no_memory(read: Read) -> None:
    """The extent of a sheet is its cells, not the rectangle around them."""
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    raw = archive(
        [sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>goods</t></is></c></row>', far)]
    )
    lines, _ = read(raw, "a.xlsx")
    assert [(line["row"], line["goods"]) for line in lines] == [(1, None)]


def peak_of(raw: bytes) -> int:
    """Read a spreadsheet that must be refused, and give the most memory that it took."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as caught:
            list(reader_for("a.xlsx")(io.BytesIO(raw), "a.xlsx", ReadOptions()))
        assert caught.value.at == "a.xlsx"
        assert caught.value.hint
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_that_expands_hugely_is_refused() -> None:
    """Members that say that they unpack to more than the limit are not unpacked."""
    raw = archive([sheet(texts("goods"))], more={"xl/media/a.bin": bytes(1 << 20)})
    said, lied = (1 << 20).to_bytes(4, "little"), (LARGEST + 1).to_bytes(4, "little")
    assert peak_of(raw.replace(said, lied)) < 50 << 20


@pytest.mark.parametrize(
    "table",
    [
        sheet(texts("goods"), texts("x" * (2 << 20))),
        sheet(texts("goods"), f"<row><c t='inlineStr'><is>{'<t>x</t>' * (2 << 20)}</is></c></row>"),
        sheet(texts("goods"), f"<row a='{'x' * (18 << 20)}'/>"),
        sheet(texts("goods"), f"<row>{texts(*['x' * 1_000_000] * 18)[5:]}"),
    ],
    ids=["text", "runs", "tag", "row"],
)
def test_a_cell_or_row_beyond_all_measure_is_refused(table: str) -> None:
    """A small archive of one huge text is an error, in whatever way it is huge."""
    assert peak_of(archive([table])) < 150 << 20


@pytest.mark.parametrize(
    "table",
    [
        '<!DOCTYPE w [<!ENTITY a "x">]><worksheet><sheetData/></worksheet>',
        "<worksheet><sheetData><row></sheetData>",
        "<worksheet><sheetData><row><c r='ZZZZ1'><v>1</v></c></row></sheetData></worksheet>",
        sheet("<row><c><v>no number</v></c></row>"),
        "",
    ],
    ids=["entities", "open", "column", "number", "nothing"],
)
def test_a_sheet_that_is_no_sheet_is_refused(table: str) -> None:
    """Entities, elements that do not close, and columns beyond XFD end in one clear error."""
    peak_of(archive([table]))


def test_an_archive_of_other_things_is_refused(read: Read) -> None:
    """A zip that is not a workbook, and one with a missing sheet, give a clear error."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("_rels/.rels", "<Relationships/>")
    with raises("base/archive-holds-no-workbook"):
        read(out.getvalue(), "a.xlsx")
    with raises("trade/no-sheet"):
        read(archive([]), "a.xlsx")


@pytest.mark.parametrize(
    ("whole", "damage"),
    [('name="S1"', ""), ('numFmtId="164"', ""), ('numFmtId="14"', 'numFmtId="x"')],
)
def test_a_name_or_number_that_is_missing_is_no_crash(read: Read, whole: str, damage: str) -> None:
    """Of a sheet, of a format, and of a style; the cells are read."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive([sheet(texts("goods"), texts("acetone"))]))) as packed,
        zipfile.ZipFile(out, "w") as changed,
    ):
        for name in packed.namelist():
            changed.writestr(name, packed.read(name).decode().replace(whole, damage))
    lines, _ = read(out.getvalue(), "a.xlsx")
    assert [line["goods"] for line in lines] == ["acetone"]
