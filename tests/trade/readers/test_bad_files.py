"""Files that are damaged, wrongly named or wrongly encoded."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import BUILT_IN, mapping_of, reader_for, readers
from tidewaiter.trade.readers.columns.vocabulary import load_aliases
from tidewaiter.trade.types import FIELDS, ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]

HEAD = "goods,hs,net weight (kg)\n"


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx", "a.parquet", "a.csv.gz"])
def test_an_empty_file_is_refused_whatever_its_name(read: Read, name: str) -> None:
    """A file of no bytes names its place in the error."""
    with pytest.raises(InputError) as caught:
        read(b"", name)
    assert caught.value.at == name
    assert caught.value.hint


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(90),
        bytes(range(256)) * 9,
        b"%PDF-1.7\n%\xe2\xe3\n",
        b"MZ" + bytes(90),
    ],
    ids=["picture", "all bytes", "pdf", "program"],
)
def test_a_binary_named_csv_is_refused(read: Read, raw: bytes) -> None:
    """Binary data give one clear error, not a million rows."""
    with pytest.raises(InputError, match=r"this is|encoding|damaged"):
        read(raw, "trade.csv")


def test_a_suffix_that_is_not_known_names_those_that_are(read: Read) -> None:
    """The error for a strange suffix lists the formats."""
    with pytest.raises(InputError) as caught:
        read(b"\1\0goods\0a\0", "trade.zork")
    assert "parquet" in caught.value.hint


def test_content_wins_over_a_suffix_that_lies(read: Read) -> None:
    """Parquet and JSON Lines named .csv are read as what they are."""
    table = io.BytesIO()
    parquet.write_table(pa.table({"goods": ["acetone"]}), table)
    assert read(table.getvalue(), "trade.csv")[0][0]["goods"] == "acetone"
    assert read('{"goods": "acetone"}\n', "trade.csv")[0][0]["goods"] == "acetone"


def test_a_name_without_a_suffix_is_read_by_its_content(read: Read) -> None:
    """Text, JSON and Parquet need no suffix."""
    assert read("goods,hs\nacetone,291411\n", "trade")[0][0]["hs"] == "291411"
    assert read('{"goods": "acetone"}', "trade")[0][0]["goods"] == "acetone"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.999])
def test_half_a_parquet_file_is_refused(read: Read, share: float) -> None:
    """A Parquet file that is cut anywhere says so."""
    table = io.BytesIO()
    parquet.write_table(pa.table({"goods": ["acetone"] * 1000}), table)
    raw = table.getvalue()
    with raises("trade/parquet-damaged"):
        read(raw[: int(len(raw) * share)], "trade.parquet")


def test_half_a_zip_is_refused(read: Read) -> None:
    """What begins like a spreadsheet and is none says so."""
    with raises("base/spreadsheet-damaged"):
        read(b"PK\x03\x04" + bytes(200), "trade.xlsx")


def test_gzip_is_unpacked_and_read_up_to_a_cut(read: Read) -> None:
    """A packed CSV reads like an unpacked one; cut short, its rest is refused, not passed over."""
    packed = gzip.compress((HEAD + "acetone,291411,5\n" * 5000).encode())
    assert len(read(packed, "trade.csv.gz")[0]) == 5000
    lines, refusals = read(packed[:-40], "trade.csv.gz")
    assert 1000 < len(lines) <= 5000
    assert [(r.code, r.screened) for r in refusals if r.row == 0] == [
        ("trade/compressed-data-cut", False)
    ]


TEXTS = {
    "cp1252": "descripción;país\nÁcido acético, anhídrido;España\nCloruro de bencilo;México\n",
    "cp1251": "описание;страна отправления\nуксусный ангидрид;Россия\nацетон технический;Китай\n",
    "gb18030": "商品名称;原产国\n乙酸酐;中国\n丙酮工业级;印度\n",
    "cp932": "goods;origin\n無水酢酸;日本\nアセトン;中国\n",
    "cp1256": "وصف البضاعة;بلد المنشأ\nأنهيدريد الخل;مصر\nأسيتون;الصين\n",
    "cp1250": "goods;origin\nanhydrid kyseliny octové;Česko\nžlutý prášek;Łódź\n",
    "utf-8": "goods;origin\nангидрид;中国\n",
    "utf-8-sig": "goods;origin\nангидрид;中国\n",
    "utf-16": "goods;origin\nангидрид;中国\n",
    "utf-16-le": "goods;origin\nacetic anhydride, drums;China\nacetone;India\n",
    "koi8-r": "описание товара;вес\nуксусный ангидрид;5\n",
    "cp866": "описание товара;вес\nацетон технический;5\n",
    "iso2022_jp": "goods;net weight\n無水酢酸;5\nアセトン;6\n",
    "utf-16-be": "описание товара;вес\nуксусный ангидрид;5\nацетон;7\n",
    "utf-32": "goods;origin\nангидрид;中国\n",
}


@pytest.mark.parametrize("codec", TEXTS)
def test_an_encoding_is_found_by_evidence(read: Read, codec: str) -> None:
    """The goods of a file in each usual encoding come out as they were written."""
    lines, refusals = read(TEXTS[codec].encode(codec))
    wanted = [row.split(";")[0] for row in TEXTS[codec].splitlines()[1:]]
    assert [line["goods"] for line in lines] == wanted
    assert all(r.row == 0 and r.screened for r in refusals)


def test_a_short_file_is_read_by_the_names_of_its_columns(read: Read) -> None:
    """One line is little evidence; that its columns are known in one encoding alone is much."""
    lines, refusals = read("商品名称;净重\n乙酸酐;5\n".encode("gb18030"))
    assert (lines[0]["goods"], lines[0]["net_mg"], refusals) == ("乙酸酐", 5_000_000, [])


def test_a_doubtful_encoding_is_reported(read: Read) -> None:
    """Bytes that two encodings read as different letters are a note to the user."""
    _, refusals = read(TEXTS["cp1252"].encode("cp1252"))
    assert [(r.row, r.screened) for r in refusals] == [(0, True)]
    assert "--encoding" in refusals[0].hint


def test_a_wrong_encoding_is_an_error(read: Read) -> None:
    """UTF-8 that is said to be Latin-1 is not read as mojibake."""
    with raises("trade/encoding-is-another", sure="utf-8"):
        read(TEXTS["utf-8"].encode(), encoding="latin-1")
    with raises("trade/asked-encoding-not-known"):
        read(TEXTS["utf-8"].encode(), encoding="utf-99")


def test_bytes_of_another_encoding_are_reported_row_by_row(read: Read) -> None:
    """One bad byte far down the file costs that row a report, and no row its screening."""
    good = (HEAD + "ácido,291524,5\n" * 9000).encode()
    lines, refusals = read(good + "ácido,291524,5\n".encode("cp1252") + b"acetone,291411,1\n")
    assert len(lines) == 9002
    assert [(r.row, r.screened) for r in refusals] == [(9001, True)]
    assert lines[9000]["goods"] == "\ufffdcido"
    assert lines[9001]["goods"] == "acetone"


def test_nul_bytes_are_left_out_and_reported(read: Read) -> None:
    """A NUL inside a name does not hide the name."""
    lines, refusals = read(HEAD + "ace\0tone,291411,5\nwater,2201,1\n")
    assert [line["goods"] for line in lines] == ["acetone", "water"]
    assert [(r.row, r.screened) for r in refusals] == [(1, True)]


def test_the_file_is_left_where_it_was() -> None:
    """Asking for the mapping does not use up or close the file."""
    file = io.BytesIO(HEAD.encode() + b"acetone,291411,5\n")
    shown = mapping_of(file, "trade.csv", ReadOptions())
    assert shown.columns["goods"] == ("goods",)
    assert file.tell() == 0
    assert not file.closed


def test_a_stream_that_cannot_be_sought_is_read() -> None:
    """A pipe serves as well as a file."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

    items = list(reader_for("t")(Pipe(HEAD.encode() + b"a,1234,5\n"), "t", ReadOptions()))
    assert [item.num_rows for item in items if isinstance(item, pa.RecordBatch)] == [1]


