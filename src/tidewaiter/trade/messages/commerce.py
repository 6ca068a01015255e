"""Products and orders of online shops, in JSON: Shopify, WooCommerce, Google and Amazon."""

from collections.abc import Callable, Iterator, Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.json_documents import (
    Document,
    Lines,
    Node,
    inner,
    joined,
    left_of,
    peek,
    reader,
    take,
    take_nodes,
    unwrap,
)
from tidewaiter.trade.messages.texts import plain, times
from tidewaiter.trade.messages.types import Format, Found, Left, Read
from tidewaiter.trade.types import Refusal

_LISTS = ("products", "orders", "resources")
_ADDRESS = ("address1", "address2", "zip", "city", "province")
_NUMBERS = frozenset(("gross", "net", "value"))
_People = tuple[Mapping[str, str | None], ...]
_NOBODY: Mapping[str, str | None] = dict.fromkeys(
    ("role", "name", "address", "country", "id_scheme", "id")
)


def _reader(lines: Lines) -> Read:
    def some(document: Document) -> Iterator[Found | Refusal]:
        found = list(lines(document))
        yield from found
        if not found:
            error = InputError("trade/document-without-goods")
            yield Refusal.of(error, row=document.row, screened=False)

    return reader(some, _LISTS)


def _fits(least: int, *keys: str) -> Callable[[bytes, str], bool]:
    """Make a detector for JSON with at least a number of the given keys."""
    telling = [f'"{key}"'.encode() for key in keys]

    def fits(head: bytes, suffix: str) -> bool:
        del suffix
        begins = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
        return begins in {b"{", b"["} and sum(key in head for key in telling) >= least

    return fits


def _found(
    row: int,
    fields: Mapping[str, str | None],
    left: tuple[Left, ...],
    parties: _People = (),
    route: _People = (),
) -> Found:
    return Found(
        row=row,
        fields={field: text for field, text in fields.items() if text},
        parties=parties,
        route=route,
        left=left,
        pointed=_NUMBERS,
    )


def _products(document: Document) -> Iterator[Found | Refusal]:
    """Read a Shopify product: one line per variant."""
    head, around = unwrap(document.value, "product")
    variants = take_nodes(head, "variants") or [{}]
    title = take(head, "title")
    body = plain(joined(head, "body_html", "product_type", "tags", mark="; "))
    number, seller = take(head, "handle", "id"), _seller(take(head, "vendor"))
    left = (*around, *left_of(head))
    for place, variant in enumerate(variants):
        which = take(variant, "title")
        fields = {
            "consignment": number,
            "seq": str(place + 1),
            "goods": " - ".join(filter(None, (title, which if which != "Default Title" else ""))),
            "commercial": body,
            "value": take(variant, "price"),
            "hs": take(variant, "harmonized_system_code"),
            "origin": take(variant, "country_code_of_origin"),
            "gross": _weight(variant),
        }
        if fields["goods"] or fields["commercial"]:
            own = left_of(variant, f"variants[{place}]")
            yield _found(document.row, fields, parties=seller, left=(*left, *own))


def _seller(name: str | None) -> _People:
    return ({**_NOBODY, "role": "seller", "name": name},) if name else ()


def _weight(variant: Node) -> str | None:
    if peek(variant, "grams") not in (None, "0"):
        return f"{take(variant, 'grams')} g"
    if peek(variant, "weight") in (None, "0", "0.0") or not peek(variant, "weight_unit"):
        return None
    return f"{take(variant, 'weight')} {take(variant, 'weight_unit')}"


def _orders(document: Document) -> Iterator[Found | Refusal]:
    """Read a Shopify order: one line per line item."""
    head, around = unwrap(document.value, "order")
    items = take_nodes(head, "line_items")
    shared = {
        "consignment": take(head, "name", "order_number", "id"),
        "currency": take(head, "currency"),
        "lodged": take(head, "created_at"),
    }
    ways = (("shipping_address", "consignee"), ("billing_address", "buyer"))
    parties = tuple(party for key, role in ways if (party := _person(inner(head, key), role)))
    left = (*around, *left_of(head))
    for place, item in enumerate(items):
        count, grams = take(item, "quantity"), peek(item, "grams")
        fields = {
            **shared,
            "seq": str(place + 1),
            "goods": take(item, "name", "title"),
            "quantity": count,
            "value": times(peek(item, "price"), count),
            "gross": f"{times(grams, count)} g" if grams and grams != "0" else None,
        }
        seller = _seller(take(item, "vendor"))
        own = left_of(item, f"line_items[{place}]")
        yield _found(document.row, fields, parties=(*parties, *seller), left=(*left, *own))


def _person(person: Node, role: str) -> Mapping[str, str | None] | None:
    party = {
        "name": joined(person, "company", "name"),
        "address": joined(person, *_ADDRESS),
        "country": take(person, "country_code", "country"),
    }
    return {**_NOBODY, "role": role, **party} if any(party.values()) else None


