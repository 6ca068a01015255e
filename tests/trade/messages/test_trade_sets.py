"""X12 sets of trade and transport are read by their data file; amounts stay with their line."""

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trade.messages.found import found_in

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.messages.x12 import sets
from tidewaiter.trade.messages.x12.reading import read_all
from tidewaiter.trade.messages.x12.tables import load_tables, places_of
from tidewaiter.trade.readers.json_rows import header

ISA = "ISA*00**00**ZZ*SENDER*ZZ*RECEIVER*260301*1200*U*00401*1*0*T*>"
TAGS = (
    "HL",
    "LIN",
    "SN1",
    "PID",
    "N1",
    "N4",
    "S5",
    "L5",
    "LX",
    "L0",
    "N7",
    "H1",
    "R4",
    "CTT",
    "ST",
)
WORDS = ("1", "", "2", "I", "S", "G", "K", "CN", "UN1715", "856", "204")


def _lines(kind: str, *body: str) -> list[Found]:
    segments = (f"ST*{kind}*1", *body)
    text = "~".join((ISA, "GS*X", *segments, f"SE*{len(segments) + 1}*1", "GE*1*1", ""))
    lines, refused = found_in("x12", text)
    assert refused == []
    return lines


def _goods(lines: Sequence[Found]) -> list[tuple[str | None, str | None]]:
    return [(line.fields.get("goods"), line.fields.get("quantity")) for line in lines]


def test_an_order_and_an_invoice_have_a_line_for_each_item() -> None:
    """The description hangs on its item; parties of an item precede those of the head."""
    order = (
        "BEG*00*SA*PO7**20260301",
        "N1*BY*BUYER INC*9*1",
        "N3*1 ROAD",
        "N4*TOWN*CA*98898*US",
        "PO1*1*25*DR*36**VP*A1",
        "PID*F****ACETIC ANHYDRIDE",
        "N1*ST*DEPOT",
        "PO1*2*4*EA*3**PD*TOWELS*CH*IN",
        "CTT*2",
        "N1*BT*PAYER",
    )
    first, second = _lines("850", *order)
    assert _goods([first, second]) == [("ACETIC ANHYDRIDE", None), ("TOWELS", "4")]
    assert dict(first.fields) | {"seq": ""} == {
        "consignment": "PO7",
        "lodged": "2026-03-01",
        "seq": "",
        "goods": "ACETIC ANHYDRIDE",
        "packages": "25",
        "pack": "DR",
    }
    assert [(p["role"], p["name"]) for p in first.parties] == [
        ("consignee", "DEPOT"),
        ("buyer", "BUYER INC"),
        ("other", "PAYER"),
    ]
    assert first.parties[1]["country"] == "US"
    assert second.fields["origin"] == "IN"
    (line,) = _lines("810", "BIG*20260301*I9", "IT1**2*EA*9**VP*X", "PID*F****ETHER", "TDS*1800")
    assert (line.fields["consignment"], line.fields["goods"]) == ("I9", "ETHER")


def test_a_ship_notice_has_levels() -> None:
    """An item has the data of its levels; their amounts are its own only if it is the only one."""
    head = ("BSN*00*S1*20260301*1200", "HL*1**S", "TD1*CTN*2****G*45*LB", "N1*SF*MAKER")
    item = ("HL*3*2*I", "LIN**UP*0088", "SN1**4*EA", "PID*F****PIPERONAL")
    (line,) = _lines("856", *head, "HL*2*1*O", "N1*BY*SHOP", *item)
    assert (line.fields["gross"], line.fields["gross.unit"], line.fields["packages"]) == (
        "45",
        "LBR",
        "2",
    )
    assert [p["name"] for p in line.parties] == ["SHOP", "MAKER"]
    other = ("HL*4**S", "N1*SF*OTHER", "HL*5*4*I", "LIN**UP*0099", "SN1**1*EA")
    first, second = _lines("856", *head, *(text.replace("3*2", "3*1") for text in item), *other)
    assert "gross" not in first.fields
    assert ([p["name"] for p in first.parties], [p["name"] for p in second.parties]) == (
        ["MAKER"],
        ["OTHER"],
    )
    without_levels = _lines("856", "BSN*00*S1*20260301", "LIN*1*VP*A*PD*ETHER", "SN1*1*5*EA")
    assert _goods(without_levels) == [("ETHER", "5")]


