"""A file looked at: what it would be read as, what must be asked, and that it is what is read."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import says

from tidewaiter.base.errors import InputError
from tidewaiter.base.resources import data
from tidewaiter.trade.readers import mapping_of, reader_for
from tidewaiter.trade.readers.inspection import Inspection, inspect_file
from tidewaiter.trade.readers.table import SAMPLE_ROWS
from tidewaiter.trade.readers.text_blocks import SIZE
from tidewaiter.trade.types import ReadOptions, Refusal, line_of

SAMPLE = data("samples", "manifest.csv").read_bytes()
HEADERS = st.sampled_from(
    [
        "goods",
        "Description",
        "Product",
        "CAS",
        "HS Code",
        "weight",
        "Net weight (kg)",
        "Arrival",
        "Importer",
        "importer name",
        "x",
        "",
        "注释",
        "UN No",
        "value USD",
    ]
)


def look(content: bytes | str, name: str = "trade.csv", **options: Any) -> Inspection:
    """Inspect the content of a file."""
    raw = content.encode() if isinstance(content, str) else content
    return inspect_file(io.BytesIO(raw), name, ReadOptions(**options))


def test_the_sample_is_clear() -> None:
    """Each of its columns is known by name; refusals in its first rows are reported."""
    seen = look(SAMPLE)
    assert seen.is_clear
    assert (seen.form, seen.encoding, seen.delimiter, seen.rows) == ("csv", "utf-8", ",", 200)
    assert {column.how for column in seen.columns} == {"name"}
    assert seen.columns[2].samples[0] == "Steel bolts M12, invoice 108-24-8"
    assert [each.row for each in seen.refusals] == [64, 171, 171]
    assert seen.marks["net"] == "."


def test_the_columns_are_those_of_the_screening() -> None:
    """The inspection shows what the readers read, no second opinion."""
    seen, mapping = look(SAMPLE), mapping_of(io.BytesIO(SAMPLE), "m.csv", ReadOptions())
    shown = {field: column.name for column in seen.columns for field in column.fields}
    assert shown == {field: columns[0] for field, columns in mapping.columns.items()}


@given(st.lists(HEADERS, min_size=1, max_size=6), st.data())
def test_what_is_clear_can_be_read_and_what_is_not_cannot(
    header: list[str], chance: st.DataObject
) -> None:
    """A file is clear if and only if the reader takes it without asking."""
    cells = st.sampled_from(["acetone", "67-64-1", "1,200", "03/04/2026", "", "x"])
    rows = [chance.draw(st.lists(cells, min_size=len(header), max_size=len(header)))]
    table = "\n".join(";".join(row) for row in [header, *rows]) + "\n"
    options = ReadOptions(delimiter=";", format="csv")
    seen = inspect_file(io.BytesIO(table.encode()), "a.csv", options)
    try:
        read = list(reader_for("a.csv")(io.BytesIO(table.encode()), "a.csv", options))
    except InputError:
        assert not seen.is_clear
    else:
        refused = {each.code for each in read if isinstance(each, Refusal)}
        assert seen.is_clear == ("trade/several-columns-may-hold" not in refused)


@pytest.mark.parametrize(
    ("content", "field", "columns"),
    [
        ("goods;net;net weight\nx;1;2\n", "net", ("net", "net weight")),
        ('{"goods": "x", "net": "1", "net weight": "2"}\n', "net", ("net", "net weight")),
    ],
)
def test_two_columns_for_one_field_are_a_question(
    content: str, field: str, columns: tuple[str, ...]
) -> None:
    """It is asked, and neither is taken; said which, it is clear."""
    name = "a.jsonl" if content.startswith("{") else "a.csv"
    seen = look(content, name)
    (question,) = seen.questions
    assert (question.field, question.columns) == (field, columns)
    assert not seen.is_clear
    said = look(content, name, columns={"net": "net"})
    assert said.is_clear
    assert (said.columns[1].how, said.columns[1].fields) == ("said", ("net",))


@pytest.mark.parametrize(
    "content",
    ["goods;description\nacetone;x\n", '{"goods": "acetone", "description": "x"}\n'],
)
def test_two_descriptions_of_the_goods_are_no_question(content: str) -> None:
    """Both are screened: the first as the goods, the second as a further description."""
    seen = look(content, "a.jsonl" if content.startswith("{") else "a.csv")
    assert seen.is_clear
    assert [column.fields for column in seen.columns] == [("goods",), ("commercial",)]


def test_objects_may_name_a_field_by_different_keys() -> None:
    """Each line of JSON has its own keys, so no question arises between two lines."""
    seen = look('{"goods": "acetone"}\n{"product": "benzene"}\n', "a.jsonl")
    assert seen.is_clear
    assert [column.fields for column in seen.columns] == [("goods",), ("goods",)]


def test_a_column_is_found_by_its_values_where_its_name_leaves_room_for_it() -> None:
    """Nine values in ten that are CAS numbers, under a name that says "code" or "number"."""
    seen = look("code;y\n67-64-1;a\n108-24-7;b\n")
    assert [(each.fields, each.how) for each in seen.columns] == [(("cas",), "values"), ((), "")]


def test_values_alone_show_no_code() -> None:
    """A column with an uninformative name is reported with its possible meaning, and searched."""
    seen = look("x;goods\n67-64-1;a\n108-24-7;b\n")
    first, _ = seen.columns
    assert (first.fields, first.how, first.maybe) == ((), "other text", ("cas",))


def test_nothing_to_screen_is_a_question() -> None:
    """The fields are named of which one is missing, and the columns shown."""
    seen = look("alpha;beta\n1;2\n")
    assert seen.needed[:2] == ("goods", "commercial")
    assert [column.samples for column in seen.columns] == [("1",), ("2",)]


def test_dates_and_decimals_show_what_they_rest_on() -> None:
    """An order or a mark not shown by values is "", and the first rows show what it refuses."""
    text = "goods;net (kg);arrival\nacetone;1.500;03/04/2026\nacetone;2.250;04/04/2026\n"
    seen = look(text)
    assert (seen.marks, seen.orders) == ({"net": ""}, {"arrival": ""})
    assert {each.column for each in seen.refusals} == {"net (kg)", "arrival"}
    said = look(text, decimal=",", dates="dmy")
    assert (said.marks, said.orders) == ({"net": ","}, {"arrival": "dmy"})
    assert said.refusals == ()


def test_the_sheets_of_a_workbook_are_named() -> None:
    """One is read, any can be; where one is not there, the others are still named."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name in ("Cover", "Lines"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Goods", "Net weight (kg)"])
            sheet.write_row(1, 0, [f"acetone {name}", 12.5])
    seen = look(file.getvalue(), "a.xlsx", sheet="Lines")
    assert (seen.form, seen.sheets, seen.sheet) == ("xlsx", ("Cover", "Lines"), "Lines")
    assert seen.columns[0].samples == ("acetone Lines",)
    wrong = look(file.getvalue(), "a.xlsx", sheet="Nowhere")
    assert says(wrong.problem, "trade/no-sheet-called")
    assert wrong.sheets == ("Cover", "Lines")


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (b"", "a.csv", "empty"),
        (b"%PDF-1.7", "a.pdf", "trade/pdf-damaged"),
        (b"\x00\x01\x02" * 99, "a.csv", "trade/not-text"),
        (b"PK\x03\x04nothing", "a.xlsx", "damaged"),
        (b"PAR1nothing", "a.parquet", "damaged"),
        (b"[1, 2]\n", "a.jsonl", "trade/not-an-object"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, name: str, problem: str) -> None:
    """It is not a failure: the sender gets a message, and can correct it."""
    seen = look(content, name)
    assert says(seen.problem, problem)
    assert not seen.is_clear


