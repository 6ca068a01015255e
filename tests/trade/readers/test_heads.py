"""The head of a table: titles and pairs above it, headers of two rows, cover sheets."""

from collections.abc import Callable
from typing import Any

import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.heads import ABOVE, read_cover, read_head
from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]
Workbook = Callable[..., bytes]

MANIFEST = """CARGO MANIFEST,,,,,,
Consignee:,ACME LTD,,Vessel: MSC SENA,,,
B/L No.,Shipper,,Goods,Weight (kg),,Port of
,Name,Country,,Gross,Net,Loading
B1,NINGBO,CN,ACETONE,30,25,CNNGB
B2,PUMPS,CN,PUMPS,3,2,CNNGB
"""


def test_a_header_of_two_rows_is_read(read: Read) -> None:
    """Merged names of the upper row are completed by those below: gross and net are told apart."""
    lines, refusals = read(MANIFEST)
    assert refusals == []
    assert [line["goods"] for line in lines] == ["ACETONE", "PUMPS"]
    assert [line["gross_mg"] // 1_000_000 for line in lines] == [30, 3]
    assert [line["net_mg"] // 1_000_000 for line in lines] == [25, 2]
    assert lines[0]["route"][0]["function"] == "loading"
    shipper = next(each for each in lines[0]["parties"] if each["role"] == "consignor")
    assert (shipper["name"], shipper["country"]) == ("NINGBO", "CN")


def test_pairs_above_a_table_belong_to_each_line(read: Read) -> None:
    """The consignee and the vessel above the table are those of every line."""
    lines, _ = read(MANIFEST)
    assert [line["vessel"] for line in lines] == ["MSC SENA", "MSC SENA"]
    named = [{p["role"]: p["name"] for p in line["parties"]} for line in lines]
    assert [each["consignee"] for each in named] == ["ACME LTD", "ACME LTD"]


def test_a_title_goes_with_the_first_line(read: Read) -> None:
    """Text above a table is searched once, not with each of its lines."""
    lines, _ = read("Sale of acetic anhydride,,\nGoods,HS code,Net weight kg\na,1,2\nb,1,2\n")
    others = [line["other"] for line in lines]
    assert others[0] == [{"name": ABOVE, "text": "Sale of acetic anhydride"}]
    assert others[1] is None


def test_a_total_above_a_table_is_no_amount_of_a_line(read: Read) -> None:
    """A net weight for the whole list is kept as text; the column of a line counts."""
    lines, _ = read("Net weight:,13471,,\nGoods,HS code,Packages,\nacetone,291411,2,\n")
    assert lines[0]["net_mg"] is None
    assert lines[0]["packages"] == 2


@pytest.mark.parametrize(
    "rows",
    [
        [("Goods", "Origin"), ("Name", "Country")],  # names, but no gap above
        [("Goods", "", "HS"), ("pumps", "type 3", "8413")],  # a gap, but data
    ],
)
def test_a_row_of_data_is_no_second_header(rows: list[tuple[str, ...]]) -> None:
    """Only known names below a gap make a header of two rows."""
    head = read_head(rows, (), "a.csv")
    assert head is not None
    assert head.below == 1


def test_a_header_whose_names_end_with_colons_is_a_header(read: Read) -> None:
    """Labels beside each other are names of columns, not labels of values."""
    lines, _ = read("Goods:,HS code:,Origin:\nacetone,291411,CN\n")
    assert (lines[0]["goods"], lines[0]["hs"]) == ("acetone", "291411")


def test_a_cover_sheet_is_labels_and_values() -> None:
    """A few pairs are a cover; a table with more columns, or values alone, is none."""
    cover = [("Packing list", ""), ("Shipper", "NINGBO"), ("Consignee", "ACME")]
    pairs = read_cover(cover)
    assert pairs is not None
    assert pairs[:2] == (("Shipper", "NINGBO"), ("Consignee", "ACME"))
    assert read_cover([("Goods", "HS code"), ("acetone", "291411")]) is None
    assert read_cover([("Goods", "HS", "Origin"), ("acetone", "291411", "CN")]) is None


def test_a_doubt_about_an_amount_refuses_no_file(read: Read) -> None:
    """The goods are screened; which column holds the packages is asked."""
    lines, refusals = read("goods,number of packs,box number\nacetone,5,6\n", "a.csv")
    assert [line["goods"] for line in lines] == ["acetone"]
    assert [each.code for each in refusals] == ["trade/several-columns-may-hold"]


def test_a_doubt_about_codes_is_asked_first(read: Read) -> None:
    """Without the codes, goods would be screened by half."""
    with pytest.raises(InputError) as caught:
        read("goods,UK commodity code,EU commodity code\nacetone,291411,291412\n", "a.csv")
    assert caught.value.code == "trade/several-columns-may-hold"


def test_a_table_without_lines_is_told(read: Read) -> None:
    """Nothing was cleared: the file may be cut."""
    assert [each.code for each in read("goods,hs\n", "a.csv")[1]] == ["trade/file-without-lines"]


def test_text_around_a_table_without_lines_is_searched(read: Read, workbook: Workbook) -> None:
    """It would go with the first line; there is none."""
    page = "<html><p>100 drums of acetone</p><table><tr><th>goods<th>hs</table></html>"
    above = workbook([["100 drums of acetone", ""], ["goods", "hs"]])
    for content, name in ((page, "a.html"), (above, "a.xlsx")):
        lines, _ = read(content, name)
        assert "100 drums of acetone" in str(lines)