def test_goods_told_at_two_stops_are_one_line() -> None:
    """A tender tells them where they are loaded and where they are unloaded."""
    stop = ("N1*SH*MILL", "L5**CAUSTIC SODA", "AT8*G*L*5472.0**9")
    second = ("N1*CN*PRINTER", "L5**CAUSTIC SODA", "AT8*G*L*5472.0**9", "L5**INK", "L5**BLACK")
    lines = _lines("204", "B2**SCAC**T1**PP", "S5*1*CL", *stop, "S5*2*CU", *second, "L3*5472*G")
    assert [line.fields["goods"] for line in lines] == ["CAUSTIC SODA", "INK BLACK"]
    assert (lines[0].fields["gross"], lines[0].fields["consignment"]) == ("5472.0", "T1")
    assert [p["name"] for p in lines[1].parties] == ["MILL", "PRINTER"]


def test_ocean_and_rail_freight_have_vessel_route_container_and_hazards() -> None:
    """A text in several L5 is one; a charge is no line; a weight without a unit is kept."""
    lines = _lines(
        "310",
        "B3*3*I1*B1*MX",
        "N9*BM*BILL1",
        "V1*9319466*EXAMPLE EXPRESS*SG*234N****L",
        "N1*SH*MAKER",
        "R4*R*K*35180*INLAND*CL",
        "R4*L*UN*CLSVE*SAN VICENTE*CL",
        "R4*D*UN*USBAL*BALTIMORE*US",
        "LX*1",
        "N7*CSQU*305438*17007*G*3810************K*3",
        "L0*1***17007*G*31.32*X*36*DRM**K",
        "L5*1*DRUMS OF ACETIC*2915240000*J",
        "L5*1*ANHYDRIDE",
        "H1*UN1715*8*U*CORROSIVE",
        "LX*2",
        "L0*2*1*FR",
        "L1*2*8*FR*8000",
        "L3*17007*G",
    )
    (line,) = lines
    assert dict(line.fields) == {
        "consignment": "BILL1",
        "vessel": "EXAMPLE EXPRESS",
        "imo": "9319466",
        "voyage": "234N",
        "mode": "sea",
        "seq": "1",
        "goods": "DRUMS OF ACETIC ANHYDRIDE",
        "commercial": "CORROSIVE",
        "hs": "2915240000",
        "un": "1715",
        "gross": "17007",
        "gross.unit": "KGM",
        "volume": "31.32",
        "volume.unit": "m3",
        "packages": "36",
        "pack": "DRM",
        "containers": "CSQU3054383",
    }
    assert [(s["function"], s["locode"]) for s in line.route] == [
        ("loading", "CLSVE"),
        ("unlading", "USBAL"),
    ]
    rail = ("BX*0*R*PP*R1", "F9**WARREN*MI", "LX*1", "L5*1*AUTO PARTS", "L0*1***80503*N***42*RCK")
    (line,) = _lines("404", *rail)
    assert {"net", "gross"}.isdisjoint(line.fields)
    assert ("L0", "1***80503*N***42*RCK") in line.kept
    assert line.route[0]["name"] == "WARREN MI"


@pytest.mark.parametrize(
    ("kind", "body", "goods"),
    [
        ("945", ("LX*1", "W12*CC*72*70**EA*00711", "G69*ETHER"), ("ETHER", "70")),
        ("940", ("LX*1", "W01*12*EA*0001*VN*1", "G69*ETHER"), ("ETHER", "12")),
        ("880", ("G17*180*EA*9*0071", "G69*ETHER"), ("ETHER", "180")),
        ("210", ("LX*1", "L5*1*ETHER", "L0*1***9*G***3*PCS**L"), ("ETHER", None)),
        ("850", ("PO1*1*5*EA", "N9*ZZ*Text", "MSG*ETHER"), ("ETHER", "5")),
        ("204", ("S5*1*LD", "LH1*PK*20*UN1155***KG*9", "LH3*ETHER"), (None, None)),
        ("865", ("POC**CA*65*40*EA*1.7", "PID*F****ETHER"), ("ETHER", "65")),
    ],
)
def test_goods_of_other_sets(
    kind: str, body: tuple[str, ...], goods: tuple[str | None, str | None]
) -> None:
    """Each set says what begins its lines; the segments mean the same in all of them."""
    (line,) = _lines(kind, *body)
    assert _goods([line]) == [goods]
    assert "ETHER" in line.fields.get("goods", "") + line.fields.get("commercial", "")


