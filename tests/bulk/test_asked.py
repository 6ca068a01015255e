"""Parties of a file: CSV, JSON Lines, Parquet and XLSX, and what cannot be read of them."""

import gzip
import io
import json
from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tidewaiter.base.errors import InputError
from tidewaiter.bulk.parties import parties_of, read_asked
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import Identifier
from tidewaiter.trade.types import Refusal

ROWS = [
    {
        "id": "7",
        "name": "Qorvex, Ltd",
        "kind": "company",
        "country": "CN; HK",
        "born": "",
        "address": "12 Keji Road; Shenzhen",
        "phone": "+86 10 6512 3456",
        "lei": "213800KUD8LAJWSQ9D15",
        "id_scheme": "",
    },
    {
        "id": "A1234567",
        "name": "Пример Анна",
        "kind": "person",
        "country": "Russia",
        "born": "5 Mar 1970",
        "address": "",
        "phone": "",
        "lei": "",
        "id_scheme": "passport",
    },
]


def _csv(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    lines = [",".join(rows[0])]
    lines += [",".join(f'"{each}"' for each in row.values()) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _jsonl(rows: list[dict[str, str]]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def _parquet(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def _xlsx(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for place, text in enumerate(line):
                sheet.write_string(at, place, text)
    return out.getvalue()


def _read(raw: bytes, name: str) -> tuple[list[AskedParty], list[Refusal]]:
    refusals: list[Refusal] = []
    return list(parties_of(read_asked(io.BytesIO(raw), name), refusals)), refusals


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (_csv, "p.csv"),
        (lambda rows: _csv(rows).replace(b",", b";").replace(b"CN;", b"CN,"), "p.txt"),
        (lambda rows: gzip.compress(_csv(rows)), "p.csv.gz"),
        (_jsonl, "p.jsonl"),
        (lambda rows: gzip.compress(_jsonl(rows)), "p.ndjson.gz"),
        (_parquet, "p.parquet"),
        (_xlsx, "p.xlsx"),
    ],
    ids=["csv", "semicolons", "csv.gz", "jsonl", "jsonl.gz", "parquet", "xlsx"],
)
def test_all_formats_tell_the_same(
    write: Callable[[list[dict[str, str]]], bytes], name: str
) -> None:
    """A party has its name, kind, countries, births, address and numbers from any format."""
    first, second = _read(write(ROWS), name)[0]
    assert (first.id, first.kind) == ("7", "organisation")
    assert first.text in {"Qorvex, Ltd", "Qorvex; Ltd"}
    assert first.identifiers == (
        Identifier(scheme="phone", value="+86 10 6512 3456"),
        Identifier(scheme="LEI", value="213800KUD8LAJWSQ9D15"),
    )
    assert second == AskedParty(
        id="A1234567",
        text="Пример Анна",
        kind="person",
        countries=("Russia",),
        births=("1970-03-05",),
        identifiers=(Identifier(scheme="passport", value="A1234567"),),
    )


def test_numbers_and_days_in_cells_of_a_spreadsheet() -> None:
    """A number is its digits, a day is a day, whatever the cell holds."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("Name", "IMO", "Born"))
        sheet.write_string(1, 0, "A B")
        sheet.write_number(1, 1, 9187629)
        sheet.write_datetime(1, 2, date(1970, 3, 5), book.add_format({"num_format": "dd/mm/yyyy"}))
    (party,), refusals = _read(out.getvalue(), "p.xlsx")
    assert party.identifiers == (Identifier(scheme="IMO", value="9187629"),)
    assert party.births == ("1970-03-05",)
    assert not refusals


def test_several_values_of_a_cell() -> None:
    """Countries and numbers are parted by semicolons, an address is not."""
    party = _read(_csv(ROWS), "p.csv")[0][0]
    assert party.countries == ("CN", "HK")
    assert party.addresses == ("12 Keji Road; Shenzhen",)


def test_json_may_list_values_and_null() -> None:
    """A key holds a text, a number, a list or nothing."""
    line = {"name": "A B", "phone": ["+1 202 555 0142", None], "imo": 9187629, "email": None}
    (party,), refusals = _read(json.dumps(line).encode(), "p.jsonl")
    schemes = {each.scheme: each.value for each in party.identifiers}
    assert schemes == {"phone": "+1 202 555 0142", "IMO": "9187629"}
    assert party.id == "1"
    assert not refusals


@pytest.mark.parametrize(
    ("titles", "field"),
    [
        ("Party name,Date of birth", "births"),
        ("NAME,DOB", "births"),
        ("name,National_ID", "identifiers"),
        ("Party Name,Call sign", "identifiers"),
        ("name,web", "identifiers"),
        ("name,Nationality", "countries"),
    ],
)
def test_titles_as_people_write_them(titles: str, field: str) -> None:
    """Case, underscores and some usual words do not matter."""
    (party,), _ = _read(f"{titles}\nA B,1970\n".encode(), "p.csv")
    assert party.text == "A B"
    assert getattr(party, field)


def test_what_cannot_be_read_is_refused_and_the_rest_goes_on() -> None:
    """A bad kind or date is omitted from the party, a bad number kept as text; all are reported."""
    text = (
        "name,kind,born,lei,phone\n"
        "A One,dragon,1970,,\n"
        "B Two,person,31/31/1970,,\n"
        "C Three,,,213800KUD8LAJWSQ9D16,12\n"
        "D Four,person\n"
        'E "Five,person,1970,,\n'
        "F Six,person,1970,,\n"
    )
    parties, refusals = _read(text.encode(), "p.csv")
    assert [party.text for party in parties][:3] == ["A One", "B Two", "C Three"]
    assert parties[-1].text == "F Six"
    assert (parties[0].kind, parties[1].births) == ("unknown", ())
    assert [each.value for each in parties[2].identifiers] == ["12", "213800KUD8LAJWSQ9D16"]
    told = [(each.row, each.column, each.screened) for each in refusals]
    assert (1, "kind", True) in told
    assert (2, "born", True) in told
    assert {(3, "LEI", True), (3, "phone", True)} <= set(told)
    assert (4, "", False) in told


def test_a_bad_line_of_json_is_refused_alone() -> None:
    """Its number and its text are reported."""
    raw = b'{"name": "A"}\n{"name": \n[1]\n\n{"name": "B", "lei": {"a": 1}}\n\xff\n'
    parties, refusals = _read(raw, "p.jsonl")
    assert [(party.id, party.text) for party in parties] == [("1", "A"), ("5", "B")]
    assert [each.row for each in refusals] == [2, 3, 6]
    assert not any(each.screened for each in refusals)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"id,title\n1,A\n", "p.csv"),
        (b"", "p.csv"),
        (b"", "p.jsonl"),
        (b'{"title": "A"}\n', "p.jsonl"),
        (b"PK\x03\x04 no book", "p.xlsx"),
        (b"PAR1 no file", "p.parquet"),
        (b"%PDF-1.7", "p.pdf"),
    ],
    ids=["no name", "empty", "empty lines", "no name in lines", "xlsx", "parquet", "pdf"],
)
def test_a_file_that_is_none_is_refused(raw: bytes, name: str) -> None:
    """The error names the file."""
    with pytest.raises(InputError) as caught:
        _read(raw, name)
    assert name in str(caught.value)


def test_a_file_of_numbers_needs_no_names() -> None:
    """Who is known by a number alone is asked for by it."""
    parties, _ = _read(b"imo\n9187629\n", "p.csv")
    assert parties[0].text == ""
    assert parties[0].identifiers == (Identifier(scheme="IMO", value="9187629"),)


def test_other_encodings_are_found() -> None:
    """A file of a Russian or Chinese office is read as it is."""
    for text, codec in (("Пример Судоходство", "cp1251"), ("示例化工有限公司", "gb18030")):
        raw = ("name,kind\n" + f"{text},company\n" * 8).encode(codec)
        assert _read(raw, "p.csv")[0][0].text == text


@given(st.lists(st.dictionaries(st.sampled_from(list(ROWS[0])), st.text(max_size=20)), min_size=1))
def test_any_objects_are_read_or_refused(rows: list[dict[str, str]]) -> None:
    """Each line is one party, whatever it contains; errors are reported next to it."""
    raw = _jsonl([{"name": "A"}, *rows])
    parties, refusals = _read(raw, "p.jsonl")
    assert len(parties) == len(rows) + 1
    assert all(each.screened for each in refusals)
