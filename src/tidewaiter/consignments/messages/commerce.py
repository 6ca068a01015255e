"""Listings and orders of shops on the web, in the JSON of Shopify, Google and Amazon."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

from tidewaiter.consignments.messages.documents import Document, documents, objects_in, refused
from tidewaiter.consignments.messages.leaves import Leaves, under
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.types import Refusal

_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"\s+")
_LISTS = ("products", "orders", "resources")
_ADDRESS = ("address1", "address2", "zip", "city", "province")
_NUMBERS = frozenset(("gross", "net", "value"))
_People = tuple[Mapping[str, str | None], ...]
_NOBODY: Mapping[str, str | None] = dict.fromkeys(
    ("role", "name", "address", "country", "id_scheme", "id")
)
_Lines = Callable[[Document], Iterator[Found | Refusal]]


def _reader(lines: _Lines) -> Callable[[BinaryIO, str], Iterator[Found | Refusal]]:
    def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
        for document in documents(file, name, _LISTS):
            if isinstance(document, Refusal):
                yield document
                continue
            found = list(lines(document))
            yield from found
            if not found:
                hint = "look whether it is whole"
                problem = "the document names no goods"
                yield refused(document.row, "", "", problem, hint, screened=False)

    return read


def _fits(least: int, *keys: str) -> Callable[[bytes, str], bool]:
    """Recognise JSON by its keys: at least so many of these."""
    telling = [f'"{key}"'.encode() for key in keys]

    def fits(head: bytes, suffix: str) -> bool:
        del suffix
        begins = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
        return begins in {b"{", b"["} and sum(key in head for key in telling) >= least

    return fits


def _plain(text: str | None) -> str | None:
    """Write HTML as text."""
    bare = html.unescape(_TAG.sub(" ", text)) if text else ""
    return _SPACES.sub(" ", bare).strip() or None


def _times(text: str | None, count: str | None) -> str | None:
    """Multiply the price or weight of one piece; what is no number stays as it is."""
    if text is None or count is None:
        return text
    try:
        return f"{Decimal(text) * Decimal(count):f}"
    except InvalidOperation:
        return text


def _found(
    row: int,
    fields: Mapping[str, str | None],
    kept: Iterable[tuple[str, str]],
    parties: _People = (),
    route: _People = (),
) -> Found:
    return Found(
        row=row,
        fields={field: text for field, text in fields.items() if text},
        parties=parties,
        route=route,
        kept=tuple(kept),
        pointed=_NUMBERS,
    )


def _products(document: Document) -> Iterator[Found | Refusal]:
    """Read a product of Shopify: a line for each variant."""
    inner = document.value.get("product")
    value = inner if isinstance(inner, dict) else document.value
    head = Leaves(value, without="variants")
    title, body = head.take("title"), head.joined("body_html", "product_type", "tags", mark="; ")
    number, seller = head.take("handle", "id"), _seller(head.take("vendor"))
    kept = tuple(head.rest())
    for place, variant in enumerate(objects_in(value.get("variants")) or [{}]):
        leaves = Leaves(variant, f"variants[{place}]")
        which = leaves.take("title")
        fields = {
            "consignment": number,
            "seq": str(place + 1),
            "goods": " - ".join(filter(None, (title, which if which != "Default Title" else ""))),
            "commercial": _plain(body),
            "value": leaves.take("price"),
            "hs": leaves.take("harmonized_system_code"),
            "origin": leaves.take("country_code_of_origin"),
            "gross": _weight(leaves),
        }
        if fields["goods"] or fields["commercial"]:
            yield _found(document.row, fields, parties=seller, kept=(*kept, *leaves.rest()))


def _seller(name: str | None) -> _People:
    return ({**_NOBODY, "role": "seller", "name": name},) if name else ()


def _weight(leaves: Leaves) -> str | None:
    grams = leaves.text("grams")
    if grams and grams != "0":
        leaves.take("grams")
        return f"{grams} g"
    weight = leaves.text("weight")
    unit = leaves.text("weight_unit")
    if not weight or not unit or weight in {"0", "0.0"}:
        return None
    leaves.take("weight")
    leaves.take("weight_unit")
    return f"{weight} {unit}"


def _orders(document: Document) -> Iterator[Found | Refusal]:
    """Read an order of Shopify: a line for each of its lines."""
    inner = document.value.get("order")
    value = inner if isinstance(inner, dict) else document.value
    head = Leaves(value, without="line_items")
    shared = {
        "consignment": head.take("name", "order_number", "id"),
        "currency": head.take("currency"),
        "lodged": head.take("created_at"),
    }
    ways = (("shipping_address", "consignee"), ("billing_address", "buyer"))
    parties = tuple(party for key, role in ways if (party := _person(head, key, role)))
    kept = tuple(head.rest())
    for place, item in enumerate(objects_in(value.get("line_items"))):
        leaves = Leaves(item, f"line_items[{place}]")
        count, grams = leaves.take("quantity"), leaves.text("grams")
        fields = {
            **shared,
            "seq": str(place + 1),
            "goods": leaves.take("name", "title"),
            "quantity": count,
            "value": _times(leaves.text("price"), count),
            "gross": f"{_times(grams, count)} g" if grams and grams != "0" else None,
        }
        seller = _seller(leaves.take("vendor"))
        yield _found(
            document.row, fields, parties=(*parties, *seller), kept=(*kept, *leaves.rest())
        )


def _person(head: Leaves, key: str, role: str) -> Mapping[str, str | None] | None:
    party = {
        "name": head.joined(*under(key, "company", "name")),
        "address": head.joined(*under(key, *_ADDRESS)),
        "country": head.take(*under(key, "country_code", "country")),
    }
    return {**_NOBODY, "role": role, **party} if any(party.values()) else None


def _offers(document: Document) -> Iterator[Found | Refusal]:
    """Read a product of Google's Content API, or of a feed, whose names have underscores."""
    offer = Leaves(document.value)
    weight = offer.take("shippingWeight.value", "productWeight.value")
    unit = offer.take("shippingWeight.unit", "productWeight.unit")
    fields = {
        "consignment": offer.take("offerId", "id"),
        "goods": offer.take("title"),
        "commercial": _plain(
            offer.joined("description", "googleProductCategory", "productTypes", "product_type",
                         "google_product_category", mark="; ")
        ),
        "value": offer.take("price.value", "price"),
        "currency": offer.take("price.currency"),
        "gross": f"{weight} {unit or ''}".strip() if weight else offer.take("shipping_weight"),
    }  # fmt: skip
    country = offer.take("targetCountry")
    route = ({"function": "destination", "country": country},) if country else ()
    if fields["goods"] or fields["commercial"]:
        yield _found(document.row, fields, route=route, kept=tuple(offer.rest()))


