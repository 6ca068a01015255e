"""Low-value declarations, data set H7."""

import io
import time
from decimal import Decimal

from tests.support.raising import raises
from tests.trade.messages.conftest import Read, read_document

from tidewaiter.trade.messages.h7 import FORMAT
from tidewaiter.trade.messages.json_documents import kept_of
from tidewaiter.trade.messages.types import Found

HEAD = """<?xml version="1.0"?><H7Declaration xmlns="urn:example"><ImportOperation><LRN>L1</LRN>
<additionalDeclarationType>A</additionalDeclarationType></ImportOperation>
<GoodsShipment><Exporter><name>EXAMPLE SELLER</name>
<Address><country>CN</country></Address></Exporter>
<Importer><name>J DOE</name></Importer>"""
ITEM = """<GoodsItem><goodsItemNumber>{n}</goodsItemNumber><Commodity><descriptionOfGoods>PIGMENT
</descriptionOfGoods><CommodityCode><harmonizedSystemSubHeadingCode>320417</harmonizedSystemSubHeadingCode>
</CommodityCode><GoodsMeasure><grossMass>1.2</grossMass></GoodsMeasure></Commodity><intrinsicValue>
<amount>15</amount><currency>EUR</currency></intrinsicValue><Packaging><numberOfPackages>1
</numberOfPackages><typeOfPackages>PK</typeOfPackages></Packaging></GoodsItem>"""
END = "</GoodsShipment></H7Declaration>"


def test_items_read_with_what_stands_before_them(read: Read) -> None:
    """Goods, subheading, mass and intrinsic value; exporter and importer; other data are kept."""
    document = HEAD + ITEM.format(n=1) + ITEM.format(n=2) + END
    lines, refusals = read(document.encode(), "a.xml", format="eu-h7")
    assert refusals == []
    assert [(line["consignment"], line["seq"], line["row"]) for line in lines] == [
        ("L1", 1, 1),
        ("L1", 2, 2),
    ]
    line = lines[1]
    assert (line["goods"], line["hs"], line["gross_mg"]) == ("PIGMENT", "320417", 1_200_000)
    assert (line["value"], line["currency"], line["packages"]) == (Decimal("15.0000"), "EUR", 1)
    assert [(p["role"], p["country"]) for p in line["parties"]] == [
        ("exporter", "CN"),
        ("importer", None),
    ]
    kept = {each["name"]: each["text"] for each in line["other"]}
    assert kept["importoperation.additionaldeclarationtype"] == "A"
    assert kept["item.packaging.typeofpackages"] == "PK"


def test_a_cut_document_gives_what_came_before(read: Read) -> None:
    """The end is reported; a document without any item is refused."""
    lines, refusals = read((HEAD + ITEM.format(n=1) + "<Goods").encode(), "a.xml", format="eu-h7")
    assert len(lines) == 1
    assert refusals[0].code == "trade/xml-cut"
    with raises("trade/xml-cut"):
        read(b"<H7", "a.xml", format="eu-h7")


def test_entities_are_refused(read: Read) -> None:
    """No entity is opened or repeated."""
    bomb = b'<!DOCTYPE a [<!ENTITY x "xx">]><a>&x;</a>'
    with raises("base/declares-xml-entities"):
        read(bomb, "a.xml", format="eu-h7")


def test_elements_that_are_nested_too_deep_are_refused() -> None:
    """No depth ends in another error."""
    for depth in (61, 400, 5_000):
        with raises("trade/nested-too-deep"):
            read_document(b"<a>" * depth + b"</a>" * depth, "a.xml", format="eu-h7")


def test_many_elements_of_one_name_take_time_in_proportion() -> None:
    """Eight times as many take no more than some eight times as long."""

    def spent(count: int) -> float:
        raw = f"<H7><GoodsItem>{'<x>1</x>' * count}</GoodsItem></H7>".encode()
        started = time.process_time()
        (line,) = FORMAT.read(io.BytesIO(raw), "a.xml")
        assert isinstance(line, Found)
        assert len(kept_of(line)) == count
        return time.process_time() - started

    assert spent(160_000) < 24 * spent(20_000)


def test_what_stands_around_many_items_is_read_once() -> None:
    """It is shared by all of them, until it changes."""
    item = (
        "<GoodsItem><commodity><descriptionOfGoods>A</descriptionOfGoods></commodity></GoodsItem>"
    )
    raw = f"<H7><LRN>1</LRN><a>2</a>{item}{item}<b>3</b>{item}</H7>".encode()
    lines = [line for line in FORMAT.read(io.BytesIO(raw), "a.xml") if isinstance(line, Found)]
    assert [line.fields["consignment"] for line in lines] == ["1"] * 3
    assert [kept_of(line) for line in lines] == [[("a", "2")]] * 2 + [[("a", "2"), ("b", "3")]]
    assert lines[0].left[0] is lines[1].left[0]
