"""JSON formats whose layouts are data: our samples, one for each."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trade.messages.conftest import read_document
from tests.trade.messages.found import SAMPLES, found_in

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.json_layouts import json_formats, local_of
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.json_rows import header
from tidewaiter.trade.types import Refusal

FILES = {path.stem: path for path in sorted((SAMPLES / "json").glob("*.json"))}
OURS = {form.name: form for form in json_formats()}
KG = 1_000_000  # milligrams
CODES = ("NI", "POL", "POD", "metric")  # tell a role or a unit

# HS, net and gross mass (mg), value, consignor or seller, consignee or buyer.
EXPECTED: dict[str, tuple[Any, ...]] = {
    "aliexpress-orders": (None, None, None, 41, "Example Chem Ltd", "Voorbeeld BV"),
    "aliexpress-products": (None, None, 1_200_000, None, "Example Chem Store", None),
    "amazon-catalog": (None, KG, None, None, None, None),
    "amazon-vendor-orders": (None, None, None, None, None, "Voorbeeld BV"),
    "asendia": ("291524", 2 * KG, 2_500_000, 41, "Beispiel Chemie GmbH", "Voorbeeld BV"),
    "australia-post": (None, None, 2_500_000, None, "Example Chem Pty", "Example Labs"),
    "cds-alvs": ("29152400", 10 * KG, None, None, None, "Example Labs"),
    "dcsa-booking": ("291524", None, 3000 * KG, None, "Example Chem Ltd", None),
    "dhl-parcel-de": ("291524", 2 * KG, 2_500_000, 41, "Beispiel Chemie GmbH", "Voorbeeld BV"),
    "easypost": ("291524", 907_185, 2_267_962, 23.25, "Example Chem Ltd", "Voorbeeld BV"),
    "ebay-items": (None, None, 907_185, None, None, None),
    "ebay-orders": (None, None, None, 41, "examplechem", "Voorbeeld BV"),
    "eg-einvoice": (None, 2 * KG, 2_500_000, 41, "Example Chem SAE", "Voorbeeld BV"),
    "etims": ("29152400", 2 * KG, 2_500_000, 41, "Example Chem Ltd", None),
    "etsy": (None, None, None, None, None, "J Doe"),
    "fedex": ("291524", 2 * KG, 2_500_000, 41, "Example Chem Ltd", "Voorbeeld BV"),
    "importyeti": ("291524", None, 2500 * KG, None, "Example Chem Ltd", "Example Labs"),
    "in-einvoice": ("29152400", None, None, 2000, "Example Chem Pvt Ltd", "Voorbeeld BV"),
    "magento-orders": (None, None, None, 41, None, "Voorbeeld BV"),
    "magento-products": (None, None, None, 20.5, None, None),
    "mydhl": ("29152400", 2 * KG, 2_500_000, 41, "Example Chem Ltd", "Voorbeeld BV"),
    "one-record": ("291524", None, 2_500_000, None, "Example Chem Ltd", None),
    "royal-mail": ("291524", 2 * KG, 2_500_000, 41, "Example Chem Ltd", "Voorbeeld BV"),
    "sendcloud": ("291524", 2 * KG, 2_500_000, 41, "Example Chem Ltd", "Voorbeeld BV"),
    "sendle": ("291524", None, 2_500_000, 41, "Example Chem Pty", "Example Labs"),
    "shipengine": ("291524", None, 1_500_000, 41, "Example Chem Ltd", "Voorbeeld BV"),
    "shippo": ("291524", 900_000, None, 46.5, None, None),
    "shipstation": (None, 907_185, None, 41, None, "Voorbeeld BV"),
    "shopify-graphql-orders": ("291524", 2 * KG, None, 41, "Example Chem", "Voorbeeld BV"),
    "shopify-graphql-products": ("291524", KG, None, 20.5, "Example Chem", None),
    "ubl-json": ("291524", None, None, 41, "Example Chem Ltd", None),
    "ups": ("29152400", 2 * KG, 2_500_000, 41, "Example Chem Ltd", "Voorbeeld BV"),
    "usps": ("291524", 1_814_369, 2_267_962, 41, "Example Chem Inc", "Voorbeeld BV"),
    "woocommerce-products": (None, None, None, 20.5, None, None),
}


@pytest.mark.parametrize("name", FILES)
def test_a_sample_is_claimed_by_its_own_format_only(name: str) -> None:
    """Detection looks at names that no other format has together."""
    head = FILES[name].read_bytes()[:4096]
    assert [form.name for form in FORMATS.values() if form.fits(head, "json")] == [name]


def test_each_layout_has_a_sample() -> None:
    """A layout without one would not be tested."""
    assert FILES.keys() == OURS.keys()
    assert all(form.source.startswith("https://") and form.confirmed for form in OURS.values())


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_reads(name: str) -> None:
    """Goods, code, masses and value, and both sides of the trade."""
    lines, refusals = read_document(FILES[name].read_bytes(), f"{name}.json")
    assert refusals == []
    line = lines[0]
    assert line["goods"].startswith("Acetic anhydride 99 %")
    hs, net, gross, value, sender, receiver = EXPECTED[name]
    assert (line["hs"], line["net_mg"]) == (hs, net)
    assert gross in {line["gross_mg"], None}
    assert line["value"] is None if value is None else float(line["value"]) == value
    for party_name, roles in (
        (sender, {"consignor", "seller"}),
        (receiver, {"consignee", "buyer"}),
    ):
        told = [party["name"] for party in line["parties"] or () if party["role"] in roles]
        assert party_name in told or party_name is None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str) and "<" not in value and "#" not in value:
        yield value


@pytest.mark.parametrize("name", FILES)
def test_no_text_is_lost(name: str) -> None:
    """Each text of a document is in a field, a party, a stop or the other texts of some line."""
    lines, _ = found_in(name, FILES[name].read_bytes())
    told = json.dumps([[x.fields, x.parties, x.route, x.kept] for x in lines], default=dict)
    without = ("2026-11-20T", "20261120", *CODES)
    missing = [
        text
        for text in _texts(json.loads(FILES[name].read_text()))
        if json.dumps(text)[1:-1] not in told and not text.startswith(without)
    ]
    assert [text for text in missing if not text.replace(".", "").isdigit()] == []


def test_a_document_without_lines_is_one() -> None:
    """The answer of a service without goods: its words are other text."""
    (line,), refused = found_in("easypost", '{"customs_items": [], "message": "acetic anhydride"}')
    assert refused == []
    assert ("message", "acetic anhydride") in line.kept


def test_a_list_of_documents_is_read_one_by_one() -> None:
    """The row is the number of the document, and the lines of each are counted."""
    sample = json.loads(FILES["fedex"].read_text())
    lines, _ = found_in("fedex", json.dumps([sample, sample]))
    assert [(line.row, line.fields["seq"]) for line in lines] == [(1, "1"), (2, "1")]


def test_a_text_of_the_document_that_a_line_has_itself_is_other_text() -> None:
    """The description of the shipment stands beside that of the goods."""
    (line,), _ = found_in("ups", FILES["ups"].read_bytes())
    assert ("goods", "lab supplies") in line.kept


def test_a_list_that_repeats_the_items_is_skipped() -> None:
    """Magento lists the items of an order again below each shipping assignment."""
    lines, _ = found_in("magento-orders", FILES["magento-orders"].read_bytes())
    assert len(lines) == 1
    order = json.loads(FILES["magento-orders"].read_text())["items"][0]
    (alone,), _ = found_in("magento-orders", json.dumps(order))
    assert alone.fields == lines[0].fields


@pytest.mark.parametrize(
    ("key", "local"),
    [
        ("cargo:goodsDescription", "goodsDescription"),
        ("iata:piece:goodsDescription", "goodsDescription"),
        ("https://onerecord.iata.org/ns/cargo#goodsDescription", "goodsDescription"),
        ("@id", "id"),
        ("Time: 12", "Time: 12"),
        ("@", "@"),
    ],
)
def test_a_key_loses_its_namespace(key: str, local: str) -> None:
    """As JSON-LD may write it."""
    assert local_of(key) == local


_NAMES = [
    "_",
    "ItemList",
    "attribute_code",
    "country",
    "custom_attributes",
    "customs_items",
    "edges",
    "items",
    "name",
    "node",
    "pieces",
    "quantity",
    "sku",
    "value",
    "weight",
]
_NODES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=5)
    ),
    max_leaves=15,
)


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(OURS)),
    st.lists(st.dictionaries(st.sampled_from(_NAMES), _NODES, max_size=5), max_size=3),
)
def test_any_json_gives_lines_or_refusals(name: str, documents: list[dict[str, Any]]) -> None:
    """Whatever stands under the keys, each line names our fields, and no error comes."""
    for item in OURS[name].read(BytesIO(json.dumps(documents).encode()), "a.json"):
        assert isinstance(item, Found | Refusal)
        if isinstance(item, Found):
            assert set(item.fields) <= set(header())


def test_deep_json_is_refused() -> None:
    """Neither a crash nor silence."""
    deep = b'{"customs_items": ' + b'{"a":' * 900 + b"1" + b"}" * 901
    lines, (refusal,) = found_in("easypost", deep)
    assert (lines, refusal.screened) == ([], False)
