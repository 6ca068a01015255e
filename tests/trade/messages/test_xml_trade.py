"""Invoices, orders, transit, excise and deliveries in XML: our samples, one for each document."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.trade.messages.conftest import read_document
from tests.trade.messages.found import SAMPLES, found_in

EXPECTED: dict[str, tuple[str, dict[str, Any], list[tuple[str | None, ...]], list[str]]] = {
    "ubl_invoice.xml": (
        "ubl",
        {
            "consignment": "TIDE-INV-1",
            "seq": 1,
            "goods": "99.5 %, technical; Acetic anhydride",
            "commercial": "drums",
            "hs": "29152400",
            "cas": ["108-24-7"],
            "un": "1715",
            "quantity": "17600 KGM",
            "value": Decimal(28160),
            "currency": "EUR",
            "origin": "IN",
            "lodged": date(2026, 11, 20),
            "arrival": date(2026, 12, 1),
        },
        [
            ("seller", "Example Fine Chemicals Pvt Ltd", "IN", "IN-7"),
            ("seller", "Example Chem", "IN", "IN-7"),
            ("buyer", "Voorbeeld Import BV", "NL", None),
        ],
        ["destination BE"],
    ),
    "ubl_waybill.xml": (
        "ubl",
        {
            "consignment": "WB-1",
            "goods": "ACETIC ANHYDRIDE",
            "hs": "29152400",
            "net_mg": 17_600_000_000,
            "gross_mg": 18_400_000_000,
            "packages": 80,
            "mode": "1",
            "vessel": "MV EXAMPLE",
            "imo": "9074729",
            "voyage": "045W",
            "containers": ["CSQU3054383"],
        },
        [
            ("consignee", "Beispiel Labor GmbH", None, None),
            ("consignor", "Example Fine Chem Pvt Ltd", None, None),
        ],
        ["origin IN", "loading INNSA", "unlading DEHAM", "destination DE"],
    ),
    "cii.xml": (
        "cii",
        {
            "consignment": "TIDE-INV-2",
            "goods": "Safrole; for laboratories",
            "hs": "29329400",
            "cas": ["94-59-7"],
            "quantity": "26 KGM",
            "value": Decimal(900),
            "currency": "EUR",
            "origin": "CN",
            "lodged": date(2026, 11, 20),
        },
        [
            ("seller", "Beispiel Labor GmbH", "DE", "DE123456789"),
            ("seller", "Beispiel", "DE", "DE123456789"),
            ("buyer", "Voorbeeld Import BV", None, None),
            ("consignee", "Voorbeeld Magazijn", None, None),
        ],
        [],
    ),
    "cc029c.xml": (
        "ncts5",
        {
            "consignment": "26XI000081LAQJBTJ2",
            "goods": "Acetic anhydride",
            "hs": "29152400",
            "cus": "0011015-4",
            "un": "1715",
            "net_mg": 17_600_000_000,
            "gross_mg": 18_400_000_000,
            "packages": 80,
            "pack": "DR",
            "mode": "1",
            "licences": ["GB-1"],
            "containers": ["CSQU3054383"],
            "lodged": date(2026, 11, 20),
        },
        [
            ("consignor", "Example Fine Chemicals Ltd", "GB", None),
            ("consignee", "Beispiel Labor AG", None, None),
            ("forwarder", None, None, "NL123456789"),
            ("other", None, None, "NL987654321"),
            ("declarant", None, None, "GB603202734852"),
        ],
        ["origin GB", "loading GBFXT", "transit FR", "destination CH"],
    ),
    "cc515c.xml": (
        "aes",
        {"consignment": "L2", "hs": "291524", "procedure": "1000", "net_mg": 17_600_000_000},
        [
            ("consignee", "Importadora Ejemplo SA", None, None),
            ("exporter", None, None, "NL123456789"),
        ],
        ["origin NL", "destination MX"],
    ),
    "ie815.xml": (
        "emcs",
        {
            "consignment": "LRN1",
            "goods": "Toluene",
            "hs": "29024400",
            "net_mg": 90_000_000,
            "gross_mg": 100_000_000,
            "packages": 2,
            "pack": "DR",
            "departure": date(2026, 11, 21),
        },
        [
            ("consignee", "Voorbeeld Import BV", None, "NL00000602078"),
            ("consignor", "Example Fuels Ltd", None, "XIWK000467015"),
        ],
        [],
    ),
    "nfe.xml": (
        "nfe",
        {
            "consignment": "NFe35261158716523000119550010000000011001800826",
            "seq": 1,
            "goods": "ANIDRIDO ACETICO",
            "commercial": "TAMBOR 200 L",
            "hs": "29152400",
            "quantity": "100.0000 KG",
            "net_mg": 100_000_000,
            "gross_mg": 110_000_000,
            "value": Decimal(1000),
            "currency": "BRL",
            "lodged": date(2026, 11, 20),
        },
        [
            ("seller", "EXEMPLO QUIMICA LTDA", "BR", "58716523000119"),
            ("seller", "EXEMPLO", "BR", "58716523000119"),
            ("buyer", "BEISPIEL LABOR GMBH", "DE", "X1"),
            ("carrier", "TRANSPORTES EXEMPLO", None, None),
        ],
        [],
    ),
    "cte.xml": (
        "cte",
        {
            "goods": "ANIDRIDO ACETICO; TAMBORES",
            "gross_mg": 19_939_630_000,
            "packages": 80,
            "value": Decimal("204166.06"),
            "currency": "BRL",
            "mode": None,  # 01 is the road there
        },
        [
            ("carrier", "TRANSPORTES EXEMPLO", None, "06145774000197"),
            ("consignor", "EXEMPLO QUIMICA LTDA", "BR", "58716523000119"),
            ("consignee", "IMPORTADORA EJEMPLO SA", None, None),
        ],
        ["loading Santos", "destination Manaus"],
    ),
    "cfdi.xml": (
        "cfdi",
        {
            "consignment": "167",
            "goods": "SAFROL",
            "quantity": "26 KGM",
            "value": Decimal(900),
            "currency": "USD",
            "lodged": date(2026, 11, 20),
        },
        [
            ("seller", "QUIMICA EJEMPLO", None, "EKU9003173C9"),
            ("buyer", "EXAMPLE LABS INC", "US", "XEXX010101000"),
            ("consignor", "QUIMICA EJEMPLO", "MX", "EKU9003173C9"),
            ("consignee", "EXAMPLE LABS INC", "US", None),
        ],
        [],
    ),
    "idoc_delvry.xml": (
        "idoc",
        {
            "consignment": "0080007777",
            "seq": 10,
            "goods": "ACETIC ANHYDRIDE",
            "quantity": "2 DR",
            "net_mg": 22_679_618,
            "gross_mg": 27_215_542,
        },
        [("consignee", "BEISPIEL LABOR GMBH", "DE", "2"), ("other", "EXAMPLE SALES", None, None)],
        [],
    ),
    "idoc_orders.xml": (
        "idoc",
        {
            "consignment": "4500001234",
            "goods": "Safrole; Lab sample",
            "quantity": "26 KGM",
            "value": Decimal(900),
            "currency": "EUR",
            "lodged": date(2026, 11, 20),
        },
        [("buyer", "Beispiel Labor GmbH", "DE", "1")],
        [],
    ),
    "awmds.xml": (
        "asycuda-manifest",
        {
            "consignment": "BL1",
            "goods": "ACETIC ANHYDRIDE",
            "hs": "29152400",
            "un": "1715",
            "gross_mg": 18_400_000_000,
            "packages": 80,
            "containers": ["CSQU3054383"],
            "vessel": "MV EXAMPLE",
            "arrival": date(2026, 11, 20),
        },
        [
            ("exporter", "EXAMPLE FINE CHEM PVT LTD", None, None),
            ("consignee", "DEMO IMPORTERS", None, "7"),
            ("carrier", "Example Lines", None, "C1"),
        ],
        ["loading INNSA", "unlading BDCGP"],
    ),
}


def _read(name: str) -> tuple[list[dict[str, Any]], list[Any]]:
    form = EXPECTED[name][0]
    found: tuple[list[dict[str, Any]], list[Any]] = read_document(
        (SAMPLES / name).read_bytes(), "a.xml", format=form
    )
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_a_document_is_read_to_our_fields(name: str) -> None:
    """Goods, codes, masses, values, days, parties and route are in their fields."""
    _, fields, parties, route = EXPECTED[name]
    lines, refusals = _read(name)
    assert refusals == []
    assert {field: lines[0][field] for field in fields} == fields
    found = [(p["role"], p["name"], p["country"], p["id"]) for p in lines[0]["parties"]]
    assert found == parties
    stops = [
        (s["function"], s["country"] or s["locode"] or s["name"]) for s in lines[0]["route"] or ()
    ]
    assert [f"{function} {place}" for function, place in stops] == route


def test_the_goods_of_the_complements_are_lines() -> None:
    """The tariff code, the mass and the UN number of a CFDI stand in its complements alone."""
    lines, _ = _read("cfdi.xml")
    assert [line["hs"] for line in lines] == [None, "2932940100", "2932940100"]
    assert (lines[2]["goods"], lines[2]["un"], lines[2]["gross_mg"]) == (
        "SAFROL",
        "3082",
        28_000_000,
    )


def test_signatures_and_attached_files_are_skipped() -> None:
    """They have no words; the names of an attached file are kept."""
    (line, _), _ = found_in("ubl", (SAMPLES / "ubl_invoice.xml").read_bytes())
    assert not [path for path, _ in line.kept if "EmbeddedDocumentBinaryObject" in path]
    (line,), _ = found_in("nfe", (SAMPLES / "nfe.xml").read_bytes())
    assert not [path for path, _ in line.kept if "Signature" in path or "Digest" in path]
    line = found_in("cfdi", (SAMPLES / "cfdi.xml").read_bytes())[0][0]
    assert "Comprobante@Sello" not in dict(line.kept)


def test_a_code_of_another_list_is_kept() -> None:
    """Only a classification that names the Harmonised System is one; ADR is no UN number."""
    (line, freight), refusals = found_in("ubl", (SAMPLES / "ubl_invoice.xml").read_bytes())
    assert not refusals
    kept = set(line.kept)
    path = "InvoiceLine/Item/CommodityClassification/ItemClassificationCode"
    assert {(path, "12345678"), (f"{path}@listID", "UNSPSC")} <= kept
    assert ("InvoiceLine/Item/HazardousItem/UNDGCode", "ADR") in kept
    assert ("InvoiceLine/Item/AdditionalItemProperty/Value", "none") in kept
    assert "seq" not in freight.fields
    assert ("InvoiceLine/ID", "Freight") in freight.kept


def test_a_mode_of_two_digits_is_a_national_code() -> None:
    """Peru's 01 is a carrier for hire, and not the sea."""
    raw = (SAMPLES / "ubl_waybill.xml").read_bytes()
    (line,), _ = found_in("ubl", raw.replace(b"ModeCode>1<", b"ModeCode>01<"))
    assert "mode" not in line.fields
    assert ("Shipment/ShipmentStage/TransportModeCode", "01") in line.kept


