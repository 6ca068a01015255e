"""Listings and orders of shops on the web."""

import json
from datetime import date
from decimal import Decimal

import pytest
from tests.trade.messages.conftest import Read

from tidewaiter.trade.readers.formats import form_of

VARIANTS = [
    {"title": "25 g", "price": "19.00", "sku": "A", "grams": 40, "inventory_quantity": 7},
    {"title": "Default Title", "price": "60.00", "weight": 1.5, "weight_unit": "lb"},
]
PRODUCT = {
    "id": 7,
    "title": "Phenyl acetone",
    "handle": "p2p",
    "vendor": "Example Chem",
    "tags": "lab",
    "body_html": "<p>98&nbsp;% pure<br>CAS 103-79-7</p>",
    "product_type": "Reagent",
    "variants": VARIANTS,
}
ORDER = {
    "id": 1,
    "name": "#1001",
    "currency": "EUR",
    "created_at": "2026-03-14T11:00:00-05:00",
    "financial_status": "paid",
    "order_number": 1001,
    "total_price": "38.00",
    "shipping_address": {"name": "J Doe", "address1": "1 St", "city": "Lyon", "country_code": "FR"},
    "line_items": [{"name": "Safrole - 10 ml", "price": "19.00", "quantity": 2, "grams": 20}],
}
OFFER = {
    "offerId": "A1",
    "title": "Pill press",
    "description": "Single punch",
    "contentLanguage": "en",
    "targetCountry": "US",
    "price": {"value": "450.00", "currency": "USD"},
    "brand": "Example",
    "shippingWeight": {"value": 38, "unit": "kg"},
}
ITEMS = {
    "payload": {
        "AmazonOrderId": "902-1",
        "NextToken": "x",
        "OrderItems": [
            {
                "ASIN": "B0",
                "SellerSKU": "S",
                "Title": "Potassium permanganate",
                "QuantityOrdered": 3,
                "ItemPrice": {"CurrencyCode": "USD", "Amount": "89.97"},
            }
        ],
    },
}


def test_a_product_is_a_line_for_each_variant(read: Read) -> None:
    """HTML is read as text, the vendor is the seller, and the consignee is empty."""
    lines, refusals = read({"products": [PRODUCT]})
    assert refusals == []
    assert [line["goods"] for line in lines] == ["Phenyl acetone - 25 g", "Phenyl acetone"]
    assert lines[0]["commercial"] == "98 % pure CAS 103-79-7 ; Reagent; lab"
    assert [line["value"] for line in lines] == [Decimal("19.0000"), Decimal("60.0000")]
    assert [line["gross_mg"] for line in lines] == [40_000, 680_389]
    assert [p["role"] for p in lines[0]["parties"]] == ["seller"]
    kept = {each["name"]: each["text"] for each in lines[0]["other"]}
    assert (kept["variants[0].inventory_quantity"], kept["variants[0].sku"]) == ("7", "A")


def test_what_stands_beside_a_list_is_read(read: Read) -> None:
    """Another list, object by object, and other words; a page number is no line."""
    about = {"products": [PRODUCT], "orders": [ORDER, ORDER], "note": "for Piperonal", "page": 2}
    one, two, other = read(about)[0][len(VARIANTS) :]
    item = "Safrole - 10 ml"
    assert {"name": "orders[0].line_items[0].name", "text": item} in one["other"]
    assert {"name": "orders[1].line_items[0].name", "text": item} in two["other"]
    assert [each["text"] for each in other["other"]] == ["for Piperonal", "2"]
    assert len(read({"products": [PRODUCT], "page": 2})[0]) == len(VARIANTS)


def test_a_day_that_is_none_is_other_text(read: Read) -> None:
    """Beside what is left of the same line: both are screened."""
    lines, refusals = read([{**ORDER, "note": "fragile", "created_at": "Piperonal"}])
    assert {"Piperonal", "fragile"} <= {each["text"] for each in lines[0]["other"]}
    assert [each.value for each in refusals] == ["Piperonal"]


