"""National invoices, and the XML of procurement and catalogues: our samples, one for each."""

from typing import Any

import pytest
from tests.trade.messages.conftest import read_document
from tests.trade.messages.found import SAMPLES, found_in

from tidewaiter.trade.messages import FORMATS

KG = 1_000_000  # milligrams

# HS, CAS, net mass (mg), value, currency; parties by role.
EXPECTED: dict[str, tuple[Any, ...]] = {
    "bmecat": (None, ["108-24-7"], None, 41, "EUR", {"seller": "Beispiel Chemie GmbH"}),
    "canada-post": (
        "291524",
        None,
        2 * KG,
        41,
        "CAD",
        {"consignor": "Example Chem Inc", "consignee": "Voorbeeld BV"},
    ),
    "cxml": (None, ["108-24-7"], None, 41, "EUR", {"consignee": "Voorbeeld BV"}),
    "dte-cl": (
        None,
        None,
        20 * KG,
        41,
        None,
        {"seller": "Example Chem SpA", "buyer": "Ejemplo Ltda"},
    ),
    "ebinterface": (
        None,
        None,
        2 * KG,
        41,
        "EUR",
        {"seller": "Beispiel Chemie GmbH", "consignee": "Beispiel Lager GmbH"},
    ),
    "finvoice": (
        None,
        None,
        2 * KG,
        None,
        None,
        {"seller": "Esimerkki Kemia Oy", "buyer": "Esimerkki Labra Oy"},
    ),
    "facturae": (
        None,
        None,
        None,
        41,
        "EUR",
        {"seller": "Ejemplo Quimica SL", "buyer": "Laboratorio Ejemplo SL"},
    ),
    "fatturapa": (
        "29152400",
        None,
        2 * KG,
        41,
        "EUR",
        {"seller": "Esempio Chimica S.r.l.", "buyer": "Mario Rossi"},
    ),
    "gs1-xml": (
        None,
        None,
        2 * KG,
        None,
        None,
        {"consignor": "Example Chem Ltd", "consignee": "Voorbeeld BV"},
    ),
    "hu-invoice": (
        "29152400",
        None,
        2 * KG,
        41,
        "EUR",
        {"seller": "Pelda Vegyi Kft", "buyer": "Voorbeeld BV"},
    ),
    "id-coretax": (None, None, None, 41, "IDR", {"buyer": "PT Contoh Laboratorium"}),
    "isdoc": (
        None,
        None,
        None,
        41,
        "CZK",
        {"seller": "Priklad Chemie s.r.o.", "buyer": "Voorbeeld BV"},
    ),
    "ksef": (
        "29152400",
        None,
        2 * KG,
        41,
        "PLN",
        {"seller": "Przyklad Chemia Sp. z o.o.", "buyer": "Voorbeeld BV"},
    ),
    "opentrans": (
        "29152400",
        None,
        None,
        41,
        "EUR",
        {"seller": "Beispiel Chemie GmbH", "consignee": "Voorbeeld BV"},
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_document_is_read_to_our_fields(name: str) -> None:
    """Goods, codes, mass and value of its line, and the parties of the document."""
    (line,), _ = read_document((SAMPLES / f"{name}.xml").read_bytes(), f"{name}.xml")
    hs, cas, net, value, currency, parties = EXPECTED[name]
    assert (line["consignment"], line["goods"]) == ("R-1", "Acetic anhydride 99 %")
    assert (line["hs"], line["cas"], line["net_mg"]) == (hs, cas, net)
    assert (line["value"], line["currency"]) == (value, currency)
    told = {party["role"]: party["name"] for party in line["parties"][::-1]}
    assert parties.items() <= told.items()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_document_is_claimed_by_its_format_first(name: str) -> None:
    """ISDOC has the names of UBL, and is recognised by those of its own."""
    head = (SAMPLES / f"{name}.xml").read_bytes()[:4096]
    assert next(form.name for form in FORMATS.values() if form.fits(head, "xml")) == name


def test_the_price_of_one_piece_is_multiplied() -> None:
    """A text that is no number stays as it is written."""
    order = (
        "<cXML><Request><OrderRequest><ItemOut quantity='{}'><ItemDetail><Description>Safrole"
        "</Description><UnitPrice><Money currency='EUR'>2.5</Money></UnitPrice></ItemDetail>"
        "</ItemOut></OrderRequest></Request></cXML>"
    )
    for quantity, value in (("4", "10.0"), ("some", "2.5")):
        (line,), _ = found_in("cxml", order.format(quantity))
        assert line.fields["value"] == value


def test_countries_of_parties_become_codes() -> None:
    """Facturae has codes of three letters, openTRANS may have names."""
    (line,), _ = read_document((SAMPLES / "facturae.xml").read_bytes(), "facturae.xml")
    assert {party["country"] for party in line["parties"]} == {"ES"}
    order = (SAMPLES / "opentrans.xml").read_text().replace(">NL<", ">Pays-Bas<")
    (line,), _ = read_document(order.encode(), "opentrans.xml")
    assert [party["country"] for party in line["parties"]] == ["DE", "NL"]
