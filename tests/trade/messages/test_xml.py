"""Each XML format is read to our fields: our samples, one for each format."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.trade.messages.conftest import read_document
from tests.trade.messages.found import SAMPLES, found_in

from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.json_layouts import KeyLayout
from tidewaiter.trade.messages.xml import layouts
from tidewaiter.trade.messages.xml.assembly import ROUTE
from tidewaiter.trade.messages.xml.layouts import PERHAPS_IMO, load_layout
from tidewaiter.trade.messages.xml.parsing import NAMES
from tidewaiter.trade.readers.json_rows import header
from tidewaiter.trade.types import PARTY, STOP

FILES = {
    "wco-xml": "wco.xml",
    "asycuda-xml": "asycuda.xml",
    "ens-cc315a": "cc315a.xml",
    "xfwb": "xfwb.xml",
    "xfzb": "xfzb.xml",
    "xfhl": "xfhl.xml",
    "ics2-xml": "ics2.xml",
    "asycuda-manifest": "awmds.xml",
    "ubl": "ubl_invoice.xml",
    "cii": "cii.xml",
    "ncts5": "cc029c.xml",
    "emcs": "ie815.xml",
    "nfe": "nfe.xml",
    "cte": "cte.xml",
    "cfdi": "cfdi.xml",
    "idoc": "idoc_delvry.xml",
    "aes": "cc515c.xml",
}
ROLES = frozenset(
    [
        "consignor",
        "consignee",
        "exporter",
        "importer",
        "seller",
        "buyer",
        "notify",
        "carrier",
        "forwarder",
        "declarant",
        "other",
    ]
)
DOUBTED = {"ics2-xml": ["trade/layout-not-confirmed"]}  # there is no published sample
FIRST: dict[str, dict[str, Any]] = {
    "wco-xml": {
        "consignment": "TIDE-2026-0001",
        "seq": 1,
        "goods": "Acetic anhydride, 99.5 %",
        "hs": "29152400",
        "cus": "0011015-4",
        "un": "1715",
        "net_mg": 17_600_500_000,
        "gross_mg": 18_400_000_000,
        "value": Decimal(28160),
        "currency": "GBP",
        "origin": "IN",
        "packages": 80,
        "pack": "DR",
        "procedure": "1040",
        "mode": "1",
        "licences": ["GBEXP2026000123"],
        "containers": ["CSQU3054383"],
        "lodged": date(2026, 11, 20),
        "imo": "9074729",
    },
    "asycuda-xml": {
        "consignment": "10442",
        "goods": "Acetic anhydride",
        "hs": "29152400",
        "commercial": "ACETIC ANHYDRIDE 99.5% IN 220 KG HDPE DRUMS UN1715 CL 8 PG II",
        "net_mg": 17_600_000_000,
        "gross_mg": 18_400_000_000,
        "quantity": "17600 KGM",
        "value": Decimal(28160),
        "currency": "USD",
        "origin": "IN",
        "packages": 80,
        "pack": "DR",
        "licences": ["PEN-IN-2026-000123"],
        "procedure": "4000",
        "lodged": date(2026, 3, 14),
        "vessel": "MV EXAMPLE",
        "mode": "1",
    },
    "ens-cc315a": {
        "consignment": "TIDE20260001",
        "seq": 1,
        "goods": "ACETIC ANHYDRIDE 99.5% IN DRUMS",
        "hs": "29152400",
        "un": "1715",
        "gross_mg": 18_400_500_000,
        "packages": 80,
        "pack": "DR",
        "licences": ["GBIMP2026000456"],
        "containers": ["CSQU3054383"],
        "mode": "1",
        "lodged": date(2026, 11, 20),
        "arrival": date(2026, 12, 1),
        "imo": "9074729",
        "voyage": "045W",
    },
    "xfwb": {
        "consignment": "999-12345675",
        "seq": 1,
        "goods": "EPHEDRINE\nHYDROCHLORIDE",
        "hs": "293941",
        "gross_mg": 62_000_000,
        "volume_ul": 400_000_000,
        "packages": 2,
        "value": Decimal("4200.50"),
        "currency": "EUR",
        "origin": "IN",
        "mode": "4",
        "lodged": date(2026, 11, 20),
        "departure": date(2026, 11, 21),
        "arrival": date(2026, 11, 23),
        "voyage": "XX12",
    },
    "xfzb": {
        "consignment": "HAWB0001",
        "goods": "SAFROLE",
        "commercial": "LAB SAMPLES CIP",
        "hs": "29329400",
        "gross_mg": 26_000_000,
        "packages": 1,
        "value": Decimal(900),
        "currency": "EUR",
        "lodged": date(2026, 11, 20),
    },
    "xfhl": {
        "consignment": "HAWB0001",
        "goods": "SAFROLE LAB SAMPLES",
        "gross_mg": 26_000_000,
        "packages": 1,
        "lodged": date(2026, 11, 20),
    },
    "ics2-xml": {
        "consignment": "HBL-1",
        "goods": "Acetic anhydride",
        "hs": "29152400",
        "cus": "0011015-4",
        "un": "1715",
        "gross_mg": 18_400_500_000,
        "packages": 80,
        "containers": ["CSQU3054383"],
        "lodged": date(2026, 11, 20),
        "arrival": date(2026, 12, 1),
        "imo": "9074729",
        "voyage": "045W",
        "mode": "1",
    },
}
PARTIES = {
    "wco-xml": [
        ("consignee", "Importadora Ejemplo SA", "MX", None),
        ("importer", None, None, "GB553202734852"),
        ("carrier", None, None, "GB025115100010"),
        ("declarant", None, None, "GB603202734852"),
        ("exporter", "Example Fine Chemicals Ltd", "GB", None),
    ],
    "asycuda-xml": [
        ("exporter", "EXAMPLE FINE CHEM PVT LTD, VAPI, INDIA", None, None),
        ("consignee", "IMPORTADORA EJEMPLO SA", None, "0614-000000-000-1"),
        ("declarant", "AGENCIA EJEMPLO", None, "AG01"),
    ],
    "ens-cc315a": [
        ("consignor", "Example Fine Chem Pvt Ltd", "IN", None),
        ("consignee", None, None, "GB553202734852"),
        ("declarant", None, None, "GB603202734852"),
    ],
    "xfwb": [
        ("consignor", "EXAMPLE FINE CHEM PVT LTD", "IN", None),
        ("consignee", "IMPORTADORA EJEMPLO SA", "MX", None),
    ],
    "xfzb": [
        ("consignor", "EXAMPLE FINE CHEM PVT LTD", "IN", None),
        ("consignee", "BEISPIEL LABOR GMBH", "DE", None),
    ],
    "xfhl": [
        ("consignor", "EXAMPLE FINE CHEM PVT LTD", "IN", None),
        ("consignee", "BEISPIEL LABOR GMBH", "DE", None),
    ],
    "ics2-xml": [
        ("consignor", "Example Fine Chem Pvt Ltd", "IN", None),
        ("consignee", "Voorbeeld Import BV", "NL", "NL987654321"),
        ("declarant", "Example Agents BV", None, "NL123456789"),
    ],
}
ROUTES = {
    "wco-xml": ["origin GB", "transit AE", "destination MX"],
    "asycuda-xml": ["origin IN", "loading INNSA", "destination GT"],
    "ens-cc315a": [
        "loading Nhava Sheva",
        "transit IN",
        "transit OM",
        "transit GB",
        "unlading Felixstowe",
    ],
    "xfwb": ["loading BOM", "transit FRA", "destination MEX"],
    "xfzb": ["loading BOM", "destination FRA"],
    "xfhl": ["loading BOM", "destination FRA"],
    "ics2-xml": ["loading INNSA", "transit OM", "unlading NLRTM", "destination NLRTM"],
}


def _first(name: str) -> dict[str, Any]:
    lines, refusals = read_document((SAMPLES / FILES[name]).read_bytes(), f"a.{name}")
    assert [each.code for each in refusals] == DOUBTED.get(name, [])
    found: dict[str, Any] = lines[0]
    return found


@pytest.mark.parametrize("name", FIRST)
def test_a_line_has_the_fields_of_its_document(name: str) -> None:
    """Goods, codes, masses, value, dates, licences and numbers are in their fields."""
    line = _first(name)
    assert {field: line[field] for field in FIRST[name]} == FIRST[name]


@pytest.mark.parametrize("name", PARTIES)
def test_parties_and_route_are_those_of_the_document(name: str) -> None:
    """Parties have their roles, countries and numbers; stops are in the order of travel."""
    line = _first(name)
    parties = [(p["role"], p["name"], p["country"], p["id"]) for p in line["parties"]]
    assert [party for party in parties if party[0] != "forwarder"] == PARTIES[name]
    stops = [(s["function"], s["country"] or s["locode"] or s["name"]) for s in line["route"]]
    assert [f"{function} {place}" for function, place in stops] == ROUTES[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_known_by_its_first_elements(name: str) -> None:
    """Of all formats one knows it, whatever its name, prefixes, encoding or comments are."""
    raw = (SAMPLES / FILES.get(name, f"{name}.xml")).read_bytes()
    text = raw.decode().partition("?>")[2]
    others = (
        raw,
        b"\xef\xbb\xbf" + raw,
        f'<?xml version="1.0"?><!-- <ASYCUDA> -->{text}'.encode(),
        text.encode("utf-16"),
        text.lstrip().encode("utf-16-le"),
    )
    for head in others:
        known = [form.name for form in FORMATS.values() if form.fits(head[:4096], "bin")]
        assert known == [name]


def test_what_is_not_confirmed_must_be_asked_for() -> None:
    """Of these no sample or schema was available."""
    unconfirmed = [name for name in NAMES if not FORMATS[name].confirmed]
    assert unconfirmed == ["asycuda-manifest", "aes", "ics2-xml"]


_LAYOUTS: dict[str, layouts.Layout] = {
    **{name: load_layout(name) for name in NAMES},
    **{
        file.name.removesuffix(".toml"): read_toml(file, KeyLayout)
        for file in toml_files(data("messages", "json"))
    },
}


@pytest.mark.parametrize("name", _LAYOUTS)
def test_a_layout_names_fields_that_there_are(name: str) -> None:
    """Every path of a layout gives a field of ours, a key of a party or a key of a stop."""
    layout = _LAYOUTS[name]
    parts = (*layout.heads, layout.line)
    named = {field for part in parts for field in (*part.fields.values(), *part.totals.values())}
    named |= {field for part in parts for field in part.constants}
    fields = {"imo" if f == PERHAPS_IMO else f for field in named for f in field.split()}
    told = {tuple(field.partition(".")[0].split(":")) for field in fields if ":" in field}
    cases = [case for part in parts for group in part.groups for case in group.cases.values()]
    fields = {field for field in fields if ":" not in field}
    assert fields | {field for case in cases for field in case.values()} <= set(header())
    party, stop = {field.name for field in PARTY}, {field.name for field in STOP}
    assert {key for role, key in told if role in ROUTE} <= stop
    assert {key for role, key in told if role not in ROUTE} <= party | {"also"}
    assert set(layout.party.values()) <= party | {*layouts.NAMES}
    assert set(layout.stop.values()) <= stop | {"country or locode"}


@pytest.mark.parametrize("name", _LAYOUTS)
def test_a_layout_has_roles_that_there_are(name: str) -> None:
    """A party has a role of ours, and a stop a function."""
    parts = (*_LAYOUTS[name].heads, _LAYOUTS[name].line)
    roles = {role for part in parts for role in part.parties.values()}
    roles |= {r for p in parts for coded in p.coded if not coded.stop for r in coded.roles.values()}
    fields = {field for part in parts for field in part.fields.values() if ":" in field}
    roles |= {field.partition(":")[0] for field in fields} - {*ROUTE}
    assert roles <= ROLES
    stops = {stop for part in parts for stop in part.stops.values()}
    stops |= {
        s for part in parts for coded in part.coded if coded.stop for s in coded.roles.values()
    }
    assert stops <= {*ROUTE}


def test_all_else_is_kept_with_its_path() -> None:
    """What has no field is kept, of the line and of its heads; nothing of the document is lost."""
    (line, _), _ = found_in("wco-xml", (SAMPLES / "wco.xml").read_bytes())
    kept = set(line.kept)
    assert ("Declaration/TypeCode", "EXA") in kept
    assert ("Declaration/InvoiceAmount", "31160") in kept  # of two lines: of none of them
    assert ("Declaration/InvoiceAmount@currencyID", "GBP") in kept
    assert ("GovernmentAgencyGoodsItem/AdditionalDocument/ID", "INV-77") in kept
    assert ("GovernmentAgencyGoodsItem/Packaging/MarksNumbersID", "EFC 1-80") in kept
    assert ("GoodsShipment/Consignment/ContainerCode", "1") in kept


def test_a_total_is_the_lines_where_it_is_alone() -> None:
    """One line under a head takes its totals; two lines do not."""
    raw = (SAMPLES / "xfwb.xml").read_bytes()
    (one,), _ = found_in("xfwb", raw)
    assert one.fields["value"] == "4200.50"
    end = b"</ram:IncludedMasterConsignmentItem>"
    more = raw.replace(end, end + b"<ram:IncludedMasterConsignmentItem/>")
    for line in found_in("xfwb", more)[0]:
        assert "value" not in line.fields
        assert ("Waybill/MasterConsignment/DeclaredValueForCustomsAmount", "4200.50") in line.kept


def test_a_second_code_and_a_comma_are_reported() -> None:
    """A line has room for one UN number, and a decimal comma is invalid in XML."""
    raw = (SAMPLES / "wco.xml").read_bytes()
    two = b"</UNDGID></DangerousGoods><DangerousGoods><UNDGID>1230</UNDGID></DangerousGoods>"
    raw = raw.replace(b"</UNDGID></DangerousGoods>", two).replace(b"17600.5<", b"17600,5<")
    (line, _), refusals = found_in("wco-xml", raw)
    assert line.fields["un"] == "1715"
    assert "net" not in line.fields
    assert [(r.row, r.value, r.screened) for r in refusals] == [
        (1, "1230", True),
        (1, "17600,5", True),
    ]


def test_empty_elements_are_empty() -> None:
    """ASYCUDA's `<null/>` and blank texts have no value."""
    raw = b"<ASYCUDA><Item><Goods_description><Description_of_goods><null/></Description_of_goods>"
    raw += b"<Commercial_Description> </Commercial_Description></Goods_description>"
    raw += b"<Tarification><HScode><Commodity_code>28</Commodity_code><Precision_1><null/>"
    raw += b"</Precision_1></HScode></Tarification></Item></ASYCUDA>"
    (line,), _ = found_in("asycuda-xml", raw)
    assert line.fields == {"hs": "28"}
    assert line.kept == ()