def test_text_behind_a_list_is_told(read: Read) -> None:
    """It is not screened."""
    data = json.dumps({"products": [PRODUCT]}).encode() + b', "note": '
    refusals = read(data)[1]
    assert [(each.code, each.screened) for each in refusals] == [("trade/text-after-array", False)]


def test_an_order_counts_its_pieces(read: Read) -> None:
    """Price and weight are of one piece, and stand multiplied; the written ones are kept."""
    lines, _ = read([ORDER])
    line = lines[0]
    assert (line["consignment"], line["quantity"], line["currency"]) == ("#1001", "2", "EUR")
    assert (line["value"], line["gross_mg"]) == (Decimal("38.0000"), 40_000)
    assert line["lodged"] == date(2026, 3, 14)
    assert [(p["role"], p["country"]) for p in line["parties"]] == [("consignee", "FR")]
    assert {"name": "line_items[0].price", "text": "19.00"} in line["other"]


def test_an_offer_of_google_reads(read: Read) -> None:
    """In the names of the API, and in those of a feed."""
    lines, _ = read(OFFER)
    assert (lines[0]["goods"], lines[0]["commercial"]) == ("Pill press", "Single punch")
    assert (lines[0]["currency"], lines[0]["gross_mg"]) == ("USD", 38_000_000)
    feed = {
        "id": "A1",
        "title": "Pill press",
        "image_link": "x",
        "price": "450.00 USD",
        "item_group_id": "G",
        "shipping_weight": "38 kg",
    }
    again, _ = read([feed])
    assert (again[0]["value"], again[0]["currency"]) == (Decimal("450.0000"), "USD")
    assert again[0]["gross_mg"] == 38_000_000


def test_items_of_an_amazon_order_read(read: Read) -> None:
    """The price of an item is that of all its pieces."""
    lines, _ = read(ITEMS)
    assert (lines[0]["goods"], lines[0]["quantity"]) == ("Potassium permanganate", "3")
    assert (lines[0]["value"], lines[0]["currency"]) == (Decimal("89.9700"), "USD")
    assert {"name": "NextToken", "text": "x"} in lines[0]["other"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (b'{"products": [{"body_html": "b", "handle": "c", "variants": []}]}', "shopify-products"),
        (b'[{"offerId": "1", "contentLanguage": "en"}]', "google-products"),
        (b'[{"title": "a", "price": "1"}]', "jsonl"),
        (b'{"goods": "acetone", "handle": "x"}', "jsonl"),
    ],
)
def test_a_shop_is_known_by_several_keys(text: bytes, form: str) -> None:
    """One key that many files have is not enough."""
    assert form_of(text, "", (), "a") == form


def test_a_document_without_goods_is_refused(read: Read) -> None:
    """It is reported with its row, and the others are read."""
    lines, refusals = read(
        {"products": [{"handle": "a", "body_html": "", "variants": []}, PRODUCT]}
    )
    assert len(lines) == 2
    assert [(r.row, r.screened) for r in refusals] == [(1, False)]


@pytest.mark.parametrize("price", ["1E999999", "1E-999999", "1E999990", "0E-999999"])
def test_a_price_beyond_all_numbers_stays_as_it_is(read: Read, price: str) -> None:
    """It is neither multiplied nor written in a million digits."""
    order = ORDER | {"line_items": [{"name": "Safrole", "price": price, "quantity": 100}]}
    (line,), refusals = read(order, format="shopify-orders")
    assert line["goods"] == "Safrole"
    assert [refusal.value for refusal in refusals] == [price]


def test_a_letter_of_html_with_an_endless_number_is_none(read: Read) -> None:
    """What stands around it is read."""
    product = PRODUCT | {"body_html": f"pure &#{'9' * 5_000}; safrole", "tags": "", "vendor": ""}
    lines, _ = read(product, format="shopify-products")
    assert lines[0]["commercial"] == "pure \ufffd safrole; Reagent"
