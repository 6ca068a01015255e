"""Printed text: tables whose columns stand below each other, labelled values, and paragraphs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.documents.pdf import Word, laid_out
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.unknown.printed_text import Printed, found_in

MAIL = """Dear all,

Shipper:   Blue River Chemicals Ltd
           12 Dock Road
           Mumbai, India
Tel: +91 22 555
Consignee: Norden Handel GmbH
           Hafenstr. 5, Hamburg
B/L No.:   BL-7788

Description of goods: 200 drums acetic
anhydride 99 %
Gross weight: 44.5 kg
HS code: 2915.24

Best regards
"""
LIST = """PACKING LIST                                          Date : 2026-11-02
Invoice No : PL-77

EXPORTER                                  CONSIGNEE
Alpha Trading Co.                         Beta Import GmbH
5 High Street                             Ringstr. 9

Item  Description of           HS        Qty     Net        Gross
No.   goods                    Code      (ctn)   weight kg  weight kg
----  -----------------------  --------  ------  ---------  ---------
1     Plastic buckets,         39241000      20     100.50     110.00
      blue and red
2     N-phenethyl-4-piperidone 29333999       1       5.00       5.50

      TOTAL                                  21     105.50     115.50
Country of origin: CN
"""
BARS = """| SKU | Product name | Qty |
|-----|--------------|-----|
| A1  | Potassium permanganate | 4 |
| A2  | Garden hose | 7 |
Thanks
"""


def read(text: str) -> list[Found]:
    """Read a text."""
    return list(found_in(text.splitlines()))


def goods(lines: list[Found]) -> list[str]:
    """Return the goods of the lines that have any."""
    return [line.fields["goods"] for line in lines if "goods" in line.fields]


def test_labelled_values_are_a_line() -> None:
    """A party's lines are its name and address; goods go on over the end of a line."""
    lines = read(MAIL)
    (line,) = (line for line in lines if line.fields)
    assert line.fields == {
        "consignor.name": "Blue River Chemicals Ltd",
        "consignor.address": "12 Dock Road, Mumbai, India",
        "consignee.name": "Norden Handel GmbH",
        "consignee.address": "Hafenstr. 5, Hamburg",
        "consignment": "BL-7788",
        "goods": "200 drums acetic anhydride 99 %",
        "gross": "44.5 kg",
        "hs": "2915.24",
    }
    others = [text for each in lines for _, text in each.kept]
    assert others == [
        "Dear all,",
        "12 Dock Road Mumbai, India Tel: +91 22 555",  # a line below a party may be no address
        "Hafenstr. 5, Hamburg",
        "Best regards",
    ]


def test_a_table_with_names_in_two_lines() -> None:
    """A column filled to its end, a description in two lines, parties beside each other."""
    one, two = (line for line in read(LIST) if "goods" in line.fields)
    above = {
        "consignment": "PL-77",
        "lodged": "2026-11-02",
        "exporter.name": "Alpha Trading Co.",
        "exporter.address": "5 High Street",
        "consignee.name": "Beta Import GmbH",
        "consignee.address": "Ringstr. 9",
    }
    assert one.fields == {
        **above,
        "seq": "1",
        "goods": "Plastic buckets, blue and red",
        "hs": "39241000",
        "packages": "20",
        "net": "100.50 kg",
        "gross": "110.00 kg",
    }
    assert two.fields["goods"] == "N-phenethyl-4-piperidone"
    assert two.fields["hs"] == "29333999"


def test_totals_and_what_follows_are_no_rows() -> None:
    """They are other text."""
    others = [text for line in read(LIST) if "goods" not in line.fields for _, text in line.kept]
    parties = "Alpha Trading Co. Beta Import GmbH 5 High Street Ringstr. 9"
    assert others == ["PACKING LIST", parties, "TOTAL 21 105.50 115.50", "CN"]


def test_columns_set_apart_by_bars() -> None:
    """As in e-mails written as Markdown; an unknown name of a column is text too."""
    sku, *lines = read(BARS)
    assert sku.kept == (("line 1", "SKU"),)
    assert goods(lines) == ["Potassium permanganate", "Garden hose"]
    assert [line.fields.get("quantity") for line in lines] == ["4", "7", None]


def test_items_are_goods_where_nothing_else_is() -> None:
    """A list of packing names them so; a column of their numbers is none."""
    assert goods(read("S.NO  ITEM     Total Qty\n1     Piperonal  38\n")) == ["Piperonal"]
    assert goods(read("Item  Description  Qty\n1     acetone      38\n")) == ["acetone"]


def test_columns_set_apart_by_tabs() -> None:
    """Below other text."""
    assert goods(read("Order 5 of May\n\nDescription\tQty\tHS code\nacetone\t\t291411\n")) == [
        "acetone"
    ]


def test_a_table_goes_on_on_the_next_page() -> None:
    """The names are repeated, and the labelled values too."""
    printed = Printed()
    pages = (
        "Shipper: A\n\nDescription   Qty\nacetone       5",
        "Shipper: A\nDescription   Qty\nbenzene       6",
    )
    lines = [found for page in pages for found in printed.read(page.splitlines())]
    lines += printed.end()
    assert [(line.fields["goods"], line.fields["consignor.name"]) for line in lines] == [
        ("acetone", "A"),
        ("benzene", "A"),
    ]
    assert [line.row for line in lines] == [1, 2]