@pytest.mark.parametrize(
    "columns", [{"goods": "Nowhere"}, {"colour": "Description of goods"}], ids=str
)
def test_what_is_said_wrongly_hides_no_columns(columns: dict[str, str]) -> None:
    """The problem is reported beside the columns, from which another can be chosen."""
    seen = look(SAMPLE, columns=columns)
    assert seen.problem
    assert len(seen.columns) == 21


def test_files_with_the_same_columns_have_the_same_signature() -> None:
    """For any rows; other columns have another signature."""
    ours = look("goods;net\na;1\n").signature
    assert look("Goods;net\nb;2\nc;3\n").signature == ours
    assert look("net;goods\n1;a\n").signature != ours


def test_a_wide_table_is_shown_in_part() -> None:
    """Of thousands of columns the first are shown, and the others counted."""
    header = ["goods", *(f"x{n}" for n in range(999))]
    seen = look(";".join(header) + "\n" + ";".join("a" * 1000) + "\n")
    assert (len(seen.columns), seen.more_columns) == (400, 600)


@pytest.mark.parametrize("name", ["long.csv", "long.jsonl"])
def test_a_reading_stops_after_the_first_rows(name: str) -> None:
    """However long the file, a few blocks of it are read."""
    line = '{"goods": "acetone"}\n' if name.endswith("l") else "acetone\n"
    file = io.BytesIO(b"goods\n" * name.endswith("v") + line.encode() * 4_000_000)
    seen = inspect_file(file, name, ReadOptions())
    assert seen.is_clear
    assert seen.rows == SAMPLE_ROWS
    assert file.tell() <= 3 * SIZE < len(file.getvalue())


