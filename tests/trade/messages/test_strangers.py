"""Shapes that senders unknown to us write: legal in the standard, or a common slip; all made up."""

import json

import pytest
from tests.support.raising import says
from tests.trade.messages.found import found_in
from tests.trade.readers.conftest import read_bytes

from tidewaiter.trade.messages import FORMATS

_PLAN = "UNH+1+BAPLIE:D:95B:UN:SMDG22'BGM++P1+9'TDT+20+07W+++ABC:172:20+++:::MV ORDINARY'"


def test_a_container_named_before_its_cell_has_what_follows_it() -> None:
    """The order decides: else the goods of one container would stand with the next one."""
    plan = (
        f"{_PLAN}EQD+CN+MSKU1234565+22G1+++5'LOC+147+0010182::5'MEA+WT++KGM:9000'DGS+IMD+8+1715'"
        "EQD+CN+CSQU3054383+22G1+++5'LOC+147+0010282::5'MEA+WT++KGM:4000'UNT+11+1'"
    )
    lines, refused = found_in("edifact", plan)
    assert refused == []
    told = [(x.fields["containers"], x.fields["gross"], x.fields.get("un")) for x in lines]
    assert told == [("MSKU1234565", "9000", "1715"), ("CSQU3054383", "4000", None)]


def test_a_cell_before_its_container_is_read_as_ever() -> None:
    """The order of the directory: two cells, a container each; a ship's name needs no mode."""
    plan = (
        f"{_PLAN}LOC+147+0010182::5'MEA+WT++KGM:9000'EQD+CN+MSKU1234565+22G1+++5'"
        "LOC+147+0010282::5'MEA+WT++KGM:4000'EQD+CN+CSQU3054383+22G1+++5'UNT+10+1'"
    )
    lines, _ = found_in("edifact", plan)
    told = [(x.fields["containers"], x.fields["gross"], x.fields["vessel"]) for x in lines]
    assert told == [
        ("MSKU1234565", "9000", "MV ORDINARY"),
        ("CSQU3054383", "4000", "MV ORDINARY"),
    ]


def test_letters_of_utf_8_under_another_character_set_are_read_and_told() -> None:
    """UNOC is Latin 1, but often has UTF-8; true Latin 1 is unchanged."""
    text = (
        "UNB+UNOC:3+A+B+260101:1200+1'UNH+1+IFTMIN:D:00B:UN'BGM+610+X+9'GID+1+1:CT'"
        "FTX+AAA+++Grünes Öl'FTX+INS+++Köln'UNT+6+1'UNZ+1+1'"
    )
    for codec, reports in (("utf-8", 1), ("latin-1", 0)):
        (line,), refused = found_in("edifact", text.encode(codec))
        assert line.fields["goods"] == "Grünes Öl"
        assert len(refused) == reports


def test_a_message_of_lines_without_ends_is_read_line_by_line() -> None:
    """No segment has an end: what was copied from a page, for one."""
    text = "UNH+1+IFTMIN:D:96A:UN\nBGM+610+B7+9\nGID+1+2:DR\nFTX+AAA+++ACETONE\nUNT+5+1\n"
    (line,), (refusal,) = found_in("edifact", text)
    assert (line.fields["goods"], line.fields["packages"]) == ("ACETONE", "2")
    assert refusal.code == "trade/edifact-without-terminators"


def test_words_for_the_number_of_a_party_are_its_name() -> None:
    """A name in the place of a number is compared with the lists as a name."""
    text = (
        "UNH+1+IFTMIN:D:96A:UN'BGM+610+B7+9'NAD+CZ+EXAMPLE TRADERS LTD'NAD+CN+X77::92'"
        "GID+1+2:DR'UNT+6+1'"
    )
    (line,), _ = found_in("edifact", text)
    told = [(party["name"], party["id"]) for party in line.parties]
    assert told == [("EXAMPLE TRADERS LTD", None), (None, "X77")]


def test_places_below_a_party_are_those_of_the_goods_where_no_others_are() -> None:
    """LOC after NAD is a place of the party by the directory; loading is none of a party."""
    head = "UNH+1+IFTMIN:D:96A:UN'BGM+610+B7+9'"
    tail = "NAD+CZ+++EXAMPLE LTD'LOC+9+CNSHA'LOC+11+NLRTM'GID+1+2:DR'UNT+7+1'"
    (line,), _ = found_in("edifact", head + tail)
    assert [stop["locode"] for stop in line.route] == ["CNSHA", "NLRTM"]
    (line,), _ = found_in("edifact", f"{head}LOC+9+CNNGB'{tail}")
    assert [stop["locode"] for stop in line.route] == ["CNNGB", "NLRTM"]