def test_texts_of_a_set_are_on_its_first_line_only_and_none_is_lost() -> None:
    """What has no field is kept, once."""
    items = [f"PO1*{at}*1*EA" for at in range(3)]
    lines = _lines("850", "BEG*00*SA*P**20260301", "MSG*HEAD", *items, "CTT*3", "AMT*TT*9")
    assert [("MSG", "HEAD") in line.kept for line in lines] == [True, False, False]
    assert ("AMT", "TT*9") in lines[0].kept
    (line,) = _lines("850", "BEG*00*SA*P**20260301", "N1*BY*SHOP")
    assert line.parties[0]["name"] == "SHOP"


def test_a_very_long_set_is_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines do not wait for its end, and each text and party is there."""
    many = [text for at in range(25_000) for text in (f"PO1*{at}*1*EA", f"PID*F****GOODS {at}")]
    lines = _lines("850", "N1*BY*SHOP", *many)
    assert [line.fields["goods"] for line in lines] == [f"GOODS {at}" for at in range(25_000)]
    assert {line.parties[0]["name"] for line in lines} == {"SHOP"}
    monkeypatch.setattr(sets, "MOST", 10_000)
    body = [f"N1*SH*FIRM{at:04}" for at in range(250)] + [f"NTE**TEXT{at:04}" for at in range(250)]
    text = "~".join((ISA, "ST*850*1", *body, "PO1*1*1*EA", "PID*F****ETHER", "SE*504*1", ""))
    found, refused = found_in("x12", text)
    assert {each.code for each in refused} == {"trade/x12-bill-in-parts"}
    names = {party["name"] for line in found for party in line.parties}
    assert names == {f"FIRM{at:04}" for at in range(250)}
    told = [item for line in found for item in line.kept if item[0] == "NTE"]
    assert len(told) == len(set(told)) == 250
    assert found[-1].fields["goods"] == "ETHER"


def test_separators_that_a_sender_leaves_out() -> None:
    """A mark of the byte order, and an ISA without its last separator."""
    body = "GS*PO~\nST*850*1~\nPO1*1*5*EA~\nPID*F****ETHER~\nSE*4*1~\n"
    text = f"\ufeff{ISA.removesuffix('>')}~\n{body}"
    lines, refused = found_in("x12", text)
    assert ([line.fields["goods"] for line in lines], refused) == (["ETHER"], [])


@pytest.mark.parametrize("end", ["~", "~\n", "\n"])
def test_a_group_without_an_interchange_is_read(end: str) -> None:
    """Its separators are the usual ones, or its segments end with their lines."""
    text = end.join(("GS*SH*A*B", "ST*856*1", "HL*1**I", "PO1*1*12*EA", "PID*F****ETHER", "SE*5*1"))
    assert FORMATS["x12"].fits(text.encode(), "edi")
    lines, refused = found_in("x12", text + end)
    assert (_goods(lines), refused) == ([("ETHER", "12")], [])


def test_every_field_and_place_of_the_data_file_is_known() -> None:
    """Fields are those of lines, and numbers stand in elements."""
    tables = load_tables()
    assert {*tables.codes.day.values(), *tables.codes.kind.values()} <= set(header())
    for layout in tables.sets.values():
        assert len(places_of(layout.number)) == len(layout.number)
        assert len(places_of(layout.day)) == len(layout.day)
        assert not set(layout.joined) - set(layout.line)


@given(
    st.lists(
        st.lists(
            st.sampled_from((*TAGS, *WORDS)),
            max_size=9,
        ).map("*".join),
        max_size=30,
    ),
    st.sampled_from(["850", "856", "204", "310", "358"]),
)
def test_any_order_of_segments_is_read(body: list[str], kind: str) -> None:
    """No content breaks the reading, and every line has a number."""
    text = "~".join((ISA, f"ST*{kind}*1", *body, ""))
    rows = [
        line.row for line in read_all(io.BytesIO(text.encode()), "a") if isinstance(line, Found)
    ]
    assert rows == list(range(1, len(rows) + 1))