def test_a_message_is_seen_with_what_it_keeps() -> None:
    """Its fields, what has none, and its first lines as they would be screened."""
    content = (Path(__file__).parents[2] / "data/formats/dcsa-ebl.json").read_bytes()
    seen = look(content, "bill.json")
    assert seen.is_clear
    assert (seen.form, seen.told, seen.confirmed) == ("dcsa", "content", True)
    assert seen.title.startswith("DCSA")
    assert "DCSA" in seen.source
    read = {column.name: column for column in seen.columns if column.fields}
    assert (read["hs"].samples, read["hs"].how) == (("293499",), "format")
    assert read["parties"].samples == ("consignor, DCSA CTK, Strawinskylaan 4117",)
    kept = {column.name: column.samples for column in seen.columns if not column.fields}
    assert kept["utilizedTransportEquipments[].seals[].number"] == ("DCSA-CTK-1234",)
    (batch,) = reader_for("bill.json")(io.BytesIO(content), "bill.json", ReadOptions())
    assert not isinstance(batch, Refusal)
    assert seen.lines == (line_of(batch.to_pylist()[0]),)


def test_a_format_without_a_sample_is_named_and_not_used() -> None:
    """It is read as plain JSON, with a hint of its possible format; on request, it is used."""
    content = (Path(__file__).parents[2] / "data/formats/itmatt_like.json").read_bytes()
    seen = look(content, "item.json")
    assert (seen.form, seen.told, seen.may_be) == ("jsonl", "name", ("postal",))
    asked = look(content, "item.json", format="postal")
    assert (asked.form, asked.told, asked.confirmed) == ("postal", "you", False)
    assert [each.column for each in asked.refusals] == ["itemId"]


def test_a_format_that_is_none_is_refused() -> None:
    """The error names the formats there are."""
    seen = look("goods\nacetone\n", format="cvs")
    assert '"cvs" is not known' in seen.problem
    assert "dcsa" in seen.hint


def test_the_first_lines_of_a_table_are_shown() -> None:
    """As they would be screened: three of them."""
    seen = look("goods,net\n" + "acetone,2 kg\n" * 5)
    assert [line.net_mg for line in seen.lines] == [2_000_000] * 3
    assert seen.told == "name"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        ("goods\tnet\nacetone\t1\nephedrine\n", "a.txt", "trade/row-width-wrong"),
        ('{"goods": "acetone"}\n{broken\n', "a.jsonl", "trade/line-not-json"),
        ('[{"goods": "acetone"},\n{"goods": "ephedrine"', "a.json", "trade/array-cut"),
    ],
)
def test_what_is_refused_behind_the_last_line_is_shown(content: str, name: str, code: str) -> None:
    """A file that is cut in its middle ends with what could not be read."""
    assert code in {each.code for each in look(content, name).refusals}


@pytest.mark.parametrize("header", ["品名,英文品名", "Bezeichnung,Artikelbezeichnung"])
def test_a_description_that_is_called_less_well_is_screened_too(header: str) -> None:
    """The goods may be in English only in the second one; named alone, only it is read."""
    seen = look(f"{header}\n化学品,Acetic anhydride\n")
    assert [column.fields for column in seen.columns] == [("goods",), ("commercial",)]
    alone = look(
        f"{header}\n化学品,Acetic anhydride\n", columns={"goods": header.partition(",")[0]}
    )
    assert [column.fields for column in alone.columns] == [("goods",), ()]