def test_our_readers_win_and_are_listed() -> None:
    """Every built-in format is in the list of readers."""
    assert readers().items() >= BUILT_IN.items()
    assert {"csv", "tsv", "txt", "jsonl", "ndjson", "parquet", "xlsx"} <= set(BUILT_IN)


def test_utf8_with_a_bad_byte_is_still_utf8(read: Read) -> None:
    """One damaged letter does not turn all others into mojibake."""
    text = "goods,hs\n" + "ácido acético,291521\n" * 20
    lines, refusals = read(text.encode() + b"b\xe1d,1234\n")
    assert lines[0]["goods"] == "ácido acético"
    assert [(r.row, r.screened) for r in refusals] == [(21, True)]


def test_every_format_and_field_is_documented() -> None:
    """The reference names each suffix and each field that --map may name."""
    page = (Path(__file__).parents[3] / "docs/reference/formats.md").read_text(encoding="utf-8")
    assert [n for n in BUILT_IN if f"`.{n}`" not in page and f"`{n}`" not in page] == []
    assert (
        "<!-- begin linefields file goods codes quantity measures worth days transport papers"
        in page
    )
    fields = {field.split(".")[0] for field in load_aliases().known} - {"weight", *FIELDS}
    assert [field for field in fields if f"`{field}`" not in page] == []


def test_parquet_text_that_is_no_utf8_is_reported(read: Read) -> None:
    """A table may hold text that is none; its row is read and reported."""
    ends = pa.py_buffer(b"\0\0\0\0\3\0\0\0\5\0\0\0")
    text = pa.Array.from_buffers(pa.string(), 2, [None, ends, pa.py_buffer(b"a\xffbcd")])
    table = io.BytesIO()
    parquet.write_table(pa.table({"goods": text}), table)
    lines, refusals = read(table.getvalue(), "a.parquet")
    assert [line["goods"] for line in lines] == ["a\ufffdb", "cd"]
    assert [(r.row, r.column, r.screened) for r in refusals] == [(1, "goods", True)]