def test_a_means_of_transport_that_is_no_ship_is_kept() -> None:
    """An identity that is not an IMO number, or of a type that is not a ship's, is kept."""
    raw = (SAMPLES / "cc315a.xml").read_bytes().replace(b">9074729<", b">AB-123-CD<")
    (line, *_), _ = found_in("ens-cc315a", raw)
    assert "imo" not in line.fields
    assert ("CC315A/HEAHEA/IdeOfMeaOfTraCroHEA85", "AB-123-CD") in line.kept
    lorry = (SAMPLES / "wco.xml").read_bytes().replace(b"Code>10<", b"Code>30<")
    (line, *_), _ = found_in("wco-xml", lorry)
    assert ("imo" in line.fields, line.fields["mode"]) == (False, "1")
    assert ("Declaration/BorderTransportMeans/ID", "9074729") in line.kept


@pytest.mark.parametrize(
    ("mode", "number", "ship"),
    [
        ("1", "9074729", True),
        ("1", "9074728", True),  # a wrong check digit becomes a reason
        ("8", "IMO 9074729", True),
        ("01", "9074729", True),
        ("3", "1234567", False),  # a plate
        ("3", "9074729", False),
        ("2", "9074729", False),
        ("4", "9074729", False),
        ("3", "IMO 9074729", True),
        ("3", "IMO 9074728", False),
        ("9", "9074729", True),
        ("9", "1234567", True),  # its check digit is right
        ("9", "1234568", False),
        ("", "9074729", True),
        ("", "9074728", False),
        ("", "IMO9074728", True),
    ],
)
@pytest.mark.parametrize("behind", [True, False])
def test_a_number_is_a_ships_where_the_mode_says_so(
    *, mode: str, number: str, ship: bool, behind: bool
) -> None:
    """A lorry or a wagon may have a number of seven digits; without a mode, the digit tells."""
    told = f"<TraModAtBorHEA76>{mode}</TraModAtBorHEA76>"
    means = f"<IdeOfMeaOfTraCroHEA85>{number}</IdeOfMeaOfTraCroHEA85>"
    head = means + told if behind else told + means
    goods = "<GOOITEGDS><GooDesGDS23>x</GooDesGDS23></GOOITEGDS>"
    raw = f"<CC315A><HEAHEA>{head}</HEAHEA>{goods}</CC315A>"
    (line,), refusals = found_in("ens-cc315a", raw)
    assert refusals == []
    assert line.fields.get("imo") == (number if ship else None)
    kept = [("CC315A/HEAHEA/IdeOfMeaOfTraCroHEA85", number)]
    assert list(line.kept) == ([] if ship else kept)


