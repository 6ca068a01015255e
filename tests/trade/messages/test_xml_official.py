"""Official samples: each is valid by its schema, or how it deviates is listed; all are read."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.trade.messages.conftest import read_document
from tests.trade.messages.found import SAMPLES

pytestmark = pytest.mark.shared

WCO = {
    "IMZ_Aggregated_Supplementary_Declaration.xml": {
        "goods": "Cocoa Butter-fat and oil",
        "hs": "18031000",
        "net_mg": 10_000_000,
        "gross_mg": 15_000_000,
        "value": Decimal(1000),
        "origin": "ER",
        "lodged": date(2025, 7, 31),
        "procedure": "4071",
    },
    "New_Export_C21e_Consignor_Sample.xml": {
        "goods": "Paper Envelopes",
        "packages": 1,
        "mode": "4",
        "procedure": "0014",
    },
    "New_Export_CUS_Code_Sample.xml": {
        "cus": "0010164-4",
        "hs": "29349990",
        "net_mg": 15_000_000,
        "gross_mg": 20_000_000,
        "value": Decimal(9500),
        "currency": "GBP",
        "containers": ["AHFB9384274"],
        "licences": ["GBCSE150454489082E20191113093111", "GBCHA12345678"],
    },
    "Step1_TT_IM001a.xml": {
        "hs": "85109000",
        "net_mg": 100_000_000,
        "gross_mg": 150_000_000,
        "packages": 50,
        "value": Decimal(1000),
        "origin": "US",
        "mode": "1",
    },
    "TT_EX001a.xml": {"hs": "46021910", "value": Decimal(200), "containers": ["CONU1234567"]},
    "TT_EX013b.xml": {
        "goods": "Sniper Rifle with 27' barrel",
        "hs": "93019000",
        "quantity": "20",
        "net_mg": 90_000_000,
        "value": Decimal(50000),
        "containers": ["CONU1234567"],
        "licences": ["XISDE150454489082E20231019133850", "005345683", "GBOIE920001-00002"],
    },
    "TT_IM006a.xml": {
        "hs": "02071290",
        "net_mg": 1_000_000_000,
        "origin": "AR",
        "packages": 10,
        "licences": [
            "GBCPI1AB12345",
            "GBAHC0000001",
            "GBCGU55320273485220191113093459",
            "GBDPO1108654",
        ],
    },
}


@pytest.fixture
def samples(shared: Path) -> Path:
    """Return the folder of samples."""
    return shared / "data" / "trade" / "samples"


def _read(path: Path) -> tuple[list[dict[str, Any]], list[Any]]:
    found: tuple[list[dict[str, Any]], list[Any]] = read_document(path.read_bytes(), path.name)
    return found


def _declaration(path: Path) -> Any:
    root = etree.parse(path).getroot()
    return next(e for e in root.iter("{urn:wco:datamodel:WCO:DEC-DMS:2}Declaration"))


def test_wco_declarations_are_valid(samples: Path) -> None:
    """Seven of seven declarations are valid by the schema of DMS, and so is ours."""
    folder = samples / "wco-dms-hmrc"
    schema = etree.XMLSchema(etree.parse(folder / "xsd" / "declaration" / "WCO_DEC_2_DMS.xsd"))
    for path in (*(folder / name for name in WCO), SAMPLES / "wco.xml"):
        alone = etree.fromstring(etree.tostring(_declaration(path)))
        assert schema.validate(alone), (path.name, schema.error_log)


@pytest.mark.parametrize("name", WCO)
def test_wco_samples_are_read(samples: Path, name: str) -> None:
    """Each has its goods, codes, masses, values, licences and days in the fields they belong to."""
    lines, refusals = _read(samples / "wco-dms-hmrc" / name)
    assert not refusals
    assert {field: lines[0][field] for field in WCO[name]} == WCO[name]
    assert len(lines) == (2 if name in ("TT_EX013b.xml", next(iter(WCO))) else 1)
    assert {party["role"] for party in lines[0]["parties"]} >= {"exporter", "declarant"}
    numbers = [party for party in lines[0]["parties"] if party["id"]]
    assert numbers
    assert all(party["id_scheme"] == "EORI" for party in numbers)
    assert {stop["function"] for stop in lines[0]["route"]} >= {"destination"}


def test_entry_summaries_deviate_in_five_places(samples: Path) -> None:
    """The full official sample is not valid; it is read all the same, but for two cells."""
    folder = samples / "ens-ics-cc315a"
    schema = etree.XMLSchema(etree.parse(folder / "CC315A-v11-2.xsd"))
    assert schema.validate(etree.parse(folder / "CC315A_reduced.xml"))
    assert schema.validate(etree.parse(SAMPLES / "cc315a.xml"))
    assert not schema.validate(etree.parse(folder / "CC315A_full.xml"))
    wrong = [error.message.split("'")[1] for error in schema.error_log]
    assert wrong == ["UNDanGooCodGDI1", "ComNomCMD1", "NatIDEMEATRAGI973", "TRAREP", "PERLODSUMDEC"]
    (line,), refusals = _read(folder / "CC315A_full.xml")
    assert [(r.column, r.value, r.screened) for r in refusals] == [
        ("hs", "comco", True),
        ("un", "undg", True),
    ]
    assert line["goods"] == "Goods description"
    assert (line["gross_mg"], line["packages"], line["seq"]) == (123_456_000, 1102, 42)
    assert line["arrival"] == line["lodged"] == date(2003, 2, 11)
    own = ["consignor", "consignee", "notify"]  # and those of the whole declaration
    assert [p["role"] for p in line["parties"]] == [*own, *["other"] * len(own), "declarant"]
    assert [stop["function"] for stop in line["route"]] == [
        "loading",
        "transit",
        "transit",
        "unlading",
    ]


def test_cargo_xml_samples_are_read(samples: Path) -> None:
    """Three air waybills and one house waybill, as their sender writes them."""
    folder = samples / "cargo-xml"
    for name in ("888-11111111_XFWB.xml", "888-11111111_XFWB_ACAS_US.xml"):
        (line,), refusals = _read(folder / name)
        assert not refusals
        assert line["goods"].startswith("CONSOLIDATION\nAS PER ATTACHED")
        assert (line["consignment"], line["gross_mg"]) == ("888-11111111", 1_042_000_000)
        assert (line["hs"], line["volume_ul"]) == ("000111", 2_602_000_000)
        assert [stop["name"] for stop in line["route"]] == ["ORK", "DUB", "AUH", "PVG"]
        assert line["parties"][1]["address"].startswith("ROOM 123 SPECIAL BUILDING")
    lines, _ = _read(folder / "888-11111111_XFWB_multipleULD_multipleHTS.xml")
    assert [line["hs"] for line in lines] == ["000111", "000222"]
    (line,), _ = _read(folder / "SEL22222222_XFZB.xml")
    assert (line["goods"], line["hs"], line["gross_mg"]) == (
        "SPARE PARTS",
        "1133557799",
        133_700_000,
    )
    assert line["commercial"].startswith("SPARE PARTS F345732-D")
    assert [party["country"] for party in line["parties"]] == ["KR", "DE"]


def test_an_answer_of_customs_is_no_declaration(samples: Path) -> None:
    """A response names a declaration, but has no line of goods: its words are other text."""
    lines, refusals = _read(samples / "wco-dms-hmrc" / "11_DMSREQ.xml")
    assert {line["goods"] for line in lines} == {None}
    assert "trade/document-without-lines" in [each.code for each in refusals]
