"""Bills of lading in the JSON of DCSA."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from tests.trade.messages.conftest import Read

Sample = Callable[[str], bytes]


@pytest.fixture
def bill(sample: Sample) -> dict[str, object]:
    """Give the example of DCSA's own description."""
    found: dict[str, object] = json.loads(sample("dcsa-ebl.json"))
    return found


def test_the_official_example_reads(read: Read, sample: Sample) -> None:
    """Goods, codes, amounts, parties, route and days are in their fields."""
    lines, refusals = read(sample("dcsa-ebl.json"))
    assert (len(lines), refusals) == (1, [])
    line = lines[0]
    assert line["goods"] == "Environmentally hazardous substance liquid, N.O.S (Propiconazole)"
    assert (line["hs"], line["un"], line["gross_mg"]) == ("293499", "3082", 12_000_000_000)
    assert (line["packages"], line["pack"]) == (400, "Jerrycan, steel")
    assert line["containers"] == ["HLXU1234567"]
    assert (line["departure"], line["arrival"]) == (date(2023, 12, 20), date(2023, 12, 22))
    assert [(p["role"], p["name"]) for p in line["parties"]] == [("consignor", "DCSA CTK")]
    assert (line["vessel"], line["imo"], line["voyage"]) == ("Berlin Express", None, "402E")
    stops = [(stop["function"], stop["locode"]) for stop in line["route"]]
    assert stops == [("loading", "DKAAR"), ("unlading", "DEBRV")]


def test_every_text_is_used_or_kept(read: Read, bill: dict[str, object]) -> None:
    """Unmapped text is in `other` with its path, and nothing is lost."""
    lines, _ = read(bill)
    kept = {each["name"]: each["text"] for each in lines[0]["other"]}
    assert not any("vesselVoyages" in name for name in kept)
    assert kept["utilizedTransportEquipments[0].seals[0].number"] == "DCSA-CTK-1234"
    assert kept["consignmentItems[0].carrierBookingReference"] == "RTM1234567"
    assert kept["documentParties.issuingParty.partyName"] == "Hapag Lloyd"
    assert "consignmentItems[0].HSCodes[0]" not in kept


def test_an_array_lines_and_a_notification_read_alike(read: Read, bill: dict[str, object]) -> None:
    """One document, several in an array, one a line, or one inside of a notification."""
    one = read(bill)[0][0]
    for content in (
        [bill, bill],
        (json.dumps(bill) + "\n" + json.dumps(bill)).encode(),
        (json.dumps(bill, indent=2) + "\n" + json.dumps(bill, indent=2)).encode(),
    ):
        lines, refusals = read(content)
        assert (refusals, [line["row"] for line in lines]) == ([], [1, 2])
        assert {**lines[1], "row": 1} == one
    told = {"type": "org.dcsa.transport-document", "data": {"transportDocument": bill}}
    line = read(told)[0][0]
    around = [{"name": "type", "text": "org.dcsa.transport-document"}]
    assert line == {**one, "other": [*around, *one["other"]]}


def test_items_and_cargo_are_lines_of_one_consignment(read: Read) -> None:
    """Each cargo item is a line; what its item says holds for all of them."""
    cargo = [
        {"equipmentReference": "CSQU3054383", "cargoNetWeight": {"value": 1.5, "unit": "LBR"}},
        {"cargoGrossVolume": {"value": 2, "unit": "MTQ"}},
    ]
    item = {
        "descriptionOfGoods": ["Acetic", "anhydride"],
        "HSCodes": ["291524"],
        "cargoItems": cargo,
    }
    codes = [{"type": "CUS", "values": ["0012345-6"]}]
    other = {"descriptionOfGoods": ["Salt"], "nationalCommodityCodes": codes}
    bill = {"transportDocumentReference": "T1", "consignmentItems": [item, other]}
    lines, refusals = read(bill)
    assert refusals == []
    assert [(line["consignment"], line["seq"]) for line in lines] == [
        ("T1", 1),
        ("T1", 2),
        ("T1", 3),
    ]
    assert [line["goods"] for line in lines] == ["Acetic anhydride", "Acetic anhydride", "Salt"]
    assert (lines[0]["net_mg"], lines[1]["volume_ul"]) == (680_389, 2_000_000_000)
    assert lines[2]["cus"] == "0012345-6"


def test_what_has_no_room_is_reported_and_kept_in_sight(read: Read) -> None:
    """Of several HS codes one is read; the others are named with their place."""
    item = {"descriptionOfGoods": ["x"], "HSCodes": ["291524", "293941"]}
    lines, refusals = read({"transportDocumentReference": "T", "consignmentItems": [item]})
    assert lines[0]["hs"] == "291524"
    assert [(r.column, r.value, r.screened) for r in refusals] == [
        ("consignmentItems[0].HSCodes", "291524, 293941", True)
    ]


def test_one_bad_document_loses_no_other(read: Read, bill: dict[str, object]) -> None:
    """An invalid JSON line and a document without goods are refused alone."""
    empty = {"transportDocumentReference": "T", "consignmentItems": []}
    rows = [
        json.dumps(bill),
        '{"transportDocumentReference": }',
        json.dumps(empty),
        json.dumps(bill),
    ]
    lines, refusals = read("\n".join(rows).encode())
    assert [line["row"] for line in lines] == [1, 4]
    assert [(r.row, r.screened) for r in refusals] == [(2, False), (3, False)]


def test_goods_of_several_packagings_are_read(read: Read, sample: Sample) -> None:
    """A list in the place of one packaging, and a list of lists in that of a description."""
    bill = json.loads(sample("dcsa-ebl.json"))
    (cargo,) = bill["consignmentItems"][0]["cargoItems"]
    cargo["outerPackaging"] = [cargo["outerPackaging"]]
    bill["consignmentItems"][0]["descriptionOfGoods"] = [["Aqueous", "acetone"], "solution"]
    (line,), _ = read(bill)
    assert (line["un"], line["goods"]) == ("3082", "Aqueous acetone solution")
