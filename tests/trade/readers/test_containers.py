"""Tables in other containers: compressed, Arrow, ORC, dBASE, SQLite, XML, HTML, .ods and .xls."""

import bz2
import gzip
import io
import lzma
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import orc
from tests.soak.readers import XML_WORKBOOK, containers, dbf_sample
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import formats, html_tables, legacy_workbooks, xml_workbooks
from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]
Packed = Callable[..., bytes]
TABLE = b"goods,hs\nacetone,291411\n"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def zstd(raw: bytes, codec: str = "zstd") -> bytes:
    """Compress by Arrow."""
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, codec) as stream:
        stream.write(raw)
    return bytes(out.getvalue())


PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
    "lz4": lambda raw: zstd(raw, "lz4"),
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_compressed_file_is_read_as_if_it_were_unpacked(read: Read, suffix: str) -> None:
    """The lines are those of the file; two compressed parts in a row are both read."""
    lines = read(PACKERS[suffix](TABLE), f"a.csv.{suffix}")[0]
    assert [line["goods"] for line in lines] == ["acetone"]
    both = PACKERS[suffix](TABLE) + PACKERS[suffix](b"toluene,290230\n")
    if suffix != "lz4":
        assert [line["goods"] for line in read(both, f"a.{suffix}")[0]] == ["acetone", "toluene"]


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_truncated_compressed_file_is_never_passed_over(read: Read, suffix: str) -> None:
    """What is missing may name goods: what is there is read, if any, and the rest is refused."""
    raw = PACKERS[suffix](TABLE + b"x" * 9 + bytes(range(256)) * 99)
    with suppress(InputError):
        _, refusals = read(raw[: len(raw) // 2], f"a.csv.{suffix}")
        assert "trade/compressed-data-cut" in {each.code for each in refusals}


def test_the_rows_before_the_cut_are_read(read: Read) -> None:
    """Also of JSON, and of a file that is cut within its first bytes."""
    rows = b"".join(b"acetone %d,291411\n" % row for row in range(9_999))
    for name, raw in (("a.csv.gz", TABLE + rows), ("a.jsonl.gz", b'{"goods": "acetone"}\n' * 99)):
        lines, refusals = read(gzip.compress(raw)[:-9], name)
        assert len(lines) > 90
        assert "trade/compressed-data-cut" in {each.code for each in refusals}


def test_xz_may_not_ask_for_much_memory(read: Read) -> None:
    """A dictionary of 1.5 GB is refused before it is allocated."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1536 << 20, "mode": lzma.MODE_FAST}]
    try:
        raw = lzma.compress(TABLE, filters=filters)
    except MemoryError:
        pytest.skip("the writer itself has too little memory")
    with raises("trade/gzip-damaged"):
        read(raw, "a.csv.xz")


def test_a_bomb_is_not_unpacked_whole(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compressed database is unpacked to a file only up to a limit."""
    monkeypatch.setattr(formats, "LARGEST", 1000)
    with raises("trade/unpacked-too-large"):
        read(bz2.compress(b"SQLite format 3\0" + bytes(5000)), "a.sqlite.bz2")


@pytest.mark.parametrize("name", ["arrow", "orc", "sqlite", "dbf", "html", "xml-workbook"])
def test_each_container_is_recognised_by_its_content(read: Read, name: str) -> None:
    """A wrong suffix does not matter."""
    for raw in containers()[name]:
        lines, _ = read(raw, "a.xls")
        assert lines[0]["goods"] == "acetone"


def test_records_in_an_orc_list_become_lines(read: Read) -> None:
    """As in Parquet."""
    out = io.BytesIO()
    orc.write_table(pa.table({"bill": ["B"], "items": [[{"description": "acetone"}]]}), out)
    assert read(out.getvalue(), "a.orc")[0][0]["goods"] == "acetone"


def test_records_in_a_parquet_list_become_lines(read: Read, packed: Packed) -> None:
    """Each record is a line with the columns of its row; a row without records stays a line."""
    items = [[{"description": "acetone", "hs": "291411"}, {"description": "pumps", "hs": None}], []]
    raw = packed({"consignee": ["ACME", "NONE"], "items": items, "n": [1, 2]})
    lines, _ = read(raw, "a.parquet")
    assert [line["goods"] for line in lines] == ["acetone", "pumps", None]
    assert [line["row"] for line in lines] == [1, 1, 2]
    assert [line["parties"][0]["name"] for line in lines] == ["ACME", "ACME", "NONE"]


def test_other_lists_of_records_are_searched_as_text(read: Read, packed: Packed) -> None:
    """Only one list becomes lines; the words of another are other text of each."""
    raw = packed(
        {
            "items": [[{"description": "acetone", "hs": "291411"}]],
            "remarks": [[{"zork": "toluene inside"}]],
        }
    )
    lines, _ = read(raw, "a.parquet")
    assert "toluene inside" in lines[0]["other"][0]["text"]


def test_all_tables_of_a_database_are_read(read: Read, tmp_path: Path) -> None:
    """Each has its own columns, and rows are numbered on; a view and its functions are not run."""
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE a (goods TEXT, hs TEXT)")
        database.execute("CREATE TABLE b (description_of_goods TEXT, net_kg REAL)")
        database.execute("CREATE VIEW c AS SELECT goods FROM a")
        database.execute("INSERT INTO a VALUES ('acetone', '291411')")
        database.execute("INSERT INTO b VALUES ('toluene', 2.5)")
    database.close()
    lines, _ = read(path.read_bytes(), "a.db")
    assert [(line["row"], line["goods"]) for line in lines] == [(1, "acetone"), (2, "toluene")]
    assert lines[1]["net_mg"] == 2_500_000
    only, _ = read(path.read_bytes(), "a.db", sheet="b")
    assert [line["goods"] for line in only] == ["toluene"]


def test_dbase_texts_are_in_the_encoding_of_the_head(read: Read) -> None:
    """The language driver of the file decides; without one, the texts do."""
    raw = dbf_sample(("ácido acético", "291521"), codec="cp850")
    assert read(raw, "a.dbf")[0][0]["goods"] == "ácido acético"
    told = dbf_sample(("уксусный ангидрид", "291524"), codec="cp1251", driver=0xC9)
    assert read(told, "a.dbf")[0][0]["goods"] == "уксусный ангидрид"


def test_memos_and_missing_records_of_dbase_are_reported(read: Read) -> None:
    """Texts in another file, and records that a truncated file lacks, are named."""
    raw = dbf_sample(("acetone", "1"), ("toluene", "2"), fields="CM")
    codes = [refusal.code for refusal in read(raw, "a.dbf")[1]]
    assert "trade/memos-not-read" in codes
    cut = dbf_sample(("acetone", "291411"), ("toluene", "290230"))[:-42]
    assert "trade/records-missing" in [refusal.code for refusal in read(cut, "a.dbf")[1]]


def ods(content: str, **more: bytes) -> bytes:
    """Write an OpenDocument spreadsheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", content)
        for name, raw in more.items():
            archive.writestr(name, raw)
    return out.getvalue()


def cell(text: str, attributes: str = "") -> str:
    """Write a cell of OpenDocument."""
    return f"<t:table-cell {attributes}><p>{text}</p></t:table-cell>"


def row(*cells: str, attributes: str = "") -> str:
    """Write a row of OpenDocument."""
    return f"<t:table-row {attributes}>{''.join(cells)}</t:table-row>"


def document(*tables: str) -> str:
    """Write the content of an OpenDocument spreadsheet."""
    held = "".join(f'<t:table t:name="T{at}">{each}</t:table>' for at, each in enumerate(tables))
    return f'<d xmlns:t="t">{held}</d>'


def test_opendocument_tables_are_read(read: Read) -> None:
    """Repeated cells count, days and amounts are as stored, remarks of a reviewer are not read."""
    header = row(cell("goods"), cell("net weight kg"), cell("arrival"), cell("hs"))
    line = row(
        cell("acetone"),
        cell("1.234,5", 't:value-type="float" t:value="1234.5"'),
        cell("02/03/26", 't:value-type="date" t:date-value="2026-03-02"'),
        cell("0101", 't:value-type="float" t:value="101"'),
        '<t:table-cell t:number-columns-repeated="16380"/>',
    )
    noted = row(cell("toluene<annotation><p>remark</p></annotation>"))
    end = row("<t:table-cell/>", attributes='t:number-rows-repeated="1048570"')
    lines, _ = read(ods(document(header + line + noted + end)), "a.ods")
    assert [each["goods"] for each in lines] == ["acetone", "toluene"]
    assert lines[0]["net_mg"] == 1_234_500_000
    assert str(lines[0]["arrival"]) == "2026-03-02"
    assert lines[0]["hs"] == "0101"


def test_bombs_in_opendocument_are_bounded(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that stands for millions, entities, macros, and unpacked size are refused."""
    wide = row(cell("goods", 't:number-columns-repeated="99999999"'))
    with raises("trade/too-many-columns"):
        read(ods(document(wide)), "a.ods")
    with raises("base/declares-xml-entities"):
        read(ods(f"<!DOCTYPE a>{document('')}"), "a.ods")
    with raises("base/office-file-holds-macros"):
        read(ods(document(""), **{"Basic/a.xml": b""}), "a.ods")
    many = row(cell("acetone"), attributes='t:number-rows-repeated="1000000"')
    lines, _ = read(ods(document(row(cell("goods")) + many)), "a.ods")
    assert len(lines) == xml_workbooks.REPEATS
    monkeypatch.setattr(xml_workbooks, "LARGEST", 10)
    with raises("base/spreadsheet-too-large"):
        read(ods(document("")), "a.ods")


def test_a_workbook_in_xml_of_2003_is_read(read: Read) -> None:
    """Cells may be skipped by an index; a broken document is refused."""
    lines, _ = read(XML_WORKBOOK, "a.xls")
    assert (lines[0]["goods"], lines[0]["hs"]) == ("acetone", "291411")
    with raises("base/spreadsheet-damaged"):
        read(XML_WORKBOOK[:-30], "a.xls")


def test_a_page_is_read_as_tables_and_text(read: Read) -> None:
    """Text beside the tables is searched too; what a browser does not show is not."""
    page = (
        "<html><style>x{}</style><p>About ephedrine</p><table><tr><th>goods<th>hs"
        "<tr><td>ace<br>tone<td>291411</table></html>"
    )
    lines, _ = read(page, "a.html")
    assert lines[0]["goods"] == "ace tone"
    assert [line["other"][0]["text"] for line in lines] == ["About ephedrine"]
    long = page.replace("About", "About words " * 300)
    assert "ephedrine" in read(long, "a.html")[0][1]["other"][0]["text"]


@pytest.mark.parametrize("broken", ["<![C bad", "<![", "<![CDATA[x]]>", "<![if IE]>", "<!x>"])
def test_broken_declarations_of_a_page_are_skipped(read: Read, broken: str) -> None:
    """As a browser skips them."""
    row = "<tr><td>acetone</td><td>291411</td></tr>"
    lines, _ = read(f"<table><tr><td>goods</td><td>hs</td></tr>{broken}>{row}</table>", "a.html")
    assert [line["goods"] for line in lines] == ["acetone"]


def test_pages_have_bounds(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of size, of tables and of columns; deep nesting is no recursion."""
    with raises("trade/too-many-tables"):
        read("<html>" + "<table><tr><td>a" * 600, "a.html")
    with raises("trade/too-many-columns"):
        read("<table><tr>" + "<td colspan=999>a" * 20, "a.html")
    monkeypatch.setattr(html_tables, "LARGEST", 10)
    with raises("trade/unpacked-too-large"):
        read("<table><tr><td>goods</table>", "a.html")


def test_text_under_the_name_of_a_spreadsheet_is_read(read: Read) -> None:
    """Systems export tabs as .xls, and CSV as .xlsx."""
    assert read("goods\ths\nacetone\t291411\n", "a.xls")[0][0]["hs"] == "291411"
    assert read(TABLE, "a.xlsx")[0][0]["hs"] == "291411"


def test_a_damaged_old_workbook_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that reads it may end as it likes; a large file is not given to it."""
    raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le")
    with raises("base/spreadsheet-damaged"):
        read(raw, "a.xls")
    monkeypatch.setattr(legacy_workbooks, "LARGEST", 10)
    with raises("base/spreadsheet-too-large"):
        read(raw, "a.xls")