def _amazon(document: Document) -> Iterator[Found | Refusal]:
    """Read the items of an order of Amazon; the price of an item is that of all its pieces."""
    inner = document.value.get("payload")
    value = inner if isinstance(inner, dict) else document.value
    head = Leaves(value, without="OrderItems")
    shared = {
        "consignment": head.take("AmazonOrderId"),
        "lodged": head.take("PurchaseDate"),
    }
    to = "ShippingAddress"
    lines = (f"{to}.AddressLine1", f"{to}.AddressLine2", f"{to}.PostalCode", f"{to}.City")
    consignee = {
        "name": head.take(f"{to}.Name"),
        "address": head.joined(*lines),
        "country": head.take(f"{to}.CountryCode"),
    }
    parties = ({**_NOBODY, "role": "consignee", **consignee},) if any(consignee.values()) else ()
    kept = tuple(head.rest())
    for place, item in enumerate(objects_in(value.get("OrderItems"))):
        leaves = Leaves(item, f"OrderItems[{place}]")
        fields = {
            **shared,
            "seq": str(place + 1),
            "goods": leaves.take("Title"),
            "quantity": leaves.take("QuantityOrdered"),
            "value": leaves.take("ItemPrice.Amount"),
            "currency": leaves.take("ItemPrice.CurrencyCode"),
        }
        yield _found(document.row, fields, parties=parties, kept=(*kept, *leaves.rest()))


FORMATS = (
    Format(
        name="shopify-products",
        title="Products of a Shopify shop (JSON)",
        fits=_fits(3, "variants", "body_html", "handle", "product_type", "published_at"),
        read=_reader(_products),
        source="Shopify, REST Admin API, product: shopify.dev, and the samples of its library",
    ),
    Format(
        name="shopify-orders",
        title="Orders of a Shopify shop (JSON)",
        fits=_fits(
            3, "line_items", "financial_status", "order_number", "fulfillment_status",
            "total_price", "subtotal_price", "checkout_token",
        ),
        read=_reader(_orders),
        source="Shopify, REST Admin API, order: shopify.dev, and the samples of its library",
    ),
    Format(
        name="google-products",
        title="Products for Google Merchant Center (JSON)",
        fits=_fits(
            2, "offerId", "contentLanguage", "targetCountry", "imageLink", "item_group_id",
            "image_link", "shipping_weight", "google_product_category",
        ),
        read=_reader(_offers),
        source="Google, Content API for Shopping 2.1, products; product data specification",
    ),
    Format(
        name="amazon-orders",
        title="Items of orders of Amazon (JSON)",
        fits=_fits(2, "AmazonOrderId", "OrderItems", "ASIN", "SellerSKU", "QuantityOrdered"),
        read=_reader(_amazon),
        source="Amazon, Selling Partner API, orders v0, getOrderItems",
    ),
)  # fmt: skip
"""The formats."""