def _woo(document: Document) -> Iterator[Found | Refusal]:
    """Read a WooCommerce order; a line total covers all its pieces."""
    head = document.value
    items = take_nodes(head, "line_items")
    shared = {
        "consignment": take(head, "number", "id"),
        "currency": take(head, "currency"),
        "lodged": take(head, "date_created"),
    }
    ways = (("shipping", "consignee"), ("billing", "buyer"))
    parties = tuple(party for key, role in ways if (party := _customer(inner(head, key), role)))
    left = left_of(head)
    for place, item in enumerate(items):
        fields = {
            **shared,
            "seq": str(place + 1),
            "goods": take(item, "name"),
            "quantity": take(item, "quantity"),
            "value": take(item, "total"),
        }
        own = left_of(item, f"line_items[{place}]")
        yield _found(document.row, fields, parties=parties, left=(*left, *own))


def _customer(person: Node, role: str) -> Mapping[str, str | None] | None:
    people = joined(person, "first_name", "last_name", mark=" ")
    party = {
        "name": ", ".join(filter(None, (take(person, "company"), people))) or None,
        "address": joined(person, "address_1", "address_2", "postcode", "city", "state"),
        "country": take(person, "country"),
    }
    return {**_NOBODY, "role": role, **party} if any(party.values()) else None


def _offers(document: Document) -> Iterator[Found | Refusal]:
    """Read a product of Google's Content API, or of a feed, whose names have underscores."""
    offer = document.value
    holder = next(
        (
            held
            for key in ("shippingWeight", "productWeight")
            if peek(held := inner(offer, key), "value")
        ),
        {},
    )
    weight, unit = take(holder, "value"), take(holder, "unit")
    fields = {
        "consignment": take(offer, "offerId", "id"),
        "goods": take(offer, "title"),
        "commercial": plain(
            joined(
                offer,
                "description",
                "googleProductCategory",
                "productTypes",
                "product_type",
                "google_product_category",
                mark="; ",
            )
        ),
        "value": take(inner(offer, "price"), "value") or take(offer, "price"),
        "currency": take(inner(offer, "price"), "currency"),
        "gross": f"{weight} {unit or ''}".strip() if weight else take(offer, "shipping_weight"),
    }
    country = take(offer, "targetCountry")
    route = ({"function": "destination", "country": country},) if country else ()
    if fields["goods"] or fields["commercial"]:
        yield _found(document.row, fields, route=route, left=left_of(offer))


def _amazon(document: Document) -> Iterator[Found | Refusal]:
    """Read the items of an Amazon order; an item price covers all its pieces."""
    head, around = unwrap(document.value, "payload")
    items = take_nodes(head, "OrderItems")
    shared = {"consignment": take(head, "AmazonOrderId"), "lodged": take(head, "PurchaseDate")}
    to = inner(head, "ShippingAddress")
    consignee = {
        "name": take(to, "Name"),
        "address": joined(to, "AddressLine1", "AddressLine2", "PostalCode", "City"),
        "country": take(to, "CountryCode"),
    }
    parties = ({**_NOBODY, "role": "consignee", **consignee},) if any(consignee.values()) else ()
    left = (*around, *left_of(head))
    for place, item in enumerate(items):
        price = inner(item, "ItemPrice")
        fields = {
            **shared,
            "seq": str(place + 1),
            "goods": take(item, "Title"),
            "quantity": take(item, "QuantityOrdered"),
            "value": take(price, "Amount"),
            "currency": take(price, "CurrencyCode"),
        }
        own = left_of(item, f"OrderItems[{place}]")
        yield _found(document.row, fields, parties=parties, left=(*left, *own))


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
            3,
            "line_items",
            "financial_status",
            "order_number",
            "fulfillment_status",
            "total_price",
            "subtotal_price",
            "checkout_token",
        ),
        read=_reader(_orders),
        source="Shopify, REST Admin API, order: shopify.dev, and the samples of its library",
    ),
    Format(
        name="woocommerce-orders",
        title="Orders of a WooCommerce shop (JSON)",
        fits=_fits(
            3,
            "order_key",
            "created_via",
            "prices_include_tax",
            "date_created_gmt",
            "customer_note",
            "shipping_lines",
        ),
        read=_reader(_woo),
        source="WooCommerce, REST API v3, orders: woocommerce.github.io, and samples of it",
    ),
    Format(
        name="google-products",
        title="Products for Google Merchant Center (JSON)",
        fits=_fits(
            2,
            "offerId",
            "contentLanguage",
            "targetCountry",
            "imageLink",
            "item_group_id",
            "image_link",
            "shipping_weight",
            "google_product_category",
        ),
        read=_reader(_offers),
        source="Google, Content API for Shopping 2.1, products; product data specification",
    ),
    Format(
        name="amazon-orders",
        title="Items of orders of Amazon (JSON)",
        fits=_fits(3, "AmazonOrderId", "OrderItems", "ASIN", "SellerSKU", "QuantityOrdered"),
        read=_reader(_amazon),
        source="Amazon, Selling Partner API, orders v0, getOrderItems",
    ),
)
"""Formats of this module."""