def test_a_code_of_procedure_before_that_of_the_goods_is_not_taken_for_it() -> None:
    """Codes of no list: the one of 6, 8 or 10 digits is that of the goods."""
    text = (
        "UNH+1+CUSDEC:D:04A:UN'BGM+929+7+9'UNS+D'CST+1+4000000+2915240000+A9'"
        "FTX+AAA+++GOODS'UNT+6+1'"
    )
    (line,), _ = found_in("edifact", text)
    assert line.fields["hs"] == "2915240000"
    (line,), _ = found_in("edifact", text.replace("+2915240000", ""))
    assert line.fields["hs"] == "4000000"


def test_a_measure_of_the_tariff_in_litres_or_pieces_is_the_quantity() -> None:
    """It is not an unreadable mass; masses beside it are read."""
    text = (
        "UNH+1+CUSDEC:D:05B:UN'BGM+929+7+9'UNS+D'CST+1+22019090'FTX+AAA+++WATER'MEA+AAF++LTR:10.5'"
        "MEA+AAE++KGM:12'UNT+8+1'"
    )
    (line,), _ = found_in("edifact", text)
    assert (line.fields["quantity"], line.fields["quantity.unit"]) == ("10.5", "LTR")
    assert (line.fields["gross"], "net" in line.fields) == ("12", False)


def test_the_flight_of_a_declaration_by_air_is_read() -> None:
    """It is in the name of the means of transport; for a ship, that is not a flight."""
    text = (
        "UNH+1+CUSDEC:D:96B:UN'BGM+929+7+9'TDT+20++4+++++:::QF253'UNS+D'CST+1+560121'"
        "FTX+AAA+++WADDING'UNT+7+1'"
    )
    (line,), _ = found_in("edifact", text)
    assert (line.fields["voyage"], "vessel" in line.fields) == ("QF253", False)


def test_why_a_message_has_no_line_is_said_before_what_else_is_wrong_with_it() -> None:
    """A wrong count keeps no line out; a type that is not read does."""
    cases = (
        ("UNH+1+IFTMCS:D:96A:UN'BGM+270+M2+9'UNT+9+1'", "trade/edifact-segment-count-wrong"),
        ("UNH+1+IFTSTA:D:95B:UN'BGM+23+S1+9'UNT+3+1'", "trade/edifact-message-without-goods"),
        ("UNH+1+PAXLST:D:96A:UN'BGM+745+S1+9'UNT+3+1'", "trade/edifact-words-only"),
    )
    for text, code in cases:
        refusals = read_bytes(text, "m.edi")[1]
        cause = "trade/document-without-lines-because"
        (why,) = (each.problem for each in refusals if each.code == cause)
        assert says(why, code)


def test_contacts_on_a_line_of_their_own_are_no_country() -> None:
    """TE is a telephone; an origin has two letters, whatever follows them."""
    telegram = (
        "FWB/16\n157-68076960BSLDOH/T2K500\nSHP\n/EXAMPLE PHARMA LTD\n/STREET 1\n/BASEL\n/CH/4070\n"
        "/TE/41611234567\nCNE\n/EXAMPLE CLINIC\n/STREET 2\n/DOHA\n/QA\nRTD/1/P2/K500/CQ/W500\n"
        "/NG/ELECTRONIC EQUIPMENT\n/2/NO/CH/E\n"
    )
    (line,), _ = found_in("cargo-imp", telegram)
    assert [party["country"] for party in line.parties] == ["CH", "QA"]
    assert line.fields["origin"] == "CH"


def test_lines_of_a_declaration_without_a_number_stay_one_consignment() -> None:
    """Drafts have none yet; two documents in a file are two consignments."""
    goods = "<Description_of_goods>X</Description_of_goods>"
    item = f"<Item><Goods_description>{goods}</Goods_description></Item>"
    lines, _ = found_in(
        "asycuda-xml", f"<A><ASYCUDA>{item * 2}</ASYCUDA><ASYCUDA>{item * 2}</ASYCUDA></A>"
    )
    assert [x.fields["consignment"] for x in lines] == ["row 1", "row 1", "row 3", "row 3"]


def test_a_set_of_x12_without_an_interchange_is_known_and_its_bill_is_read() -> None:
    """N9*BM gives the bill number in the absence of M11."""
    text = (
        "ST*309*0001~M10*ABCD*O*US*9074729*SHIP*12~P4*1803*260101~LX*1~N9*BM*BOL7~"
        "N10*10*ACETONE~SE*7*0001~"
    )
    form = FORMATS["x12"]
    assert form.fits(text.encode(), "")
    (line,), _ = found_in("x12", text)
    assert (line.fields["consignment"], line.fields["goods"]) == ("BOL7", "ACETONE")
    assert read_bytes(text, "m.x12")[0][0]["consignment"] == "BOL7"


