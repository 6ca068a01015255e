"""EDIFACT messages of trade and of further cargo are read by their groups; types may be missing."""

from collections.abc import Callable

import pytest

from tidewaiter.trade.messages.edifact.reading import fits
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.types import Refusal

Find = Callable[[str, bytes | str], tuple[list[Found], list[Refusal]]]
HEAD = "BGM+380+I9+9'DTM+137:20260301:102'NAD+SU+1::9++MAKER LTD+ROAD+TOWN++1+DE'NAD+BY+2::9'"


def _message(kind: str, body: str) -> str:
    count = body.count("'") + 2
    return f"UNH+1+{kind}'{body}UNT+{count}+1'"


@pytest.mark.parametrize("kind", ["INVOIC:D:96A:UN:EAN008", "ORDERS:D:01B:UN", "ORDRSP:D:96A:UN"])
def test_messages_of_trade_have_a_line_for_each_item(find: Find, kind: str) -> None:
    """Item texts are goods; the amounts of the item are its own, those of the summary nobody's."""
    body = (
        "NAD+DP+3::9++DEPOT'CUX+2:EUR:4'LIN+1++4000862141404:SRV'PIA+5+29152400:HS'"
        "IMD+F++:::ACETIC ANHYDRIDE:DRUMS'QTY+47:40:KGM'ALI+IN'MOA+203:2160'PRI+AAB:60'"
        "PAC+2++DR'TAX+7+VAT'MOA+124:453.6'LIN+2'IMD+F++MISPLACED TEXT'QTY+47:1'"
        "UNS+S'MOA+86:5767.10'"
    )
    (first, second), refused = find("edifact", _message(kind, HEAD + body))
    assert refused == []
    assert dict(first.fields) == {
        "consignment": "I9",
        "lodged": "2026-03-01",
        "seq": "1",
        "goods": "ACETIC ANHYDRIDE DRUMS",
        "hs": "29152400",
        "quantity": "40",
        "quantity.unit": "KGM",
        "packages": "2",
        "pack": "DR",
        "value": "2160",
        "currency": "EUR",
        "origin": "IN",
    }
    assert [(p["role"], p["name"]) for p in first.parties] == [
        ("seller", "MAKER LTD"),
        ("buyer", None),
        ("consignee", "DEPOT"),
    ]
    assert second.fields["goods"] == "MISPLACED TEXT"
    assert "value" not in second.fields


def test_a_despatch_advice_packs_its_lines(find: Find) -> None:
    """The weight of a pallet is not that of a line on it; it is kept."""
    body = (
        "CPS+1'PAC+2++201'CPS+2+1'PAC+1++201'MEA+PD+AAB+KGM:263.2'LIN+1++54:SRV'"
        "IMD+F++:::ETHER'QTY+12:20'LIN+2'IMD+F++:::TOWELS'QTY+12:5'"
    )
    (first, second), _ = find("edifact", _message("DESADV:D:96A:UN:EAN007", HEAD + body))
    assert [x.fields["goods"] for x in (first, second)] == ["ETHER", "TOWELS"]
    assert first.fields["quantity"] == "20"
    assert {"gross", "packages"}.isdisjoint(first.fields)
    assert ("MEA+PD", "PD+AAB+KGM:263.2") in first.kept


def test_a_consolidation_has_goods_under_its_consignments(find: Find) -> None:
    """The number is that of the consignment, and packages may be on an inner level."""
    body = (
        "BGM+610+S1+9'NAD+CZ+1++MAKER'CNI+1+C7'NAD+CN+2++SHOP'"
        "GID+1+:3501:1:9+4:DR'FTX+AAA+++ACETONE'CNI+2+C8'GID+1+1:CT'FTX+AAA+++TOYS'"
    )
    lines, _ = find("edifact", _message("IFCSUM:D:01B:UN", body))
    told = [[x.fields[f] for f in ("consignment", "goods", "packages")] for x in lines]
    assert told == [["C7", "ACETONE", "4"], ["C8", "TOYS", "1"]]
    assert [p["role"] for p in lines[1].parties] == ["consignor"]