def test_a_head_without_lines_gives_its_data_to_the_one_around_it() -> None:
    """The shipment of a despatch advice stands beside the lines, and is theirs."""
    raw = (
        "<DespatchAdvice><UBLVersionID>2.1</UBLVersionID><ID>D1</ID><Shipment>"
        '<GrossWeightMeasure unitCode="KGM">5</GrossWeightMeasure><Consignment><CarrierParty>'
        "<PartyName><Name>Road</Name></PartyName></CarrierParty><FinalDestinationCountry><IdentificationCode>CH"
        "</IdentificationCode></FinalDestinationCountry></Consignment></Shipment>"
        "<DespatchLine><Item><Name>beeswax</Name></Item></DespatchLine></DespatchAdvice>"
    )
    (line,), _ = found_in("ubl", raw)
    assert (line.fields["gross"], line.fields["gross.unit"], line.fields["consignment"]) == (
        "5",
        "KGM",
        "D1",
    )
    assert [(p["role"], p["name"]) for p in line.parties] == [("carrier", "Road")]
    assert [stop["country"] for stop in line.route] == ["CH"]


def test_a_party_within_a_party_is_another_one() -> None:
    """The agent of an exporter is a declarant; the exporter keeps its data on both sides."""
    raw = (
        "<ExportCustomsDeclaration><UBLVersionID>2.3</UBLVersionID><ExporterParty>"
        "<PartyName><Name>Dairy</Name></PartyName><AgentParty><PartyName><Name>Agent</Name></PartyName></AgentParty><PartyLegalEntity>"
        "<CompanyID>7</CompanyID></PartyLegalEntity></ExporterParty><Shipment><GoodsItem><Description>x"
        "</Description></GoodsItem></Shipment></ExportCustomsDeclaration>"
    )
    (line,), _ = found_in("ubl", raw)
    found = [(p["role"], p["name"], p["id"]) for p in line.parties]
    assert found == [("declarant", "Agent", None), ("exporter", "Dairy", "7")]


def test_the_unit_of_a_total_is_not_that_of_a_line() -> None:
    """A line with a mass and without a unit does not take the pounds of the whole."""
    raw = (
        "<X><IDOC><EDI_DC40/><E1EDL20><NTGEW>50</NTGEW><GEWEI>LBR</GEWEI>"
        "<E1EDL24><ARKTX>x</ARKTX><NTGEW>50</NTGEW></E1EDL24></E1EDL20></IDOC></X>"
    )
    (line,), _ = found_in("idoc", raw)
    assert line.fields["net"] == "50"
    assert "net.unit" not in line.fields


def test_an_invoice_within_a_waybill_does_not_make_it_one() -> None:
    """A CT-e names the NF-e that it carries (`infNFe`) among its first elements."""
    lines, refusals = read_document((SAMPLES / "cte.xml").read_bytes(), "a.xml")
    assert not refusals
    assert [line["goods"] for line in lines] == ["ANIDRIDO ACETICO; TAMBORES"]