def test_the_next_document_has_its_own_parties() -> None:
    """A consignee of another name begins it."""
    lines = read("Consignee: A\nB/L No: 1\nDescription: tea\n\nConsignee: B\nB/L No: 2\n")
    assert [line.fields for line in lines] == [
        {"consignee.name": "A", "consignment": "1", "goods": "tea"},
        {"consignee.name": "B", "consignment": "2"},
    ]


def test_goods_below_a_party_are_screened() -> None:
    """They look like its address."""
    lines = read("Consignee: ACME\n5 Quay\n200 drums of Piperonal\n")
    assert "200 drums of Piperonal" in str([line.kept for line in lines])


def test_a_label_that_is_a_column_too_is_kept() -> None:
    """What stands above a table is not lost for a value of the same name in it."""
    (line,) = read("Description: Piperonal\nDescription  Qty\nacetone      5\n")
    assert line.fields["goods"] == "acetone"
    assert line.kept == (("Description", "Piperonal"),)


def test_another_party_after_goods_is_kept() -> None:
    """Where the label of the last one was repeated with the goods."""
    lines = read("Shipper: A\nGoods: tea\nShipper: A\nShipper: B\n")
    assert [line.fields["consignor.name"] for line in lines] == ["A", "B"]


def test_goods_below_a_number_are_screened() -> None:
    """They look like its value."""
    lines = read("B/L No:\nPiperonal 5 kg\n")
    assert "Piperonal 5 kg" in str([line.kept for line in lines])


def test_markup_is_no_label() -> None:
    """XML that is read as text."""
    lines = read("<BUYER>\n<NAME>Piperonal</NAME>\n</BUYER>\n")
    assert [line.fields for line in lines] == [{}]


def test_several_items_share_what_is_above() -> None:
    """A label of the goods that comes again begins the next line."""
    lines = read("Shipper: A\nDescription: tea\nQty: 5\nDescription: salt\nQty: 6\n")
    assert [
        (x.fields["goods"], x.fields["quantity"], x.fields["consignor.name"]) for x in lines
    ] == [
        ("tea", "5", "A"),
        ("salt", "6", "A"),
    ]


def test_a_sentence_with_a_colon_stays_a_paragraph() -> None:
    """Unknown labels are text."""
    (line,) = read("We hereby confirm: all is well\nand remains so\n")
    assert (line.fields, line.kept) == (
        {},
        (("line 1", "We hereby confirm: all is well and remains so"),),
    )


@pytest.mark.parametrize("text", ["", "\n\n", "-----\n=====\n"])
def test_nothing_to_read(text: str) -> None:
    """No words, no lines."""
    assert read(text) == []


PIECES = st.sampled_from(
    (
        *("Description", "HS code", "Qty", "Net weight", "Shipper:", "Consignee", "B/L No: 5"),
        *(
            "Total",
            "Zork",
            "acetic",
            "anhydride",
            "2915.24",
            "44 kg",
            "Name:",
            "Country of origin: CN",
        ),
        *("a|b", "x", "Goods: tea", "12:30", "Seller / Buyer", "é", "品名", "- -", "Date"),
    )
)
GAPS = st.sampled_from((" ", "  ", "        ", "\t", " | ", ":", ""))
LINES = st.lists(st.tuples(GAPS, PIECES), max_size=7).map(lambda some: "".join(map("".join, some)))


@given(st.lists(LINES, max_size=14))
def test_no_word_is_lost(lines: list[str]) -> None:
    """Each word of a text is in a field, in other text, or the name of a column or label."""
    said = " ".join(
        text
        for line in found_in(lines)
        for text in (*line.fields.values(), *(f"{a} {b}" for a, b in line.kept))
    )
    names = re.compile(
        "Description|HS|code|Qty|Net|weight|Shipper|Consignee|No|Country|of|origin"
        "|Goods|Seller|Buyer|Date|Name|Total|品名"
    )
    words = re.findall(r"\w{3,}", names.sub(" ", " ".join(lines)))
    assert [word for word in words if word not in said] == []


def test_recognised_words_stand_below_each_other() -> None:
    """Columns that a program for recognition takes for several blocks are one table."""

    def word(block: int, left: int, top: int, text: str) -> Word:
        return Word((block, 1, top), left, top, 10 * len(text), 20, 90.0, text)

    words = [
        *(word(1, 0, 0, "Description"), word(1, 0, 30, "acetic"), word(1, 70, 31, "anhydride")),
        *(word(2, 400, 2, "Qty"), word(2, 400, 29, "12")),
        word(3, 0, 200, "Regards"),
    ]
    text = laid_out(words)
    assert text.splitlines() == [
        "Description" + " " * 29 + "Qty",
        "acetic anhydride" + " " * 24 + "12",
        "",
        "Regards",
    ]
    line = read(text)[0]
    assert (line.fields["goods"], line.fields["quantity"]) == ("acetic anhydride", "12")