def test_every_house_of_a_manifest_is_a_line() -> None:
    """The number of the master is that of a house which has none; totals of the master are kept."""
    raw = (SAMPLES / "xfhl.xml").read_bytes()
    (one, two), refusals = found_in("xfhl", raw)
    assert not refusals
    assert (one.fields["goods"], two.fields["goods"]) == ("SAFROLE LAB SAMPLES", "COTTON SHIRTS")
    assert ("HouseManifest/MasterConsignment/TotalPieceQuantity", "3") in one.kept
    assert [stop["name"] for stop in two.route] == ["BOM", "VIE"]
    number = (
        b"<ram:TransportContractDocument><ram:ID>HAWB0002</ram:ID></ram:TransportContractDocument>"
    )
    bare = raw.replace(number, b"")
    (_, two), _ = found_in("xfhl", bare)
    assert two.fields["consignment"] == "999-12345675"


def test_a_document_of_another_format_is_reported() -> None:
    """It is neither read nor silently skipped; a wrapper element does not matter."""
    wco = (SAMPLES / "wco.xml").read_bytes().partition(b"?>")[2]
    xfwb = (SAMPLES / "xfwb.xml").read_bytes().partition(b"?>")[2]
    lines, refusals = found_in("wco-xml", b"<all>" + wco + xfwb + b"<HouseWaybill/></all>")
    assert len(lines) == 2
    assert [(r.row, r.screened, r.values["title"]) for r in refusals] == [
        (2, False, load_layout("xfwb").title),
        (2, False, load_layout("xfzb").title),
    ]
    assert found_in("wco-xml", b"<HouseManifest>" + wco + b"</HouseManifest>")[1] == []