def test_discharge_reports_and_stowage_orders_are_read(find: Find) -> None:
    """A line is a container, or a cell; an estimated weight is a gross one, a tare none."""
    box = "EQD+CN+CSQU3054383+45G1'MEA+AAE+T+KGM:4000'MEA+AAE+EGW+KGM:8914'FTX+AAA+++ACETONE'"
    (line,), _ = find("edifact", _message("COARRI:D:95B:UN", f"BGM+44+R1'{box}"))
    assert (line.fields["gross"], line.fields["goods"]) == ("8914", "ACETONE")
    cell = "HAN+LOA'LOC+147+0020382::5'MEA+WT++KGM:25000'EQD+CN+CSQU3054383'"
    (line,), _ = find("edifact", _message("MOVINS:D:95B:UN", f"BGM++M1'TDT+20+9'{cell}"))
    assert (line.fields["gross"], line.fields["containers"]) == ("25000", "CSQU3054383")


@pytest.mark.parametrize(
    ("stage", "fields"),
    [
        # The number is a call sign, and the ship's name stands with its carrier.
        ("TDT+20+V+1++MSC:172:166:MSC SENA++::2024+D5LQ7:146:14::EG'", {"vessel": "MSC SENA"}),
        ("TDT+20+V+1++LINE:172:166:LINE+++9319466:146:11:ANINA'", {"imo": "9319466"}),
        # BAPLIE D.13B: no code list, and an element less.
        ("TDT+20+V+++HLC:LINES:306++9319466:11:ANINA'", {"imo": "9319466", "vessel": "ANINA"}),
        ("TDT+20+V+++HLC:LINES:306+++9319466:11:ANINA'", {"imo": "9319466", "vessel": "ANINA"}),
    ],
)
def test_a_call_sign_is_no_number_of_a_ship(find: Find, stage: str, fields: dict[str, str]) -> None:
    """The form decides, not the list that a sender names."""
    body = f"BGM+659+M'{stage}LOC+147+0200688:9711:5'EQD+CN+CSQU3054383'MEA+AAE+AET+KGM:22600'"
    (line,), _ = find("edifact", _message("BAPLIE:D:13B:UN:SMDG31", body))
    assert fields.items() <= line.fields.items()
    assert ("imo" in line.fields) == ("imo" in fields)
    assert line.fields["gross"] == "22600"


def test_goods_before_the_items_have_their_quantity(find: Find) -> None:
    """Australia has description, tariff code and quantity above an empty item; it counts once."""
    body = "BGM+101+R1+9'CNI+1'RFF+HS:29152400'QTY+1:10:KG'FTX+AAA+++ACETIC ANHYDRIDE'GID+1'GID+2'"
    first, second = find("edifact", _message("CUSCAR:D:99B:UN", body))[0]
    assert (first.fields["goods"], first.fields["hs"], first.fields["quantity"]) == (
        "ACETIC ANHYDRIDE",
        "29152400",
        "10",
    )
    assert second.fields["goods"] == "ACETIC ANHYDRIDE"
    assert "quantity" not in second.fields


@pytest.mark.parametrize("begins", ["UNH+1+:D:95B:UN'", ""])
def test_a_message_without_a_type_is_read_by_its_document(find: Find, begins: str) -> None:
    """The code of the document tells it, and this is reported."""
    text = f"{begins}BGM+380+I9'LIN+1'IMD+F++:::ETHER'UNT+5+1'"
    assert fits(text.encode(), "edi")
    (line,), refused = find("edifact", text)
    assert line.fields["goods"] == "ETHER"
    assert ("trade/edifact-type-missing", True) in [(x.code, x.screened) for x in refused]
    _, refused = find("edifact", "UNH+1+:D:95B:UN'BGM+999+I9'UNT+3+1'")
    assert [x.code for x in refused] == ["trade/edifact-words-only"]
    _, refused = find("edifact", "UNH+1+:D:95B:UN'LIN+1'UNT+3+1'")
    assert [x.code for x in refused] == ["trade/edifact-words-only"]