def test_an_amount_of_all_lines_is_that_of_none_of_them() -> None:
    """The total of an invoice precedes its lines: it is kept, but not as a line's value."""
    invoice = {"invoice_number": "I7", "total_amount": 1242.0, "gross_weight_kg": 90}
    many = invoice | {"line_items": [{"description": "rods"}, {"description": "acetone"}]}
    lines, _ = read_bytes(json.dumps(many), "i.json")
    assert [(x["value"], x["gross_mg"]) for x in lines] == [(None, None)] * 2
    (one,), _ = read_bytes(
        json.dumps(invoice | {"line_items": [{"description": "rods"}]}), "i.json"
    )
    assert (float(one["value"]), one["gross_mg"]) == (1242.0, 90_000_000)


def test_an_order_of_shopify_is_named_by_its_name() -> None:
    """Its Id is only in the first of its rows, so it would split an order."""
    table = (
        "Name,Id,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
        "#71,6599,2026-04-28,1,Soap,2.00,S\n#71,,2026-04-28,2,Towel,4.00,T\n"
    )
    lines, _ = read_bytes(table)
    assert [x["consignment"] for x in lines] == ["#71", "#71"]


@pytest.mark.parametrize(
    ("name", "place"),
    [("", [("destination", "DE")]), (",Shipping Name", [])],
)
def test_the_country_of_shipping_of_an_order_is_where_it_goes(
    name: str, place: list[tuple[str, str]]
) -> None:
    """A town to ship to makes it one; without the consignee's name, the country is not lost."""
    told = ",Jo Example" if name else ""
    header = f"Order ID,Product Title,Quantity,Shipping City,Shipping Country{name}"
    table = f"{header}\n7,Lamp,2,Cologne,DE{told}\n"
    (line,), _ = read_bytes(table)
    assert [(s["function"], s["country"]) for s in line["route"] or ()] == place
    parties = [(p["role"], p["country"]) for p in line["parties"] or ()]
    assert parties == ([("consignee", "DE")] if name else [])


def test_an_object_over_several_lines_is_one_object() -> None:
    """A document written for people, of no layout that is known; a second one may follow it."""
    doc = {"invoice_number": "I7", "line_items": [{"description": "rods", "quantity": 5}]}
    text = json.dumps(doc, indent=2)
    for whole, count in ((text, 1), (f"{text}\n{text}\n", 2)):
        lines, refused = read_bytes(whole, "i.json")
        assert refused == []
        assert [(x["consignment"], x["goods"]) for x in lines] == [("I7", "rods")] * count
    _, refused = read_bytes(text[:-3] + "\n", "i.json")
    assert {"trade/line-not-json", "trade/layout-not-confirmed"} <= {each.code for each in refused}


def test_orders_of_woocommerce_have_a_line_for_each_of_their_lines() -> None:
    """A customer has two names and perhaps a company; what an order says beside it is kept."""
    person = {
        "first_name": "Jo",
        "last_name": "Doe",
        "company": "",
        "address_1": "1 Way",
        "city": "Ghent",
        "postcode": "9000",
        "country": "BE",
    }
    item = {"id": 3, "name": "Acetone 1 l", "quantity": 2, "total": "6.00", "price": 3}
    order = {
        "id": 77,
        "number": "A77",
        "order_key": "wc_order_x",
        "created_via": "rest-api",
        "currency": "EUR",
        "date_created": "2026-03-22T16:28:02",
        "prices_include_tax": False,
        "total": "99.00",
        "billing": person | {"company": "Doe BV"},
        "shipping": person,
        "line_items": [item, item | {"id": 4, "name": "Towel", "total": "4.00"}],
    }
    lines, refused = read_bytes(json.dumps([order], indent=1), "orders.json")
    assert refused == []
    told = [(x["consignment"], x["goods"], x["quantity"], float(x["value"])) for x in lines]
    assert told == [("A77", "Acetone 1 l", "2", 6.0), ("A77", "Towel", "2", 4.0)]
    parties = [(p["role"], p["name"], p["country"]) for p in lines[0]["parties"]]
    assert parties == [("consignee", "Jo Doe", "BE"), ("buyer", "Doe BV, Jo Doe", "BE")]
    assert {"total", "line_items[0].price"} <= {kept["name"] for kept in lines[0]["other"]}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('<n:Zork xmlns:n="urn:z"><n:Blurb>some words</n:Blurb></n:Zork>', "Zork.Blurb"),
        ('<rss version="2.0"><channel><title>Shop</title></channel></rss>', "rss.channel.title"),
    ],
)
def test_the_words_of_xml_without_layout_are_screened(text: str, path: str) -> None:
    """And the layout is said not to be known."""
    (line,), refused = read_bytes(text, "d.xml")
    assert path in [kept["name"] for kept in line["other"]]
    assert "trade/layout-not-confirmed" in [each.code for each in refused]
